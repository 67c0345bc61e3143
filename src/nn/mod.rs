//! Small networks in f32, forward beside backward, all parameters in one flat block.
//!
//! | module | what it holds |
//! |---|---|
//! | [`net`] | [`Net`], what a network is to those who train it, save it and ask it, and the buffers of a block of rows |
//! | `pool` | the blocks of a batch, shared out over the threads |
//! | [`plain`] | the perceptron in f64 as its formulas say it: read this first |
//! | [`shape`] | its sizes, and where its parameters lie |
//! | [`fast`] | what makes it fast: matrix products in the machine's widest registers, weights in panels |
//! | `level` | how a network is told the noise level |
//! | [`mlp`] | the perceptron: rows in, rows out, gradients with respect to parameters and to the input |
//! | [`transformer`] | a Transformer: attention to patches and to the words of a caption |
//! | [`observing`] | the perceptron with an observation for its condition: one network for every mask |
//! | [`potential`] | a perceptron's gradient: a network that learns a log-density and answers with its score |
//! | [`adam`] | Adam, the moving average of the weights, the learning rate's course |
//! | [`score_net`] | a network that answers as a score |

pub mod net;
pub(crate) mod pool;
pub mod plain;
pub mod shape;
pub mod fast;
mod level;
pub mod mlp;
pub mod transformer;
pub mod observing;
pub mod potential;
pub mod adam;
pub mod score_net;

pub use adam::{Adam, LearningRate};
pub use fast::packed::Params;
pub use mlp::Mlp;
pub use net::{Batch, Gradients, Net, Part, Shape, Workspace};
pub use observing::{Observing, ObservingConfig};
pub use potential::{Potential, PotentialConfig};
pub use score_net::{Coefficients, ScoreNet, Target};
pub use shape::MlpConfig;
pub use transformer::{Transformer, TransformerConfig};
