//! What the flags name, opened: the score, the classifier and the guide, on their data.

use super::guidance::{Guidance, Spelled};
use crate::flags::ScoreFlags;
use crate::given::{Idle, idle};
use crate::networks::{self, ClassifierModel, Loaded, ScoreModel, fits, load};
use crate::setup::{Setup, Typed};
use crate::tell::tell;
use crate::view::Domain;
use ndarray::{Array2, ArrayView2};
use scorelab::methods::{Knobs, Need};
use scorelab::mixture::{Mixture, Tilt};
use scorelab::nn::{Mlp, Transformer};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::score::Likelihood;
use scorelab::{Error, Result};
use std::ops::Deref;
use std::sync::Arc;

/// A setup with a score and all that steers it.
pub struct Steering {
    pub(super) setup: Setup,
    /// `None` where images have no score but only a classifier, which may stand alone.
    pub(super) score: Option<ScoreModel>,
    pub(super) classifier: Option<ClassifierModel>,
    pub(super) guiding: Option<ScoreModel>,
    /// The method that guides.
    pub guidance: Guidance,
    /// wᵢ and yᵢ of the further conditions.
    pub(super) also: Vec<(f64, usize)>,
}

impl Deref for Steering {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
}

impl Steering {
    /// Loads what the flags name, makes the setup on its data, and finds the method with all that it needs.
    ///
    /// # Errors
    /// If a file is no checkpoint of the right kind, dimensions or classes differ, or the method lacks something; as
    /// [`Guidance::of`] and [`Typed::setup`].
    pub fn new(flags: &ScoreFlags, spelled: Spelled, typed: Typed) -> Result<Steering> {
        let steering = Steering::open(flags, spelled, typed)?;
        if steering.class.is_none() && steering.observed.is_none() && steering.classifier.is_some()
        {
            return Err(Error::value(
                "--classifier",
                "given",
                "given together with the --class to steer to",
            ));
        }
        steering.guidance.check(&steering.parts(steering.class))?;
        for knobs in &steering.guidance.settings {
            steering.plan(steering.class, knobs)?; // knobs that contradict each other, before any work
        }
        steering.warn_of_the_tilt();
        Ok(steering)
    }

    /// As [`Steering::new`], but a classifier may stand alone, with no class to steer to and no score.
    ///
    /// # Errors
    /// As [`Steering::new`], but whether the method lacks something is not asked.
    pub fn open(flags: &ScoreFlags, spelled: Spelled, typed: Typed) -> Result<Steering> {
        let guidance = Guidance::of(flags, spelled)?;
        let main = match flags.score.as_str() {
            "exact" => None,
            path => Some(Loaded::of(path)?),
        };
        // with an exact score, a classifier decides the scene
        let alone = match (&main, flags.classifier.as_deref()) {
            (None, Some(path)) if path != "exact" => Some(load(path).map(Loaded::Perceptron)?),
            _ => None,
        };
        let (place, found) = (flags.place()?, main.as_ref().or(alone.as_ref()));
        let data = Domain::of(place.as_ref(), found, typed.machine.memory)?;
        let class = wanted(flags.class.as_deref(), spelled.caption, &data)?;
        let setup = typed.setup(data, class)?;
        let setup = match spelled.condition {
            Some(condition) => setup.observing(condition, spelled.image)?,
            None => setup,
        };
        let also = guidance.also(spelled.also, &setup, flags.guiding.is_some())?;
        let exact = setup.data.scene().map(|scene| Arc::new(scene.mixture.clone()));
        let guiding = flags
            .guiding
            .as_deref()
            .map(|path| networks::score(path, sharing_view(&setup, path)?, setup.data.widths()));
        let guiding = guiding.transpose()?;
        let classifier = flags.classifier.as_deref();
        let classifier = classifier.map(|path| opened_classifier(&setup, path, exact.as_ref()));
        let classifier = classifier.transpose()?;
        let score = match main {
            Some(main) => Some(networks::score(&flags.score, main, setup.data.widths())?),
            None => exact.map(ScoreModel::Exact),
        };
        let steering = Steering { setup, score, classifier, guiding, guidance, also };
        steering.check()?;
        spelled.observes().map_or(Ok(()), |flag| steering.check_observed(flag))?;
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
        if self.guidance.gradient_scale != 1.0 && self.classifier.is_none() {
            let must =
                "left out, or given together with the --classifier whose gradient it multiplies";
            return Err(Error::value("--gradient-scale", self.guidance.gradient_scale, must));
        }
        if self.score.is_none() && self.class.is_some() {
            let must = "a checkpoint: only a scene has an exact score";
            return Err(Error::value("--score", "exact", must));
        }
        if self.classifier.is_some() && self.guiding.is_some() {
            let must =
                "left out, or given without --classifier: only one way of steering at a time";
            return Err(Error::value("--guiding", "given", must));
        }
        Ok(())
    }

