//! What the figures of the catalogue are drawn from.

use super::classifier::Classifier;
use super::scales;
use super::trainer::Trainer;
use crate::idiom::{Series, Setting};
use crate::plot::{Role, Text, words};
use ndarray::{Array2, ArrayView2};
use scorelab::Result;
use scorelab::condition::Observation;
use scorelab::guidance::{ClassifierGuided, Gamma, Guided};
use scorelab::metrics::Judgement;
use scorelab::nn::Transformer;
use scorelab::noise::{Grid, Process};
use scorelab::null_label::JointNet;
use scorelab::sampler::AnySampler;
use scorelab::score::{Likelihood, ScoreFn};
use std::sync::Arc;

/// All that a figure may need; where something is missing, the figures that need it are refused.
pub struct Inputs<'a> {
    /// The scene and the walk; images have none.
    pub setting: Option<Setting<'a>>,
    /// The class that is wanted, or the caption by its label.
    pub class: Option<usize>,
    /// What is observed of the scene.
    pub observation: Option<Arc<Observation>>,
    /// Whether every class is wanted, in turn.
    pub every_class: bool,
    /// How many samples to measure by.
    pub samples: usize,
    /// Frames of an animation.
    pub frames: usize,
    /// The guidance scales that are asked for; without any, each figure has its own.
    pub gammas: Vec<Gamma>,
    /// What steers, in words.
    pub method: Text,
    /// Its role on a slide.
    pub role: Role,
    /// Whether it is other than the exact score led by its class.
    pub own_method: bool,
    /// Whether the score is a network.
    pub learned: bool,
    /// The unconditional score.
    pub score: Arc<dyn ScoreFn>,
    /// The guided score at each γ.
    pub guided: Box<dyn Fn(Gamma) -> Arc<dyn ScoreFn> + 'a>,
    /// Whether that is a score along which one can walk, and not a walk of its own.
    pub one_score: bool,
    /// Whether the method was chosen by its name.
    pub named: bool,
    /// The classifier that steers the score to the class.
    pub classifier: Option<Arc<dyn Likelihood>>,
    /// The likelihood of the class by a classifier learned on noisy data.
    pub noisy: Option<Arc<dyn Likelihood>>,
    /// A classifier that sees the noise and one that does not.
    pub with_and_without_noise: Option<[Classifier; 2]>,
    /// The score, if it is a joint network.
    pub joint: Option<&'a JointNet>,
    /// Whether a worse score guides.
    pub guiding: bool,
    /// Joint networks that differ in their p_drop and in nothing else, by their p_drop.
    pub runs: Vec<(f64, JointNet)>,
    /// Who trains networks.
    pub trainer: Option<Box<dyn Trainer + 'a>>,
    /// What figures of images need in addition.
    pub images: Option<ImageInputs<'a>>,
    /// Who judges them.
    pub judge: Option<Box<dyn ImageJudge + 'a>>,
}

/// Points of a score (n, d) as images (n, height·width).
pub type AsImages<'a> = dyn Fn(ArrayView2<f64>) -> Array2<u8> + 'a;

/// Images (n, height·width) at a γ: one of each of these classes, or as many as are asked for.
pub type SampledAt<'a> = dyn Fn(Gamma, Option<Vec<usize>>) -> Result<Array2<u8>> + 'a;

/// What figures of images need besides a score.
pub struct ImageInputs<'a> {
    /// Height and width of an image.
    pub size: (usize, usize),
    /// The classes there are.
    pub classes: usize,
    /// The name of the class that is wanted.
    pub target: Text,
    /// The noise process.
    pub process: Process,
    /// The times of the walks.
    pub grid: &'a Grid,
    /// The rule that walks.
    pub sampler: &'a AnySampler,
    /// The seed of the noise.
    pub seed: u64,
    /// Turns points of the score into images.
    pub pixels: Box<AsImages<'a>>,
    /// Draws images.
    pub samples: Box<SampledAt<'a>>,
    /// The network, if it knows captions.
    pub captions: Option<JointNet<Transformer>>,
}

