//! The second half of the lecture: one network, trained jointly with and without the condition, steers itself.
//!
//! ```text
//! s_γ(x) = (1 − γ)·s_θ(x, ∅) + γ·s_θ(x, y)
//! ```
//!
//! No classifier is trained, yet one is there: s_θ(x, y) − s_θ(x, ∅) is the gradient of an implicit log p(y | x_t). A class
//! is a row of the network's table; the null label ∅ is one row more.

mod shown;
mod told;

pub use shown::shown_labels;
pub use told::{ConditionOf, JointEach};

use crate::condition::Condition;
use crate::guidance::Gamma;
use crate::mixture::Labelled;
use crate::nn::{Mlp, MlpConfig, Net, ScoreNet, Shape, Target, Workspace};
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use crate::train::{BlockRows, Denoising, Levels, Objective, TrainConfig, TrainStep, run};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// One score network for all conditions and for none: s_θ(x, level, y), with y a class or whatever else the network takes, or ∅.
///
/// ```text
/// D(x, y) = c_skip·x/α + c_out·F_θ(c_in·x/α, log-SNR, y)
/// ```
///
/// It is not a score itself: a condition has to be bound first. A clone and every way of binding one share the weights.
/// Source: Ho & Salimans 2022 (2207.12598), algorithm 1.
#[derive(Debug, Clone)]
pub struct JointNet<N: Net = Mlp> {
    /// The network with its target and its scaling; asked alone, it answers under ∅.
    pub net: Arc<ScoreNet<N>>,
}

impl JointNet {
    /// A network with random weights for the given number of classes; `config.labels` is set to classes + 1.
    ///
    /// # Errors
    /// As [`Mlp::new`], and if there is no class or no width for the embedding.
    pub fn new(
        config: MlpConfig,
        classes: usize,
        target: Target,
        sigma_data: f64,
        seed: u64,
    ) -> Result<Self> {
        for (what, n) in
            [("classes", classes), ("columns of a label's embedding", config.embedding)]
        {
            if n == 0 {
                return Err(Error::value(format!("the number of {what}"), n, "at least 1"));
            }
        }
        let config = MlpConfig { labels: classes + 1, ..config };
        ScoreNet::new(config, target, sigma_data, seed).map(|net| JointNet { net: Arc::new(net) })
    }

    /// The number of classes; ∅ is not one of them.
    pub fn classes(&self) -> usize {
        self.net.network.config.labels - 1
    }
}

impl<N: Net> JointNet<N> {
    /// A network with the given weights.
    ///
    /// # Panics
    /// If the network has no conditions.
    pub fn of(network: N, target: Target, sigma_data: f64) -> Self {
        assert!(network.config().conditional(), "a network with conditions");
        JointNet { net: Arc::new(ScoreNet::of(network, target, sigma_data)) }
    }

    /// F_θ.
    pub fn network(&self) -> &N {
        &self.net.network
    }

    /// The same network with a spread for each coordinate, as [`ScoreNet`] has it.
    ///
    /// # Panics
    /// If there is one, but not for each coordinate.
    pub fn with_spread(self, spread: Vec<f64>) -> Self {
        let ScoreNet { ref network, target, sigma_data, .. } = *self.net;
        let net = ScoreNet::of(network.clone(), target, sigma_data).with_spread(spread);
        JointNet { net: Arc::new(net) }
    }

    /// The same network with other weights.
    ///
    /// # Panics
    /// If they are those of another shape.
    pub fn with_weights(&self, network: N) -> Self {
        assert_eq!(network.config(), self.network().config(), "weights of this shape");
        JointNet::of(network, self.net.target, self.net.sigma_data)
            .with_spread(self.net.spread.clone())
    }

