//! Writes the notebooks from their lessons, and runs their cells without a kernel.
//!
//! ```text
//! scorelab-notebooks write             the notebooks in the repository, with blanks
//! scorelab-notebooks solved            in target/notebooks, all of them solved, for a kernel to run
//! scorelab-notebooks blank             the same with their blanks
//! scorelab-notebooks run               every cell, solved and blank, each lesson in a process of its own
//! scorelab-notebooks cells NAME MODE   the cells of one lesson, MODE is open or filled
//! ```

mod found;
mod ipynb;
mod lesson;
mod run;
mod watch;

#[allow(unused, clippy::all)]
mod cells {
    use crate::Cells;
    include!(concat!(env!("OUT_DIR"), "/cells.rs"));
}

use ipynb::{Language, notebook};
use lesson::{Blanks, Lesson};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// What the cells of a lesson are as one function.
pub type Cells = fn() -> Result<(), Box<dyn Error>>;
use run::begins;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["write"] => write(),
        ["solved"] => for_kernel(Blanks::Filled),
        ["blank"] => for_kernel(Blanks::Open),
        ["run"] => run::all(),
        ["cells", name, mode] => run::one(name, mode),
        _ => Err("say write, solved, blank, run, or cells NAME open|filled".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The folder `notebooks` of the repository.
fn notebooks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lessons in order, and the prelude.
fn lessons() -> Result<(Vec<Lesson>, String), Box<dyn Error>> {
    let folder = notebooks().join("lessons");
    let read =
        |name: &str| fs::read_to_string(folder.join(name)).map_err(|e| format!("{name}: {e}"));
    let parse = |name: &&str| Ok(Lesson::parse(name, &read(&format!("{name}.md"))?)?);
    let names: Vec<&str> = cells::LESSONS.iter().map(|(name, ..)| *name).collect();
    let lessons: Result<Vec<Lesson>, Box<dyn Error>> = names.iter().map(parse).collect();
    Ok((lessons?, read("prelude.rs")?))
}

/// Writes the notebooks of the repository, with their blanks.
fn write() -> Result<(), Box<dyn Error>> {
    let (lessons, prelude) = lessons()?;
    fs::create_dir_all(notebooks().join("vi"))?;
    for lesson in &lessons {
        let file = format!("{}.ipynb", lesson.name);
        let (en, vi) = (notebooks().join(&file), notebooks().join("vi").join(&file));
        fs::write(en, notebook(lesson, &prelude, Language::En, "..", Blanks::Open))?;
        fs::write(vi, notebook(lesson, &prelude, Language::Vi, "../..", Blanks::Open))?;
        println!("{file}");
    }
    Ok(())
}

/// The way from a notebook in `target/notebooks/en` to the crate.
const ROOT: &str = "../../..";

/// Writes the notebooks that a kernel is to run, a folder for each language.
fn for_kernel(blanks: Blanks) -> Result<(), Box<dyn Error>> {
    let (lessons, prelude) = lessons()?;
    let folder = notebooks().join("../target/notebooks");
    for (language, code) in [(Language::En, "en"), (Language::Vi, "vi")] {
        fs::create_dir_all(folder.join(code))?;
        for lesson in &lessons {
            let path = folder.join(code).join(format!("{}.ipynb", lesson.name));
            fs::write(path, notebook(lesson, &prelude, language, ROOT, blanks))?;
        }
    }
    Ok(())
}
