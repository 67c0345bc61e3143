//! What every score must obey, and what an exact one must obey besides.

mod denoiser;
mod densities;
mod empirical;
mod observed;
mod plain;
mod samples;
mod score;
