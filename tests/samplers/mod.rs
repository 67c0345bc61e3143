//! Samplers against closed forms, orders of convergence and their own degenerate cases.

mod affine;
mod animals;
mod degenerate;
mod gaussian;
mod likelihood;
mod orders;
mod nested;
mod parts;
mod population;
mod quantiles;
mod rows;
mod tilt;
