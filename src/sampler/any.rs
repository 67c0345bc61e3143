//! Samplers and populations whose kind is known when the program runs.

use super::{Population, Sampler, Step};
use crate::score::ScoreFn;
use ndarray::Array2;
use std::fmt;

trait HeldSampler: Sampler + Send + Sync {
    fn copied(&self) -> Box<dyn HeldSampler>;
}

impl<S: Sampler + Clone + Send + Sync + 'static> HeldSampler for S {
    fn copied(&self) -> Box<dyn HeldSampler> {
        Box::new(self.clone())
    }
}

trait HeldPopulation: Population + Send + Sync {
    fn copied(&self) -> Box<dyn HeldPopulation>;
}

impl<P: Population + Clone + Send + Sync + 'static> HeldPopulation for P {
    fn copied(&self) -> Box<dyn HeldPopulation> {
        Box::new(self.clone())
    }
}

/// Any sampler that owns what it is made of. It takes the steps of what it holds, and a clone is a clone of that.
pub struct AnySampler(Box<dyn HeldSampler>);

impl AnySampler {
    /// Holds this sampler.
    pub fn new(sampler: impl Sampler + Clone + Send + Sync + 'static) -> Self {
        AnySampler(Box::new(sampler))
    }
}

impl Clone for AnySampler {
    fn clone(&self) -> Self {
        AnySampler((*self.0).copied())
    }
}

impl fmt::Debug for AnySampler {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("AnySampler")
    }
}

impl Sampler for AnySampler {
    fn step(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        self.0.step(score, x, step);
    }
}

/// Any population that owns what it is made of. It takes the steps of what it holds, and a clone is a clone of that.
pub struct AnyPopulation(Box<dyn HeldPopulation>);

impl AnyPopulation {
    /// Holds this population.
    pub fn new(population: impl Population + Clone + Send + Sync + 'static) -> Self {
        AnyPopulation(Box::new(population))
    }
}

impl Clone for AnyPopulation {
    fn clone(&self) -> Self {
        AnyPopulation((*self.0).copied())
    }
}

impl Population for AnyPopulation {
    fn step_all(&mut self, score: &dyn ScoreFn, x: &mut Array2<f64>, step: Step) {
        self.0.step_all(score, x, step);
    }
}
