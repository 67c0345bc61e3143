//! What a method can be built of.

use super::About;
use crate::condition::Observation;
use crate::guidance::{Composed, Gamma, Guided};
use crate::score::{Likelihood, LogDensity, ScoreFn};
use crate::{Error, Result};
use serde::Serialize;
use std::sync::Arc;

/// A score that is shared and can be kept.
pub type Score = Arc<dyn ScoreFn>;

/// How a model that answers in one pass blends its scores: from γ and the weights of [`Parts::also`],
/// s_u + γ·(s_c − s_u) + Σᵢ wᵢ·(sᵢ − s_u).
pub type Blend = Arc<dyn Fn(Gamma, &[f64]) -> Score + Send + Sync>;

/// Something that a method cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// s_u.
    Unconditional,
    /// s_c.
    Conditional,
    /// p(y | x_t).
    Classifier,
    /// A worse score of the same condition.
    Guiding,
    /// log p_t of x and of x given y.
    Densities,
    /// The scores and priors of all classes.
    Classes,
    /// Which of the classes s_c is of.
    Class,
    /// Points of two coordinates or more.
    Coordinates,
    /// y = A·x₀ + τ·n.
    Observation,
    /// Coordinates of x₀.
    Mask,
}

impl Need {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Need::Unconditional => "an unconditional score",
            Need::Conditional => "a conditional score",
            Need::Classifier => "a classifier",
            Need::Guiding => "a guiding score, worse than the conditional one",
            Need::Densities => "the exact densities of a scene",
            Need::Classes => "the scores of all classes",
            Need::Class => "the number of the class",
            Need::Coordinates => "two coordinates or more",
            Need::Observation => "an observation: a mask or a point",
            Need::Mask => "a mask that is exact",
        }
    }
}

/// What there is to build a method of. What is left out is refused by the methods that need it.
#[derive(Clone, Default)]
pub struct Parts {
    /// s_u, or whatever else stands for the score to go away from.
    pub unconditional: Option<Score>,
    /// s_c.
    pub conditional: Option<Score>,
    /// p(y | x_t).
    pub classifier: Option<Arc<dyn Likelihood>>,
    /// A worse score of the same condition.
    pub guiding: Option<Score>,
    /// wᵢ and sᵢ of further conditions.
    pub also: Vec<(f64, Score)>,
    /// p_t(x) and p_t(x | y).
    pub densities: Option<[Arc<dyn LogDensity>; 2]>,
    /// P(y) and s_y of every class.
    pub classes: Vec<(f64, Score)>,
    /// Which of them s_c is of, by its number from 0.
    pub class: Option<usize>,
    /// Something measured of the data.
    pub observation: Option<Arc<Observation>>,
    /// The height and width of an image, whose pixels in rows are the coordinates.
    pub image: Option<(usize, usize)>,
    /// The blend of a model that answers in one pass; without it the scores are asked one by one.
    pub blend: Option<Blend>,
}

impl Parts {
    /// The number of coordinates of a point, if there is a score.
    fn dim(&self) -> Option<usize> {
        self.unconditional.as_ref().or(self.conditional.as_ref()).map(|s| s.dim())
    }

    /// Whether this part is there.
    pub fn has(&self, need: Need) -> bool {
        match need {
            Need::Unconditional => self.unconditional.is_some(),
            Need::Conditional => self.conditional.is_some(),
            Need::Classifier => self.classifier.is_some(),
            Need::Guiding => self.guiding.is_some(),
            Need::Densities => self.densities.is_some(),
            Need::Classes => !self.classes.is_empty(),
            Need::Class => self.class.is_some(),
            Need::Coordinates => self.dim().is_none_or(|d| d >= 2),
            Need::Observation => self.observation.is_some(),
            Need::Mask => self.observation.as_ref().is_some_and(|o| o.known().is_some()),
        }
    }

    /// What is missing that the method needs.
    pub fn lacking(&self, about: &About) -> Vec<Need> {
        about.needs.iter().copied().filter(|need| !self.has(*need)).collect()
    }

    /// Refuses parts among which something is missing that the method needs, a class that is none of the classes, and an observation
    /// of other points than the score's.
    ///
    /// # Errors
    /// If something is missing, and the message names all of it; if the class that the method needs is not below the number of
    /// classes; if the observation does not have the width of a point.
    pub fn check(&self, about: &About) -> Result<()> {
        let lacking: Vec<&str> = self.lacking(about).into_iter().map(Need::words).collect();
        if !lacking.is_empty() {
            let must = format!("given {}, or another method chosen", lacking.join(" and "));
            return Err(Error::value("the method", about.name, must));
        }
        match self.class {
            Some(class) if about.needs.contains(&Need::Class) && class >= self.classes.len() => {
                let must = format!("below {}, the number of classes", self.classes.len());
                return Err(Error::value("the class", class, must));
            }
            _ => (),
        }
        match (self.dim(), self.observation.as_ref().map(|o| o.map().ncols())) {
            (Some(dim), Some(width)) if width != dim => {
                let must = format!("{dim}, as many as a point has coordinates");
                Err(Error::value("the width of the observation", width, must))
            }
            _ => Ok(()),
        }
    }

    /// s_u.
    ///
    /// # Panics
    /// If there is none; [`Parts::check`] says so first.
    pub fn unconditional(&self) -> Score {
        self.unconditional.clone().expect("an unconditional score, which was checked")
    }

    /// s_c.
    ///
    /// # Panics
    /// If there is none; [`Parts::check`] says so first.
    pub fn conditional(&self) -> Score {
        self.conditional.clone().expect("a conditional score, which was checked")
    }

    /// The place of s_c's class among all.
    ///
    /// # Panics
    /// If it is not told; [`Parts::check`] says so first.
    pub fn class(&self) -> usize {
        self.class.expect("the number of the class, which was checked")
    }

    /// y = A·x₀ + τ·n.
    ///
    /// # Panics
    /// If there is none; [`Parts::check`] says so first.
    pub fn observation(&self) -> Arc<Observation> {
        self.observation.clone().expect("an observation, which was checked")
    }

    /// Ordinary guidance, in one pass where the model can.
    ///
    /// ```text
    /// s_u + γ·(s_c − s_u)
    /// ```
    ///
    /// # Panics
    /// If there is no conditional or no unconditional score.
    pub fn guided(&self, gamma: Gamma) -> Score {
        match &self.blend {
            Some(blend) => blend(gamma, &vec![0.0; self.also.len()]),
            None => Arc::new(self.pair(gamma)),
        }
    }

    /// Ordinary guidance and the further conditions.
    ///
    /// ```text
    /// s_u + γ·(s_c − s_u) + Σᵢ wᵢ·(sᵢ − s_u)
    /// ```
    ///
    /// # Panics
    /// As [`Parts::guided`].
    pub fn composed(&self, gamma: Gamma) -> Score {
        if let Some(blend) = &self.blend {
            let weights: Vec<f64> = self.also.iter().map(|(w, _)| *w).collect();
            return blend(gamma, &weights);
        }
        if self.also.is_empty() {
            return self.guided(gamma);
        }
        let first = std::iter::once((gamma.value(), self.conditional()));
        let terms = first.chain(self.also.iter().cloned()).collect();
        Arc::new(Composed { base: self.unconditional(), terms })
    }

    /// s_c and s_u as they are, for a formula that asks both.
    ///
    /// # Panics
    /// As [`Parts::guided`].
    pub fn pair(&self, gamma: Gamma) -> Guided<Score, Score> {
        Guided { main: self.conditional(), guiding: self.unconditional(), gamma }
    }
}
