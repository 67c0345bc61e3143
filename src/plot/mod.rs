//! Figures.

mod arrow;
mod chart;
mod compose;
mod draw;
mod figure;
mod font;
mod heat;
mod label;
mod layout;
mod mark;
mod palette;
mod raster;
mod scale;
mod svg;
pub mod words;

pub use compose::svg;
pub use figure::{Axis, Figure, Inset, Layer, Panel};
pub use mark::{
    Arrows, Band, Bars, Boxes, Curve, Density, Labels, Mark, Marker, Paths, Points, Regions, Rules,
    Side,
};
pub use palette::{Colour, Role, Theme};
pub use raster::{pdf, png};
pub use words::{Lang, Text};
