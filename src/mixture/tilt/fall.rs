//! Whether a product of powers of mixtures falls off far out, so that it can be normalised.

use crate::mixture::Mixture;
use crate::{Error, Result};
use ndarray::{Array1, array};
use std::f64::consts::TAU;

/// Refuses a product that cannot be normalised.
pub(super) fn falls_off(terms: &[(f64, &Mixture)]) -> Result<()> {
    let fall = least_fall(terms);
    if fall > 0.0 {
        return Ok(());
    }
    let improper = format!("improper: far out its log falls like −½·({fall:.3})·|x|²");
    let must = "a density that falls off in every direction; make the negative weights smaller";
    Err(Error::value("the tilt", improper, must))
}

/// Directions along which a fall is looked for: all there are in one dimension, every half degree in two, else axes of components.
fn directions(terms: &[(f64, &Mixture)], d: usize) -> Vec<Array1<f64>> {
    const MOST: usize = 360;
    match d {
        1 => vec![Array1::ones(1)],
        2 => (0..MOST)
            .map(|i| TAU * i as f64 / (2 * MOST) as f64)
            .map(|a| array![a.cos(), a.sin()])
            .collect(),
        _ => {
            let axes = terms.iter().flat_map(|(_, p)| p.axes.iter());
            let all: Vec<_> = axes.flat_map(|axes| axes.q.columns()).collect();
            all.iter().step_by(all.len().div_ceil(MOST)).map(|u| u.to_owned()).collect()
        }
    }
}

/// The least coefficient c over all directions u with which log q falls like −½·c·r² along r·u.
///
/// Far out a mixture falls like its slowest component: c = Σᵢ wᵢ·minₖ uᵀΣᵢₖ⁻¹u.
pub(super) fn least_fall(terms: &[(f64, &Mixture)]) -> f64 {
    let along = |u: Array1<f64>| -> f64 {
        let slowest = |p: &Mixture| {
            let fall = p.axes.iter().map(|a| {
                a.q.t().dot(&u).iter().zip(&a.lambda).map(|(q, l)| q * q / l).sum::<f64>()
            });
            fall.fold(f64::INFINITY, f64::min)
        };
        terms.iter().filter(|(w, _)| *w != 0.0).map(|(w, p)| w * slowest(p)).sum()
    };
    let directions = directions(terms, terms[0].1.means.ncols());
    let least = directions.into_iter().map(along).fold(f64::INFINITY, f64::min);
    let scale: f64 = terms.iter().map(|(w, p)| w.abs() / p.radius().powi(2)).sum();
    if least.abs() < 1e-9 * scale { 0.0 } else { least }
}
