//! `scorelab train --show`: samples of the network in training, drawn into its folder from time to time.

use super::answer::tell;
use super::recipe::{Dataset, Recipe};
use crate::checkpoint::Model;
use crate::data::{Scene, digit_names, to_pixels};
use crate::guidance::Gamma;
use crate::lecture::{Setting, images_so_far, points_so_far};
use crate::noise::{Grid, Process, Spacing};
use crate::plot::{self, Figure, Format, Output, Text};
use crate::rng::Purpose;
use crate::sampler::{DpmSolver2M, Method, sample, sample_classes, start};
use crate::{Error, Result};
use ndarray::Array2;
use std::path::Path;
use std::time::{Duration, Instant};

/// Samples of a scene.
const POINTS: usize = 400;
/// Images of each class; of a network without classes, a tenth of all images.
const IMAGES: usize = 10;
/// γ of images: what their class asks for shows best above 1.
const IMAGE_GAMMA: f64 = 2.0;
/// Sampling steps.
const STEPS: usize = 32;
/// Pixels of the picture, across.
const WIDTH: u32 = 1280;

/// What draws the samples of one training.
pub struct Show<'a> {
    every: Duration,
    drawn: Instant,
    recipe: &'a Recipe,
    data: &'a Dataset,
    grid: Grid,
    output: Output,
}

/// How often samples are to be drawn.
///
/// # Errors
/// If that is no time, or what is trained gives no samples.
pub fn interval(seconds: Option<f64>, recipe: &Recipe) -> Result<Option<Duration>> {
    let Some(seconds) = seconds else { return Ok(None) };
    if recipe.model.classifies() {
        let must = "left out: a classifier has no samples";
        return Err(Error::value("--show", "given", must));
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(every) if !every.is_zero() => Ok(Some(every)),
        _ => Err(Error::value("--show", seconds, "a number of seconds above 0")),
    }
}

impl<'a> Show<'a> {
    /// Draws into `folder`, for the first time when so long has passed.
    ///
    /// # Errors
    /// None that a user can cause.
    pub fn new(
        every: Duration,
        recipe: &'a Recipe,
        data: &'a Dataset,
        folder: &Path,
    ) -> Result<Self> {
        let grid = Grid::to_data(&Process::VP_LINEAR, Spacing::KARRAS, STEPS)?;
        let formats = vec![Format::Png];
        let output = Output { dir: folder.into(), formats, width: WIDTH, ..Output::default() };
        Ok(Show { every, drawn: Instant::now(), recipe, data, grid, output })
    }

    /// Whether it is time to draw again.
    pub fn due(&self) -> bool {
        self.drawn.elapsed() >= self.every
    }

    /// Draws samples of the network after so many steps; a picture that cannot be made is a warning.
    pub fn draw(&mut self, step: usize, model: &Model) {
        let written = self.figure(step, model).and_then(|f| plot::write(&f, &self.output));
        if let Err(error) = written {
            tell(format!("warning: {error}; the training is saved and goes on"));
        }
        self.drawn = Instant::now();
    }

    fn figure(&self, step: usize, model: &Model) -> Result<Figure> {
        let joint = matches!(model, Model::Joint(_));
        let Some((size, frame)) = &self.data.image else {
            let scene = Scene::find(&self.recipe.scene)?;
            let truth = scene.mixture.sample(POINTS, self.recipe.seed, Purpose::Reference);
            let wanted = if joint { truth.y } else { Vec::new() };
            let x = self.samples(model, POINTS, &wanted, Gamma::new(1.0)?);
            let (process, seed) = (Process::VP_LINEAR, self.recipe.seed);
            let sampler = &Method::DpmSolver2M(DpmSolver2M::default());
            let setting =
                Setting { scene: &scene, class: 0, process, grid: &self.grid, sampler, seed };
            return points_so_far(&setting, step, x.view(), &wanted);
        };
        let classes = if joint { self.data.classes } else { 0 };
        let wanted: Vec<usize> = (0..IMAGES * classes).map(|i| i / IMAGES).collect();
        let n = if joint { wanted.len() } else { IMAGES * IMAGES };
        let gamma = Gamma::new(IMAGE_GAMMA)?;
        let pixels = to_pixels(frame.points(self.samples(model, n, &wanted, gamma).view()).view());
        let names = digit_names().into_iter().take(classes).map(|c| Text::from((c.en, c.vi)));
        let names: Vec<Text> = names.collect();
        Ok(images_so_far(step, joint.then_some(gamma), pixels, *size, &names))
    }

    /// n samples (n, d), from the same noise each time; of a joint network, of the classes wanted.
    fn samples(&self, model: &Model, n: usize, wanted: &[usize], gamma: Gamma) -> Array2<f64> {
        let (process, seed) = (&Process::VP_LINEAR, self.recipe.seed);
        let method = DpmSolver2M::default();
        let z = start(n, self.data.points.x.ncols(), process, &self.grid, seed);
        match model {
            Model::Score(net) => sample(&method, net, process, &self.grid, z.view(), seed),
            Model::Joint(net) => {
                let parts = |class| vec![(net.guided(class, gamma), &self.grid)];
                sample_classes(&method, parts, process, z.view(), wanted, seed)
            }
            Model::Noisy(_) | Model::Clean(_) => unreachable!("refused at the door"),
        }
    }
}
