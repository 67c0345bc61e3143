//! What the experiments on images share.

use super::run::{Experiment, run_on};
use crate::drawings::DRAWN;
use crate::flags::{Defaults, ExperimentFlags};
use crate::read::images;
use crate::view::Domain;
use ndarray::Array2;
use rand::seq::SliceRandom;
use scorelab::data::{Glyphs, Images, Part, View};
use scorelab::metrics::Judge;
use scorelab::rng::{Purpose, stream};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;

/// Images to learn from, at full size and at `--quick`.
const TRAINING: (usize, usize) = (30_000, 4_000);

/// An experiment on labelled images.
pub struct ImageExperiment {
    experiment: Experiment,
    /// The images to learn from.
    pub training: Images,
    /// As many images as there are samples, which no network sees: what samples are compared with.
    pub held_out: Images,
    /// As many others of the same distribution, to measure the difference between two samples of the data.
    pub twin: Images,
}

impl Deref for ImageExperiment {
    type Target = Experiment;

    fn deref(&self) -> &Experiment {
        &self.experiment
    }
}

impl DerefMut for ImageExperiment {
    fn deref_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

impl AsMut<Experiment> for ImageExperiment {
    fn as_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

/// Runs an experiment on images as a program; as [`run`](super::scene::run) does one on a scene.
pub fn run_images(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut ImageExperiment) -> Result<()>,
) -> ExitCode {
    let open = |flags: ExperimentFlags| ImageExperiment::open(name, flags);
    run_on((name, question, next), defaults, open, body)
}

impl ImageExperiment {
    /// Draws or reads the images and opens the experiment.
    ///
    /// # Errors
    /// As [`Images::read`] and [`Experiment::new`], and if there are too few images, or fewer samples than a judge takes.
    pub fn open(name: &'static str, flags: ExperimentFlags) -> Result<Self> {
        let drawn = Glyphs { seed: flags.walk.seed };
        let whole = match &flags.data {
            Some(folder) => Some(images(folder, Part::Train)?),
            None => None,
        };
        let called = flags.data.as_ref().map_or(DRAWN.into(), |path| path.display().to_string());
        let one = whole.as_ref().map_or_else(|| drawn.images(0..0), |images| images.take(0));
        let (size, view) = ((one.height, one.width), View::Identity);
        let class_names = one.class_names.clone();
        let data = Domain::Images {
            name: called,
            size,
            view,
            class_names,
            captioned: false,
            recipe: None,
        };
        let experiment = Experiment::new(name, flags, data)?;
        let (train, kept) = (experiment.size(TRAINING.0, TRAINING.1), experiment.samples);
        if kept < Judge::LEAST {
            let must = format!("at least {}: fewer images cannot be judged", Judge::LEAST);
            return Err(Error::value("--samples", kept, must));
        }
        let [training, held_out, twin] = match whole {
            Some(images) => split(&images, train, kept, experiment.seed)?,
            None => {
                let (a, b) = (train as u64, kept as u64);
                [0..a, a..a + b, a + b..a + 2 * b].map(|range| drawn.images(range))
            }
        };
        Ok(ImageExperiment { experiment, training, held_out, twin })
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

    /// The classes that n samples should have: all equally often, in turn, so that the rows are in no order.
    pub fn wanted(&self, n: usize) -> Vec<usize> {
        (0..n).map(|i| i % self.classes()).collect()
    }

    /// Where starting points end, the i-th of them walked along the score of class `wanted[i]`: (n, dim).
    ///
    /// # Errors
    /// If an end is not finite.
    pub fn ends_of<C: ScoreFn>(
        &self,
        dim: usize,
        wanted: &[usize],
        score: impl Fn(usize) -> C,
    ) -> Result<Array2<f64>> {
        let z = self.starts(wanted.len(), dim);
        self.walk_classes(score, z.view(), wanted)
    }
}

/// Training set, reference and twin from one set of images, in an order drawn from the seed.
fn split(images: &Images, train: usize, kept: usize, seed: u64) -> Result<[Images; 3]> {
    let n = images.labels.len();
    let train = train.min(n.saturating_sub(2 * kept));
    if train < 10 * images.class_names.len() {
        let must =
            format!("above {}: twice the number of samples, and some to learn from", 2 * kept);
        return Err(Error::value(format!("the number of images of {}", images.name), n, must));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(seed, Purpose::Permutation, 0, 0));
    Ok([0..train, train..train + kept, train + kept..train + 2 * kept]
        .map(|range| images.select(&order[range])))
}
