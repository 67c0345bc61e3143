//! The figures of scorelab: layers on panels for slides, and the lecture on guided diffusion drawn with them.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plot`] | a figure is a list of layers: SVG, PNG, PDF, GIF, and its numbers as CSV and JSON |
//! | `idiom` | what the figures repeat: the window, the field, the curve at twice the steps, shares, sheets, the coloured sum |
//! | [`lecture`] | the lecture's figures, from scores to layers |
//! | [`deck`] | the lecture's slides to present from: HTML and PPTX |

pub mod plot;
mod idiom;
pub mod lecture;
pub mod deck;
