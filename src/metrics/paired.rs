//! Whether paired differences have a sign, for many comparisons at once.

/// The most differences of which every pattern of signs is tried.
pub const MOST_FLIPS: usize = 24;

/// The p-value of "each difference could as well have had the other sign".
///
/// ```text
/// p = #{signs ε : |Σ εᵢ·dᵢ| ≥ |Σ dᵢ|}/2ⁿ
/// ```
///
/// All 2ⁿ patterns are tried, so the test is exact for n independent differences whose law is symmetric about 0, whatever it
/// is; the least p is 2/2ⁿ. Differences that are all 0 have p = 1; one that is not a number makes p NaN. Source: Fisher 1935,
/// The Design of Experiments, section 21.
///
/// # Panics
/// If there are no differences or more than [`MOST_FLIPS`].
pub fn sign_flip_p(differences: &[f64]) -> f64 {
    let n = differences.len();
    assert!((1..=MOST_FLIPS).contains(&n), "1 to {MOST_FLIPS} differences, not {n}");
    if differences.iter().any(|d| d.is_nan()) {
        return f64::NAN;
    }
    let size: f64 = differences.iter().map(|d| d.abs()).sum();
    let mut sum: f64 = differences.iter().sum();
    let seen = sum.abs() - 1e-12 * size; // a tie with other rounding is one
    // Gray's code flips one sign from pattern to pattern; the last is left as it is: the other half is the mirror
    let (patterns, mut flipped, mut as_far) = (1u32 << (n - 1), 0u32, 0u32);
    for next in 1..=patterns {
        as_far += u32::from(sum.abs() >= seen);
        let i = next.trailing_zeros();
        if next < patterns {
            let back = flipped >> i & 1 == 1;
            sum += 2.0 * if back { differences[i as usize] } else { -differences[i as usize] };
            flipped ^= 1 << i;
        }
    }
    f64::from(as_far) / f64::from(patterns)
}

/// Holm's adjusted p-values: comparisons with one of at most a are wrongly told apart with probability at most a, all taken
/// together.
///
/// ```text
/// p̃₍ₖ₎ = max_{j ≤ k} min(1, (m − j + 1)·p₍ⱼ₎),   p₍₁₎ ≤ … ≤ p₍ₘ₎
/// ```
///
/// In the order of `p`; what is not a number stays so and is not counted. Source: Holm, "A simple sequentially rejective multiple
/// test procedure", Scand. J. Statist. 6 (1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let (mut adjusted, mut largest) = (vec![f64::NAN; p.len()], 0.0f64);
    for (done, i) in order.iter().enumerate() {
        largest = largest.max((p[*i] * (order.len() - done) as f64).min(1.0));
        adjusted[*i] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::super::testing::{normals, rng};
    use super::*;

    #[test]
    fn three_differences_by_hand() {
        // |±1 ±2 ±4| ≥ 7 for two patterns of eight, ≥ 5 for four
        assert_eq!(sign_flip_p(&[1.0, 2.0, 4.0]), 0.25);
        assert_eq!(sign_flip_p(&[-1.0, 2.0, 4.0]), 0.5);
        assert_ne!(sign_flip_p(&[1.0, 2.0, 4.0]), sign_flip_p(&[-1.0, 2.0, 4.0]));
        assert_eq!(sign_flip_p(&[0.0, 0.0]), 1.0);
        assert_eq!(
            sign_flip_p(&[0.1, 0.2, 0.3, -0.3]),
            sign_flip_p(&[1.0, 2.0, 3.0, -3.0]),
            "ties"
        );
        assert!(sign_flip_p(&[1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn without_a_difference_p_is_uniform_and_with_one_it_is_small() {
        let draws = 2_000;
        let mut rng = rng(21);
        let mut share = |shift: f64, level: f64| {
            let x = normals(draws, 10, &mut rng) + shift;
            let below = x.outer_iter().filter(|d| sign_flip_p(&d.to_vec()) <= level).count();
            below as f64 / draws as f64
        };
        for level in [0.01, 0.05, 0.5] {
            // of 512 patterns as many whole ones as are not above the level
            let truth = (level * 512.0f64).floor() / 512.0;
            let bound = 4.5 * (truth * (1.0 - truth) / draws as f64).sqrt();
            assert!((share(0.0, level) - truth).abs() < bound, "{level}");
            assert!((share(0.5, level) - truth).abs() > bound, "the twin, at {level}");
        }
    }

    #[test]
    fn holms_values_are_those_of_his_steps() {
        let found = holm(&[0.01, 0.04, 0.03, f64::NAN, 0.005]);
        let by_hand = [0.03, 0.06, 0.06, f64::NAN, 0.02]; // 4 × .005, 3 × .01, 2 × .03, then no less
        for (found, told) in found.iter().zip(by_hand) {
            assert!(
                (found - told).abs() < 1e-15 || found.is_nan() && told.is_nan(),
                "{found}, {told}"
            );
        }
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn among_many_equal_pairs_holm_tells_hardly_one_apart_and_single_tests_many() {
        let (tables, m) = (400, 20);
        let mut rng = rng(22);
        let (mut wrong, mut single) = (0, 0);
        for _ in 0..tables {
            let x = normals(m, 10, &mut rng);
            let p: Vec<f64> = x.outer_iter().map(|d| sign_flip_p(&d.to_vec())).collect();
            wrong += usize::from(holm(&p).iter().any(|p| *p <= 0.05));
            single += usize::from(p.iter().any(|p| *p <= 0.05));
        }
        let bound = 0.05 + 4.5 * (0.05 * 0.95 / tables as f64).sqrt();
        assert!(wrong as f64 / tables as f64 <= bound, "{wrong} of {tables}");
        assert!(single as f64 / tables as f64 > bound, "the twin, without Holm: {single}");
    }
}
