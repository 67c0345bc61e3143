//! The second half of the lecture: one network, trained jointly with and without the condition, steers itself.
//!
//! ```text
//! s_γ(x) = (1 − γ)·s_θ(x, ∅) + γ·s_θ(x, y)
//! ```
//!
//! No classifier is trained, yet one is there: s_θ(x, y) − s_θ(x, ∅) is the gradient of an implicit log p(y | x_t). A label
//! is a row of the network's table; the null label ∅ is one row more.

mod shown;

pub use shown::shown_labels;

use crate::guidance::Gamma;
use crate::mixture::Labelled;
use crate::nn::{Mlp, MlpConfig, ScoreNet, Target, Workspace};
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use crate::train::{BlockRows, Denoising, Levels, Objective, TrainConfig, TrainStep, run};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// One score network for all conditions and for none: s_θ(x, level, y), with y a class or ∅.
///
/// ```text
/// D(x, y) = c_skip·x/α + c_out·F_θ(c_in·x/α, log-SNR, E_y),   E (classes + 1, embedding), its last row that of ∅
/// ```
///
/// It is not a score itself: a condition has to be bound first. A clone and every way of binding one share the weights.
/// Source: Ho & Salimans 2022 (2207.12598), algorithm 1.
#[derive(Debug, Clone)]
pub struct JointNet {
    /// The network with its target and its scaling; asked alone, without a label, it has no answer.
    pub net: Arc<ScoreNet>,
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

    /// A network with the given weights.
    ///
    /// # Panics
    /// If the network has no label table of at least two rows.
    pub fn of(mlp: Mlp, target: Target, sigma_data: f64) -> Self {
        assert!(mlp.config.labels > 1, "a row for a class and one for ∅");
        JointNet { net: Arc::new(ScoreNet::of(mlp, target, sigma_data)) }
    }

    /// F_θ.
    pub fn mlp(&self) -> &Mlp {
        &self.net.mlp
    }

    /// The number of classes; ∅ is not one of them.
    pub fn classes(&self) -> usize {
        self.net.mlp.config.labels - 1
    }

    /// The same network with a spread for each coordinate, as [`ScoreNet`] has it.
    ///
    /// # Panics
    /// If there is one, but not for each coordinate.
    pub fn with_spread(self, spread: Vec<f64>) -> Self {
        let ScoreNet { ref mlp, target, sigma_data, .. } = *self.net;
        let net = ScoreNet::of(mlp.clone(), target, sigma_data).with_spread(spread);
        JointNet { net: Arc::new(net) }
    }

    /// The same network with other weights.
    ///
    /// # Panics
    /// If they are those of another shape.
    pub fn with_weights(&self, mlp: Mlp) -> Self {
        assert_eq!(mlp.config, self.net.mlp.config, "weights of this shape");
        JointNet::of(mlp, self.net.target, self.net.sigma_data).with_spread(self.net.spread.clone())
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
        self.knows(data)?;
        let ScoreNet { target, sigma_data, ref spread, .. } = *self.net;
        JointDenoising::new(Denoising { data, target, sigma_data, spread, levels }, p_drop)
    }

    /// Refuses data with a label that is not a class of the network.
    fn knows(&self, data: &Labelled) -> Result<()> {
        match data.y.iter().find(|y| **y >= self.classes()) {
            None => Ok(()),
            Some(y) => {
                let must = format!("below {}, the number of the network's classes", self.classes());
                Err(Error::value("a label of the data", y, must))
            }
        }
    }

