//! Figures in a notebook.

use scorelab::Result;
use scorelab_figures::plot::{Figure, Lang, Theme, outlines, svg};

/// Prints a figure in the form in which the Rust kernel of Jupyter shows an image under the cell.
///
/// # Errors
/// If the figure cannot be drawn.
pub(super) fn show(figure: &Figure, lang: Lang) -> Result<()> {
    println!("{}", content(figure, lang)?);
    Ok(())
}

/// A figure as SVG, which needs no font, between the two lines by which the kernel knows it.
pub(super) fn content(figure: &Figure, lang: Lang) -> Result<String> {
    let picture = outlines(&svg(figure, Theme::default(), lang, None)?)?;
    Ok(format!("EVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT", picture.trim()))
}
