//! What every score must obey, and what an exact one must obey besides.

mod attention;
mod denoiser;
mod densities;
mod empirical;
mod observed;
mod plain;
mod samples;
mod score;
