//! Networks: their gradients, what their answers mean, their training, and how near they come to the exact answers.

mod against_exact;
mod classifier;
mod floor;
mod gradients;
mod in_law;
mod joint;
mod optimum;
mod plain;
mod score_net;
mod spread;
pub mod trained;
mod training;