    /// What this network is trained to do on a data set with labels.
    ///
    /// # Errors
    /// If the data has a label that the network does not know, and as [`JointDenoising::new`].
    pub fn objective<'a>(
        &'a self,
        data: &'a Labelled,
        levels: Levels,
        p_drop: f64,
    ) -> Result<JointDenoising<'a>> {
        if let Some(most) = data.y.iter().max() {
            self.network().config().takes(&Condition::Class(*most))?;
        }
        JointDenoising::new(self.denoising(data, levels), p_drop)
    }

    /// What this network is trained to do on a data set whose label k stands for a condition, number k of a list, such as a
    /// caption.
    ///
    /// # Errors
    /// If a label has no condition, the network does not take one of them, and as [`JointDenoising::new`].
    pub fn objective_under<'a>(
        &'a self,
        data: &'a Labelled,
        conditions: &'a [Condition],
        levels: Levels,
        p_drop: f64,
    ) -> Result<JointDenoising<'a>> {
        let config = self.network().config();
        conditions.iter().try_for_each(|condition| config.takes(condition))?;
        if let Some(label) = data.y.iter().find(|y| **y >= conditions.len()) {
            let must = format!("below {}, the number of conditions", conditions.len());
            return Err(Error::value("a label of the data", label, must));
        }
        let joint = JointDenoising::new(self.denoising(data, levels), p_drop)?;
        let of = move |point: usize, _: &mut ChaCha8Rng| conditions[data.y[point]].clone();
        Ok(JointDenoising { conditions: Some(Box::new(of)), ..joint })
    }

    fn denoising<'a>(&'a self, data: &'a Labelled, levels: Levels) -> Denoising<'a> {
        let ScoreNet { target, sigma_data, ref spread, .. } = *self.net;
        Denoising { data, target, sigma_data, spread, levels }
    }

    /// s_θ(x, y), the conditional score, or under ∅ the unconditional one.
    ///
    /// # Panics
    /// If the network does not take the condition, as [`Shape::takes`] says.
    pub fn given(&self, condition: impl Into<Condition>) -> JointScore<N> {
        self.composed(&[(1.0, condition.into())])
    }

    /// s_θ(x, ∅), the unconditional score.
    pub fn unconditional(&self) -> JointScore<N> {
        self.given(Condition::None)
    }

    /// Classifier-free guidance in one pass through the network.
    ///
    /// ```text
    /// s_γ = (1 − γ)·s_θ(x, ∅) + γ·s_θ(x, y)
    /// ```
    ///
    /// [`Guided`](crate::guidance::Guided) with `main` = [`JointNet::given`] and `guiding` = [`JointNet::unconditional`] computes
    /// it in two. γ = 0 and γ = 1 are the unconditional and the conditional score bit for bit, at the cost of one evaluation.
    /// Source: Ho & Salimans 2022 (2207.12598), eq. 6, with γ = 1 + w.
    ///
    /// # Panics
    /// As [`JointNet::given`].
    pub fn guided(&self, condition: impl Into<Condition>, gamma: Gamma) -> JointScore<N> {
        self.composed(&[(gamma.value(), condition.into())])
    }

    /// Several conditions at once, in one pass: AND with positive weights, NOT with negative ones.
    ///
    /// ```text
    /// s = s_∅ + Σᵢ wᵢ·(s_yᵢ − s_∅) = (1 − Σw)·s_∅ + Σᵢ wᵢ·s_yᵢ
    /// ```
    ///
    /// Terms whose weight is 0 are not evaluated. A negative label ("y and not z") is two terms; ∅ adds nothing.
    /// Source: Liu et al. 2022 (2206.01714), eq. 11 and 13.
    ///
    /// # Panics
    /// As [`JointNet::given`], and if a weight is not finite.
    pub fn composed<C: Clone + Into<Condition>>(&self, conditions: &[(f64, C)]) -> JointScore<N> {
        let asked = conditions.iter().map(|(w, y)| (*w, y.clone().into()));
        let conditions: Vec<(f64, Condition)> =
            asked.filter(|(_, y)| *y != Condition::None).collect();
        let rest = 1.0 - conditions.iter().map(|(w, _)| w).sum::<f64>();
        let size = 1.0 + conditions.iter().map(|(w, _)| w.abs()).sum::<f64>();
        // weights that sum to one but for rounding leave nothing to ∅
        let rest = if rest.abs() < 4.0 * f64::EPSILON * size { 0.0 } else { rest };
        for (w, condition) in &conditions {
            assert!(w.is_finite(), "a weight of {w}");
            self.network().config().takes(condition).unwrap_or_else(|e| panic!("{e}"));
        }
        let terms = std::iter::once((Condition::None, rest))
            .chain(conditions.into_iter().map(|(w, condition)| (condition, w)));
        JointScore { net: self.net.clone(), terms: terms.filter(|(_, w)| *w != 0.0).collect() }
    }
}

