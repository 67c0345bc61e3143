//! What the exercises ask about.

use ndarray::{Array2, arr2, s};
use scorelab::data::{ClassName, Glyphs, Scene, of_points, spread};
use scorelab::mixture::{Attention, Labelled, Mixture};
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
        15 => {
            let PointProblem { level, x, .. } = point_problem();
            Some((level, x))
        }
        16 | 17 => {
            let AttentionProblem { level, x, .. } = attention_problem();
            Some((level, x))
        }
        _ => None,
    }
}

/// The scene in the plane that exercise `n` is about, counted from 1, and y where it asks for a class; none if it is about
/// no points in a plane.
pub fn scene(n: usize) -> Option<(Scene, Option<usize>)> {
    let (_, x) = points(n)?;
    match n {
        15 => Some((point_problem().scene(), None)),
        16 | 17 => Some((attention_problem().scene(), None)),
        _ if x.ncols() == 2 => {
            let Problem { scene, class, .. } = problem();
            Some((scene, Some(class)))
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
/// σ/α of the problem about one's own points: about as wide as their own Gaussians.
const POINT_RATIO: f64 = 0.3;

/// The problem of the exercise about images, always the same.
pub fn image_problem() -> ImageProblem {
    let images = Glyphs { seed: 0 }.images(0..IMAGES.0).labelled().x;
    let process = Process::VP_LINEAR;
    let level = process.level(process.t_of_log_snr(-2.0 * IMAGE_RATIO.ln()));
    let x = noised(images.slice(s![..IMAGES.1, ..]).to_owned(), level);
    ImageProblem { images, level, x }
}

/// A handful of labelled points as they might stand in a student's file, a noise level and noisy points.
#[derive(Debug, Clone)]
pub struct PointProblem {
    /// The points (60, 2) with their classes, two of them.
    pub points: Labelled,
    /// The standard deviation of the Gaussian at each point, by the rule of [`spread`].
    pub h: f64,
    /// The level of x_t.
    pub level: NoiseLevel,
    /// Noisy points x_t (12, 2), of others than the given ones.
    pub x: Array2<f64>,
}

impl PointProblem {
    /// The scene with a Gaussian at each point.
    pub fn scene(&self) -> Scene {
        let mixture = of_points(self.points.x.clone(), self.h, self.points.y.clone());
        let moons = moons();
        Scene { name: "points".into(), mixture: mixture.expect("points are finite"), ..moons }
    }
}

/// Where the student's points come from.
fn moons() -> Scene {
    Scene::named("moons").expect("a built-in scene")
}

/// The problem of the exercise about one's own points, always the same: drawn from the scene `moons`.
pub fn point_problem() -> PointProblem {
    let mixture = moons().mixture;
    let points = mixture.sample(60, 0, Purpose::Data);
    let h = spread(points.x.view(), &points.y);
    let process = Process::VP_LINEAR;
    let level = process.level(process.t_of_log_snr(-2.0 * POINT_RATIO.ln()));
    let x = noised(mixture.sample(POINTS, 0, Purpose::Reference).x, level);
    PointProblem { points, h, level, x }
}

/// A few tokens whose exact denoiser is attention, a caption that allows some of them, a noise level and noisy points.
#[derive(Debug, Clone)]
pub struct AttentionProblem {
    /// A round Gaussian of one width for each token.
    pub mixture: Mixture,
    /// The tokens that the caption allows, by their numbers.
    pub caption: Vec<usize>,
    /// The level of x_t.
    pub level: NoiseLevel,
    /// Points x_t ~ p_t (12, 2).
    pub x: Array2<f64>,
}

impl AttentionProblem {
    /// The tokens as a scene, a class each.
    pub fn scene(&self) -> Scene {
        let names = [("three", "ba"), ("seven", "bảy"), ("eight", "tám")];
        let class_names = names.map(|(en, vi)| ClassName { en: en.into(), vi: vi.into() }).into();
        Scene { name: "tokens".into(), mixture: self.mixture.clone(), class_names }
    }

    /// The denoiser of the tokens.
    pub fn attention(&self) -> Attention {
        Attention::of(&self.mixture).expect("components that are alike and round")
    }
}

/// Weights, places and width of the tokens.
const TOKENS: ([f64; 3], [[f64; 2]; 3], f64) =
    ([0.5, 0.2, 0.3], [[-1.0, 0.6], [1.1, 0.5], [0.1, -1.2]], 0.5);

/// The problem of the exercises about attention, always the same.
pub fn attention_problem() -> AttentionProblem {
    let (weights, means, sd) = TOKENS;
    let labels = (0..means.len()).collect();
    let mixture = Mixture::isotropic(weights.into(), arr2(&means), &[sd; 3], labels);
    let mixture = mixture.expect("a mixture of positive weights");
    let process = Process::VP_LINEAR;
    let level = process.level(process.t_of_log_snr(-2.0 * RATIO.ln()));
    let x = noised(mixture.sample(POINTS, 0, Purpose::Reference).x, level);
    AttentionProblem { mixture, caption: vec![0, 2], level, x }
}

/// x_t = α·x₀ + σ·ε.
fn noised(x0: Array2<f64>, level: NoiseLevel) -> Array2<f64> {
    let eps = normals(0, Purpose::Reference, 1, x0.dim());
    let mut x = x0 * level.alpha;
    x.scaled_add(level.sigma, &eps);
    x
}
