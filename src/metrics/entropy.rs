//! Differential entropy of samples, from the distances to their nearest neighbours.

use super::summary::{BATCHES, batch_error};
use crate::parallel::each;
use libm::lgamma;
use ndarray::ArrayView2;
use std::f64::consts::PI;

/// An estimated differential entropy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entropy {
    /// The entropy in nats; it depends on the unit of length: twice as large samples have d·ln 2 more.
    pub nats: f64,
    /// Standard error from the scatter of the estimates of ten parts of the rows, which must be in no order. (The scatter of
    /// the n terms is 10 to 40 % too small: neighbours have distances in common.) NaN where a part has k rows or fewer.
    pub se: f64,
    /// Rows whose k-th neighbour is no farther than the resolution of their coordinates. If this is not 0 the samples
    /// repeat themselves, and `nats` is only what double precision can still tell from −∞.
    pub coincident: usize,
}

/// Kozachenko–Leonenko estimate of the differential entropy, with k neighbours.
///
/// ```text
/// H = ψ(n) − ψ(k) + ln c_d + (d/n) Σᵢ ln rᵢ,   c_d = π^(d/2)/Γ(d/2 + 1),   ψ(n) − ψ(k) = Σ_{j=k}^{n−1} 1/j
/// ```
///
/// rᵢ is the distance from xᵢ to its k-th nearest other row and c_d the volume of the unit ball. Shapes: `x` (n, d);
/// time about n^(2 − 1/d)·d. The bias is that of a density taken as constant within rᵢ and vanishes as n → ∞ with k fixed; a larger
/// k trades variance for bias.
///
/// A law with repeated points has entropy −∞. Rather than −∞, a distance below the resolution of the coordinates
/// (2⁻⁵² of the largest) is taken as that resolution, and `coincident` counts such rows. A row that is not finite makes
/// `nats` and `se` NaN.
///
/// # Panics
/// Unless 1 ≤ k < n and d ≥ 1.
///
/// Kraskov, Stögbauer & Grassberger 2004 (cond-mat/0305641), eq. 20, whose ε(i) is 2rᵢ and whose c_d is of the ball of
/// diameter 1.
pub fn entropy(x: ArrayView2<f64>, k: usize) -> Entropy {
    let (n, d) = x.dim();
    assert!(
        d > 0 && k > 0 && k < n,
        "entropy needs 1 ≤ k < n and d ≥ 1, not k = {k}, n = {n}, d = {d}"
    );
    if !x.iter().all(|v| v.is_finite()) {
        return Entropy { nats: f64::NAN, se: f64::NAN, coincident: 0 };
    }
    let largest = x.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let x = x.as_standard_layout();
    let x = x.as_slice().expect("standard layout");
    let radii = neighbour_distances(x, d, k);
    // a square below the smallest double has underflowed
    let resolution = (f64::EPSILON * largest).max(f64::MIN_POSITIVE.sqrt());
    let coincident = radii.iter().filter(|&&r| r <= resolution).count();
    let terms: Vec<f64> = radii.iter().map(|r| d as f64 * r.max(resolution).ln()).collect();
    let mean = terms.iter().sum::<f64>() / n as f64;
    let part = |b: usize| {
        let rows = &x[b * (n / BATCHES) * d..(b + 1) * (n / BATCHES) * d];
        let logs = neighbour_distances(rows, d, k).into_iter().map(|r| r.max(resolution).ln());
        logs.map(|log| d as f64 * log).sum::<f64>() / (n / BATCHES) as f64
    };
    let se = if n / BATCHES > k { batch_error(part) } else { f64::NAN };
    let half = 0.5 * d as f64;
    let ln_ball = half * PI.ln() - lgamma(half + 1.0);
    let psi_n_minus_psi_k: f64 = (k..n).map(|j| 1.0 / j as f64).sum();
    Entropy { nats: psi_n_minus_psi_k + ln_ball + mean, se, coincident }
}

/// Distance from every row to its `k`-th nearest other row.
///
/// In the order of their first coordinate the rows on either side are looked at until that coordinate alone is too far:
/// in the plane about √n of them.
fn neighbour_distances(x: &[f64], d: usize, k: usize) -> Vec<f64> {
    let n = x.len() / d;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| x[i * d].total_cmp(&x[j * d]));
    let rows: Vec<&[f64]> = order.iter().map(|&i| &x[i * d..(i + 1) * d]).collect();
    let found = each(0..n, |at| neighbour_distance(&rows, at, k));
    let mut distances = vec![0.0; n];
    for (i, distance) in order.into_iter().zip(found) {
        distances[i] = distance;
    }
    distances
}

