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

/// SVGs as a PDF with a page for each, in vectors and with the font embedded.
///
/// # Errors
/// Text that is not an SVG: [`Error::Figure`].
#[cfg(feature = "pdf")]
pub fn pdf(svgs: &[String]) -> Result<Vec<u8>> {
    use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref};
    const PICTURE: Name = Name(b"picture");
    // 96 pixels are 72 points; the SVG itself says its width in inches, to three decimals
    let [width, height] = [WIDTH, HEIGHT].map(|px| (0.75 * px) as f32);
    let mut next = Ref::new(1);
    let (catalog, all) = (next.bump(), next.bump());
    let (mut pdf, mut pages) = (Pdf::new(), vec![]);
    for svg in svgs {
        let tree = tree(svg)?;
        let (drawn, picture) =
            svg2pdf::to_chunk(&tree, svg2pdf::ConversionOptions::default()).map_err(failed)?;
        let (id, content) = (next.bump(), next.bump());
        let mut own = std::collections::HashMap::new();
        let drawn = drawn.renumber(|old| *own.entry(old).or_insert_with(|| next.bump()));
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, width, height)).parent(all).contents(content);
        page.resources().x_objects().pair(PICTURE, own[&picture]);
        page.finish();
        let mut painted = Content::new();
        painted.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(PICTURE);
        pdf.stream(content, &painted.finish());
        pdf.extend(&drawn);
        pages.push(id);
    }
    pdf.pages(all).count(pages.len() as i32).kids(pages);
    pdf.catalog(catalog).pages(all);
    Ok(pdf.finish())
}

/// PDF needs the cargo feature `pdf`.
///
/// # Errors
/// Always: the sentence that says how to get PDF.
#[cfg(not(feature = "pdf"))]
pub fn pdf(_svgs: &[String]) -> Result<Vec<u8>> {
    Err(failed("PDF is not compiled in; build with `--features pdf`, or ask for svg or png"))
}
