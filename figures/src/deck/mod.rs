//! The lecture's slides as a deck to present from: one HTML page, and one PPTX file.
//!
//! | module | what it holds |
//! |---|---|
//! | `formula` | a formula of LaTeX as it is read |
//! | `slide` | a slide: its picture and all that is said with it; the order of the lecture |
//! | `html` | the deck as a page that needs nothing but the pictures beside it |
//! | `pptx` | the deck as a PPTX file, a picture a slide |

mod formula;
mod slide;
mod html;
mod pptx;
#[cfg(test)]
mod tests;

pub use html::html;
pub use pptx::pptx;
pub use slide::{Slide, figure_name, in_order};
