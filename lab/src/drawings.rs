//! Images that the lab draws itself.

use ndarray::{Array2, ArrayViewMut1};
use rayon::prelude::*;
use scorelab::checkpoint::{Kind, Place, Recipe};
use scorelab::data::{Caption, ClassName, Glyphs, Images, digit_names};
use std::ops::Range;

/// What `--data` calls the drawn digits.
pub const DRAWN: &str = "digits";

/// Drawn digits, as many as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// Digits that wear nothing.
    Digits,
    /// Digits with captions; a class is a caption.
    Captions,
    /// Digits under every caption in turn, held out of a training or not; a class is the digit, whatever it wears. A classifier
    /// that never sees a zero with a hat would learn that what has a hat is no zero.
    Dressed,
}

impl Drawn {
    /// What is drawn at a place, if it is not read from files.
    pub fn at(place: &Place) -> Option<Drawn> {
        match place {
            Place::Images(name) if name == DRAWN => Some(Drawn::Digits),
            Place::Images(name) if name == Recipe::CAPTIONS => Some(Drawn::Captions),
            _ => None,
        }
    }

    /// As a network of this kind learns it: only that for captions has them as its classes.
    pub fn learned_by(self, model: Kind) -> Drawn {
        match self {
            Drawn::Captions | Drawn::Dressed if model != Kind::Caption => Drawn::Dressed,
            other => other,
        }
    }

    /// The name of its place.
    pub fn name(self) -> &'static str {
        if self == Drawn::Digits { DRAWN } else { Recipe::CAPTIONS }
    }

    /// What the classes are called.
    pub fn class_names(self) -> Vec<ClassName> {
        match self {
            Drawn::Digits | Drawn::Dressed => digit_names(),
            Drawn::Captions => Caption::short().map(Caption::name).collect(),
        }
    }

    /// The drawings of a range of indices.
    pub fn images(self, indices: Range<u64>, seed: u64) -> Images {
        let glyphs = Glyphs { seed };
        match self {
            Drawn::Digits => glyphs.images(indices),
            Drawn::Captions => glyphs.captioned_images(indices),
            Drawn::Dressed => dressed(glyphs, indices),
        }
    }

    /// The drawings of a range of indices; where a class is a caption and one is wanted, all are of it.
    pub fn images_of(self, class: Option<usize>, indices: Range<u64>, seed: u64) -> Images {
        match class.filter(|_| self == Drawn::Captions).and_then(Caption::of_label) {
            Some(caption) => Glyphs { seed }.images_as(indices, caption),
            None => self.images(indices, seed),
        }
    }
}

/// Digits under every caption in turn.
fn dressed(glyphs: Glyphs, indices: Range<u64>) -> Images {
    let captions: Vec<Caption> = Caption::short().collect();
    let none = glyphs.images(0..0);
    let drawn: Vec<(u64, Caption)> =
        indices.map(|i| (i, captions[(i % captions.len() as u64) as usize])).collect();
    let mut pixels = Array2::zeros((drawn.len(), none.height * none.width));
    let draw = |(mut row, (i, caption)): (ArrayViewMut1<u8>, &(u64, Caption))| {
        let drawing = glyphs.draw_as(*i, *caption);
        row.iter_mut().zip(drawing.pixels).for_each(|(own, pixel)| *own = pixel);
    };
    let rows: Vec<ArrayViewMut1<u8>> = pixels.outer_iter_mut().collect();
    rows.into_par_iter().zip(&drawn).for_each(draw);
    let labels = drawn.iter().map(|(_, caption)| caption.class).collect();
    Images { name: "dressed digits".into(), pixels, labels, ..none }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::ArrayView1;
    use scorelab::data::Attributes;

    #[test]
    fn a_classifier_sees_digits_under_every_caption_and_a_network_for_captions_not_those_held_out()
    {
        let [captions, dressed] = [Drawn::Captions, Drawn::Dressed].map(|d| d.images(0..220, 3));
        let wears = |pixels: ArrayView1<u8>, caption: Caption| {
            let pixels = pixels.to_vec().try_into().unwrap();
            Attributes::measured(&pixels) == caption.attributes
        };
        let all: Vec<Caption> = Caption::short().collect();
        let hits = |pixels: &Array2<u8>, first: usize| {
            let pairs = pixels.outer_iter().zip(all.iter().cycle().skip(first));
            pairs.filter(|(pixels, caption)| wears(*pixels, **caption)).count()
        };
        // the ceiling of the formulas is 98 %; the wrong twin: captions of the next drawings
        assert!(hits(&dressed.pixels, 0) > 200 && hits(&dressed.pixels, 1) < 100);
        let digits: Vec<usize> = all.iter().map(|caption| caption.class).collect();
        assert_eq!((dressed.labels, dressed.class_names), (digits, digit_names()));
        assert!(captions.labels.iter().all(|label| all[*label].is_seen()));
        let one = Drawn::Captions.images_of(Some(captions.labels[0]), 0..5, 3);
        assert_eq!(one.labels, [captions.labels[0]; 5]);
        assert_eq!(one.pixels.row(0), captions.pixels.row(0), "by the same hand");
    }
}
