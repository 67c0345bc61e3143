//! The docstrings of the Python package begin as the docs of what it wraps do.

use super::collect;
use super::items::{Item, items};
use crate::common::repository;
use std::fs;
use std::path::Path;

/// What an item of the package wraps, where that is not what is called so in the module, or of the type, that is called so.
const WRAPPED: &[(&str, &str)] = &[
    ("CleanClassifier.classes", "Mixture::classes"),
    ("CleanClassifier.dim", "ScoreFn::dim"),
    ("CleanClassifier.save", "Checkpoint::save"),
    ("Comparison", "lab::Contested"),
    ("Comparison.table", "lab::Contested::compare"),
    ("Comparison.warning", "lab::Contest::warning"),
    ("Figure", "figures::Figure"),
    ("Figure.caption", "figures::Figure::caption"),
    ("Figure.numbers", "figures::Figure::numbers"),
    ("Figure.title", "figures::Figure::title"),
    ("JointNetwork", "JointNet"),
    ("JointNetwork.dim", "ScoreFn::dim"),
    ("JointNetwork.points", "View::points"),
    ("JointNetwork.save", "Checkpoint::save"),
    ("Likelihood.dim", "ScoreFn::dim"),
    ("NoisyClassifier.classes", "Mixture::classes"),
    ("NoisyClassifier.dim", "ScoreFn::dim"),
    ("NoisyClassifier.save", "Checkpoint::save"),
    ("Plan.dim", "ScoreFn::dim"),
    ("Glyphs.draw", "Glyphs::draw_as"),
    ("Scene.given", "Mixture::given"),
    ("Scene.posterior", "Mixture::posterior"),
    ("Scene.sample", "Mixture::sample"),
    ("Score", "ScoreFn"),
    ("Score.eps", "score::eps"),
    ("ScoreNetwork", "ScoreNet"),
    ("ScoreNetwork.points", "View::points"),
    ("ScoreNetwork.save", "Checkpoint::save"),
    ("Tilt.of", "Tilt::new"),
    ("any_of", "AnyOf"),
    ("classifier_guided", "ClassifierGuided"),
    ("composed", "Composed"),
    ("gradient_scaled", "GradientScaled"),
    ("guided", "Guided"),
    ("load", "checkpoint::find"),
    ("mean", "metrics::mean_with_se"),
    ("method", "methods::build"),
    ("methods", "methods::METHODS"),
    ("mode_counts", "metrics::drawn_mode_counts"),
];

/// What the package alone has.
const OWN: &[&str] = &[
    "Caption.label",
    "CleanClassifier.info",
    "CleanClassifier.params",
    "Comparison.samples",
    "Figure.png",
    "Figure.save",
    "Figure.stem",
    "Figure.svg",
    "Grid.process",
    "JointNetwork.info",
    "JointNetwork.params",
    "NoisyClassifier.info",
    "NoisyClassifier.params",
    "Plan.knobs",
    "Plan.name",
    "Sampler.name",
    "Scene.class_names_vi",
    "Scene.label",
    "Scene.of",
    "ScoreNetwork.info",
    "ScoreNetwork.params",
    "compare",
    "figure",
    "figures",
    "processes",
    "samplers",
    "scenes",
    "sheet",
    "train",
];

/// The sources of a crate below a folder.
fn source(folder: &str) -> Vec<Item> {
    let mut found = Vec::new();
    collect(&repository(folder), &mut |path: &Path, text| found.extend(items(path, &text)));
    found
}

/// What the package shows to Python, by its name there.
fn package() -> Vec<(String, Item)> {
    let shown = |item: Item| {
        let alone =
            item.attributes.contains("#[pyclass") || item.attributes.contains("#[pyfunction");
        let shown = alone || item.block.contains("#[pymethods]") || item.block.contains("get_all");
        let within = |before: &str, after: char| {
            Some(item.attributes.split_once(before)?.1.split_once(after)?.0.to_string())
        };
        let own = within("(name = \"", '"').or_else(|| within("#[getter(", ')'));
        let own = own.unwrap_or_else(|| item.name.clone());
        let name = item.owner.as_ref().map_or(own.clone(), |owner| format!("{owner}.{own}"));
        (shown && !own.starts_with('_')).then_some((name, item))
    };
    source("python/src").into_iter().filter_map(shown).collect()
}

