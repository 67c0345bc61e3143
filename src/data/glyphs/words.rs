//! What the words of a caption mean, in English and Vietnamese, and the tokens that a network reads.

use super::attributes::Attribute::{self, *};
use super::captions::Caption;
use crate::condition::Condition;
use crate::data::{ClassName, did_you_mean, digit_names};
use crate::text::composed;
use crate::{Error, Result};
use std::sync::LazyLock;

/// The most words of a caption; the longest that the lab writes has 15.
const MOST_WORDS: usize = 32;

/// What an attribute is called, in English and Vietnamese.
const WORN: [(Attribute, &str, &str); 6] = [
    (Bold, "bold", "đậm"),
    (Tilted, "tilted", "nghiêng"),
    (Hat, "hat", "mũ"),
    (Sunglasses, "sunglasses", "kính râm"),
    (Underlined, "underlined", "gạch chân"),
    (Boxed, "boxed", "đóng khung"),
];

/// Words that a caption has for the sake of its language, and that ask for nothing.
const LINKS: [&str; 12] =
    ["a", "an", "the", "digit", "with", "wearing", "and", "và", "chữ", "số", "đội", "đeo"];

/// What a phrase asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meaning {
    Nothing,
    Digit(usize),
    Worn(Attribute),
}

/// Every phrase, word by word, and its meaning; none is the beginning of another.
static PHRASES: LazyLock<Vec<(Vec<String>, Meaning)>> = LazyLock::new(|| {
    let digits = digit_names().into_iter().enumerate().flat_map(|(d, name)| {
        [name.en, name.vi, d.to_string()].map(|name| (name, Meaning::Digit(d)))
    });
    let worn =
        WORN.iter().flat_map(|(a, en, vi)| [en, vi].map(|n| (n.to_string(), Meaning::Worn(*a))));
    let links = LINKS.iter().map(|word| (word.to_string(), Meaning::Nothing));
    let phrase =
        |(name, meaning): (String, Meaning)| (name.split(' ').map(String::from).collect(), meaning);
    digits.chain(worn).chain(links).map(phrase).collect()
});

impl Attribute {
    /// What it is called in the captions of both languages.
    pub fn name(self) -> ClassName {
        let (_, en, vi) = WORN[self as usize];
        ClassName { en: en.into(), vi: vi.into() }
    }
}

impl Caption {
    /// The number of different tokens: the ten digits and what they may wear.
    pub const VOCABULARY: usize = 10 + Attribute::ALL.len();

    /// What a caption asks for, in either language; [`english`](Self::english) and [`vietnamese`](Self::vietnamese)
    /// backwards.
    ///
    /// The digit and what it wears may come in any order. Letter case, the Unicode form (composed or not), commas and the
    /// amount of space are free; a digit may also be written as a numeral.
    ///
    /// # Errors
    /// If there is no word, more than 32, an unknown one (the message has the nearest known one), no digit, or two.
    pub fn parse(text: &str) -> Result<Caption> {
        let words = words(text)?;
        let (mut class, mut worn, mut at) = (None, Vec::new(), 0);
        while at < words.len() {
            let (length, meaning) = phrase(&words, at)?;
            match meaning {
                Meaning::Nothing => {}
                Meaning::Worn(attribute) => worn.push(attribute),
                Meaning::Digit(digit) if class.is_some_and(|c| c != digit) => {
                    let what = format!("word {} of the caption", at + 1);
                    let must = "left out: the caption has its digit before it";
                    return Err(Error::value(what, format!("{:?}", words[at]), must));
                }
                Meaning::Digit(digit) => class = Some(digit),
            }
            at += length;
        }
        match class {
            Some(class) => Ok(Caption { class, attributes: worn.into_iter().collect() }),
            None => {
                let must = "one that names a digit, as \"a three wearing sunglasses\" does";
                Err(Error::value("the caption", format!("{:?}", words.join(" ")), must))
            }
        }
    }

    /// The caption as a network reads it: a token for the digit, and one for each thing that it wears, in the order of
    /// [`Attribute::ALL`].
    ///
    /// ```text
    /// digit d ↦ d,   attribute number k ↦ 10 + k
    /// ```
    ///
    /// A caption is a set, so every text of it, in either language, has the same tokens.
    pub fn tokens(self) -> Vec<usize> {
        let worn = self.attributes.iter().map(|a| 10 + a as usize);
        std::iter::once(self.class).chain(worn).collect()
    }
}

impl From<Caption> for Condition {
    fn from(caption: Caption) -> Self {
        Condition::words(caption.tokens())
    }
}

/// The words of a text in small composed letters.
fn words(text: &str) -> Result<Vec<String>> {
    let between = |c: char| c == ',' || c.is_whitespace();
    let words: Vec<&str> = text.split(between).filter(|word| !word.is_empty()).collect();
    let must =
        |must: &str| Err(Error::value("the number of words of the caption", words.len(), must));
    match words.len() {
        0 => must("at least 1, as in \"a three wearing sunglasses\""),
        n if n > MOST_WORDS => must(&format!("at most {MOST_WORDS}")),
        _ => Ok(words.iter().map(|word| composed(&word.to_lowercase())).collect()),
    }
}

