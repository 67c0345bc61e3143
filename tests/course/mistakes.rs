//! Thirty mistakes as students make them, each computed as they would, and the hint that each must get.

use ndarray::{Array1, Array2, Axis, array};
use scorelab::mixture::{Mixture, Noiseless, Posterior};
use scorelab::noise::NoiseLevel;
use scorelab::score::{Likelihood, ScoreFn, eps};
use scorelab_lab::course::{Answer, image_problem, mark, problem};
use std::collections::BTreeSet;

/// Which exercise, what was handed in, and words of the hint that no other mistake gets.
type Row = (usize, Answer, &'static str);

/// The slopes of f at the rows of x, by (f(x + a) − f(x + b))/over along each coordinate.
fn slopes(
    f: impl Fn(&Array2<f64>) -> Array1<f64>,
    x: &Array2<f64>,
    [a, b, over]: [f64; 3],
) -> Array2<f64> {
    let moved = |j: usize, by: f64| {
        let mut x = x.clone();
        x.column_mut(j).mapv_inplace(|v| v + by);
        f(&x)
    };
    let column = |j: usize| (moved(j, a) - moved(j, b)) / over;
    ndarray::stack(Axis(1), &[column(0).view(), column(1).view()]).unwrap()
}

/// Exercises 1 to 3.
fn first() -> Vec<Row> {
    let p = problem();
    let (mixture, h) = (&p.scene.mixture, 1e-4);
    let log_p = |x: &Array2<f64>| mixture.log_density(x.view(), p.level);
    let s = slopes(log_p, &p.x, [h, -h, 2.0 * h]);
    let NoiseLevel { alpha, sigma } = p.level;
    let clean = |x: &Array2<f64>| mixture.log_density(x.view(), NoiseLevel::ve(0.0));
    let exchanged = ndarray::stack(Axis(1), &[s.column(1), s.column(0)]).unwrap();
    vec![
        (1, slopes(log_p, &p.x, [-h, h, 2.0 * h]).into(), "the sign is reversed"),
        (1, slopes(log_p, &p.x, [h, -h, h]).into(), "2h apart"),
        (
            1,
            slopes(|x| log_p(x).mapv(f64::exp), &p.x, [h, -h, 2.0 * h]).into(),
            "logarithm is missing",
        ),
        (1, slopes(clean, &p.x, [h, -h, 2.0 * h]).into(), "noise level was forgotten"),
        (1, exchanged.into(), "coordinates are exchanged"),
        (2, ((&p.x + &(sigma * &s)) / alpha).into(), "σ stands where σ² belongs"),
        (2, ((&p.x + &s) / alpha).into(), "factor σ² before the score"),
        (2, (&p.x + &(sigma * sigma * &s)).into(), "α is missing"),
        (2, ((&p.x - &(sigma * sigma * &s)) / alpha).into(), "not against it"),
        (
            2,
            ((&p.x + &(sigma * sigma * eps(mixture, p.x.view(), p.level))) / alpha).into(),
            "ε was taken for the score",
        ),
        (3, (0.25 * 0.75 / 6000.0).into(), "root is missing"),
        (3, (0.25f64 * 0.75).sqrt().into(), "divide by n under the root"),
    ]
}

/// Exercises 4 and 5.
fn bayes() -> Vec<Row> {
    let p = problem();
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let (given, all) =
        (mixture.given(p.class).log_density(x, p.level), mixture.log_density(x, p.level));
    let (s_u, prior) = (mixture.score(x, p.level), mixture.class_weights()[p.class]);
    let push = |class| mixture.posterior(class).grad_log_likelihood(x, p.level);
    vec![
        (4, (&given - &all).into(), "the prior is missing"),
        (4, (&given + prior.ln()).into(), "the evidence is missing"),
        (4, (&given + prior - &all).into(), "among logarithms"),
        (
            4,
            mixture.class_probabilities(x, p.level).column(p.class).to_owned().into(),
            "its logarithm is asked for",
        ),
        (5, (&s_u + &push(p.class) - prior.ln()).into(), "log p(y) itself was subtracted"),
        (5, push(p.class).into(), "only the classifier's gradient"),
        (5, (&s_u - &push(p.class)).into(), "leads away from y"),
        (5, mixture.given(0).score(x, p.level).into(), "score of another class"),
        (5, s_u.into(), "nothing here depends on y"),
    ]
}

/// Exercises 6 to 9.
fn steering() -> Vec<Row> {
    let p = problem();
    let (mixture, x, w) = (&p.scene.mixture, p.x.view(), 3.0);
    let (s_u, s_c) = (mixture.score(x, p.level), mixture.given(p.class).score(x, p.level));
    let exact = mixture.posterior(p.class);
    let warm = Posterior { temperature: 5.0, ..exact.clone() };
    let gradient = |of: &dyn Likelihood| of.grad_log_likelihood(x, p.level);
    let (a, b) = (gradient(&Noiseless(exact.clone())), gradient(&exact));
    let rms = |g: &Array2<f64>| g.mapv(|v| v * v).mean().unwrap().sqrt();
    let rms_each = |g: &Array2<f64>| g.mapv(|v| v * v).mean_axis(Axis(0)).unwrap().mapv(f64::sqrt);
    vec![
        (6, ((1.0 + w) * &s_c - w * &s_u).into(), "Ho & Salimans' w was taken for γ"),
        (6, (3.0 * (&s_c - &s_u)).into(), "the unconditional score is missing"),
        (6, (3.0 * &s_u - 2.0 * &s_c).into(), "s_u and s_c are exchanged"),
        (7, gradient(&warm).into(), "a temperature instead of a gradient scale"),
        (7, (5.0 * &b).into(), "do not divide"),
        (8, 0.2.into(), "25 times too weak"),
        (8, 4.0.into(), "w = γ − 1"),
        (9, (rms(&b) / rms(&a)).into(), "upside down"),
        (9, (rms_each(&a) / rms_each(&b)).into(), "axis 0"),
    ]
}

/// Exercises 10 to 13.
fn last() -> Vec<Row> {
    let p = problem();
    let (mixture, x) = (&p.scene.mixture, p.x.view());
    let of = |mixture: &Mixture| eps(mixture, x, p.level);
    let (c, u) = (of(&mixture.given(p.class)), of(mixture));
    let scores: Vec<Array2<f64>> = (0..3).map(|y| mixture.given(y).score(x, p.level)).collect();
    let mean = scores.iter().fold(Array2::zeros(x.raw_dim()), |sum, s| sum + s) / 3.0;
    vec![
        (10, [10.0, 3.0, 1024.0].into(), "a network is missing"),
        (10, [11.0, 2.0, 1024.0].into(), "an evaluation is missing"),
        (11, ((&c - &u) / p.level.sigma).into(), "the sign of the noise"),
        (11, (&u - &c).into(), "factor 1/σ is missing"),
        (12, mean.into(), "a plain mean"),
        (13, 0.25.into(), "the ODE samples"),
        (13, 0.3875.into(), "the SDE samples"),
        (13, array![2.0].sum().into(), "the precision"),
    ]
}

/// Exercise 14.
fn images() -> Vec<Row> {
    let p = image_problem();
    let softmax = |x: ndarray::ArrayView1<f64>, alpha: f64, over: f64| {
        let log = p
            .images
            .outer_iter()
            .map(|image| -(&x - &(alpha * &image)).mapv(|v| v * v).sum() / over);
        let log: Array1<f64> = log.collect();
        let top = log.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let weights = log.mapv(|l| (l - top).exp());
        (&weights / weights.sum()).dot(&p.images)
    };
    let all = |alpha: f64, over: f64| -> Answer {
        let rows: Vec<_> = p.x.outer_iter().map(|x| softmax(x, alpha, over)).collect();
        let views: Vec<_> = rows.iter().map(|r| r.view()).collect();
        ndarray::stack(Axis(0), &views).unwrap().into()
    };
    let s2 = p.level.sigma.powi(2);
    assert!(mark(14, all(p.level.alpha, 2.0 * s2)).unwrap().right, "the right weights");
    vec![
        (14, all(p.level.alpha, s2), "the 2 of 2σ² is missing"),
        (14, all(1.0, 2.0 * s2), "the images were not scaled"),
    ]
}

#[test]
fn each_of_thirty_mistakes_gets_its_own_hint() {
    let table: Vec<Row> = [first(), bayes(), steering(), last(), images()].concat();
    assert!(table.len() >= 30, "{} mistakes", table.len());
    let mut hints = BTreeSet::new();
    for (n, answer, hint) in &table {
        let mark = mark(*n, answer.clone()).unwrap();
        assert!(!mark.right && mark.said.en.contains(hint), "{hint}: {}", mark.said.en);
        assert!(mark.said.vi.starts_with(&format!("bài {n}")), "{}", mark.said.vi);
        assert!(
            hints.insert(mark.said.en.into_owned()),
            "{hint} is a hint of another mistake, too"
        );
        let others = table.iter().filter(|(m, _, other)| m == n && other == hint).count();
        assert_eq!(others, 1, "{hint}");
    }
}
