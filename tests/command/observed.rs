//! A mask or a point at the command line: exact samples of p(x | y), at every γ, beside a class and in any dimension.

use super::{Folder, SMALL, answer, json, run};
use ndarray::{Array2, ArrayView2};
use scorelab::condition::Observation;
use scorelab::data::Scene;
use scorelab::metrics::mean_with_se;
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::score::ScoreFn;

/// Four slanted components of three coordinates in two classes.
const SPACE: &str = r#"
name = "space"
[[component]]
weight = 2
mean = [-1.0, 0.5, 0.0]
covariance = [[0.4, 0.1, 0.0], [0.1, 0.3, 0.2], [0.0, 0.2, 0.5]]
label = "a"
[[component]]
weight = 1
mean = [1.0, -0.5, 1.0]
covariance = [[0.3, -0.1, 0.1], [-0.1, 0.5, 0.0], [0.1, 0.0, 0.4]]
label = "a"
[[component]]
weight = 2
mean = [0.5, 1.0, -1.0]
sd = 0.6
label = "b"
"#;

/// The numbers of an answer in CSV.
fn points(words: &str) -> Array2<f64> {
    let text = answer(&format!("{words} --format csv"));
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

/// The largest distance of the means of two coordinates from the exact ones, in standard errors.
fn off(x: ArrayView2<f64>, exact: &Mixture) -> f64 {
    let of = |(column, exact): (ndarray::ArrayView1<f64>, &f64)| {
        let (mean, se) = mean_with_se(&column.to_vec());
        (mean - exact).abs() / se.max(1e-12)
    };
    x.columns().into_iter().zip(&exact.mean()).map(of).fold(0.0, f64::max)
}

#[test]
fn samples_of_a_mask_and_of_a_point_have_the_exact_means_and_those_of_another_have_not() {
    let folder = Folder::new("observed");
    let scene = folder.file("space.toml", SPACE);
    let mixture = Scene::find(&scene).unwrap().mixture;
    let (y, point) = ([(0, 0.4), (2, -0.6)], ndarray::array![0.3, 0.2, -0.4]);
    let both = Observation::new(
        ndarray::array![[0., 1., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]],
        ndarray::array![0.8, 0.3, 0.2, -0.4],
        0.5,
    );
    let cases = [
        ("--mask x1=0.4,x3=-0.6", None, Observation::mask(&y, 3, 0.0)),
        ("--mask x1=0.4,x3=-0.6 --tolerance 0.4", None, Observation::mask(&y, 3, 0.4)),
        ("--point 0.3,0.2,-0.4 --tolerance 0.5", None, Observation::point(point, 0.5)),
        ("--class a --mask x2=0.8 --point 0.3,0.2,-0.4 --tolerance 0.5", Some(0), both),
    ];
    for (flags, class, observation) in cases {
        let x = points(&format!("sample --scene {scene} {flags} --samples 4000 --seed 3"));
        let observation = observation.unwrap();
        let exact = mixture.given(class).observed(&observation).unwrap();
        let found = off(x.view(), &exact);
        assert!(found < 4.5, "{flags}: {found}");
        let twin = off(x.view(), &mixture.given(class));
        assert!(twin > 10.0, "{flags}: the prior passed at {twin}");
        if observation.tolerance() == 0.0 {
            assert!(observation.miss(x.view()).iter().all(|miss| miss.abs() < 1e-9), "{flags}");
        }
    }
}

#[test]
fn a_field_is_the_score_of_what_is_observed_pushed_by_gamma() {
    let folder = Folder::new("observed-field");
    let scene = folder.file("space.toml", SPACE);
    let mixture = Scene::find(&scene).unwrap().mixture;
    let at = folder.file("points.csv", "0.1,0.2,0.3\n-1,0.5,2\n3,1,-2\n");
    let field =
        |flags: &str| points(&format!("field --scene {scene} --points {at} --sigma 0.7 {flags}"));
    let observation = Observation::mask(&[(1, 0.8)], 3, 0.0).unwrap();
    let found = field("--class a --mask x2=0.8 --gamma 2.5");
    let (x, s) = (found.slice(ndarray::s![.., 2..5]), found.slice(ndarray::s![.., 5..]));
    let level = NoiseLevel::ve(0.7);
    let of_class = mixture.given(0);
    let (given, prior) = (of_class.given(observation).score(x, level), of_class.score(x, level));
    let by = |gamma: f64| &prior + &((&given - &prior) * gamma);
    let gap = |s: &Array2<f64>| (s - &found.slice(ndarray::s![.., 5..])).mapv(f64::abs).sum();
    assert!(gap(&by(2.5)) < 1e-9 && gap(&by(2.501)) > 1e-4, "{s}");
    // the exact likelihood by Bayes' rule is the same field, and γ = 0 the prior to the bit
    let steered = field("--class a --mask x2=0.8 --gamma 2.5 --classifier exact");
    assert!((&steered - &found).iter().all(|gap| gap.abs() < 1e-9));
    assert_eq!(field("--mask x2=0.8 --gamma 0"), field(""));
    assert_ne!(field("--mask x2=0.8 --gamma 0"), field("--mask x2=0.8"));
}

#[test]
fn eval_holds_samples_to_the_posterior_at_the_tolerance_of_gamma() {
    let value = |rows: &[serde_json::Value], metric: &str| {
        rows.iter().find(|row| row["metric"] == metric).unwrap()["value"].as_f64().unwrap()
    };
    let words = "eval --scene animals --samples 3000 --mask x1=0.3 --tolerance 0.5";
    let rows = json(words);
    assert!(value(&rows, "chi_square_p") > 1e-3 && value(&rows, "energy") < 0.01, "{rows:?}");
    // samples of the exact posterior at γ = 4 come from half the tolerance
    let folder = Folder::new("observed-eval");
    let (own, prior) = (folder.path("own.csv"), folder.path("prior.csv"));
    let half = "--mask x1=0.3 --tolerance 0.25";
    answer(&format!("sample --scene animals {half} --samples 3000 --out {own}"));
    answer(&format!("sample --scene animals --samples 3000 --out {prior}"));
    let by = |file: &str| json(&format!("eval --samples {file} --scene animals {half}"));
    assert!(value(&by(&own), "chi_square_p") > 1e-3);
    assert!(value(&by(&prior), "chi_square_p") < 1e-9, "the wrong twin: the prior");
    assert!(value(&by(&prior), "miss") > 1.5 * value(&by(&own), "miss"));
    let exact = json("eval --scene animals --samples 300 --mask x1=0.3");
    assert!(value(&exact, "miss") < 1e-9);
    assert!(exact.iter().all(|row| row["metric"] != "entropy"), "there is none on a line");
    let gamma = "--gamma 0 --mask x1=0.3 --tolerance 0.5";
    let none = json(&format!("eval --scene animals --samples 3000 {gamma}"));
    assert!(value(&none, "chi_square_p") > 1e-3, "γ = 0 is held to the prior: {none:?}");
}

#[test]
fn what_was_trained_without_a_mask_is_refused_and_its_prior_is_steered_by_the_exact_likelihood() {
    let folder = Folder::new("observed-learned");
    let [score, noisy] = ["score", "noisy"].map(|model| {
        let out = folder.path(model);
        answer(&format!("train --scene three --model {model} --out {out} {SMALL}"));
        out
    });
    for (words, sentence) in [
        (format!("sample --score {score} --mask x1=0"), "no network was trained with one"),
        (
            format!("sample --score {score} --class 0 --mask x1=0 --classifier exact"),
            "not seen labels",
        ),
        (format!("sample --scene three --mask x1=0 --classifier {noisy}"), "knows classes, and no"),
        (format!("sample --score {score} --mask x1=0 --guiding {score}"), "no network was trained"),
        (format!("eval --classifier {noisy} --mask x1=0"), "knows classes, and no"),
    ] {
        let ended = run(&words);
        assert!(ended.code == Some(2) && ended.err.contains(sentence), "{words}: {ended:?}");
        assert_eq!(ended.err.lines().count(), 1, "{ended:?}");
    }
    let walk = "--steps 8 --samples 20 --mask x1=0.2 --tolerance 0.5 --classifier exact";
    let x = points(&format!("sample --score {score} {walk}"));
    let free = points(&format!("sample --score {score} --steps 8 --samples 20"));
    let miss = |x: &Array2<f64>| x.column(0).iter().map(|v| (v - 0.2).abs()).sum::<f64>();
    assert!(miss(&x) < 0.7 * miss(&free), "{x} {free}");
}
