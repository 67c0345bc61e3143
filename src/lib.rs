//! scorelab: see, steer and check guided diffusion on a laptop.
//!
//! A diffusion model is steered by adding to its score the gradient of a classifier, or by the difference of two answers of
//! one network trained with and without the condition. Here all are small enough to be known *exactly*: the data are
//! Gaussian mixtures, so the score at every noise level, the posterior of every class and the score of every class exist in
//! closed form, and whatever a network learns is measured against them.
//!
//! ```text
//! data ─► noise process ─► score (exact | learned) ─► guidance (a score made of scores) ─► sampler ─► metrics, figures
//! ```
//!
//! The whole walk, with the exact score and the exact classifier:
//!
//! ```
//! use scorelab::{data::Scene, guidance::*, metrics::*, noise::*, sampler::*};
//!
//! let scene = Scene::named("animals")?;
//! let (process, dog) = (Process::VP_LINEAR, scene.class("dog")?);
//! let likelihood = scene.mixture.posterior(dog); // p(y | x_t)
//! let score = ClassifierGuided { score: &scene.mixture, likelihood: &likelihood, gamma: Gamma::new(1.0)? };
//! let grid = Grid::to_data(&process, Spacing::KARRAS, 64)?;
//! let z = start(200, 2, &process, &grid, 7);
//! let x0 = sample(&DpmSolver2M::default(), &score, &process, &grid, z.view(), 7);
//! assert!(shares(x0.view(), &Modes::of(&scene.mixture), dog).target > 0.99);
//! # Ok::<(), scorelab::Error>(())
//! ```
//!
//! The modules, in the order in which to read them. Ideas come first, and each uses only ideas above it; the plumbing, which
//! all of them use and which uses none of them, comes last:
//!
//! | module | what it holds |
//! |---|---|
//! | [`noise`] | noise levels (α, σ), four processes, grids of times |
//! | [`score`] ★ | the meeting point: [`score::ScoreFn`] and [`score::Likelihood`] |
//! | [`condition`] | what a sample is asked to be: [`condition::Condition`] |
//! | [`mixture`] | exact scores, posteriors and samples of Gaussian mixtures and data sets |
//! | [`data`] | the scenes: built in, read from TOML, or made of points; images, drawn or from IDX files |
//! | [`nn`] | small networks, forward beside backward; [`nn::ScoreNet`] answers as a score |
//! | [`train`] | denoising score matching as an iterator of steps, with its exact floor |
//! | [`guidance`] ★ | γ, [`guidance::Guided`], [`guidance::ClassifierGuided`]: scores made of scores |
//! | [`classifier`] | the separate classifiers: noisy, one for each label, clean |
//! | [`null_label`] | one network trained jointly with a null label, steered in one pass |
//! | [`guided_training`] | networks that learn the guided score itself: guidance-free, by model guidance, from a teacher |
//! | [`sampler`] | DDIM, Heun, DPM-Solver++(2M), Euler–Maruyama, Langevin; particles that interact; log-likelihood |
//! | [`methods`] | the catalogue of guidance methods: what each needs, its knobs, its cost, and the plan of a walk |
//! | [`metrics`] | shares, energy distance, χ², entropy, score error |
//! | [`checkpoint`] | trained networks as files, in the `safetensors` format |
//! | [`training_loop`] | a network learned by a recipe, step by step, under the eyes of watchers |
//! | plumbing | |
//! | [`mod@text`] | text from users: names in one form, and how it is printed |
//! | [`error`] | one error type; a message names the thing, its value and the remedy |
//! | [`number`] | how numbers are printed, with their errors |
//! | [`rng`] | streams of random numbers, named by what they are for |
//! | [`mod@file`] | files written whole or not at all |
//! | [`arch`] | the machine's instruction set |
//! | [`parallel`] | work shared out over the threads |
//! | [`linalg`] | symmetric matrices: a factor, eigenvalues, eigenvectors |

pub mod noise;
pub mod score;
pub mod condition;
pub mod mixture;
pub mod data;
pub mod nn;
pub mod train;
pub mod guidance;
pub mod classifier;
pub mod null_label;
pub mod guided_training;
pub mod sampler;
pub mod methods;
pub mod metrics;
pub mod checkpoint;
pub mod training_loop;

pub mod text;
pub mod error;
pub mod number;
pub mod rng;
pub mod file;
pub mod arch;
pub mod parallel;
pub mod linalg;

pub use error::{Error, Result};

/// The example of the page about the library is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;

/// The recipes are compiled and run; one of them reads a scene from TOML.
#[cfg(all(doctest, feature = "toml"))]
#[doc = include_str!("../docs/extend.md")]
struct Extend;
