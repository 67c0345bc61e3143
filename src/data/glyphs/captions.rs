//! Captions of drawn digits, said in English and in Vietnamese.

use super::attributes::{Attribute::*, Attributes};
use crate::data::{ClassName, digit_names};
use std::fmt::Write;

/// A digit and what it wears, as words say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caption {
    /// The digit.
    pub class: usize,
    /// What it wears.
    pub attributes: Attributes,
}

impl Caption {
    /// Every caption there is: each digit with each set of attributes.
    pub fn every() -> impl Iterator<Item = Caption> {
        (0..10).flat_map(|class| {
            Attributes::every().map(move |attributes| Caption { class, attributes })
        })
    }

    /// The caption in both languages.
    pub fn name(self) -> ClassName {
        ClassName { en: self.english(), vi: self.vietnamese() }
    }

    /// The caption in English.
    ///
    /// ```text
    /// a [bold] [tilted] DIGIT [with a hat | wearing sunglasses | wearing a hat and sunglasses] [, MARKS]
    /// MARKS: underlined | boxed | underlined and boxed
    /// ```
    pub fn english(self) -> String {
        let has = |a| self.attributes.has(a);
        let digit = &digit_names()[self.class].en;
        let first = if has(Bold) || has(Tilted) { "" } else { digit };
        let mut words = String::from(if first.starts_with('e') { "an" } else { "a" });
        for (wanted, word) in [(has(Bold), "bold"), (has(Tilted), "tilted"), (true, digit)] {
            if wanted {
                let _ = write!(words, " {word}");
            }
        }
        words += match (has(Hat), has(Sunglasses)) {
            (true, true) => " wearing a hat and sunglasses",
            (true, false) => " with a hat",
            (false, true) => " wearing sunglasses",
            (false, false) => "",
        };
        words + &marks([has(Underlined), has(Boxed)], ["underlined", "boxed"], "and")
    }

    /// The caption in Vietnamese.
    ///
    /// ```text
    /// số DIGIT [đậm] [nghiêng] [đội mũ | đeo kính râm | đội mũ và đeo kính râm] [, MARKS]
    /// MARKS: gạch chân | đóng khung | gạch chân và đóng khung
    /// ```
    pub fn vietnamese(self) -> String {
        let has = |a| self.attributes.has(a);
        let mut words = format!("số {}", digit_names()[self.class].vi);
        for (wanted, word) in [(has(Bold), "đậm"), (has(Tilted), "nghiêng")] {
            if wanted {
                let _ = write!(words, " {word}");
            }
        }
        words += match (has(Hat), has(Sunglasses)) {
            (true, true) => " đội mũ và đeo kính râm",
            (true, false) => " đội mũ",
            (false, true) => " đeo kính râm",
            (false, false) => "",
        };
        words + &marks([has(Underlined), has(Boxed)], ["gạch chân", "đóng khung"], "và")
    }
}

/// The end of a caption: a comma and what is around the digit, or nothing.
fn marks(has: [bool; 2], names: [&str; 2], and: &str) -> String {
    match has {
        [true, true] => format!(", {} {and} {}", names[0], names[1]),
        [true, false] => format!(", {}", names[0]),
        [false, true] => format!(", {}", names[1]),
        [false, false] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Attribute;

    fn caption(class: usize, attributes: &[Attribute]) -> Caption {
        Caption { class, attributes: attributes.iter().copied().collect() }
    }

    #[test]
    fn captions_read_like_a_person_would_write_them() {
        for (class, attributes, en, vi) in [
            (3, vec![], "a three", "số ba"),
            (8, vec![], "an eight", "số tám"),
            (3, vec![Sunglasses], "a three wearing sunglasses", "số ba đeo kính râm"),
            (
                8,
                vec![Bold, Hat, Underlined],
                "a bold eight with a hat, underlined",
                "số tám đậm đội mũ, gạch chân",
            ),
            (
                0,
                Attribute::ALL.to_vec(),
                "a bold tilted zero wearing a hat and sunglasses, underlined and boxed",
                "số không đậm nghiêng đội mũ và đeo kính râm, gạch chân và đóng khung",
            ),
        ] {
            let caption = caption(class, &attributes);
            assert_eq!((caption.english().as_str(), caption.vietnamese().as_str()), (en, vi));
        }
    }
}
