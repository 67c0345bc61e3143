//! How a network came to be: by which program, by which recipe, from which data.

use super::recipe::Recipe;
use crate::arch::kernel_name;
use crate::data::{ClassName, digit_names};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a network came to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Trained {
    /// The version of scorelab that trained it.
    pub version: String,
    /// The kernel it was trained with, as [`kernel_name`] gives it.
    pub kernel: String,
    /// What it was trained on.
    pub data: TrainingData,
    /// The recipe by which it was trained; none for a network that was trained in another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
    /// Anything else worth knowing, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

/// What a network was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainingData {
    /// What it is called: a scene's own name, or that of a set of images.
    pub name: String,
    /// How many points there were; 0 if that is not known.
    #[serde(default)]
    pub points: usize,
    /// For images: height and width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<(usize, usize)>,
    /// For images: what the classes are called; empty for the ten digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_names: Vec<ClassName>,
    /// The fingerprint by which it is recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

/// A fingerprint by which data are recognised: a SHA-256, and what it was taken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fingerprint {
    /// Of a scene, as [`Scene::find_with_fingerprint`](crate::data::Scene::find_with_fingerprint) has it.
    Scene(String),
    /// Of a file of points: of the points that it holds, their classes, and the names of those.
    Rows(String),
    /// Of the pixels and the classes of images.
    Images(String),
    /// Of the points and the classes as a network sees them; only files of the format 1 have it.
    Points(String),
}

impl Trained {
    /// Of a network trained by this program, on this machine.
    pub fn here(data: TrainingData, recipe: Option<Recipe>) -> Self {
        let (version, kernel) = (env!("CARGO_PKG_VERSION").into(), kernel_name().into());
        Trained { version, kernel, data, recipe, notes: BTreeMap::new() }
    }
}

impl TrainingData {
    /// With these names of classes, which are left out where they are those of the digits.
    pub fn with_image_classes(self, names: &[ClassName]) -> Self {
        let class_names = if names == digit_names() { Vec::new() } else { names.to_vec() };
        TrainingData { class_names, ..self }
    }

    /// For images: what the classes are called.
    pub fn image_classes(&self) -> Vec<ClassName> {
        match self.class_names.is_empty() {
            true => digit_names(),
            false => self.class_names.clone(),
        }
    }
}

impl From<&str> for TrainingData {
    /// Data of which nothing is known but their name.
    fn from(name: &str) -> Self {
        TrainingData { name: name.into(), ..TrainingData::default() }
    }
}
