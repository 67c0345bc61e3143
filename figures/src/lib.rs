//! The figures of scorelab: layers on panels for slides, and the lecture on guided diffusion drawn with them.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plot`] | a figure is a list of layers: SVG, PNG, PDF, GIF, and its numbers as CSV and JSON |
//! | [`lecture`] | the lecture's figures, from scores to layers |

pub mod plot;
pub mod lecture;
