//! What decides what is learned, and the data it is learned from.

use super::frame::{DATA_NOTE, Frame, IMAGE_NOTE, RECIPE_NOTE, SCENE_NOTE};
use super::memory;
use super::origin::Origin;
use crate::checkpoint::Provenance;
use crate::classifier_guidance::ClassifierConfig;
use crate::cli::{P_DROP, TRAINING_POINTS};
use crate::data::Principal;
use crate::file::fingerprint;
use crate::mixture::Labelled;
use crate::nn::{MlpConfig, Target};
use crate::train::{Levels, TrainConfig};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use ndarray::{Array2, Axis, Slice};
use serde::{Deserialize, Serialize};

/// The most images that principal components are found from.
const FRAMED: usize = 10_000;

/// The kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The score, without labels
    Score,
    /// The score with every label and with none
    Joint,
    /// A classifier of noisy points
    Noisy,
    /// A classifier of points without noise
    Clean,
}

impl Kind {
    /// Whether it is a classifier, and no score.
    pub fn classifies(self) -> bool {
        matches!(self, Kind::Noisy | Kind::Clean)
    }
}

/// What decides what is learned.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    /// What to learn
    #[arg(long, value_enum, default_value_t = Kind::Score)]
    pub model: Kind,
    /// The data: a scene's name or a TOML file
    #[arg(long, default_value = "animals", value_name = "NAME|FILE")]
    pub scene: String,
    /// Images in place of a scene: `digits`, drawn by the lab, or a folder of IDX files, such as MNIST's
    #[arg(long, value_name = "digits|FOLDER")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Of images: how many principal components a network sees, 0 for the pixels; a clean classifier sees pixels
    #[arg(long, default_value_t = 128)]
    pub components: usize,
    /// Points drawn from the scene to learn from, or the most images
    #[arg(long, default_value_t = TRAINING_POINTS)]
    pub points: usize,
    /// Updates of the weights
    #[arg(long, default_value_t = 3000)]
    pub steps: usize,
    /// Rows of a batch, rounded up to whole blocks of rows
    #[arg(long, default_value_t = 512)]
    pub batch: usize,
    /// The largest learning rate
    #[arg(long, default_value_t = 3e-3)]
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to it
    #[arg(long, default_value_t = 100)]
    pub warmup: usize,
    /// The largest norm of a gradient
    #[arg(long, default_value_t = 10.0)]
    pub clip: f64,
    /// The decay of the average of the weights
    #[arg(long, default_value_t = 0.99)]
    pub ema: f64,
    /// The seed of the data, the weights and the training
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The width of a hidden layer
    #[arg(long, default_value_t = 64)]
    pub width: usize,
    /// The number of hidden layers
    #[arg(long, default_value_t = 3)]
    pub depth: usize,
    /// Numbers that describe the noise level to a score network; even
    #[arg(long, default_value_t = 32)]
    pub features: usize,
    /// The width of a label's embedding in a joint network
    #[arg(long, default_value_t = 16)]
    pub embedding: usize,
    /// Whether hidden layers of a score network add to their input
    #[arg(long, default_value_t = false, num_args = 0..=1, require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub residual: bool,
    /// What the last layer of a score network means
    #[arg(long, value_enum, default_value_t = TargetName::Edm)]
    pub target: TargetName,
    /// The probability of dropping a label in the training of a joint network
    #[arg(long, default_value_t = P_DROP)]
    pub p_drop: f64,
    /// The median of ln σ in training
    #[arg(long, default_value_t = -0.5)]
    pub level_location: f64,
    /// The scale of ln σ in training
    #[arg(long, default_value_t = 1.0)]
    pub level_width: f64,
}

/// The menu of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetName {
    /// Karras et al.'s preconditioned residual
    Edm,
    /// The noise
    Eps,
    /// The data
    X0,
    /// The velocity
    V,
}

impl From<TargetName> for Target {
    fn from(name: TargetName) -> Target {
        match name {
            TargetName::Edm => Target::Edm,
            TargetName::Eps => Target::Eps,
            TargetName::X0 => Target::X0,
            TargetName::V => Target::V,
        }
    }
}

/// What is learned from, and what is known of it.
pub struct Dataset {
    /// What it is called.
    pub name: String,
    /// The points and their classes; of images, as the network sees them.
    pub points: Labelled,
    /// How many classes there are, met or not.
    pub classes: usize,
    /// The root mean square of a coordinate.
    pub sigma_data: f64,
    /// Of images: lines, pixels of a line, and how the network sees them.
    pub image: Option<((usize, usize), Frame)>,
}

