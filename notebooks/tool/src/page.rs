//! A lesson as a page of `docs/course`: its notebook solved, with what its cells printed, as nbconvert writes it.

use super::found::TOOK;
use super::ipynb::{Edition, Language, said};
use super::lesson::{Cell, Lesson, with_blanks};

/// What begins a picture in the output, and what ends it.
const PICTURE: [&str; 2] = ["EVCXR_BEGIN_CONTENT image/svg+xml\n", "\nEVCXR_END_CONTENT\n"];
/// What the kernel says to its own commands at the beginning of the prelude.
const KERNEL: &str = "cache: 2000 MiB\nOptimization: 3\n";

/// A page, and its pictures by the names of their files.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    /// Markdown.
    pub text: String,
    /// Each with its SVG.
    pub pictures: Vec<(String, String)>,
}

/// What each cell printed, of the output of a program that tells after every cell how long it took.
pub fn by_cell(out: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    for line in out.split_inclusive('\n') {
        match line.starts_with(TOOK) {
            true => cells.push(String::new()),
            false => cells.last_mut().expect("there is one").push_str(line),
        }
    }
    cells.pop();
    cells
}

impl Page {
    /// The page of a lesson whose code cells printed this, each in its turn.
    pub fn of(lesson: &Lesson, edition: Edition, printed: &[String]) -> Page {
        let Edition { kernel, language, blanks, prelude, root } = edition;
        let prelude = prelude.replace("{root}", root).replace("{language}", language.code());
        let (mut page, mut cells, mut printed) = (Page::default(), 0, printed.iter());
        for cell in &lesson.cells {
            match (cell, language) {
                (Cell::Prose { en: text, .. }, Language::En)
                | (Cell::Prose { vi: text, .. }, Language::Vi) => {
                    page.text += &format!("{text}\n\n")
                }
                (Cell::Code(own, code), _) if *own == kernel => {
                    page.code(&said(&with_blanks(kernel, code, blanks), language));
                    let name = format!("{}_{cells}_0", lesson.name);
                    page.shown(&lesson.name, &name, printed.next().map_or("", String::as_str));
                }
                (Cell::Code(..), _) => continue,
            }
            cells += 1;
            if cells == 1 {
                page.code(prelude.trim_end());
                page.text += &format!("\n\n\n{}\n\n\n\n", indented(KERNEL));
                cells += 1;
            }
        }
        page.text = page.text.trim_end().to_string() + "\n";
        page
    }

    fn code(&mut self, code: &str) {
        self.text += &format!("\n```Rust\n{code}\n```\n\n");
    }

    /// What a cell showed: words, and pictures, which become files of this name.
    fn shown(&mut self, lesson: &str, name: &str, printed: &str) {
        let mut words = printed;
        while let Some((before, rest)) = words.split_once(PICTURE[0]) {
            self.words(before);
            let (svg, after) = rest.split_once(PICTURE[1]).unwrap_or((rest, ""));
            let file = format!("{lesson}_files/{name}.svg");
            let title = svg.split_once("<title>").and_then(|(_, rest)| rest.split_once('<'));
            let title = title.map_or("figure", |(title, _)| title);
            self.text += &format!("\n\n\n    \n![{title}]({file})\n    \n\n\n\n");
            self.pictures.push((file, svg.to_string()));
            words = after;
        }
        self.words(words);
    }

    fn words(&mut self, words: &str) {
        if !words.is_empty() {
            self.text += &format!("{}\n\n", indented(words));
        }
    }
}

/// Text as a block of Markdown.
fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".into() } else { format!("    {line}\n") };
    text.lines().map(line).collect()
}
