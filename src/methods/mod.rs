//! Methods of guidance: a catalogue. Each is built from scores into a [`Plan`], which says which score leads and who takes
//! the steps.
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
//! A method is a file here and a line of [`METHODS`]. A formula in (x, noise level) is a plan of one score, along which
//! any sampler walks; where a method renoises in another way, remembers past steps or lets particles interact, the [`Rule`] of
//! its plan takes the steps. The command line, the tables and the laws are loops over [`METHODS`].

mod effective;
mod knob;
mod method;
mod parts;
mod plan;
mod table;
mod denoiser;
mod measured;
mod weighted;

pub use effective::{Effective, Window, effective, effective_at_once, window};
pub use knob::{Knob, Knobs, Range};
pub use method::{About, Cost, Ends, Method, Walks, build};
pub use parts::{Blend, Need, Parts, Score};
pub use plan::{Plan, Rule, Run};
pub use table::{Row, method_named, rows, text};

/// Declares the modules of the methods, and lists what they define.
macro_rules! methods {
    ($($module:ident: $($method:ident),+;)*) => {
        $(mod $module; pub use $module::{$($method),+};)*

        /// Every method, in the order of the catalogue.
        pub const METHODS: &[&dyn Method] = &[$($(&$module::$method),+),*];
    };
}

methods! {
    plain: Unconditional, Conditional;
    classifier: ByClassifier;
    classifier_free: ClassifierFree;
    interval: Interval;
    schedule: LINEAR, COSINE, BETA;
    autoguidance: Autoguidance;
    composed: AllOf, OrElse;
    predictor_corrector: PredictorCorrector;
    characteristic: Characteristic;
    feynman_kac: FeynmanKacCorrector;
    feedback: Feedback;
    cfg_plus_plus: CfgPlusPlus;
    apg: Apg, ApgMomentum;
    zero_star: ZeroStar;
    tangential: Tag;
    rescale: Rescale, DynamicThreshold;
    momentum: Momentum;
    bands: Bands;
    rectified: Rectified;
    independent: Icg;
    cads: Cads;
    temporal: TemporalRescaling;
    dps: Dps;
    pigdm: PiGdm;
    tmpd: Tmpd;
    replacement: Replacement;
    repaint: RePaint;
    twisted: TwistedSmc;
}

pub use cads::{Annealing, NoisyLabel};
pub use cfg_plus_plus::CfgPlusPlusStep;
pub use characteristic::{CharacteristicScore, Solved};
pub use feynman_kac::FeynmanKac;
pub use independent::Independent;
pub use momentum::MomentumStep;
pub use rectified::RectifiedStep;
pub use repaint::RePaintStep;
pub use replacement::Replaced;
pub use schedule::Schedule;
pub use tangential::Tangential;
pub use twisted::Twisted;
