//! The order of the modules in `lib.rs` is one in which they can be read.

use super::{collect, read};
use crate::common::repository;

/// The modules of `lib.rs` in their order, and how many of them are ideas; the rest is plumbing.
fn modules(lib: &str) -> (Vec<String>, usize) {
    let declared: Vec<String> = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_string))
        .collect();
    let table: Vec<&str> = lib.lines().filter(|l| l.starts_with("//! | ")).collect();
    let named = |row: &str| row.split('`').nth(1).map(|n| n.trim_start_matches("mod@").to_string());
    let rows: Vec<String> = table.iter().filter_map(|row| named(row)).collect();
    assert_eq!(rows, declared, "the table of lib.rs and its declarations");
    let ideas = table.iter().skip(1).position(|row| row.starts_with("//! | plumbing"));
    (declared, ideas.expect("a row that says where the plumbing begins"))
}

/// Those of the modules that code names after `crate::`; tests and documents are no code.
fn used<'a>(code: &str, modules: &'a [String]) -> Vec<&'a String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(str::trim_start).filter(|l| !l.starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let word = |w: &str| -> String {
        w.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let names = |rest: &str| match rest.strip_prefix('{').and_then(|list| list.split('}').next()) {
        Some(list) => list.split(',').map(word).collect(),
        None => vec![word(rest)],
    };
    let names: Vec<String> = code.split("crate::").skip(1).flat_map(names).collect();
    modules.iter().filter(|m| names.contains(m)).collect()
}

/// (module, what it uses) for each use of a module that is neither above it nor plumbing; plumbing uses plumbing above it.
fn upward(order: &[String], ideas: usize) -> Vec<(String, String)> {
    let root = repository("src");
    let mut found = Vec::new();
    for (at, module) in order.iter().enumerate() {
        let mut files = Vec::new();
        let file = root.join(format!("{module}.rs"));
        files.extend(file.is_file().then(|| std::fs::read_to_string(&file).unwrap()));
        let folder = root.join(module);
        if folder.is_dir() {
            collect(&folder, &mut |path, text| {
                let test = path.iter().any(|name| name == "tests.rs" || name == "tests");
                files.extend((!test).then_some(text));
            });
        }
        assert!(!files.is_empty(), "no file of {module}");
        for name in files.iter().flat_map(|code| used(code, order)) {
            let of = order.iter().position(|m| m == name).unwrap();
            if !(of <= at && (at < ideas || of >= ideas) || at < ideas && of >= ideas) {
                found.push((module.clone(), name.clone()));
            }
        }
    }
    found
}

#[test]
fn a_module_uses_only_modules_above_it_and_the_plumbing() {
    let (order, ideas) = modules(&read("src/lib.rs"));
    assert!(ideas > 10 && order.len() > ideas && order.contains(&"error".to_string()));
    assert_eq!(upward(&order, ideas), []);
    // the twin: the sampler, which uses the scores, above them
    let mut wrong = order.clone();
    let sampler = wrong.iter().position(|m| m == "sampler").unwrap();
    let sampler = wrong.remove(sampler);
    wrong.insert(0, sampler);
    assert!(upward(&wrong, ideas).contains(&("sampler".to_string(), "score".to_string())));
}

#[test]
fn what_a_file_uses_is_found_in_every_form_of_its_code() {
    let names: Vec<String> = ["error", "noise", "rng", "score"].map(String::from).to_vec();
    let code = "use crate::{Error, rng::Purpose, noise};\n/// [`S`](crate::score::S)\nfn f() { crate::error::g() }\n\
                #[cfg(test)]\nuse crate::score::S;";
    assert_eq!(used(code, &names), ["error", "noise", "rng"]);
}
