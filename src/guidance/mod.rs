//! Guidance: scores made of scores. No network and no sampler is known here.
//!
//! | type | s = |
//! |---|---|
//! | [`Guided`] | s_guiding + γ·(s_main − s_guiding) |
//! | [`Scheduled`] | the same with γ(σ/α) |
//! | [`ClassifierGuided`] | s_u + γ·∇ₓ log p(y ∣ x_t) |
//! | [`Composed`] | s_u + Σᵢ wᵢ·(sᵢ − s_u): AND and NOT |
//! | [`Sum`] | Σᵢ wᵢ·sᵢ |
//! | [`AnyOf`] | ∇ₓ log Σᵢ wᵢ·pᵢ: OR |
//!
//! Each is generic over the scores that it holds: borrowed (`&mixture`), owned, or shared (`Arc<dyn ScoreFn>`). What is built
//! of owned and shared ones is `'static`, so that a function can return it and a thread can keep it.

mod by_classifier;
mod combined;
mod gamma;
mod guided;

pub use by_classifier::{ClassifierGuided, GradientScaled};
pub use combined::{AnyOf, Composed, Sum};
pub use gamma::Gamma;
pub use guided::{Guided, Scheduled};
