//! The labels that a joint training really shows its network.

use super::{JointDenoising, JointNet};
use crate::mixture::Labelled;
use crate::nn::{Mlp, Workspace};
use crate::train::{BlockRows, Levels, Objective, TrainConfig, Training};
use crate::{Error, Result};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use std::sync::Mutex;

/// An objective that also writes down the labels of every block.
struct Watched<'a> {
    inner: JointDenoising<'a>,
    seen: Mutex<Vec<(usize, Vec<usize>)>>, // the block's first row and its labels
}

impl Objective for Watched<'_> {
    fn block(&self, mlp: &Mlp, w: &mut Workspace, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let loss = self.inner.block(mlp, w, rng, rows);
        let mut seen = self.seen.lock().expect("no thread panics with the labels");
        seen.push((rows.first, w.labels.clone()));
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
    for step in Training::new(net.net.mlp.clone(), &watched, config)? {
        step?;
        let mut seen = watched.seen.lock().expect("no thread panics with the labels");
        seen.sort_by_key(|(first, _)| *first); // blocks end in any order
        rows.extend(seen.drain(..).flat_map(|(_, labels)| labels));
        steps += 1;
    }
    let batch = rows.len() / steps.max(1);
    Array2::from_shape_vec((steps, batch), rows)
        .map_err(|_| Error::value("a batch", batch, "as long as every other"))
}
