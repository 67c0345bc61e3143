//! The one font, DejaVu Sans, embedded: for measuring text, for pixels and for PDF. No system font is ever read.

use super::slide::SMALL;
use super::words::{Text, plain};
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb;
pub(super) use rustybuzz::Face;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The family's name, in SVG and for plotters.
pub(super) const FAMILY: &str = "DejaVu Sans";

/// DejaVu's ascent minus its descent, in em: plotters measures by this height.
const HEIGHT: f64 = (1901.0 + 483.0) / 2048.0;

/// DejaVu's units in an em.
pub(super) const EM: f64 = 2048.0;

/// The parsed font, for outlines.
pub(super) fn face(bold: bool) -> &'static Face<'static> {
    static FACES: OnceLock<[Face<'static>; 2]> = OnceLock::new();
    let parsed = |bytes| Face::from_slice(bytes, 0).expect("the font that is compiled in");
    &FACES.get_or_init(|| [dejavu::sans::regular(), dejavu::sans::bold()].map(parsed))
        [usize::from(bold)]
}

/// Gives plotters its font; does nothing from the second call on.
pub(super) fn register() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // The bytes are compiled in; if they were not a font, every figure test would fail.
        let _ = register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
        let _ = register_font(FAMILY, FontStyle::Oblique, dejavu::sans::oblique());
    });
}

/// The parsed font database, shared by every rasterisation.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut fonts = fontdb::Database::new();
            for bytes in [dejavu::sans::regular(), dejavu::sans::bold(), dejavu::sans::oblique()] {
                fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
            }
            fonts.set_sans_serif_family(FAMILY);
            Arc::new(fonts)
        })
        .clone()
}

/// Width of `text` at `size` (units per em), in the units of `size`.
pub(super) fn width(text: &str, size: f64) -> f64 {
    const FINER: f64 = 16.0; // plotters rounds to whole units
    register();
    FontDesc::new(FontFamily::Name(FAMILY), size * HEIGHT * FINER, FontStyle::Normal)
        .box_size(&plain(text))
        .map_or(0.6 * size * text.chars().count() as f64, |(w, _)| f64::from(w) / FINER)
}

/// `text` and the size, at most `size` and at least `least`, at which it is no wider than `room`; what is too wide at the least
/// size loses its middle.
pub(super) fn fit(text: &str, size: f64, least: f64, room: f64) -> (Cow<'_, str>, f64) {
    let wide = width(text, size);
    if wide <= room {
        return (Cow::Borrowed(text), size);
    }
    let size = size * room / wide;
    match size > least {
        true => (Cow::Borrowed(text), size),
        false => (shortened(text, least, room), least),
    }
}

/// `text` without as much of its middle as makes it wider than `room`, "…" in its place; three letters or fewer stay.
///
/// Its last word stays, and before it as many whole words as there is room for, since names often differ at their end; where
/// that cannot be, as many letters of its beginning.
pub(super) fn shortened(text: &str, size: f64, room: f64) -> Cow<'_, str> {
    const MOST: usize = 300; // no slide holds more letters
    let fits = |text: &String| width(text, size) <= room;
    if text.chars().nth(3).is_none() || width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let words = text.rsplit_once(' ').into_iter().flat_map(|(before, last)| {
        let ends = before.match_indices(' ').map(|(at, _)| at).take(MOST);
        let heads: Vec<&str> = ends.map(|at| &before[..at]).collect();
        heads.into_iter().rev().map(move |head| format!("{head} … {last}"))
    });
    let letters: Vec<char> = text.chars().take(MOST).collect();
    let begun = (0..letters.len()).rev().map(|n| {
        let head: String = letters[..n].iter().collect();
        format!("{}…", head.trim_end_matches([' ', '…']))
    });
    Cow::Owned(words.chain(begun).find(fits).unwrap_or_default())
}

impl Text {
    /// Both wordings, of each no more than fills `room` units of a slide as small words; what is wider loses its middle.
    pub fn at_most(&self, room: f64) -> Text {
        self.map(|words| shortened(words, SMALL, room).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_loses_its_middle_and_what_is_not_stays() {
        let (long, room) = ("an unusually long name of the class A", 180.0);
        let short = shortened(long, 16.0, room);
        assert_eq!(short, "an unusually long … A");
        assert!(width(&short, 16.0) <= room && width("an unusually long name … A", 16.0) > room);
        assert_eq!(shortened("short", 16.0, room), "short");
        let begun = shortened("unpronounceably long", 16.0, 100.0);
        assert!(begun.starts_with("unpron") && begun.ends_with('…'), "{begun}");
        assert!((80.0..=100.0).contains(&width(&begun, 16.0)));
        // again, where the middle is lost already
        assert_eq!(shortened("bear … Kamchatka", 16.0, 70.0), "bear…");
        assert_eq!(fit("short", 28.0, 16.0, room), ("short".into(), 28.0));
        let (whole, size) = fit("a name of the class", 28.0, 16.0, room);
        assert!(whole == "a name of the class" && (16.0..28.0).contains(&size));
        assert_eq!(fit(long, 28.0, 16.0, room), (short, 16.0));
        assert_eq!(
            (shortened("∅", 16.0, 1.0), shortened("none", 16.0, 1.0)),
            ("∅".into(), "".into())
        );
        assert!(width(&shortened(&"x y".repeat(100_000), 16.0, room), 16.0) <= room);
    }
}
