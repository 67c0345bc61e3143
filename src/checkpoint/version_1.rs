//! Headers of format 1, in which notes said what was learned and how, with the recipe as JSON in one of them.

use super::Parsed;
use super::architecture::Architecture;
use super::header::{FORMAT, Header, Scales, Stand, understood};
use super::recipe::{Kind, Place, Recipe};
use super::trained::{Fingerprint, Trained, TrainingData};
use crate::classifier::Scaling;
use crate::nn::Target;
use crate::train::{Levels, TrainConfig};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Header1<N: Architecture> {
    #[serde(rename = "format")]
    _format: u32,
    model: Model1,
    config: N::Config,
    provenance: Provenance1,
    training: Option<Stand>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum Model1 {
    Score { target: Target, sigma_data: f64 },
    Joint { target: Target, sigma_data: f64 },
    NoisyClassifier { scaling: Scaling },
    CleanClassifier { scaling: Scaling },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provenance1 {
    version: String,
    kernel: String,
    data: String,
    seed: u64,
    notes: BTreeMap<String, String>,
}

/// The recipe as the flags of the command spelled it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Recipe1 {
    model: Kind,
    scene: String,
    data: Option<String>,
    points: usize,
    components: usize,
    width: usize,
    depth: usize,
    features: usize,
    embedding: usize,
    residual: bool,
    target: Target,
    p_drop: f64,
    level_location: f64,
    level_width: f64,
    #[serde(flatten)]
    train: TrainConfig,
}

/// The header of a text of the format 1.
pub(super) fn header<N: Architecture>(text: &str) -> Parsed<Header<N>> {
    let old: Header1<N> = understood(text)?;
    let score = |target, sigma_data| Scales::Score { target, sigma_data };
    let (model, scales) = match old.model {
        Model1::Score { target, sigma_data } => (Kind::Score, score(target, sigma_data)),
        Model1::Joint { target, sigma_data } => (Kind::Joint, score(target, sigma_data)),
        Model1::NoisyClassifier { scaling } => (Kind::Noisy, Scales::Classifier(scaling)),
        Model1::CleanClassifier { scaling } => (Kind::Clean, Scales::Classifier(scaling)),
    };
    let (config, training) = (old.config, old.training);
    let trained = trained(old.provenance)?;
    let network = N::NAME.into(); // such files do not name it
    Ok(Header { format: FORMAT, model, scales, network, config, view: None, trained, training })
}

/// What the notes of a provenance say; what has no field of its own stays a note.
fn trained(old: Provenance1) -> Parsed<Trained> {
    let Provenance1 { version, kernel, data, seed, mut notes } = old;
    // other programs may have called something of theirs a recipe
    let recipe = match notes.get("recipe").filter(|text| text.starts_with('{')) {
        Some(text) => Some(recipe(text)?),
        None => None,
    };
    let mut data = TrainingData::from(data.as_str());
    match &recipe {
        None => drop(notes.insert("seed".into(), seed.to_string())),
        Some(_) => {
            notes.remove("recipe");
            notes.remove("scene");
            data = known(data.name, &mut notes)?;
        }
    }
    Ok(Trained { version, kernel, data, recipe, notes })
}

fn recipe(text: &str) -> Parsed<Recipe> {
    let old: Recipe1 =
        serde_json::from_str(text).map_err(|e| format!("its recipe cannot be understood: {e}"))?;
    Ok(Recipe {
        model: old.model,
        data: old.data.map_or(Place::Scene(old.scene), Place::Images),
        points: old.points,
        components: old.components,
        width: old.width,
        depth: old.depth,
        features: old.features,
        embedding: old.embedding,
        residual: old.residual,
        target: old.target,
        p_drop: old.p_drop,
        levels: Levels { location: old.level_location, width: old.level_width },
        train: old.train,
        ..Recipe::default()
    })
}

/// The data of a training by a recipe, written as `500 points of the scene three` or `200 images of digits`.
fn known(told: String, notes: &mut BTreeMap<String, String>) -> Parsed<TrainingData> {
    let split = told.split_once(' ').and_then(|(points, rest)| {
        let name = ["points of the scene ", "images of "].iter().find_map(|s| rest.strip_prefix(s));
        Some((points.parse().ok()?, name?.to_string()))
    });
    let image = match notes.remove("image") {
        None => None,
        Some(text) => {
            let sides = text.split_once(" x ");
            let sides = sides.and_then(|(h, w)| Some((h.parse().ok()?, w.parse().ok()?)));
            Some(sides.ok_or_else(|| {
                format!("the size of its images is {text:?}, which is not HEIGHT x WIDTH")
            })?)
        }
    };
    let fingerprint = notes.remove("data sha256").map(Fingerprint::Points);
    let (points, name) = split.unwrap_or((0, told));
    Ok(TrainingData { name, points, image, fingerprint, ..TrainingData::default() })
}
