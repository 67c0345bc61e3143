//! Bilingual text, and the lecture's vocabulary in English and Vietnamese.

use std::borrow::Cow;

/// The language of a figure's words. Formulas and numbers are the same in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Vietnamese.
    Vi,
}

/// One piece of text in both languages.
///
/// A plain string becomes a text that is the same in both: `"γ = 2".into()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// Vietnamese.
    pub vi: Cow<'static, str>,
}

impl Text {
    /// A text with two wordings.
    pub const fn new(en: &'static str, vi: &'static str) -> Self {
        Text { en: Cow::Borrowed(en), vi: Cow::Borrowed(vi) }
    }

    /// The wording in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Vi => &self.vi,
        }
    }

    /// The same change made to both wordings: `GUIDED.map(|w| format!("{w}, γ = 2"))`.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Text { en: Cow::Owned(change(&self.en)), vi: Cow::Owned(change(&self.vi)) }
    }

    /// Both wordings followed by those of `tail`.
    pub fn then(&self, tail: impl Into<Text>) -> Self {
        let tail = tail.into();
        Text {
            en: Cow::Owned(format!("{}{}", self.en, tail.en)),
            vi: Cow::Owned(format!("{}{}", self.vi, tail.vi)),
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.vi.is_empty()
    }
}

impl From<String> for Text {
    fn from(same: String) -> Self {
        Text { en: Cow::Owned(same.clone()), vi: Cow::Owned(same) }
    }
}

impl From<&str> for Text {
    fn from(same: &str) -> Self {
        same.to_string().into()
    }
}

impl From<(&'static str, &'static str)> for Text {
    fn from((en, vi): (&'static str, &'static str)) -> Self {
        Text::new(en, vi)
    }
}

impl From<(String, String)> for Text {
    fn from((en, vi): (String, String)) -> Self {
        Text { en: Cow::Owned(en), vi: Cow::Owned(vi) }
    }
}

/// The words cut into (is it a subscript, text).
pub(crate) fn subscripts(words: &str) -> Vec<(bool, String)> {
    let mut parts = vec![];
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('_') {
        let (low, tail) = match after.strip_prefix('{').and_then(|group| group.split_once('}')) {
            Some(group) => group,
            None => {
                after.split_at(after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len()))
            }
        };
        parts.push((false, before.to_string()));
        parts.push((true, low.to_string()));
        rest = tail;
    }
    parts.push((false, rest.to_string()));
    parts.retain(|(_, text)| !text.is_empty());
    parts
}

/// The words without the marks of subscripts, for measuring and for titles.
pub(crate) fn plain(words: &str) -> String {
    subscripts(words).into_iter().map(|(_, text)| text).collect()
}

/// A text with its numbers as the language writes them, and with minus signs.
pub(crate) fn numbers(words: &str, lang: Lang) -> String {
    let words = signs(words);
    if lang == Lang::Vi { numerals(&words) } else { words }
}

/// The negative numbers of a text with a minus sign, which is as wide as a plus; a hyphen between words stays.
fn signs(words: &str) -> String {
    let chars: Vec<char> = words.chars().collect();
    let write = |(i, c): (usize, &char)| {
        let number = chars.get(i + 1).is_some_and(|next| next.is_ascii_digit() || *next == '.');
        let begins = i == 0 || " (=,;[".contains(chars[i - 1]);
        if *c == '-' && number && begins { '−' } else { *c }
    };
    chars.iter().enumerate().map(write).collect()
}

/// The numbers of a text as Vietnamese writes them: `4.000`, `25,6`, and semicolons in lists.
pub(crate) fn numerals(words: &str) -> String {
    let chars: Vec<char> = words.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let write = |(i, c): (usize, &char)| {
        let (before, thousand) = (i > 0 && digit(i - 1), (1..4).all(|k| digit(i + k)));
        let next = (i + 1..chars.len()).find(|k| chars[*k] != ' ');
        let listed = next.is_some_and(|k| k > i + 1 && (digit(k) || chars[k] == '−'));
        match c {
            '.' if before && digit(i + 1) => ',',
            ',' if before && thousand && !digit(i + 4) => '.',
            ',' if listed && (before || i > 0 && chars[i - 1] == ')') => ';',
            c => *c,
        }
    };
    chars.iter().enumerate().map(write).collect()
}

