//! Pearson's test: do the modes get the share of samples that they should?

use libm::{erfc, lgamma};

/// Pearson's statistic with its p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Σ (observed − expected)² / expected.
    pub statistic: f64,
    /// Degrees of freedom: cells that can be visited, minus one.
    pub dof: usize,
    /// Probability of a statistic at least this large if the weights are right.
    pub p_value: f64,
}

/// Pearson's χ² test of counts against weights.
///
/// ```text
/// χ² = Σₖ (countₖ − n·πₖ)² / (n·πₖ),   n = Σ count,   π = weights / Σ weights,   dof = #{πₖ > 0} − 1
/// ```
///
/// Shapes: both (k,). Counts proportional to the weights give 0 and p = 1, as does a single cell. A cell of weight 0
/// that was never visited is left out; one that was visited gives χ² = ∞ and p = 0. The p-value is that of large n:
/// trust it from about 5 expected in each cell, and only for independent samples.
///
/// # Panics
/// If lengths differ, nothing was counted, or a weight is negative or not finite, or all are 0.
///
/// K. Pearson, "On the criterion …", Philosophical Magazine 50 (1900).
pub fn chi_square(counts: &[usize], weights: &[f64]) -> ChiSquare {
    assert_eq!(counts.len(), weights.len(), "one weight per count");
    assert!(
        weights.iter().all(|w| w.is_finite() && *w >= 0.0),
        "weights must be finite and not negative"
    );
    let n = counts.iter().sum::<usize>() as f64;
    let total: f64 = weights.iter().sum();
    assert!(n > 0.0 && total > 0.0, "nothing counted, or nothing expected");
    let cells = counts.iter().zip(weights).filter(|&(&count, &weight)| count > 0 || weight > 0.0);
    let term = |(&count, &weight): (&usize, &f64)| {
        let expected = n * (weight / total);
        (count as f64 - expected).powi(2) / expected
    };
    let statistic = cells.map(term).sum();
    let dof = weights.iter().filter(|&&w| w > 0.0).count() - 1;
    ChiSquare { statistic, dof, p_value: chi_square_tail(statistic, dof) }
}

/// Probability that a χ² variable with `dof` degrees of freedom exceeds `x`.
///
/// ```text
/// Q(x; 1) = erfc(√(x/2)),   Q(x; 2) = e^(−x/2),   Q(x; k + 2) = Q(x; k) + (x/2)^(k/2) e^(−x/2) / Γ(k/2 + 1)
/// ```
///
/// All terms are positive, so small tails keep their relative precision. Q(0; k) = 1. With `dof` = 0 the variable is
/// the constant 0: 1 at x = 0, else 0.
///
/// # Panics
/// If `x` is negative or not a number.
///
/// Abramowitz & Stegun, *Handbook of Mathematical Functions* (1964), 26.4.4, 26.4.5 and 26.4.8.
pub fn chi_square_tail(x: f64, dof: usize) -> f64 {
    assert!(x >= 0.0, "χ² must not be negative, and is {x}");
    if x == 0.0 || x.is_infinite() || dof == 0 {
        return if x == 0.0 { 1.0 } else { 0.0 };
    }
    let half = 0.5 * x;
    let (first, mut q) = if dof % 2 == 1 { (1, erfc(half.sqrt())) } else { (2, (-half).exp()) };
    for k in (first..dof).step_by(2) {
        let a = 0.5 * k as f64;
        q += (a * half.ln() - half - lgamma(a + 1.0)).exp();
    }
    q.min(1.0) // rounding may add an ulp
}

