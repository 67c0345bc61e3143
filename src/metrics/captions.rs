//! Whether images are what their captions ask for.

use super::Interval;
use crate::data::{Attribute, Attributes, Caption, normalised};
use ndarray::ArrayView2;

/// What an image shows: a digit, as a judge sees it, and what it wears, as its pixels are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The digit; none if the judge cannot tell.
    pub class: Option<usize>,
    /// What it wears.
    pub attributes: Attributes,
}

impl Shown {
    /// What images show: `pixels` (n, 28·28) with the digit of each, as [`Judge::classes`](super::Judge::classes) has it → (n).
    ///
    /// Each image is [`normalised`] before it is measured, unless `raw` says not to.
    ///
    /// # Panics
    /// If the images have another size, or there is not one digit for each.
    pub fn in_images(pixels: ArrayView2<u8>, classes: &[Option<usize>], raw: bool) -> Vec<Shown> {
        assert_eq!(pixels.nrows(), classes.len(), "a digit for each image");
        let one = |(row, class): (ndarray::ArrayView1<u8>, &Option<usize>)| {
            let pixels = row.to_vec().try_into().expect("28·28 pixels");
            let attributes = if raw {
                Attributes::measured(&pixels)
            } else {
                Attributes::measured(&normalised(&pixels))
            };
            Shown { class: *class, attributes }
        };
        pixels.outer_iter().zip(classes).map(one).collect()
    }
}

/// How often images show what their captions ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptionHits {
    /// The digit.
    pub digit: Interval,
    /// All that it wears, and nothing else.
    pub attributes: Interval,
    /// Both.
    pub all: Interval,
    /// Each attribute among the images that ask for it, in the order of [`Attribute::ALL`]; none where none do.
    pub worn: [Option<Interval>; Attribute::ALL.len()],
    /// Each attribute being absent among the images that do not ask for it.
    pub absent: [Option<Interval>; Attribute::ALL.len()],
}

impl CaptionHits {
    /// The shares of the images that show what is wanted of them.
    ///
    /// # Panics
    /// If there is no image, or not a caption for each.
    pub fn of(shown: &[Shown], wanted: &[Caption]) -> CaptionHits {
        assert_eq!(shown.len(), wanted.len(), "a caption for each image");
        let share = |hit: fn(&Shown, &Caption) -> bool| {
            Interval::of_hits(shown.iter().zip(wanted).map(|(s, w)| hit(s, w)))
        };
        let each = |asked: bool| {
            Attribute::ALL.map(|a| {
                let those = shown.iter().zip(wanted).filter(|(_, w)| w.attributes.has(a) == asked);
                let hits: Vec<bool> = those.map(|(s, _)| s.attributes.has(a) == asked).collect();
                (!hits.is_empty()).then(|| Interval::of_hits(hits))
            })
        };
        let digit = |s: &Shown, w: &Caption| s.class == Some(w.class);
        CaptionHits {
            digit: share(digit),
            attributes: share(|s, w| s.attributes == w.attributes),
            all: share(|s, w| s.class == Some(w.class) && s.attributes == w.attributes),
            worn: each(true),
            absent: each(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Glyphs;

    #[test]
    fn drawings_show_their_captions_and_not_those_of_others() {
        const N: usize = 400;
        let drawn = Glyphs { seed: 6 }.captioned_images(0..N as u64);
        let wanted: Vec<Caption> =
            drawn.labels.iter().map(|label| Caption::of_label(*label).unwrap()).collect();
        let told: Vec<Option<usize>> = wanted.iter().map(|caption| Some(caption.class)).collect();
        let shown = Shown::in_images(drawn.pixels.view(), &told, false);
        let own = CaptionHits::of(&shown, &wanted);
        assert_eq!(own.digit.value, 1.0);
        // the ceiling of the formulas is 98.2 %
        assert!(own.all.value > 0.982 - 5.0 * (0.982f64 * 0.018 / N as f64).sqrt(), "{own:?}");
        assert_eq!(own.all, own.attributes);
        assert!(own.worn.iter().chain(&own.absent).all(|share| share.unwrap().value > 0.9));
        // the wrong twin: captions of other images
        let others: Vec<Caption> = wanted.iter().cycle().skip(1).take(N).copied().collect();
        let twin = CaptionHits::of(&shown, &others);
        assert!(twin.digit.value < 0.2 && twin.attributes.value < 0.3, "{twin:?}");
        assert!(twin.all.value < 0.1);
        // a judge that cannot tell is never right
        let shown = Shown::in_images(drawn.pixels.view(), &vec![None; N], false);
        assert_eq!(CaptionHits::of(&shown, &wanted).all.value, 0.0);
    }

    #[test]
    fn pale_drawings_are_measured_right_only_when_normalised() {
        let drawn = Glyphs { seed: 6 }.captioned_images(0..200);
        let pale = drawn.pixels.mapv(|p| (0.8 * f64::from(p)) as u8);
        let wanted: Vec<Caption> =
            drawn.labels.iter().map(|label| Caption::of_label(*label).unwrap()).collect();
        let right = |raw| {
            let shown = Shown::in_images(pale.view(), &vec![None; 200], raw);
            CaptionHits::of(&shown, &wanted).attributes.value
        };
        let (normalised, raw) = (right(false), right(true));
        let error = ((normalised * (1.0 - normalised) + raw * (1.0 - raw)) / 200.0f64).sqrt();
        assert!(normalised > 0.9 && normalised - raw > 5.0 * error, "{normalised} {raw} {error}");
    }
}
