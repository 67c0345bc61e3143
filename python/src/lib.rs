//! The module `_scorelab` beneath the Python package `scorelab`: conversion between NumPy and the library, a file for each of its
//! modules, and nothing that computes.

mod error;
mod pickle;
mod array;
mod job;
mod callable;
mod noise;
mod score;
mod mixture;
mod data;
mod guidance;
mod sampler;
mod metrics;
mod kept;
mod nn;
mod null_label;
mod methods;
mod classifier;
mod checkpoint;
mod train;
mod compare;
mod figures;
mod lab;

use pyo3::prelude::*;

#[pymodule]
mod _scorelab {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::checkpoint::{load, unpickled};
    #[pymodule_export]
    use crate::classifier::{CleanClassifier, NoisyClassifier};
    #[pymodule_export]
    use crate::compare::{Comparison, compare};
    #[pymodule_export]
    use crate::data::{Caption, Glyphs, Scene, scenes};
    #[pymodule_export]
    use crate::figures::{Figure, figure, listed, sheet};
    #[pymodule_export]
    use crate::guidance::{any_of, classifier_guided, composed, gradient_scaled, guided};
    #[pymodule_export]
    use crate::lab::{marked, page_of, points_of, problem_of};
    #[pymodule_export]
    use crate::methods::{Plan, catalogue, method};
    #[pymodule_export]
    use crate::metrics::{
        Outcome, Prdc, Shares, chi_square, cosine, energy_difference, energy_distance, energy_test,
        entropy, frechet_distance, knn_classify, mean, mode_counts, nearest, outcome, prdc,
        score_error, shares, spread,
    };
    #[pymodule_export]
    use crate::mixture::{Empirical, Mixture, Observation, Tilt};
    #[pymodule_export]
    use crate::nn::ScoreNetwork;
    #[pymodule_export]
    use crate::noise::{Grid, NoiseLevel, Process, processes};
    #[pymodule_export]
    use crate::null_label::JointNetwork;
    #[pymodule_export]
    use crate::sampler::{Sampler, sample, samplers, start, trajectories};
    #[pymodule_export]
    use crate::score::{Likelihood, Score};
    #[pymodule_export]
    use crate::train::train;

    /// The version of the library, which is that of the package.
    #[pymodule_init]
    fn init(module: &Bound<PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
