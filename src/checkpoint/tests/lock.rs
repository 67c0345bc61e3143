//! The lock of a run's folder, where something else has its name.

use super::*;

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_or_holds_something_is_not_written_to() {
    use std::os::unix::fs::symlink;
    let folder = std::env::temp_dir().join(format!("scorelab-{}-lock", std::process::id()));
    let run = folder.join("run");
    std::fs::create_dir_all(&run).unwrap();
    let victim = folder.join("victim");
    std::fs::write(&victim, b"precious").unwrap();
    symlink("../victim", run.join(".lock")).unwrap();
    let refused = Run::open(&run).unwrap_err().to_string();
    assert!(refused.contains("an ordinary file; move what is here away"), "{refused}");
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    std::fs::remove_file(run.join(".lock")).unwrap();
    std::fs::write(run.join(".lock"), b"notes").unwrap();
    // an unfinished file that is a link is none of ours
    let link = run.join(".a.scorelab-00f00f00f00f00f0.part");
    symlink("../victim", &link).unwrap();
    drop(Run::open(&run).unwrap());
    assert_eq!(
        std::fs::read(run.join(".lock")).unwrap(),
        b"notes",
        "the good twin: a file is locked"
    );
    assert!(std::fs::symlink_metadata(&link).is_ok() && victim.exists());
    std::fs::remove_dir_all(folder).unwrap();
}
