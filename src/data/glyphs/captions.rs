//! Captions of drawn digits in English and Vietnamese, and what a caption asks for.

use super::attributes::{Attribute::*, Attributes};
use crate::data::{did_you_mean, digit_names};
use crate::{Error, Result};
use std::fmt::Write;
use std::sync::LazyLock;

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

    /// What a caption in either language asks for; [`english`](Self::english) and [`vietnamese`](Self::vietnamese)
    /// backwards.
    ///
    /// The captions that begin with the words read so far are kept, word by word, until one of them is read whole.
    /// Letter case and the amount of space are free.
    ///
    /// # Errors
    /// At the first word with which no caption continues, or if the text ends too soon; the message names the word,
    /// those that would fit, and the nearest of them.
    pub fn parse(text: &str) -> Result<Caption> {
        let mut left: Vec<&Spelt> = SPELT.iter().collect();
        let given = words(text);
        for (k, word) in given.iter().enumerate() {
            let goes_on = |spelt: &&Spelt| spelt.words.get(k) == Some(word);
            let kept: Vec<&Spelt> = left.iter().copied().filter(goes_on).collect();
            if kept.is_empty() {
                let next = next_words(&left, k);
                let hint = did_you_mean(word, next.iter().map(String::as_str));
                let what = format!("word {} of the caption", k + 1);
                return Err(Error::value(what, format!("{:?}", cut(word)), one_of(&next) + &hint));
            }
            left = kept;
        }
        match left.iter().find(|spelt| spelt.words.len() == given.len()) {
            Some(spelt) => Ok(spelt.caption),
            None => {
                let must =
                    format!("longer: the next word is {}", one_of(&next_words(&left, given.len())));
                Err(Error::value("the caption", format!("{:?}", given.join(" ")), must))
            }
        }
    }
}

/// A caption and its words in one of the languages.
struct Spelt {
    words: Vec<String>,
    caption: Caption,
}

/// Every caption in both languages.
static SPELT: LazyLock<Vec<Spelt>> = LazyLock::new(|| {
    let both = |c: Caption| [c.english(), c.vietnamese()].map(|text| (words(&text), c));
    let all = Caption::every().flat_map(both);
    all.map(|(words, caption)| Spelt { words, caption }).collect()
});

/// The end of a caption: a comma and what is around the digit, or nothing.
fn marks(has: [bool; 2], names: [&str; 2], and: &str) -> String {
    match has {
        [true, true] => format!(", {} {and} {}", names[0], names[1]),
        [true, false] => format!(", {}", names[0]),
        [false, true] => format!(", {}", names[1]),
        [false, false] => String::new(),
    }
}

/// The words of a text in small letters, a comma a word of its own.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase().replace(',', " , ").split_whitespace().map(String::from).collect()
}

/// The words that these captions have at place `k`, each once, in the order of their first appearance.
fn next_words(captions: &[&Spelt], k: usize) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for word in captions.iter().filter_map(|spelt| spelt.words.get(k)) {
        if !once.contains(word) {
            once.push(word.clone());
        }
    }
    once
}

/// What may stand here, for a message.
fn one_of(words: &[String]) -> String {
    match words {
        [] => "left out: the caption is complete before it".into(),
        [word] => format!("{word:?}"),
        _ => format!("one of {}", words.join(" ")),
    }
}

/// A word short enough for a message.
fn cut(word: &str) -> String {
    const LONGEST: usize = 24;
    if word.chars().count() <= LONGEST {
        return word.into();
    }
    word.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Attribute;
    use crate::file::damage::damaged;
    use crate::rng::{Purpose, stream};
    use rayon::prelude::*;

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

    #[test]
    fn every_caption_is_parsed_back_in_both_languages() {
        let every: Vec<Caption> = Caption::every().collect();
        assert_eq!(every.len(), 640);
        for caption in every {
            for text in [caption.english(), caption.vietnamese()] {
                assert_eq!(Caption::parse(&text).unwrap(), caption, "{text}");
            }
            let other = Caption { class: (caption.class + 1) % 10, ..caption };
            assert_ne!(other.english(), caption.english());
        }
        assert_eq!(Caption::parse("  Số  TÁM,GẠCH chân ").unwrap(), caption(8, &[Underlined]));
    }

    #[test]
    fn a_wrong_caption_is_refused_where_it_goes_wrong() {
        let message = |text: &str| Caption::parse(text).unwrap_err().to_string();
        assert_eq!(
            message("a bald three"),
            "word 2 of the caption is \"bald\", but it must be one of zero bold tilted one two three four five six seven \
             nine (did you mean \"bold\"?)"
        );
        assert_eq!(
            message("a three wearing"),
            "the caption is \"a three wearing\", but it must be longer: the next word is one of sunglasses a"
        );
        assert!(message("số bà").contains("did you mean \"ba\"?"));
        assert!(message("a three underlined").contains("word 3"), "the comma belongs to it");
        for wrong in [
            "",
            "three",
            "a eight",
            "an three",
            "a three three",
            "số three",
            "a three, boxed and underlined",
        ] {
            assert_eq!(message(wrong).lines().count(), 1, "{wrong:?}");
        }
        assert!(message(&"x".repeat(100_000)).len() < 300);
        assert!(message(&format!("a three {}", "\n y".repeat(100_000))).len() < 300);
    }

    #[test]
    fn no_damage_to_a_caption_is_a_panic() {
        const MANY: usize = 100_000;
        let every: Vec<String> =
            Caption::every().flat_map(|c| [c.english(), c.vietnamese()]).collect();
        let words = [
            ",", " ", "\n", "\u{0}", "a", "số", "and", "và", "boxed", "đeo", "\u{301}", "İ", "ß",
            "👒",
        ];
        let read = |i: usize| {
            let mut rng = stream(10, Purpose::Reference, 0, i as u64);
            let bytes = damaged(every[i % every.len()].as_bytes(), &words, &mut rng);
            let text = String::from_utf8_lossy(&bytes);
            let caption = match Caption::parse(&text) {
                Ok(caption) => caption,
                Err(e) => return Some(e.to_string()),
            };
            // what is read is what it says
            let said = super::words(&text);
            assert!(
                [caption.english(), caption.vietnamese()].iter().any(|t| super::words(t) == said),
                "{text:?}"
            );
            None
        };
        let told: Vec<Option<String>> = (0..MANY).into_par_iter().map(read).collect();
        let refused: Vec<&String> = told.iter().flatten().collect();
        assert!(
            refused.iter().all(|why| why.lines().count() == 1 && why.len() < 600),
            "each is one sentence"
        );
        assert!(
            refused.len() > 50_000 && MANY - refused.len() > 1_000,
            "{} refused",
            refused.len()
        );
    }
}
