//! The experiments as a user meets them: the built program, its words, its files and its exit code.
//!
//! `cargo test` builds the examples before it runs this; `cargo test --test main` alone does not, and needs a
//! `cargo build --examples` before it.

mod bad_input;
mod deck;
mod effects;
mod good_input;
mod images;
mod one_page;
mod own_defaults;

use std::path::{Path, PathBuf};
use std::process::Command;

/// An empty folder that is removed when it goes out of sight.
struct Folder(PathBuf);

impl Folder {
    /// `name` tells the tests of one run apart, the process number the runs.
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scorelab-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A file in it.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a program said and how it ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the experiment `classifier_guidance`.
fn run(arguments: &[&str]) -> Ended {
    run_experiment("classifier_guidance", arguments)
}

/// Runs an experiment.
fn run_experiment(name: &str, arguments: &[&str]) -> Ended {
    run_with(&[], name, arguments)
}

/// An experiment's program, which lies beside this test's own.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap(); // target/<profile>/deps/main-…
    let profile = own.parent().and_then(Path::parent).unwrap();
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    assert!(program.exists(), "{} is not built; run `cargo build --examples`", program.display());
    program
}

/// Runs an experiment with these environment variables.
fn run_with(variables: &[(&str, &str)], name: &str, arguments: &[&str]) -> Ended {
    let ended = Command::new(program(name))
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) }
}

/// Every file below a folder, sorted: (path within it, its bytes). A record is without the folder and the threads that it tells.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|e| e.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let json = path.extension().is_some_and(|e| e == "json");
                found.push((path, if json { without_place(&bytes) } else { bytes }));
            }
        }
    }
    found.iter_mut().for_each(|(path, _)| *path = path.strip_prefix(folder).unwrap().into());
    found.sort();
    found
}

/// A record without what it tells of the folder and of the machine.
fn without_place(record: &[u8]) -> Vec<u8> {
    let mut record: serde_json::Value = serde_json::from_slice(record).unwrap();
    assert!(record["meta"]["output"]["folder"].is_string(), "{record}");
    record["meta"]["output"]["folder"].take();
    record["meta"]["threads"].take();
    serde_json::to_vec_pretty(&record).unwrap()
}
