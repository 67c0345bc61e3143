//! Files written whole or not at all, and fingerprints of their bytes.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What follows a file's name while the file is still being written, and how that longer name ends.
const UNFINISHED: (&str, &str) = (".scorelab-", ".part");
/// Hexadecimal digits between the two.
const DIGITS: usize = 16;
/// Letters of a name, of up to four bytes each: most disks take 255 bytes.
const LONGEST_NAME: usize = 50;
/// Links to links that are followed.
const MOST_LINKS: usize = 40;
/// An unfinished file that nobody has touched for this long was left by a killed program.
const LEFT: Duration = Duration::from_secs(60);

/// Puts a file of these bytes at `path`, in place of what was there: at every moment the path holds the old file or the
/// new one, even if the program is killed or the power fails.
///
/// The bytes go into a new hidden file in the same folder, whose name nobody can guess; they are flushed to disk, and
/// the file is renamed; then the folder is flushed too. Windows cannot do the last: there a power failure may lose the
/// new name, but not the old file. Unfinished files that a killed program left for the same path are removed. A link is
/// followed, even to a target that does not exist yet. What is neither a file nor a folder, such as a pipe or
/// `/dev/stdout`, is written to directly.
///
/// # Errors
/// If the folder or the disk refuses, or links form a loop; the unfinished file is then removed, if it can be.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let io = |e| Error::io("write", path, e);
    if is_special(path) {
        let file = File::options().write(true).open(path);
        return file.and_then(|mut f| f.write_all(bytes)).map_err(io);
    }
    put(&followed(path).map_err(io)?, bytes, true)
}

/// Whether there is what is neither a file nor a folder; a link to it counts, though that of a pipe has no path to follow.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// As [`replace`], for a file of a folder whose name is the program's own: a link of this name is replaced, not followed, for
/// a folder got from elsewhere may hold one that leads to a file of the user's.
///
/// # Errors
/// As [`replace`].
pub fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, true)
}

/// As [`keep`], but the disk is not waited for: for what can be made again, such as a figure.
///
/// # Errors
/// As [`replace`].
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, false)
}

/// Tries whether [`replace`] can put a file at `path`, before the work is done whose outcome it is to hold. Nothing is left there.
///
/// # Errors
/// If `path` is a folder, or a file cannot be made beside it.
pub fn try_file(path: &Path) -> Result<()> {
    let io = |e| Error::io("write", path, e);
    if is_special(path) {
        return Ok(());
    }
    let path = &followed(path).map_err(io)?;
    // a name with a slash behind it is a folder's, be it there or not
    if path.is_dir() || path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) {
        return Err(io(io::Error::new(ErrorKind::IsADirectory, "it is the name of a folder")));
    }
    probe(path, named(path)?).map_err(io)
}

/// Tries whether files can be made in a folder or, where it is not there yet, whether it can be made. Nothing is left there.
///
/// # Errors
/// If they cannot.
pub fn try_folder(folder: &Path) -> Result<()> {
    let mut there = folder.ancestors().filter(|path| path.symlink_metadata().is_ok());
    let nearest = there.next().unwrap_or(Path::new("."));
    let doing = if folder.is_dir() { "write to the folder" } else { "create the folder" };
    let io = |e| Error::io(doing, folder, e);
    if !nearest.is_dir() {
        let why = format!("{} is not a folder", nearest.display());
        return Err(io(io::Error::new(ErrorKind::NotADirectory, why)));
    }
    probe(&nearest.join("probe"), OsStr::new("probe")).map_err(io)
}

/// Makes the file that would become the one at `path`, and removes it.
fn probe(path: &Path, name: &OsStr) -> io::Result<()> {
    let (_, unfinished) = begin(path, name)?;
    std::fs::remove_file(unfinished)
}

/// The last part of the path of a file.
fn named(path: &Path) -> Result<&OsStr> {
    let must = "the path of a file";
    path.file_name().ok_or_else(|| Error::value("the file to write", path.display(), must))
}

