//! The fixtures: distributions small enough for an answer on paper.

use ndarray::{Array2, array};
use scorelab::mixture::Mixture;

/// A distribution and the same under a condition, when the condition is not one of the distribution's own components.
pub struct Pair {
    /// p(x).
    pub unconditional: Mixture,
    /// p(x | c).
    pub conditional: Mixture,
}

fn gaussian(mean: f64, variance: f64) -> Mixture {
    Mixture::new(vec![1.0], array![[mean]], vec![array![[variance]]], vec![0]).unwrap()
}

/// F1, 1-D: p = N(0, 2), p(x|c) = N(0, 1). All guided answers are Gaussian.
pub fn f1() -> Pair {
    Pair { unconditional: gaussian(0.0, 2.0), conditional: gaussian(0.0, 1.0) }
}

/// F1', 1-D: p = N(0, 1), p(x|c) = N(m, 1). With equal variances the popular story about γ happens to be true.
pub fn f1_equal(m: f64) -> Pair {
    Pair { unconditional: gaussian(0.0, 1.0), conditional: gaussian(m, 1.0) }
}

/// F2, 1-D: ½N(1, 1) + ½N(−1, 1); class 0 is the component at +1.
pub fn f2() -> Mixture {
    Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[1.0; 2], vec![0, 1]).unwrap()
}

/// F3, 2-D: three isotropic Gaussians at radius 1.5 and 90°, 210°, 330°, sd 0.6, a class each.
pub fn f3() -> Mixture {
    let means = Array2::from_shape_fn((3, 2), |(k, i)| {
        let angle = (90.0 + 120.0 * k as f64).to_radians();
        1.5 * if i == 0 { angle.cos() } else { angle.sin() }
    });
    Mixture::isotropic(vec![1.0; 3], means, &[0.6; 3], vec![0, 1, 2]).unwrap()
}

/// F4, 1-D: class 0 has the modes −4 and −1, class 1 the mode +1; sd 0.4, P(class 0) = ½.
pub fn f4() -> Mixture {
    let means = array![[-4.0], [-1.0], [1.0]];
    Mixture::isotropic(vec![0.25, 0.25, 0.5], means, &[0.4; 3], vec![0, 0, 1]).unwrap()
}

/// F7, 2-D: three tilted Gaussians, a class each.
pub fn f7() -> Mixture {
    Mixture::new(
        vec![0.5, 0.3, 0.2],
        array![[1.0, 0.0], [-1.0, 0.8], [-0.3, -1.2]],
        vec![
            array![[0.10, 0.06], [0.06, 0.08]],
            array![[0.05, -0.02], [-0.02, 0.12]],
            array![[0.2, 0.0], [0.0, 0.03]],
        ],
        vec![0, 1, 2],
    )
    .unwrap()
}

/// The scene `animals`, 2-D: dog (2, 2), cat (−2, 2), bear (−2, −2), cow (2, −2), sd 0.25.
pub fn animals() -> Mixture {
    let means = array![[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]];
    Mixture::isotropic(vec![1.0; 4], means, &[0.25; 4], vec![0, 1, 2, 3]).unwrap()
}

/// Two classes in 3-D with full covariances, one of them of two components.
pub fn solid() -> Mixture {
    Mixture::new(
        vec![0.4, 0.35, 0.25],
        array![[0.6, -0.2, 0.9], [-0.8, 0.5, 0.1], [0.2, 0.7, -1.0]],
        vec![
            array![[0.30, 0.10, -0.05], [0.10, 0.20, 0.04], [-0.05, 0.04, 0.25]],
            array![[0.15, -0.06, 0.02], [-0.06, 0.40, 0.10], [0.02, 0.10, 0.22]],
            array![[0.50, 0.0, 0.2], [0.0, 0.12, 0.0], [0.2, 0.0, 0.3]],
        ],
        vec![0, 1, 0],
    )
    .unwrap()
}

/// Every mixture with at least two classes, by name.
pub fn labelled() -> Vec<(&'static str, Mixture)> {
    vec![
        ("F2", f2()),
        ("F3", f3()),
        ("F4", f4()),
        ("F7", f7()),
        ("animals", animals()),
        ("solid", solid()),
    ]
}
