//! Where a digit sits when it wears something, and the lines of hat, glasses, underline and frame.

use super::BOX;
use super::attributes::{Attribute, Attributes};
use super::pen::Dot;
use super::raster::{Pixels, SIDE, fit, paint};
use ndarray::{Array2, Zip, s};
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

/// The middle of an image.
const MIDDLE: f64 = SIDE as f64 / 2.0;
/// Half the width of every line here but the hat's crown.
const LINE: f64 = 0.7;
/// Half the width of the lines of glasses.
const RIM: f64 = 0.6;
/// Half the width and half the height of a lens, and how far its middle is from that of the glasses.
const LENS: [f64; 2] = [3.5, 2.5];
const APART: f64 = 4.8;
/// The share of the ink that shows through a lens.
const THROUGH: f32 = 0.6;

/// The image of written strokes and of what they wear.
pub fn dress(mut strokes: Vec<Vec<Dot>>, attributes: Attributes) -> Pixels {
    let rows = free_rows(attributes);
    let size = BOX.min(rows.len());
    if !attributes.has(Attribute::Bold) {
        let smaller = size as f64 / BOX as f64;
        strokes.iter_mut().flatten().for_each(|dot| dot.radius *= smaller);
    }
    let [width, height] =
        fit(&mut strokes, size as f64).map(|side| (side.ceil() as usize).min(size));
    let digit = paint(&strokes, (height, width));
    let [left, top] = place(&digit, rows, attributes.has(Attribute::Hat));
    let mut ink = Array2::zeros((SIDE, SIDE));
    ink.slice_mut(s![top..top + height, left..left + width]).assign(&digit);
    if attributes.has(Attribute::Hat) {
        lay(hat(left as f64 + head(&digit)), &mut ink);
    }
    if attributes.has(Attribute::Sunglasses) {
        let y = glasses_height(top as f64, (top + height) as f64);
        tint(y, &mut ink);
        lay(glasses(y), &mut ink);
    }
    if attributes.has(Attribute::Underlined) {
        lay(underline(), &mut ink);
    }
    if attributes.has(Attribute::Boxed) {
        lay(frame(), &mut ink);
    }
    let mut pixels = [0; SIDE * SIDE];
    pixels.iter_mut().zip(&ink).for_each(|(p, ink)| *p = (255.0 * ink).round() as u8);
    pixels
}

/// Where the corner of a digit comes: its centre of mass as near the middle as whole pixels and the free rows allow, or the
/// top of the digit right under its hat.
fn place(digit: &Array2<f32>, rows: Range<usize>, hat: bool) -> [usize; 2] {
    let (height, width) = digit.dim();
    let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
    for ((row, column), ink) in digit.indexed_iter() {
        (mass, x, y) = (mass + ink, x + ink * column as f32, y + ink * row as f32);
    }
    let centred = |sum: f32, side: usize| {
        let shift = (SIDE - 1) as f32 / 2.0 - sum / mass;
        shift.round().clamp(0.0, (SIDE - side) as f32) as usize
    };
    let top =
        if hat { rows.start } else { centred(y, height).clamp(rows.start, rows.end - height) };
    [centred(x, width), top]
}

/// The middle of a digit's topmost ink, from the left of its square.
fn head(digit: &Array2<f32>) -> f64 {
    const ROWS: usize = 4;
    let top = digit.slice(s![..ROWS.min(digit.nrows()), ..]);
    let x: f32 = top.indexed_iter().map(|((_, column), ink)| ink * (column as f32 + 0.5)).sum();
    f64::from(x / top.sum())
}

/// Adds the ink of lines to an image.
fn lay(lines: Vec<Vec<Dot>>, ink: &mut Array2<f32>) {
    Zip::from(ink).and(&paint(&lines, (SIDE, SIDE))).for_each(|ink, line| *ink = ink.max(*line));
}

/// The rows that are left to the digit.
fn free_rows(attributes: Attributes) -> Range<usize> {
    let has = |a| attributes.has(a);
    let top = if has(Attribute::Hat) {
        8
    } else if has(Attribute::Boxed) {
        3
    } else {
        0
    };
    let bottom = if has(Attribute::Underlined) {
        24
    } else if has(Attribute::Boxed) {
        25
    } else {
        SIDE
    };
    top..if has(Attribute::Hat) { bottom.min(26) } else { bottom }
}

fn line(points: &[[f64; 2]], radius: f64) -> Vec<Dot> {
    points.iter().map(|at| Dot { at: *at, radius }).collect()
}

/// A bowler hat: brim and crown, its middle at x.
fn hat(x: f64) -> Vec<Vec<Dot>> {
    let x = x.clamp(8.0, SIDE as f64 - 8.0);
    vec![
        line(&[[x - 5.8, 7.4], [x + 5.8, 7.4]], LINE),
        line(&[[x - 2.2, 4.7], [x + 2.2, 4.7]], 2.2),
    ]
}

/// A line below the digit.
fn underline() -> Vec<Vec<Dot>> {
    vec![line(&[[6.0, 25.4], [SIDE as f64 - 6.0, 25.2]], LINE)]
}

/// A frame around the image.
fn frame() -> Vec<Vec<Dot>> {
    let (low, high) = (0.9, SIDE as f64 - 0.9);
    vec![line(&[[low, low], [high, low], [high, high], [low, high], [low, low]], LINE)]
}

/// The heights at which glasses may be, in halves of a pixel.
const HEIGHTS: RangeInclusive<u32> = 8..=36;

/// The ink of the outline of glasses at every height where they may be.
pub fn glasses_outlines() -> &'static [Array2<f32>] {
    static OUTLINES: LazyLock<Vec<Array2<f32>>> = LazyLock::new(|| {
        HEIGHTS.map(|half| paint(&glasses(f64::from(half) / 2.0), (SIDE, SIDE))).collect()
    });
    &OUTLINES
}

/// The height of glasses on a digit between two rows: one of [`HEIGHTS`].
fn glasses_height(top: f64, bottom: f64) -> f64 {
    let [low, high] = [HEIGHTS.start(), HEIGHTS.end()].map(|half| f64::from(*half));
    (2.0 * (0.66 * top + 0.34 * bottom)).round().clamp(low, high) / 2.0
}

/// The outline of glasses at a height: two lenses, a bridge and temples.
fn glasses(y: f64) -> Vec<Vec<Dot>> {
    let lens = |x: f64| {
        let [a, b] = LENS;
        let corners =
            [[-a, -b], [a, -b], [a, 0.3 * b], [0.6 * a, b], [-0.6 * a, b], [-a, 0.3 * b], [-a, -b]];
        line(&corners.map(|[dx, dy]| [x + dx, y + dy]), RIM)
    };
    let side = |from: f64, to: f64| line(&[[MIDDLE + from, y - 1.4], [MIDDLE + to, y - 1.8]], RIM);
    let inner = APART - LENS[0];
    let outer = APART + LENS[0];
    vec![
        lens(MIDDLE - APART),
        lens(MIDDLE + APART),
        side(-inner, inner),
        side(outer, outer + 2.4),
        side(-outer, -outer - 2.4),
    ]
}

/// Darkens what is behind the lenses of glasses.
fn tint(y: f64, ink: &mut Array2<f32>) {
    for ((row, column), ink) in ink.indexed_iter_mut() {
        let dx = (column as f64 + 0.5 - MIDDLE).abs() - APART;
        let dy = row as f64 + 0.5 - y;
        if dx.abs() < LENS[0] && dy.abs() < LENS[1] {
            *ink *= THROUGH;
        }
    }
}
