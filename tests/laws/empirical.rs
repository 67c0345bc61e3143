//! A data set as a distribution: what memorising looks like.

use crate::common::{Scaled, assert_law, cases, levels, max_abs, normals};
use ndarray::{Array2, Axis, array};
use scorelab::condition::Observation;
use scorelab::mixture::{Empirical, Labelled, Mixture};
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;

fn data() -> Labelled {
    cases::animals().sample(60, 5, Purpose::Data)
}

/// For each row of `x` the nearest of `points`.
fn nearest(points: &Array2<f64>, x: &Array2<f64>) -> Array2<f64> {
    let rows: Vec<usize> = x
        .outer_iter()
        .map(|x| {
            let distance = |i: &usize| (&points.row(*i) - &x).mapv(|v| v * v).sum();
            (0..points.nrows()).min_by(|i, j| distance(i).total_cmp(&distance(j))).unwrap()
        })
        .collect();
    points.select(Axis(0), &rows)
}

#[test]
fn one_point_is_a_linear_field() {
    let point = array![[0.7, -1.3]];
    let empirical = Empirical::new(point.clone()).unwrap();
    for (process, level) in levels() {
        let x = normals(20, 2) * 3.0;
        let linear = (&point * level.alpha - &x) / level.sigma.powi(2);
        let size = max_abs(&linear);
        let residual =
            |score: &dyn ScoreFn| max_abs(&(score.score(x.view(), level) - &linear)) / size;
        assert_law(process, residual(&empirical), residual(&Scaled(&empirical, 1.001)), 1e-14);
    }
}

#[test]
fn with_little_noise_the_denoiser_returns_the_nearest_point() {
    let points = data().x;
    let empirical = Empirical::new(points.clone()).unwrap();
    let x = normals(50, 2) * 2.0;
    let residual = |sigma: f64| {
        let d = empirical.denoised(x.view(), NoiseLevel::ve(sigma));
        max_abs(&(d - nearest(&points, &x)))
    };
    assert_law("copies", residual(1e-3), residual(0.3), 1e-12);
}

#[test]
fn with_much_noise_the_denoiser_returns_the_mean() {
    let points = data().x;
    let empirical = Empirical::new(points.clone()).unwrap();
    let x = normals(50, 2);
    let mean = points.mean_axis(Axis(0)).unwrap();
    let residual =
        |sigma: f64| max_abs(&(empirical.denoised(x.view(), NoiseLevel::ve(sigma)) - &mean));
    assert_law("the mean", residual(1e4), residual(1.0), 1e-6);
}

#[test]
fn a_data_set_is_a_mixture_of_narrow_gaussians() {
    let points = data().x;
    let (n, narrow) = (points.nrows(), 1e-6);
    let mixture =
        Mixture::isotropic(vec![1.0; n], points.clone(), &vec![narrow; n], vec![0; n]).unwrap();
    let empirical = Empirical::new(points).unwrap();
    for (process, level) in levels().into_iter().filter(|(_, l)| l.ratio() >= 0.1) {
        let x = normals(30, 2) * (level.alpha * 2.0 + level.sigma);
        let s = mixture.score(x.view(), level);
        let residual =
            |score: &dyn ScoreFn| max_abs(&(score.score(x.view(), level) - &s)) / max_abs(&s);
        assert_law(process, residual(&empirical), residual(&Scaled(&empirical, 1.001)), 1e-8);
        let log_p = mixture.log_density(x.view(), level);
        let residual =
            |x: &Array2<f64>| max_abs(&(empirical.log_density(x.view(), level) - &log_p));
        assert_law(process, residual(&x), residual(&(&x * 1.01)), 1e-6);
    }
}

#[test]
fn the_points_of_a_class_are_the_data_set_of_that_class() {
    let data = data();
    let rows: Vec<usize> = (0..data.y.len()).filter(|i| data.y[*i] == 2).collect();
    let own = Empirical::new(data.x.select(Axis(0), &rows)).unwrap();
    let of_class = Empirical::of_class(&data, 2).unwrap();
    let (x, level) = (normals(20, 2), NoiseLevel::ve(0.5));
    assert_eq!(own.score(x.view(), level), of_class.score(x.view(), level));
    assert_ne!(
        own.score(x.view(), level),
        Empirical::of_class(&data, 1).unwrap().score(x.view(), level)
    );
    assert!(Empirical::of_class(&data, 4).is_err());
}

#[test]
fn an_observation_leaves_all_points_or_the_one_it_was_made_of() {
    let points = data().x;
    let (n, empirical) = (points.nrows() as f64, Empirical::new(points.clone()).unwrap());
    let size = |tau: f64| {
        empirical.effective_size(&Observation::point(points.row(7).to_owned(), tau).unwrap())
    };
    assert!((size(1e6) - n).abs() < 1e-3 && (size(1e-9) - 1.0).abs() < 1e-9);
    // by hand: two points, one of them at y and one at a distance of τ·√(2·ln 3), so of a third of its weight
    let pair = Empirical::new(array![[0.0], [(2.0 * 3.0f64.ln()).sqrt()]]).unwrap();
    let seen = Observation::point(array![0.0], 1.0).unwrap();
    let own = pair.effective_size(&seen);
    let off = |by_hand: f64| (own - by_hand).abs();
    assert_law("(1 + 1/3)²/(1 + 1/9)", off(1.6), off(4.0 / 3.0), 1e-12); // the twin: Σw/max w
}