/// s_u, the score without a condition.
pub const UNCONDITIONAL_SCORE: Text = Text::new("unconditional score", "score không điều kiện");
/// s_c, the score given the class.
pub const CONDITIONAL_SCORE: Text = Text::new("conditional score", "score có điều kiện");
/// Without a condition, of a sample or a path.
pub const UNCONDITIONAL: Text = Text::new("unconditional", "không điều kiện");
/// ∇ log p(y ∣ x_t).
pub const CLASSIFIER_GRADIENT: Text = Text::new("classifier gradient", "gradient của bộ phân loại");
/// γ.
pub const GUIDANCE_SCALE: Text = Text::new("guidance scale γ", "hệ số điều hướng γ");
/// Steered, of a score, a sample or a path.
pub const GUIDED: Text = Text::new("guided", "đã điều hướng");
/// Guided samples, by the score that is known exactly: they are not exact samples of anything that has a name.
pub const BY_THE_EXACT_SCORE: Text =
    Text::new("exact score, guided", "score chính xác, đã điều hướng");
/// An end point in the class asked for.
pub const TARGET: Text = Text::new("target class", "đúng lớp đích");
/// An end point in another class.
pub const OTHER: Text = Text::new("other class", "lớp khác");
/// An end point between classes.
pub const HYBRID: Text = Text::new("hybrid", "lai");
/// An end point beyond the class.
pub const OVERSHOOT: Text = Text::new("overshoot", "vượt quá");
/// σ, or the log-SNR.
pub const NOISE_LEVEL: Text = Text::new("noise level", "mức nhiễu");
/// The first half of the lecture.
pub const CLASSIFIER_GUIDANCE: Text =
    Text::new("classifier guidance", "điều hướng bằng bộ phân loại");
/// The second half of the lecture.
pub const CLASSIFIER_FREE_GUIDANCE: Text =
    Text::new("classifier-free guidance", "điều hướng không cần bộ phân loại");
/// A classifier trained on x_t.
pub const NOISY_CLASSIFIER: Text =
    Text::new("classifier on noisy data", "bộ phân loại trên dữ liệu nhiễu");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Figure, Panel, Theme, svg};

    #[test]
    fn numbers_are_written_as_vietnamese_writes_them_and_exported_with_points() {
        for (english, vietnamese) in [
            ("4,000 mẫu; 25.6 ± 0.7 %", "4.000 mẫu; 25,6 ± 0,7 %"),
            ("γ = 0, 0.5, 10, −1", "γ = 0; 0,5; 10; −1"),
            (
                "0.31 (γ = 1),  1.2 (γ = 2), sd 1,234,567",
                "0,31 (γ = 1);  1,2 (γ = 2), sd 1.234.567",
            ),
            ("p(x, 1) .93 s_θ(x_t, y)", "p(x, 1) .93 s_θ(x_t, y)"),
        ] {
            assert_eq!(numerals(english), vietnamese);
        }
        for (typed, drawn) in [
            ("-0.0008 ± 0.0011", "−0.0008 ± 0.0011"),
            ("γ = -1, -.5 (-2)", "γ = −1, −.5 (−2)"),
            ("two-scores, 1-D, 2e-5, a - b", "two-scores, 1-D, 2e-5, a - b"),
        ] {
            assert_eq!(signs(typed), drawn);
        }
        let mut figure = Figure { panels: vec![Panel::default()], ..Figure::default() };
        (figure.title, figure.panels[0].x) = ("γ = 0.5".into(), Axis::new("x", (0.0, 1.0)));
        let drawn = |lang| svg(&figure, Theme::Light, lang, None).unwrap();
        assert!(drawn(Lang::Vi).contains("γ = 0,5") && drawn(Lang::Vi).contains("0,2"));
        assert!(drawn(Lang::En).contains("γ = 0.5") && drawn(Lang::En).contains("0.2"));
        assert_eq!(figure.title.vi, "γ = 0.5", "the figure itself is not changed");
    }
}
