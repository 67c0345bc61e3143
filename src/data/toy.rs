//! The sets in the plane that papers on densities use, as mixtures: narrow round components at places that a formula gives.
//!
//! A set on a curve is `c(U) + sd·ε` with U uniform and ε ~ N(0, I). Its components stand at the middles of equal pieces of U,
//! so close together that the mixture is the set itself to about a hundredth of `sd`. What is exact is the score of the mixture.
//!
//! The names and the sizes are those of Grathwohl et al. 2019 (1810.01367), the swiss roll and the circles after
//! scikit-learn, the pinwheel after Johnson et al. 2016 (1603.06277).

use crate::Result;
use crate::mixture::Mixture;
use ndarray::Array2;
use std::f64::consts::{PI, TAU};

/// A point of the plane.
type Point = [f64; 2];

/// The middle of each of n equal pieces of (0, 1).
fn middles(n: usize) -> impl Iterator<Item = f64> {
    (0..n).map(move |i| (i as f64 + 0.5) / n as f64)
}

/// Round components of one width with these weights, means and classes.
fn round(parts: Vec<(f64, Point, usize)>, sd: f64) -> Result<Mixture> {
    let means: Vec<Point> = parts.iter().map(|part| part.1).collect();
    let weights: Vec<f64> = parts.iter().map(|part| part.0).collect();
    let labels = parts.iter().map(|part| part.2).collect();
    Mixture::isotropic(weights, Array2::from(means), &vec![sd; parts.len()], labels)
}

/// The point of a spiral that is as far from 0 as its angle says.
fn spiral(angle: f64, scale: f64) -> Point {
    [scale * angle * angle.cos(), scale * angle * angle.sin()]
}

/// (φ·cos φ, φ·sin φ)/5, φ = 3π/2·(1 + 2u): the inner half of u and the outer one.
pub fn swissroll() -> Result<Mixture> {
    const SD: f64 = 0.2;
    let part = |u: f64| (1.0, swissroll_at(u), usize::from(u > 0.5));
    round(middles(200).map(part).collect(), SD)
}

fn swissroll_at(u: f64) -> Point {
    spiral(1.5 * PI * (1.0 + 2.0 * u), 0.2)
}

/// A circle of radius 3 and one of radius 3/2.
pub fn circles() -> Result<Mixture> {
    const SD: f64 = 0.24;
    let at = |radius: f64, u: f64| [radius * (TAU * u).cos(), radius * (TAU * u).sin()];
    let both = [3.0, 1.5].into_iter().enumerate();
    let parts = both.flat_map(|(class, r)| middles(100).map(move |u| (1.0, at(r, u), class)));
    round(parts.collect(), SD)
}

/// ±(−φ·cos φ, φ·sin φ)/3, φ = 3π·√u: the arm that ends at the right and its half turn.
pub fn two_spirals() -> Result<Mixture> {
    const SD: f64 = 0.1;
    let parts = [1.0, -1.0].into_iter().enumerate();
    let arm = |(class, side): (usize, f64)| {
        middles(250).map(move |u| (1.0, two_spirals_at(side, u), class))
    };
    round(parts.flat_map(arm).collect(), SD)
}

fn two_spirals_at(side: f64, u: f64) -> Point {
    let [x, y] = spiral(3.0 * PI * u.sqrt(), 1.0 / 3.0);
    [-side * x, side * y]
}

/// Five arms 2r·(cos φ, sin φ), φ = 2πk/5 + eʳ/4, with r ~ N(1, 0.3²).
pub fn pinwheel() -> Result<Mixture> {
    const SD: f64 = 0.15;
    const STEPS: i32 = 15; // of a fifth of a standard deviation of r, to either side
    let arm = |class: usize| {
        (-STEPS..=STEPS).map(move |i| {
            let z = 0.2 * f64::from(i);
            ((-0.5 * z * z).exp(), pinwheel_at(class, 1.0 + 0.3 * z), class)
        })
    };
    round((0..5).flat_map(arm).collect(), SD)
}

fn pinwheel_at(class: usize, r: f64) -> Point {
    let angle = TAU * class as f64 / 5.0 + 0.25 * r.exp();
    [2.0 * r * angle.cos(), 2.0 * r * angle.sin()]
}

