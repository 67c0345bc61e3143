//! The labels that a joint training really shows its network.

use super::{JointDenoising, JointNet};
use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::{Net, Workspace};
use crate::train::{BlockRows, Levels, Objective, TrainConfig, Training};
use crate::{Error, Result};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use std::sync::Mutex;

/// An objective that also writes down the conditions of every block.
struct Watched<'a> {
    inner: JointDenoising<'a>,
    seen: Mutex<Vec<(usize, Vec<Condition>)>>, // the block's first row and its conditions
}

impl<N: Net> Objective<N> for Watched<'_> {
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let loss = self.inner.block(net, w, rng, rows);
        let mut seen = self.seen.lock().expect("no thread panics with the conditions");
        seen.push((rows.first, w.conditions.clone()));
        loss
    }
}

/// Runs a joint training to its end and returns the labels that its rows were shown: (steps, batch), ∅ as
/// [`JointNet::classes`].
///
/// It is the training of [`train_joint`](super::train_joint) itself, with its own random numbers; the network is thrown
/// away. With `p_drop` = 0 they are the labels of the data.
///
/// # Errors
/// As [`train_joint`](super::train_joint).
pub fn shown_labels(
    net: JointNet,
    data: &Labelled,
    levels: Levels,
    p_drop: f64,
    config: TrainConfig,
) -> Result<Array2<usize>> {
    let inner = net.objective(data, levels, p_drop)?;
    let watched = Watched { inner, seen: Mutex::default() };
    let mut rows: Vec<usize> = Vec::new();
    let mut steps = 0;
    let label = |condition| match condition {
        Condition::None => net.classes(),
        asked => asked.class_of(net.classes()),
    };
    for step in Training::new(net.network().clone(), &watched, config)? {
        step?;
        let mut seen = watched.seen.lock().expect("no thread panics with the conditions");
        seen.sort_by_key(|(first, _)| *first); // blocks end in any order
        rows.extend(seen.drain(..).flat_map(|(_, conditions)| conditions).map(label));
        steps += 1;
    }
    let batch = rows.len() / steps.max(1);
    Array2::from_shape_vec((steps, batch), rows)
        .map_err(|_| Error::value("a batch", batch, "as long as every other"))
}