/// The phrase that begins at a word: its length in words, and its meaning.
fn phrase(words: &[String], at: usize) -> Result<(usize, Meaning)> {
    let rest = &words[at..];
    if let Some((phrase, meaning)) = PHRASES.iter().find(|(phrase, _)| rest.starts_with(phrase)) {
        return Ok((phrase.len(), *meaning));
    }
    let wrong = |k: usize, must: String| {
        let what = format!("word {} of the caption", at + k + 1);
        let word = rest.get(k).map_or("missing".into(), |word| format!("{:?}", cut(word)));
        Err(Error::value(what, word, must))
    };
    // a phrase of two words that breaks off
    if let Some((phrase, _)) = PHRASES.iter().find(|(phrase, _)| phrase[0] == rest[0]) {
        return wrong(1, format!("{:?}, as in {:?}", phrase[1], phrase.join(" ")));
    }
    let known = PHRASES.iter().map(|(phrase, _)| phrase[0].as_str());
    let hint = did_you_mean(&rest[0], known);
    wrong(0, format!("a digit or what it wears: {}{hint}", all_worn()))
}

/// What there is to wear, for a message.
fn all_worn() -> String {
    WORN.map(|(_, en, vi)| format!("{en} ({vi})")).join(", ")
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
    use crate::file::damage::damaged;
    use crate::rng::{Purpose, stream};
    use rayon::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn every_caption_is_parsed_back_in_both_languages_and_has_tokens_of_its_own() {
        let every: Vec<Caption> = Caption::every().collect();
        for caption in &every {
            for text in [caption.english(), caption.vietnamese()] {
                assert_eq!(Caption::parse(&text).unwrap(), *caption, "{text}");
            }
        }
        let tokens: std::collections::BTreeSet<Vec<usize>> =
            every.iter().map(|c| c.tokens()).collect();
        assert_eq!((every.len(), tokens.len()), (640, 640));
        assert!(tokens.iter().flatten().all(|t| *t < Caption::VOCABULARY));
    }

    #[test]
    fn an_attribute_is_called_what_its_captions_say() {
        for attribute in Attribute::ALL {
            let caption = Caption { class: 3, attributes: [attribute].into_iter().collect() };
            let name = attribute.name();
            assert!(
                caption.english().contains(&name.en) && caption.vietnamese().contains(&name.vi)
            );
        }
    }

    #[test]
    fn any_wording_of_a_caption_has_the_same_tokens() {
        let tokens = |text: &str| Caption::parse(text).unwrap().tokens();
        let asked = vec![3, 10 + Sunglasses as usize];
        let apart: String = "số ba đeo kính râm".nfd().collect();
        assert_ne!(apart, "số ba đeo kính râm", "the wrong twin: the bytes differ");
        for text in [
            "a three wearing sunglasses",
            "số ba đeo kính râm",
            &apart,
            &apart.to_uppercase(),
            "  Sunglasses,A  THREE ",
            "chữ số 3 đeo kính râm",
        ] {
            assert_eq!(tokens(text), asked, "{text}");
        }
        assert_eq!(tokens("a seven wearing a hat"), tokens("a seven with a hat"));
        assert_ne!(tokens("a three with a hat"), asked, "another caption is other tokens");
    }

    #[test]
    fn a_wrong_caption_is_refused_in_one_sentence_with_the_nearest_word() {
        let message = |text: &str| Caption::parse(text).unwrap_err().to_string();
        for (text, told) in [
            ("a bald three", "word 2 of the caption is \"bald\""),
            ("a bald three", "(did you mean \"bold\"?)"),
            ("số bà", "did you mean \"ba\"?"),
            ("a three wearing sunglases", "did you mean \"sunglasses\"?"),
            ("số ba đeo kính", "word 5 of the caption is missing, but it must be \"râm\""),
            ("số ba đeo kính mũ", "word 5 of the caption is \"mũ\", but it must be \"râm\""),
            ("số ba không đội mũ", "word 3 of the caption is \"không\", but it must be left out"),
            ("wearing a hat", "must be one that names a digit"),
            (" , ", "the number of words of the caption is 0"),
        ] {
            assert!(message(text).contains(told), "{text:?}: {}", message(text));
        }
        assert!(message(&"three ".repeat(10_000)).contains("is 10000, but it must be at most 32"));
        assert!(message(&"x".repeat(100_000)).len() < 300);
    }

    #[test]
    fn no_damage_to_a_caption_is_a_panic() {
        const MANY: usize = 5_000;
        let every: Vec<String> =
            Caption::every().flat_map(|c| [c.english(), c.vietnamese()]).collect();
        let odd = [",", " ", "\n", "\u{0}", "a", "số", "kính", "gạch", "\u{301}", "İ", "ß", "👒"];
        let read = |i: usize| {
            let mut rng = stream(10, Purpose::Reference, 0, i as u64);
            let bytes = damaged(every[i % every.len()].as_bytes(), &odd, &mut rng);
            Caption::parse(&String::from_utf8_lossy(&bytes)).err().map(|e| e.to_string())
        };
        let told: Vec<Option<String>> = (0..MANY).into_par_iter().map(read).collect();
        let refused: Vec<&String> = told.iter().flatten().collect();
        assert!(refused.iter().all(|why| why.lines().count() == 1 && why.len() < 600));
        assert!(refused.len() > MANY / 4 && refused.len() < MANY, "{} refused", refused.len());
    }
}
