//! The frame of the experiments on images.

use super::experiment::{Experiment, run_on};
use super::{Defaults, Settings};
use ndarray::{Array2, ArrayView2};
use rand::seq::SliceRandom;
use scorelab::data::{Glyphs, Images, Part, digit_names, find_class};
use scorelab::rng::{Purpose, stream};
use scorelab::sampler::{self, sample, sample_classes};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;

/// Images to learn from, at full size and at `--quick`.
const TRAINING: (usize, usize) = (30_000, 4_000);

/// An experiment on labelled images.
pub struct ImageLab {
    experiment: Experiment,
    /// The images to learn from.
    pub training: Images,
    /// As many images as there are samples, which no network sees: what samples are compared with.
    pub held_out: Images,
    /// Others of the same law and number, to tell what two samples of the data differ by.
    pub twin: Images,
    /// The wanted class.
    pub class: usize,
}

impl Deref for ImageLab {
    type Target = Experiment;

    fn deref(&self) -> &Experiment {
        &self.experiment
    }
}

impl DerefMut for ImageLab {
    fn deref_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

/// Runs an experiment on images as a program; as [`run`](super::run) does one on a scene.
pub fn run_images(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut ImageLab) -> Result<()>,
) -> ExitCode {
    let open = |settings: Settings| ImageLab::new(name, settings, defaults);
    run_on((name, question, next), defaults, open, body)
}

impl ImageLab {
    /// Draws or reads the images and opens the experiment.
    fn new(name: &'static str, settings: Settings, defaults: Defaults) -> Result<Self> {
        let drawn = Glyphs { seed: settings.seed };
        let whole = match &settings.data {
            Some(folder) => Some(Images::read(folder, Part::Train)?),
            None => None,
        };
        let called = whole.as_ref().map_or("the drawn digits", |images| &images.name);
        let class = find_class(&digit_names(), called, &settings.class)?;
        let experiment = Experiment::new(name, settings, defaults)?;
        let (train, held) = (experiment.size(TRAINING.0, TRAINING.1), experiment.samples);
        let [training, held_out, twin] = match whole {
            Some(images) => split(&images, train, held, experiment.settings.seed)?,
            None => {
                let (a, b) = (train as u64, held as u64);
                [0..a, a..a + b, a + b..a + 2 * b].map(|range| drawn.images(range))
            }
        };
        Ok(ImageLab { experiment, training, held_out, twin, class })
    }

    /// What a class is called.
    pub fn class_name(&self, class: usize) -> Text {
        let name = &self.training.class_names[class];
        (name.en.clone(), name.vi.clone()).into()
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.training.class_names.len()
    }

    /// The classes that n samples are to be of: each as often as any other, in turn, so that rows are in no order.
    pub fn wanted(&self, n: usize) -> Vec<usize> {
        (0..n).map(|i| i % self.classes()).collect()
    }

    /// Walks points (n, d) down the grid along a score.
    pub fn walk(&self, score: &dyn ScoreFn, start: ArrayView2<f64>) -> Array2<f64> {
        sample(&self.method, score, &self.process, &self.grid, start, self.settings.seed)
    }

    /// The first n starting points (n, dim).
    pub fn start(&self, n: usize, dim: usize) -> Array2<f64> {
        sampler::start(n, dim, &self.process, &self.grid, self.settings.seed)
    }

    /// Where starting points end, the i-th of them walked along the score of class `wanted[i]`: (n, dim).
    pub fn ends<C: ScoreFn>(
        &self,
        dim: usize,
        wanted: &[usize],
        score: impl Fn(usize) -> C,
    ) -> Array2<f64> {
        let z = self.start(wanted.len(), dim);
        let parts = |class| vec![(score(class), &self.grid)];
        let seed = self.settings.seed;
        sample_classes(&self.method, parts, &self.process, z.view(), wanted, seed)
    }
}

/// Training set, reference and twin from one set of images, in an order of the seed's.
fn split(images: &Images, train: usize, held: usize, seed: u64) -> Result<[Images; 3]> {
    let n = images.labels.len();
    let train = train.min(n.saturating_sub(2 * held));
    if train < 10 * images.class_names.len() {
        let must = format!("above {}, twice the samples and some to learn from", 2 * held);
        return Err(Error::value(format!("the number of images of {}", images.name), n, must));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(seed, Purpose::Permutation, 0, 0));
    Ok([0..train, train..train + held, train + held..train + 2 * held]
        .map(|range| images.select(&order[range])))
}