impl JointNet {
    /// How much the network disagrees with itself about ∅: for exact scores Σ_y p(y | x)·s_y = s_∅.
    ///
    /// ```text
    /// √( E|s_θ(x, ∅) − Σ_y p(y | x)·s_θ(x, y)|² / E|s_θ(x, ∅)|² )
    /// ```
    ///
    /// `x` (n, d) and p(y | x) (n, classes). 0 for an exact model: it is the law of total expectation.
    ///
    /// # Panics
    /// If the probabilities have another shape.
    pub fn self_inconsistency(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        probabilities: ArrayView2<f64>,
    ) -> f64 {
        let shape = (x.nrows(), self.classes());
        assert_eq!(probabilities.dim(), shape, "a probability for each point and class");
        let null = self.unconditional().score(x, level);
        let mut miss = null.clone();
        for (class, p) in probabilities.columns().into_iter().enumerate() {
            let s = self.given(class).score(x, level);
            miss -= &(s * p.insert_axis(ndarray::Axis(1)));
        }
        ((&miss * &miss).sum() / (&null * &null).sum()).sqrt()
    }
}

/// A [`JointNet`] bound to a condition, to none, or to a weighted sum of conditions: the same weights, one pass.
///
/// The score is not defined at σ = 0.
#[derive(Debug, Clone)]
pub struct JointScore<N: Net = Mlp> {
    net: Arc<ScoreNet<N>>,
    terms: Vec<(Condition, f64)>, // weights sum to 1
}

impl<N: Net> JointScore<N> {
    /// How often the network is evaluated for each point.
    pub fn evaluations(&self) -> usize {
        self.terms.len()
    }
}

impl<N: Net> ScoreFn for JointScore<N> {
    fn dim(&self) -> usize {
        self.net.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.net.blend(x, level, &self.terms)
    }

    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        self.net.blend_vjp((x, v), level, &self.terms)
    }
}

/// Denoising score matching under the condition of each row, its class or what its label stands for, or ∅ in its place with
/// probability p_drop.
///
/// ```text
/// L = E |F_θ(c_in·x, log-SNR, y') − (x₀ − c_skip·x)/c_out|²/d,   y' = ∅ with probability p_drop, else y
/// ```
///
/// The condition is dropped row by row and as a whole, never for a whole batch and never word by word. p_drop = 0 never
/// trains ∅; p_drop = 1 never trains a condition. Source: Ho & Salimans 2022 (2207.12598), algorithm 1, line 3.
pub struct JointDenoising<'a> {
    denoising: Denoising<'a>,
    conditions: Option<Box<ConditionOf<'a>>>, // of a point, if it is not the class of its label
    p_drop: f64,
}

impl<'a> JointDenoising<'a> {
    /// The objective of a data set with labels.
    ///
    /// # Errors
    /// If `p_drop` is not between 0 and 1.
    pub fn new(denoising: Denoising<'a>, p_drop: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&p_drop) {
            return Err(Error::value("the probability of dropping a label", p_drop, "from 0 to 1"));
        }
        Ok(JointDenoising { denoising, conditions: None, p_drop })
    }
}

impl<N: Net> Objective<N> for JointDenoising<'_> {
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let points = self.denoising.draw(w, rng, rows);
        for (condition, point) in w.conditions.iter_mut().zip(points) {
            *condition = match &self.conditions {
                _ if rng.random::<f64>() < self.p_drop => Condition::None,
                Some(of) => of(point, rng),
                None => Condition::Class(self.denoising.data.y[point]),
            };
        }
        self.denoising.answer(net, w, rows)
    }
}

/// Trains a joint network to its end and reports every step to `progress`.
///
/// # Errors
/// As [`TrainConfig::validated`] and [`JointDenoising::new`], if the data has a label that the network does not know, and
/// if training diverges.
pub fn train_joint<N: Net>(
    net: JointNet<N>,
    data: &Labelled,
    levels: Levels,
    p_drop: f64,
    config: TrainConfig,
    progress: &mut dyn FnMut(TrainStep),
) -> Result<JointNet<N>> {
    let objective = net.objective(data, levels, p_drop)?;
    let trained = run(net.network().clone(), &objective, config, progress)?;
    Ok(net.with_weights(trained))
}

#[cfg(test)]
mod tests;
