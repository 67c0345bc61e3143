//! A file of points as a scene.

use super::table::{Table, TableOptions};
use ndarray::Array2;
use scorelab::data::{ClassName, PointFile, Scene, of_points, spread};
use scorelab::file::fingerprint;
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
        true => scene_of_points(&PointFile { path: name_or_path.into(), ..PointFile::default() }),
        false => Scene::find_with_fingerprint(name_or_path),
    }
}

/// The scene of the points in a file, named after the file; with the fingerprint of what was read: its points, their
/// classes and their spread.
///
/// # Errors
/// As [`Table::read`], [`Table::points`] and [`Table::labels`]; if there are more points than a scene has, all are equal
/// and no `sd` is given, or `sd` is not a positive number.
pub fn scene_of_points(file: &PointFile) -> Result<(Scene, String)> {
    let wrong = |why: String| Error::File { path: file.path.clone().into(), why };
    let options = TableOptions { header: file.header, ..TableOptions::default() };
    let table = Table::read(&file.path, options)?;
    let x = table.points(&file.columns, None)?;
    let labels = table.labels(&file.columns)?;
    let (n, d) = x.dim();
    if n > MOST_POINTS || n * d * d > MOST_NUMBERS {
        let most = MOST_POINTS.min(MOST_NUMBERS / (d * d)).max(1);
        return Err(wrong(format!(
            "it has {n} points of {d} coordinates, but a scene has at most {most}; use fewer"
        )));
    }
    let (words, y) = labels.unwrap_or_else(|| (vec!["all".into()], vec![0; n]));
    if words.len() > MOST_CLASSES {
        let count = words.len();
        return Err(wrong(format!("it has {count} labels, but at most {MOST_CLASSES} are read")));
    }
    let sd = match file.sd {
        Some(sd) if (SPREAD.0..=SPREAD.1).contains(&sd) => sd,
        Some(sd) => return Err(Error::value("--sd", sd, "a finite number above 0")),
        None => Some(spread(x.view(), &y)).filter(|sd| *sd > 0.0).ok_or_else(|| {
            wrong(
                "its points are all equal, so their spread is not known; give it with --sd".into(),
            )
        })?,
    };
    let print = fingerprint(&numbers(&x, &y, sd, &words));
    let class_names = words.into_iter().map(|w| ClassName { en: w.clone(), vi: w }).collect();
    let name = Path::new(&file.path).file_stem().unwrap_or_default().to_string_lossy();
    let mixture = of_points(x, sd, y)?;
    Ok((Scene { name: printable(&name), mixture, class_names }, print))
}

/// What was read, as bytes.
fn numbers(x: &Array2<f64>, y: &[usize], sd: f64, words: &[String]) -> Vec<u8> {
    let values = x.iter().copied().chain([sd]).chain(y.iter().map(|y| *y as f64));
    let words = words.iter().flat_map(|word| word.bytes().chain([0]));
    values.flat_map(f64::to_le_bytes).chain(words).collect()
}
