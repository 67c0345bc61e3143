//! Where the points of a score live: in a scene, or among images.

use crate::checkpoint::Checkpoint;
use crate::data::{ClassName, Scene, digit_names, find_class};
use crate::{Error, Result};
use ndarray::Array1;

/// What `--class` calls every class in turn.
pub const ALL: &str = "all";
/// The note of a checkpoint that names its scene.
pub const SCENE_NOTE: &str = "scene";
/// The note of a checkpoint that holds its recipe.
pub const RECIPE_NOTE: &str = "recipe";
/// The note of a checkpoint that says how large its images are.
pub const IMAGE_NOTE: &str = "image";
/// The extra tensor of a checkpoint of images: the mean that is taken away.
pub const MEAN: &str = "mean";

/// Where the points live.
pub enum Space {
    /// Points of a scene.
    Scene(Scene),
    /// Images, without their mean, and the recipe by which they were taken.
    Images {
        /// Lines, and pixels of a line.
        size: (usize, usize),
        /// The mean of the images that were learned from.
        mean: Array1<f64>,
        /// As JSON; empty if it is not known.
        recipe: String,
    },
}

impl Space {
    /// Where the points of a checkpoint live, or those of the scene that is asked for.
    pub fn of(scene: Option<&str>, main: Option<&Checkpoint>, path: &str) -> Result<Space> {
        let note = |name: &str| main.and_then(|c| c.provenance.notes.get(name));
        let Some(image) = note(IMAGE_NOTE) else {
            let known = note(SCENE_NOTE).map(String::as_str);
            return Scene::find(scene.or(known).unwrap_or("animals")).map(Space::Scene);
        };
        if let Some(scene) = scene {
            return Err(Error::value("--scene", scene, "left out: this score is one of images"));
        }
        let sides =
            image.split_once(" x ").and_then(|(h, w)| Some((h.parse().ok()?, w.parse().ok()?)));
        let mean = main.and_then(|c| c.extra.get(MEAN));
        match (sides, mean) {
            (Some(size @ (height, width)), Some(mean))
                if usize::checked_mul(height, width) == Some(mean.len())
                    && mean.iter().all(|m| m.is_finite()) =>
            {
                let recipe = note(RECIPE_NOTE).cloned().unwrap_or_default();
                Ok(Space::Images { size, mean: mean.clone(), recipe })
            }
            _ => {
                let why = format!("its images are {image:?}, which its mean image does not fit");
                Err(Error::File { path: path.into(), why })
            }
        }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.class_names().len()
    }

    /// The names of the classes.
    pub fn class_names(&self) -> Vec<ClassName> {
        match self {
            Space::Scene(scene) => scene.class_names.clone(),
            Space::Images { .. } => digit_names(),
        }
    }

    /// The class of this name or number.
    ///
    /// # Errors
    /// If there is none.
    pub fn class(&self, name: &str) -> Result<usize> {
        match self {
            Space::Scene(scene) => scene.class(name),
            Space::Images { .. } => find_class(&digit_names(), "the images", name),
        }
    }

    /// Refuses a network that was trained without another mean image.
    pub fn shares_mean(&self, path: &str, checkpoint: &Checkpoint) -> Result<()> {
        let own = match self {
            Space::Scene(_) => None,
            Space::Images { mean, .. } => Some(mean),
        };
        if own == checkpoint.extra.get(MEAN) {
            return Ok(());
        }
        let why = "it was trained on other data than the score: their mean images differ".into();
        Err(Error::File { path: path.into(), why })
    }
}