impl Recipe {
    /// Checks the settings and draws the training set, if it and the training fit into `gib` GiB.
    ///
    /// # Errors
    /// If a setting cannot be, the data cannot be found, or a class that a label is needed for is not met.
    pub fn dataset(&self, gib: f64) -> Result<Dataset> {
        self.check()?;
        let origin = Origin::find(&self.scene, self.data.as_deref())?;
        let classes = origin.class_names().len();
        let images = origin.size().is_some();
        let seen = self.seen().filter(|_| images).map_or(origin.dim(), |k| k.min(origin.dim()));
        if classes < 2 && self.model.classifies() {
            return Err(Error::value("the number of classes of the scene", classes, "at least 2"));
        }
        let shape = self.shape(seen, classes + 1);
        shape.validated()?;
        let count = origin.count(self.points);
        let raw = 16.0 * count as f64 * origin.dim() as f64;
        memory::refuse("training", self.bytes(&shape, count) + raw, gib)?;
        let mut points = origin.draw(count, self.seed);
        let labelled = self.model != Kind::Score;
        if let Some(c) = (0..classes).find(|c| labelled && !points.y.contains(c)) {
            let class = &origin.class_names()[c].en;
            let must = format!("enough to meet the class {class}; take more");
            return Err(Error::value("--points", count, must));
        }
        let (sigma_data, image) = match (&origin, origin.size()) {
            (Origin::Scene(scene), _) => (scene.mixture.radius(), None),
            (_, size) => {
                let frame = self.frame(&points.x);
                points.x = frame.coordinates(points.x.view());
                let square = points.x.mapv(|x| x * x).mean().unwrap_or(0.0);
                (square.sqrt().max(f64::MIN_POSITIVE), size.map(|size| (size, frame)))
            }
        };
        Ok(Dataset { name: origin.name().into(), points, classes, sigma_data, image })
    }

    /// How many principal components of images a network of this recipe sees; it may see the pixels instead.
    fn seen(&self) -> Option<usize> {
        Some(self.components).filter(|k| *k > 0 && self.model != Kind::Clean)
    }

    /// How a network of this recipe sees these images (n, pixels).
    fn frame(&self, x: &Array2<f64>) -> Frame {
        let some = x.slice_axis(Axis(0), Slice::from(..x.nrows().min(FRAMED)));
        match self.seen() {
            Some(k) => Frame::Principal(Principal::of(some, k)),
            None => Frame::Pixels(x.mean_axis(Axis(0)).expect("at least one image")),
        }
    }

    /// Checks the settings that need no data.
    ///
    /// # Errors
    /// If one is out of range.
    pub fn check(&self) -> Result<()> {
        self.config().validated()?;
        if !(1..=100_000_000).contains(&self.points) {
            return Err(Error::value("--points", self.points, "1 to 100000000"));
        }
        if self.warmup > 10_000_000 {
            return Err(Error::value("--warmup", self.warmup, "at most 10000000"));
        }
        let (location, width) = (self.level_location, self.level_width);
        if location.is_nan() || location.abs() > 20.0 {
            return Err(Error::value("--level-location", location, "from −20 to 20"));
        }
        if !(width > 0.0 && width <= 10.0) {
            return Err(Error::value("--level-width", width, "above 0 and at most 10"));
        }
        if !(0.0..=1.0).contains(&self.p_drop) {
            return Err(Error::value("--p-drop", self.p_drop, "from 0 to 1"));
        }
        if self.model == Kind::Joint && self.embedding == 0 {
            return Err(Error::value("--embedding", 0, "at least 1 in a joint network"));
        }
        Ok(())
    }

    /// The memory that a training takes, roughly.
    fn bytes(&self, shape: &MlpConfig, points: usize) -> f64 {
        let weights = shape.parts().last().map_or(0, |p| p.range.end) as f64;
        let rows = 128.0 * (self.batch as f64 / 128.0).ceil();
        let row = (2 * shape.depth + 5) as f64 * shape.width as f64 + 4.0 * shape.inputs as f64;
        let groups = 8.0_f64.min((rows / 64.0).ceil());
        let data = 8.0 * points as f64 * (shape.inputs + 1) as f64;
        4.0 * weights * (8.0 + groups) + 4.0 * 128.0 * groups * row + 2.0 * data
    }

    /// The course of the training.
    pub fn config(&self) -> TrainConfig {
        TrainConfig {
            steps: self.steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            warmup: self.warmup,
            clip: self.clip,
            ema: self.ema,
            seed: self.seed,
        }
    }

    /// The noise levels of the training.
    pub fn levels(&self) -> Levels {
        Levels { location: self.level_location, width: self.level_width }
    }

    /// The settings of a classifier.
    pub fn classifier(&self) -> ClassifierConfig {
        let (levels, train) = (self.levels(), self.config());
        ClassifierConfig { width: self.width, depth: self.depth, levels, train }
    }

    /// The shape of a score network of points of `dim` coordinates, with this label table.
    pub fn shape(&self, dim: usize, labels: usize) -> MlpConfig {
        MlpConfig {
            inputs: dim,
            outputs: dim,
            labels,
            features: self.features,
            embedding: self.embedding,
            width: self.width,
            depth: self.depth,
            residual: self.residual,
        }
    }

    /// Where a network of this recipe comes from.
    pub fn provenance(&self, data: &Dataset) -> Provenance {
        let kind = if data.image.is_some() { "images of" } else { "points of the scene" };
        let told = format!("{} {kind} {}", data.points.y.len(), data.name);
        let mut provenance = Provenance::here(told, self.seed);
        let x = data.points.x.iter().flat_map(|x| x.to_le_bytes());
        let y = data.points.y.iter().flat_map(|y| (*y as u64).to_le_bytes());
        let bytes: Vec<u8> = x.chain(y).collect();
        let recipe = serde_json::to_string(self).expect("a recipe is plain data");
        let origin = match &data.image {
            None => (SCENE_NOTE, self.scene.clone()),
            Some(((height, width), _)) => (IMAGE_NOTE, format!("{height} x {width}")),
        };
        let notes = [origin, (RECIPE_NOTE, recipe), (DATA_NOTE, fingerprint(&bytes))];
        provenance.notes = notes.map(|(name, note)| (name.to_string(), note)).into();
        provenance
    }
}
