//! The catalogue: laws that every method states of itself, and of each method what must come out.

mod characteristic;
mod effective;
mod laws;
mod legs;
mod named;
mod no_covariance;
mod noisy_label;
mod observing;
mod particles;
mod pointwise;
mod renoising;
mod symmetries;
mod tempering;
mod twisted;
mod words;

use crate::common::cases;
use ndarray::Array2;
use scorelab::condition::Observation;
use scorelab::methods::{Knobs, METHODS, Method, Parts, Plan, Run, Score, Walks, build};
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::sampler::{AnySampler, Ddim, start};
use std::sync::Arc;

/// Everything that a method may need, of class 0 of a mixture; the guide is a blurred conditional score, and x₁ is known.
fn parts(mixture: &Mixture) -> Parts {
    parts_with(mixture, 0.5)
}

/// As [`parts`], with a blur of this width.
fn parts_with(mixture: &Mixture, blur: f64) -> Parts {
    let given = mixture.given(0);
    let classes = mixture.class_weights().into_iter().enumerate();
    let score = |mixture: Mixture| -> Score { Arc::new(mixture) };
    Parts {
        unconditional: Some(score(mixture.clone())),
        conditional: Some(score(given.clone())),
        classifier: Some(Arc::new(mixture.posterior(0))),
        guiding: Some(score(given.noised(scorelab::noise::NoiseLevel::ve(blur)))),
        densities: Some([Arc::new(mixture.clone()), Arc::new(given)]),
        classes: classes.map(|(y, w)| (w, score(mixture.given(y)))).collect(),
        class: Some(0),
        observation: Some(mask(mixture)),
        ..Parts::default()
    }
}

/// x₁ of a mixture, known exactly.
fn mask(mixture: &Mixture) -> Arc<Observation> {
    Arc::new(Observation::mask(&[(0, 0.5)], mixture.means().ncols(), 0.0).unwrap())
}

/// A course that every method walks: 40 points of the plane, VE.
struct Course {
    process: Process,
    grid: Grid,
    start: Array2<f64>,
}

impl Course {
    fn new(dim: usize, steps: usize) -> Self {
        let process = Process::VE;
        let grid = Grid::to_data(&process, Spacing::KARRAS, steps).unwrap();
        let start = start(40, dim, &process, &grid, 5);
        Course { process, grid, start }
    }

    fn run(&self) -> Run<'_> {
        let Course { process, grid, start } = self;
        Run { process, grid, start: start.view(), seed: 5 }
    }

    fn ends(&self, plan: &Plan, own: &AnySampler) -> Array2<f64> {
        plan.walk(own, self.run())
    }
}

/// The sampler that a method's neutral walk is one of.
fn sampler_of(method: &dyn Method) -> AnySampler {
    match method.about().walks {
        Walks::Any | Walks::Ddim => AnySampler::new(Ddim { eta: 0.0 }),
        Walks::Particles => AnySampler::new(Ddim { eta: 1.0 }),
    }
}

fn named(name: &str) -> &'static dyn Method {
    scorelab::methods::method_named(name).unwrap()
}

/// The plan of a method on class 0 of F3 with some knobs set.
fn plan_on(mixture: &Mixture, name: &str, set: &[(&str, f64)]) -> Plan {
    let method = named(name);
    let knobs = set.iter().fold(Knobs::defaults(method.about()), |knobs, (name, value)| {
        knobs.with(name, *value).unwrap()
    });
    build(method, &parts(mixture), &knobs).unwrap()
}
