//! What figures that train their own networks get from the training.

use scorelab::Result;

/// Whoever can train the networks of the lecture on the scene of a figure.
pub trait Trainer {
    /// The loss of every step of a score network, and the least that any network could have.
    ///
    /// # Errors
    /// If training diverges.
    fn losses(&self) -> Result<(Vec<f64>, f64)>;

    /// What a classifier for each label costs, and what one joint network costs.
    ///
    /// # Errors
    /// If the scene has one class only, or training diverges.
    fn bills(&self) -> Result<[Bill; 2]>;
}

/// What one way to steer costs, as counted or measured. Seconds and microseconds belong to the machine they were
/// measured on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// Networks to train.
    pub networks: usize,
    /// Numbers to train, in all networks together.
    pub parameters: usize,
    /// Seconds to train them.
    pub seconds: f64,
    /// Microseconds of one guided step of one sample, with one label.
    pub one_label: f64,
    /// The same with two labels at once.
    pub two_labels: f64,
    /// Networks that a new label adds.
    pub new_networks: usize,
    /// Parameters that a new label adds.
    pub new_parameters: usize,
    /// Seconds of training that a new label costs.
    pub new_seconds: f64,
}
