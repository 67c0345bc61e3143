//! A file of points as a scene.

use super::table::{Table, TableOptions};
use ndarray::Array2;
use scorelab::data::{ClassName, PointFile, Scene, of_points, spread};
use scorelab::file::fingerprint;
use scorelab::mixture::Labelled;
use scorelab::text::printable;
use scorelab::{Error, Result};
use std::path::Path;

/// The most points of a scene.
const MOST_POINTS: usize = 100_000;
/// The most numbers in all covariances together, points × dimension²: 80 MB.
const MOST_NUMBERS: usize = 10_000_000;
/// The most classes.
const MOST_CLASSES: usize = 1_000;
/// The smallest and the largest spread whose fourth power is still an ordinary number.
const SPREAD: (f64, f64) = (1e-50, 1e50);

/// The scene of that name, from a scene file or a file of points, as its ending says; with its fingerprint.
///
/// # Errors
/// As [`Scene::find`] and [`scene_of_points`].
pub fn find_scene(name_or_path: &str) -> Result<(Scene, String)> {
    match PointFile::is(name_or_path) {
        true => {
            let file = PointFile { path: name_or_path.into(), ..PointFile::default() };
            scene_of_points(&file, TableOptions::default())
        }
        false => Scene::find_with_fingerprint(name_or_path),
    }
}

/// What a file of points holds.
struct Read {
    /// What the file is called, without its folder and its ending.
    name: String,
    /// The points (n, d).
    x: Array2<f64>,
    /// The class of each (n).
    y: Vec<usize>,
    /// What the classes are called.
    words: Vec<String>,
}

/// The points of a file and their classes; all are of the class `all` where it has no labels.
fn read(file: &PointFile, options: TableOptions) -> Result<Read> {
    let table = Table::read(&file.path, TableOptions { header: file.header, ..options })?;
    let x = table.points(&file.columns, None)?;
    let labels = table.labels(&file.columns)?;
    let (words, y) = labels.unwrap_or_else(|| (vec!["all".into()], vec![0; x.nrows()]));
    if words.len() > MOST_CLASSES {
        let why = format!("it has {} labels, but at most {MOST_CLASSES} are read", words.len());
        return Err(Error::File { path: file.path.clone().into(), why });
    }
    let name = Path::new(&file.path).file_stem().unwrap_or_default().to_string_lossy();
    Ok(Read { name: printable(&name), x, y, words })
}

/// What labels are called; a file has one language.
fn class_names(words: Vec<String>) -> Vec<ClassName> {
    words.into_iter().map(|w| ClassName { en: w.clone(), vi: w }).collect()
}

/// The rows of a file of points, to learn from without a scene.
#[derive(Debug, Clone)]
pub struct Rows {
    /// What the file is called, without its folder and its ending.
    pub name: String,
    /// The points and their classes.
    pub points: Labelled,
    /// What the classes are called.
    pub class_names: Vec<ClassName>,
    /// The fingerprint of the points, their classes and the names of those.
    pub print: String,
}

/// The rows of a file of points, as many as `options` allow.
///
/// # Errors
/// As [`Table::read`], [`Table::points`] and [`Table::labels`].
pub fn rows_of_points(file: &PointFile, options: TableOptions) -> Result<Rows> {
    let Read { name, x, y, words } = read(file, options)?;
    let print = fingerprint(&numbers(&x, &y, None, &words));
    Ok(Rows { name, points: Labelled { x, y }, class_names: class_names(words), print })
}

/// The scene of the points in a file, named after the file; with the fingerprint of what was read: its points, their
/// classes and their spread.
///
/// # Errors
/// As [`Table::read`], [`Table::points`] and [`Table::labels`]; if there are more points than a scene has, all are equal
/// and no `sd` is given, or `sd` is not a positive number.
pub fn scene_of_points(file: &PointFile, options: TableOptions) -> Result<(Scene, String)> {
    let wrong = |why: String| Error::File { path: file.path.clone().into(), why };
    let Read { name, x, y, words } = read(file, options)?;
    let (n, d) = x.dim();
    if n > MOST_POINTS || n * d * d > MOST_NUMBERS {
        let most = MOST_POINTS.min(MOST_NUMBERS / (d * d)).max(1);
        return Err(wrong(format!(
            "it has {n} points of {d} coordinates, but a scene has at most {most}; use fewer"
        )));
    }
    let sd = match file.sd {
        Some(sd) if (SPREAD.0..=SPREAD.1).contains(&sd) => sd,
        Some(sd) => return Err(Error::value("--sd", sd, "a finite number above 0")),
        None => Some(spread(x.view(), &y)).filter(|sd| *sd > 0.0).ok_or_else(|| {
            wrong(
                "in each class its points are all equal, so their spread is not known; give it with --sd".into(),
            )
        })?,
    };
    let print = fingerprint(&numbers(&x, &y, Some(sd), &words));
    let mixture = of_points(x, sd, y)?;
    Ok((Scene { name, mixture, class_names: class_names(words) }, print))
}

/// What was read, as bytes.
fn numbers(x: &Array2<f64>, y: &[usize], sd: Option<f64>, words: &[String]) -> Vec<u8> {
    let values = x.iter().copied().chain(sd).chain(y.iter().map(|y| *y as f64));
    let words = words.iter().flat_map(|word| word.bytes().chain([0]));
    values.flat_map(f64::to_le_bytes).chain(words).collect()
}
