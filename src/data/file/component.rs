//! One component of a scene file, and what can be wrong with it.

use ndarray::Array2;
use serde::Deserialize;
use std::fmt::Arguments;

/// The sizes between which squares, and squares of squares, are still ordinary numbers.
const LARGEST: f64 = 1e50;
const SMALLEST: f64 = 1e-50;

/// What was read, or what is wrong with it, without the name of the file.
pub type Parsed<T> = std::result::Result<T, String>;

/// A component as written. Every field is optional, so that the message about a missing one can name the component.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    pub weight: Option<f64>,
    pub mean: Option<Vec<f64>>,
    pub covariance: Option<Vec<Vec<f64>>>,
    sd: Option<f64>,
    pub label: Option<String>,
}

impl Component {
    /// Everything but the covariance's definiteness: what is missing, of another size, or no number to compute with.
    pub fn check(&self, dim: usize) -> Parsed<()> {
        let weight = self.weight.ok_or("weight is missing; add weight = 1")?;
        positive("weight", weight)?;
        let mean = self.mean.as_ref().ok_or("mean is missing; add mean = [x, y]")?;
        match mean.len() {
            0 => return Err("mean is empty; give it one number for each dimension".into()),
            n if n != dim => {
                return Err(format!("mean has {n} numbers; give it {dim} as in component 1"));
            }
            _ => mean
                .iter()
                .enumerate()
                .try_for_each(|(j, v)| number(format_args!("mean[{j}]"), *v))?,
        }
        match (&self.covariance, self.sd) {
            (None, None) => {
                return Err("neither sd nor covariance is given; add one, such as sd = 0.5".into());
            }
            (Some(_), Some(_)) => return Err("both sd and covariance are given; keep one".into()),
            (None, Some(sd)) => positive("sd", sd)?,
            (Some(rows), None) => check_covariance(rows, dim)?,
        }
        match self.label.as_deref().map(str::trim) {
            None => Err("label is missing; add label = \"dog\"".into()),
            Some("") => Err("label is empty; name the class".into()),
            Some(_) => Ok(()),
        }
    }

    /// Its covariance (d, d).
    pub fn cov(&self, dim: usize) -> Array2<f64> {
        match (&self.covariance, self.sd) {
            (Some(rows), _) => Array2::from_shape_fn((dim, dim), |(i, j)| rows[i][j]),
            (None, sd) => Array2::eye(dim) * sd.unwrap_or_default().powi(2),
        }
    }
}

fn check_covariance(rows: &[Vec<f64>], dim: usize) -> Parsed<()> {
    if rows.len() != dim {
        return Err(format!(
            "covariance has {} rows; give it {dim}, as many as the mean",
            rows.len()
        ));
    }
    for (i, row) in rows.iter().enumerate() {
        if row.len() != dim {
            return Err(format!("row {i} of covariance has {} numbers; give it {dim}", row.len()));
        }
        row.iter()
            .enumerate()
            .try_for_each(|(j, v)| number(format_args!("covariance[{i}][{j}]"), *v))?;
    }
    let size = rows.iter().flatten().fold(0.0f64, |a, v| a.max(v.abs()));
    if size < SMALLEST {
        return Err(format!("covariance is 0; give it a diagonal of at least {SMALLEST:e}"));
    }
    for (i, j) in (0..dim).flat_map(|i| (0..i).map(move |j| (i, j))) {
        if (rows[i][j] - rows[j][i]).abs() > 1e-12 * size {
            return Err(format!(
                "covariance[{i}][{j}] is {} but covariance[{j}][{i}] is {}; make them equal",
                rows[i][j], rows[j][i]
            ));
        }
    }
    Ok(())
}

fn number(what: Arguments, value: f64) -> Parsed<()> {
    if value.abs() <= LARGEST {
        return Ok(());
    }
    Err(format!("{what} is {value:e}; give it a finite number, at most {LARGEST:e} in size"))
}

fn positive(what: &str, value: f64) -> Parsed<()> {
    number(format_args!("{what}"), value)?;
    if value >= SMALLEST {
        return Ok(());
    }
    Err(format!("{what} is {value}; make it at least {SMALLEST:e}"))
}
