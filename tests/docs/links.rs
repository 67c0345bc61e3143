//! Every link within the repository leads somewhere, and every picture says in words what it shows.

use super::markdown::{alternatives, anchors, documents, prose, targets};
use super::read;
use crate::common::repository;
use std::path::Path;

/// What is wrong with a link of this document, if anything is.
fn broken(document: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = Path::new(document).parent().expect("a document is in a folder");
    let name = if file.is_empty() { document.into() } else { folder.join(file) };
    let path = repository(name.to_str().expect("a name in UTF-8"));
    if !path.exists() {
        return Some(format!("{document}: {target} is not there"));
    }
    let known = anchor.is_empty()
        || path.extension().is_none_or(|ending| ending != "md")
        || anchors(&read(name.to_str().expect("a name in UTF-8"))).iter().any(|a| a == anchor);
    (!known).then(|| format!("{document}: {target} names no heading"))
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let all = documents();
    assert!(all.len() > 15 && all.contains(&"docs/command.md".into()), "{all:?}");
    let wrong = |document: &String| {
        let text = prose(&read(document));
        targets(&text).iter().filter_map(|target| broken(document, target)).collect::<Vec<_>>()
    };
    let wrong: Vec<String> = all.iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // the twins
    assert!(broken("README.md", "docs/nothing.md").is_some());
    assert!(broken("docs/data.md", "command.md#no-such-heading").is_some());
    assert!(broken("docs/data.md", "command.md#exit-codes").is_none());
}

#[test]
fn every_picture_has_an_alternative_text() {
    for document in documents() {
        let text = prose(&read(&document));
        let short = alternatives(&text).into_iter().filter(|alt| alt.trim().len() < 10).count();
        assert_eq!(short, 0, "{document} has a picture that says nothing in words");
    }
}

#[test]
fn every_document_is_in_the_index() {
    let index = read("docs/README.md");
    let listed = targets(&index);
    for document in documents() {
        let own = document.strip_prefix("docs/").filter(|name| *name != "README.md");
        let lesson = document.starts_with("docs/course/") && !document.ends_with("README.md");
        let listed = own.is_none_or(|own| lesson || listed.contains(&own));
        assert!(listed, "docs/README.md does not list {document}");
    }
}
