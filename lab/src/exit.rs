//! How the program ends.

use crate::interrupt::INTERRUPTED;
use scorelab::Error;
use std::io::ErrorKind;

/// The table of exit codes, as the help prints it.
pub const CODES: &str = "\
Exit codes:
    0  success
    1  the answer to an exercise is wrong, a check of an experiment failed, or every run of a sweep did
    2  an invalid value, flag or configuration
    3  a file or folder that does not exist
    4  a file whose contents are wrong or damaged
    5  training diverged; the last good checkpoint is kept
    6  the folder is in use by another run
    7  the disk is full
    8  no permission, or a read-only folder
    9  a file where a folder should be, or the reverse
   10  any other system failure
  130  stopped by Ctrl-C; what was done is saved";

/// The exit code of a wrong answer to an exercise.
const WRONG: u8 = 1;

/// The exit code of a program that ran to its end.
pub fn well((): ()) -> u8 {
    0
}

/// The exit code of a program that Ctrl-C may have stopped.
pub fn if_stopped(stopped: bool) -> u8 {
    if stopped { INTERRUPTED } else { 0 }
}

/// The exit code of an answer to an exercise.
pub fn if_right(right: bool) -> u8 {
    if right { 0 } else { WRONG }
}

/// The exit code of an error.
pub fn code(error: &Error) -> u8 {
    match error {
        Error::Value { .. } | Error::Memory { .. } | Error::Usage { .. } | Error::Figure { .. } => {
            2
        }
        Error::Scene { .. } | Error::File { .. } => 4,
        Error::Diverged { .. } => 5,
        Error::InUse { .. } => 6,
        Error::Io { source, .. } => match source.kind() {
            ErrorKind::NotFound => 3,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => 7,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => 8,
            ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => 9,
            ErrorKind::InvalidData => 4,
            _ => 10,
        },
        Error::Checks { .. } => WRONG,
    }
}
