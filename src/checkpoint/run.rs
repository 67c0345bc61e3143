//! The folder of a training that may be interrupted: locked while in use, its last two checkpoints kept.

use super::{Architecture, Checkpoint, architecture_in};
use crate::file;
use crate::nn::Mlp;
use crate::{Error, Result};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file whose lock says that the folder is in use; the system releases the lock when the program ends, however it
/// ends.
const LOCK: &str = ".lock";
/// How a checkpoint's name starts and ends; the step stands between.
const NAME: (&str, &str) = ("step-", ".safetensors");
/// Checkpoints kept: should the last be damaged, there is one more.
const KEPT: usize = 2;

/// The folder of a run, held by this program alone until it is dropped.
#[derive(Debug)]
pub struct Run {
    folder: PathBuf,
    _lock: File,
}

/// A checkpoint, where it was found, and what stood in the way of a newer one.
#[derive(Debug)]
pub struct Found<N: Architecture = Mlp> {
    /// The checkpoint.
    pub checkpoint: Checkpoint<N>,
    /// Its file.
    pub path: PathBuf,
    /// Why newer files of the folder were passed over, newest first.
    pub passed: Vec<Error>,
}

impl Run {
    /// Makes the folder if it is not there, locks it, and clears away what a killed program left unfinished.
    ///
    /// No file that was there is written to, and no link is followed.
    ///
    /// # Errors
    /// If the folder cannot be made or written to, another program has it, or its `.lock` is not a file.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Run> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create the folder", &folder, e))?;
        let path = folder.join(LOCK);
        let lock = lock(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { path: folder }),
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
        file::tidy(&folder, None, Duration::ZERO);
        Ok(Run { folder, _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the checkpoint of a step, and only then removes all but the last two.
    ///
    /// # Errors
    /// As [`Checkpoint::save`], and if an old one cannot be removed.
    pub fn save<N: Architecture>(
        &self,
        checkpoint: &Checkpoint<N>,
        step: usize,
    ) -> Result<PathBuf> {
        let path = self.folder.join(format!("{}{step:08}{}", NAME.0, NAME.1));
        checkpoint.keep(&path)?;
        // those after it are of a run that was started again from an older one
        let (older, mut superseded): (Vec<_>, Vec<_>) =
            steps(&self.folder)?.into_iter().partition(|(s, _)| *s <= step);
        superseded.extend(older.into_iter().rev().skip(KEPT));
        for (_, old) in superseded {
            std::fs::remove_file(&old).map_err(|e| Error::io("remove", &old, e))?;
        }
        Ok(path)
    }

    /// Writes another file into the folder.
    ///
    /// # Errors
    /// As [`keep`](crate::file::keep).
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        file::keep(&self.folder.join(name), bytes)
    }
}

/// The file whose lock says that the folder is in use, made if it is not there.
fn lock(path: &Path) -> Result<File> {
    let io = |e| Error::io("write", path, e);
    match File::options().write(true).create_new(true).open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        made => return made.map_err(io),
    }
    if !std::fs::symlink_metadata(path).map_err(io)?.is_file() {
        let why = "this is the name of the run's lock, which must be an ordinary file; move what is here away".into();
        return Err(Error::File { path: path.into(), why });
    }
    File::options().write(true).open(path).map_err(io)
}

/// Whether a folder holds checkpoints, good ones or not; nothing is read of them.
///
/// # Errors
/// If the folder cannot be read.
pub fn holds_checkpoints(folder: impl AsRef<Path>) -> Result<bool> {
    steps(folder.as_ref()).map(|found| !found.is_empty())
}

/// The checkpoint in a file, or the last good one of a run's folder.
///
/// # Errors
/// As [`Checkpoint::load`]; for a folder, if it holds no good checkpoint.
pub fn find(path: impl AsRef<Path>) -> Result<Found> {
    find_as(path)
}

/// As [`find`], of another architecture.
///
/// # Errors
/// As [`find`].
pub fn find_as<N: Architecture>(path: impl AsRef<Path>) -> Result<Found<N>> {
    let (checkpoint, path, passed) = newest(path.as_ref(), |file| Checkpoint::load_as(file))?;
    Ok(Found { checkpoint, path, passed })
}

/// The architecture of the network in a file, or in the last good one of a run's folder, as [`Architecture::NAME`] has it: what
/// to [`load_as`](Checkpoint::load_as).
///
/// # Errors
/// If the file cannot be read, or is not a checkpoint; for a folder, if it holds none that is good.
pub fn architecture_of(path: impl AsRef<Path>) -> Result<String> {
    newest(path.as_ref(), architecture_in).map(|(name, ..)| name)
}

/// What is read of a file, or of the last file of a run's folder of which it can be read: with that file, and why newer ones
/// were passed over.
fn newest<T>(path: &Path, read: impl Fn(&Path) -> Result<T>) -> Result<(T, PathBuf, Vec<Error>)> {
    if !path.is_dir() {
        return Ok((read(path)?, path.into(), Vec::new()));
    }
    let mut passed = Vec::new();
    for (_, path) in steps(path)?.into_iter().rev() {
        match read(&path) {
            Ok(found) => return Ok((found, path, passed)),
            Err(e) => passed.push(e),
        }
    }
    match passed.into_iter().next() {
        Some(newest) => Err(newest),
        None => {
            let why =
                "the folder holds no checkpoint; `scorelab train --out FOLDER` writes them".into();
            Err(Error::File { path: path.into(), why })
        }
    }
}

/// The checkpoints of a folder by their steps, in order.
fn steps(folder: &Path) -> Result<Vec<(usize, PathBuf)>> {
    let step = |name: &String| {
        let digits = name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?;
        Some((digits.parse().ok()?, folder.join(name)))
    };
    let mut found: Vec<(usize, PathBuf)> = names(folder)?.iter().filter_map(step).collect();
    found.sort();
    Ok(found)
}

/// The names of a folder's files, except those that are not valid text, which are never ours.
fn names(folder: &Path) -> Result<Vec<String>> {
    let io = |e| Error::io("read the folder", folder, e);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        names.extend(entry.map_err(io)?.file_name().into_string());
    }
    Ok(names)
}
