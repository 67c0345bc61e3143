//! What decides what is learned: the data, the network and the training, and nothing of the machine.

use crate::classifier::ClassifierConfig;
use crate::data::PointFile;
use crate::nn::{MlpConfig, Target, TransformerConfig};
use crate::train::{Levels, TrainConfig};
use serde::{Deserialize, Serialize};

/// Points of a training set of a scene.
pub const TRAINING_POINTS: usize = 50_000;

/// The probability with which the training of a joint network drops a label. Source: Ho & Salimans 2022 (2207.12598), who
/// find .1 and .2 alike and .5 worse.
pub const P_DROP: f64 = 0.1;

/// The kinds of network that are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The score, without labels.
    Score,
    /// The score with every label and with none.
    Joint,
    /// A classifier of noisy points.
    Noisy,
    /// A classifier of points without noise.
    Clean,
    /// The score of captioned digits under every caption and under none, by a Transformer.
    Caption,
}

impl Kind {
    /// Whether it is a classifier rather than a score.
    pub fn classifies(self) -> bool {
        matches!(self, Kind::Noisy | Kind::Clean)
    }
}

/// Where data are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A scene, by its name or the path of its file.
    Scene(String),
    /// A file of points, with how it becomes a scene.
    Points(PointFile),
    /// The rows of a file of points, and no scene: the training set itself, or as many of its rows, drawn by the seed.
    Rows(PointFile),
    /// Images: `digits`, drawn by the lab, or those of a folder of IDX files; the first of them are for training.
    Images(String),
    /// Images of a folder; some of them, drawn at random, are for training.
    Shuffled(String),
}

impl Place {
    /// The name, file or folder, as it was given.
    pub fn name(&self) -> &str {
        match self {
            Place::Scene(name) | Place::Images(name) | Place::Shuffled(name) => name,
            Place::Points(file) | Place::Rows(file) => &file.path,
        }
    }

    /// Whether it is a scene, whose scores are known exactly.
    pub fn is_scene(&self) -> bool {
        matches!(self, Place::Scene(_) | Place::Points(_))
    }

    /// Whether it holds images.
    pub fn is_images(&self) -> bool {
        matches!(self, Place::Images(_) | Place::Shuffled(_))
    }
}

/// What decides what is learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    /// What is learned.
    pub model: Kind,
    /// The data.
    pub data: Place,
    /// How many points to draw from a scene, or images or rows of a file at most.
    pub points: usize,
    /// How many principal components of images a network sees, 0 for the pixels; a clean classifier sees pixels.
    pub components: usize,
    /// The width of a hidden layer.
    pub width: usize,
    /// The number of hidden layers.
    pub depth: usize,
    /// Numbers that describe the noise level to a score network; even.
    pub features: usize,
    /// The width of a label's embedding in a joint network.
    pub embedding: usize,
    /// Whether hidden layers of a score network add to their input.
    pub residual: bool,
    /// Lines and columns of a Transformer's patches; they divide an image's side. Not written where it is that of
    /// [`TransformerConfig`]'s default.
    #[serde(default = "usual_patch", skip_serializing_if = "is_usual_patch")]
    pub patch: usize,
    /// What the last layer of a score network means.
    pub target: Target,
    /// The probability of dropping a label in the training of a joint network.
    pub p_drop: f64,
    /// The noise levels used in training; a clean classifier sees none.
    pub levels: Levels,
    /// The settings of the training. Its seed is also that of the data and of the initial weights.
    pub train: TrainConfig,
}

fn usual_patch() -> usize {
    TransformerConfig::default().patch
}

fn is_usual_patch(patch: &usize) -> bool {
    *patch == usual_patch()
}

impl Default for Recipe {
    /// A score network for a scene in the plane: width and depth as for classifiers, everything else the default of its
    /// part.
    fn default() -> Self {
        let (net, ClassifierConfig { width, depth, levels, train }) = Default::default();
        let MlpConfig { features, embedding, residual, .. } = net;
        Recipe {
            model: Kind::Score,
            data: Place::Scene("animals".into()),
            points: TRAINING_POINTS,
            components: 128,
            width,
            depth,
            features,
            embedding,
            residual,
            patch: usual_patch(),
            target: Target::Edm,
            p_drop: P_DROP,
            levels,
            train,
        }
    }
}

impl Recipe {
    /// What drawn digits with captions are called as a place of images.
    pub const CAPTIONS: &str = "captions";

    /// The recipe for a kind of network where nothing else is asked: that of the default, but for captions.
    pub fn of(model: Kind) -> Self {
        let common = Recipe { model, ..Recipe::default() };
        if model != Kind::Caption {
            return common;
        }
        let TransformerConfig { width, depth, features, .. } = TransformerConfig::default();
        let train = TrainConfig {
            steps: 44_000,
            batch: 32,
            learning_rate: 3e-3,
            warmup: 800,
            clip: 1.0,
            ema: 0.998,
            ..TrainConfig::default()
        };
        Recipe {
            data: Place::Images(Recipe::CAPTIONS.into()),
            components: 0,
            width,
            depth,
            features,
            levels: Levels { location: -0.5, width: 0.8 },
            train,
            ..common
        }
    }

    /// The shape of a Transformer for images of `side` lines and columns: heads as by default, a perceptron four times as wide as
    /// a token.
    pub fn transformer(&self, side: usize) -> TransformerConfig {
        let Recipe { width, depth, features, patch, .. } = *self;
        let hidden = width.saturating_mul(4);
        TransformerConfig {
            side,
            patch,
            width,
            depth,
            features,
            hidden,
            ..TransformerConfig::default()
        }
    }

    /// The shape of a score network for points of `dim` coordinates, with this label table.
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

    /// The settings of a classifier.
    pub fn classifier(&self) -> ClassifierConfig {
        let (levels, train) = (self.levels, self.train.clone());
        ClassifierConfig { width: self.width, depth: self.depth, levels, train }
    }
}
