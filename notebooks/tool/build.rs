//! Makes Rust functions from the cells of each lesson: with its blanks left, with them filled, and that again in Vietnamese.

#[path = "src/lesson.rs"]
#[allow(dead_code)]
mod lesson;

use lesson::{Blanks, Kernel, Lesson, with_blanks};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new("../lessons");
    println!("cargo:rerun-if-changed={}", folder.display());
    let prelude = fs::read_to_string(folder.join(Kernel::Rust.prelude())).expect("the prelude");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder lessons")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".md").map(String::from))
        .collect();
    names.sort_by_key(|name| name.split('_').next().and_then(|n| n.parse::<usize>().ok()));
    let mut rust = String::new();
    let mut list = String::new();
    for name in &names {
        let path = folder.join(format!("{name}.md"));
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).expect("a lesson");
        let lesson = Lesson::parse(name, &text).unwrap_or_else(|why| panic!("{why}"));
        for (blanks, language) in
            [(Blanks::Open, "en"), (Blanks::Filled, "en"), (Blanks::Filled, "vi")]
        {
            let own = format!("lesson_{name}_{blanks:?}_{language}").to_lowercase();
            rust +=
                &function(&own, &prelude.replace("{language}", language), &code(&lesson, blanks));
        }
        let all = ["open_en", "filled_en", "filled_vi"].map(|end| format!("lesson_{name}_{end}"));
        let _ = writeln!(list, "    ({name:?}, {}),", all.join(", "));
    }
    let _ = write!(
        rust,
        "/// Each lesson with its cells: blank, solved, and solved in Vietnamese.\npub const LESSONS: &[(&str, Cells, Cells, Cells)] = &[\n{list}];\n"
    );
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("cells.rs"), rust).expect("the output folder");
}

/// The code cells of a lesson.
fn code(lesson: &Lesson, blanks: Blanks) -> Vec<String> {
    lesson.code(Kernel::Rust).map(|code| with_blanks(Kernel::Rust, code, blanks)).collect()
}

/// The cells one after the other; the kernel's own commands, which begin with a colon, are left out.
fn function(name: &str, prelude: &str, cells: &[String]) -> String {
    let own: Vec<&str> = prelude.lines().filter(|line| !line.starts_with(':')).collect();
    let mut body = own.join("\n");
    for (n, cell) in cells.iter().enumerate() {
        let _ = write!(body, "\ncrate::begins({});\n{cell}\n", n + 1);
    }
    format!(
        "pub fn {name}() -> Result<(), Box<dyn std::error::Error>> {{\n{body}\ncrate::begins(0);\nOk(())\n}}\n"
    )
}
