//! The guidance scale.

use crate::{Error, Result};

/// The guidance scale γ, in the one convention of this crate.
///
/// ```text
/// s_γ = s_u + γ·(s_c − s_u) = (1 − γ)·s_u + γ·s_c
/// ```
///
/// γ = 0 is unconditional, γ = 1 conditional, γ > 1 steers further, γ < 0 away. Other conventions enter by name.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Gamma(pub(super) f64);

impl Gamma {
    /// γ itself.
    ///
    /// # Errors
    /// If `gamma` is not a finite number.
    pub fn new(gamma: f64) -> Result<Self> {
        if gamma.is_finite() {
            Ok(Gamma(gamma))
        } else {
            Err(Error::value("γ", gamma, "a finite number"))
        }
    }

    /// The `guidance_scale` of diffusers and the guidance of EDM2, which is γ.
    ///
    /// # Errors
    /// As [`Gamma::new`].
    pub fn from_guidance_scale(scale: f64) -> Result<Self> {
        Gamma::new(scale)
    }

    /// The w of Ho & Salimans 2022 (2207.12598), eq. 6: (1 + w)·s_c − w·s_u, so γ = 1 + w.
    ///
    /// # Errors
    /// As [`Gamma::new`].
    pub fn from_ho_salimans(w: f64) -> Result<Self> {
        Gamma::new(1.0 + w)
    }

    /// γ as a number.
    pub fn value(self) -> f64 {
        self.0
    }
}
