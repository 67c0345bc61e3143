//! Where the points of a score live: in a scene, or among images.

use super::frame::{DATA_NOTE, Frame, IMAGE_NOTE, RECIPE_NOTE, SCENE_NOTE};
use super::recipe::Recipe;
use crate::checkpoint::Checkpoint;
use crate::data::{ClassName, Scene, digit_names, find_class};
use crate::mixture::Mixture;
use crate::{Error, Result};

/// What `--class` calls every class in turn.
pub const ALL: &str = "all";
/// Where the points live.
pub enum Space {
    /// Points of a scene.
    Scene(Scene),
    /// Images as a network sees them, and the recipe by which they were taken.
    Images {
        /// Lines, and pixels of a line.
        size: (usize, usize),
        /// How they are seen.
        frame: Frame,
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
            if let (None, Some(file), Some(main)) = (scene, known, main)
                && Scene::named(file).is_err()
                && !unchanged(main)?
            {
                let why = "the scene has changed since a network was trained on it; restore it, or name the scene to measure by with --scene";
                return Err(Error::File { path: file.into(), why: why.into() });
            }
            return Scene::find(scene.or(known).unwrap_or("animals")).map(Space::Scene);
        };
        if let Some(scene) = scene {
            return Err(Error::value("--scene", scene, "left out: this score is one of images"));
        }
        let sides =
            image.split_once(" x ").and_then(|(h, w)| Some((h.parse().ok()?, w.parse().ok()?)));
        match (sides, main.and_then(Frame::of)) {
            (Some(size @ (height, width)), Some(frame))
                if usize::checked_mul(height, width) == Some(frame.pixels()) =>
            {
                let recipe = note(RECIPE_NOTE).cloned().unwrap_or_default();
                Ok(Space::Images { size, frame, recipe })
            }
            _ => {
                let why = format!("its images are {image:?}, which its mean image does not fit");
                Err(Error::File { path: path.into(), why })
            }
        }
    }

    /// The spread of each coordinate for a score network; none where all have one.
    pub fn widths(&self) -> Vec<f64> {
        match self {
            Space::Scene(_) => Vec::new(),
            Space::Images { frame, .. } => frame.widths(),
        }
    }

    /// The exact answers, which only a scene has.
    ///
    /// # Panics
    /// If there is no scene.
    pub fn exact(&self) -> &Mixture {
        match self {
            Space::Scene(scene) => &scene.mixture,
            Space::Images { .. } => panic!("exact scores and classifiers are those of a scene"),
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

    /// Refuses a network that sees images in another way.
    ///
    /// # Errors
    /// If it does.
    pub fn shares_frame(&self, path: &str, checkpoint: &Checkpoint) -> Result<()> {
        let own = match self {
            Space::Scene(_) => None,
            Space::Images { frame, .. } => Some(frame),
        };
        if own == Frame::of(checkpoint).as_ref() {
            return Ok(());
        }
        let why = "it was trained on other data than the score, or sees other --components of them: their mean images or components differ";
        Err(Error::File { path: path.into(), why: why.into() })
    }
}

/// More points than these are not drawn again to see whether their scene is the same.
const MOST_REDRAWN: usize = 1_000_000;

/// Whether the data of a checkpoint are still those that it was trained on, as far as it says.
fn unchanged(checkpoint: &Checkpoint) -> Result<bool> {
    let notes = &checkpoint.provenance.notes;
    let recipe = notes.get(RECIPE_NOTE).and_then(|text| serde_json::from_str::<Recipe>(text).ok());
    let recipe = recipe.filter(|recipe| recipe.points <= MOST_REDRAWN);
    let Some((recipe, before)) = recipe.zip(notes.get(DATA_NOTE)) else { return Ok(true) };
    let now = recipe.provenance(&recipe.dataset(f64::MAX)?);
    Ok(now.notes.get(DATA_NOTE) == Some(before))
}
