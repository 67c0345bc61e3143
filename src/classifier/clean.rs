//! A classifier that has never seen noise.

use super::{ClassLikelihood, ClassifierConfig, LogitNet, Scaling};
use crate::Result;
use crate::mixture::Labelled;
use crate::nn::Mlp;
use crate::noise::NoiseLevel;
use crate::train::TrainStep;
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// p_φ(y | x₀), trained on data only and asked about noisy points all the same.
///
/// It takes x_t for an x₀: far from the data it is sure where it should be in doubt, and its gradient is many times too
/// strong at high noise, while its *accuracy* there may be perfect. The reason why guidance needs a
/// [`NoisyClassifier`](super::NoisyClassifier). As σ → 0 their tasks become the same. Source: Dhariwal & Nichol 2021 (2105.05233),
/// section 4, train the classifier on noisy images for this reason.
///
/// A clone shares the weights, and so does whatever is bound to a class.
#[derive(Debug, Clone)]
pub struct CleanClassifier(pub(crate) Arc<LogitNet>);

impl CleanClassifier {
    /// The network behind it: d inputs, a logit for each class.
    pub fn mlp(&self) -> &Mlp {
        &self.0.mlp
    }

    /// Trains on a labelled data set, without noise.
    ///
    /// # Errors
    /// If the data has fewer than two classes, a setting is out of range, or training diverges.
    pub fn train(
        data: &Labelled,
        config: &ClassifierConfig,
        mut progress: impl FnMut(TrainStep),
    ) -> Result<Self> {
        LogitNet::train(data, None, config, &mut progress).map(|net| CleanClassifier(Arc::new(net)))
    }

    /// A classifier with the given weights.
    ///
    /// # Panics
    /// If the network is not one of [`CrossEntropy`](super::CrossEntropy) without levels.
    pub fn of(mlp: Mlp, scaling: Scaling) -> Self {
        let c = &mlp.config;
        assert!(c.features == 0 && c.labels == 0, "a clean classifier's network");
        CleanClassifier(Arc::new(LogitNet::of(mlp, scaling)))
    }

    /// p_φ(y | x₀ = x_t) of one class, to steer by.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn given(&self, class: usize) -> ClassLikelihood {
        ClassLikelihood::new(&self.0, class)
    }

    /// p_φ(y | x₀ = x) of every class: `x` (n, d) → (n, classes), rows sum to one. The level makes no difference.
    pub fn probabilities(&self, x: ArrayView2<f64>) -> Array2<f64> {
        self.0.probabilities(x, NoiseLevel::ve(1.0))
    }

    /// What the classifier sees in x, the last hidden layer after its activation: `x` (n, d) → (n, width).
    ///
    /// The logits are linear in it.
    pub fn features(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let width = self.0.mlp.config.width;
        self.0.forward(x, NoiseLevel::ve(1.0), width, |w| w.last_hidden())
    }
}
