//! Is your guidance better than the ordinary one?
//!
//! Change the line marked `your idea here`, then `cargo run --example your_guidance`: one table holds it to the conditional
//! score, to ordinary guidance and to the tilt, at 64 and at 128 steps. Expect `mine` to be `guided` before you change
//! it, and `conditional` to be at p(x|c), which the run checks.

use ndarray::{Array2, ArrayView2};
use scorelab::cli::{Defaults, Lab, compare, run};
use scorelab::noise::NoiseLevel;
use scorelab::{Result, guidance::Gamma, score::Counted, score::ScoreFn};

const GAMMA: f64 = 3.0;

struct Mine<'a> {
    main: &'a dyn ScoreFn,
    guiding: &'a dyn ScoreFn,
}

impl ScoreFn for Mine<'_> {
    fn dim(&self) -> usize {
        self.main.dim()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let (s_c, s_u) = (self.main.score(x, level), self.guiding.score(x, level));
        &s_u + &((&s_c - &s_u) * GAMMA) // your idea here
    }
}

fn main() -> std::process::ExitCode {
    run("your_guidance", "is it better?", "tilted_target", Defaults::default(), experiment)
}

fn experiment(lab: &mut Lab) -> Result<()> {
    let (all, class) = (lab.scene.mixture.clone(), lab.scene.mixture.given(lab.class));
    let (main, guiding) = (Counted::new(&class), Counted::new(&all));
    let mine = Mine { main: &main, guiding: &guiding };
    let evaluated = || main.points() + guiding.points();
    compare(lab, Gamma::new(GAMMA)?, &[("mine", &mine)], &evaluated)
}
