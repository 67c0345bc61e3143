//! What the files that flags name hold: other contents under the same name are other settings.

use scorelab::checkpoint;
use scorelab::file::fingerprint;
use scorelab::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;

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
    let entries = std::fs::read_dir(path).map_err(|e| Error::io("read", path, e))?;
    let mut files: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
    files.sort();
    let prints: Vec<String> = files.iter().map(|p| read(p)).collect::<Result<_>>()?;
    Ok(Some(fingerprint(prints.concat().as_bytes())))
}
