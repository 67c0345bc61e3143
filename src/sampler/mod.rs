//! Samplers: the walk from noise to data, one step at a time. They see a score and never ask whose it is.
//!
//! | sampler | order | noise | source |
//! |---|---|---|---|
//! | [`Ddim`] with η = 0 | 1 | none | Song, Meng & Ermon 2021 (2010.02502) |
//! | [`Ddim`] with η = 1 | 1, weak | DDPM's | Ho et al. 2020 (2006.11239) |
//! | [`Heun`] | 2 | none | Karras et al. 2022 (2206.00364) |
//! | [`DpmSolver2M`] | 2 | none | Lu et al. 2022 (2211.01095) |
//! | [`EulerMaruyama`] | 1, weak | λ·g | Song et al. 2021 (2011.13456) |
//! | [`Langevin`] | – | a corrector's | Song et al. 2021 |
//!
//! A [`Sampler`] moves each point by itself, so [`sample`] may walk them in blocks. Points that interact are a
//! [`Population`].

mod step;
mod any;
mod ode;
mod sde;
mod langevin;
mod walk;
mod legs;
mod population;
mod resample;
mod likelihood;

pub use any::{AnyPopulation, AnySampler};
pub use langevin::Langevin;
pub use legs::{Leg, parts_of};
pub use likelihood::{FlowLikelihood, divergence};
pub use ode::{Ddim, DpmSolver2M, Heun};
pub(crate) use population::InBlocks;
pub use population::{sample_population, sample_population_rows, trajectories_population};
pub use resample::{effective_size, mean_weight, systematic};
pub use sde::EulerMaruyama;
pub use step::{Population, Sampler, Step};
pub(crate) use walk::by_class;
pub use walk::{
    Walk, sample, sample_classes, sample_parts, sample_rows, start, trajectories, trajectories_rows,
};
