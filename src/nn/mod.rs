//! Small networks in f32, forward beside backward, all parameters in one flat block.
//!
//! | module | what it holds |
//! |---|---|
//! | [`plain`] | the network in f64 as its formulas say it: read this first |
//! | [`shape`] | the sizes of a network, and where its parameters lie |
//! | [`fast`] | what makes it fast: matrix products in the machine's widest registers, weights in panels |
//! | `level` | how a network is told the noise level |
//! | [`mlp`] | the network: rows in, rows out, gradients with respect to parameters and to the input |
//! | [`adam`] | Adam, the moving average of the weights, the learning rate's course |
//! | [`score_net`] | a network that answers as a score |

pub mod plain;
pub mod shape;
pub mod fast;
mod level;
pub mod mlp;
pub mod adam;
pub mod score_net;

pub use adam::{Adam, LearningRate};
pub use fast::packed::Params;
pub use mlp::{Mlp, Workspace, block_rows};
pub use score_net::{Coefficients, ScoreNet, Target};
pub use shape::{MlpConfig, Part};