/// The eight dark squares of side 2 of a board of four by four, the upper four and the lower; each is eight by eight
/// components, wider than half of what is between them, so that a square is even inside.
pub fn checkerboard() -> Result<Mixture> {
    const EACH: usize = 8;
    const SD: f64 = 0.15;
    let dark = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).filter(|(i, j)| (i + j) % 2 == 0);
    let square = |(i, j): (usize, usize)| {
        let corner = |k: usize| 2.0 * k as f64 - 4.0;
        let along = move |u: f64| {
            middles(EACH)
                .map(move |v| (1.0, [corner(i) + 2.0 * u, corner(j) + 2.0 * v], usize::from(j < 2)))
        };
        middles(EACH).flat_map(along)
    };
    round(dark.flat_map(square).collect(), SD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::energy_with_se;
    use crate::rng::{Purpose, normals, stream};
    use rand::Rng;

    const N: usize = 2000;

    /// N points of a formula in uniform numbers and a normal one, with noise.
    fn drawn(sd: f64, at: impl Fn(&mut dyn FnMut() -> f64, f64) -> Point) -> Array2<f64> {
        let (mut rng, z) = (stream(7, Purpose::Data, 9, 0), normals(8, Purpose::Data, 9, (N, 1)));
        let points: Vec<Point> =
            (0..N).map(|i| at(&mut || rng.random::<f64>(), z[[i, 0]])).collect();
        Array2::from(points) + normals(9, Purpose::Data, 9, (N, 2)) * sd
    }

    #[test]
    fn a_mixture_is_the_set_of_its_formula() {
        let circle = |u: &mut dyn FnMut() -> f64, _: f64| {
            let (radius, angle) = (if u() < 0.5 { 3.0 } else { 1.5 }, TAU * u());
            [radius * angle.cos(), radius * angle.sin()]
        };
        type Formula = Box<dyn Fn(&mut dyn FnMut() -> f64, f64) -> Point>;
        let two: Formula = Box::new(|u, _| two_spirals_at(if u() < 0.5 { 1.0 } else { -1.0 }, u()));
        let pinwheel_of: Formula =
            Box::new(|u, z| pinwheel_at((5.0 * u()) as usize, 1.0 + 0.3 * z));
        let all: [(_, f64, Formula); 4] = [
            (swissroll(), 0.2, Box::new(|u, _| swissroll_at(u()))),
            (circles(), 0.24, Box::new(circle)),
            (two_spirals(), 0.1, two),
            (pinwheel(), 0.15, pinwheel_of),
        ];
        for (k, (mixture, sd, formula)) in all.into_iter().enumerate() {
            let own = mixture.unwrap().sample(N, 3, Purpose::Reference).x;
            let off = |x: &Array2<f64>| {
                let (value, se) = energy_with_se(own.view(), x.view());
                value / se
            };
            let x = drawn(sd, formula);
            assert!(off(&x) < 3.5, "{k}: {}", off(&x));
            let twin = &x * 1.25;
            assert!(
                off(&twin) > 3.5,
                "{k}: the wrong twin, a quarter larger, passed: {}",
                off(&twin)
            );
        }
    }

    #[test]
    fn every_dark_square_of_the_board_has_an_eighth_and_is_even() {
        let n = 40_000;
        let x = checkerboard().unwrap().sample(n, 4, Purpose::Reference);
        let cell = |v: f64| (0.5 * (v + 4.0)).floor() as i32;
        let bound = |p: f64| 5.0 * (p * (1.0 - p) / n as f64).sqrt();
        // P(a coordinate leaves its square), from the middles of eight pieces; what leaves by both mostly meets a dark one
        let tail = |v: f64| 0.5 * libm::erfc(v / 0.15 / 2f64.sqrt());
        let leaves = 2.0 * (0..8).map(|i| tail(0.125 + 0.25 * f64::from(i)) / 8.0).sum::<f64>();
        let kept = (1.0 - leaves).powi(2);
        let mut dark = 0.0;
        for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
            let inside = |p: &ndarray::ArrayView1<f64>| (cell(p[0]), cell(p[1])) == (i, j);
            let share = x.x.outer_iter().filter(inside).count() as f64 / n as f64;
            if (i + j) % 2 == 0 {
                dark += share;
                assert!(
                    (share - kept / 8.0).abs() < bound(0.125) + leaves.powi(2),
                    "{i} {j}: {share}"
                );
            }
        }
        let near = |kept: f64| (dark - kept).abs() < bound(kept) + leaves.powi(2);
        assert!(near(kept) && !near(1.0 - leaves), "the wrong twin: one coordinate: {dark} {kept}");
        let upper = x.y.iter().zip(x.x.outer_iter()).filter(|(y, p)| (**y == 0) == (p[1] > 0.0));
        assert!(upper.count() as f64 > 0.95 * n as f64, "class 0 is above");
    }
}