fn put(path: &Path, bytes: &[u8], settled: bool) -> Result<()> {
    let io = |e| Error::io("write", path, e);
    let name = named(path)?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tidy(folder, Some(name), LEFT);
    let (mut file, unfinished) = begin(path, name).map_err(io)?;
    let write = |file: &mut File| {
        file.write_all(bytes)?;
        if settled { file.sync_all() } else { Ok(()) }
    };
    let done = write(&mut file)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| if settled { settle(folder) } else { Ok(()) });
    done.map_err(|e| {
        let _ = std::fs::remove_file(&unfinished); // the first error is the one to report
        io(e)
    })
}

/// Where a path leads by its links, also if nothing is there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if let Ok(there) = path.canonicalize() {
            return Ok(there);
        }
        match path.read_link() {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path), // what does not exist yet is not a link
        }
    }
    Err(io::Error::other("its links form a loop"))
}

/// A new file beside `path`, locked while it is open, which is later renamed to `name`.
fn begin(path: &Path, name: &OsStr) -> io::Result<(File, PathBuf)> {
    loop {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        let digits = RandomState::new().build_hasher().finish();
        hidden.push(format!("{}{digits:0DIGITS$x}{}", UNFINISHED.0, UNFINISHED.1));
        let unfinished = path.with_file_name(hidden);
        match File::options().write(true).create_new(true).open(&unfinished) {
            Ok(file) => {
                let _ = file.try_lock(); // where files cannot be locked, only their age tells
                return Ok((file, unfinished));
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
}

/// Removes unfinished files that killed programs left in a folder: files named as this module names them, for every
/// file or for one, which nobody holds and nobody has touched for a while. What cannot be removed stays.
pub fn tidy(folder: &Path, of: Option<&OsStr>, left: Duration) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let finished = name.to_str().and_then(finished_name);
        if finished.is_none_or(|own| of.is_some_and(|of| of != own)) {
            continue;
        }
        // asked of the entry itself: a link is never ours
        let old = |about: &std::fs::Metadata| {
            about.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= left))
        };
        let ours = entry.metadata().is_ok_and(|about| about.is_file() && old(&about));
        let free = || File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if ours && free() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The name of the file that one of this name becomes, if it is an unfinished one.
fn finished_name(name: &str) -> Option<&str> {
    let (own, digits) =
        name.strip_prefix('.')?.strip_suffix(UNFINISHED.1)?.rsplit_once(UNFINISHED.0)?;
    let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    (!own.is_empty() && digits.len() == DIGITS && digits.chars().all(hexadecimal)).then_some(own)
}

/// Flushes a folder, and with it the names of its files, to disk.
#[cfg(unix)]
fn settle(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows opens no folder as a file.
#[cfg(not(unix))]
fn settle(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A name as that of a file or a folder: letters, digits, `-` and `_` as they are, all else a `-`, and no more than any disk
/// takes.
///
/// ```text
/// "x/../../evil" → "x-------evil"      "Hà Nội" → "Hà-Nội"
/// ```
pub fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    name.chars().take(LONGEST_NAME).map(plain).collect()
}

/// The SHA-256 of some bytes, in 64 hexadecimal digits: equal bytes have equal digits, and different bytes have
/// different ones.
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
    fn what_cannot_be_written_is_known_before_and_nothing_is_left_of_the_trial() {
        let folder = std::env::temp_dir().join(format!("scorelab-{}-try", std::process::id()));
        std::fs::create_dir_all(folder.join("taken")).unwrap();
        std::fs::write(folder.join("file"), "old").unwrap();
        let refused = |tried: Result<()>, piece: &str| {
            let why = tried.unwrap_err().to_string();
            assert!(why.starts_with("cannot ") && why.contains(piece), "{why}");
        };
        for name in ["new", "file"] {
            try_file(&folder.join(name)).unwrap(); // the twin: what can be written
        }
        let long = "x".repeat(300);
        for name in ["taken", "nosuch/new", "file/new", "new/", &long] {
            refused(try_file(&folder.join(name)), "cannot write ");
            assert!(replace(&folder.join(name), b"").is_err(), "{name}: it can be written");
        }
        for name in ["taken", "new", "new/in/new"] {
            try_folder(&folder.join(name)).unwrap();
        }
        for name in ["file", "file/new"] {
            refused(try_folder(&folder.join(name)), "/file is not a folder");
        }
        assert_eq!(std::fs::read(folder.join("file")).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "nothing was made");
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

    #[cfg(unix)]
    #[test]
    fn a_link_under_a_name_of_the_programs_own_is_replaced() {
        use std::os::unix::fs::symlink;
        let folder = std::env::temp_dir().join(format!("scorelab-{}-own", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("victim"), b"precious").unwrap();
        for (name, write) in [("a", keep as fn(&Path, &[u8]) -> Result<()>), ("b", save)] {
            symlink("victim", folder.join(name)).unwrap();
            write(&folder.join(name), b"new").unwrap();
            assert!(std::fs::symlink_metadata(folder.join(name)).unwrap().is_file());
            assert_eq!(std::fs::read(folder.join("victim")).unwrap(), b"precious");
        }
        try_folder(&folder).unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3, "no probe stays");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_what_is_not_there_yet_is_followed_and_a_circle_is_refused() {
        use std::os::unix::fs::symlink;
        let folder = std::env::temp_dir().join(format!("scorelab-{}-dangling", std::process::id()));
        std::fs::create_dir_all(folder.join("far")).unwrap();
        symlink("far/new", folder.join("near")).unwrap();
        replace(&folder.join("near"), b"made").unwrap();
        assert_eq!(std::fs::read(folder.join("far/new")).unwrap(), b"made");
        assert!(std::fs::symlink_metadata(folder.join("near")).unwrap().is_symlink());
        symlink("round", folder.join("about")).unwrap();
        symlink("about", folder.join("round")).unwrap();
        let refused = replace(&folder.join("about"), b"x").unwrap_err().to_string();
        assert!(refused.contains("links form a loop"), "{refused}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_killed_program_left_is_tidied_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("scorelab-{}-tidy", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let part = |name: &str| folder.join(format!(".{name}.scorelab-0123456789abcdef.part"));
        let old = |path: &Path| {
            let file = File::create(path).unwrap();
            file.set_modified(std::time::SystemTime::now() - 2 * LEFT).unwrap();
            file
        };
        old(&part("a.csv"));
        File::create(part("b.csv")).unwrap(); // of another file
        std::fs::rename(part("a.csv"), part("a.csv")).unwrap();
        let (young, foreign) =
            (folder.join(".a.csv.scorelab-00000000000000aa.part"), folder.join("film.part"));
        File::create(&young).unwrap(); // perhaps of a program that runs
        old(&foreign);
        let held = folder.join(".a.csv.scorelab-00000000000000bb.part");
        let holder = old(&held);
        holder.try_lock().unwrap();
        replace(&folder.join("a.csv"), b"new").unwrap();
        let left = |path: &Path| path.exists();
        assert!(!left(&part("a.csv")), "it is tidied");
        assert!(left(&part("b.csv")) && left(&young) && left(&foreign) && left(&held));
        drop(holder);
        tidy(&folder, None, Duration::ZERO);
        assert!(!left(&part("b.csv")) && !left(&young) && !left(&held) && left(&foreign));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn many_programs_may_write_one_file_at_once() {
        let folder = std::env::temp_dir().join(format!("scorelab-{}-many", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("one");
        std::thread::scope(|s| {
            for i in 0..16u8 {
                let path = &path;
                s.spawn(move || (0..20).for_each(|_| save(path, &[i; 1000]).unwrap()));
            }
        });
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.len() == 1000 && bytes.iter().all(|b| *b == bytes[0]), "one of them, whole");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "and nothing beside it");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_plain_name_leads_nowhere_and_fits_on_a_disk() {
        for (name, plain) in [("x/../../evil", "x-------evil"), ("..", "--"), ("Hà Nội", "Hà-Nội")]
        {
            assert_eq!(plain_name(name), plain);
        }
        assert!(plain_name(&"𝔵".repeat(5000)).len() <= 200);
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        assert!(replace(Path::new("/"), b"").unwrap_err().to_string().contains("path of a file"));
    }
}
