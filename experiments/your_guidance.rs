//! Is your guidance better than the ordinary one?
//!
//! Change the line marked `your idea here`, then `cargo run --example your_guidance`: it is held to the conditional score, to ordinary
//! guidance at γ and at the idea's own effective γ, and to the tilt, at 64 and at 128 steps. `--method NAME` adds a rival, `--score RUN`
//! takes a joint network's scores. Expect `mine` to be `guided` before you change it, and `conditional` at p(x|c), which is checked.

use ndarray::{Array2, ArrayView2};
use scorelab::{Result, methods::Score, noise::NoiseLevel, score::ScoreFn};
use scorelab_lab::{Defaults, Experiment, compare, run};
use std::sync::Arc;

struct Mine {
    main: Score,
    guiding: Score,
    gamma: f64,
}

impl ScoreFn for Mine {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let (s_c, s_u) = (self.main.score(x, level), self.guiding.score(x, level)); // (n, d), as x; EDM's σ is level.ratio()
        &s_u + &((&s_c - &s_u) * self.gamma) // your idea here
    }
}

fn main() -> std::process::ExitCode {
    let unused = &["data", "train-steps", "gradient-scale", "all"];
    let network = Some("A joint network of the scene, in place of exact scores: a file or a run");
    let defaults = Defaults { gamma: "3", unused, methods: true, network, ..Defaults::default() };
    run("your_guidance", "is mine better than ordinary?", "tilted_target", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let gamma = lab.only_gamma()?;
    let mine = |main, guiding| Arc::new(Mine { main, guiding, gamma: gamma.value() }) as Score;
    compare(lab, gamma, &[("mine", &mine)])
}
