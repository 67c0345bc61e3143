//! The scenes that need no file.

use super::toy;
use super::tree::tree;
use super::{ClassName, Scene};
use crate::Result;
use crate::mixture::Mixture;
use crate::rng::{Purpose, stream};
use ndarray::{Array2, array};
use rand::Rng;
use std::f64::consts::{PI, TAU};

/// The names, in the order in which they are listed.
pub const NAMES: [&str; 14] = [
    "animals",
    "three",
    "ring8",
    "wide",
    "moons",
    "tree",
    "swissroll",
    "circles",
    "2spirals",
    "pinwheel",
    "checkerboard",
    "two-1d",
    "far-mode-1d",
    "f7",
];

/// The built-in scene called `name`.
pub fn scene(name: &str) -> Option<Scene> {
    let (mixture, classes): (Result<Mixture>, &[(&str, &str)]) = match name {
        "animals" => (animals(), &[("dog", "chó"), ("cat", "mèo"), ("bear", "gấu"), ("cow", "bò")]),
        "three" => (three(), &[("top", "trên"), ("left", "trái"), ("right", "phải")]),
        "ring8" => (ring8(), &COMPASS),
        "wide" => (wide(), &[("broad", "rộng"), ("narrow", "hẹp"), ("slanted", "nghiêng")]),
        "moons" => (moons(), &[("upper", "trên"), ("lower", "dưới")]),
        "tree" => (tree(), &[("crown", "tán"), ("roots", "rễ")]),
        "swissroll" => (toy::swissroll(), &[("inner", "trong"), ("outer", "ngoài")]),
        "circles" => (toy::circles(), &[("outer", "ngoài"), ("inner", "trong")]),
        "2spirals" => (toy::two_spirals(), &[("right", "phải"), ("left", "trái")]),
        "pinwheel" => {
            (toy::pinwheel(), &[("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"), ("e", "e")])
        }
        "checkerboard" => (toy::checkerboard(), &[("upper", "trên"), ("lower", "dưới")]),
        "two-1d" => (two_1d(), &[("plus", "dương"), ("minus", "âm")]),
        "far-mode-1d" => (far_mode_1d(), &[("A", "A"), ("B", "B")]),
        "f7" => (f7(), &[("right", "phải"), ("left", "trái"), ("low", "thấp")]),
        _ => return None,
    };
    Some(Scene {
        name: name.into(),
        mixture: mixture.expect("built-in scenes are valid mixtures"),
        class_names: classes
            .iter()
            .map(|(en, vi)| ClassName { en: (*en).into(), vi: (*vi).into() })
            .collect(),
    })
}

/// The modes of `ring8`, anticlockwise from the right.
const COMPASS: [(&str, &str); 8] = [
    ("east", "đông"),
    ("north-east", "đông bắc"),
    ("north", "bắc"),
    ("north-west", "tây bắc"),
    ("west", "tây"),
    ("south-west", "tây nam"),
    ("south", "nam"),
    ("south-east", "đông nam"),
];

/// Four modes in the corners of a square, 16 standard deviations apart.
fn animals() -> Result<Mixture> {
    let means = array![[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]];
    Mixture::isotropic(vec![1.0; 4], means, &[0.25; 4], vec![0, 1, 2, 3])
}

/// Modes at the given angles (radians) of a circle around the origin, one class each.
fn circle(radius: f64, angles: &[f64], sd: f64) -> Result<Mixture> {
    let k = angles.len();
    let means = Array2::from_shape_fn((k, 2), |(i, j)| match j {
        0 => radius * angles[i].cos(),
        _ => radius * angles[i].sin(),
    });
    Mixture::isotropic(vec![1.0; k], means, &vec![sd; k], (0..k).collect())
}

/// Three modes that overlap by about one standard deviation and a half.
fn three() -> Result<Mixture> {
    circle(1.5, &[90f64, 210.0, 330.0].map(f64::to_radians), 0.6)
}

fn ring8() -> Result<Mixture> {
    circle(2.0, &[0, 1, 2, 3, 4, 5, 6, 7].map(|i| TAU * f64::from(i) / 8.0), 0.2)
}

/// A broad mode of half the weight, a narrow one, and two slanted ones that share a class.
fn wide() -> Result<Mixture> {
    Mixture::new(
        vec![0.5, 0.15, 0.25, 0.1],
        array![[-1.5, 1.0], [2.0, 1.5], [1.5, -1.5], [-2.5, -2.0]],
        vec![
            array![[1.0, 0.2], [0.2, 0.5]],
            array![[0.02, 0.0], [0.0, 0.02]],
            array![[0.5, 0.4], [0.4, 0.45]],
            array![[0.3, -0.15], [-0.15, 0.12]],
        ],
        vec![0, 1, 2, 2],
    )
}

/// Two half circles, each the mixture of small round components at seeded places along it.
///
/// The places are one in each of 100 equal pieces of an arc, so an arc has thick and thin spots but no gap.
fn moons() -> Result<Mixture> {
    const EACH: usize = 100;
    const SEED: u64 = 20;
    const RADIUS: f64 = 1.5;
    let mut means = Array2::zeros((2 * EACH, 2));
    for (row, mut mean) in means.outer_iter_mut().enumerate() {
        let u: f64 = stream(SEED, Purpose::Data, 0, row as u64).random();
        let angle = PI * ((row % EACH) as f64 + u) / EACH as f64;
        let (x, y) = (angle.cos() - 0.5, angle.sin() - 0.25); // the upper arc; the lower is its half turn
        let turn = if row < EACH { RADIUS } else { -RADIUS };
        (mean[0], mean[1]) = (turn * x, turn * y);
    }
    let labels = (0..2 * EACH).map(|row| row / EACH).collect();
    Mixture::isotropic(vec![1.0; 2 * EACH], means, &[0.1; 2 * EACH], labels)
}

