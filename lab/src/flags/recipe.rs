//! The flags that decide what is learned.

use crate::given::Given;
use crate::menu::{Menu, menu};
use crate::tables::PointFlags;
use clap::Args;
use scorelab::Result;
use scorelab::checkpoint::{Kind, Place, Recipe};
use scorelab::data::PointFile;
use scorelab::nn::Target;
use scorelab::train::{Levels, TrainConfig};
use std::sync::LazyLock;

/// The default of each flag.
static DEFAULT: LazyLock<Recipe> = LazyLock::new(Recipe::default);

/// The flags that decide what is learned.
#[derive(Debug, Clone, Args)]
pub struct RecipeFlags {
    /// What to learn
    #[arg(long, value_parser = menu::<Kind>(), default_value = DEFAULT.model.name())]
    pub model: Kind,
    /// The data: a scene's name, a TOML file, or a file of points
    #[arg(long, default_value = "animals", value_name = "NAME|FILE")]
    pub scene: String,
    #[command(flatten)]
    pub own: PointFlags,
    /// Data instead of a scene: the rows of a file of points as they are, or images: `digits` or `captions`, digits with hats and more, drawn by the lab, or a folder of IDX files such as MNIST's or of PNG files CLASS/NAME.png
    #[arg(long, value_name = "digits|captions|FOLDER|FILE")]
    pub data: Option<String>,
    /// For images: how many principal components a network sees, 0 for the pixels; a clean classifier always sees
    /// pixels
    #[arg(long, default_value_t = DEFAULT.components)]
    pub components: usize,
    /// How many points to draw from the scene for training, or images or rows of a file at most
    #[arg(long, default_value_t = DEFAULT.points)]
    pub points: usize,
    /// How many updates of the weights
    #[arg(long, default_value_t = DEFAULT.train.steps)]
    pub steps: usize,
    /// Rows per batch, rounded up to whole blocks of rows
    #[arg(long, default_value_t = DEFAULT.train.batch)]
    pub batch: usize,
    /// The largest learning rate
    #[arg(long, default_value_t = DEFAULT.train.learning_rate)]
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to its largest value
    #[arg(long, default_value_t = DEFAULT.train.warmup)]
    pub warmup: usize,
    /// The largest norm of a gradient; larger gradients are scaled down
    #[arg(long, default_value_t = DEFAULT.train.clip)]
    pub clip: f64,
    /// The decay of the moving average of the weights
    #[arg(long, default_value_t = DEFAULT.train.ema)]
    pub ema: f64,
    /// The seed of the data, the weights and the training
    #[arg(long, default_value_t = DEFAULT.train.seed)]
    pub seed: u64,
    /// The width of a hidden layer
    #[arg(long, default_value_t = DEFAULT.width)]
    pub width: usize,
    /// The number of hidden layers
    #[arg(long, default_value_t = DEFAULT.depth)]
    pub depth: usize,
    /// How many features describe the noise level to a score network; an even number
    #[arg(long, default_value_t = DEFAULT.features)]
    pub features: usize,
    /// The width of a label's embedding in a joint network
    #[arg(long, default_value_t = DEFAULT.embedding)]
    pub embedding: usize,
    /// Whether the hidden layers of a score network add to their input (residual)
    #[arg(long, default_value_t = DEFAULT.residual, num_args = 0..=1, require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub residual: bool,
    /// Lines and columns of a patch in a network for captions; they divide 28
    #[arg(long, default_value_t = DEFAULT.patch)]
    pub patch: usize,
    /// What the last layer of a score network predicts
    #[arg(long, value_parser = menu::<Target>(), default_value = DEFAULT.target.name())]
    pub target: Target,
    /// The probability of dropping a label when training a joint network
    #[arg(long, default_value_t = DEFAULT.p_drop)]
    pub p_drop: f64,
    /// The median of ln σ in training
    #[arg(long, default_value_t = DEFAULT.levels.location)]
    pub level_location: f64,
    /// The scale of ln σ in training
    #[arg(long, default_value_t = DEFAULT.levels.width)]
    pub level_width: f64,
}

