//! Conditions beside the class: AND with positive weights, NOT with negative ones.

use super::answer::tell;
use super::source::Source;
use crate::guidance::{ClassifierGuided, Composed, Gamma, GradientScaled};
use crate::mixture::{Mixture, Tilt};
use crate::score::{Likelihood, ScoreFn};
use crate::{Error, Result};
use clap::Args;

/// The conditions beside the class.
#[derive(Debug, Clone, Default, Args)]
pub struct AlsoArgs {
    /// Further conditions with a weight each: AND above 0, NOT below; γ is the weight of --class
    #[arg(long, value_name = "CLASS:WEIGHT", value_delimiter = ',')]
    pub also: Vec<String>,
}

impl AlsoArgs {
    /// The conditions: (wᵢ, yᵢ).
    ///
    /// # Errors
    /// If one is no class and weight, or there is no class to stand beside.
    pub fn conditions(&self, source: &Source, gamma: Gamma) -> Result<Vec<(Gamma, usize)>> {
        let Some(first) = self.also.first() else { return Ok(Vec::new()) };
        let Some(class) = source.class.filter(|_| !source.all && !source.autoguided()) else {
            let must = "left out, or beside one --class and without --guiding";
            return Err(Error::value("--also", first, must));
        };
        let parse = |text: &String| -> Result<(Gamma, usize)> {
            let wrong = || Error::value("--also", text, "a class and a weight, as in cat:1.5");
            let (name, weight) = text.rsplit_once(':').ok_or_else(wrong)?;
            let weight = weight.parse().map_err(|_| wrong())?;
            Ok((Gamma::new(weight).map_err(|_| wrong())?, source.class_of(name)?))
        };
        let also: Vec<(Gamma, usize)> = self.also.iter().map(parse).collect::<Result<_>>()?;
        if let Some(scene) = source.scene() {
            let all = [(gamma, class)].into_iter().chain(also.iter().copied());
            let given: Vec<(f64, Mixture)> =
                all.map(|(w, y)| (w.value(), scene.mixture.given(y))).collect();
            let terms: Vec<(f64, &Mixture)> = given.iter().map(|(w, m)| (*w, m)).collect();
            if let Some(warning) = Tilt::warning(&scene.mixture, &terms) {
                tell(format!("warning: {warning}"));
            }
        }
        Ok(also)
    }
}

impl Source {
    /// Calls `f` with the score at this γ and under the further conditions (wᵢ, yᵢ):
    ///
    /// ```text
    /// s_u + γ·(s_y − s_u) + Σᵢ wᵢ·(s_yᵢ − s_u)
    /// ```
    ///
    /// A difference of scores is the classifier's gradient where a classifier steers. Source: Liu et al. 2022 (2206.01714),
    /// eq. 11 and 13.
    pub fn with<T>(&self, gamma: Gamma, f: impl FnOnce(&dyn ScoreFn) -> T) -> T {
        let also = &self.also;
        let Some(class) = self.class.filter(|_| !also.is_empty()) else {
            return self.with_class(gamma, f);
        };
        if self.score_is_exact() && !self.classified() {
            let mixture = self.exact();
            let given: Vec<Mixture> = also.iter().map(|(_, y)| mixture.given(*y)).collect();
            let main = mixture.given(class);
            let rest = also.iter().zip(&given).map(|((w, _), m)| (w.value(), m as &dyn ScoreFn));
            let terms = std::iter::once((gamma.value(), &main as &dyn ScoreFn)).chain(rest);
            return f(&Composed { base: mixture, terms: terms.collect() });
        }
        match self.joint().ok().filter(|_| !self.classified()) {
            Some(net) => {
                let rest = also.iter().map(|(w, y)| (w.value(), *y));
                let terms: Vec<_> = std::iter::once((gamma.value(), class)).chain(rest).collect();
                f(&net.composed(&terms))
            }
            None => {
                let (all, scale) = (self.likelihoods(), self.gradient_scale());
                let scaled = |likelihood| GradientScaled { likelihood, scale };
                let all: Vec<_> = all.iter().map(|likelihood| scaled(&**likelihood)).collect();
                let terms: Vec<(Gamma, &dyn Likelihood)> =
                    also.iter().map(|(w, y)| (*w, &all[*y] as _)).collect();
                self.with_class(gamma, |score| led(score, &terms, f))
            }
        }
    }
}

/// Calls `f` with a score led by every one of these classifiers.
fn led<T>(
    score: &dyn ScoreFn,
    terms: &[(Gamma, &dyn Likelihood)],
    f: impl FnOnce(&dyn ScoreFn) -> T,
) -> T {
    match terms.split_first() {
        None => f(score),
        Some(((gamma, likelihood), rest)) => {
            led(&ClassifierGuided { score, likelihood: *likelihood, gamma: *gamma }, rest, f)
        }
    }
}
