//! The one font, DejaVu Sans, embedded: for measuring text, for pixels and for PDF. No system font is ever read.

use super::words::plain;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb;
pub(super) use rustybuzz::Face;
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

/// The size, at most `size` and at least `least`, at which `text` is no wider than `room`.
pub(super) fn fit(text: &str, size: f64, least: f64, room: f64) -> f64 {
    let wide = width(text, size);
    if wide <= room { size } else { (size * room / wide).max(least) }
}
