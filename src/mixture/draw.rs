//! Samples of a mixture.

use super::{Labelled, Mixture};
use crate::rng::{Purpose, stream};
use crate::score::ScoreFn;
use ndarray::{Array1, Array2, ArrayViewMut1};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// Up to this many components are searched one by one to draw a point.
const MANY: usize = 4096;

impl Mixture {
    /// Draws n points with their classes. `purpose` keeps data, references and tests apart.
    pub fn sample(&self, n: usize, seed: u64, purpose: Purpose) -> Labelled {
        let d = self.dim();
        let (mut x, mut y) = (Array2::zeros((n, d)), Vec::with_capacity(n));
        let sums = self.sums_of_many();
        for (row, mut point) in x.outer_iter_mut().enumerate() {
            let mut rng = stream(seed, purpose, 0, row as u64);
            let k = self.pick(rng.random(), &sums);
            let axes = &self.axes[k];
            let z: Array1<f64> = axes
                .lambda
                .iter()
                .map(|l| l.sqrt() * Distribution::<f64>::sample(&StandardNormal, &mut rng))
                .collect();
            point.assign(&(&self.means.row(k) + &axes.q.dot(&z)));
            y.push(self.labels[k]);
        }
        Labelled { x, y }
    }

    /// The sums of the weights up to each component, where there are too many to search one by one.
    fn sums_of_many(&self) -> Vec<f64> {
        let mut sum = 0.0;
        let many = self.weights.len() > MANY;
        let add = |w: &f64| {
            sum += w;
            sum
        };
        if many { self.weights.iter().map(add).collect() } else { Vec::new() }
    }

    /// The component whose share of [0, 1) holds u; `sums` are those of the weights where they are many.
    fn pick(&self, mut u: f64, sums: &[f64]) -> usize {
        if !sums.is_empty() {
            return sums.partition_point(|sum| *sum <= u).min(sums.len() - 1);
        }
        for (k, w) in self.weights.iter().enumerate() {
            if u < *w {
                return k;
            }
            u -= w;
        }
        self.weights.len() - 1
    }
}

/// Draws of a mixture one after the other from a stream, however many its components are.
pub(crate) struct Draws<'a> {
    mixture: &'a Mixture,
    sums: Vec<f64>, // of the weights up to each component
}

impl<'a> Draws<'a> {
    /// Those of this mixture.
    pub fn of(mixture: &'a Mixture) -> Self {
        let mut sum = 0.0;
        let add = |w: &f64| {
            sum += w;
            sum
        };
        Draws { mixture, sums: mixture.weights.iter().map(add).collect() }
    }

    /// x ~ p_σ at α = 1, into `x` (d): x = μₖ + Q·√(λ + σ²)·z of a component k.
    pub fn noisy(&self, sigma: f64, rng: &mut impl Rng, x: &mut ArrayViewMut1<f64>) {
        let k = self.mixture.pick(rng.random(), &self.sums);
        let axes = &self.mixture.axes[k];
        x.assign(&self.mixture.means.row(k));
        for (axis, lambda) in axes.q.columns().into_iter().zip(&axes.lambda) {
            let z: f64 = StandardNormal.sample(rng);
            x.scaled_add((lambda + sigma * sigma).sqrt() * z, &axis);
        }
    }
}
