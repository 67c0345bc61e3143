//! What the source says about its items, read line by line.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// An item of a source file that is documented.
pub struct Item {
    /// The file.
    pub path: PathBuf,
    /// The type or trait in whose block it stands.
    pub owner: Option<String>,
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: String,
    /// The attributes of the block.
    pub block: String,
    /// The lines of the first paragraph about it.
    pub lines: Range<usize>,
    /// That paragraph.
    pub paragraph: String,
}

impl Item {
    /// The first sentence about it, without links.
    pub fn sentence(&self) -> String {
        plain(split(&self.paragraph).0)
    }

    /// What its paragraph says after that.
    pub fn rest(&self) -> &str {
        split(&self.paragraph).1
    }
}

/// The first sentence of a paragraph, and the others.
fn split(paragraph: &str) -> (&str, &str) {
    paragraph.find(". ").map_or((paragraph, ""), |end| (&paragraph[..=end], &paragraph[end + 2..]))
}

/// A text without links: [`a`](b) and [`a`] are `a`, and \[ is [.
fn plain(text: &str) -> String {
    let mut parts = text.split("[`");
    let mut plain: String = parts.next().unwrap_or_default().into();
    for part in parts {
        let (word, rest) = part.split_once("`]").expect("the end of a link");
        let rest = match rest.strip_prefix('(') {
            Some(target) => target.split_once(')').expect("the end of a link's target").1,
            None => rest,
        };
        plain += &format!("`{word}`{rest}");
    }
    plain.replace("\\[", "[").replace("\\]", "]")
}

/// The documented items of a file.
pub fn items(path: &Path, text: &str) -> Vec<Item> {
    let mut found = Vec::new();
    let (mut docs, mut attributes) = (Vec::new(), String::new());
    let mut block = (None, String::new());
    for (i, line) in text.lines().enumerate() {
        let words = line.trim();
        if let Some(doc) = words.strip_prefix("///") {
            docs.push(doc.trim());
            continue;
        }
        if words.starts_with("#[") {
            attributes += words;
            continue;
        }
        if let Some(name) = name(words).filter(|_| !docs.is_empty()) {
            let first = docs.iter().take_while(|doc| !doc.is_empty() && !doc.starts_with("```"));
            let paragraph: Vec<&str> = first.copied().collect();
            let from = (0..i).rev().find(|i| !is_about(text, *i)).map_or(0, |before| before + 1);
            let (owner, block) =
                if line.starts_with(' ') { block.clone() } else { Default::default() };
            found.push(Item {
                path: path.into(),
                owner,
                name: name.into(),
                attributes: attributes.clone(),
                block,
                lines: from..from + paragraph.len(),
                paragraph: paragraph.join(" "),
            });
        }
        if !line.starts_with(' ') && words.ends_with('{') {
            block = (owner(words), attributes.clone());
        }
        docs.clear();
        attributes.clear();
    }
    found
}

/// Whether a line documents or attributes the item below it.
fn is_about(text: &str, line: usize) -> bool {
    let line = text.lines().nth(line).unwrap_or_default().trim();
    line.starts_with("///") || line.starts_with("#[")
}

/// The name that a line gives to an item, if it does.
fn name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let kinds = ["fn ", "struct ", "enum ", "trait ", "const "];
    let (word, field) = match kinds.iter().find_map(|kind| line.strip_prefix(kind)) {
        Some(named) => (named, false),
        None => (line, true),
    };
    let end = word.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0 && (!field || word[end..].starts_with(": "))).then(|| &word[..end])
}

/// The type or trait of a block that begins with this line.
fn owner(line: &str) -> Option<String> {
    let mut depth = 0;
    let mut bare = String::new();
    for c in line.chars() {
        depth += i32::from(c == '<');
        if depth == 0 {
            bare.push(c);
        }
        depth -= i32::from(c == '>');
    }
    let named = match bare.strip_prefix("impl") {
        Some(rest) => rest.split(" for ").last()?,
        None => ["struct ", "enum ", "trait "].iter().find_map(|kind| bare.split(kind).nth(1))?,
    };
    let word = named.trim().split([' ', '{', ':']).next()?;
    Some(word.rsplit("::").next()?.into())
}

#[test]
fn items_are_read_with_their_owners_sentences_and_lines() {
    let text = "/// A set.\n/// Of things.\n#[derive(Clone)]\npub struct Set<T> {\n    /// How many; see [`len`](a::b).\n    pub n: usize,\n}\n\n\
        #[pymethods]\nimpl<T> Deref for Set<T> {\n    /// E\\[x\\] of [`Set`]. Never\n    /// twice.\n    ///\n    /// ```text\n    fn mean(&self) {}\n    fn none() {}\n}\n";
    let found = items(Path::new("set.rs"), text);
    let said: Vec<(Option<&str>, &str, String, &str)> = found
        .iter()
        .map(|i| (i.owner.as_deref(), i.name.as_str(), i.sentence(), i.rest()))
        .collect();
    assert_eq!(
        said,
        [
            (None, "Set", "A set.".into(), "Of things."),
            (Some("Set"), "n", "How many; see `len`.".into(), ""),
            (Some("Set"), "mean", "E[x] of `Set`.".into(), "Never twice."),
        ]
    );
    assert_eq!(found[2].block, "#[pymethods]");
    assert_eq!(found.iter().map(|i| i.lines.clone()).collect::<Vec<_>>(), [0..2, 4..5, 10..12]);
}
