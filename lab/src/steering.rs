//! Which score is walked along or looked at: exact or learned, steered or not.

use crate::flags::ScoreFlags;
use crate::networks::{self, ClassifierModel, ScoreModel, fits, load};
use crate::sampling::{Parts, cut};
use crate::setup::{Setup, Typed, gammas, gradient_scale};
use crate::view::Domain;
use ndarray::{Array2, ArrayView2};
use scorelab::checkpoint::Model;
use scorelab::data::to_pixels;
use scorelab::guidance::{ClassifierGuided, Composed, Gamma, GradientScaled, Guided};
use scorelab::nn::Mlp;
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use std::ops::Deref;
use std::sync::Arc;

/// p(y | x_t) of a class, its gradient multiplied by c.
type Scaled = GradientScaled<Arc<dyn Likelihood>>;

/// A setup with a score and all that steers it.
pub struct Steering {
    setup: Setup,
    /// None of images that no checkpoint scores: a classifier may stand alone.
    score: Option<ScoreModel>,
    classifier: Option<ClassifierModel>,
    guiding: Option<ScoreModel>,
    gradient_scale: f64,
    interval: Option<[f64; 2]>,
}

impl Deref for Steering {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
}

impl Steering {
    /// Loads what the flags name, and makes the setup on its data.
    ///
    /// # Errors
    /// If a file is no checkpoint of the right kind, dimensions or classes differ, or what is asked for cannot be steered; as
    /// [`Typed::setup`].
    pub fn new(flags: &ScoreFlags, typed: Typed) -> Result<Steering> {
        let steering = Steering::open(flags, typed)?;
        if steering.class.is_none() && steering.classifier.is_some() {
            return Err(Error::value("--classifier", "given", "with the --class to steer to"));
        }
        Ok(steering)
    }

    /// As [`Steering::new`], but a classifier may stand alone, with no class to steer to.
    ///
    /// # Errors
    /// As [`Steering::new`].
    pub fn open(flags: &ScoreFlags, typed: Typed) -> Result<Steering> {
        let scale = gradient_scale(flags.gradient_scale)?;
        let main = match flags.score.as_str() {
            "exact" => None,
            path => Some(load(path)?),
        };
        // beside an exact score a classifier tells the scene
        let alone = match (&main, flags.classifier.as_deref()) {
            (None, Some(path)) if path != "exact" => Some(load(path)?),
            _ => None,
        };
        let data = Domain::of(flags.place()?.as_ref(), main.as_ref().or(alone.as_ref()))?;
        let setup = typed.setup(data, flags.class.as_deref())?;
        let other = |path: &str| -> Result<Model> {
            let checkpoint = load(path)?;
            setup.data.shares_view(path, &checkpoint)?;
            Ok(checkpoint.model)
        };
        let exact = setup.data.scene().map(|scene| Arc::new(scene.mixture.clone()));
        let spread = || setup.data.widths();
        let guiding = flags.guiding.as_deref();
        let guiding =
            guiding.map(|path| networks::score(path, other(path)?, spread())).transpose()?;
        let classifier = match (flags.classifier.as_deref(), &exact) {
            (None, _) => None,
            (Some("exact"), Some(mixture)) => Some(ClassifierModel::Exact(mixture.clone())),
            (Some("exact"), None) => {
                let must = "a checkpoint: images have no exact classifier";
                return Err(Error::value("--classifier", "exact", must));
            }
            (Some(path), _) => Some(networks::classifier(path, other(path)?)?),
        };
        let score = match main {
            Some(main) => Some(networks::score(&flags.score, main.model, spread())?),
            None => exact.map(ScoreModel::Exact),
        };
        let steering =
            Steering { setup, score, classifier, guiding, gradient_scale: scale, interval: None };
        steering.check()?;
        Ok(steering)
    }

