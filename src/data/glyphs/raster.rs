//! From lines to pixels: fitted to a box and anti-aliased.

use super::pen::Dot;
use ndarray::Array2;

/// Lines and columns of an image.
pub const SIDE: usize = 28;

/// The pixels of an image, 0 black to 255 white, line by line from the top.
pub type Pixels = [u8; SIDE * SIDE];

/// How wide the grey edge of a line is (pixels).
const EDGE: f32 = 1.7;

/// Scales and shifts strokes so that the longer side of their ink, width included, is `size` pixels and its corner at the
/// origin.
///
/// Width and height of the ink are given back.
pub fn fit(strokes: &mut [Vec<Dot>], size: f64) -> [f64; 2] {
    let (mut low, mut high, mut radius) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2], 0f64);
    for dot in strokes.iter().flatten() {
        for j in 0..2 {
            low[j] = low[j].min(dot.at[j]);
            high[j] = high[j].max(dot.at[j]);
        }
        radius = radius.max(dot.radius);
    }
    let scale = (size - 2.0 * radius) / (high[0] - low[0]).max(high[1] - low[1]);
    for dot in strokes.iter_mut().flatten() {
        dot.at = [0, 1].map(|j| radius + scale * (dot.at[j] - low[j]));
    }
    [0, 1].map(|j| 2.0 * radius + scale * (high[j] - low[j]))
}

/// The ink of strokes on so many lines and columns, 0 to 1.
///
/// ```text
/// ink = clamp(½ + (r − d)/EDGE, 0, 1),   d: from the pixel's middle to the line, r: half the line's width
/// ```
pub fn paint(strokes: &[Vec<Dot>], size: (usize, usize)) -> Array2<f32> {
    let mut depth = Array2::from_elem(size, -EDGE);
    for stroke in strokes {
        stroke.windows(2).for_each(|ends| lay(ends[0], ends[1], &mut depth));
    }
    depth.mapv_into(|depth| (0.5 + depth / EDGE).clamp(0.0, 1.0))
}

/// Raises r − d to that of a straight piece, where its ink can reach.
fn lay(from: Dot, to: Dot, depth: &mut Array2<f32>) {
    let (lines, columns) = depth.dim();
    let reach = from.radius.max(to.radius) + f64::from(EDGE);
    let pixels = |j: usize, side: usize| {
        let side = side as f64;
        let low = from.at[j].min(to.at[j]) - reach;
        let high = from.at[j].max(to.at[j]) + reach;
        low.clamp(0.0, side) as usize..high.clamp(0.0, side) as usize
    };
    let [x0, y0] = from.at.map(|v| v as f32 - 0.5);
    let [dx, dy] = [0, 1].map(|j| (to.at[j] - from.at[j]) as f32);
    let (radius, growth) = (from.radius as f32, (to.radius - from.radius) as f32);
    let square = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    for row in pixels(1, lines) {
        for column in pixels(0, columns) {
            let (x, y) = (column as f32 - x0, row as f32 - y0);
            let t = ((x * dx + y * dy) / square).clamp(0.0, 1.0);
            let (x, y) = (x - t * dx, y - t * dy);
            let here = radius + t * growth - (x * x + y * y).sqrt();
            let pixel = &mut depth[[row, column]];
            *pixel = pixel.max(here);
        }
    }
}
