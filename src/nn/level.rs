//! How a network is told the noise level.

use super::fast::silu::cosines;

/// The frequencies f in cycles per unit of log-SNR, geometric from 1/64 to 1/4.
///
/// The log-SNR runs over about ±12, so the slowest never completes a turn and tells the ends apart.
pub(super) fn frequencies(n: usize) -> Vec<f32> {
    const SLOWEST: f32 = 1.0 / 64.0;
    const FASTEST: f32 = 1.0 / 4.0;
    let step = |f: usize| 1.0 - f as f32 / (n.max(2) - 1) as f32;
    (0..n).map(|f| FASTEST * (SLOWEST / FASTEST).powf(step(f))).collect()
}

/// cos and then sin of 2π·f·λ at every frequency f.
pub(super) fn fourier(frequencies: &[f32], log_snr: f32, features: &mut [f32]) {
    const MOST: usize = 64;
    for (i, some) in frequencies.chunks(MOST).enumerate() {
        let mut turns = [0.0; MOST];
        turns.iter_mut().zip(some).for_each(|(t, f)| *t = f * log_snr);
        let (from, n) = (i * MOST, some.len());
        cosines(&turns[..n], 0.0, &mut features[from..][..n]);
        cosines(&turns[..n], -0.25, &mut features[frequencies.len() + from..][..n]); // sines
    }
}
