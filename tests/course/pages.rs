//! The pages of `docs/course` are those of the lessons.

use super::ipynb::{EDITIONS, Edition, Language, said};
use super::lesson::{Blanks, Kernel, Lesson, with_blanks};
use super::notebooks::lessons;
use super::page::{Page, by_cell};
use std::fs;

const TEXT: &str = "<!-- en -->\n# A\n<!-- vi -->\n# B\n```rust\nlet x = 2;\n```\n```rust\nsaid(); // TODO: say <!-- vi --> hãy nói\n//= shown();\n```\n<!-- en -->\nend\n<!-- vi -->\nhết\n";
const OUT: &str = "── cell 1: 0.00 s\nsaid\n\nagain\nEVCXR_BEGIN_CONTENT image/svg+xml\n<svg><title>a title</title>\n</svg>\nEVCXR_END_CONTENT\n── cell 2: 0.10 s\n";

#[test]
fn a_page_has_what_every_cell_printed_and_its_pictures() {
    let lesson = Lesson::parse("0_x", TEXT).unwrap();
    let edition = Edition {
        kernel: Kernel::Rust,
        language: Language::Vi,
        blanks: Blanks::Filled,
        prelude: "use {language};\n",
        root: "..",
    };
    let page = Page::of(&lesson, edition, &by_cell(OUT));
    let svg = "<svg><title>a title</title>\n</svg>".to_string();
    assert_eq!(page.pictures, [("0_x_files/0_x_3_0.svg".to_string(), svg)]);
    let kernel = "\n\n\n    cache: 2000 MiB\n    Optimization: 3\n\n\n\n\n";
    let picture = "\n\n\n    \n![a title](0_x_files/0_x_3_0.svg)\n    \n\n\n\n";
    let code = |code: &str| format!("\n```Rust\n{code}\n```\n\n");
    let shown = format!("    said\n\n    again\n\n\n{picture}hết\n");
    let cells = [code("use vi;"), kernel.into(), code("let x = 2;"), code("shown();"), shown];
    assert_eq!(page.text, "# B\n\n".to_string() + &cells.concat());
    // words stand below the cell that printed them
    let other = Page::of(&lesson, edition, &by_cell("said\n── cell 1: 0.00 s\n"));
    assert!(other.text.contains("let x = 2;\n```\n\n    said\n\n\n\n```Rust\nshown"));
}

#[test]
fn every_lesson_has_a_page_in_each_language_with_its_solutions_checks_and_pictures() {
    let how = "cargo run -p scorelab-notebooks -- pages writes it";
    let count = |text: &str, what: &str| text.lines().filter(|l| l.starts_with(what)).count();
    for (folder, _, language, _) in EDITIONS.into_iter().filter(|e| e.1 == Kernel::Rust) {
        let folder = crate::common::repository("docs/course").join(folder);
        for lesson in lessons() {
            let place = folder.join(format!("{}.md", lesson.name));
            let page = fs::read_to_string(&place).unwrap_or_default().replace("\r\n", "\n");
            let (mut checks, mut shown) = (0, 0);
            for code in lesson.code(Kernel::Rust) {
                let code = said(&with_blanks(Kernel::Rust, code, Blanks::Filled), language);
                checks += code.matches("course::check(").count();
                shown += code.matches("course::show(").count();
                let there = page.contains(&format!("```Rust\n{code}\n```\n"));
                assert!(there, "{}: {how}; it lacks\n{code}", place.display());
            }
            let marks = (count(&page, "    ✓"), count(&page, "    ✗"), count(&page, "!["));
            assert_eq!(marks, (checks, 0, shown), "{}: {how}", place.display());
        }
    }
}
