//! What a TOML file says of a scene.

use super::component::{Component, Parsed};
use crate::Error;
use crate::data::{ClassName, Scene, did_you_mean};
use crate::mixture::Mixture;
use crate::text::{name, quoted};
use ndarray::Array2;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A scene is a toy.
const MOST_COMPONENTS: usize = 100_000;
const MOST_CLASSES: usize = 1_000;
const MOST_DIMENSIONS: usize = 1_000;
/// Numbers in all covariances together, components × dimension²: 80 MB.
const MOST_NUMBERS: usize = 10_000_000;
/// Components with a covariance × dimension³: some ten seconds of finding axes.
const MOST_WORK: usize = 20_000_000;
/// Lines, commas, dots and brackets in a file, which bound what the parser needs: about half a gigabyte.
pub(super) const MOST_MARKS: usize = 4_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SceneFile {
    name: String,
    #[serde(default)]
    vietnamese: BTreeMap<String, String>,
    #[serde(default)]
    component: Vec<Spanned<Component>>,
}

/// The scene of a text, or what is wrong with it.
pub(super) fn parse(text: &str) -> Parsed<Scene> {
    if text.bytes().filter(|b| b",.=[{\n".contains(b)).count() > MOST_MARKS {
        return Err(format!(
            "it has over {MOST_MARKS} lines and values; a scene file holds only a few components"
        ));
    }
    let mut file: SceneFile = toml::from_str(text).map_err(|e| not_toml(text, &e))?;
    file.name = name(&file.name).map_err(|why| format!("name: {why}"))?;
    if file.name.is_empty() {
        return Err("name is empty; give the scene a name".into());
    }
    one_form(text, &mut file)?;
    let dim = check(text, &file.component)?;
    let parts = || file.component.iter().map(Spanned::get_ref);
    let (class_names, labels) = classes(parts(), &file.vietnamese)?;
    let means: Vec<f64> = parts().flat_map(|c| c.mean.iter().flatten().copied()).collect();
    let mixture = Mixture::new(
        parts().map(|c| c.weight.unwrap_or_default()).collect(),
        Array2::from_shape_vec((labels.len(), dim), means).map_err(|e| e.to_string())?,
        parts().map(|c| c.cov(dim)).collect(),
        labels,
    )
    .map_err(|e| not_a_mixture(text, &file.component, dim, &e))?;
    Ok(Scene { name: file.name, mixture, class_names })
}

/// Brings every label and every name of a class into the one form of names.
fn one_form(text: &str, file: &mut SceneFile) -> Parsed<()> {
    for (i, component) in file.component.iter_mut().enumerate() {
        let begin = component.span().start;
        if let Some(label) = &mut component.get_mut().label {
            let at =
                |why| format!("component {} (line {}): label: {why}", i + 1, line(text, begin));
            *label = name(label).map_err(at)?;
        }
    }
    let wrong = |why| format!("vietnamese: {why}");
    let mut all = BTreeMap::new();
    for (label, vi) in &file.vietnamese {
        let (label, vi) = (name(label).map_err(wrong)?, name(vi).map_err(wrong)?);
        if all.get(&label).is_some_and(|before| *before != vi) {
            return Err(format!("vietnamese names {} twice; keep one", quoted(&label)));
        }
        all.insert(label, vi);
    }
    file.vietnamese = all;
    Ok(())
}

