//! What the files that flags name hold: other contents under the same name are other settings.

use scorelab::checkpoint;
use scorelab::file::fingerprint;
use scorelab::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The flags of one subcommand, as the command line spells their values.
pub type Flags = BTreeMap<String, String>;

/// The flags that may name a file, or a folder of a run.
const NAMED: [&str; 7] = ["scene", "data", "samples", "score", "classifier", "guiding", "judge"];

/// The fingerprints of the files that are named, each read once.
#[derive(Default)]
pub struct Contents(BTreeMap<String, Option<String>>);

impl Contents {
    /// The fingerprint of each file that these flags name, by flag.
    ///
    /// # Errors
    /// If a file is there and cannot be read.
    pub fn of(&mut self, flags: &Flags) -> Result<BTreeMap<&'static str, String>> {
        let mut found = BTreeMap::new();
        for flag in NAMED {
            let Some(name) = flags.get(flag) else { continue };
            if !self.0.contains_key(name) {
                self.0.insert(name.clone(), print(Path::new(name))?);
            }
            found.extend(self.0[name].clone().map(|print| (flag, print)));
        }
        Ok(found)
    }
}

/// The fingerprint of a file, of the checkpoint of a run, or of the files of a folder; none of what is no path.
fn print(path: &Path) -> Result<Option<String>> {
    let read = |path: &Path| {
        let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
        Ok(fingerprint(&bytes))
    };
    if path.is_file() {
        return read(path).map(Some);
    }
    if !path.is_dir() {
        return Ok(None);
    }
    if checkpoint::holds_checkpoints(path)? {
        return read(&checkpoint::find(path)?.path).map(Some);
    }
    // images stand in the folder or, a folder for each class, one below
    let mut files = Vec::new();
    for path in entries(path)? {
        match path.is_dir() {
            true => files.extend(entries(&path)?.into_iter().filter(|path| path.is_file())),
            false => files.push(path),
        }
    }
    let prints: Vec<String> = files.iter().map(|p| read(p)).collect::<Result<_>>()?;
    Ok(Some(fingerprint(prints.concat().as_bytes())))
}

/// What is in a folder, in order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io("read", folder, e))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
