//! A classifier that has never seen noise.

use super::{ClassLikelihood, ClassifierConfig, LogitNet, Scaling};
use crate::Result;
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Mlp, Net, Shape};
use crate::noise::NoiseLevel;
use crate::train::TrainStep;
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// p_φ(y | x₀), trained on data only and asked about noisy points all the same.
///
/// It takes x_t for an x₀: far from the data it is sure where it should be in doubt, and its gradient is many times too
/// strong at high noise, while its *accuracy* there may be perfect. This is why guidance needs a
/// [`NoisyClassifier`](super::NoisyClassifier). As σ → 0 their tasks become the same. Source: Dhariwal & Nichol 2021 (2105.05233),
/// section 4, train the classifier on noisy images for this reason.
///
/// A clone shares the weights, and so does whatever is bound to a class.
#[derive(Debug, Clone)]
pub struct CleanClassifier<N: Net = Mlp>(pub(crate) Arc<LogitNet<N>>);

impl CleanClassifier {
    /// Trains on a labelled data set, without noise.
    ///
    /// # Errors
    /// If the data has fewer than two classes, a setting is out of range, or training diverges.
    pub fn train(
        data: &Labelled,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Self> {
        LogitNet::train(data, None, config, progress).map(|net| CleanClassifier(Arc::new(net)))
    }

    /// What the classifier sees in x, the last hidden layer after its activation: `x` (n, d) → (n, width).
    ///
    /// The logits are linear in it.
    pub fn features(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let width = self.0.network.config.width;
        self.0.forward(x, NoiseLevel::ve(1.0), width, |w| w.last_hidden())
    }
}

impl<N: Net> CleanClassifier<N> {
    /// The network behind it: d inputs, a logit for each class.
    pub fn network(&self) -> &N {
        &self.0.network
    }

    /// How x and the logits are scaled.
    pub fn scaling(&self) -> Scaling {
        self.0.scaling
    }

    /// A classifier with the given weights.
    ///
    /// # Panics
    /// If the network is not one of [`CrossEntropy`](super::CrossEntropy) without levels.
    pub fn of(network: N, scaling: Scaling) -> Self {
        let c = network.config();
        assert!(!c.sees_level() && !c.conditional(), "a clean classifier's network");
        CleanClassifier(Arc::new(LogitNet::of(network, scaling)))
    }

    /// p_φ(y | x₀ = x_t) of one class, to steer by.
    ///
    /// # Panics
    /// If there is no such class, or the condition is none.
    pub fn given(&self, condition: impl Into<Condition>) -> ClassLikelihood<N> {
        ClassLikelihood::new(&self.0, condition.into())
    }

    /// p_φ(y | x₀ = x) of every class: `x` (n, d) → (n, classes), rows sum to one. The level makes no difference.
    pub fn probabilities(&self, x: ArrayView2<f64>) -> Array2<f64> {
        self.0.probabilities(x, NoiseLevel::ve(1.0))
    }
}
