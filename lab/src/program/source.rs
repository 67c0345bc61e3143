//! Which score a subcommand walks along or looks at: exact or learned, steered or not.

use super::domain::{ALL, Domain};
use super::networks::{self, Classifier, Held, fits, held, load};
use clap::Args;
use ndarray::{Array2, ArrayView2};
use scorelab::checkpoint::{Model, Recipe};
use scorelab::data::{ClassName, Scene};
use scorelab::guidance::{ClassifierGuided, Composed, Gamma, GradientScaled, Guided};
use scorelab::nn::Mlp;
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use std::sync::Arc;

/// The score and its guidance.
#[derive(Debug, Clone, Args)]
pub struct ScoreArgs {
    /// The score: `exact` for the scene's own, or a checkpoint, or the folder of a run
    #[arg(long, default_value = "exact", value_name = "exact|FILE|FOLDER")]
    pub score: String,
    /// The scene with the exact answers: a name or a TOML file [default: the one the score was trained on, else animals]
    #[arg(long, value_name = "NAME|FILE")]
    pub scene: Option<String>,
    /// The wanted class, by name or number, or of images `all` in turn; without it nothing is steered
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

/// p(y | x_t) of a class, its gradient multiplied by c.
type Steering = GradientScaled<Arc<dyn Likelihood>>;

/// A score and all that steers it.
pub struct Source {
    /// The wanted class; the first where all are wanted.
    pub class: Option<usize>,
    /// Whether every class is wanted, in turn.
    pub all: bool,
    space: Domain,
    held: Held,
    classifier: Option<Classifier>,
    guiding: Option<Held>,
    gradient_scale: f64,
}

impl Source {
    /// Loads what the arguments name.
    ///
    /// # Errors
    /// If a file is no checkpoint of the right kind, dimensions or classes differ, or what is asked for cannot be steered.
    pub fn new(args: &ScoreArgs) -> Result<Source> {
        let source = Source::open(args)?;
        if source.class.is_none() && source.classifier.is_some() {
            return Err(Error::value("--classifier", "given", "with the --class to steer to"));
        }
        Ok(source)
    }

