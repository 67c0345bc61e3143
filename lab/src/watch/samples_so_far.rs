//! Samples of the network in training, drawn from time to time.

use crate::tell::tell;
use ndarray::Array2;
use scorelab::checkpoint::Model;
use scorelab::condition::Condition;
use scorelab::data::{Attribute, Caption, ClassName, Scene, View, to_pixels};
use scorelab::guidance::Gamma;
use scorelab::nn::{Net, Shape};
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::Purpose;
use scorelab::sampler::{AnySampler, DpmSolver2M, sample, sample_classes, start};
use scorelab::training_loop::{Now, Watcher};
use scorelab::{Error, Result};
use scorelab_figures::lecture::{Setting, training_images, training_points};
use scorelab_figures::plot::{self, Figure, Format, Output, Text};
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Samples of a scene.
const POINTS: usize = 400;
/// Images of each class; of a network without classes, a tenth of all images.
const IMAGES: usize = 10;
/// γ of images: their class shows best above 1.
const IMAGE_GAMMA: f64 = 2.0;
/// Sampling steps.
const STEPS: usize = 32;
/// Pixels of the picture, across.
const WIDTH: u32 = 1280;

/// What samples are drawn over, or as.
pub enum Canvas<'a> {
    /// Points, over the density of their scene.
    Scene(Cow<'a, Scene>),
    /// A sheet of images.
    Images {
        /// Height and width in pixels.
        size: (usize, usize),
        /// How the network sees them.
        view: &'a View,
        /// What a line of the sheet shows, and what it is called; a network without conditions has none.
        lines: Vec<(ClassName, Condition)>,
    },
}

impl<'a> Canvas<'a> {
    /// A sheet of images, a line for each class.
    pub fn of_classes(size: (usize, usize), view: &'a View, class_names: Vec<ClassName>) -> Self {
        let lines = class_names.into_iter().enumerate().map(|(c, name)| (name, c.into()));
        Canvas::Images { size, view, lines: lines.collect() }
    }

    /// A sheet of captioned digits, a line for each digit and one thing that it wears, held out of the training or not.
    pub fn of_captions(size: (usize, usize), view: &'a View) -> Self {
        let caption = |class: usize| {
            let worn = Attribute::ALL[class % Attribute::ALL.len()];
            Caption { class, attributes: [worn].into_iter().collect() }
        };
        let lines = (0..10).map(caption).map(|c| (c.name(), c.into())).collect();
        Canvas::Images { size, view, lines }
    }
}

/// How samples are drawn.
pub struct Schedule {
    /// The noise process.
    pub process: Process,
    /// The times.
    pub grid: Grid,
    /// The sampler.
    pub sampler: AnySampler,
    /// The seed of the noise, the same for every picture.
    pub seed: u64,
}

impl Schedule {
    /// The usual one: few steps of a fast sampler.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn quick(seed: u64) -> Result<Schedule> {
        let (process, sampler) = (Process::VP_LINEAR, AnySampler::new(DpmSolver2M::default()));
        let grid = Grid::to_data(&process, Spacing::KARRAS, STEPS)?;
        Ok(Schedule { process, grid, sampler, seed })
    }
}

/// Draws the samples of one training.
pub struct SamplesSoFar<'a> {
    every: Duration,
    drawn: Instant,
    canvas: Canvas<'a>,
    schedule: Schedule,
    output: Output,
}

/// A time between two pictures, in seconds.
///
/// # Errors
/// If it is not a time.
pub fn interval(flag: &str, seconds: f64) -> Result<Duration> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(every) if !every.is_zero() => Ok(every),
        _ => Err(Error::value(flag, seconds, "a number of seconds above 0")),
    }
}

impl<'a> SamplesSoFar<'a> {
    /// Draws a PNG into the folder of `output`, for the first time when so long has passed.
    pub fn new(every: Duration, canvas: Canvas<'a>, schedule: Schedule, output: Output) -> Self {
        let (formats, width) = (vec![Format::Png], WIDTH);
        let output = Output { formats, width, panel: None, ..output };
        SamplesSoFar { every, drawn: Instant::now(), canvas, schedule, output }
    }

    /// Whether it is time to draw again.
    pub fn due(&self) -> bool {
        self.drawn.elapsed() >= self.every
    }

    /// Draws samples of the network as it is now; a picture that cannot be made is a warning.
    pub fn draw<N: Net>(&mut self, now: &Now<N>) {
        let written =
            self.figure(now.step, &now.model()).and_then(|f| plot::write(&f, &self.output));
        if let Err(error) = written {
            tell(format!("warning: {error}; the training goes on"));
        }
        self.drawn = Instant::now();
    }

    fn figure<N: Net>(&self, step: usize, model: &Model<N>) -> Result<Figure> {
        let joint = matches!(model, Model::Joint(_));
        let Schedule { process, ref grid, ref sampler, seed } = self.schedule;
        match &self.canvas {
            Canvas::Scene(scene) => {
                let truth = scene.mixture.sample(POINTS, seed, Purpose::Reference);
                let wanted = if joint { truth.y } else { Vec::new() };
                let x = self.samples(model, POINTS, (&wanted, Condition::from), Gamma::new(1.0)?);
                let setting = Setting { scene, class: 0, process, grid, sampler, seed };
                training_points(&setting, step, x.view(), &wanted)
            }
            Canvas::Images { size, view, lines } => {
                let lines = if joint { &lines[..] } else { &[] };
                let wanted: Vec<usize> = (0..IMAGES * lines.len()).map(|i| i / IMAGES).collect();
                let n = if joint { wanted.len() } else { IMAGES * IMAGES };
                let gamma = Gamma::new(IMAGE_GAMMA)?;
                let z =
                    self.samples(model, n, (&wanted, |line: usize| lines[line].1.clone()), gamma);
                let pixels = to_pixels(view.points(z.view()).view());
                let name = |(c, _): &(ClassName, _)| Text::from((c.en.clone(), c.vi.clone()));
                let names: Vec<Text> = lines.iter().map(name).collect();
                Ok(training_images(step, joint.then_some(gamma), pixels, *size, &names))
            }
        }
    }

    /// n samples (n, d), from the same noise each time; for a joint network, of what is wanted and stands for a condition.
    fn samples<N: Net>(
        &self,
        model: &Model<N>,
        n: usize,
        (wanted, condition): (&[usize], impl Fn(usize) -> Condition),
        gamma: Gamma,
    ) -> Array2<f64> {
        let Schedule { process, grid, sampler, seed } = &self.schedule;
        let z = start(n, model.network().config().inputs(), process, grid, *seed);
        match model {
            Model::Score(net) => sample(sampler, net, process, grid, z.view(), *seed),
            Model::Joint(net) => {
                let parts = |line| vec![(net.guided(condition(line), gamma), grid)];
                sample_classes(sampler, parts, process, z.view(), wanted, *seed)
            }
            Model::Noisy(_) | Model::Clean(_) => unreachable!("refused at the door"),
        }
    }
}

impl<N: Net> Watcher<N> for SamplesSoFar<'_> {
    fn step(&mut self, now: &Now<N>) -> Result<ControlFlow<()>> {
        if self.due() && now.step < now.steps {
            self.draw(now);
        }
        Ok(ControlFlow::Continue(()))
    }
}
