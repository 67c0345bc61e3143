//! A lesson: the one text from which a notebook is made in both languages, and its cells as Rust.
//!
//! A lesson is Markdown. `<!-- en -->` begins prose in English, `<!-- vi -->` the same in Vietnamese, and a block fenced
//! as `rust` is a code cell of both. In a code cell a line that ends in `// TODO: …` is a blank, and the lines after it that
//! begin with `//= ` are its solution.

/// A notebook's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The name of its files: `0_score`.
    pub name: String,
    /// Its cells in order.
    pub cells: Vec<Cell>,
}

/// A cell of a notebook.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Prose, the same in both languages.
    Prose {
        /// English.
        en: String,
        /// Vietnamese.
        vi: String,
    },
    /// Code, as written in the lesson: with its blanks and their solutions.
    Code(String),
}

/// Whether the blanks are left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// As a student finds them.
    Open,
    /// With the solutions.
    Filled,
}

/// The end of a blank, before what is to be filled in.
const TODO: &str = "// TODO: ";
/// The beginning of a line of a solution.
const SOLUTION: &str = "//= ";

/// What is being read.
enum Reading {
    Nothing,
    English(String),
    Vietnamese { en: String, vi: String },
    Code(String),
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    /// The line, and what is wrong there.
    pub fn parse(name: &str, text: &str) -> Result<Lesson, String> {
        let (mut cells, mut reading) = (Vec::new(), Reading::Nothing);
        for (i, line) in text.lines().enumerate() {
            reading = step(line, reading, &mut cells)
                .map_err(|why| format!("{name}.md:{}: {why}", i + 1))?;
        }
        match reading {
            Reading::Nothing => {}
            Reading::Vietnamese { en, vi } => cells.push(prose(&en, &vi)?),
            _ => return Err(format!("{name}.md: the last cell has no end")),
        }
        for cell in &cells {
            if let Cell::Code(code) = cell {
                check_blanks(code).map_err(|why| format!("{name}.md: {why}"))?;
            }
        }
        Ok(Lesson { name: name.into(), cells })
    }
}

/// Takes one line.
fn step(line: &str, reading: Reading, cells: &mut Vec<Cell>) -> Result<Reading, String> {
    let more = |text: String| text + line + "\n";
    Ok(match (line.trim_end(), reading) {
        ("```", Reading::Code(code)) => {
            cells.push(Cell::Code(code));
            Reading::Nothing
        }
        (_, Reading::Code(code)) => Reading::Code(more(code)),
        ("<!-- vi -->", Reading::English(en)) => Reading::Vietnamese { en, vi: String::new() },
        (_, Reading::English(en)) => Reading::English(more(en)),
        (begin @ ("<!-- en -->" | "```rust"), reading) => {
            if let Reading::Vietnamese { en, vi } = reading {
                cells.push(prose(&en, &vi)?);
            }
            if begin == "```rust" {
                Reading::Code(String::new())
            } else {
                Reading::English(String::new())
            }
        }
        (_, Reading::Vietnamese { en, vi }) => Reading::Vietnamese { en, vi: more(vi) },
        ("", Reading::Nothing) => Reading::Nothing,
        (_, Reading::Nothing) => return Err("text outside of a cell".into()),
    })
}

/// A cell of prose, which must not be empty in either language.
fn prose(en: &str, vi: &str) -> Result<Cell, String> {
    let (en, vi) = (en.trim(), vi.trim());
    if en.is_empty() || vi.is_empty() {
        return Err("prose that is missing in one language".into());
    }
    Ok(Cell::Prose { en: en.into(), vi: vi.into() })
}

/// Refuses a blank without a solution, and a solution without a blank.
fn check_blanks(code: &str) -> Result<(), String> {
    let lines: Vec<&str> = code.lines().collect();
    let solves = |i: usize| lines.get(i).is_some_and(|l| l.trim_start().starts_with(SOLUTION));
    for (i, line) in lines.iter().enumerate() {
        if line.contains(TODO) && !solves(i + 1) {
            return Err(format!("a blank without a solution: {line}"));
        }
        if solves(i) && !(i > 0 && (lines[i - 1].contains(TODO) || solves(i - 1))) {
            return Err(format!("a solution without a blank: {line}"));
        }
    }
    Ok(())
}

/// The code of a cell with its blanks left or filled.
pub fn with_blanks(code: &str, blanks: Blanks) -> String {
    let shown = |line: &&str| match blanks {
        Blanks::Open => !line.trim_start().starts_with(SOLUTION),
        Blanks::Filled => !line.contains(TODO),
    };
    let lines: Vec<String> =
        code.lines().filter(shown).map(|line| line.replacen(SOLUTION, "", 1)).collect();
    lines.join("\n")
}