/// A classifier that did not steer, and images that no network has seen.
pub trait ImageJudge {
    /// The classes that samples are to be of; without any they are of all.
    fn wanted(&self) -> Option<Vec<usize>>;
    /// p(y | x) of images (n, height·width): (n, classes).
    fn probabilities(&self, pixels: &Array2<u8>) -> Array2<f64>;
    /// How good samples are, compared with images that no network has seen.
    fn judged(&self, pixels: &Array2<u8>) -> Judgement;
    /// The same for other such images: the difference between two samples of the data.
    fn floor(&self) -> Judgement;
}

/// The loop over the needs checks everything before a figure is drawn.
const MET: &str = "a figure names what it needs";

impl Inputs<'_> {
    pub(super) fn setting(&self) -> &Setting<'_> {
        self.setting.as_ref().expect(MET)
    }

    pub(super) fn images(&self) -> &ImageInputs<'_> {
        self.images.as_ref().expect(MET)
    }

    pub(super) fn judge(&self) -> &dyn ImageJudge {
        self.judge.as_deref().expect(MET)
    }

    pub(super) fn trainer(&self) -> &dyn Trainer {
        self.trainer.as_deref().expect(MET)
    }

    pub(super) fn joint(&self) -> &JointNet {
        self.joint.expect(MET)
    }

    pub(super) fn classifier(&self) -> &dyn Likelihood {
        self.classifier.as_deref().expect(MET)
    }

    pub(super) fn with_and_without_noise(&self) -> &[Classifier; 2] {
        self.with_and_without_noise.as_ref().expect(MET)
    }

    pub(super) fn noisy(&self) -> &dyn Likelihood {
        self.noisy.as_deref().expect(MET)
    }

    /// The γ that are asked for, or else the figure's own.
    pub(super) fn gammas_or(&self, own: &[f64]) -> Vec<Gamma> {
        if self.gammas.is_empty() { scales::gammas(own) } else { self.gammas.clone() }
    }

    /// The same, of a figure that tells what happens as γ grows.
    pub(super) fn growing_gammas_or(&self, own: &[f64]) -> Vec<Gamma> {
        scales::beside_the_first(&self.gammas_or(own))
    }

    /// The γ that are asked for, or else those of a figure without any of its own.
    pub(super) fn usual_gammas(&self) -> Vec<Gamma> {
        self.gammas_or(&scales::USUAL)
    }

    pub(super) fn last_gamma(&self) -> Gamma {
        *self.usual_gammas().last().expect("there are some")
    }

    /// The score at γ, led by the classifier where one steers.
    pub(super) fn steered(&self, gamma: Gamma) -> Arc<dyn ScoreFn> {
        match &self.classifier {
            None => (self.guided)(gamma),
            Some(likelihood) => {
                let (score, likelihood) = (self.score.clone(), likelihood.clone());
                Arc::new(ClassifierGuided { score, likelihood, gamma })
            }
        }
    }

    /// What `measure` finds of the exact score at each γ, and of the inputs' own method if it is another.
    pub(super) fn beside_exact<T>(
        &self,
        gammas: &[Gamma],
        measure: impl Fn(Gamma, &dyn ScoreFn) -> T,
    ) -> Vec<Series<Vec<T>>> {
        let s = self.setting();
        let (mixture, given) = (s.exact(), s.exact().given(s.class));
        let exact = |gamma: &Gamma| {
            measure(*gamma, &Guided { main: &given, guiding: mixture, gamma: *gamma })
        };
        let found = gammas.iter().map(exact).collect();
        let mut all = vec![Series { title: words::BY_THE_EXACT_SCORE, role: Role::Neutral, found }];
        if self.own_method {
            let own = |gamma: &Gamma| measure(*gamma, &(self.guided)(*gamma));
            let found = gammas.iter().map(own).collect();
            all.push(Series { title: self.method.clone(), role: self.role, found });
        }
        all
    }
}
