//! Figures.

mod animation;
mod arrow;
mod chart;
mod compose;
mod data;
mod draw;
mod figure;
mod font;
mod heat;
mod label;
mod layout;
mod mark;
mod output;
mod palette;
mod quantize;
mod raster;
mod scale;
mod svg;
pub mod words;

pub use animation::{Animation, write_gif};
pub use compose::svg;
pub use data::csv;
pub use figure::{Axis, Figure, Inset, Layer, Panel};
pub use mark::{
    Arrows, Band, Bars, Boxes, Curve, Density, Labels, Mark, Marker, Paths, Points, Regions, Rules,
    Side,
};
pub use output::{Format, Output, write};
pub use palette::{Colour, Role, Theme};
pub use raster::{pdf, png};
pub use words::{Lang, Text};
