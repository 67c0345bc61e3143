//! Where data come from: a scene, drawn digits, or images of a folder.

use crate::data::{ClassName, Glyphs, Images, Part, Scene, digit_names};
use crate::mixture::Labelled;
use crate::rng::Purpose;
use crate::score::ScoreFn;
use crate::{Error, Result};

/// A distribution to draw from, or a set to take from.
pub enum Origin {
    /// A scene.
    Scene(Scene),
    /// Digits, drawn as many as one likes.
    Drawn,
    /// Images, in the order of their files.
    Images(Images),
}

/// What `--data` calls the drawn digits.
const DRAWN: &str = "digits";

impl Origin {
    /// The drawn digits or the images of the folder `data`, or else the scene.
    ///
    /// # Errors
    /// As [`Scene::find`] and [`Images::read`].
    pub fn find(scene: &str, data: Option<&str>) -> Result<Origin> {
        match data {
            Some(DRAWN) => Ok(Origin::Drawn),
            Some(folder) => Images::read(folder, Part::Train).map(Origin::Images),
            None => Scene::find(scene).map(Origin::Scene),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Origin::Scene(scene) => &scene.name,
            Origin::Drawn => DRAWN,
            Origin::Images(images) => &images.name,
        }
    }

    /// The coordinates of a point.
    pub fn dim(&self) -> usize {
        match (self, self.size()) {
            (Origin::Scene(scene), _) => scene.mixture.dim(),
            (_, size) => size.map_or(0, |(height, width)| height * width),
        }
    }

    /// Of images: lines, and pixels of a line.
    pub fn size(&self) -> Option<(usize, usize)> {
        match self {
            Origin::Scene(_) => None,
            Origin::Drawn => {
                let none = Glyphs::default().images(0..0);
                Some((none.height, none.width))
            }
            Origin::Images(images) => Some((images.height, images.width)),
        }
    }

    /// The names of the classes.
    pub fn class_names(&self) -> Vec<ClassName> {
        match self {
            Origin::Scene(scene) => scene.class_names.clone(),
            Origin::Drawn => digit_names(),
            Origin::Images(images) => images.class_names.clone(),
        }
    }

    /// How many points there are of so many asked for: a folder has no more than its files hold.
    pub fn count(&self, asked: usize) -> usize {
        match self {
            Origin::Scene(_) | Origin::Drawn => asked,
            Origin::Images(images) => asked.min(images.labels.len()),
        }
    }

    /// The first n images, if they are images.
    pub fn images(&self, n: usize, seed: u64) -> Option<Images> {
        match self {
            Origin::Scene(_) => None,
            Origin::Drawn => Some(Glyphs { seed }.images(0..n as u64)),
            Origin::Images(images) => Some(images.take(n)),
        }
    }

    /// The first n points.
    pub fn draw(&self, n: usize, seed: u64) -> Labelled {
        match self {
            Origin::Scene(scene) => scene.mixture.sample(n, seed, Purpose::Data),
            images => images.images(n, seed).expect("all others are images").labelled(),
        }
    }
}

/// Images of `data` that a training on the first `used` has not seen: n more drawn digits, or of a folder its `t10k` files or,
/// where there are none, what the training left.
///
/// # Errors
/// As [`Images::read`].
pub fn unseen(data: &str, used: usize, n: usize, seed: u64) -> Result<Images> {
    if data == DRAWN {
        return Ok(Glyphs { seed }.images(used as u64..(used + n) as u64));
    }
    if has_test(data)? {
        return Images::read(data, Part::Test);
    }
    let all = Images::read(data, Part::Train)?;
    Ok(all.split(used.min(all.labels.len())).1)
}

/// Whether a folder has `t10k` files; drawn digits have none.
///
/// # Errors
/// If the folder cannot be read.
pub fn has_test(data: &str) -> Result<bool> {
    if data == DRAWN {
        return Ok(false);
    }
    let files = std::fs::read_dir(data).map_err(|e| Error::io("read", data, e))?;
    let is_test = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("t10k");
    Ok(files.flatten().any(|file| is_test(&file.file_name())))
}
