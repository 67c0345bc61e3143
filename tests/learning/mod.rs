//! Networks: their gradients, what their answers mean, their training, and how near they come to the exact answers.

mod affine;
mod against_exact;
mod classifier;
mod floor;
mod gradients;
mod guided;
mod in_law;
mod joint;
mod net;
mod optimum;
mod plain;
mod potential;
mod score_net;
mod second;
mod spread;
pub mod trained;
mod training;
mod transformer;
