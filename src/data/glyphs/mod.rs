//! Handwritten digits, drawn: images like those of MNIST without a file, and what the digits may wear.

mod attributes;
mod captions;
mod held_out;
mod measures;
mod pen;
mod raster;
mod skeletons;
mod wardrobe;
mod words;

pub use attributes::{Attribute, Attributes};
pub use captions::Caption;
pub use held_out::HELD_OUT_PAIRS;
pub use measures::normalised;

use super::{Images, digit_names};
use crate::parallel::each;
use crate::rng::{Purpose, stream};
use ndarray::Array2;
use pen::Hand;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use raster::SIDE;
use skeletons::{FORMS, Form};
use std::ops::Range;

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
    /// The image, 0 black to 255 white, line by line from the top (28·28).
    pub pixels: [u8; SIDE * SIDE],
    /// The digit and what it wears.
    pub caption: Caption,
    /// What is particular about the form in which the digit is written.
    pub form: &'static str,
}

impl Glyphs {
    /// The drawing number `index`: a digit from 0 to 9, with equal chances, that wears nothing.
    pub fn draw(&self, index: u64) -> Drawing {
        self.draw_as(index, Caption { class: self.class(index), attributes: Attributes::NONE })
    }

    /// The drawing number `index`, wearing each attribute with chance ½.
    pub fn dressed(&self, index: u64) -> Drawing {
        let mut rng = stream(self.seed, Purpose::Data, 2, index);
        let attributes = Attribute::ALL.into_iter().filter(|_| rng.random()).collect();
        self.draw_as(index, Caption { class: self.class(index), attributes })
    }

    /// The drawing number `index` of a training with captions, which [`Caption::is_seen`] describes.
    pub fn captioned(&self, index: u64) -> Drawing {
        let mut rng = stream(self.seed, Purpose::Data, 3, index);
        self.draw_as(index, Caption::seen(self.class(index), &mut rng))
    }

    /// What a caption asks for, by the hand of number `index`.
    ///
    /// The same digit of the same index is the same writing, whatever it wears: only the pen of a bold one is thicker, a
    /// tilted one is sheared, and the writing makes room for hat, underline and frame.
    pub fn draw_as(&self, index: u64, caption: Caption) -> Drawing {
        let mut rng = stream(self.seed, Purpose::Data, 1, index);
        let form = choose(FORMS[caption.class], &mut rng);
        let hand = Hand::random(&mut rng).wearing(caption.attributes);
        let mut strokes = hand.write(form, &mut rng);
        if caption.attributes.has(Attribute::Tilted) {
            pen::tilt(&mut strokes);
        }
        Drawing { pixels: wardrobe::dress(strokes, caption.attributes), caption, form: form.name }
    }

    /// The digit of an index.
    fn class(&self, index: u64) -> usize {
        stream(self.seed, Purpose::Data, 0, index).random_range(0..FORMS.len())
    }

    /// The drawings of a range of indices, wearing nothing.
    pub fn images(&self, indices: Range<u64>) -> Images {
        let (pixels, captions) = drawn(indices, |i| self.draw(i));
        let labels = captions.into_iter().map(|caption| caption.class).collect();
        let (name, class_names) = ("drawn digits".into(), digit_names());
        Images { name, height: SIDE, width: SIDE, pixels, labels, class_names }
    }

    /// The drawings of a range of indices, [`captioned`](Self::captioned); a class is a caption, in the order of
    /// [`Caption::short`].
    pub fn captioned_images(&self, indices: Range<u64>) -> Images {
        labelled_by_captions(drawn(indices, |i| self.captioned(i)))
    }

    /// What one caption asks for, by the hands of a range of indices, as [`draw_as`](Self::draw_as); a class is a caption, in
    /// the order of [`Caption::short`].
    ///
    /// # Panics
    /// If the caption has more than two attributes.
    pub fn images_as(&self, indices: Range<u64>, caption: Caption) -> Images {
        labelled_by_captions(drawn(indices, |i| self.draw_as(i, caption)))
    }
}

/// Images of which a class is a caption.
fn labelled_by_captions((pixels, captions): (Array2<u8>, Vec<Caption>)) -> Images {
    let all: Vec<Caption> = Caption::short().collect();
    let place = |caption| all.iter().position(|c| *c == caption).expect("a short caption");
    let labels = captions.into_iter().map(place).collect();
    let class_names = all.iter().map(|c| c.name()).collect();
    let name = "captioned digits".into();
    Images { name, height: SIDE, width: SIDE, pixels, labels, class_names }
}

/// The pixels (n, 28·28) and the captions of a range of drawings.
fn drawn(indices: Range<u64>, draw: impl Fn(u64) -> Drawing + Sync) -> (Array2<u8>, Vec<Caption>) {
    let n = indices.end.saturating_sub(indices.start) as usize;
    let mut pixels = Array2::zeros((n, SIDE * SIDE));
    let rows = pixels.as_slice_mut().expect("fresh arrays are in order");
    let one = |(i, row): (usize, &mut [u8])| {
        let drawing = draw(indices.start + i as u64);
        row.copy_from_slice(&drawing.pixels);
        drawing.caption
    };
    let captions = each(rows.chunks_mut(SIDE * SIDE).enumerate(), one);
    (pixels, captions)
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

#[cfg(test)]
mod tests;
