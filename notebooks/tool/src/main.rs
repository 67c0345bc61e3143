//! Writes the notebooks from their lessons, and runs their cells without a kernel.
//!
//! ```text
//! scorelab-notebooks write             the notebooks in the repository, with blanks
//! scorelab-notebooks solved            in target/notebooks, those for Rust solved, for the kernel to run
//! scorelab-notebooks blank             the same with their blanks
//! scorelab-notebooks python            in target/notebooks/python, those for Python, solved and with their blanks
//! scorelab-notebooks run               every cell, solved and blank, each lesson in a process of its own
//! scorelab-notebooks pages [NAME…]     docs/course, of these lessons or all: solved, with what their cells print
//! scorelab-notebooks cells NAME MODE   the cells of one lesson, MODE is open, filled or filled-vi
//! ```

mod found;
mod ipynb;
#[allow(dead_code)] // the build script and the tests use more of it
mod lesson;
mod page;
mod run;
mod watch;

#[allow(unused, clippy::all)]
mod cells {
    use crate::Cells;
    include!(concat!(env!("OUT_DIR"), "/cells.rs"));
}

use ipynb::{EDITIONS, Edition, notebook};
use lesson::{Blanks, Kernel, Lesson};
use page::Page;
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
        ["solved"] => for_kernel(Kernel::Rust, Blanks::Filled, ""),
        ["blank"] => for_kernel(Kernel::Rust, Blanks::Open, ""),
        ["python"] => for_kernel(Kernel::Python, Blanks::Filled, "python/solved")
            .and_then(|()| for_kernel(Kernel::Python, Blanks::Open, "python/blank")),
        ["run"] => run::all(),
        ["pages", ref names @ ..] => pages(names),
        ["cells", name, mode] => run::one(name, mode),
        _ => {
            Err("say write, solved, blank, python, run, pages, or cells NAME open|filled|filled-vi"
                .into())
        }
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

/// A file of the folder `lessons`.
fn text(name: &str) -> Result<String, Box<dyn Error>> {
    let path = notebooks().join("lessons").join(name);
    Ok(fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?)
}

/// The lessons in order.
fn lessons() -> Result<Vec<Lesson>, Box<dyn Error>> {
    let parse = |name: &str| Ok(Lesson::parse(name, &text(&format!("{name}.md"))?)?);
    cells::LESSONS.iter().map(|(name, ..)| parse(name)).collect()
}

/// The first code cell of every notebook of a kernel.
fn prelude(kernel: Kernel) -> Result<String, Box<dyn Error>> {
    text(kernel.prelude())
}

/// Writes a notebook of each lesson into a folder.
fn notebooks_into(folder: &Path, edition: Edition) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for lesson in &lessons()? {
        let path = folder.join(format!("{}.ipynb", lesson.name));
        fs::write(path, notebook(lesson, edition))?;
    }
    Ok(())
}

/// Writes the notebooks of the repository, with their blanks.
fn write() -> Result<(), Box<dyn Error>> {
    for (folder, kernel, language, root) in EDITIONS {
        let prelude = &prelude(kernel)?;
        let edition = Edition { kernel, language, blanks: Blanks::Open, prelude, root };
        notebooks_into(&notebooks().join(folder), edition)?;
    }
    Ok(())
}

/// Writes the pages of these lessons, or of all, into `docs/course`, in both languages.
fn pages(names: &[&str]) -> Result<(), Box<dyn Error>> {
    let prelude = &prelude(Kernel::Rust)?;
    for (folder, kernel, language, root) in EDITIONS.into_iter().filter(|e| e.1 == Kernel::Rust) {
        let folder = notebooks().join("../docs/course").join(folder);
        let edition = Edition { kernel, language, blanks: Blanks::Filled, prelude, root };
        for lesson in lessons()?.iter().filter(|l| names.is_empty() || names.contains(&&*l.name)) {
            let page = Page::of(lesson, edition, &run::printed(&lesson.name, language)?);
            let pictures = folder.join(format!("{}_files", lesson.name));
            if pictures.exists() {
                fs::remove_dir_all(&pictures)?;
            }
            fs::write(folder.join(format!("{}.md", lesson.name)), page.text)?;
            for (file, svg) in page.pictures {
                fs::create_dir_all(&pictures)?;
                fs::write(folder.join(file), svg)?;
            }
            println!("{} {}", language.code(), lesson.name);
        }
    }
    Ok(())
}

/// The way from a notebook in `target/notebooks/en` to the crate.
const ROOT: &str = "../../..";

/// Writes the notebooks that a kernel is to run into `target/notebooks`, a folder for each language.
fn for_kernel(kernel: Kernel, blanks: Blanks, below: &str) -> Result<(), Box<dyn Error>> {
    let (folder, prelude) =
        (notebooks().join("../target/notebooks").join(below), &prelude(kernel)?);
    for (_, _, language, _) in EDITIONS.into_iter().filter(|(_, own, ..)| *own == kernel) {
        let edition = Edition { kernel, language, blanks, prelude, root: ROOT };
        notebooks_into(&folder.join(language.code()), edition)?;
    }
    Ok(())
}
