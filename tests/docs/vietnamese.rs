//! One table of all that is said in Vietnamese, for a native reader: `docs/vietnamese.md`.

use super::read;
use crate::common::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Where words for people stand.
const FOLDERS: [&str; 4] = ["figures/src", "lab/src", "experiments", "src/data"];

const HEAD: &str = "# All Vietnamese words and their English

For native readers: please tell which words are wrong or stiff. Words in braces stand for numbers and names; formulas
are the same in both languages. The table is made from the sources (`SCORELAB_WRITE=1 cargo test --test main vietnamese`), which are
the place to change a word.
";

/// The strings of a source file outside its comments, in order.
fn strings(source: &str) -> Vec<String> {
    let mut found = vec![];
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once('"') {
            let mut out = String::new();
            let mut chars = after.chars();
            loop {
                match chars.next() {
                    Some('\\') => out.extend(chars.next()),
                    Some('"') | None => break,
                    Some(c) => out.push(c),
                }
            }
            found.push(out);
            rest = chars.as_str();
        }
    }
    found
}

/// Whether a text has a letter that English and mathematics have not.
fn is_vietnamese(text: &str) -> bool {
    text.chars().any(|c| {
        ('\u{1EA0}'..='\u{1EF9}').contains(&c) || "ăâđêôơưĂÂĐÊÔƠƯàáãèéìíĩòóõùúũýÁÀ".contains(c)
    })
}

/// (English, Vietnamese) of a source file without its tests, each once: a string in Vietnamese and the one before it, and both
/// wordings of a text, which may have no letter of their own.
fn pairs(source: &str) -> Vec<(String, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let all = strings(source);
    let good = |p: &&[String]| is_vietnamese(&p[1]) && !is_vietnamese(&p[0]);
    let texts =
        source.split("Text::new(").skip(1).map(|after| strings(after.lines().next().unwrap()));
    let texts: Vec<Vec<String>> = texts.filter(|two| two.len() > 1).collect();
    let both = all.windows(2).filter(good).chain(texts.iter().map(|two| &two[..2]));
    let mut seen = BTreeSet::new();
    both.map(|p| (p[0].clone(), p[1].clone())).filter(|p| seen.insert(p.clone())).collect()
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        match path.is_dir() {
            _ if name.contains("test") => {}
            true => sources(&path, found),
            false if name.ends_with(".rs") => found.push(path),
            false => {}
        }
    }
}

/// The table, a section for each file that has any.
fn table() -> String {
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        let mut found = vec![];
        sources(&repository(folder), &mut found);
        for path in found {
            let name =
                path.strip_prefix(repository("")).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, pairs(&fs::read_to_string(&path).unwrap()));
        }
    }
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut out = HEAD.to_string();
    for (name, pairs) in files.iter().filter(|(_, pairs)| !pairs.is_empty()) {
        out += &format!("\n## `{name}`\n\n| English | Vietnamese |\n|---|---|\n");
        for (en, vi) in pairs {
            out += &format!("| {} | {} |\n", cell(en), cell(vi));
        }
    }
    out
}

#[test]
fn the_table_of_vietnamese_words_is_that_of_the_sources() {
    let (now, path) = (table(), repository("docs/vietnamese.md"));
    if std::env::var_os("SCORELAB_WRITE").is_some() {
        fs::write(path, &now).unwrap();
    }
    let write = "write it again with SCORELAB_WRITE=1 cargo test --test main vietnamese";
    assert!(
        read("docs/vietnamese.md").replace("\r\n", "\n") == now,
        "docs/vietnamese.md is old: {write}"
    );
    assert!(now.contains("| classifier-free guidance | điều hướng không cần bộ phân loại |"));
}

#[test]
fn a_pair_is_found_in_any_form_and_nothing_else_is() {
    let source = r#"
        Text::new("dog", "chó"), // "mèo"
        Text::new("hybrid", "lai"),
        format!("{n} samples \"x\""), format!("{n} mẫu \"x\""),
        let x = ("a", "b");
        #[cfg(test)] ("c", "có")
    "#;
    let found: Vec<(String, String)> = pairs(source);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[1], ("{n} samples \"x\"".into(), "{n} mẫu \"x\"".into()));
    assert_eq!(found[2], ("hybrid".into(), "lai".into()));
}
