//! Where data come from: a scene, or images of a folder.

use crate::Result;
use crate::data::{ClassName, Images, Part, Scene};
use crate::mixture::Labelled;
use crate::rng::Purpose;
use crate::score::ScoreFn;

/// A distribution to draw from, or a set to take from.
pub enum Origin {
    /// A scene.
    Scene(Scene),
    /// Images, in the order of their files.
    Images(Images),
}

impl Origin {
    /// The images of the folder `data`, or else the scene.
    ///
    /// # Errors
    /// As [`Scene::find`] and [`Images::read`].
    pub fn find(scene: &str, data: Option<&str>) -> Result<Origin> {
        match data {
            Some(folder) => Images::read(folder, Part::Train).map(Origin::Images),
            None => Scene::find(scene).map(Origin::Scene),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Origin::Scene(scene) => &scene.name,
            Origin::Images(images) => &images.name,
        }
    }

    /// The coordinates of a point.
    pub fn dim(&self) -> usize {
        match self {
            Origin::Scene(scene) => scene.mixture.dim(),
            Origin::Images(images) => images.pixels.ncols(),
        }
    }

    /// The names of the classes.
    pub fn class_names(&self) -> &[ClassName] {
        match self {
            Origin::Scene(scene) => &scene.class_names,
            Origin::Images(images) => &images.class_names,
        }
    }

    /// How many points there are of so many asked for: a scene has as many as one likes.
    pub fn count(&self, asked: usize) -> usize {
        match self {
            Origin::Scene(_) => asked,
            Origin::Images(images) => asked.min(images.labels.len()),
        }
    }

    /// The first n points.
    pub fn draw(&self, n: usize, seed: u64) -> Labelled {
        match self {
            Origin::Scene(scene) => scene.mixture.sample(n, seed, Purpose::Data),
            Origin::Images(images) => images.take(n).labelled(),
        }
    }
}
