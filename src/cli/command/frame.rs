//! What a checkpoint of `scorelab train` says of its data, and how a network sees images.

use crate::checkpoint::Checkpoint;
use crate::data::Principal;
use ndarray::{Array1, Array2, ArrayView2};

/// The note of a checkpoint that names its scene.
pub const SCENE_NOTE: &str = "scene";
/// The note of a checkpoint that holds its recipe.
pub const RECIPE_NOTE: &str = "recipe";
/// The note of a checkpoint that says how large its images are.
pub const IMAGE_NOTE: &str = "image";
/// The note of a checkpoint by which its data are known again.
pub const DATA_NOTE: &str = "data sha256";
/// The extra tensor of a checkpoint of images: the mean that is taken away.
const MEAN: &str = "mean";

/// How a network sees images, as points in [−1, 1].
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Pixel by pixel, without this mean.
    Pixels(Array1<f64>),
    /// Along their principal components.
    Principal(Principal),
}

impl Frame {
    /// The frame of a checkpoint, if it has one.
    pub fn of(checkpoint: &Checkpoint) -> Option<Frame> {
        let row = |name: &str| checkpoint.extra.get(name);
        if checkpoint.extra.values().flatten().any(|v| !v.is_finite()) {
            return None;
        }
        match Principal::of_rows(row) {
            Some(principal) => Some(Frame::Principal(principal)),
            None => row(MEAN).cloned().map(Frame::Pixels),
        }
    }

    /// What a checkpoint keeps of it.
    pub fn rows(&self) -> Vec<(String, Array1<f64>)> {
        match self {
            Frame::Pixels(mean) => vec![(MEAN.into(), mean.clone())],
            Frame::Principal(p) => p.rows().into(),
        }
    }

    /// The number of pixels.
    pub fn pixels(&self) -> usize {
        match self {
            Frame::Pixels(mean) => mean.len(),
            Frame::Principal(p) => p.mean.len(),
        }
    }

    /// The coordinates of a point.
    pub fn dim(&self) -> usize {
        match self {
            Frame::Pixels(mean) => mean.len(),
            Frame::Principal(p) => p.spread.len(),
        }
    }

    /// The spread of each coordinate for a score network; none where all have one.
    pub fn widths(&self) -> Vec<f64> {
        match self {
            Frame::Pixels(_) => Vec::new(),
            Frame::Principal(p) => p.widths(),
        }
    }

    /// Images (n, pixels) as the network sees them: (n, dim).
    pub fn coordinates(&self, x: ArrayView2<f64>) -> Array2<f64> {
        match self {
            Frame::Pixels(mean) => &x - mean,
            Frame::Principal(p) => p.coordinates(x),
        }
    }

    /// What the network sees as images: (n, dim) → (n, pixels).
    pub fn points(&self, z: ArrayView2<f64>) -> Array2<f64> {
        match self {
            Frame::Pixels(mean) => &z + mean,
            Frame::Principal(p) => p.points(z),
        }
    }
}