/// The one item at a path such as `mixture::Mixture::given`, which may begin with the folder of a crate.
fn find<'a>(crates: &'a [(&str, Vec<Item>)], path: &str) -> Result<&'a Item, String> {
    let parts: Vec<&str> = path.split("::").collect();
    let (first, name) = (parts[0], parts[parts.len() - 1]);
    let named = |part: &&&str| part.starts_with(char::is_uppercase);
    let owner = parts[..parts.len() - 1].last().filter(named).copied();
    let (_, all) = crates.iter().find(|(own, _)| *own == first).unwrap_or(&crates[0]);
    let modules = || parts[..parts.len() - 1].iter().filter(|part| !named(part));
    let inside = |item: &Item| {
        let steps: Vec<String> =
            item.path.with_extension("").iter().map(|s| s.to_string_lossy().into()).collect();
        modules().all(|module| steps.iter().any(|step| step == module))
    };
    let fits = |i: &&Item| i.name == name && i.owner.as_deref() == owner && inside(i);
    let mut found = all.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(item), None) => Ok(item),
        (None, _) => Err(format!("there is no {path}")),
        (Some(_), Some(_)) => Err(format!("there are several {path}")),
    }
}

/// Where the default of a name of the package leads.
fn default(name: &str, item: &Item) -> String {
    match name.split_once('.') {
        Some((class, member)) => format!("{}::{member}", renamed(class)),
        None if name.starts_with(char::is_uppercase) => renamed(name).into(),
        None => format!("{}::{name}", item.path.file_stem().unwrap_or_default().to_string_lossy()),
    }
}

/// The type that a class wraps.
fn renamed(class: &str) -> &str {
    WRAPPED.iter().find(|(name, _)| *name == class).map_or(class, |(_, path)| path)
}

/// A paragraph as lines of documentation.
fn lines(paragraph: &str, indent: &str) -> Vec<String> {
    let mut lines = vec![format!("{indent}///")];
    for word in paragraph.split(' ') {
        let last = lines.last_mut().expect("a line");
        if last.chars().count() + 1 + word.chars().count() > 130 {
            lines.push(format!("{indent}/// {word}"));
        } else {
            *last += &format!(" {word}");
        }
    }
    lines
}

/// Puts a sentence in the place of the first of an item, and keeps the others.
fn write(item: &Item, sentence: &str) {
    let text = fs::read_to_string(&item.path).expect("a source file");
    let mut all: Vec<String> = text.lines().map(String::from).collect();
    let line = &all[item.lines.start];
    let indent = " ".repeat(line.len() - line.trim_start().len());
    let paragraph = format!("{sentence} {}", item.rest());
    all.splice(item.lines.clone(), lines(paragraph.trim_end(), &indent));
    fs::write(&item.path, all.join("\n") + "\n").expect("the source can be written");
}

/// The crates that the package wraps.
fn crates() -> Vec<(&'static str, Vec<Item>)> {
    vec![("src", source("src")), ("figures", source("figures/src")), ("lab", source("lab/src"))]
}

/// What is wrong with a docstring, and the sentence that it must begin with.
fn wrong(crates: &[(&str, Vec<Item>)], (name, item): &(String, Item)) -> Option<(String, String)> {
    let path = WRAPPED.iter().find(|(own, _)| own == name);
    let path = path.map_or_else(|| default(name, item), |(_, path)| (*path).into());
    let found = find(crates, &path).unwrap_or_else(|why| panic!("{name}: {why}"));
    let (own, want) = (item.sentence(), found.sentence());
    assert!(!want.contains("::"), "{path} begins with what no reader of Python knows: {want}");
    (own != want).then(|| (format!("{name}: {own}\n    not, as {path}, {want}"), want))
}

#[test]
fn docstrings_of_the_package_begin_as_the_docs_of_what_it_wraps() {
    let (crates, mut package) = (crates(), package());
    for name in OWN.iter().chain(WRAPPED.iter().map(|(name, _)| name)) {
        assert!(package.iter().any(|(own, _)| own == name), "the package has no {name}");
    }
    package.retain(|(name, _)| !OWN.contains(&name.as_str()));
    assert!(package.len() > 4 * OWN.len(), "{} are wrapped", package.len());
    // from the end of each file, so that what is written moves nothing that is still to come
    package.sort_by_key(|(_, item)| std::cmp::Reverse(item.lines.start));
    let mut all = Vec::new();
    for shown in &package {
        let Some((why, want)) = wrong(&crates, shown) else { continue };
        if std::env::var_os("SCORELAB_WRITE").is_some() {
            write(&shown.1, &want);
        }
        all.push(why);
    }
    let how = "SCORELAB_WRITE=1 writes the first sentences of python/src again";
    assert!(all.is_empty(), "{}\n{how}", all.join("\n"));
}

#[test]
fn a_docstring_that_begins_in_another_way_is_found() {
    let crates = crates();
    let mut score = package().into_iter().find(|(name, _)| name == "Score.score").unwrap();
    assert!(wrong(&crates, &score).is_none());
    score.1.paragraph = score.1.paragraph.replacen("row", "line", 1);
    assert!(wrong(&crates, &score).is_some());
    assert!(find(&crates, "Mixture::give").is_err(), "there is none");
    assert!(
        find(&crates, "rng::Noise::split").is_ok()
            && find(&crates, "sampler::Noise::split").is_err()
    );
}
