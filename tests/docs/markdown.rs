//! The documents as a reader of Markdown sees them: blocks of commands, links, pictures, headings.

use crate::common::repository;
use std::fs;
use std::path::Path;

/// Folders that hold no documents of this project, or texts from which some are made.
const OTHER: [&str; 4] = ["target", "out", "node_modules", "lessons"];

/// The documents by name, sorted: every Markdown file of the project, except the lessons of which notebooks are made.
pub fn documents() -> Vec<String> {
    let mut found = Vec::new();
    collect(&repository(""), "", &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, name: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the project").flatten() {
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{name}{own}");
        match entry.file_type().expect("a kind of file") {
            _ if own.starts_with('.') || OTHER.contains(&own.as_str()) => {}
            kind if kind.is_symlink() => {} // a document is read where it lies
            kind if kind.is_dir() => collect(&entry.path(), &format!("{path}/"), found),
            _ => found.extend(own.ends_with(".md").then_some(path)),
        }
    }
}

/// A block fenced as `sh`.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// Its first line in the document, counted from 1.
    pub line: usize,
    /// Its commands, without comments; a line that ends in `\` goes on in the next.
    pub commands: Vec<String>,
    /// Why they are not run, as `<!-- not run: WHY -->` before the block says.
    pub not_run: Option<String>,
    /// What stands directly below, fenced as `text`: what the last command prints.
    pub output: Option<String>,
}

/// The blocks of commands of a document.
pub fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let fence = |from: usize| lines[from..].iter().position(|line| *line == "```");
    let mut found = Vec::new();
    let mut not_run = None;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        let why = line.strip_prefix("<!-- not run: ").and_then(|rest| rest.strip_suffix(" -->"));
        if line != "```sh" {
            not_run = why.map(String::from).or(not_run.filter(|_| line.is_empty()));
            continue;
        }
        let end = at + fence(at).expect("the end of a block");
        let mut block = Block {
            line: at + 1,
            commands: commands(&lines[at..end]),
            not_run: not_run.take(),
            output: None,
        };
        at = end + 1;
        if lines.get(at).is_some_and(|l| l.is_empty()) && lines.get(at + 1) == Some(&"```text") {
            let end = at + 2 + fence(at + 2).expect("the end of an output");
            block.output = Some(lines[at + 2..end].join("\n"));
        }
        found.push(block);
    }
    found
}

fn commands(lines: &[&str]) -> Vec<String> {
    let joined = lines.join("\n").replace("\\\n", " ");
    let plain = joined.lines().map(|line| line.split(" # ").next().unwrap_or(line).trim());
    plain.filter(|line| !line.is_empty() && !line.starts_with('#')).map(String::from).collect()
}

/// The words of a command as a shell splits them, quotes taken off.
pub fn words(command: &str) -> Vec<String> {
    let (mut found, mut quote, mut inside) = (vec![String::new()], None, false);
    for c in command.chars() {
        match (c, quote) {
            ('"' | '\'', None) => (quote, inside) = (Some(c), true),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => {
                if inside || found.last().is_some_and(|word| !word.is_empty()) {
                    found.push(String::new());
                }
                inside = false;
            }
            (c, _) => found.last_mut().expect("there is one").push(c),
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

/// The text of a document without its fenced blocks and without what stands between backquotes.
pub fn prose(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            let parts = line.split('`').enumerate().filter(|(i, _)| i % 2 == 0);
            kept.extend(parts.map(|(_, part)| part));
            kept.push('\n');
        }
    }
    kept
}

/// The targets of links and pictures, in Markdown and in HTML.
pub fn targets(prose: &str) -> Vec<&str> {
    let between = |begin: &'static str, end: char| {
        prose.split(begin).skip(1).filter_map(move |rest| rest.split(end).next())
    };
    let html = ["src=\"", "href=\""].into_iter().flat_map(|name| between(name, '"'));
    between("](", ')').chain(html).collect()
}

/// The alternative text of every picture, in Markdown and in HTML; empty where there is none.
pub fn alternatives(prose: &str) -> Vec<&str> {
    let markdown = prose.split("![").skip(1).filter_map(|rest| rest.split("](").next());
    let html = prose.split("<img ").skip(1).map(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let alt = tag.split("alt=\"").nth(1).and_then(|rest| rest.split('"').next());
        alt.unwrap_or_default()
    });
    markdown.chain(html).collect()
}

/// The anchors of a document's headings, as GitHub makes them.
pub fn anchors(text: &str) -> Vec<String> {
    let prose = text.split("```").step_by(2).collect::<String>();
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn blocks_are_read_with_their_marks_and_outputs() {
    let text = "a\n<!-- not run: it is long -->\n```sh\n# first\na b \\\n  c   # why\n```\n\n```sh\nd\n```\n\n```text\nsaid\n```\n";
    let found = blocks(text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].line, found[0].commands[0].as_str()), (4, "a b    c"));
    assert_eq!(found[0].not_run.as_deref(), Some("it is long"));
    assert_eq!((found[1].not_run.as_deref(), found[1].output.as_deref()), (None, Some("said")));
    assert_eq!(words("x --caption \"a three\" ''  y"), ["x", "--caption", "a three", "y"]);
}

#[test]
fn links_pictures_and_headings_are_found_and_code_is_not() {
    let text = "## A `b`: c\n[x](y.md#z) `[n](no)` ![](p.png) <img src=\"q.png\" alt=\"Q\"> <img src=\"r\">\n```\n[n](no)\n```";
    let plain = prose(text);
    assert_eq!(targets(&plain), ["y.md#z", "p.png", "q.png", "r"]);
    assert_eq!(alternatives(&plain), ["", "Q", ""]);
    assert_eq!(anchors(text), ["a-b-c"]);
}
