//! A walk in legs: one score down to a noise level, another one from there on.

use crate::noise::{Grid, Process};

/// A score and the noise level down to which it leads.
///
/// Legs are given from noise to data, each with a lower end than the one before; the last one ends at 0. As its end is a
/// σ/α, a leg means the same under every process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg<C> {
    /// The score that leads.
    pub score: C,
    /// σ/α at the leg's lower end.
    pub down_to: f64,
}

/// The parts of a walk along these legs, for [`sample_rows`](super::sample_rows): the grid cut where legs meet.
///
/// An edge between two times of the grid becomes one more time. A leg that lies above the grid's first level or below its
/// last one has no part. One leg is the whole grid. Source: Kynkäänniemi et al. 2024 (2404.07724), eq. 5, whose interval is
/// three legs.
///
/// # Panics
/// If there is no leg, their ends do not fall, or the last one does not end at 0.
pub fn parts_of<'a, C>(legs: &'a [Leg<C>], process: &Process, grid: &Grid) -> Vec<(&'a C, Grid)> {
    assert_eq!(legs.last().expect("at least one leg").down_to, 0.0, "the last leg ends at 0");
    assert!(legs.windows(2).all(|l| l[1].down_to < l[0].down_to), "the ends of legs fall");
    let inner = legs[..legs.len() - 1].iter().map(|leg| leg.down_to);
    let edges: Vec<f64> = inner.map(|r| process.t_of_log_snr(-2.0 * r.ln())).collect();
    let leading = |piece: &Grid| {
        let times = piece.times();
        let middle = process.level(0.5 * (times[0] + times[times.len() - 1])).ratio();
        legs.iter().find(|leg| leg.down_to < middle).expect("a leg that ends at 0")
    };
    let pieces = grid.cut(&edges).into_iter();
    pieces.map(|piece| (&leading(&piece).score, piece)).collect()
}
