//! The program `scorelab` as a user meets it: its answers, its files, its exit codes.

mod answers;
mod captions;
mod checked;
mod drawn;
mod endings;
mod folder;
mod format_1;
mod golden;
mod interrupted;
mod letters;
mod memory;
mod methods;
mod observed;
mod own_points;
mod own_samples;
mod real_files;
mod refused;
mod robust;
mod rows;
mod shown;
mod starts;
mod sweep;
mod trajectories;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A training of a second.
const SMALL: &str = "--steps 40 --points 2000 --batch 128 --width 16 --depth 2";

/// Seconds after which what has not come will not come; no machine is as slow as that.
const NEVER: u64 = 600;

/// An empty folder that is removed when it goes out of sight.
struct Folder(PathBuf);

impl Folder {
    /// `name` tells the tests of one run apart, the process number the runs.
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scorelab-{}-c-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A file of this text in it, as a word of a command line.
    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    /// The path of a name in it, as a word of a command line.
    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a program said and how it ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// The program with these words, each separated by a space, as one that is installed: Cargo names itself to what it starts.
fn program(words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scorelab"));
    command.args(words.split_whitespace()).stdin(Stdio::null()).env_remove("CARGO_PKG_NAME");
    command
}

/// What the program says to these words.
fn run(words: &str) -> Ended {
    let ended = program(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code(), out: text(ended.stdout), err: text(ended.stderr) }
}

/// What the program answers, all being well.
fn answer(words: &str) -> String {
    let ended = run(words);
    assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
    ended.out
}

/// The rows of an answer in JSON.
fn json(words: &str) -> Vec<serde_json::Value> {
    serde_json::from_str(&answer(&format!("{words} --format json"))).unwrap()
}

/// The files that a `plot` lists.
fn drawn_files(words: &str) -> Vec<PathBuf> {
    let list = answer(words);
    list.lines().skip(2).map(|line| line.split_whitespace().last().unwrap().into()).collect()
}

/// The program, running.
fn started(words: &str) -> Child {
    program(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The checkpoints of a run, by name.
fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|e| e.ok().map(|e| e.path()));
    let mut found: Vec<PathBuf> =
        paths.filter(|p| p.extension().is_some_and(|e| e == "safetensors")).collect();
    found.sort();
    found
}

/// Waits until a run has its first checkpoint.
fn wait_for_checkpoint(folder: &Path) {
    let began = std::time::Instant::now();
    while checkpoints(folder).is_empty() {
        assert!(began.elapsed().as_secs() < NEVER, "no checkpoint in {}", folder.display());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
