//! Figures in a notebook.

use crate::Result;
use crate::plot::{Figure, Lang, Theme, svg};

/// Prints a figure as SVG, in the form in which the Rust kernel of Jupyter shows an image under the cell.
///
/// # Errors
/// If the figure cannot be drawn.
pub(super) fn show(figure: &Figure, lang: Lang) -> Result<()> {
    let picture = svg(figure, Theme::default(), lang, None)?;
    println!("EVCXR_BEGIN_CONTENT image/svg+xml\n{picture}\nEVCXR_END_CONTENT");
    Ok(())
}
