use super::super::testing::{in_pools, normals, rng};
use super::*;
use ndarray::{Array2, array, concatenate};
use rand::Rng;

/// The k nearest by sorting all distances.
fn sorted(x: &Array2<f64>, points: &Array2<f64>, k: usize) -> Array2<usize> {
    let index = x.outer_iter().flat_map(|x| {
        let square = |j: usize| square_distance(x, points.row(j));
        let mut all: Vec<usize> = (0..points.nrows()).collect();
        all.sort_by(|a, b| square(*a).total_cmp(&square(*b)).then(a.cmp(b)));
        all.truncate(k);
        all
    });
    let index: Vec<usize> = index.collect();
    Array2::from_shape_vec((x.nrows(), k), index).unwrap()
}

/// To rounding of a mean.
fn equal(a: [f64; 4], b: [f64; 4]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
}

#[test]
fn the_neighbours_are_those_of_sorting_whatever_the_scale() {
    // far from the origin and near it, tiny, huge, in steps (with ties), in many dimensions
    for (d, scale, shift) in
        [(1, 1.0, 0.0), (2, 1.0, 1e6), (3, 1e-30, 0.0), (5, 1e25, 0.0), (200, 0.3, -5.0)]
    {
        let [x, points] = [1, 2].map(|seed| normals(150, d, &mut rng(seed)) * scale + shift);
        assert_eq!(nearest(x.view(), points.view(), 7), sorted(&x, &points, 7), "{d} {scale}");
        let steps = |a: &Array2<f64>| a.mapv(|v| ((v - shift) / scale).round());
        let [x, points] = [steps(&x), steps(&points)];
        assert_eq!(nearest(x.view(), points.view(), 7), sorted(&x, &points, 7), "ties in {d}");
    }
}

#[test]
fn rounding_to_f32_alone_would_give_other_neighbours() {
    // 200 points at distances from 1 that f32 cannot tell apart, beside one at 1,000
    let near = Array2::from_shape_fn((200, 1), |(i, _)| 1.0 + 1e-9 * (199 - i) as f64);
    let points = concatenate![Axis(0), near, array![[1e3]]];
    let found = nearest(array![[0.0], [2.0]].view(), points.view(), 3);
    assert_eq!(found, array![[199, 198, 197], [0, 1, 2]]);
    let as_f32: Vec<f32> = points.iter().map(|p| *p as f32).collect();
    assert_eq!(as_f32[199], as_f32[197], "the wrong twin cannot tell them apart");
}

#[test]
fn what_is_not_a_number_is_the_farthest() {
    let points = array![[f64::NAN], [1e300], [3.0], [f64::INFINITY], [1.0]];
    assert_eq!(nearest(array![[0.0]].view(), points.view(), 5), array![[4, 2, 0, 1, 3]]);
    assert_eq!(nearest(array![[f64::NAN]].view(), points.view(), 2), array![[0, 1]]);
}

#[test]
fn the_vote_goes_to_the_majority_and_then_to_the_nearest() {
    let x = array![[0.0], [1.0], [2.5], [10.0]];
    let data = Labelled { x, y: vec![7, 4, 4, 7] };
    let vote = |x: f64, k| knn_classify(&data, array![[x]].view(), k)[0];
    assert_eq!([vote(0.1, 1), vote(0.1, 2), vote(0.1, 3), vote(9.0, 4)], [7, 7, 4, 7]);
    assert_eq!(vote(2.0, 4), 4, "two against two: the nearest decides");
}

#[test]
fn two_gaussians_are_told_apart_as_often_as_their_overlap_allows() {
    // ±1 with sd 1: the best rule errs in Φ(−1) = 15.9 %, the nearest neighbour in E 2η(1 − η) of the two
    let draw = |n: usize, seed: u64| {
        let mut x = normals(n, 1, &mut rng(seed));
        let y: Vec<usize> = (0..n).map(|i| i % 2).collect();
        x.column_mut(0).iter_mut().zip(&y).for_each(|(x, y)| *x += 2.0 * *y as f64 - 1.0);
        Labelled { x, y }
    };
    let (train, test) = (draw(4_000, 5), draw(4_000, 6));
    let wrong = |k| {
        let found = knn_classify(&train, test.x.view(), k);
        found.iter().zip(&test.y).filter(|(a, b)| a != b).count() as f64 / 4_000.0
    };
    let eta = |x: f64| 1.0 / (1.0 + (-2.0 * x).exp());
    let cover_hart = test.x.mapv(|x| 2.0 * eta(x) * (1.0 - eta(x))).mean().unwrap();
    let best = 0.5 * libm::erfc(0.5f64.sqrt());
    let se = (0.25f64 / 4_000.0).sqrt();
    assert!((wrong(1) - cover_hart).abs() < 5.0 * se, "{} {cover_hart}", wrong(1));
    assert!((wrong(101) - best).abs() < 5.0 * se, "{} {best}", wrong(101));
    assert!((wrong(1) - best).abs() > 5.0 * se, "the wrong twin passed");
}

