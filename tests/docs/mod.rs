//! What the documents say is held to the code and to each other.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The lines of all blocks fenced with ```sh.
fn commands(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        match line.trim_end() {
            "```sh" => inside = true,
            "```" => inside = false,
            command if inside => found.push(command),
            _ => {}
        }
    }
    found
}

/// The first and the last two cells of the rows of the table of experiments: name, figures, seconds.
fn experiments(text: &str) -> Vec<(String, String)> {
    let rows = text.lines().filter(|l| l.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].trim_matches('`').to_string(), cells[cells.len() - 1].to_string())
    })
    .collect()
}

/// The names of the examples in the manifest.
fn examples() -> Vec<String> {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("the manifest is TOML");
    let list = manifest["example"].as_array().expect("a list of examples");
    list.iter().map(|e| e["name"].as_str().expect("a name").to_string()).collect()
}

#[test]
fn both_readmes_give_the_same_commands_and_the_same_seconds() {
    let (english, vietnamese) = (read("README.md"), read("README.vi.md"));
    assert!(commands(&english).len() >= 6, "{:?}", commands(&english));
    assert_eq!(commands(&english), commands(&vietnamese));
    assert_eq!(experiments(&english), experiments(&vietnamese));
}

#[test]
fn the_readme_lists_every_experiment_and_no_other() {
    let mut listed: Vec<String> =
        experiments(&read("README.md")).into_iter().map(|(name, _)| name).collect();
    let mut real = examples();
    listed.sort();
    real.sort();
    assert_eq!(listed, real);
}

#[test]
fn every_command_of_the_readme_names_an_experiment_that_exists() {
    let real = examples();
    let readme = read("README.md");
    let named: Vec<&str> = commands(&readme)
        .iter()
        .filter_map(|c| c.split("--example ").nth(1)?.split(' ').next())
        .collect();
    assert!(!named.is_empty() && named.iter().all(|n| real.iter().any(|r| r == n)), "{named:?}");
}

#[test]
fn every_type_of_the_glossary_is_in_the_code() {
    let glossary = read("docs/glossary.md");
    let mut source = String::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    let is_type = |word: &&str| {
        word.len() > 2
            && word.starts_with(char::is_uppercase)
            && word.chars().all(char::is_alphanumeric)
    };
    let types: Vec<&str> = glossary.split('`').skip(1).step_by(2).filter(is_type).collect();
    assert!(types.len() > 10, "{types:?}");
    for name in types {
        let defined = ["struct", "enum", "trait"].iter().any(|kind| {
            ["<", " ", "(", ";", ":"]
                .iter()
                .any(|end| source.contains(&format!("pub {kind} {name}{end}")))
        });
        assert!(defined, "the glossary names {name}, which the code does not define");
    }
}

fn collect(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the source").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}
