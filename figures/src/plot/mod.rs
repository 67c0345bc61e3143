//! Figures for slides: a figure is a list of panels, a panel is a list of layers, and a role decides the colour.
//!
//! ```text
//! Figure ─► svg (drawn once) ─► png, pdf, gif frames        Figure ─► csv, json (what is drawn, as numbers)
//! ```
//!
//! Nothing here knows what a score is: layers hold arrays. A slide is 1280 × 720 units, 96 to the inch; data keep their
//! own units. Points that are NaN or have no logarithm are left out. In every text `_` lowers the letters and digits
//! after it (`p_t(x)`), `_{…}` a longer subscript.
//!
//! ```
//! use ndarray::arr2;
//! use scorelab_figures::plot::{Axis, Curve, Figure, Lang, Layer, Panel, Role, Theme, png, svg, words};
//!
//! let curve = Curve { at: arr2(&[[0.0, 0.25], [1.0, 0.8], [10.0, 0.99]]), ..Curve::default() };
//! let figure = Figure {
//!     stem: "10_steering".into(),
//!     panels: vec![Panel {
//!         x: Axis::new(words::GUIDANCE_SCALE, (0.0, 10.0)),
//!         y: Axis::new("p(y ∣ x_0)", (0.0, 1.0)),
//!         layers: vec![Layer::new("guided", "p(y|x) over γ", Role::Guided, curve).label(words::GUIDED)],
//!         ..Panel::default()
//!     }],
//!     ..Figure::default()
//! };
//! let text = svg(&figure, Theme::Dark, Lang::Vi, None)?;
//! assert!(text.contains("đã điều hướng"));
//! assert!(png(&text, 1920)?.starts_with(b"\x89PNG"));
//! # Ok::<(), scorelab::Error>(())
//! ```

pub mod words;
mod palette;
mod mark;
mod figure;
mod scale;
mod clip;
mod slide;
mod font;
mod svg;
mod outline;
mod heat;
mod arrow;
mod label;
mod room;
mod layout;
mod chart;
mod sheet;
mod draw;
mod compose;
mod data;
mod raster;
mod output;
mod quantize;
mod changed;
mod apng;
mod animation;
#[cfg(test)]
mod tests;

pub use animation::{Animation, write_gif};
pub use compose::svg;
pub use data::csv;
pub use figure::{Axis, Figure, Layer, Panel};
pub use mark::{
    Arrows, Band, Bars, Boxes, Curve, Density, Labels, Mark, Marker, Paths, Points, Regions, Rules,
    Sheet, Side,
};
pub use outline::{SvgText, outlines};
pub use output::{Format, Output, write};
pub use palette::{Colour, Role, Theme};
pub use raster::{pdf, png};
#[cfg(test)]
pub(crate) use room::{crossed, cut, strayed};
pub(crate) use svg::escape;
pub use words::{Lang, Text};
