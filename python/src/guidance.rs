//! Scores made of scores.

use crate::error::{refused, value};
use crate::mixture::Mixture;
use crate::pickle::{Again, function};
use crate::score::{Likelihood, Score, Taken, taken};
use pyo3::prelude::*;
use scorelab::guidance;
use std::sync::Arc;

/// γ.
///
/// # Errors
/// If it is not finite.
pub fn gamma(gamma: f64) -> PyResult<guidance::Gamma> {
    guidance::Gamma::new(gamma).map_err(refused)
}

/// Scores of one dimension, which Python functions take over from the others.
///
/// # Errors
/// If they have different ones, or nobody has any.
pub fn alike(objects: &[&Bound<PyAny>], dim: Option<usize>) -> PyResult<Vec<Taken>> {
    let known = objects.iter().find_map(|o| Some(o.cast::<Score>().ok()?.get().score.dim()));
    let dim = dim.or(known);
    let all: Vec<Taken> = objects.iter().map(|o| taken(o, dim)).collect::<PyResult<_>>()?;
    match all.iter().find(|t| Some(t.score.dim()) != dim) {
        Some(other) => {
            let must = format!("{}, as of the others", dim.unwrap_or(0));
            Err(value("the dimension of a score", other.score.dim(), must))
        }
        None => Ok(all),
    }
}

/// One score pushed away from another. It is s_guiding + γ·(s_main − s_guiding): classifier-free guidance where `guiding` is
/// unconditional.
#[pyfunction]
pub fn guided(main: &Bound<PyAny>, guiding: &Bound<PyAny>, gamma: f64) -> PyResult<Score> {
    let gamma = self::gamma(gamma)?;
    let (call, arguments) = (function(main.py(), "guided")?, (main, guiding, gamma.value()));
    let [main, guiding] = pair(main, guiding)?;
    let python = main.python || guiding.python;
    let guided = guidance::Guided { main: main.score, guiding: guiding.score, gamma };
    Score::made(Arc::new(guided), python).again(call, arguments)
}

fn pair(a: &Bound<PyAny>, b: &Bound<PyAny>) -> PyResult<[Taken; 2]> {
    let both = alike(&[a, b], None)?;
    Ok(both.try_into().unwrap_or_else(|_| unreachable!("two scores")))
}

/// An unconditional score steered by a classifier. It is ∇ₓ log p_t(x) + γ·∇ₓ log p(y | x_t).
#[pyfunction]
pub fn classifier_guided(
    score: &Bound<PyAny>,
    likelihood: &Bound<Likelihood>,
    gamma: f64,
) -> PyResult<Score> {
    let arguments = (score, likelihood, gamma);
    let likelihood = likelihood.get();
    let (taken, gamma) = (taken(score, Some(likelihood.dim))?, self::gamma(gamma)?);
    if taken.score.dim() != likelihood.dim {
        let must = format!("{}, as of the score", taken.score.dim());
        return Err(value("the dimension of the likelihood", likelihood.dim, must));
    }
    let likelihood = likelihood.inner.clone();
    let guided = guidance::ClassifierGuided { score: taken.score, likelihood, gamma };
    let call = function(score.py(), "classifier_guided")?;
    Score::made(Arc::new(guided), taken.python).again(call, arguments)
}

/// A likelihood whose gradient is too weak, or too strong, by a constant factor. Its gradient is c·∇ₓ log p(y | x_t) with c =
/// `scale`.
#[pyfunction]
pub fn gradient_scaled(likelihood: &Bound<Likelihood>, scale: f64) -> PyResult<Likelihood> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(value("scale", scale, "a finite number above 0"));
    }
    let again = Again::by(function(likelihood.py(), "gradient_scaled")?, (likelihood, scale))?;
    let Likelihood { inner, dim, .. } = likelihood.get();
    let inner = Arc::new(guidance::GradientScaled { likelihood: inner.clone(), scale });
    Ok(Likelihood { inner, dim: *dim, again })
}

/// Several conditions at once: AND with positive weights, NOT with negative ones. It is s_u + Σᵢ wᵢ·(sᵢ − s_u), where s_u is
/// `base` and `terms` a list of (wᵢ, sᵢ).
#[pyfunction]
pub fn composed(base: &Bound<PyAny>, terms: Vec<(f64, Bound<PyAny>)>) -> PyResult<Score> {
    let objects: Vec<&Bound<PyAny>> =
        std::iter::once(base).chain(terms.iter().map(|(_, s)| s)).collect();
    if let Some((w, _)) = terms.iter().find(|(w, _)| !w.is_finite()) {
        return Err(value("a weight", w, "a finite number"));
    }
    let mut all = alike(&objects, None)?.into_iter();
    let own = all.next().expect("the base");
    let mut python = own.python;
    let weighted = terms.iter().zip(all).map(|((w, _), t)| {
        python |= t.python;
        (*w, t.score)
    });
    let composed = guidance::Composed { terms: weighted.collect(), base: own.score };
    let call = function(base.py(), "composed")?;
    Score::made(Arc::new(composed), python).again(call, (base, terms))
}

/// Any of several distributions: OR, the score of their mixture. It is ∇ₓ log Σᵢ wᵢ·pᵢ(x), where `terms` is a list of (wᵢ, pᵢ),
/// wᵢ > 0.
#[pyfunction]
pub fn any_of(terms: Vec<(f64, Bound<Mixture>)>) -> PyResult<Score> {
    let Some((_, first)) = terms.first() else {
        return Err(value("the number of terms", 0, "at least 1"));
    };
    let dim = first.get().inner.means().ncols();
    for (w, p) in &terms {
        if !(w.is_finite() && *w > 0.0) {
            return Err(value("a weight", w, "a finite number above 0"));
        }
        if p.get().inner.means().ncols() != dim {
            let other = p.get().inner.means().ncols();
            return Err(value("the dimension of a term", other, format!("{dim}, as of the first")));
        }
    }
    let call = function(first.py(), "any_of")?;
    let inner = terms.iter().map(|(w, p)| (*w, p.get().inner.clone())).collect();
    Score::of(guidance::AnyOf { terms: inner }).again(call, (terms,))
}