/// Checks everything but the covariances' definiteness, before anything is allocated; returns the dimension.
fn check(text: &str, components: &[Spanned<Component>]) -> Parsed<usize> {
    let n = components.len();
    if n > MOST_COMPONENTS {
        return Err(format!("it has {n} components, but at most {MOST_COMPONENTS} are read"));
    }
    let Some(first) = components.first() else {
        return Err("it has no component; add a [[component]] with weight, mean, sd (or covariance) and label".into());
    };
    let dim = first.get_ref().mean.as_ref().map_or(0, Vec::len);
    if dim > MOST_DIMENSIONS {
        return Err(format!("it has {dim} dimensions, but at most {MOST_DIMENSIONS} are read"));
    }
    if n * dim * dim > MOST_NUMBERS {
        return Err(format!(
            "{n} covariances of {dim} × {dim} are too many numbers; use at most {} components or fewer dimensions",
            MOST_NUMBERS / (dim * dim)
        ));
    }
    let full = components.iter().filter(|c| c.get_ref().covariance.is_some()).count();
    if full * dim.pow(3) > MOST_WORK {
        return Err(format!(
            "{full} covariances of {dim} × {dim} take too long to decompose; use sd, or fewer components or dimensions"
        ));
    }
    for (i, c) in components.iter().enumerate() {
        c.get_ref().check(dim).map_err(|why| format!("{}{why}", place(text, i, c)))?;
    }
    Ok(dim)
}

/// The names of the classes in order of first appearance, and the class of each component.
fn classes<'a>(
    components: impl Iterator<Item = &'a Component>,
    vietnamese: &BTreeMap<String, String>,
) -> Parsed<(Vec<ClassName>, Vec<usize>)> {
    let (mut numbers, mut names, mut labels) = (BTreeMap::new(), Vec::new(), Vec::new());
    for label in components.map(|c| c.label.as_deref().unwrap_or_default().trim()) {
        let class = *numbers.entry(label).or_insert(names.len());
        if class == names.len() {
            let vi = vietnamese.get(label).map_or(label, |v| v.trim());
            names.push(ClassName { en: label.into(), vi: vi.into() });
        }
        labels.push(class);
    }
    if names.len() > MOST_CLASSES {
        return Err(format!("it has {} labels, but at most {MOST_CLASSES} are read", names.len()));
    }
    if let Some(key) = vietnamese.keys().find(|k| !numbers.contains_key(k.as_str())) {
        let hint = did_you_mean(key, numbers.keys().copied());
        return Err(format!(
            "vietnamese names {}, which is not the label of any component; remove it or correct it{hint}",
            quoted(key)
        ));
    }
    let mut owner = numbers;
    for (class, name) in names.iter().enumerate() {
        if name.vi.is_empty() {
            return Err(format!(
                "the vietnamese name of {} is empty; fill it in or remove it",
                quoted(&name.en)
            ));
        }
        if *owner.entry(&name.vi).or_insert(class) != class {
            return Err(format!("two classes are called {}; rename one", quoted(&name.vi)));
        }
    }
    Ok((names, labels))
}

/// `component 3 (line 14): `, counted from 1 as people do.
fn place(text: &str, i: usize, component: &Spanned<Component>) -> String {
    format!("component {} (line {}): ", i + 1, line(text, component.span().start))
}

/// The line of a byte, counted from 1.
fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|b| *b == b'\n').count()
}

/// What the parser says, on one line, with the line and the component it says it about.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace(char::is_control, " ");
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(span) = error.span() else {
        return message;
    };
    let line = line(text, span.start);
    let is_header =
        |l: &&str| l.split_whitespace().collect::<String>().starts_with("[[component]]");
    match text.lines().take(line).filter(is_header).count() {
        0 => format!("line {line}: {message}"),
        i => format!("component {i} (line {line}): {message}"),
    }
}

/// Which component the mixture refused.
fn not_a_mixture(
    text: &str,
    components: &[Spanned<Component>],
    dim: usize,
    error: &Error,
) -> String {
    let refused = |c: &Component| {
        let mean = Array2::zeros((1, dim));
        Mixture::new(vec![1.0], mean, vec![c.cov(dim)], vec![0]).is_err()
    };
    match components.iter().enumerate().find(|(_, c)| refused(c.get_ref())) {
        Some((i, c)) => format!(
            "{}covariance is not positive definite; make its diagonal larger or the rest of it smaller",
            place(text, i, c)
        ),
        None => error.to_string(),
    }
}
