//! Small networks in f32, forward beside backward, all parameters in one flat block.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plain`] | the network in f64 as its formulas say it: read this first |
//! | [`kernel`] | the matrix products, in the machine's widest registers |
//! | [`silu`](mod@silu) | the activation and its derivative, a vector at a time |
//! | [`shape`] | the sizes of a network, and where its parameters lie |
//! | `layer` | the products of one layer |
//! | [`mlp`] | the network: rows in, rows out, gradients with respect to parameters and to the input |
//! | [`adam`] | Adam, the moving average of the weights, the learning rate's course |
//! | [`score_net`] | a network that answers as a score |

pub mod plain;
pub mod kernel;
pub mod silu;
pub mod shape;
mod layer;
pub mod mlp;
pub mod adam;
pub mod score_net;

pub use adam::{Adam, LearningRate};
pub use mlp::{Mlp, Transposed, Workspace};
pub use score_net::{Coefficients, ScoreNet, Target};
pub use shape::{MlpConfig, Part};
