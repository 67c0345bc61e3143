//! Samplers against closed forms, orders of convergence and their own degenerate cases.

mod affine;
mod animals;
mod degenerate;
mod gaussian;
mod likelihood;
mod orders;
mod parts;
mod quantiles;
mod tilt;
