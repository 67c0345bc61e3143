//! What a method is built from, as the flags say: each score, classifier and density that there is.

use super::opened::Steering;
use crate::networks::{ScoreModel, in_words};
use crate::observed::{Exact, Observed};
use scorelab::condition::Condition;
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled};
use scorelab::methods::{Blend, Need, Parts, Score};
use scorelab::mixture::Mixture;
use scorelab::nn::Net;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, LogDensity};
use std::sync::Arc;

/// p(y | x_t) of a class, its gradient multiplied by c.
type Scaled = GradientScaled<Arc<dyn Likelihood>>;

impl Steering {
    /// What there is to build a method of, to steer to this class or to none.
    ///
    /// With `--guiding` the guide stands for the unconditional score. Where a classifier steers, s_u + ∇ log p(y | x_t)
    /// stands for the conditional one. Where something is observed, the class is part of what is then the unconditional score.
    pub fn parts(&self, class: Option<usize>) -> Parts {
        if let Some(observed) = &self.observed {
            return self.parts_observed(class, observed);
        }
        let score = self.score.as_ref();
        let guiding = self.guiding.as_ref().map(|guiding| guiding.given(class));
        // what takes long for a large scene is made only where it is needed
        let needs = |need| self.guidance.method.about().needs.contains(&need);
        let exact = self.exact().filter(|_| needs(Need::Densities)).zip(class);
        let densities = exact.map(|(all, class)| -> [Arc<dyn LogDensity>; 2] {
            [Arc::new(all.clone()), Arc::new(all.given(class))]
        });
        let priors = if needs(Need::Classes) { self.data.priors() } else { Vec::new() };
        let weighted = |(w, y): (f64, usize)| Some((w, self.given(y)?));
        Parts {
            unconditional: guiding.clone().or(score.map(|score| score.given(None))),
            conditional: match class {
                Some(class) => self.given(class),
                None => score.filter(|_| guiding.is_some()).map(|score| score.given(None)),
            },
            classifier: class.and_then(|class| self.likelihood(class)).map(|p| Arc::new(p) as _),
            also: self.also.iter().copied().filter_map(weighted).collect(),
            densities,
            classes: priors.into_iter().zip(0..).filter_map(weighted).collect(),
            class,
            image: self.data.size().filter(|_| self.data.sees_pixels()),
            blend: class.and_then(|class| self.blend(class)),
            guiding,
            observation: None,
        }
    }

    /// As [`Steering::parts`], to steer to what is observed.
    fn parts_observed(&self, class: Option<usize>, observed: &Observed) -> Parts {
        let prior = self.score.as_ref().map(|score| score.given(class));
        let exact = observed.exact.as_ref();
        let posterior =
            |exact: &Exact| -> Arc<Mixture> { Arc::new(exact.likelihood.posterior().clone()) };
        let likelihood = exact.filter(|_| self.classifier.is_some()).map(|exact| {
            let likelihood: Arc<dyn Likelihood> = Arc::new(exact.likelihood.clone());
            GradientScaled { likelihood, scale: self.guidance.gradient_scale }
        });
        let alone = exact.filter(|_| self.exact().is_some());
        Parts {
            conditional: match &likelihood {
                Some(likelihood) => {
                    prior.clone().map(|prior| guided(prior, (weight(1.0), likelihood)))
                }
                None => alone.map(|exact| posterior(exact) as Score),
            },
            classifier: likelihood.map(|p| Arc::new(p) as _),
            densities: alone.map(|exact| -> [Arc<dyn LogDensity>; 2] {
                [Arc::new(exact.prior.clone()), posterior(exact)]
            }),
            unconditional: prior,
            observation: Some(observed.observation.clone()),
            ..Parts::default()
        }
    }

    /// s_u + γ·(s_y − s_u), or s_u where there is no s_y: ordinary guidance, whatever the method.
    ///
    /// # Panics
    /// If there is no score: a classifier stands alone.
    pub fn ordinary(&self, gamma: Gamma) -> Score {
        let parts = self.parts(self.class);
        if parts.conditional.is_some() { parts.guided(gamma) } else { parts.unconditional() }
    }

