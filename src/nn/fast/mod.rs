//! What makes the networks fast: nothing here is needed to understand them.
//!
//! | module | what it holds |
//! |---|---|
//! | [`silu`](mod@silu) | the activation and its derivative, a vector at a time |
//! | `panels` | matrices cut into panels, as wide as a tile of a product |
//! | `tile` | a tile of a product, held in registers while the depth runs by |
//! | `finish` | what is done to a tile before the next one: bias, activation, derivative |
//! | `product` | products of such matrices |
//! | `packed` | a network's weights in panels, made once and kept until they change |

pub mod silu;
pub(super) mod panels;
mod tile;
pub(super) mod finish;
pub(super) mod product;
pub(super) mod packed;

#[cfg(test)]
mod tests;