/// The x which a χ² variable with `dof` degrees of freedom exceeds with probability `tail`: the inverse of
/// [`chi_square_tail`], to the last bits, by bisection.
///
/// `tail` = 1 gives 0.
///
/// # Panics
/// Unless 0 < `tail` ≤ 1 and `dof` ≥ 1.
pub fn chi_square_quantile(tail: f64, dof: usize) -> f64 {
    assert!(tail > 0.0 && tail <= 1.0 && dof > 0, "a tail of {tail} with {dof} degrees of freedom");
    let (mut low, mut high) = (0.0, dof as f64);
    while chi_square_tail(high, dof) > tail {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        *(if chi_square_tail(middle, dof) > tail { &mut low } else { &mut high }) = middle;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rng;
    use super::*;
    use rand::Rng;

    #[test]
    fn tails_agree_with_the_printed_tables() {
        // Abramowitz & Stegun, table 26.8, three decimals of χ²: half a unit of it moves Q by less than 2e-4
        let table = [
            (3.841, 1, 0.05),
            (6.635, 1, 0.01),
            (5.991, 2, 0.05),
            (7.815, 3, 0.05),
            (11.345, 3, 0.01),
            (9.488, 4, 0.05),
            (18.307, 10, 0.05),
            (31.410, 20, 0.05),
            (124.342, 100, 0.05),
        ];
        for (x, dof, p) in table {
            let agrees =
                |p: f64| chi_square_tail(x - 5e-4, dof) >= p && p >= chi_square_tail(x + 5e-4, dof);
            assert!(agrees(p), "{x} {dof}");
            assert!(!agrees(p * 1.01) && !agrees(p * 0.99), "the wrong twin passed: {x} {dof}");
        }
    }

    #[test]
    fn even_tails_are_poisson_sums() {
        // Q(x; 2m) = P(Poisson(x/2) < m), summed by multiplication alone
        for (x, m) in [(0.3, 1), (7.0, 5), (80.0, 30), (400.0, 40)] {
            let (mut term, mut sum) = ((-0.5f64 * x).exp(), 0.0);
            for j in 0..m {
                sum += term;
                term *= 0.5 * x / (j + 1) as f64;
            }
            let ratio = chi_square_tail(x, 2 * m) / sum;
            assert!((ratio - 1.0).abs() < 1e-11, "{x} {m} {ratio}");
            assert!(
                (chi_square_tail(x, 2 * m + 1) / sum - 1.0).abs() > 1e-11,
                "the wrong twin passed"
            );
        }
    }

    #[test]
    fn the_quantile_is_the_inverse_of_the_tail() {
        for dof in [1, 2, 3, 10, 64, 784] {
            for tail in [1e-12, 0.002_187, 0.05, 0.5, 0.99] {
                let x = chi_square_quantile(tail, dof);
                assert!((chi_square_tail(x, dof) / tail - 1.0).abs() < 1e-9, "{dof} {tail}");
                assert!((chi_square_tail(1.01 * x, dof) / tail - 1.0).abs() > 1e-9);
            }
        }
        assert_eq!(chi_square_quantile(1.0, 3), 0.0);
    }

    #[test]
    fn degenerate_cases_are_those_of_the_docs() {
        let even = chi_square(&[50, 30, 20], &[5.0, 3.0, 2.0]);
        assert_eq!((even.statistic, even.dof, even.p_value), (0.0, 2, 1.0));
        assert_eq!(chi_square(&[7], &[0.3]).p_value, 1.0);
        let unvisited = chi_square(&[6, 4, 0], &[0.5, 0.5, 0.0]);
        assert_eq!((unvisited.dof, unvisited.statistic), (1, 0.4));
        let impossible = chi_square(&[6, 4, 1], &[0.5, 0.5, 0.0]);
        assert_eq!((impossible.statistic, impossible.p_value), (f64::INFINITY, 0.0));
        assert_eq!(
            [chi_square_tail(0.0, 0), chi_square_tail(1.0, 0), chi_square_tail(0.0, 9)],
            [1.0, 0.0, 1.0]
        );
    }

    #[test]
    fn p_values_are_uniform_when_the_weights_are_right() {
        let weights = [0.5, 0.3, 0.2];
        let (draws, n) = (500, 400);
        let mut rng = rng(3);
        let mut mean_p = |against: &[f64]| {
            let mut p = 0.0;
            for _ in 0..draws {
                let mut counts = [0; 3];
                for _ in 0..n {
                    let u: f64 = rng.random();
                    counts[usize::from(u > 0.5) + usize::from(u > 0.8)] += 1;
                }
                p += chi_square(&counts, against).p_value;
            }
            p / draws as f64
        };
        let bound = 5.0 * (1.0 / 12.0 / draws as f64).sqrt();
        assert!((mean_p(&weights) - 0.5).abs() < bound);
        assert!((mean_p(&[0.45, 0.35, 0.2]) - 0.5).abs() > bound, "the wrong twin passed");
    }
}
