//! The mixtures that the page knows.

use scorelab::data::Scene;
use scorelab::{Error, Result};
use serde_json::{Value, json};

/// More components than a page can follow while γ is dragged.
const MOST: usize = 256;
/// A built-in scene with more is on the page only if it is asked for.
const FEW: usize = 16;

/// Refuses a scene that the page cannot show.
///
/// # Errors
/// If it is not in the plane, or has more than 256 components.
pub fn fits(first: &Scene) -> Result<()> {
    let (d, n) = (first.mixture.means().ncols(), first.mixture.weights().len());
    if d != 2 {
        return Err(Error::value("the dimension of the scene", d, "2: the page is a plane"));
    }
    if n > MOST {
        let must = format!("at most {MOST}, which a page can follow while γ is dragged");
        return Err(Error::value("the number of the scene's components", n, must));
    }
    Ok(())
}

/// The scene `first`, and the built-in ones of the plane, as the page reads them.
///
/// # Errors
/// As [`fits`].
pub fn scenes(first: &Scene) -> Result<Value> {
    fits(first)?;
    let mut all = vec![scene(first)];
    for name in Scene::names().iter().filter(|name| **name != first.name) {
        let other = Scene::named(name)?;
        if other.mixture.means().ncols() == 2 && other.mixture.weights().len() <= FEW {
            all.push(scene(&other));
        }
    }
    Ok(all.into())
}

/// A scene to twelve digits, which every machine computes alike.
fn scene(scene: &Scene) -> Value {
    let m = &scene.mixture;
    let round = |v: f64| format!("{:.11e}", v + 0.0).parse::<f64>().expect("it was a number");
    let rounded = |v: &[f64]| v.iter().copied().map(round).collect::<Vec<f64>>();
    let covs: Vec<_> =
        m.covs().iter().map(|c| rounded(&[c[[0, 0]], c[[0, 1]], c[[1, 1]]])).collect();
    let means: Vec<_> = m.means().outer_iter().map(|mean| rounded(&mean.to_vec())).collect();
    let names: Vec<_> =
        scene.class_names.iter().map(|n| json!({ "en": n.en, "vi": n.vi })).collect();
    json!({
        "name": scene.name, "weights": rounded(m.weights()), "means": means, "covs": covs, "labels": m.labels(),
        "classes": names,
    })
}