    /// Refuses what knows nothing of the observation that this flag says.
    fn check_observed(&self, flag: &str) -> Result<()> {
        let wrong = |flag: &str, must: &str| Err(Error::value(flag, "given", must));
        if self.autoguided() {
            return wrong("--guiding", &format!("left out: no network was trained with a {flag}"));
        }
        if self.learned_classifier() {
            let must =
                format!("exact, or left out: a trained classifier knows classes, and no {flag}");
            return wrong("--classifier", &must);
        }
        if self.class.is_some() && self.score.as_ref().is_some_and(|s| !s.labelled()) {
            return wrong("--class", "left out: this score has not seen labels");
        }
        let needs = |need| self.guidance.method.about().needs.contains(&need);
        if self.learned() && self.classifier.is_none() && needs(Need::Conditional) {
            let must = "left out, or given with --classifier exact or a --method that needs the prior's score alone, such as tmpd: no network was trained with one";
            return wrong(flag, must);
        }
        let below = |knobs: &Knobs| knobs.find("gamma").filter(|gamma| *gamma < 0.0);
        match self.guidance.settings.iter().find_map(below) {
            Some(gamma) => {
                let must =
                    format!("at least 0 with {flag}: p(x)·p(y|x)^γ is a distribution only there");
                Err(Error::value("--gamma", gamma, must))
            }
            None => Ok(()),
        }
    }

    /// Warns of further conditions that leave nothing to normalise.
    fn warn_of_the_tilt(&self) {
        let (Some(scene), Some(class)) = (self.data.scene(), self.class) else { return };
        let Some(gamma) = self.guidance.settings[0].find("gamma") else { return };
        if self.also.is_empty() {
            return;
        }
        let all = [(gamma, class)].into_iter().chain(self.also.iter().copied());
        let given: Vec<(f64, Mixture)> = all.map(|(w, y)| (w, scene.mixture.given(y))).collect();
        let terms: Vec<(f64, &Mixture)> = given.iter().map(|(w, m)| (*w, m)).collect();
        if let Some(warning) = Tilt::warning(&scene.mixture, &terms) {
            tell(format!("warning: {warning}"));
        }
    }

    /// The flags of the guidance that change nothing.
    pub fn idle_flags(&self) -> Vec<Idle> {
        let one = self.guidance.settings.iter().all(|knobs| knobs.find("gamma") == Some(1.0));
        let why = "at γ = 1 the score is not pushed; give another --gamma";
        idle([(self.autoguided() && one, &["guiding"], why)])
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

    /// The network that knows captions, if the score is one.
    pub fn captions(&self) -> Option<&JointNet<Transformer>> {
        match &self.score {
            Some(ScoreModel::Captions(net)) => Some(net),
            _ => None,
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

    /// The coordinates of a point of the data, as it is written.
    pub fn pixels_of_a_point(&self) -> usize {
        self.data.size().map_or(self.data.dim(), |(height, width)| height * width)
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

    /// Whether what steers is not exact, or the exact score is steered in another way than by its class.
    pub fn own_way(&self) -> bool {
        self.learned()
            || self.learned_classifier()
            || self.autoguided()
            || self.gradient_scale() != 1.0
            || self.guidance.named
    }

    /// Whether γ alone decides how strong the guidance is: c = 1, from the unconditional score at γ = 0 to the conditional one
    /// at γ = 1.
    pub fn plain(&self) -> bool {
        let ends = self.guidance.method.about().ends;
        ends.zero && ends.one && self.gradient_scale() == 1.0 && !self.autoguided()
    }

    /// Whether the guided score itself has an exact one to be compared with.
    pub fn comparable(&self) -> bool {
        self.learned()
            && self.observed.is_none()
            && !self.autoguided()
            && self.gradient_scale() == 1.0
    }

    /// c, by which the classifier's gradient is multiplied.
    pub fn gradient_scale(&self) -> f64 {
        self.guidance.whole_gradient_scale()
    }

    /// Whether a classifier steers, learned or exact.
    pub fn classified(&self) -> bool {
        self.classifier.is_some()
    }

    /// Whether a worse score steers.
    pub fn autoguided(&self) -> bool {
        self.guiding.is_some()
    }

    /// Whether the score is a network.
    pub fn learned(&self) -> bool {
        matches!(&self.score, Some(score) if !matches!(score, ScoreModel::Exact(_)))
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
}

/// What is wanted of these data: a class or a caption, as they know them.
///
/// # Errors
/// If both are given, or what the data do not know.
fn wanted<'a>(
    class: Option<&'a str>,
    caption: Option<&'a str>,
    data: &Domain,
) -> Result<Option<&'a str>> {
    let wrong = |flag, must| Err(Error::value(flag, "given", must));
    match (class, caption, data.captioned()) {
        (Some(_), Some(_), _) => wrong("--class", "left out: --caption says what is wanted"),
        (Some(_), None, true) => wrong(
            "--class",
            "left out: this score knows captions; say what is wanted with --caption",
        ),
        (None, Some(_), false) => wrong(
            "--caption",
            "left out, or given together with a --score that knows captions, trained by `scorelab train --model caption`",
        ),
        (class, caption, _) => Ok(class.or(caption)),
    }
}

/// A checkpoint that sees the data as the score does.
fn sharing_view(setup: &Setup, path: &str) -> Result<Loaded> {
    let loaded = Loaded::of(path)?;
    setup.data.shares_view(path, loaded.view())?;
    Ok(loaded)
}

/// The classifier of this name.
fn opened_classifier(
    setup: &Setup,
    path: &str,
    exact: Option<&Arc<Mixture>>,
) -> Result<ClassifierModel> {
    match (path, exact) {
        ("exact", Some(mixture)) => Ok(ClassifierModel::Exact(mixture.clone())),
        ("exact", None) => {
            let must = "a checkpoint: only a scene has an exact classifier";
            Err(Error::value("--classifier", "exact", must))
        }
        _ => {
            let checkpoint = load(path)?;
            setup.data.shares_view(path, &checkpoint.view)?;
            networks::classifier(path, checkpoint.model)
        }
    }
}
