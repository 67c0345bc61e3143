//! Is your guidance better than the ordinary one?
//!
//! Change the line marked `your idea here`, then `cargo run --example your_guidance`: one table holds it to the conditional
//! score, to ordinary guidance and to the tilt, at 64 and at 128 steps. Expect `mine` to be `guided` before you change
//! it, and `conditional` to be at p(x|c), which the run checks.

use ndarray::{Array2, ArrayView2};
use scorelab::{Result, noise::NoiseLevel, score::Counted, score::ScoreFn};
use scorelab_lab::{Defaults, Experiment, compare, run};

struct Mine<'a> {
    main: &'a dyn ScoreFn,
    guiding: &'a dyn ScoreFn,
    gamma: f64,
}

impl ScoreFn for Mine<'_> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let (s_c, s_u) = (self.main.score(x, level), self.guiding.score(x, level));
        &s_u + &((&s_c - &s_u) * self.gamma) // your idea here
    }
}

fn main() -> std::process::ExitCode {
    let unused = &["data", "train-steps", "gradient-scale", "all"];
    let defaults = Defaults { gamma: "3", unused, ..Defaults::default() };
    run("your_guidance", "is mine better than ordinary?", "tilted_target", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let (all, class) = (lab.scene().mixture.clone(), lab.scene().mixture.given(lab.target()));
    let (main, guiding) = (Counted::new(&class), Counted::new(&all));
    let gamma = lab.only_gamma()?;
    let mine = Mine { main: &main, guiding: &guiding, gamma: gamma.value() };
    let evaluated = || main.points() + guiding.points();
    compare(lab, gamma, &[("mine", &mine)], &evaluated)
}
