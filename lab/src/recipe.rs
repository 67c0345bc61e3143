//! Which recipes are allowed.

use crate::drawings::Drawn;
use crate::given::{Idle, idle};
use scorelab::checkpoint::{Kind, Place, Recipe};
use scorelab::nn::Shape;
use scorelab::text::quoted;
use scorelab::train::Levels;
use scorelab::{Error, Result};

/// How many principal components of images a network of a recipe sees; it may see the pixels instead.
pub fn components(recipe: &Recipe) -> Option<usize> {
    let pixels = matches!(recipe.model, Kind::Clean | Kind::Caption);
    Some(recipe.components).filter(|k| *k > 0 && !pixels)
}

/// The flags that change nothing of what this recipe learns.
pub fn idle_flags(recipe: &Recipe) -> Vec<Idle> {
    let (images, model) = (recipe.data.is_images(), recipe.model);
    let rows = matches!(recipe.data, Place::Rows(_));
    let classifies = model.classifies();
    idle([
        (
            model == Kind::Caption,
            &NO_SCENE,
            "a network for captions learns digits drawn by the lab",
        ),
        (images && model != Kind::Caption, &NO_SCENE, "the images of --data replace the scene"),
        (rows, &OF_A_SCENE, "the rows of --data are learned as they are, without a scene"),
        (!images, &["components"], "only networks for images see principal components"),
        (model == Kind::Clean, &["components"], "a clean classifier sees pixels"),
        (
            classifies,
            &["features", "residual", "target"],
            "only a network for a score has this setting",
        ),
        (
            !matches!(model, Kind::Joint | Kind::Caption),
            &["embedding", "p-drop"],
            "only a joint network has labels to embed and to drop",
        ),
        (model != Kind::Caption, &["patch"], "only a network for captions sees patches"),
        (
            model == Kind::Caption,
            &["components", "embedding", "residual"],
            "a network for captions is a Transformer, which sees pixels and words",
        ),
        (
            model == Kind::Clean,
            &["level-location", "level-width"],
            "a clean classifier is trained without noise",
        ),
    ])
}

/// The flags that tell a scene.
pub const NO_SCENE: [&str; 5] = ["scene", "sd", "columns", "header", "no-header"];

/// The flags that tell a scene and not how a file of points is read.
pub const OF_A_SCENE: [&str; 2] = ["scene", "sd"];

/// Checks the settings that need no data.
///
/// # Errors
/// If one is out of range.
pub fn check(recipe: &Recipe) -> Result<()> {
    recipe.train.validated()?;
    if recipe.model == Kind::Caption && Drawn::at(&recipe.data) != Some(Drawn::Captions) {
        let must = format!("{}, or left out, for a network for captions", Recipe::CAPTIONS);
        return Err(Error::value("--data", quoted(recipe.data.name()), must));
    }
    if !(1..=100_000_000).contains(&recipe.points) {
        return Err(Error::value("--points", recipe.points, "1 to 100000000"));
    }
    if recipe.train.warmup > 10_000_000 {
        return Err(Error::value("--warmup", recipe.train.warmup, "at most 10000000"));
    }
    let Levels { location, width } = recipe.levels;
    if location.is_nan() || location.abs() > 20.0 {
        return Err(Error::value("--level-location", location, "from −20 to 20"));
    }
    if !(width > 0.0 && width <= 10.0) {
        return Err(Error::value("--level-width", width, "above 0 and at most 10"));
    }
    if !(0.0..=1.0).contains(&recipe.p_drop) {
        return Err(Error::value("--p-drop", recipe.p_drop, "from 0 to 1"));
    }
    if recipe.model == Kind::Joint && recipe.embedding == 0 {
        return Err(Error::value("--embedding", 0, "at least 1 in a joint network"));
    }
    Ok(())
}

/// The memory that a training takes, roughly, on points of `inputs` coordinates and of so many classes.
///
/// # Errors
/// If the network cannot be.
pub fn bytes(recipe: &Recipe, (inputs, classes): (usize, usize), points: usize) -> Result<f64> {
    let (weights, row) = match recipe.model {
        Kind::Caption => {
            let shape = recipe.transformer(inputs.isqrt());
            shape.validated()?;
            let asked = shape.heads * (shape.tokens() + shape.words + 1);
            let token = shape.depth * (20 * shape.width + 3 * shape.hidden + 2 * asked);
            (shape.parameters(), shape.tokens() * token)
        }
        _ => {
            let shape = recipe.shape(inputs, classes + 1);
            shape.validated()?;
            (shape.parameters(), (2 * shape.depth + 5) * shape.width)
        }
    };
    let rows = 128.0 * (recipe.train.batch as f64 / 128.0).ceil();
    let row = row as f64 + 4.0 * inputs as f64;
    let groups = 8.0_f64.min((rows / 64.0).ceil());
    let data = 8.0 * points as f64 * (inputs + 1) as f64;
    Ok(4.0 * weights as f64 * (8.0 + groups) + 4.0 * 128.0 * groups * row + 2.0 * data)
}
