//! Which score a subcommand walks along or looks at: exact or learned, steered or not.

use super::answer::tell;
use crate::checkpoint::{self, Model};
use crate::classifier_free::JointNet;
use crate::classifier_guidance::{ClassLikelihood, CleanClassifier, NoisyClassifier};
use crate::data::Scene;
use crate::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use crate::nn::ScoreNet;
use crate::score::{Likelihood, ScoreFn};
use crate::{Error, Result};
use clap::Args;
use std::path::Path;

/// The score and its guidance.
#[derive(Debug, Clone, Args)]
pub struct ScoreArgs {
    /// The score: `exact` for the scene's own, or a checkpoint, or the folder of a run
    #[arg(long, default_value = "exact", value_name = "exact|FILE|FOLDER")]
    pub score: String,
    /// The scene with the exact answers: a name or a TOML file [default: the one the score was trained on, else animals]
    #[arg(long, value_name = "NAME|FILE")]
    pub scene: Option<String>,
    /// The wanted class, by name or number; without it nothing is steered
    #[arg(long, value_name = "NAME|NUMBER")]
    pub class: Option<String>,
    /// Steer by this classifier: `exact`, or a checkpoint, or the folder of a run
    #[arg(long, value_name = "exact|FILE|FOLDER")]
    pub classifier: Option<String>,
    /// c: the classifier's gradient is multiplied by c
    #[arg(long, default_value_t = 1.0)]
    pub gradient_scale: f64,
    /// Steer away from this worse score (autoguidance): a checkpoint, or the folder of a run
    #[arg(long, value_name = "FILE|FOLDER")]
    pub guiding: Option<String>,
}

/// A score of one kind.
enum Held {
    Exact,
    Score(ScoreNet),
    Joint(JointNet),
}

/// A classifier of one kind.
enum Judge {
    Exact,
    Noisy(NoisyClassifier),
    Clean(CleanClassifier),
}

/// A score and all that steers it.
pub struct Source {
    /// The scene with the exact answers.
    pub scene: Scene,
    /// The wanted class.
    pub class: Option<usize>,
    held: Held,
    judge: Option<Judge>,
    guiding: Option<Held>,
    gradient_scale: f64,
}

/// The note of a checkpoint that names its scene.
pub const SCENE_NOTE: &str = "scene";

impl Source {
    /// Loads what the arguments name.
    ///
    /// # Errors
    /// If a file is no checkpoint of the right kind, dimensions or classes differ, or what is asked for cannot be steered.
    pub fn new(args: &ScoreArgs) -> Result<Source> {
        let scale = args.gradient_scale;
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Error::value("--gradient-scale", scale, "a finite number above 0"));
        }
        let (held, trained_on) = held(&args.score)?;
        let name = args.scene.clone().or(trained_on).unwrap_or_else(|| "animals".into());
        let scene = Scene::find(&name)?;
        let class = args.class.as_deref().map(|c| scene.class(c)).transpose()?;
        let guiding = args.guiding.as_deref().map(|g| Ok(held_by(g)?.0)).transpose()?;
        let judge = args.classifier.as_deref().map(judge).transpose()?;
        let source = Source { scene, class, held, judge, guiding, gradient_scale: scale };
        source.check()?;
        Ok(source)
    }

    fn check(&self) -> Result<()> {
        let (dim, classes) = (self.scene.mixture.dim(), self.scene.mixture.classes());
        for (flag, held) in [("--score", Some(&self.held)), ("--guiding", self.guiding.as_ref())] {
            let (d, k) = match held {
                None | Some(Held::Exact) => continue,
                Some(Held::Score(net)) => (net.dim(), classes),
                Some(Held::Joint(net)) => (net.mlp().config.inputs, net.classes()),
            };
            fits(flag, (d, k), (dim, classes))?;
        }
        if let Some((d, k)) = match &self.judge {
            Some(Judge::Noisy(c)) => Some((c.0.mlp.config.inputs, c.0.mlp.config.outputs)),
            Some(Judge::Clean(c)) => Some((c.0.mlp.config.inputs, c.0.mlp.config.outputs)),
            Some(Judge::Exact) | None => None,
        } {
            fits("--classifier", (d, k), (dim, classes))?;
        }
        let unsteered = matches!(self.held, Held::Score(_)) && self.judge.is_none();
        if self.class.is_some() && unsteered && self.guiding.is_none() {
            let must =
                "left out, or with a --classifier to steer by: this score has never seen a label";
            return Err(Error::value("--class", "given", must));
        }
        if self.class.is_none() && self.judge.is_some() {
            return Err(Error::value("--classifier", "given", "with the --class to steer to"));
        }
        if self.judge.is_some() && self.guiding.is_some() {
            return Err(Error::value(
                "--guiding",
                "given",
                "without a --classifier: one way of steering at a time",
            ));
        }
        Ok(())
    }

    /// Whether γ makes a difference.
    pub fn steered(&self) -> bool {
        self.class.is_some() || self.guiding.is_some()
    }

    /// Whether a network takes part.
    pub fn learned(&self) -> bool {
        !matches!(self.held, Held::Exact)
    }

    /// Calls `f` with the score at this γ.
    pub fn with<T>(&self, gamma: Gamma, f: impl FnOnce(&dyn ScoreFn) -> T) -> T {
        let mixture = &self.scene.mixture;
        if let Some(guiding) = &self.guiding {
            return self.held.with(self, |main| {
                guiding.with(self, |guiding| f(&Guided { main, guiding, gamma }))
            });
        }
        let Some(class) = self.class else {
            return self.held.with(self, f);
        };
        if let Some(judge) = &self.judge {
            let scale = self.gradient_scale;
            return judge.with(mixture, class, |likelihood| {
                let likelihood = &GradientScaled { likelihood, scale };
                self.held.free(self, |score| f(&ClassifierGuided { score, likelihood, gamma }))
            });
        }
        match &self.held {
            Held::Joint(net) => f(&net.guided(class, gamma)),
            _ => f(&Guided { main: &mixture.given(class), guiding: mixture, gamma }),
        }
    }
}

