//! Text from users: names in one Unicode form, and how it is printed.

use unicode_normalization::UnicodeNormalization;

/// The most letters of a text that are printed within a message.
pub const MOST_LETTERS: usize = 80;

/// A name in the one form in which names are kept: composed (NFC), without blanks around it.
///
/// ```text
/// "cho" + U+0301 → "chó" (three letters)
/// ```
///
/// A name that is composed already is itself. Source: Unicode Standard Annex 15.
///
/// # Errors
/// If a letter cannot be printed, with what it is: control characters, ends of lines, and marks that turn the direction of
/// the text around them.
pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().position(unprintable) {
        Some(i) => {
            let letter = text.chars().nth(i).map_or(0, u32::from);
            Err(format!("letter {} is U+{letter:04X}, which cannot be printed; remove it", i + 1))
        }
        None => Ok(composed(text)),
    }
}

/// A text in its composed form (NFC).
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// A text as it is printed within a message: what cannot be printed is escaped, and a long one is cut after
/// [`MOST_LETTERS`].
///
/// ```text
/// "red" after an escape → "\u{1b}[31mred"      1,000 letters → the first 80 and "…"
/// ```
pub fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_LETTERS).map(shown).collect();
    if text.chars().nth(MOST_LETTERS).is_some() {
        shown.push('…');
    }
    shown
}

/// A text as it is printed within a message, between quotes.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text))
}

/// The most letters of a message: more than a path has, and than a sentence that quotes some.
const MOST_OF_A_MESSAGE: usize = 2_000;

/// A message as one line of bounded length, in which what cannot be printed is escaped.
pub fn one_line(text: &str) -> String {
    let mut line: String = text.chars().take(MOST_OF_A_MESSAGE).map(shown).collect();
    if text.chars().nth(MOST_OF_A_MESSAGE).is_some() {
        line.push('…');
    }
    line
}

/// Lines of any length in which what cannot be printed is escaped.
pub fn printable_lines(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { "\n".into() } else { shown(letter) }).collect()
}

fn shown(letter: char) -> String {
    if unprintable(letter) { letter.escape_default().collect() } else { letter.into() }
}

/// Whether a letter moves the cursor, ends a line or turns the direction of the text.
fn unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200e}' | '\u{200f}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_of_a_name_are_one() {
        for (composed, apart) in
            [("chó", "cho\u{301}"), ("gấu", "ga\u{302}\u{301}u"), ("Å", "A\u{30a}")]
        {
            assert_ne!(composed, apart, "the wrong twin: the bytes differ");
            assert_eq!(name(apart).unwrap(), composed);
            assert_eq!(name(&format!(" {composed}\t")).unwrap(), composed);
        }
        // what looks alike in another alphabet stays another name
        assert_ne!(name("a").unwrap(), name("а").unwrap());
    }

    #[test]
    fn a_name_that_cannot_be_printed_is_refused() {
        for wrong in ["a\u{1b}[2Jb", "a\nb", "a\u{7}b", "a\u{202e}b", "a\0b", "a\u{85}b"] {
            let why = name(wrong).unwrap_err();
            assert!(why.starts_with("letter 2 is U+"), "{why}");
        }
        assert_eq!(name("Hà Nội, 2 – ∞").unwrap(), "Hà Nội, 2 – ∞");
    }

    #[test]
    fn what_is_printed_is_short_and_moves_no_cursor() {
        assert_eq!(printable("plain ✓"), "plain ✓");
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(printable(&"ó".repeat(80)), "ó".repeat(80));
        assert_eq!(printable(&"ó".repeat(10_000_000)), "ó".repeat(80) + "…");
        assert_eq!(one_line(&"x\n".repeat(10_000_000)), "x\\n".repeat(1_000) + "…");
        assert_eq!(printable_lines("a\r\u{1b}\nb"), "a\\r\\u{1b}\nb");
    }
}
