//! A small Transformer for images: patches are its tokens, and the words of a caption enter as keys and values.
//!
//! | module | what it holds |
//! |---|---|
//! | [`formulas`] | attention and normalisation in f64 as their formulas say them: read this first |
//! | [`plain`] | the whole network in f64, an image at a time, forward and backward |
//! | [`shape`] | its sizes, and where its parameters lie |
//! | `tokens` | what is done to tokens between the products, in f32: normalised, modulated, gated |
//! | `attention` | attention in f32, a head at a time |
//! | `buffers` | what a block of images needs |
//! | [`net`] | the network in f32, forward |
//! | `back` | and backward |

pub mod formulas;
pub mod plain;
pub mod shape;
mod tokens;
mod attention;
mod buffers;
pub mod net;
mod back;

pub use net::Transformer;
pub use shape::TransformerConfig;

#[cfg(test)]
mod tests;