fn two_1d() -> Result<Mixture> {
    Mixture::isotropic(vec![1.0; 2], array![[1.0], [-1.0]], &[1.0; 2], vec![0, 1])
}

/// Strong guidance towards A loses its far mode, at −4.
fn far_mode_1d() -> Result<Mixture> {
    let means = array![[-4.0], [-1.0], [1.0]];
    Mixture::isotropic(vec![0.25, 0.25, 0.5], means, &[0.4; 3], vec![0, 0, 1])
}

fn f7() -> Result<Mixture> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::NoiseLevel;
    use crate::score::ScoreFn;

    fn get(name: &str) -> Scene {
        scene(name).unwrap()
    }

    #[test]
    fn every_name_is_a_scene_whose_classes_all_have_names() {
        for name in NAMES {
            let s = get(name);
            assert_eq!((s.name.as_str(), s.class_names.len()), (name, s.mixture.classes()));
            for (c, n) in s.class_names.iter().enumerate() {
                assert_eq!((s.class(&n.en).unwrap(), s.class(&n.vi).unwrap()), (c, c), "{name}");
            }
            assert!(s.mixture.dim() == if name.ends_with("1d") { 1 } else { 2 }, "{name}");
            assert!((0.5..4.0).contains(&s.mixture.radius()), "{name} fits one frame");
        }
        assert!(scene("Animals").is_none());
    }

    #[test]
    fn the_animals_sit_in_their_corners() {
        let s = get("animals");
        for (name, corner) in [
            ("dog", [2.0, 2.0]),
            ("cat", [-2.0, 2.0]),
            ("bear", [-2.0, -2.0]),
            ("cow", [2.0, -2.0]),
        ] {
            let class = s.mixture.given(s.class(name).unwrap());
            assert_eq!(class.mean().to_vec(), corner, "{name}");
            assert_eq!(class.covs()[0], Array2::<f64>::eye(2) * 0.0625);
        }
        assert_eq!(s.mixture.class_weights(), [0.25; 4]);
    }

    /// How sure the exact posterior is of the true class: mean and standard error over n clean points.
    fn confidence(mixture: &Mixture, n: usize) -> (f64, f64) {
        let points = mixture.sample(n, 1, Purpose::Reference);
        let p = mixture.class_probabilities(points.x.view(), NoiseLevel::ve(0.0));
        let own: Vec<f64> = points.y.iter().enumerate().map(|(i, y)| p[[i, *y]]).collect();
        let mean = own.iter().sum::<f64>() / n as f64;
        let var = own.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
        (mean, (var / n as f64).sqrt())
    }

    #[test]
    fn three_overlaps_as_much_as_the_published_fixture() {
        // .955 is the mean confidence without guidance, rounded to .0005, by an independent program in NumPy
        let off = |m: &Mixture| {
            let (mean, se) = confidence(m, 20_000);
            ((mean - 0.955).abs() - 0.0005) / (5.0 * se)
        };
        assert!(off(&get("three").mixture) < 1.0);
        let wrong = circle(1.5, &[90f64, 210.0, 330.0].map(f64::to_radians), 0.63).unwrap();
        assert!(off(&wrong) > 1.0, "wider modes are told apart");
        let top = get("three").mixture.given(0).mean();
        assert!(top[0].abs() < 1e-15 && top[1] == 1.5);
    }

    #[test]
    fn the_far_mode_is_half_of_its_class() {
        let mixture = get("far-mode-1d").mixture;
        assert_eq!(mixture.class_weights(), [0.5, 0.5]);
        let a = mixture.given(0);
        assert_eq!(
            (a.weights(), a.means().column(0).to_vec()),
            (&[0.5, 0.5][..], vec![-4.0, -1.0])
        );
        assert_eq!(get("two-1d").mixture.given(0).mean().to_vec(), [1.0]);
    }

    #[test]
    fn the_moons_are_the_half_turn_of_each_other_up_to_their_seeds() {
        let mixture = get("moons").mixture;
        assert_eq!(mixture.labels().iter().filter(|l| **l == 0).count(), 100);
        let centre = |sign: f64| [-0.75 * sign, -0.375 * sign]; // of the whole circle, half of it unused
        for (mean, label) in mixture.means().outer_iter().zip(mixture.labels()) {
            let sign = if *label == 0 { 1.0 } else { -1.0 };
            let [x, y] = centre(sign);
            assert!(((mean[0] - x).hypot(mean[1] - y) - 1.5).abs() < 1e-12);
            assert!((mean[1] - y) * sign > 0.0, "the upper arc is the upper half of its circle");
        }
        assert_eq!(mixture.means(), get("moons").mixture.means(), "the places are always the same");
        let (first, second) = (mixture.given(0), mixture.given(1));
        assert!(first.means().row(0) != second.means().row(0).mapv(|v| -v), "two seeds, not one");
        assert!(confidence(&mixture, 2_000).0 > 0.999, "the arcs do not touch");
    }

    #[test]
    fn the_compass_agrees_with_the_plane() {
        let s = get("ring8");
        for (name, x, y) in [("east", 1.0, 0.0), ("bắc", 0.0, 1.0), ("south-west", -1.0, -1.0)] {
            let mean = s.mixture.given(s.class(name).unwrap()).mean();
            let sign = |v: f64| if v.abs() < 1e-12 { 0.0 } else { v.signum() };
            assert_eq!((sign(mean[0]), sign(mean[1])), (x, y), "{name}");
        }
    }
}
