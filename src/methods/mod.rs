//! Methods of guidance: a catalogue, each built of scores into a plan by which any sampler walks.
//!
//! ```
//! use scorelab::{data::Scene, methods::*, noise::*, sampler::*};
//! use std::sync::Arc;
//!
//! let (scene, process) = (Scene::named("animals")?, Process::VP_LINEAR);
//! let parts = Parts {
//!     unconditional: Some(Arc::new(scene.mixture.clone())),
//!     conditional: Some(Arc::new(scene.mixture.given(0))),
//!     ..Parts::default()
//! };
//! let method = method_named("interval")?;
//! let plan = build(method, &parts, &Knobs::parse(method.about(), &["gamma=4", "high=1"])?)?;
//! let grid = Grid::to_data(&process, Spacing::KARRAS, 32)?;
//! let z = start(100, 2, &process, &grid, 7);
//! let run = Run { process: &process, grid: &grid, start: z.view(), seed: 7 };
//! let x = plan.walk(&AnySampler::new(Heun), run); // (100, 2)
//! # assert_eq!(x.dim(), (100, 2));
//! # Ok::<(), scorelab::Error>(())
//! ```
//!
//! A method is a file here and a line of [`METHODS`]. A formula in (x, noise level) is a plan of one score; another way to
//! renoise, or a memory of past steps, is a plan with a [`Rule`] of its own; particles that interact are a rule too. Laws and
//! tables are loops over [`METHODS`].

mod effective;
mod knob;
mod method;
mod parts;
mod plan;
mod table;
mod denoiser;

mod apg;
mod autoguidance;
mod bands;
mod cfg_plus_plus;
mod characteristic;
mod classifier;
mod classifier_free;
mod composed;
mod feedback;
mod feynman_kac;
mod independent;
mod interval;
mod momentum;
mod plain;
mod predictor_corrector;
mod rectified;
mod rescale;
mod schedule;
mod tangential;
mod zero_star;

pub use effective::{Effective, Window, effective, window};
pub use knob::{Knob, Knobs, Range};
pub use method::{About, Cost, Ends, Method, Walks, build};
pub use parts::{Blend, Need, Parts, Score};
pub use plan::{Plan, Rule, Run};
pub use table::{Row, method_named, rows, text};

pub use apg::{Apg, ApgMomentum};
pub use autoguidance::Autoguidance;
pub use bands::Bands;
pub use cfg_plus_plus::{CfgPlusPlus, CfgPlusPlusStep};
pub use characteristic::{Characteristic, CharacteristicScore, Solved};
pub use classifier::ByClassifier;
pub use classifier_free::ClassifierFree;
pub use composed::{AllOf, OrElse};
pub use feedback::Feedback;
pub use feynman_kac::{FeynmanKac, FeynmanKacCorrector};
pub use independent::{Icg, Independent};
pub use interval::Interval;
pub use momentum::{Momentum, MomentumStep};
pub use plain::{Conditional, Unconditional};
pub use predictor_corrector::PredictorCorrector;
pub use rectified::{Rectified, RectifiedStep};
pub use rescale::{DynamicThreshold, Rescale};
pub use schedule::{BETA, COSINE, LINEAR, Schedule};
pub use tangential::{Tag, Tangential};
pub use zero_star::ZeroStar;

/// Every method, in the order of the catalogue.
pub const METHODS: &[&dyn Method] = &[
    &Unconditional,
    &Conditional,
    &ByClassifier,
    &ClassifierFree,
    &Interval,
    &LINEAR,
    &COSINE,
    &BETA,
    &Autoguidance,
    &AllOf,
    &OrElse,
    &PredictorCorrector,
    &Characteristic,
    &FeynmanKacCorrector,
    &Feedback,
    &CfgPlusPlus,
    &Apg,
    &ApgMomentum,
    &ZeroStar,
    &Tag,
    &Rescale,
    &DynamicThreshold,
    &Momentum,
    &Bands,
    &Rectified,
    &Icg,
];
