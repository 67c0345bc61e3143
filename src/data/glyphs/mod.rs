//! Handwritten digits, drawn: images like those of MNIST without a file.

mod pen;
mod raster;
mod skeletons;

use super::{Images, digit_names};
use crate::rng::{Purpose, stream};
use ndarray::Array2;
use pen::Hand;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use skeletons::{FORMS, Form};
use std::ops::Range;

/// Lines and columns of an image.
pub const SIDE: usize = 28;

/// The longer side of a digit's ink (pixels).
const BOX: usize = 20;

/// An endless set of drawn digits: the drawing of an index depends on the seed and on that index alone.
///
/// A digit is one of several forms in which people write it, its points jittered, bent by a quadratic warp, slanted, turned,
/// widened and drawn with a pen of uneven width. As in MNIST (LeCun, Cortes and Burges) its ink fills a box of 20 × 20
/// pixels and its centre of mass is the middle of 28 × 28, to the nearest pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Glyphs {
    /// The seed of every drawing.
    pub seed: u64,
}

/// One drawn digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The image, 0 black to 255 white, line by line from the top.
    pub pixels: [u8; SIDE * SIDE],
    /// The digit.
    pub class: usize,
    /// What is particular about the form in which it is written.
    pub form: &'static str,
}

impl Glyphs {
    /// The drawing number `index`, of a digit that is drawn from 0 to 9 with equal chances.
    pub fn draw(&self, index: u64) -> Drawing {
        let mut rng = stream(self.seed, Purpose::Data, 0, index);
        let class = rng.random_range(0..FORMS.len());
        let form = choose(FORMS[class], &mut rng);
        let hand = Hand::random(&mut rng);
        let mut strokes = hand.write(form, &mut rng);
        raster::fit(&mut strokes, BOX as f64);
        Drawing { pixels: centred(&raster::paint(&strokes, BOX)), class, form: form.name }
    }

    /// The drawings of a range of indices.
    pub fn images(&self, indices: Range<u64>) -> Images {
        let n = indices.end.saturating_sub(indices.start) as usize;
        let mut pixels = Array2::zeros((n, SIDE * SIDE));
        let rows = pixels.as_slice_mut().expect("fresh arrays are in order");
        let labels = rows
            .par_chunks_mut(SIDE * SIDE)
            .enumerate()
            .map(|(i, row)| {
                let drawing = self.draw(indices.start + i as u64);
                row.copy_from_slice(&drawing.pixels);
                drawing.class
            })
            .collect();
        let name = "drawn digits".into();
        Images { name, height: SIDE, width: SIDE, pixels, labels, class_names: digit_names() }
    }
}

/// One of the forms, by their weights.
fn choose(forms: &'static [Form], rng: &mut ChaCha8Rng) -> &'static Form {
    let mut left = rng.random_range(0.0..forms.iter().map(|f| f.weight).sum());
    let mut reaches = |f: &&Form| {
        left -= f.weight;
        left < 0.0
    };
    forms.iter().find(|f| reaches(f)).unwrap_or(&forms[0])
}

/// Ink on an image, its centre of mass as near the middle as whole pixels allow.
fn centred(ink: &Array2<f32>) -> [u8; SIDE * SIDE] {
    let mass = ink.sum();
    let (mut x, mut y) = (0.0, 0.0);
    for ((row, column), ink) in ink.indexed_iter() {
        (x, y) = (x + ink * column as f32, y + ink * row as f32);
    }
    let most = (SIDE - ink.nrows()) as f32;
    let [left, top] = [x, y].map(|sum| {
        let shift = (SIDE - 1) as f32 / 2.0 - sum / mass;
        shift.round().clamp(0.0, most) as usize
    });
    let mut pixels = [0; SIDE * SIDE];
    for ((row, column), ink) in ink.indexed_iter() {
        pixels[SIDE * (top + row) + left + column] = (255.0 * ink).round() as u8;
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_depends_on_its_index_alone() {
        let glyphs = Glyphs { seed: 3 };
        let block = glyphs.images(90..130);
        for (row, index) in (90..130).enumerate() {
            let alone = glyphs.draw(index);
            assert_eq!(block.pixels.row(row).to_vec(), alone.pixels);
            assert_eq!(block.labels[row], alone.class);
        }
        assert_ne!(block.pixels, Glyphs { seed: 4 }.images(90..130).pixels);
        assert_ne!(block.pixels, glyphs.images(91..131).pixels);
    }
}