/// Distance from row `at` to its `k`-th nearest other row, of rows in the order of their first coordinate.
fn neighbour_distance(rows: &[&[f64]], at: usize, k: usize) -> f64 {
    let own = rows[at];
    let mut nearest = vec![f64::INFINITY; k]; // squared, ascending
    let mut near = |row: &&[f64]| {
        if (own[0] - row[0]) * (own[0] - row[0]) >= nearest[k - 1] {
            return false;
        }
        let square: f64 = own.iter().zip(*row).map(|(a, b)| (a - b) * (a - b)).sum();
        if square < nearest[k - 1] {
            let place = nearest.partition_point(|&s| s <= square);
            nearest[place..].rotate_right(1);
            nearest[place] = square;
        }
        true
    };
    let (mut below, mut above) = (rows[..at].iter().rev(), rows[at + 1..].iter());
    let (mut down, mut up) = (true, true);
    while down || up {
        down = down && below.next().is_some_and(&mut near);
        up = up && above.next().is_some_and(&mut near);
    }
    nearest[k - 1].sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::mean_with_se;
    use super::super::testing::{in_pools, normals, rng};
    use super::*;
    use ndarray::{Array2, array};
    use rand::Rng;

    /// |H − truth| < 5 se.
    fn agrees(entropy: Entropy, truth: f64) -> bool {
        (entropy.nats - truth).abs() < 5.0 * entropy.se
    }

    #[test]
    fn a_gaussian_has_its_entropy_for_every_k() {
        let lower = array![[0.5, 0.0], [0.3, 0.2]]; // ½ ln det Σ = ln det L
        let truth = 1.0 + (2.0 * PI).ln() + (0.5f64 * 0.2).ln();
        let x = normals(10_000, 2, &mut rng(15)).dot(&lower.t());
        for k in [1, 3, 5] {
            let ours = entropy(x.view(), k);
            assert!(agrees(ours, truth), "{k}: {ours:?} {truth}");
            assert_eq!(ours.coincident, 0);
            // wrong twins: Kraskov's ε for r, and ψ(n) for ψ(n) − ψ(k + 1)
            assert!(!agrees(ours, truth + 4f64.ln()) && !agrees(ours, truth * 1.3));
            assert!(!agrees(ours, truth + 1.0 / k as f64), "the wrong twin passed");
        }
    }

    #[test]
    fn the_standard_error_is_the_scatter_over_draws() {
        let (draws, n) = (1_000, 300);
        let mut rng = rng(16);
        let (mut nats, mut variance) = (vec![], 0.0);
        for _ in 0..draws {
            let ours = entropy(normals(n, 1, &mut rng).view(), 3);
            nats.push(ours.nats);
            variance += ours.se.powi(2) / draws as f64;
        }
        let scatter = mean_with_se(&nats).1.powi(2) * draws as f64;
        let agrees = |ratio: f64| (ratio - 1.0).abs() < 5.0 * (2.0 / (draws - 1) as f64).sqrt();
        let ratio = scatter / variance;
        assert!(agrees(ratio), "{ratio}");
        // that of n independent terms, measured over 1,000 draws of another seed: neighbours share distances
        assert!(!agrees(1.27 * ratio), "the wrong twin passed");
    }

    #[test]
    fn scaling_adds_d_times_its_logarithm() {
        let x = Array2::from_shape_simple_fn((500, 3), {
            let mut rng = rng(17);
            move || rng.random::<f64>()
        });
        let added = entropy((&x * 7.0).view(), 3).nats - entropy(x.view(), 3).nats;
        assert!((added - 3.0 * 7f64.ln()).abs() < 1e-12);
        assert!((added - 3.0 * 7f64.ln() * 1.01).abs() > 1e-12, "the wrong twin passed");
    }

    #[test]
    fn three_points_by_hand() {
        // 1-D, c_1 = 2, k = 1: distances 1, 1, 2; ψ(3) − ψ(1) = 3/2
        let ours = entropy(array![[0.0], [1.0], [3.0]].view(), 1).nats;
        let by_hand = 1.5 + 2f64.ln() + 2f64.ln() / 3.0;
        assert!((ours - by_hand).abs() < 1e-14);
        // k = 2: distances 3, 2, 3; ψ(3) − ψ(2) = 1/2
        let ours = entropy(array![[0.0], [1.0], [3.0]].view(), 2).nats;
        let by_hand = 0.5 + 2f64.ln() + 18f64.ln() / 3.0;
        assert!((ours - by_hand).abs() < 1e-14);
        assert!((ours - by_hand * 1.01).abs() > 1e-14, "the wrong twin passed");
    }

    #[test]
    fn the_neighbours_are_those_found_by_looking_at_every_pair() {
        for (d, step) in [(1, 1e-9), (2, 0.25), (2, 1e-9), (5, 1e-9)] {
            // coarse steps: many rows share a coordinate or all of them
            let x = normals(200, d, &mut rng(20)).mapv(|v| (v / step).round() * step);
            let distance = |i: usize, j: usize| {
                let square = (&x.row(i) - &x.row(j)).mapv(|apart| apart * apart);
                square.iter().sum::<f64>().sqrt()
            };
            let by_pairs = |k: usize, i: usize| {
                let mut all: Vec<f64> =
                    (0..200).filter(|&j| j != i).map(|j| distance(i, j)).collect();
                all.sort_by(f64::total_cmp);
                all[k - 1]
            };
            for k in [1, 4] {
                let ours = neighbour_distances(x.as_slice().unwrap(), d, k);
                assert!((0..200).all(|i| ours[i] == by_pairs(k, i)), "{d} {k}");
                assert!((0..200).any(|i| ours[i] != by_pairs(k + 1, i)), "the wrong twin passed");
            }
        }
    }

    #[test]
    fn repeated_points_are_counted_and_not_minus_infinity() {
        let mut x = normals(100, 2, &mut rng(18));
        let clean = entropy(x.view(), 1);
        let first = x.row(0).to_owned();
        x.row_mut(1).assign(&first);
        let ours = entropy(x.view(), 1);
        assert_eq!((clean.coincident, ours.coincident), (0, 2));
        assert!(ours.nats.is_finite() && ours.nats < clean.nats);
        assert_eq!(entropy(x.view(), 2).coincident, 0);
        let collapsed = entropy(Array2::zeros((10, 2)).view(), 3);
        assert!(collapsed.nats.is_finite() && collapsed.coincident == 10);
        x[[5, 0]] = f64::NAN;
        assert!(entropy(x.view(), 1).nats.is_nan());
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let x = normals(700, 2, &mut rng(19));
        let [one, two, four] = in_pools(|| entropy(x.view(), 4).nats.to_bits());
        assert!(one == two && two == four);
    }
}
