//! The networks that a page holds: their weights as they are, f32, in base64.

use super::base64::base64;
use crate::networks::{self, ClassifierModel, Loaded, ScoreModel, fits, load};
use scorelab::data::Scene;
use scorelab::nn::{Mlp, ScoreNet};
use scorelab::{Error, Result};
use serde_json::{Value, json};

/// More parameters than a page can follow: at a width of 128 they are about 60,000.
const MOST: usize = 200_000;

/// A score network as a page reads it, for this scene.
///
/// # Errors
/// If the checkpoint holds something else, or does not fit the scene or the page.
pub fn score(path: &str, scene: &Scene) -> Result<Value> {
    let model = networks::score(path, Loaded::of(path)?, Vec::new())?;
    let m = &scene.mixture;
    let classes = m.classes();
    fits("--score", model.shape(classes), (m.means().ncols(), classes))?;
    let of = |net: &ScoreNet, joint: bool| {
        let target = format!("{:?}", net.target).to_lowercase();
        network(
            "--score",
            &net.network,
            json!({ "joint": joint, "target": target, "sigmaData": net.sigma_data }),
        )
    };
    match &model {
        ScoreModel::Score(net) => of(net, false),
        ScoreModel::Joint(net) => of(&net.net, true),
        ScoreModel::Captions(_) => unreachable!("no scene has its dimensions"),
        ScoreModel::Exact(_) => unreachable!("a checkpoint holds a network"),
    }
}

/// The classifiers as a page reads them, the noisy one and the clean one, for this scene.
///
/// # Errors
/// As [`score`], and if two of a kind are given.
pub fn classifiers(paths: &[String], scene: &Scene) -> Result<[Option<Value>; 2]> {
    let mut found = [None, None];
    for path in paths {
        let (kind, one) = classifier(path, scene)?;
        if found[kind].replace(one).is_some() {
            let must = "one that is noisy and one that is clean, at most";
            return Err(Error::value("--classifier", "two of a kind", must));
        }
    }
    Ok(found)
}

/// A classifier: 0 and a noisy one, or 1 and a clean one.
fn classifier(path: &str, scene: &Scene) -> Result<(usize, Value)> {
    let (kind, s, net) = match networks::classifier(path, load(path)?.model)? {
        ClassifierModel::Noisy(net) => (0, net.scaling(), net.network().clone()),
        ClassifierModel::Clean(net) => (1, net.scaling(), net.network().clone()),
        ClassifierModel::Exact(_) => unreachable!("a checkpoint holds a network"),
    };
    let (m, c) = (&scene.mixture, &net.config);
    fits("--classifier", (c.inputs, c.outputs), (m.means().ncols(), m.classes()))?;
    let told = json!({ "sigmaData": s.sigma_data, "sigmaWithin": s.sigma_within });
    Ok((kind, network("--classifier", &net, told)?))
}

/// What is told of a network, with its shape and its weights.
fn network(flag: &str, mlp: &Mlp, mut told: Value) -> Result<Value> {
    let n = mlp.params.len();
    if n > MOST {
        let must = format!("one of at most {MOST}, which a page can follow");
        return Err(Error::value(flag, format!("a network of {n} parameters"), must));
    }
    let bytes: Vec<u8> = mlp.params.iter().flat_map(|w| w.to_le_bytes()).collect();
    told["config"] = json!(mlp.config);
    told["params"] = json!(base64(&bytes));
    Ok(told)
}
