//! The rows of `scorelab eval --caption`: whether images are what the caption asks for.

use super::metric_rows::{At, Rows};
use crate::judge::Yardstick;
use ndarray::Array2;
use scorelab::data::{Attribute, Caption};
use scorelab::metrics::{CaptionHits, Interval, Shown};

/// What each attribute's row is called, in the order of [`Attribute::ALL`].
const WORN: [&str; Attribute::ALL.len()] =
    ["bold", "tilted", "hat", "sunglasses", "underlined", "boxed"];

/// How often the digit, what it wears, and both are right in images (n, 28·28), and how often each attribute is there.
pub fn rows(rows: &mut Rows, at: At, pixels: &Array2<u8>, by: &Yardstick, caption: Caption) {
    let shown = Shown::in_images(pixels.view(), &by.classes(pixels), false);
    let hits = CaptionHits::of(&shown, &vec![caption; shown.len()]);
    rows.share(at, "digit_right", hits.digit);
    rows.share(at, "attributes_right", hits.attributes);
    rows.share(at, "all_right", hits.all);
    for (attribute, name) in Attribute::ALL.into_iter().zip(WORN) {
        let there = shown.iter().map(|s| s.attributes.has(attribute));
        rows.share(at, name, Interval::of_hits(there));
    }
}

/// The same of images that were held out: the ceiling of judge and measures.
pub fn ceiling(rows: &mut Rows, by: &Yardstick, caption: Caption) {
    let pixels = by.others();
    let shown = Shown::in_images(pixels.view(), &by.classes(pixels), false);
    let hits = CaptionHits::of(&shown, &vec![caption; shown.len()]);
    rows.share((None, None), "held_out_all_right", hits.all);
}
