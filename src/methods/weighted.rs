//! Weights that particles carry, and resampling by them.

use crate::sampler::{effective_size, mean_weight, systematic};
use ndarray::Array1;
use rand::Rng;

/// log w of each particle since they were last resampled, and log Ẑ of what they were weighed by before.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// log w (n,).
    pub log: Array1<f64>,
    log_z: f64,
    resampled: usize,
}

impl Weights {
    /// Equal weights for n particles, if there are not yet weights for as many; whether that was so.
    pub fn begin(&mut self, n: usize) -> bool {
        let fresh = self.log.len() != n;
        if fresh {
            self.log = Array1::zeros(n);
        }
        fresh
    }

    /// The log of the product of all mean weights so far.
    pub fn log_z(&self) -> f64 {
        self.log_z + mean_weight(self.log.view())
    }

    /// How often the particles were resampled.
    pub fn resampled(&self) -> usize {
        self.resampled
    }

    /// (Σw)²/Σw² as a share of the particles; 1 without particles.
    pub fn effective_share(&self) -> f64 {
        match self.log.len() {
            0 => 1.0,
            n => effective_size(self.log.view()) / n as f64,
        }
    }

    /// Which particles take the places of all, as copies of which there are as many as their weights say; then all are equal.
    pub fn resample(&mut self, mut rng: impl Rng) -> Vec<usize> {
        let rows = systematic(self.log.view(), rng.random());
        self.log_z += mean_weight(self.log.view());
        self.log.fill(0.0);
        self.resampled += 1;
        rows
    }
}
