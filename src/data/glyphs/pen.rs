//! How a form becomes a line of ink: jitter, warp, slant, and the width of the pen along its way.

use super::attributes::{Attribute, Attributes};
use super::skeletons::{Form, Knot};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use std::f64::consts::TAU;

/// Pieces that a line between two knots is cut into.
const PIECES: usize = 5;
/// How far the pen misses a knot (standard deviation of x and of y).
const JITTER: f64 = 0.02;
/// The thinnest and the thickest line of a hand (pixels).
const THINNEST: f64 = 1.4;
const THICKEST: f64 = 3.2;
/// The thinnest bold line (pixels).
const BOLD: f64 = 4.7;
/// The slope Cov(x, y) / Var(y) of a tilted digit's line.
const TILT: f64 = 0.8;

/// A point of a stroke with half the width of the line there.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    /// Its place.
    pub at: [f64; 2],
    /// Half the width of the line.
    pub radius: f64,
}

/// How one drawing is written. Lengths are in heights of the digit, the width in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Hand {
    /// How far to the right the top leans over the foot.
    pub slant: f64,
    /// Anticlockwise turn (radians).
    pub turn: f64,
    /// What widths are multiplied with.
    pub aspect: f64,
    /// The width of the line (pixels).
    pub width: f64,
    /// How far the width swings along a stroke, relative to itself.
    pub swing: f64,
    /// The share of the width that is lost at the ends of a stroke.
    pub taper: f64,
    /// x and y of the displacement are these times (x², xy, y²) from the middle.
    pub warp: [[f64; 3]; 2],
}

fn normal(rng: &mut ChaCha8Rng, sd: f64) -> f64 {
    sd * rng.sample::<f64, _>(StandardNormal)
}

impl Hand {
    /// The hand of one of many writers.
    pub fn random(rng: &mut ChaCha8Rng) -> Hand {
        Hand {
            slant: 0.1 + normal(rng, 0.22),
            turn: normal(rng, 0.11),
            aspect: 1.2 * normal(rng, 0.21).exp(),
            width: (2.6 * normal(rng, 0.22).exp()).clamp(THINNEST, THICKEST),
            swing: normal(rng, 0.08),
            taper: rng.random_range(0.0..0.3),
            warp: std::array::from_fn(|_| std::array::from_fn(|_| normal(rng, 0.2))),
        }
    }

    /// The same hand with a thick pen, if that is asked for.
    pub fn wearing(mut self, attributes: Attributes) -> Hand {
        if attributes.has(Attribute::Bold) {
            self.width = BOLD + (self.width - THINNEST) / 4.0;
        }
        self
    }

    /// Where a point of a skeleton goes.
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (x, y) = (self.aspect * (x - 0.3), y - 0.5);
        let terms = [x * x, x * y, y * y];
        let [dx, dy] = self.warp.map(|w| w.iter().zip(terms).map(|(w, t)| w * t).sum::<f64>());
        let (x, y) = (x + dx, y + dy);
        let x = x - self.slant * y;
        let (sin, cos) = self.turn.sin_cos();
        [cos * x + sin * y, cos * y - sin * x]
    }

    /// The strokes of a form, as dots along them.
    pub fn write(&self, form: &Form, rng: &mut ChaCha8Rng) -> Vec<Vec<Dot>> {
        form.strokes.iter().map(|knots| self.stroke(knots, rng)).collect()
    }

    fn stroke(&self, knots: &[Knot], rng: &mut ChaCha8Rng) -> Vec<Dot> {
        let knots: Vec<Knot> = knots
            .iter()
            .map(|k| Knot { at: k.at.map(|v| v + normal(rng, JITTER)), corner: k.corner })
            .collect();
        let line = smooth(&knots);
        let phase = rng.random_range(0.0..TAU);
        let n = (line.len() - 1) as f64;
        let dot = |(i, at): (usize, &[f64; 2])| {
            let s = i as f64 / n;
            let ends = (2.0 * s - 1.0).powi(4);
            let width = self.width
                * (1.0 + self.swing * (phase + TAU * s).sin())
                * (1.0 - self.taper * ends);
            Dot { at: self.place(*at), radius: width / 2.0 }
        };
        line.iter().enumerate().map(dot).collect()
    }
}

/// Shears strokes sideways until the slope of their line is that of a tilted digit.
pub fn tilt(strokes: &mut [Vec<Dot>]) {
    let dots = || strokes.iter().flatten().map(|dot| dot.at);
    let n = dots().count() as f64;
    let [x, y] = [0, 1].map(|j| dots().map(|at| at[j]).sum::<f64>() / n);
    let (mut xy, mut yy) = (0.0, 0.0);
    for at in dots() {
        (xy, yy) = (xy + (at[0] - x) * (at[1] - y), yy + (at[1] - y).powi(2));
    }
    let shear = TILT - xy / yy;
    strokes.iter_mut().flatten().for_each(|dot| dot.at[0] += shear * dot.at[1]);
}

/// A line through the knots: Catmull–Rom splines from corner to corner.
fn smooth(knots: &[Knot]) -> Vec<[f64; 2]> {
    let mut line = vec![knots[0].at];
    for i in 0..knots.len() - 1 {
        let (b, c) = (knots[i].at, knots[i + 1].at);
        let a = if i == 0 || knots[i].corner { b } else { knots[i - 1].at };
        let last = i + 2 == knots.len() || knots[i + 1].corner;
        let d = if last { c } else { knots[i + 2].at };
        for k in 1..=PIECES {
            let t = k as f64 / PIECES as f64;
            line.push([0, 1].map(|j| catmull_rom(a[j], b[j], c[j], d[j], t)));
        }
    }
    line
}

/// The cubic from b to c whose slopes there are half of c − a and half of d − b.
fn catmull_rom(a: f64, b: f64, c: f64, d: f64, t: f64) -> f64 {
    b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
}
