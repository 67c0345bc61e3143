//! `lib.rs` and every `mod.rs` list what is used before what uses it, and define nothing that a file below them uses.

use super::collect;
use crate::common::repository;
use std::collections::BTreeMap;

/// Crates that are held to it.
const CRATES: [&str; 1] = ["lab/src"];

/// The code of every module of a crate that is not one of tests, by its path.
type Modules = BTreeMap<Vec<String>, String>;

fn modules(root: &str) -> Modules {
    let (root, mut found) = (repository(root), Modules::new());
    collect(&root, &mut |path, text| {
        let path = path.strip_prefix(&root).unwrap().with_extension("");
        let mut names: Vec<String> =
            path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        match names[names.len() - 1].as_str() {
            "mod" | "lib" => drop(names.pop()),
            tests if tests.ends_with("tests") => return,
            _ => {}
        }
        let lines = text.lines().take_while(|line| !line.starts_with("mod tests {"));
        let code = lines.filter(|line| !line.trim_start().starts_with("//"));
        found.insert(names, code.collect::<Vec<_>>().join("\n"));
    });
    found
}

/// The modules that a list declares, in its order, without those of tests.
fn declared(code: &str) -> Vec<&str> {
    let lines: Vec<&str> = code.lines().collect();
    let name = |i: usize| {
        let rest = lines[i].trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')?;
        (i == 0 || lines[i - 1] != "#[cfg(test)]").then_some(rest)
    };
    (0..lines.len()).filter_map(name).collect()
}

/// Words, `::` and other characters.
fn tokens(code: &str) -> Vec<String> {
    let spaced = code.replace("::", " \u{0} ");
    let mut found = Vec::new();
    for part in spaced.split_whitespace() {
        let mut word = String::new();
        for c in part.chars() {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            found.push(if c == '\u{0}' { "::".into() } else { c.to_string() });
        }
        found.extend((!word.is_empty()).then_some(word));
    }
    found
}

/// The paths that one path or tree of paths stands for, which begins at this token.
fn spread(tokens: &[String], at: &mut usize, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        match tokens.get(*at).map(String::as_str) {
            Some("{") => {
                *at += 1;
                while !matches!(tokens.get(*at).map(String::as_str), Some("}") | None) {
                    spread(tokens, at, &path, found);
                    *at += usize::from(tokens.get(*at).is_some_and(|t| t == ","));
                }
                *at += 1;
                return;
            }
            Some(name) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                path.push(name.into());
                *at += 1;
            }
            _ => *at += 1, // what is generic, or all of a module
        }
        match tokens.get(*at).map(String::as_str) {
            Some("::") => *at += 1,
            next => {
                *at += if next == Some("as") { 2 } else { 0 };
                return found.push(path);
            }
        }
    }
}

/// The paths in code that begin with `crate` or `super`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let (tokens, mut found) = (tokens(code), Vec::new());
    for start in 0..tokens.len() {
        let first = ["crate", "super"].contains(&tokens[start].as_str());
        if first && (start == 0 || tokens[start - 1] != "::") {
            spread(&tokens, &mut start.clone(), &[], &mut found);
        }
    }
    found
}

/// (file, what it uses) for everything that is used and not listed above the file, or above the folder that it is in.
fn upward(files: &Modules) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (own, code) in files {
        for path in paths(code) {
            let up = path.iter().take_while(|name| *name == "super").count();
            let base = if up == 0 { &[][..] } else { &own[..own.len().saturating_sub(up)] };
            let of = [base, &path[up.max(1)..]].concat();
            let common = own.iter().zip(&of).take_while(|(a, b)| a == b).count();
            if common == own.len() || common == of.len() {
                continue; // its own, or a folder as such
            }
            let list = declared(&files[&own[..common]]);
            let place = |name: &String| list.iter().position(|listed| listed == name);
            let above = place(&of[common]).zip(place(&own[common])).is_some_and(|(a, b)| a < b);
            if !above {
                found.push((own.join("/"), of[..=common].join("/")));
            }
        }
    }
    found
}

#[test]
fn a_file_uses_only_what_is_listed_above_it() {
    for root in CRATES {
        let files = modules(root);
        assert!(files.len() > 20 && files.contains_key(&[][..]), "{:?}", files.keys());
        assert_eq!(upward(&files), [], "{root}");
    }
    // the twins: the setup last of all, and a list that defines what a file below it uses
    let mut files = modules("lab/src");
    let list = files.get_mut(&[][..]).unwrap();
    *list = list.replace("mod setup;\n", "") + "\nmod setup;";
    let wrong = upward(&files);
    assert!(wrong.contains(&("experiment/run".into(), "setup".into())), "{wrong:?}");
    let mut files = modules("lab/src");
    let file = files.get_mut(&["course".to_string(), "scores".into()][..]).unwrap();
    *file += "use super::{Answer, answer::Answer as A};";
    assert_eq!(upward(&files), [("course/scores".to_string(), "course/Answer".to_string())]);
}

#[test]
fn paths_are_found_in_every_form_of_code() {
    let code = "use crate::{a::{B, c::*}, d as e};\nfn f() { super::super::g::<u8>(); scorelab::crate_::h() }";
    let told: Vec<String> = paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(told, ["crate::a::B", "crate::a::c", "crate::d", "super::super::g"]);
    assert_eq!(declared("mod a;\npub mod b;\n#[cfg(test)]\nmod tests;\nmod c {}"), ["a", "b"]);
}
