//! Classifiers that see the noisy point and how noisy it is.

use super::{ClassLikelihood, ClassifierConfig, LogitNet, Scaling};
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Mlp, Net, Shape};
use crate::noise::NoiseLevel;
use crate::train::TrainStep;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// p_φ(y | x_t) for all classes at once, trained on noised data: the lecture's off-the-shelf noisy classifier.
///
/// ```text
/// φ = argmin −E log p_φ(y | x₀ + σ·ε, σ)
/// ```
///
/// It sees the noise level, so that it can be unsure where the noise hides the class; at σ = 0,
/// where the log-SNR is infinite, it is not defined. Source: Dhariwal & Nichol 2021
/// (2105.05233), section 4.
///
/// A clone shares the weights, and so does whatever is bound to a class.
#[derive(Debug, Clone)]
pub struct NoisyClassifier<N: Net = Mlp>(pub(crate) Arc<LogitNet<N>>);

impl NoisyClassifier {
    /// Trains on a labelled data set.
    ///
    /// # Errors
    /// If the data has fewer than two classes, a setting is out of range, or training diverges.
    pub fn train(
        data: &Labelled,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Self> {
        LogitNet::train(data, Some(config.levels), config, progress)
            .map(|net| NoisyClassifier(Arc::new(net)))
    }
}

impl<N: Net> NoisyClassifier<N> {
    /// The network behind it: d inputs, a logit for each class.
    pub fn network(&self) -> &N {
        &self.0.network
    }

    /// A classifier with the given weights.
    ///
    /// # Panics
    /// If the network is not one of [`CrossEntropy`](super::CrossEntropy) with levels.
    pub fn of(network: N, scaling: Scaling) -> Self {
        let c = network.config();
        assert!(c.sees_level() && !c.conditional(), "a noisy classifier's network");
        NoisyClassifier(Arc::new(LogitNet::of(network, scaling)))
    }

    /// How x and the logits are scaled.
    pub fn scaling(&self) -> Scaling {
        self.0.scaling
    }

    /// p_φ(y | x_t) of one class, to steer by.
    ///
    /// # Panics
    /// If there is no such class, or the condition is none.
    pub fn given(&self, condition: impl Into<Condition>) -> ClassLikelihood<N> {
        ClassLikelihood::new(&self.0, condition.into())
    }

    /// How many numbers were trained.
    pub fn parameters(&self) -> usize {
        self.network().params().len()
    }

    /// p_φ(y | x_t) of every class: `x` (n, d) → (n, classes), rows sum to one.
    pub fn probabilities(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.0.probabilities(x, level)
    }
}

/// One two-way noisy classifier for each label: *this* or *the rest*.
///
/// What the lecture means by "one classifier per condition": each answers p(y | x_t) of its own y, and a new label costs a
/// new network. The answers of different labels need not sum to one.
#[derive(Debug, Clone)]
pub struct OneVsRest(Vec<NoisyClassifier>);

impl OneVsRest {
    /// Trains one network for each class of the data.
    ///
    /// # Errors
    /// As [`NoisyClassifier::train`].
    pub fn train(
        data: &Labelled,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Self> {
        let classes = data.y.iter().max().map_or(0, |y| y + 1);
        if classes < 2 {
            return Err(Error::value("the number of classes", classes, "at least 2"));
        }
        let one = |class: usize| {
            let y = data.y.iter().map(|y| usize::from(*y == class)).collect();
            NoisyClassifier::train(&Labelled { x: data.x.clone(), y }, config, progress)
        };
        (0..classes).map(one).collect::<Result<_>>().map(OneVsRest)
    }

    /// How many networks there are, one for each label.
    pub fn networks(&self) -> usize {
        self.0.len()
    }

    /// How many numbers were trained, in all networks together.
    pub fn parameters(&self) -> usize {
        self.0.iter().map(NoisyClassifier::parameters).sum()
    }

    /// p(y | x_t) of one class, from its own network.
    ///
    /// # Panics
    /// If there is no such class, or the condition is none.
    pub fn given(&self, condition: impl Into<Condition>) -> ClassLikelihood {
        self.0[condition.into().class_of(self.0.len())].given(1)
    }
}
