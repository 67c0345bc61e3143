//! The frame of the experiments on images.

use super::experiment::{Experiment, run_on};
use super::{Defaults, Settings};
use crate::data::{Glyphs, Images, Part, digit_names, find_class};
use crate::plot::Text;
use crate::rng::{Purpose, stream};
use crate::sampler::{self, sample};
use crate::score::ScoreFn;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;

/// Images to learn from, at full size and at `--quick`.
const TRAINING: (usize, usize) = (30_000, 4_000);

/// An experiment on labelled images.
pub struct ImageLab {
    experiment: Experiment,
    /// The images to learn from.
    pub training: Images,
    /// Images that no network sees, to compare with.
    pub held_out: Images,
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
///
/// `source` gives the images to learn from and those to compare with: [`digits`], or the experiment's own.
pub fn run_images(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    source: impl FnOnce(&Experiment) -> Result<[Images; 2]>,
    body: impl FnOnce(&mut ImageLab) -> Result<()>,
) -> ExitCode {
    let open = |settings: Settings| {
        let class = find_class(&digit_names(), "the digits", &settings.class)?;
        let experiment = Experiment::new(name, settings, defaults)?;
        let [training, held_out] = source(&experiment)?;
        Ok(ImageLab { experiment, training, held_out, class })
    };
    run_on((name, question, next), defaults, open, body)
}

/// Drawn digits or, with `--data`, those of MNIST's files: some to learn from, and twice the number of samples to compare with.
///
/// # Errors
/// If the files cannot be read, or hold too few images.
pub fn digits(experiment: &Experiment) -> Result<[Images; 2]> {
    let (train, held) = (experiment.size(TRAINING.0, TRAINING.1), 2 * experiment.samples);
    let seed = experiment.settings.seed;
    match &experiment.settings.data {
        Some(folder) => split(&Images::read(folder, Part::Train)?, train, held, seed),
        None => {
            let (a, b) = (train as u64, held as u64);
            Ok([0..a, a..a + b].map(|range| Glyphs { seed }.images(range)))
        }
    }
}

impl ImageLab {
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

    /// Where starting points end, the i-th of them walked for class `wanted[i]`: (n, dim).
    pub fn ends(
        &self,
        dim: usize,
        wanted: &[usize],
        walk: impl Fn(usize, ArrayView2<f64>) -> Array2<f64>,
    ) -> Array2<f64> {
        let mut ends = self.start(wanted.len(), dim);
        for class in 0..self.classes() {
            let rows: Vec<usize> = (0..wanted.len()).filter(|i| wanted[*i] == class).collect();
            let to = walk(class, ends.select(Axis(0), &rows).view());
            rows.iter().zip(to.outer_iter()).for_each(|(i, x)| ends.row_mut(*i).assign(&x));
        }
        ends
    }
}

/// Training set and held-out images from one set, in an order of the seed's.
fn split(images: &Images, train: usize, held: usize, seed: u64) -> Result<[Images; 2]> {
    let n = images.labels.len();
    let train = train.min(n.saturating_sub(held));
    if train < 10 * images.class_names.len() {
        let must = format!("above {held}, twice the samples, and some to learn from");
        return Err(Error::value(format!("the number of images of {}", images.name), n, must));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(seed, Purpose::Permutation, 0, 0));
    Ok([0..train, train..train + held].map(|range| images.select(&order[range])))
}