    /// The unconditional score.
    ///
    /// # Panics
    /// If there is none: a classifier stands alone.
    pub fn free(&self) -> Score {
        self.score.as_ref().expect("a score to walk along").given(None)
    }

    /// The classifier that steers to the class: the one that is given or, of an exact score, the exact one.
    pub fn steering_classifier(&self) -> Option<Arc<dyn Likelihood>> {
        let class = self.class.filter(|_| self.guiding.is_none())?;
        if let (None, Some(ScoreModel::Exact(mixture))) = (&self.classifier, &self.score) {
            return Some(Arc::new(mixture.posterior(class)));
        }
        let likelihood = self.classifier.as_ref()?.given(class);
        Some(Arc::new(GradientScaled { likelihood, scale: self.gradient_scale() }))
    }

    /// s_y of a class that the score has seen or a classifier steers to.
    fn given(&self, class: usize) -> Option<Score> {
        let score = self.score.as_ref()?;
        let Some(likelihood) = self.likelihood(class) else {
            return score.labelled().then(|| score.given(Some(class)));
        };
        Some(guided(score.given(None), (weight(1.0), &likelihood)))
    }

    /// The mixture of an exact score that nothing but its class steers.
    fn exact(&self) -> Option<&Mixture> {
        match (&self.score, &self.classifier, &self.guiding) {
            (Some(ScoreModel::Exact(mixture)), None, None) => Some(mixture),
            _ => None,
        }
    }

    /// What a classifier steers by, if one does; c is a knob of the method or stands here.
    fn likelihood(&self, class: usize) -> Option<Scaled> {
        let likelihood = self.classifier.as_ref()?.given(class);
        Some(GradientScaled { likelihood, scale: self.guidance.gradient_scale })
    }

    /// How a classifier, or a joint network in one pass, blends what it has of this class and the further conditions.
    ///
    /// ```text
    /// s_u + γ·∇ log p(y | x_t) + Σᵢ wᵢ·∇ log p(yᵢ | x_t)
    /// ```
    fn blend(&self, class: usize) -> Option<Blend> {
        let classes: Vec<usize> =
            std::iter::once(class).chain(self.also.iter().map(|(_, y)| *y)).collect();
        match (&self.score, &self.classifier, &self.guiding) {
            (_, _, Some(_)) => None,
            (_, Some(_), None) => {
                let free = self.free();
                let all: Vec<Scaled> = classes.iter().filter_map(|y| self.likelihood(*y)).collect();
                Some(Arc::new(move |gamma: Gamma, also: &[f64]| -> Score {
                    let weights = std::iter::once(gamma).chain(also.iter().map(|w| weight(*w)));
                    weights.zip(&all).fold(free.clone(), guided)
                }))
            }
            (Some(ScoreModel::Joint(net)), None, None) => {
                Some(in_one_pass(net, classes.into_iter().map(Condition::from)))
            }
            (Some(ScoreModel::Captions(net)), None, None) => {
                Some(in_one_pass(net, classes.into_iter().map(|y| in_words(y.into()))))
            }
            _ => None,
        }
    }
}

/// How a joint network blends these conditions in one pass.
fn in_one_pass<N: Net + 'static>(
    net: &JointNet<N>,
    conditions: impl Iterator<Item = Condition>,
) -> Blend {
    let (net, conditions): (_, Vec<Condition>) = (net.clone(), conditions.collect());
    Arc::new(move |gamma: Gamma, also: &[f64]| -> Score {
        let weights = std::iter::once(gamma.value()).chain(also.iter().copied());
        let terms: Vec<_> = weights.zip(conditions.iter().cloned()).collect();
        Arc::new(net.composed(&terms))
    })
}

/// A score that a classifier steers.
fn guided(score: Score, (gamma, likelihood): (Gamma, &Scaled)) -> Score {
    Arc::new(ClassifierGuided { score, likelihood: likelihood.clone(), gamma })
}

/// A weight that was checked when it was read.
fn weight(w: f64) -> Gamma {
    Gamma::new(w).expect("a finite number")
}
