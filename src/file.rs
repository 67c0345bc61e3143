//! Files written whole or not at all, and what tells their bytes apart.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The end of the name of a file that is still being written.
pub const UNFINISHED: &str = ".part";

/// Puts a file of these bytes at `path`, in place of what was there: at every moment the path holds the old file or the
/// new one, even if the program is killed or the power fails.
///
/// The bytes go into a hidden file of the same folder, are handed to the disk, and the file is renamed; then the folder
/// is handed to the disk too. Windows cannot do the last: there the name may be lost with the power, but not the old file.
/// A link is followed. What is neither a file nor a folder, such as a pipe or `/dev/stdout`, is written to and stays.
///
/// # Errors
/// If the folder or the disk refuses; the unfinished file is then removed, if it can be.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, |unfinished| write(unfinished, bytes), settle)
}

/// As [`replace`], but the disk is not waited for: for what can be made again, such as a figure.
///
/// # Errors
/// As [`replace`].
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, |unfinished| std::fs::write(unfinished, bytes), |_| Ok(()))
}

fn put(
    path: &Path,
    bytes: &[u8],
    write: impl FnOnce(&Path) -> std::io::Result<()>,
    settle: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.into()); // what is not there yet is no link
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let opened = File::options().write(true).open(path);
        return opened
            .and_then(|mut f| f.write_all(bytes))
            .map_err(|e| Error::io("write", path, e));
    }
    let unfinished = unfinished(path)?;
    let done = write(&unfinished)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| settle(path));
    done.map_err(|e| {
        let _ = std::fs::remove_file(&unfinished); // the first error is the one to tell
        Error::io("write", path, e)
    })
}

/// Where the bytes of `path` wait: a name of its own for each process.
fn unfinished(path: &Path) -> Result<PathBuf> {
    let Some(name) = path.file_name() else {
        return Err(Error::value("the file to write", path.display(), "the path of a file"));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}{UNFINISHED}", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Hands the folder of a file, and with it the file's name, to the disk.
#[cfg(unix)]
fn settle(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Windows opens no folder as a file.
#[cfg(not(unix))]
fn settle(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The SHA-256 of some bytes, in 64 hexadecimal digits: equal bytes have equal ones, and others have others.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[path = "../tests/common/damage.rs"]
pub(crate) mod damage;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("scorelab-{}-file", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("numbers");
        for bytes in [&b"one"[..], b"", b"three"] {
            replace(&path, bytes).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
        let refused = replace(&folder.join("nosuch/numbers"), b"four").unwrap_err();
        assert!(refused.to_string().starts_with("cannot write "), "{refused}");
        // a folder cannot be replaced by a file, and what was written on the way is gone
        std::fs::create_dir(folder.join("taken")).unwrap();
        assert!(replace(&folder.join("taken"), b"five").is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_fingerprint_of_nothing_is_the_known_one() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // FIPS 180-4
        assert_eq!(fingerprint(b""), known);
        assert_ne!(fingerprint(b"\0"), known);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_one_and_a_link_leads_on() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        replace(Path::new("/dev/null"), b"gone").unwrap();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        let folder = std::env::temp_dir().join(format!("scorelab-{}-link", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("far"), b"old").unwrap();
        symlink(folder.join("far"), folder.join("near")).unwrap();
        replace(&folder.join("near"), b"new").unwrap();
        assert_eq!(std::fs::read(folder.join("far")).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(folder.join("near")).unwrap().is_symlink());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        assert!(replace(Path::new("/"), b"").unwrap_err().to_string().contains("path of a file"));
    }
}
