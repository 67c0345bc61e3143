//! How what a digit wears is told from the image.

use super::attributes::{Attribute, Attributes};
use super::raster::{Pixels, SIDE};
use super::wardrobe;
use Attribute::*;
use ndarray::Array2;
use std::ops::Range;

impl Attribute {
    /// How much of the attribute is in an image: the more, the likelier the attribute is there.
    ///
    /// ```text
    /// bold        share of the digit's ink that a 3 × 3 minimum leaves
    /// tilted      slope Cov(x, y) / Var(y) of the digit's ink, x to the right, y down
    /// hat         mean ink of the fullest 7 × 3 window where a crown may be
    /// sunglasses  mean ink on the outline of glasses, where it fits best
    /// underlined  mean ink where the line is
    /// boxed       mean ink on the faintest side of the frame
    /// ```
    ///
    /// The digit's ink is what is left when hat, glasses, underline and frame are taken away, where they are measured.
    pub fn measure(self, pixels: &Pixels) -> f64 {
        let ink = Ink(pixels);
        match self {
            Bold => ink.thick_share(),
            Tilted => ink.slope(),
            Hat => (5..SIDE - 11).map(|left| ink.mean(3..6, left..left + 7)).fold(0.0, f64::max),
            Sunglasses => ink.along_glasses().0,
            Underlined => ink.mean(25..26, 8..20),
            Boxed => {
                let (all, first, last) = (0..SIDE, 0..1, SIDE - 1..SIDE);
                let sides = [(&first, &all), (&last, &all), (&all, &first), (&all, &last)];
                sides
                    .map(|(rows, columns)| ink.mean(rows.clone(), columns.clone()))
                    .into_iter()
                    .fold(1.0, f64::min)
            }
        }
    }

    /// From which measure on the attribute is taken to be there.
    pub fn threshold(self) -> f64 {
        match self {
            Bold => 0.33,
            Tilted => 0.47,
            Hat => 0.94,
            Sunglasses => 0.92,
            Underlined => 0.6,
            Boxed => 0.3,
        }
    }

    /// Whether the attribute is in an image, by its measure.
    pub fn is_in(self, pixels: &Pixels) -> bool {
        self.measure(pixels) >= self.threshold()
    }
}

impl Attributes {
    /// The attributes that an image has, each by its measure. An image whose ink is not that of a drawing, as samples may
    /// have it, is [`normalised`] first.
    pub fn measured(pixels: &Pixels) -> Attributes {
        Attribute::ALL.into_iter().filter(|a| a.is_in(pixels)).collect()
    }
}

/// The image with its ink brought to that of a drawing: its 20th brightest pixel is white.
///
/// ```text
/// pixel ← min(255, 255·pixel/b),   b the 20th brightest
/// ```
///
/// The measures compare ink with fixed numbers, so an image that is paler by a tenth would fail them. A drawing is left
/// nearly as it is, and so is an image of which that pixel is black.
pub fn normalised(pixels: &Pixels) -> Pixels {
    const RANK: usize = 20;
    let mut sorted = *pixels;
    let (_, white, _) = sorted.select_nth_unstable_by(RANK - 1, |a, b| b.cmp(a));
    let white = f64::from(*white);
    let scale = if white > 0.0 { 255.0 / white } else { 1.0 };
    pixels.map(|p| (scale * f64::from(p)).round().min(255.0) as u8)
}

/// An image whose ink is asked for, 0 to 1.
struct Ink<'a>(&'a Pixels);

/// The first row below glasses, but for the faint edge of low ones.
const BELOW_GLASSES: usize = 17;

type Span = Range<usize>;

impl Ink<'_> {
    fn at(&self, row: usize, column: usize) -> f64 {
        f64::from(self.0[SIDE * row + column]) / 255.0
    }

    /// Its mean over a rectangle.
    fn mean(&self, rows: Span, columns: Span) -> f64 {
        let n = (rows.len() * columns.len()) as f64;
        pixels_of(rows, columns).map(|(row, column)| self.at(row, column)).sum::<f64>() / n
    }

    /// The image without hat, underline, frame and the outline of glasses, where they are measured (28·28).
    fn digit(&self) -> Vec<f64> {
        let has = |a: Attribute| a.is_in(self.0);
        let rows = if has(Hat) { 8 } else { 2 }..if has(Underlined) { 24 } else { SIDE - 2 };
        let columns = if has(Boxed) { 3..SIDE - 3 } else { 0..SIDE };
        let mut digit = vec![0.0; SIDE * SIDE];
        for (row, column) in pixels_of(rows, columns) {
            digit[SIDE * row + column] = self.at(row, column);
        }
        if has(Sunglasses) {
            let (_, outline) = self.along_glasses();
            digit.iter_mut().zip(outline).filter(|(_, o)| **o > 0.0).for_each(|(d, _)| *d = 0.0);
        }
        digit
    }

    fn thick_share(&self) -> f64 {
        // what is behind glasses or beside them looks thinner or thicker than it is
        let first = if Sunglasses.is_in(self.0) { BELOW_GLASSES } else { 1 };
        let digit = self.digit();
        let (mut left, mut all) = (0.0, f64::MIN_POSITIVE);
        for (row, column) in pixels_of(first..SIDE - 1, 1..SIDE - 1) {
            let ink = digit[SIDE * row + column];
            let square = || pixels_of(row - 1..row + 2, column - 1..column + 2);
            if ink > 0.0 {
                left += square().map(|(r, c)| self.at(r, c)).fold(1.0, f64::min);
                all += ink;
            }
        }
        left / all
    }

    fn slope(&self) -> f64 {
        let mut sums = [0.0; 5]; // of 1, x, y, xy, y²
        for (i, ink) in self.digit().into_iter().enumerate() {
            let (x, y) = ((i % SIDE) as f64, (i / SIDE) as f64);
            for (sum, term) in sums.iter_mut().zip([1.0, x, y, x * y, y * y]) {
                *sum += ink * term;
            }
        }
        let [n, x, y, xy, yy] = sums;
        (n * xy - x * y) / (n * yy - y * y).max(f64::MIN_POSITIVE)
    }

    /// Its mean over the outline of glasses, weighted with the outline's own ink, where it fits best; and that outline.
    fn along_glasses(&self) -> (f64, &'static Array2<f32>) {
        let share = |outline: &'static Array2<f32>| {
            let (mut on, mut all) = (0.0, 0.0);
            for (o, ink) in outline.iter().zip(self.0) {
                let o = f64::from(*o);
                (on, all) = (on + o * o.min(f64::from(*ink) / 255.0), all + o * o);
            }
            (on / all, outline)
        };
        let shares = wardrobe::glasses_outlines().iter().map(share);
        shares.max_by(|a, b| a.0.total_cmp(&b.0)).expect("there are heights")
    }
}

fn pixels_of(rows: Span, columns: Span) -> impl Iterator<Item = (usize, usize)> {
    rows.flat_map(move |row| columns.clone().map(move |column| (row, column)))
}
