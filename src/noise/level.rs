//! A place on the noise axis.

/// Where on the noise axis we are: x_t = α·x₀ + σ·ε.
///
/// The degenerate level α = 1, σ = 0 is the data itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseLevel {
    /// What is left of the data, α > 0.
    pub alpha: f64,
    /// How much noise there is, σ ≥ 0.
    pub sigma: f64,
}

impl NoiseLevel {
    /// The variance-exploding level α = 1 with the given σ.
    pub fn ve(sigma: f64) -> Self {
        NoiseLevel { alpha: 1.0, sigma }
    }

    /// The log signal-to-noise ratio 2·ln(α/σ); +∞ at σ = 0.
    pub fn log_snr(self) -> f64 {
        2.0 * (self.alpha / self.sigma).ln()
    }

    /// σ/α, the level of the equivalent variance-exploding process for x/α.
    pub fn ratio(self) -> f64 {
        self.sigma / self.alpha
    }
}