#[test]
fn a_small_example_by_hand() {
    // k = 1: the balls of the reference are [−1, 1], [0, 2], [1, 3] and [2, 18], those of the samples [−1.5, 2.5],
    // [0.5, 4.5] and [2.5, 57.5]
    let reference = array![[0.0], [1.0], [2.0], [10.0]];
    let samples = array![[0.5], [2.5], [30.0]];
    let all = prdc(samples.view(), reference.view(), 1);
    let means = [all.precision, all.recall, all.density, all.coverage].map(|(mean, _)| mean);
    // 0.5 is in two balls, 2.5 in two and 30 in none; every ball of the reference holds a sample
    assert!(equal(means, [2.0 / 3.0, 1.0, 4.0 / 3.0, 1.0]), "{means:?}");
    // too few for parts: half of Wilson's interval, √(np(1 − p) + ¼)/(n + 1)
    let wilson = (2.0f64 / 3.0 + 0.25).sqrt() / 4.0;
    assert!((all.precision.1 - wilson).abs() < 1e-15, "{}", all.precision.1);
    let swapped = prdc(reference.view(), samples.view(), 1);
    assert_eq!((swapped.precision.0, swapped.recall.0), (all.recall.0, all.precision.0));
    assert_ne!(swapped.density.0, all.density.0);
    let copies = array![[0.5], [0.5], [0.5]]; // balls of no width: nothing is in them, but they are in others
    let all = prdc(copies.view(), reference.view(), 2);
    let means = [all.precision, all.recall, all.density, all.coverage].map(|(mean, _)| mean);
    assert_eq!(means, [1.0, 0.0, 1.5, 0.75]); // 0.5 is in [−2, 2], [0, 2] and [0, 4] and not in [1, 19]
}

#[test]
fn sets_that_are_equal_and_sets_that_are_apart_are_the_two_ends() {
    let x = normals(300, 4, &mut rng(7));
    let means = |a: &Array2<f64>, k| {
        let p = prdc(a.view(), x.view(), k);
        [p.precision, p.recall, p.density, p.coverage]
    };
    for k in [1, 5] {
        let itself = means(&x, k).map(|m| m.0);
        assert!(equal(itself, [1.0, 1.0, 1.0 + 1.0 / k as f64, 1.0]), "{itself:?}");
        // none of 300, by Wilson's interval; a density is no share
        let (none, no_density) = ((0.0, 0.5 / 301.0), (0.0, 0.0));
        let apart = means(&(&x + 1e3), k);
        assert!(
            apart
                .iter()
                .zip([none, none, no_density, none])
                .all(|(found, must)| { found.0 == must.0 && (found.1 - must.1).abs() < 1e-15 }),
            "{apart:?}"
        );
        let shifted = means(&(&x + 1e-9), k).map(|m| m.0);
        assert_eq!([shifted[0], shifted[1], shifted[3]], [1.0; 3], "a shift of next to nothing");
    }
    let mut broken = x.clone();
    broken.row_mut(3).fill(f64::NAN);
    assert_eq!(means(&broken, 5)[0].0, 299.0 / 300.0, "what is not a number is in no ball");
}

#[test]
fn two_samples_of_one_law_have_the_density_and_coverage_of_the_lemmas() {
    let (n, m, k) = (2_000, 1_000, 5);
    let (reference, samples) = (normals(n, 3, &mut rng(8)), normals(m, 3, &mut rng(9)));
    let all = prdc(samples.view(), reference.view(), k);
    let fewer = |i: usize| (n - i) as f64 / (n + m - i) as f64;
    let coverage = 1.0 - (1..=k).map(fewer).product::<f64>();
    let near = |(mean, se): (f64, f64), exact: f64| (mean - exact).abs() < 5.0 * se;
    assert!(near(all.density, 1.0), "{all:?}");
    assert!(near(all.coverage, coverage), "{all:?} {coverage}");
    let wrong = 1.0 - (1..k).map(fewer).product::<f64>(); // a neighbour less
    assert!(!near(all.coverage, wrong), "the wrong twin passed: {wrong}");
    let narrow = prdc((&samples * 0.5).view(), reference.view(), k);
    assert!(narrow.coverage.0 < 0.8 * all.coverage.0, "{narrow:?}");
    assert!(narrow.recall.0 < all.recall.0 && narrow.precision.0 > all.precision.0);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let mut random = rng(10);
    let x = Array2::from_shape_simple_fn((300, 3), || f64::from(random.random_range(0..4)));
    let y = normals(200, 3, &mut random);
    let ask = || (nearest(y.view(), x.view(), 4), prdc(y.view(), x.view(), 3));
    let [one, two, four] = in_pools(ask);
    assert!(one == two && two == four);
}
