//! Images that the lab draws itself.

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
    /// The same digits; a class is the digit, whatever it wears.
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
            Drawn::Dressed => {
                let images = glyphs.captioned_images(indices);
                let digit = |label: &usize| Caption::of_label(*label).expect("a label").class;
                let labels = images.labels.iter().map(digit).collect();
                Images { labels, class_names: digit_names(), ..images }
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captioned_digits_are_the_same_drawings_whatever_their_classes_are() {
        let [captions, dressed] = [Drawn::Captions, Drawn::Dressed].map(|d| d.images(0..200, 3));
        assert_eq!(captions.pixels, dressed.pixels);
        assert_ne!(captions.pixels, Drawn::Digits.images(0..200, 3).pixels, "the wrong twin");
        for (label, digit) in captions.labels.iter().zip(&dressed.labels) {
            let name = &captions.class_names[*label];
            let asked = Caption::parse(&name.en).unwrap();
            assert_eq!((asked.class, asked.label()), (*digit, Some(*label)), "{}", name.en);
        }
        let one = Drawn::Captions.images_of(Some(captions.labels[0]), 0..5, 3);
        assert_eq!(one.labels, [captions.labels[0]; 5]);
        assert_eq!(one.pixels.row(0), captions.pixels.row(0), "by the same hand");
    }
}
