//! Which captions a training sees, and which it is asked about only afterwards.

use super::attributes::{Attribute, Attribute::*, Attributes};
use super::captions::Caption;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The most attributes of a caption that a training sees.
const MOST: usize = 2;

/// Pairs of attributes that no training sees together. The last two share pixels, the others do not.
pub const HELD_OUT_PAIRS: [[Attribute; 2]; 3] =
    [[Bold, Underlined], [Hat, Boxed], [Tilted, Sunglasses]];

impl Caption {
    /// The captions with at most two attributes, in one order: 220.
    pub fn short() -> impl Iterator<Item = Caption> {
        Caption::every().filter(|c| c.is_short())
    }

    /// Its number among [`Caption::short`], by which images with captions are labelled; none if it has more attributes.
    pub fn label(self) -> Option<usize> {
        Caption::short().position(|c| c == self)
    }

    /// The caption with that number; none if there are not so many.
    pub fn of_label(label: usize) -> Option<Caption> {
        Caption::short().nth(label)
    }

    fn is_short(self) -> bool {
        self.attributes.iter().count() <= MOST
    }

    /// The held-out cell of a digit: the attribute that no training sees it wear.
    ///
    /// ```text
    /// digit d never wears attribute number (d + 2) mod 6
    /// ```
    ///
    /// So every digit has one, and every attribute is missing from one digit or two.
    pub fn held_out_cell(class: usize) -> Attribute {
        Attribute::ALL[(class + 2) % Attribute::ALL.len()]
    }

    /// Whether the digit wears what no training sees it wear.
    pub fn is_in_held_out_cell(self) -> bool {
        self.attributes.has(Caption::held_out_cell(self.class))
    }

    /// The pair of attributes among them that no training sees together.
    pub fn held_out_pair(self) -> Option<[Attribute; 2]> {
        HELD_OUT_PAIRS.into_iter().find(|pair| pair.iter().all(|a| self.attributes.has(*a)))
    }

    /// Whether a training sees the caption: at most two attributes, no held-out pair, and not in a held-out cell.
    pub fn is_seen(self) -> bool {
        self.is_short() && !self.is_in_held_out_cell() && self.held_out_pair().is_none()
    }

    /// A caption that a training sees, of this digit: none, one or two attributes with equal chances, and then each set of so
    /// many with equal chances.
    pub(super) fn seen(class: usize, rng: &mut ChaCha8Rng) -> Caption {
        let many = rng.random_range(0..=MOST);
        let sets = Attributes::every().filter(|set| set.iter().count() == many);
        let seen: Vec<Caption> = sets
            .map(|attributes| Caption { class, attributes })
            .filter(|caption| caption.is_seen())
            .collect();
        *seen.choose(rng).expect("every digit is seen with none, one and two attributes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_training_sees_every_attribute_and_every_digit_but_no_cell_and_no_pair_that_is_held_out() {
        let seen: Vec<Caption> = Caption::short().filter(|c| c.is_seen()).collect();
        assert_eq!((Caption::short().count(), seen.len()), (220, 140));
        let cells: Vec<(usize, Attribute)> =
            (0..10).map(|d| (d, Caption::held_out_cell(d))).collect();
        for attribute in Attribute::ALL {
            let missing = cells.iter().filter(|(_, a)| *a == attribute).count();
            assert!((1..=2).contains(&missing), "{attribute:?}: {missing}");
        }
        let worn = |c: &Caption, d: usize, a: Attribute| c.class == d && c.attributes.has(a);
        for (digit, attribute) in (0..10).flat_map(|d| Attribute::ALL.map(|a| (d, a))) {
            let times = seen.iter().filter(|c| worn(c, digit, attribute)).count();
            assert_eq!(
                times == 0,
                cells.contains(&(digit, attribute)),
                "{digit} {attribute:?}: {times}"
            );
        }
        // the examples of the lecture are seen
        for text in ["a three wearing sunglasses", "a seven wearing a hat"] {
            assert!(Caption::parse(text).unwrap().is_seen(), "{text}");
        }
    }

    #[test]
    fn drawings_of_a_training_wear_none_one_or_two_equally_often() {
        const N: u64 = 6000;
        let glyphs = super::super::Glyphs { seed: 5 };
        let mut counts = BTreeMap::new();
        for i in 0..N {
            let caption = glyphs.captioned(i).caption;
            assert!(caption.is_seen());
            *counts.entry(caption.attributes.iter().count()).or_insert(0.0) += 1.0;
        }
        let n = N as f64;
        let off = |share: f64, p: f64| (share - p).abs() / (p * (1.0 - p) / n).sqrt();
        for (many, count) in &counts {
            assert!(off(count / n, 1.0 / 3.0) < 4.0, "{many}: {count}");
        }
        // the wrong twin: the share of each number among the sets that are seen
        assert!(off(counts[&0] / n, 10.0 / 140.0) > 4.0);
    }
}
