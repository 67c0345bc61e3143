//! Files that are whole or not there.

use crate::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes under another name in the same folder, then renames.
///
/// # Errors
/// If the folder cannot be written; nothing is left behind.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.part", std::process::id()));
    let draft = PathBuf::from(draft);
    let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    written.map_err(|why| {
        let _ = fs::remove_file(&draft);
        Error::io("write", path, why)
    })
}