    /// s_θ(x, y), the conditional score.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn given(&self, class: usize) -> JointScore {
        self.composed(&[(1.0, class)])
    }

    /// s_θ(x, ∅), the unconditional score.
    pub fn unconditional(&self) -> JointScore {
        self.composed(&[])
    }

    /// Classifier-free guidance in one pass through the network: what
    /// [`Guided`](crate::guidance::Guided) with `main` = [`JointNet::given`] and `guiding` = [`JointNet::unconditional`]
    /// computes in two.
    ///
    /// ```text
    /// s_γ = (1 − γ)·s_θ(x, ∅) + γ·s_θ(x, y)
    /// ```
    ///
    /// γ = 0 and γ = 1 are the unconditional and the conditional score bit for bit, at the cost of one evaluation.
    /// Source: Ho & Salimans 2022 (2207.12598), eq. 6, with γ = 1 + w.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn guided(&self, class: usize, gamma: Gamma) -> JointScore {
        self.composed(&[(gamma.value(), class)])
    }

    /// Several conditions at once, in one pass: AND with positive weights, NOT with negative ones.
    ///
    /// ```text
    /// s = s_∅ + Σᵢ wᵢ·(s_yᵢ − s_∅) = (1 − Σw)·s_∅ + Σᵢ wᵢ·s_yᵢ
    /// ```
    ///
    /// Terms whose weight is 0 are not evaluated. A negative label ("y and not z") is two terms.
    /// Source: Liu et al. 2022 (2206.01714), eq. 11 and 13.
    ///
    /// # Panics
    /// If there is no such class, or a weight is not finite.
    pub fn composed(&self, conditions: &[(f64, usize)]) -> JointScore {
        let rest = 1.0 - conditions.iter().map(|(w, _)| w).sum::<f64>();
        let size = 1.0 + conditions.iter().map(|(w, _)| w.abs()).sum::<f64>();
        // weights that sum to one but for rounding leave nothing to ∅
        let null =
            (self.classes(), if rest.abs() < 4.0 * f64::EPSILON * size { 0.0 } else { rest });
        for (w, class) in conditions {
            assert!(w.is_finite(), "a weight of {w}");
            assert!(*class < self.classes(), "class {class} of {}", self.classes());
        }
        let terms = std::iter::once(null).chain(conditions.iter().map(|(w, class)| (*class, *w)));
        JointScore { net: self.net.clone(), terms: terms.filter(|(_, w)| *w != 0.0).collect() }
    }

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
pub struct JointScore {
    net: Arc<ScoreNet>,
    terms: Vec<(usize, f64)>, // the row of the label table and its weight; weights sum to 1
}

impl JointScore {
    /// How often the network is evaluated for each point.
    pub fn evaluations(&self) -> usize {
        self.terms.len()
    }
}

impl ScoreFn for JointScore {
    fn dim(&self) -> usize {
        self.net.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.net.blend(x, level, &self.terms)
    }
}

/// Denoising score matching with the label of each row, or ∅ in its place with probability p_drop.
///
/// ```text
/// L = E |F_θ(c_in·x, log-SNR, y') − (x₀ − c_skip·x)/c_out|²/d,   y' = ∅ with probability p_drop, else y
/// ```
///
/// The label is dropped row by row, never for a whole batch. p_drop = 0 never trains ∅; p_drop = 1 never trains a
/// class. Source: Ho & Salimans 2022 (2207.12598), algorithm 1, line 3.
pub struct JointDenoising<'a> {
    denoising: Denoising<'a>,
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
        Ok(JointDenoising { denoising, p_drop })
    }
}

impl Objective for JointDenoising<'_> {
    fn block(&self, mlp: &Mlp, w: &mut Workspace, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let points = self.denoising.draw(w, rng, rows);
        for (label, point) in w.labels.iter_mut().zip(points) {
            let dropped = rng.random::<f64>() < self.p_drop;
            *label = if dropped { mlp.config.labels - 1 } else { self.denoising.data.y[point] };
        }
        self.denoising.answer(mlp, w, rows)
    }
}

/// Trains a joint network to its end and reports every step to `progress`.
///
/// # Errors
/// As [`TrainConfig::validated`] and [`JointDenoising::new`], if the data has a label that the network does not know, and
/// if training diverges.
pub fn train_joint(
    net: JointNet,
    data: &Labelled,
    levels: Levels,
    p_drop: f64,
    config: TrainConfig,
    mut progress: impl FnMut(TrainStep),
) -> Result<JointNet> {
    let objective = net.objective(data, levels, p_drop)?;
    let mlp = run(net.net.mlp.clone(), &objective, config, &mut progress)?;
    Ok(net.with_weights(mlp))
}
