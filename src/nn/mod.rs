//! Small networks in f32, forward beside backward, all parameters in one flat block.
//!
//! | module | what it holds |
//! |---|---|
//! | [`silu`](mod@silu) | the activation and its derivative, with an exponential that vectorises |
//! | `kernel` | the matrix product, for the machine's widest registers |
//! | [`mlp`] | the network: rows in, rows out, gradients with respect to parameters and to the input |
//! | [`adam`] | Adam, the moving average of the weights, the learning rate's course |
//! | [`score_net`] | a network that answers as a score |

pub mod silu;
mod kernel;
pub mod mlp;
pub mod adam;
pub mod score_net;

pub use adam::{Adam, LearningRate};
pub use mlp::{Mlp, MlpConfig, Workspace};
pub use score_net::{Coefficients, ScoreNet, Target};
