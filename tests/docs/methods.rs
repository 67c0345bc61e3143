//! The table of methods in the documents.

use super::read;
use scorelab::methods::{METHODS, rows};

#[test]
fn the_documents_list_every_method_as_the_catalogue_has_it() {
    let text = read("docs/command.md");
    let section = text.split("\n| method |").nth(1).and_then(|rest| rest.split("\n\n").next());
    let told: Vec<&str> =
        section.expect("a section").lines().filter(|l| l.starts_with("| `")).collect();
    let rows: Vec<String> = rows().iter().map(|row| row.markdown()).collect();
    assert_eq!(rows.len(), METHODS.len());
    let columns = |row: &String| row.matches(" | ").count();
    assert!(rows.iter().all(|row| columns(row) == 5), "a cell holds a bar");
    assert!(rows.len() > 20 && told == rows, "docs/command.md should say\n{}", rows.join("\n"));
}
