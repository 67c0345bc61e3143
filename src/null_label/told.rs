//! Conditions that are each row's own, such as masks: in training, and when points are asked together.

use super::{JointDenoising, JointNet};
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Net, ScoreNet, Shape};
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use crate::train::Levels;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// The condition of a point, by its number in the data; what it leaves to chance comes from the generator.
pub type ConditionOf<'a> = dyn Fn(usize, &mut ChaCha8Rng) -> Condition + Send + Sync + 'a;

impl<N: Net> JointNet<N> {
    /// What this network is trained to do on points whose condition is drawn for each row of each batch: something else is observed
    /// of a point whenever it comes.
    ///
    /// ```text
    /// L = E |F_θ(c_in·x, log-SNR, y') − (x₀ − c_skip·x)/c_out|²/d,   y' = ∅ with probability p_drop, else y ~ p(y | x₀)
    /// ```
    ///
    /// Whatever p(y | x₀) is, the minimum is E[x₀ | x, y]. `of` is asked with the number of the point.
    ///
    /// # Errors
    /// If the network does not take the condition of the first point, and as [`JointDenoising::new`].
    pub fn objective_by<'a>(
        &'a self,
        data: &'a Labelled,
        of: impl Fn(usize, &mut ChaCha8Rng) -> Condition + Send + Sync + 'a,
        levels: Levels,
        p_drop: f64,
    ) -> Result<JointDenoising<'a>> {
        if data.y.is_empty() {
            return Err(Error::value("the number of points", 0, "at least 1"));
        }
        let first = of(0, &mut crate::rng::stream(0, crate::rng::Purpose::Training, 0, 0));
        self.network().config().takes(&first)?;
        let joint = JointDenoising::new(self.denoising(data, levels), p_drop)?;
        Ok(JointDenoising { conditions: Some(Box::new(of)), ..joint })
    }

    /// s_θ(xᵢ, yᵢ), the scores of n points that are asked together, each under its own condition (n).
    ///
    /// # Panics
    /// If the network does not take a condition, as [`Shape::takes`] says.
    pub fn given_each(&self, conditions: Vec<Condition>) -> JointEach<N> {
        for condition in &conditions {
            self.network().config().takes(condition).unwrap_or_else(|e| panic!("{e}"));
        }
        JointEach { net: self.net.clone(), conditions }
    }
}

/// A [`JointNet`] bound to a condition for each of n points: it is asked for these n in their order, and for no others.
///
/// Point i is answered as by [`JointNet::given`] its own condition. Of no points it is asked for none.
#[derive(Debug, Clone)]
pub struct JointEach<N: Net> {
    net: Arc<ScoreNet<N>>,
    conditions: Vec<Condition>,
}

impl<N: Net> ScoreFn for JointEach<N> {
    fn dim(&self) -> usize {
        self.net.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        self.net.denoised_each(x, level, &self.conditions)
    }
}
