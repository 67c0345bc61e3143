//! What the exercises ask about.

use ndarray::{Array2, s};
use scorelab::data::{Glyphs, Scene};
use scorelab::noise::{NoiseLevel, Process};
use scorelab::rng::{Purpose, normals};

/// The scene, the class, the noise level and the points of every exercise about scores.
///
/// The classes of the scene `wide` have unequal weights and slanted modes, and at this level neither α nor σ is 1:
/// whatever is left out of a formula changes the numbers.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where the exact answers come from.
    pub scene: Scene,
    /// y.
    pub class: usize,
    /// The level of x_t.
    pub level: NoiseLevel,
    /// Points x_t ~ p_t (12, 2).
    pub x: Array2<f64>,
}

/// Points of the problem.
const POINTS: usize = 12;
/// σ/α of the problem.
const RATIO: f64 = 0.8;

/// The problem of the exercises, always the same.
pub fn problem() -> Problem {
    let scene = Scene::named("wide").expect("a built-in scene");
    let class = scene.class("slanted").expect("one of its classes");
    let process = Process::VP_LINEAR;
    let level = process.level(process.t_of_log_snr(-2.0 * RATIO.ln()));
    let x = noised(scene.mixture.sample(POINTS, 0, Purpose::Reference).x, level);
    Problem { scene, class, level, x }
}

/// The noise level and the points x_t (n, d) of exercise `n`, counted from 1; none if it is about no points.
pub fn points(n: usize) -> Option<(NoiseLevel, Array2<f64>)> {
    match n {
        1 | 2 | 4..=7 | 9 | 11 | 12 => {
            let Problem { level, x, .. } = problem();
            Some((level, x))
        }
        14 => {
            let ImageProblem { level, x, .. } = image_problem();
            Some((level, x))
        }
        _ => None,
    }
}

/// Images, a noise level and noisy images of the exercise about images.
#[derive(Debug, Clone)]
pub struct ImageProblem {
    /// The images (100, 784), as points in [−1, 1].
    pub images: Array2<f64>,
    /// The level of x_t.
    pub level: NoiseLevel,
    /// Noisy images x_t (4, 784).
    pub x: Array2<f64>,
}

/// Images of the problem, and noisy ones.
const IMAGES: (u64, usize) = (100, 4);
/// σ/α of the problem about images: among 784 pixels several images are still possible.
const IMAGE_RATIO: f64 = 8.0;

/// The problem of the exercise about images, always the same.
pub fn image_problem() -> ImageProblem {
    let images = Glyphs { seed: 0 }.images(0..IMAGES.0).labelled().x;
    let process = Process::VP_LINEAR;
    let level = process.level(process.t_of_log_snr(-2.0 * IMAGE_RATIO.ln()));
    let x = noised(images.slice(s![..IMAGES.1, ..]).to_owned(), level);
    ImageProblem { images, level, x }
}

/// x_t = α·x₀ + σ·ε.
fn noised(x0: Array2<f64>, level: NoiseLevel) -> Array2<f64> {
    let eps = normals(0, Purpose::Reference, 1, x0.dim());
    let mut x = x0 * level.alpha;
    x.scaled_add(level.sigma, &eps);
    x
}