impl RecipeFlags {
    /// The recipe that these flags describe; what was not given is that of [`Recipe::of`] the model.
    ///
    /// # Errors
    /// As [`PointFlags::place`].
    pub fn recipe(&self, given: &Given) -> Result<Recipe> {
        let own = Recipe::of(self.model);
        let own_data = self.data.is_none() && !own.data.is_scene();
        let typed = Typed { given, own: &own };
        Ok(Recipe {
            model: self.model,
            data: match own_data {
                true => own.data.clone(),
                false => place(&self.scene, self.data.as_deref(), &self.own)?,
            },
            points: typed.or("points", self.points, |r| r.points),
            components: typed.or("components", self.components, |r| r.components),
            width: typed.or("width", self.width, |r| r.width),
            depth: typed.or("depth", self.depth, |r| r.depth),
            features: typed.or("features", self.features, |r| r.features),
            embedding: self.embedding,
            residual: self.residual,
            patch: self.patch,
            target: self.target,
            p_drop: self.p_drop,
            levels: Levels {
                location: typed.or("level-location", self.level_location, |r| r.levels.location),
                width: typed.or("level-width", self.level_width, |r| r.levels.width),
            },
            train: self.train(&typed),
        })
    }

    fn train(&self, typed: &Typed) -> TrainConfig {
        TrainConfig {
            steps: typed.or("steps", self.steps, |r| r.train.steps),
            batch: typed.or("batch", self.batch, |r| r.train.batch),
            learning_rate: typed.or("learning-rate", self.learning_rate, |r| r.train.learning_rate),
            warmup: typed.or("warmup", self.warmup, |r| r.train.warmup),
            clip: typed.or("clip", self.clip, |r| r.train.clip),
            ema: typed.or("ema", self.ema, |r| r.train.ema),
            seed: self.seed,
        }
    }
}

/// What was typed, or else what the recipe of its own model says.
struct Typed<'a> {
    given: &'a Given,
    own: &'a Recipe,
}

impl Typed<'_> {
    /// A value from the top of a configuration is not among what was given, but differs from what the help says.
    fn or<T: PartialEq>(&self, flag: &str, typed: T, of: fn(&Recipe) -> T) -> T {
        if self.given.has(flag) || typed != of(&DEFAULT) { typed } else { of(self.own) }
    }
}

/// The place that `--scene` and `--data` name: images, and rows of a file, take precedence over a scene.
///
/// # Errors
/// As [`PointFlags::place`].
pub fn place(scene: &str, data: Option<&str>, own: &PointFlags) -> Result<Place> {
    match data {
        Some(file) if PointFile::is(file) => Ok(Place::Rows(own.file(file, None))),
        Some(images) => Ok(Place::Images(images.into())),
        None => own.place(scene),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::check;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        recipe: RecipeFlags,
    }

    fn typed(words: &[&str]) -> Recipe {
        let words = ["program"].iter().chain(words);
        Program::try_parse_from(words).unwrap().recipe.recipe(&Given::default()).unwrap()
    }

    #[test]
    fn flags_that_are_left_out_are_the_defaults_of_the_library() {
        assert_eq!(typed(&[]), Recipe::default());
        assert_eq!(typed(&[]).train, TrainConfig::default());
        assert_eq!(typed(&[]).levels, Levels::default());
        assert_ne!(typed(&["--width=65"]), Recipe::default());
        assert!(check(&typed(&[])).is_ok());
    }

    #[test]
    fn a_network_for_captions_has_defaults_of_its_own() {
        let captions = typed(&["--model", "caption"]);
        assert_eq!(captions, Recipe::of(Kind::Caption));
        assert!(check(&captions).is_ok());
        assert_eq!(Recipe { width: 64, ..captions.clone() }, {
            // 64 is what the help calls the default, so only one that is given counts
            let flags = Program::try_parse_from(["program", "--model=caption", "--width=64"]);
            let given = Given::default().and(["width".to_string()]);
            flags.unwrap().recipe.recipe(&given).unwrap()
        });
        assert_eq!(typed(&["--model=caption", "--width=72"]).width, 72);
        for kind in [Kind::Score, Kind::Joint, Kind::Noisy, Kind::Clean] {
            assert_eq!(typed(&["--model", kind.name()]), Recipe::of(kind));
        }
        let wrong = typed(&["--model=caption", "--data=digits"]);
        assert!(check(&wrong).unwrap_err().to_string().contains("captions, or left out"));
    }

    #[test]
    fn a_word_of_a_menu_is_its_value() {
        for (name, kind, _) in Kind::ALL {
            assert_eq!(typed(&["--model", name]).model, *kind);
            assert_eq!(kind.name(), *name);
        }
        for (name, target, _) in Target::ALL {
            assert_eq!(typed(&["--target", name]).target, *target);
        }
        let images = typed(&["--data", "digits", "--scene", "three"]);
        assert_eq!(images.data, Place::Images("digits".into()), "images go before a scene");
    }
}
