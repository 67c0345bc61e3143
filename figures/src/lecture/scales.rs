//! The γ that a figure shows, whether or not any are asked for.

use scorelab::guidance::Gamma;

/// The γ of a figure for which the lecture has none of its own.
pub(super) const USUAL: [f64; 4] = [0.0, 1.0, 2.0, 5.0];

/// These γ.
///
/// # Panics
/// If one is not finite.
pub(super) fn gammas(values: &[f64]) -> Vec<Gamma> {
    values.iter().map(|g| Gamma::new(*g).expect("a finite number")).collect()
}

/// The γ of a figure that tells what happens as γ grows: one that is asked for alone stands behind 0 and 1, where that begins.
///
/// Several are shown as they are. The answer rises where anything was added.
pub fn beside_the_first(asked: &[Gamma]) -> Vec<Gamma> {
    let [only] = asked else { return asked.to_vec() };
    let mut all = [&gammas(&[0.0, 1.0])[..], &[*only]].concat();
    all.sort_by(|a, b| a.value().total_cmp(&b.value()));
    all.dedup();
    all
}

/// Those from 1 on, in their order, with γ = 1 before a single one; none if none is above 1, where nothing can be passed.
pub(super) fn from_one_on(asked: &[Gamma]) -> Vec<Gamma> {
    let past: Vec<Gamma> = asked.iter().copied().filter(|g| g.value() >= 1.0).collect();
    match past[..] {
        _ if past.iter().all(|g| g.value() == 1.0) => Vec::new(),
        [only] => vec![gammas(&[1.0])[0], only],
        _ => past,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: Vec<Gamma>) -> Vec<f64> {
        all.iter().map(|g| g.value()).collect()
    }

    #[test]
    fn a_single_gamma_stands_behind_those_where_the_story_begins_and_several_are_left_alone() {
        let first = |asked: &[f64]| values(beside_the_first(&gammas(asked)));
        assert_eq!(first(&[10.0]), [0.0, 1.0, 10.0]);
        assert_eq!((first(&[1.0]), first(&[-1.0])), (vec![0.0, 1.0], vec![-1.0, 0.0, 1.0]));
        assert_eq!(first(&[4.0, 2.0]), [4.0, 2.0]);
        assert!(first(&[]).is_empty());
    }

    #[test]
    fn nothing_is_passed_without_a_gamma_above_one() {
        let past = |asked: &[f64]| values(from_one_on(&gammas(asked)));
        assert_eq!((past(&[10.0]), past(&[0.0, 10.0])), (vec![1.0, 10.0], vec![1.0, 10.0]));
        assert_eq!(past(&[0.0, 1.0, 3.0, 5.0]), [1.0, 3.0, 5.0]);
        assert_eq!(past(&[2.0, 5.0]), [2.0, 5.0]);
        assert!([&[0.0, 1.0][..], &[1.0, 1.0], &[0.5]].iter().all(|g| past(g).is_empty()));
    }
}