    fn check(&self) -> Result<()> {
        let (dim, classes) = (self.data.dim(), self.data.classes());
        for (flag, model) in [("--score", &self.score), ("--guiding", &self.guiding)] {
            let shape = model.as_ref().map_or((dim, classes), |model| model.shape(classes));
            fits(flag, shape, (dim, classes))?;
        }
        if let Some(net) = self.classifier.as_ref().and_then(ClassifierModel::network) {
            fits("--classifier", (net.config.inputs, net.config.outputs), (dim, classes))?;
        }
        if self.gradient_scale != 1.0 && self.classifier.is_none() {
            let must = "left out, or with the --classifier whose gradient it multiplies";
            return Err(Error::value("--gradient-scale", self.gradient_scale, must));
        }
        if self.score.is_none() && self.class.is_some() {
            let must = "a checkpoint: images have no exact score";
            return Err(Error::value("--score", "exact", must));
        }
        let unsteered =
            matches!(self.score, Some(ScoreModel::Score(_))) && self.classifier.is_none();
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

    /// The same, guided only where σ/α lies in this interval, if there is one, and at γ = 1 elsewhere.
    ///
    /// # Errors
    /// If it is not two rising numbers from 0.
    pub fn within(self, interval: &[f64]) -> Result<Steering> {
        match *interval {
            [] => Ok(self),
            [low, high] if 0.0 <= low && low < high && high.is_finite() => {
                Ok(Steering { interval: Some([low, high]), ..self })
            }
            _ => {
                let given: Vec<String> = interval.iter().map(f64::to_string).collect();
                Err(Error::value("--interval", given.join(","), "two rising numbers from 0"))
            }
        }
    }

    /// The score alone.
    ///
    /// # Panics
    /// If there is none: a classifier stands alone.
    fn score(&self) -> &ScoreModel {
        self.score.as_ref().expect("a score to walk along")
    }

    /// The guidance scales that are given, or the one that is meant without any.
    ///
    /// # Errors
    /// If a scale is not finite, or there is nothing that it could steer.
    pub fn gammas(&self, given: &[f64]) -> Result<Vec<Gamma>> {
        match (self.steered(), given) {
            (true, []) => gammas(&[1.0]),
            (false, []) => gammas(&[0.0]),
            (true, given) => gammas(given),
            (false, [first, ..]) => {
                Err(Error::value("--gamma", first, "left out, or with the --class to steer to"))
            }
        }
    }

    /// The classes that n samples are wanted of, if any is.
    pub fn wanted(&self, n: usize) -> Option<Vec<usize>> {
        let classes = self.data.classes();
        let one = |class| (0..n).map(|i| if self.all { i % classes } else { class }).collect();
        self.class.map(one)
    }

    /// The joint network, if the score is one.
    ///
    /// # Errors
    /// If it is not.
    pub fn joint(&self) -> Result<&JointNet> {
        match &self.score {
            Some(ScoreModel::Joint(net)) => Ok(net),
            _ => Err(Error::value("--score", "of another kind", "a joint network for this figure")),
        }
    }

    /// p(y | x_t) of each class, by the classifier or, where there is none, exactly.
    ///
    /// # Panics
    /// If there is none and the data are images.
    pub fn likelihoods(&self) -> Vec<Arc<dyn Likelihood>> {
        let given = |class| match &self.classifier {
            Some(classifier) => classifier.given(class),
            None => Arc::new(self.scene().mixture.posterior(class)),
        };
        (0..self.data.classes()).map(given).collect()
    }

    /// Points of the score as those of its data; of images, also their size.
    pub fn finished(&self, x: Array2<f64>) -> (Array2<f64>, Option<(usize, usize)>) {
        (self.data.points(x), self.data.size())
    }

    /// Whether this is the network of the classifier that steers.
    pub fn is_steered_by(&self, mlp: &Mlp) -> bool {
        let own = self.classifier.as_ref().and_then(ClassifierModel::network);
        own.is_some_and(|own| own.params == mlp.params)
    }

    /// Whether the classifier was trained without noise.
    pub fn blind(&self) -> bool {
        matches!(self.classifier, Some(ClassifierModel::Clean(_)))
    }

    /// Whether what steers is other than exact, or the exact score is led in another way than by its class.
    pub fn own_way(&self) -> bool {
        self.learned()
            || self.learned_classifier()
            || self.autoguided()
            || self.gradient_scale != 1.0
    }

    /// Whether γ alone decides how strong the guidance is: c = 1, by the score's own class, in the whole of the walk.
    pub fn plain(&self) -> bool {
        self.gradient_scale == 1.0 && !self.autoguided() && self.interval.is_none()
    }

    /// Whether the guided score itself has an exact one to be compared with.
    pub fn comparable(&self) -> bool {
        self.learned() && !self.autoguided() && self.gradient_scale == 1.0
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
        matches!(self.score, Some(ScoreModel::Score(_) | ScoreModel::Joint(_)))
    }

    /// Whether a learned classifier steers.
    pub fn learned_classifier(&self) -> bool {
        matches!(self.classifier, Some(ClassifierModel::Noisy(_) | ClassifierModel::Clean(_)))
    }

    /// p(y | x_t) of every class by the learned classifier, (n, classes), if there is one.
    pub fn probabilities(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Option<Array2<f64>> {
        match &self.classifier {
            Some(ClassifierModel::Noisy(net)) => Some(net.probabilities(x, level)),
            Some(ClassifierModel::Clean(net)) => Some(net.probabilities(x)),
            Some(ClassifierModel::Exact(_)) | None => None,
        }
    }

    /// The unconditional score.
    pub fn free(&self) -> Arc<dyn ScoreFn> {
        self.score().given(None)
    }

    /// The unconditional score and the classifier that steers it.
    ///
    /// # Errors
    /// If no classifier does.
    pub fn apart(&self) -> Result<(Arc<dyn ScoreFn>, Scaled)> {
        if self.guiding.is_some() {
            let must = "left out: this figure is of a score that a classifier steers";
            return Err(Error::value("--guiding", "given", must));
        }
        match (&self.classifier, &self.score, self.class) {
            (Some(classifier), _, Some(class)) => {
                Ok((self.free(), self.scaled(classifier.given(class))))
            }
            (None, Some(ScoreModel::Exact(mixture)), Some(class)) => {
                Ok((self.free(), self.scaled(Arc::new(mixture.posterior(class)))))
            }
            (None, Some(ScoreModel::Joint(_)), _) => {
                let must = "given: this figure draws a classifier apart from the score, which a joint network does not \
                            have; add --classifier exact or one of your own, or draw sweep, fidelity, overshoot or away";
                Err(Error::value("--classifier", "left out", must))
            }
            _ => {
                let must = "given: this figure is of a score that a classifier steers";
                Err(Error::value("--classifier", "left out", must))
            }
        }
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
        if let Some(guiding) = &self.guiding {
            let (main, guiding) = (self.score().given(class), guiding.given(class));
            return Arc::new(Guided { main, guiding, gamma });
        }
        let Some(class) = class else { return self.free() };
        let terms = std::iter::once((gamma, class)).chain(also.iter().copied());
        match (&self.classifier, self.score()) {
            (Some(classifier), _) => terms.fold(self.free(), |score, (gamma, class)| {
                let likelihood = self.scaled(classifier.given(class));
                Arc::new(ClassifierGuided { score, likelihood, gamma })
            }),
            (None, ScoreModel::Joint(net)) => {
                let terms: Vec<_> = terms.map(|(w, y)| (w.value(), y)).collect();
                Arc::new(net.composed(&terms))
            }
            (None, score) if also.is_empty() => {
                Arc::new(Guided { main: score.given(Some(class)), guiding: self.free(), gamma })
            }
            (None, score) => {
                let terms = terms.map(|(w, y)| (w.value(), score.given(Some(y)))).collect();
                Arc::new(Composed { base: self.free(), terms })
            }
        }
    }

    /// What a classifier steers by, as strong as the flags say.
    fn scaled(&self, likelihood: Arc<dyn Likelihood>) -> Scaled {
        GradientScaled { likelihood, scale: self.gradient_scale }
    }

    /// A sample (n, d) for each of these classes or, without any, as many as the setup says: at γ and under further
    /// conditions (wᵢ, yᵢ).
    ///
    /// # Errors
    /// If a sample is not finite.
    pub fn samples(
        &self,
        (gamma, also): (Gamma, &[(Gamma, usize)]),
        wanted: Option<&[usize]>,
    ) -> Result<Array2<f64>> {
        let one = Gamma::new(1.0)?;
        let pieces = self.interval.map(|interval| cut(&self.process, &self.grid, interval));
        let parts = |class| -> Parts<Arc<dyn ScoreFn>> {
            let guided = self.guided(class, gamma, also);
            let Some(pieces) = &pieces else { return vec![(guided, &self.grid)] };
            let plain = self.guided(class, one, &[]);
            let score = |inside: bool| if inside { guided.clone() } else { plain.clone() };
            pieces.iter().map(|(piece, inside)| (score(*inside), piece)).collect()
        };
        let n = wanted.map_or(self.setup.samples, <[usize]>::len);
        self.walk_parts(parts, self.starts(n, self.data.dim()).view(), wanted)
    }

    /// As [`Steering::samples`] of images at γ, as pixels (n, height·width).
    ///
    /// # Errors
    /// As [`Steering::samples`].
    pub fn pixels(&self, gamma: Gamma, wanted: Option<&[usize]>) -> Result<Array2<u8>> {
        let x = self.samples((gamma, &[]), wanted)?;
        Ok(to_pixels(self.data.points(x).view()))
    }
}
