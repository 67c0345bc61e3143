//! Free functions that measure samples: where they are, how spread, how far from another set.
//!
//! | question | function | exact answer it is checked against |
//! |---|---|---|
//! | did steering hit its class, another, none, or shoot past it? | [`shares`], [`verdicts`] | 1 − e^(−3.5²/2) of a Gaussian is on its mode |
//! | are the modes visited as often as they should be? | [`drawn_mode_counts`], [`chi_square`] | χ² tables |
//! | how many samples lie where there are no data? | [`Support`] | the disc of a 2-D Gaussian |
//! | how far apart are two sets of features? | [`frechet_distance`], [`frechet_with_se`] | Gaussians, closed form |
//! | do two sets of points cover each other? | [`prdc`] | two samples of one law |
//! | what are the nearest points, and their class? | [`nearest`], [`knn_classify`] | sorting |
//! | are generated images what was wanted? | [`Judge`] | a shifted copy, another class |
//! | do images show what their captions ask for? | [`CaptionHits`] | drawings, captions of others |
//! | do two sets of samples have the same law? | [`energy_distance`], [`energy_with_se`], [`energy_test`] | two normals, closed form |
//! | which of two samples is nearer to a third? | [`energy_difference`] | two normals, closed form |
//! | of many methods, which differ from their rivals? | [`sign_flip_p`], [`holm`] | every pattern of signs |
//! | how diverse are the samples? | [`spread_with_se`], [`entropy`] | entropy of a Gaussian |
//! | how good is a learned score? | [`score_error`], [`cosine`] | a scaled and a turned score |
//! | all of that for one guided sample | [`outcome`] | |
//! | how certain is an average, or a share? | [`mean_with_se`], [`Interval`] | the binomial |
//!
//! A set of samples is an array (n, d), one sample a row. Nothing here but the [`Judge`] knows of networks, and nothing of
//! samplers. Every sum is formed in an order that the number of threads does not change, so equal samples give equal bits.

mod chi_square;
mod distances;
mod energy;
mod energy_error;
mod entropy;
mod frechet;
mod interval;
mod judge;
mod captions;
mod modes;
mod neighbours;
mod outcome;
mod paired;
mod shares;
mod summary;
mod support;

pub use captions::{CaptionHits, Shown};
pub use chi_square::{ChiSquare, chi_square, chi_square_quantile, chi_square_tail};
pub use energy::{EnergyTest, energy_distance, energy_test};
pub use energy_error::{Difference, RANKING_LEVEL, Ranking, energy_difference, energy_with_se};
pub use entropy::{Entropy, entropy};
pub use frechet::{frechet_distance, frechet_with_se};
pub use interval::Interval;
pub use judge::{Judge, Judgement};
pub use modes::{Modes, drawn_mode_counts, mode_counts};
pub use neighbours::{Prdc, knn_classify, nearest, prdc};
pub use outcome::{ENERGY_ROWS, Outcome, energy_rows, outcome};
pub use paired::{MOST_FLIPS, holm, sign_flip_p};
pub use shares::{ON_MODE, Shares, Verdict, on_mode, shares, verdicts};
pub use summary::{
    cosine, cosine_with_se, mean_with_se, root_ratio, score_error, score_error_with_se, spread,
    spread_with_se,
};
pub use support::Support;

#[cfg(test)]
mod testing {
    use ndarray::Array2;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;

    pub fn rng(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    /// Standard normals, (n, d).
    pub fn normals(n: usize, d: usize, rng: &mut ChaCha8Rng) -> Array2<f64> {
        Array2::from_shape_simple_fn((n, d), || rng.sample(StandardNormal))
    }

    /// The value of `f` in pools of 1, 2 and 4 threads.
    pub fn in_pools<T: Send>(f: impl Fn() -> T + Sync) -> [T; 3] {
        [1, 2, 4].map(|threads| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&f)
        })
    }
}
