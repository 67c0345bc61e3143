//! Joint training under conditions that are drawn anew for every row, such as masks.

use super::{JointDenoising, JointNet};
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Net, Shape};
use crate::train::Levels;
use crate::{Error, Result};
use rand_chacha::ChaCha8Rng;

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
}