impl Held {
    /// Calls `f` with the score of the wanted class, or of none if none is wanted or known.
    fn with<T>(&self, source: &Source, f: impl FnOnce(&dyn ScoreFn) -> T) -> T {
        match (self, source.class) {
            (Held::Exact, Some(class)) => f(&source.scene.mixture.given(class)),
            (Held::Joint(net), Some(class)) => f(&net.given(class)),
            _ => self.free(source, f),
        }
    }

    /// Calls `f` with the unconditional score.
    fn free<T>(&self, source: &Source, f: impl FnOnce(&dyn ScoreFn) -> T) -> T {
        match self {
            Held::Exact => f(&source.scene.mixture),
            Held::Score(net) => f(net),
            Held::Joint(net) => f(&net.unconditional()),
        }
    }
}

impl Judge {
    fn with<T>(
        &self,
        mixture: &crate::mixture::Mixture,
        class: usize,
        f: impl FnOnce(&dyn Likelihood) -> T,
    ) -> T {
        let learned: ClassLikelihood = match self {
            Judge::Exact => return f(&mixture.posterior(class)),
            Judge::Noisy(net) => net.given(class),
            Judge::Clean(net) => net.given(class),
        };
        f(&learned)
    }
}

/// Refuses a network that does not fit the scene.
fn fits(flag: &str, (d, k): (usize, usize), (dim, classes): (usize, usize)) -> Result<()> {
    if (d, k) == (dim, classes) {
        return Ok(());
    }
    let value = format!("a network of {d} dimensions and {k} classes");
    Err(Error::value(
        flag,
        value,
        format!("of {dim} and {classes}, as the scene; name its own with --scene"),
    ))
}

/// The model of a checkpoint, and the scene it was trained on.
fn load(path: &str) -> Result<(Model, Option<String>)> {
    let found = checkpoint::find(Path::new(path))?;
    found
        .passed
        .iter()
        .for_each(|e| tell(format!("warning: {e}; taking {}", found.path.display())));
    let scene = found.checkpoint.provenance.notes.get(SCENE_NOTE).cloned();
    Ok((found.checkpoint.model, scene))
}

fn held(name: &str) -> Result<(Held, Option<String>)> {
    if name == "exact" { Ok((Held::Exact, None)) } else { held_by(name) }
}

fn held_by(path: &str) -> Result<(Held, Option<String>)> {
    match load(path)? {
        (Model::Score(net), scene) => Ok((Held::Score(net), scene)),
        (Model::Joint(net), scene) => Ok((Held::Joint(net), scene)),
        (other, _) => Err(wrong_kind(path, &other, "a score network")),
    }
}

fn judge(name: &str) -> Result<Judge> {
    if name == "exact" {
        return Ok(Judge::Exact);
    }
    match load(name)?.0 {
        Model::Noisy(net) => Ok(Judge::Noisy(net)),
        Model::Clean(net) => Ok(Judge::Clean(net)),
        other => Err(wrong_kind(name, &other, "a classifier")),
    }
}

fn wrong_kind(path: &str, model: &Model, wanted: &str) -> Error {
    let why = format!("it holds a {}, but {wanted} is needed here", model.name());
    Error::File { path: path.into(), why }
}