    /// As [`Source::new`], but a classifier may stand alone, with no class to steer to.
    ///
    /// # Errors
    /// As [`Source::new`].
    pub fn open(args: &ScoreArgs) -> Result<Source> {
        let scale = args.gradient_scale;
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Error::value("--gradient-scale", scale, "a finite number above 0"));
        }
        if scale != 1.0 && args.classifier.is_none() {
            let must = "left out, or with the --classifier whose gradient it multiplies";
            return Err(Error::value("--gradient-scale", scale, must));
        }
        let main = match args.score.as_str() {
            "exact" => None,
            path => Some(load(path)?),
        };
        // beside an exact score a classifier tells the scene
        let alone = match (&main, args.classifier.as_deref()) {
            (None, Some(path)) if path != "exact" => Some(load(path)?),
            _ => None,
        };
        let space = Domain::of(args.scene.as_deref(), main.as_ref().or(alone.as_ref()))?;
        let all = args.class.as_deref() == Some(ALL) && space.scene().is_none();
        let wanted = if all { Some("0") } else { args.class.as_deref() };
        let class = wanted.map(|c| space.class(c)).transpose()?;
        let other = |path: &str| -> Result<Model> {
            let checkpoint = load(path)?;
            space.shares_view(path, &checkpoint)?;
            Ok(checkpoint.model)
        };
        let guiding = args.guiding.as_deref().map(|g| held(g, other(g)?, &space)).transpose()?;
        let classifier = match args.classifier.as_deref() {
            None => None,
            Some("exact") => Some(Classifier::Exact),
            Some(path) => Some(networks::classifier(path, other(path)?)?),
        };
        let held = main.map_or(Ok(Held::Exact), |c| held(&args.score, c.model, &space))?;
        let source = Source { class, all, space, held, classifier, guiding, gradient_scale: scale };
        source.check()?;
        Ok(source)
    }

    fn check(&self) -> Result<()> {
        let (dim, classes) = (self.dim(), self.space.classes());
        let of_held = |held: &Held| match held {
            Held::Exact => (dim, classes),
            Held::Score(net) => (net.dim(), classes),
            Held::Joint(net) => (net.mlp().config.inputs, net.classes()),
        };
        let of_classifier = |classifier: &Classifier| match classifier {
            Classifier::Exact => (dim, classes),
            Classifier::Noisy(c) => (c.mlp().config.inputs, c.mlp().config.outputs),
            Classifier::Clean(c) => (c.mlp().config.inputs, c.mlp().config.outputs),
        };
        fits("--score", of_held(&self.held), (dim, classes))?;
        fits("--guiding", self.guiding.as_ref().map_or((dim, classes), of_held), (dim, classes))?;
        fits(
            "--classifier",
            self.classifier.as_ref().map_or((dim, classes), of_classifier),
            (dim, classes),
        )?;
        if matches!(self.classifier, Some(Classifier::Exact)) && self.scene().is_none() {
            let must = "a checkpoint: images have no exact classifier";
            return Err(Error::value("--classifier", "exact", must));
        }
        if matches!(self.held, Held::Exact) && self.scene().is_none() && self.class.is_some() {
            return Err(Error::value(
                "--score",
                "exact",
                "a checkpoint: images have no exact score",
            ));
        }
        let unsteered = matches!(self.held, Held::Score(_)) && self.classifier.is_none();
        if self.class.is_some() && unsteered {
            let must =
                "left out, or with a --classifier to steer by: this score has never seen a label";
            return Err(Error::value("--class", "given", must));
        }
        if self.classifier.is_some() && self.guiding.is_some() {
            let must = "without a --classifier: one way of steering at a time";
            return Err(Error::value("--guiding", "given", must));
        }
        Ok(())
    }

    /// The coordinates of a point.
    pub fn dim(&self) -> usize {
        self.space.dim()
    }

    /// The scene with the exact answers; images have none.
    pub fn scene(&self) -> Option<&Scene> {
        self.space.scene()
    }

    /// Points of the data as the score sees them.
    pub fn centred(&self, x: Array2<f64>) -> Array2<f64> {
        self.space.coordinates(x)
    }

    /// The pixels of an image; a scene has none.
    pub fn pixels(&self) -> Option<usize> {
        self.space.size().map(|(height, width)| height * width)
    }

    /// The recipe by which images were taken to learn from; a scene needs none.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.space.recipe()
    }

    /// The names of the classes.
    pub fn class_names(&self) -> Vec<ClassName> {
        self.space.class_names()
    }

    /// The classes that n samples are wanted of, if any is.
    pub fn wanted(&self, n: usize) -> Option<Vec<usize>> {
        let classes = self.space.classes();
        let one = |class| (0..n).map(|i| if self.all { i % classes } else { class }).collect();
        self.class.map(one)
    }

    /// The joint network, if the score is one.
    ///
    /// # Errors
    /// If it is not.
    pub fn joint(&self) -> Result<&JointNet> {
        match &self.held {
            Held::Joint(net) => Ok(net),
            _ => Err(Error::value("--score", "of another kind", "a joint network for this figure")),
        }
    }

    /// p(y | x_t) of each class, by the classifier or, where there is none, exactly.
    pub fn likelihoods(&self) -> Vec<Arc<dyn Likelihood>> {
        let classifier = self.classifier.as_ref().unwrap_or(&Classifier::Exact);
        (0..self.space.classes()).map(|class| classifier.given(&self.space, class)).collect()
    }

    /// Points of the score as those of its data; of images, also their size.
    pub fn finished(&self, x: Array2<f64>) -> (Array2<f64>, Option<(usize, usize)>) {
        (self.space.points(x), self.space.size())
    }

    /// The class of this name or number.
    ///
    /// # Errors
    /// If there is none.
    pub fn class_of(&self, name: &str) -> Result<usize> {
        self.space.class(name)
    }

    /// Whether this is the network of the classifier that steers.
    pub fn is_steered_by(&self, mlp: &Mlp) -> bool {
        let own = match &self.classifier {
            Some(Classifier::Noisy(net)) => net.mlp(),
            Some(Classifier::Clean(net)) => net.mlp(),
            Some(Classifier::Exact) | None => return false,
        };
        own.params == mlp.params
    }

    /// Whether the classifier was trained without noise.
    pub fn blind(&self) -> bool {
        matches!(self.classifier, Some(Classifier::Clean(_)))
    }

    /// Whether what steers is other than exact, or the exact score is led in another way than by its class.
    pub fn own_way(&self) -> bool {
        self.learned()
            || self.learned_classifier()
            || self.autoguided()
            || self.gradient_scale != 1.0
    }

    /// c, by which the classifier's gradient is multiplied.
    pub fn gradient_scale(&self) -> f64 {
        self.gradient_scale
    }

    /// Whether a classifier steers, learned or exact.
    pub fn classified(&self) -> bool {
        self.classifier.is_some()
    }

    /// Whether a worse score steers.
    pub fn autoguided(&self) -> bool {
        self.guiding.is_some()
    }

    /// Whether γ makes a difference.
    pub fn steered(&self) -> bool {
        self.class.is_some() || self.guiding.is_some()
    }

    /// Whether the score is a network.
    pub fn learned(&self) -> bool {
        !matches!(self.held, Held::Exact)
    }

    /// Whether a learned classifier steers.
    pub fn learned_classifier(&self) -> bool {
        matches!(self.classifier, Some(Classifier::Noisy(_) | Classifier::Clean(_)))
    }

    /// p(y | x_t) of every class by the learned classifier, (n, classes), if there is one.
    pub fn probabilities(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Option<Array2<f64>> {
        match &self.classifier {
            Some(Classifier::Noisy(net)) => Some(net.probabilities(x, level)),
            Some(Classifier::Clean(net)) => Some(net.probabilities(x)),
            Some(Classifier::Exact) | None => None,
        }
    }

    /// The unconditional score.
    pub fn free(&self) -> Arc<dyn ScoreFn> {
        self.held.score(&self.space, None)
    }

    /// The unconditional score and the classifier that steers it.
    ///
    /// # Errors
    /// If no classifier does.
    pub fn apart(&self) -> Result<(Arc<dyn ScoreFn>, Steering)> {
        if self.guiding.is_some() {
            let must = "left out: this figure is of a score that a classifier steers";
            return Err(Error::value("--guiding", "given", must));
        }
        let (classifier, class) = match (&self.classifier, &self.held, self.class) {
            (Some(classifier), _, Some(class)) => (classifier, class),
            (None, Held::Exact, Some(class)) => (&Classifier::Exact, class),
            _ => {
                let must = "given: this figure is of a score that a classifier steers";
                return Err(Error::value("--classifier", "left out", must));
            }
        };
        Ok((self.free(), self.steering(classifier, class)))
    }

    /// The score steered to this class, or free without one, at γ and under further conditions (wᵢ, yᵢ):
    ///
    /// ```text
    /// s_u + γ·(s_y − s_u) + Σᵢ wᵢ·(s_yᵢ − s_u)
    /// ```
    ///
    /// A difference of scores is the classifier's gradient where a classifier steers. Source: Liu et al. 2022 (2206.01714),
    /// eq. 11 and 13.
    pub fn guided(
        &self,
        class: Option<usize>,
        gamma: Gamma,
        also: &[(Gamma, usize)],
    ) -> Arc<dyn ScoreFn> {
        let given = |held: &Held, class| held.score(&self.space, class);
        if let Some(guiding) = &self.guiding {
            let (main, guiding) = (given(&self.held, class), given(guiding, class));
            return Arc::new(Guided { main, guiding, gamma });
        }
        let Some(class) = class else { return self.free() };
        let terms = std::iter::once((gamma, class)).chain(also.iter().copied());
        match (&self.classifier, &self.held) {
            (Some(classifier), _) => terms.fold(self.free(), |score, (gamma, class)| {
                let likelihood = self.steering(classifier, class);
                Arc::new(ClassifierGuided { score, likelihood, gamma })
            }),
            (None, Held::Joint(net)) => {
                let terms: Vec<_> = terms.map(|(w, y)| (w.value(), y)).collect();
                Arc::new(net.composed(&terms))
            }
            (None, held) if also.is_empty() => {
                Arc::new(Guided { main: given(held, Some(class)), guiding: self.free(), gamma })
            }
            (None, held) => {
                let terms = terms.map(|(w, y)| (w.value(), given(held, Some(y)))).collect();
                Arc::new(Composed { base: self.free(), terms })
            }
        }
    }

    /// What a classifier steers by, as strong as the flags say.
    fn steering(&self, classifier: &Classifier, class: usize) -> Steering {
        let likelihood = classifier.given(&self.space, class);
        GradientScaled { likelihood, scale: self.gradient_scale }
    }
}
