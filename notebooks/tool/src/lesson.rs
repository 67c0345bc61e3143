//! A lesson: the one text from which notebooks are made in both languages, for both kernels, and its cells as Rust.
//!
//! A lesson is Markdown. `<!-- en -->` begins prose in English, `<!-- vi -->` the same in Vietnamese, and a block fenced
//! as `rust` is a code cell for the Rust kernel, one fenced as `python` for Python's, in both languages. In a code cell a line
//! that ends in `// TODO: English <!-- vi --> Vietnamese` is a blank, and the lines after it that begin with `//= ` are its
//! solution; in Python `# TODO: …` and `#= `.

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
    /// Code for a kernel, as written in the lesson: with its blanks and their solutions.
    Code(Kernel, String),
}

/// Where the Vietnamese begins, of prose and of what a blank asks for.
pub const VIETNAMESE: &str = "<!-- vi -->";

/// What runs a notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// evcxr.
    Rust,
    /// IPython.
    Python,
}

impl Kernel {
    /// The line that begins a block of its code.
    fn fence(self) -> &'static str {
        match self {
            Kernel::Rust => "```rust",
            Kernel::Python => "```python",
        }
    }

    /// The file, beside the lessons, of the first code cell of every notebook.
    pub fn prelude(self) -> &'static str {
        match self {
            Kernel::Rust => "prelude.rs",
            Kernel::Python => "prelude.py",
        }
    }

    /// The end of a blank, before what is to be filled in.
    pub fn todo(self) -> &'static str {
        match self {
            Kernel::Rust => "// TODO: ",
            Kernel::Python => "# TODO: ",
        }
    }

    /// The beginning of a line of a solution.
    fn solution(self) -> &'static str {
        match self {
            Kernel::Rust => "//= ",
            Kernel::Python => "#= ",
        }
    }
}

/// Whether the blanks are left as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// As a student finds them.
    Open,
    /// With the solutions.
    Filled,
}

/// What is being read.
enum Reading {
    Nothing,
    English(String),
    Vietnamese { en: String, vi: String },
    Code(Kernel, String),
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
            if let Cell::Code(kernel, code) = cell {
                check_blanks(*kernel, code).map_err(|why| format!("{name}.md: {why}"))?;
            }
        }
        Ok(Lesson { name: name.into(), cells })
    }

    /// Its code cells for a kernel, as written in the lesson.
    pub fn code(&self, kernel: Kernel) -> impl Iterator<Item = &str> {
        self.cells.iter().filter_map(move |cell| match cell {
            Cell::Code(own, code) if *own == kernel => Some(code.as_str()),
            _ => None,
        })
    }
}

/// Takes one line.
fn step(line: &str, reading: Reading, cells: &mut Vec<Cell>) -> Result<Reading, String> {
    let more = |text: String| text + line + "\n";
    Ok(match (line.trim_end(), reading) {
        ("```", Reading::Code(kernel, code)) => {
            cells.push(Cell::Code(kernel, code));
            Reading::Nothing
        }
        (_, Reading::Code(kernel, code)) => Reading::Code(kernel, more(code)),
        (VIETNAMESE, Reading::English(en)) => Reading::Vietnamese { en, vi: String::new() },
        (_, Reading::English(en)) => Reading::English(more(en)),
        (begin, reading) if begin == "<!-- en -->" || begins(begin).is_some() => {
            if let Reading::Vietnamese { en, vi } = reading {
                cells.push(prose(&en, &vi)?);
            }
            match begins(begin) {
                Some(kernel) => Reading::Code(kernel, String::new()),
                None => Reading::English(String::new()),
            }
        }
        (_, Reading::Vietnamese { en, vi }) => Reading::Vietnamese { en, vi: more(vi) },
        ("", Reading::Nothing) => Reading::Nothing,
        (_, Reading::Nothing) => return Err("text outside of a cell".into()),
    })
}

/// The kernel whose code begins after this line, if any does.
fn begins(line: &str) -> Option<Kernel> {
    [Kernel::Rust, Kernel::Python].into_iter().find(|kernel| line == kernel.fence())
}

/// A cell of prose, which must not be empty in either language.
fn prose(en: &str, vi: &str) -> Result<Cell, String> {
    let (en, vi) = (en.trim(), vi.trim());
    if en.is_empty() || vi.is_empty() {
        return Err("prose that is missing in one language".into());
    }
    Ok(Cell::Prose { en: en.into(), vi: vi.into() })
}

/// Refuses a blank without a solution or in one language alone, and a solution without a blank.
fn check_blanks(kernel: Kernel, code: &str) -> Result<(), String> {
    let lines: Vec<&str> = code.lines().collect();
    let solves =
        |i: usize| lines.get(i).is_some_and(|l| l.trim_start().starts_with(kernel.solution()));
    for (i, line) in lines.iter().enumerate() {
        if line.contains(kernel.todo()) && !solves(i + 1) {
            return Err(format!("a blank without a solution: {line}"));
        }
        if line.contains(kernel.todo()) && !line.contains(VIETNAMESE) {
            return Err(format!("a blank that does not say in Vietnamese what is missing: {line}"));
        }
        if solves(i) && !(i > 0 && (lines[i - 1].contains(kernel.todo()) || solves(i - 1))) {
            return Err(format!("a solution without a blank: {line}"));
        }
    }
    Ok(())
}

/// The code of a cell with its blanks left or filled.
pub fn with_blanks(kernel: Kernel, code: &str, blanks: Blanks) -> String {
    let shown = |line: &&str| match blanks {
        Blanks::Open => !line.trim_start().starts_with(kernel.solution()),
        Blanks::Filled => !line.contains(kernel.todo()),
    };
    let lines: Vec<String> =
        code.lines().filter(shown).map(|line| line.replacen(kernel.solution(), "", 1)).collect();
    lines.join("\n")
}
