//! From the SVG to pixels and to PDF. A figure is drawn once; these only convert it.

use super::font;
use super::slide::{HEIGHT, WIDTH};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use scorelab::{Error, Result};
use std::sync::Arc;

fn failed(why: impl ToString) -> Error {
    Error::Figure { figure: "an SVG".into(), why: why.to_string() }
}

/// The parsed SVG, with the embedded font only.
#[cfg(any(test, feature = "pdf"))]
pub(super) fn tree(svg: &str) -> Result<Tree> {
    tree_with(svg, font::database())
}

fn tree_with(svg: &str, fontdb: Arc<Database>) -> Result<Tree> {
    let options = Options { font_family: font::FAMILY.into(), fontdb, ..Options::default() };
    Tree::from_str(svg, &options).map_err(failed)
}

/// The SVG in pixels, `width` of them across.
pub(super) fn pixmap(svg: &str, width: u32) -> Result<Pixmap> {
    pixmap_with(svg, width, font::database())
}

/// As `pixmap`, with these fonts.
pub(super) fn pixmap_with(svg: &str, width: u32, fonts: Arc<Database>) -> Result<Pixmap> {
    let tree = tree_with(svg, fonts)?;
    let zoom = width as f32 / tree.size().width();
    let height = (f64::from(width) * HEIGHT / WIDTH).round() as u32;
    let mut pixels = Pixmap::new(width, height)
        .ok_or_else(|| failed("a picture needs a width of at least 1 pixel"))?;
    resvg::render(&tree, Transform::from_scale(zoom, zoom), &mut pixels.as_mut());
    Ok(pixels)
}

/// The SVG as an anti-aliased PNG, `width` pixels across and 9/16 of that high.
///
/// # Errors
/// Text that is not an SVG, or a width of 0: [`Error::Figure`].
pub fn png(svg: &str, width: u32) -> Result<Vec<u8>> {
    pixmap(svg, width)?.encode_png().map_err(failed)
}

/// The SVG as a one-page PDF, in vectors and with the font embedded.
///
/// # Errors
/// Text that is not an SVG: [`Error::Figure`].
#[cfg(feature = "pdf")]
pub fn pdf(svg: &str) -> Result<Vec<u8>> {
    use svg2pdf::{ConversionOptions, PageOptions};
    let page = PageOptions { dpi: 96.0 };
    svg2pdf::to_pdf(&tree(svg)?, ConversionOptions::default(), page).map_err(failed)
}

/// PDF needs the cargo feature `pdf`.
///
/// # Errors
/// Always: the sentence that says how to get PDF.
#[cfg(not(feature = "pdf"))]
pub fn pdf(_svg: &str) -> Result<Vec<u8>> {
    Err(failed("PDF is not compiled in; build with `--features pdf`, or ask for svg or png"))
}
