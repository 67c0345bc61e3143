//! The networks that a page holds: their weights as they are, f32, in base64.

use super::base64::base64;
use crate::networks::{self, ClassifierModel, ScoreModel, fits, load, wrong_kind};
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
    let model = networks::score(path, load(path)?.model, Vec::new())?;
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
        ScoreModel::Exact(_) => unreachable!("a checkpoint holds a network"),
    }
}

/// A noisy classifier as a page reads it, for this scene.
///
/// # Errors
/// As [`score`].
pub fn classifier(path: &str, scene: &Scene) -> Result<Value> {
    let model = load(path)?.model;
    let wrong = wrong_kind(path, &model, "a noisy classifier");
    let ClassifierModel::Noisy(net) = networks::classifier(path, model)? else { return Err(wrong) };
    let (m, c) = (&scene.mixture, &net.network().config);
    fits("--classifier", (c.inputs, c.outputs), (m.means().ncols(), m.classes()))?;
    let s = net.scaling();
    let told = json!({ "sigmaData": s.sigma_data, "sigmaWithin": s.sigma_within });
    network("--classifier", net.network(), told)
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
