//! What F14 adds up: one classifier for each label and one joint network, trained and timed here.

use super::networks::P_DROP;
use crate::setup::Setup;
use ndarray::ArrayView2;
use scorelab::Result;
use scorelab::classifier::OneVsRest;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::nn::{ScoreNet, Target};
use scorelab::null_label::JointNet;
use scorelab::score::ScoreFn;
use scorelab_figures::lecture::Bill;
use std::time::Instant;

/// Evaluations that are timed; the fastest counts, since others use the machine too.
const TIMED: usize = 41;

/// The networks of both ways to steer, and the seconds that their trainings took.
pub struct Billed {
    /// The unconditional score, which the classifiers steer.
    pub free: ScoreNet,
    /// A classifier for each label.
    pub each: OneVsRest,
    /// The joint network.
    pub joint: JointNet,
    /// Seconds, in this order.
    pub seconds: [f64; 3],
}

impl Billed {
    /// Trains all of them on one training set.
    ///
    /// # Errors
    /// If the scene has one class only, or a training diverges.
    pub fn train(setup: &Setup) -> Result<Billed> {
        setup.needs_two_classes()?;
        let data = setup.training_set()?;
        let (free, a) = timed(|| setup.train_score(&data))?;
        let (each, b) = timed(|| setup.train_one_vs_rest(&data))?;
        let (joint, c) = timed(|| setup.train_joint(&data, P_DROP))?;
        Ok(Billed { free, each, joint, seconds: [a, b, c] })
    }

    /// The bills, that of the classifiers first; a step is timed with all threads together.
    ///
    /// # Errors
    /// None that a scene can cause.
    pub fn bills(&self, setup: &Setup) -> Result<[Bill; 2]> {
        let two = Gamma::new(2.0)?;
        let Billed { free, each, joint, seconds } = self;
        let (y, z) = (setup.target(), (setup.target() + 1) % joint.classes());
        let (this, other) = (each.given(y), each.given(z));
        let steered = ClassifierGuided { score: free, likelihood: &this, gamma: two };
        let both = ClassifierGuided { score: &steered, likelihood: &other, gamma: two };
        let x = setup.start();
        let cost = |score: &dyn ScoreFn| per_step(setup, score, x.view());
        let networks = each.networks();
        let apart = Bill {
            networks: networks + 1,
            parameters: each.parameters() + free.network.params.len(),
            seconds: seconds[0] + seconds[1],
            one_label: cost(&steered),
            two_labels: cost(&both),
            new_networks: 1,
            new_parameters: each.parameters() / networks,
            new_seconds: seconds[1] / networks as f64,
        };
        let config = joint.network().config.clone();
        let larger = JointNet::new(config, joint.classes() + 1, Target::Edm, 1.0, 0)?;
        let together = Bill {
            networks: 1,
            parameters: joint.network().params.len(),
            seconds: seconds[2],
            one_label: cost(&joint.guided(y, two)),
            two_labels: cost(&joint.composed(&[(2.0, y), (2.0, z)])),
            new_networks: 0,
            new_parameters: larger.network().params.len() - joint.network().params.len(),
            new_seconds: seconds[2],
        };
        Ok([apart, together])
    }
}

/// What is made, and the seconds it took.
fn timed<T>(make: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let began = Instant::now();
    Ok((make()?, began.elapsed().as_secs_f64()))
}

/// Microseconds of one evaluation for one of the points `x`, all threads together: the least of many.
fn per_step(setup: &Setup, score: &dyn ScoreFn, x: ArrayView2<f64>) -> f64 {
    let level = setup.setting().level_by_radius(0.5);
    let once =
        || timed(|| Ok(std::hint::black_box(score.score(x, level)))).map_or(f64::NAN, |t| t.1);
    let least = (0..TIMED).map(|_| once()).fold(f64::INFINITY, f64::min);
    1e6 * least / x.nrows() as f64
}
