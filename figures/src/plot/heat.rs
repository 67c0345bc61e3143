//! Colour maps as one embedded image each.

use super::mark::{Density, Regions};
use super::palette::{Colour, Role, Theme, mix};
use base64::Engine;
use ndarray::{Array2, ArrayView1, Axis};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// The largest side of an interpolated image, in pixels.
const SIDE: f64 = 480.0;

/// A pixel: a colour, or nothing where the value is NaN.
type Pixel = Option<Colour>;

/// The values of the map's ends: (0, top), or (−top, top) for a difference.
pub(super) fn range(density: &Density) -> (f64, f64) {
    let size = |v: f64| if density.diverging { v.abs() } else { v };
    let finite = density.values.iter().copied().map(size).filter(|v| v.is_finite());
    let top = density.top.unwrap_or_else(|| finite.fold(0.0, f64::max));
    let top = if top > 0.0 { top } else { 1.0 };
    (if density.diverging { -top } else { 0.0 }, top)
}

/// The colour of `u` on the map of a density: 0..1 on a sequential, −1..1 on a diverging one.
pub(super) fn colour(u: f64, density: &Density, theme: Theme) -> Colour {
    match (density.diverging, density.strong) {
        (true, _) => theme.diverging(u),
        (false, true) => theme.strong(u),
        (false, false) => theme.sequential(u),
    }
}

/// A density as a PNG for a space of `width` × `height` units.
pub(super) fn density(
    density: &Density,
    width: f64,
    height: f64,
    theme: Theme,
) -> Result<String, String> {
    const STEPS: f64 = 255.0;
    let (low, top) = range(density);
    let table: Vec<Colour> =
        (0..=510).map(|i| colour((f64::from(i) - STEPS) / STEPS, density, theme)).collect();
    let paint = |v: f64| {
        let u = (v / top).clamp(low / top, 1.0);
        u.is_finite().then(|| table[(u * STEPS + STEPS).round() as usize])
    };
    if !density.smooth {
        let (rows, cols) = density.values.dim();
        return png(cols, rows, |col, row| paint(density.values[(rows - 1 - row, col)]));
    }
    let (w, h) = pixels(width, height);
    let across = weights(density.values.ncols(), w);
    let down = weights(density.values.nrows(), h);
    png(w, h, |col, row| paint(blend(&density.values, across[col], down[h - 1 - row])))
}

/// Class regions as a PNG for a space of `width` × `height` units.
pub(super) fn regions(
    regions: &Regions,
    width: f64,
    height: f64,
    theme: Theme,
) -> Result<String, String> {
    let (rows, cols, _) = regions.probabilities.dim();
    let strength = if theme == Theme::Print { 0.3 } else { 0.55 };
    let mut channels = [0, 1, 2].map(|_| Array2::<f64>::zeros((rows, cols)));
    for (i, p) in regions.probabilities.lanes(Axis(2)).into_iter().enumerate() {
        let c = mixture(p, theme).map(|c| mix(theme.ground(), c, strength));
        let c = c.map_or([f64::NAN; 3], |Colour(r, g, b)| [r, g, b].map(f64::from));
        for (channel, value) in channels.iter_mut().zip(c) {
            channel[(i / cols, i % cols)] = value;
        }
    }
    let (w, h) = pixels(width, height);
    let (across, down) = (weights(cols, w), weights(rows, h));
    png(w, h, |col, row| {
        let [r, g, b] = [0, 1, 2].map(|i| blend(&channels[i], across[col], down[h - 1 - row]));
        (r + g + b).is_finite().then(|| Colour(r.round() as u8, g.round() as u8, b.round() as u8))
    })
}

/// The classes' colours, blended by probability.
fn mixture(p: ArrayView1<f64>, theme: Theme) -> Pixel {
    let mut sum = 0.0;
    let mut blend = None;
    for (class, &weight) in p.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        sum += weight;
        let own = Role::Class(class).colour(theme);
        blend = Some(blend.map_or(own, |so_far| mix(so_far, own, weight / sum)));
    }
    blend.filter(|_| p.iter().all(|v| v.is_finite()))
}

fn pixels(width: f64, height: f64) -> (usize, usize) {
    let shrink = (SIDE / width.max(height)).min(1.0);
    ((width * shrink).ceil().max(1.0) as usize, (height * shrink).ceil().max(1.0) as usize)
}

/// For each of `count` pixels: the node before it and how far it is towards the next.
fn weights(nodes: usize, count: usize) -> Vec<(usize, f64)> {
    let last = nodes.saturating_sub(1) as f64;
    let at = |i: usize| (i as f64 + 0.5) / count as f64 * last;
    let split = |v: f64| (v.floor().min((last - 1.0).max(0.0)) as usize, v);
    (0..count).map(at).map(split).map(|(node, v)| (node, v - node as f64)).collect()
}

/// Bilinear interpolation; nodes without weight do not count, even if they are NaN.
fn blend(values: &Array2<f64>, (col, u): (usize, f64), (row, v): (usize, f64)) -> f64 {
    let node = |r: usize, c: usize, w: f64| {
        if w == 0.0 { 0.0 } else { w * values.get((r, c)).copied().unwrap_or(f64::NAN) }
    };
    node(row, col, (1.0 - u) * (1.0 - v))
        + node(row, col + 1, u * (1.0 - v))
        + node(row + 1, col, (1.0 - u) * v)
        + node(row + 1, col + 1, u * v)
}

/// Encodes the pixels (column, row from the top) as a `data:` address.
pub(super) fn png(
    width: usize,
    height: usize,
    pixel: impl Fn(usize, usize) -> Pixel,
) -> Result<String, String> {
    let mut image = Pixmap::new(width as u32, height as u32)
        .ok_or("a colour map has no values; give it a grid")?;
    for (i, out) in image.pixels_mut().iter_mut().enumerate() {
        if let Some(Colour(r, g, b)) = pixel(i % width, i / width) {
            *out = PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap_or(*out);
        }
    }
    let bytes =
        image.encode_png().map_err(|why| format!("a colour map could not be encoded: {why}"))?;
    Ok(format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}
