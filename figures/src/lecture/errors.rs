//! F12 and F16: how near the joint network comes to the exact answers, over noise and over p_drop.

use super::way::{Measured, Way, curve, range};
use super::{Setting, draws, figure};
use crate::plot::{Axis, Figure, Layer, Panel, Role, Text, words};
use ndarray::{Array2, Axis as Dim};
use scorelab::metrics::{cosine_with_se, root_ratio, score_error_with_se};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

/// What two classifiers of one class are worth at one noise level: an explicit one, and the implicit one s_c − s_∅ of a
/// joint network. Every number with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Implicit {
    /// σ at α = 1.
    pub sigma: f64,
    /// Over p_σ, relative to the exact gradient: the explicit one, the implicit one, one against the other.
    pub errors: [(f64, f64); 3],
    /// Over p_σ, the cosines to the exact gradient: the explicit one, the implicit one.
    pub cosines: [(f64, f64); 2],
    /// Over p_σ, s_∅ against Σ p(y | x)·s_y, relative to s_∅.
    pub inconsistency: f64,
    /// Over p_σ(· | y), root mean squares times σ: the exact gradient, the explicit one's error, the implicit one's.
    pub own: [(f64, f64); 3],
}

impl Implicit {
    /// The levels of the figure: from where only the network's error is left to where all classes mix.
    pub const SIGMAS: [f64; 9] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0];

    /// Measures both at σ on n draws of the setting's scene.
    ///
    /// # Panics
    /// If the network or the classifier is not one of the scene's dimensions and classes.
    pub fn measure(
        s: &Setting,
        explicit: &dyn Likelihood,
        joint: &JointNet,
        sigma: f64,
        n: usize,
    ) -> Implicit {
        let (mixture, level) = (s.exact(), NoiseLevel::ve(sigma));
        let (x, labels) = draws(s, n, level);
        let exact = mixture.posterior(s.class).grad_log_likelihood(x.view(), level);
        let explicit = explicit.grad_log_likelihood(x.view(), level);
        let implicit = joint.given(s.class).score(x.view(), level)
            - joint.unconditional().score(x.view(), level);
        let error = |of: &Array2<f64>| score_error_with_se(of.view(), exact.view());
        let cosine = |of: &Array2<f64>| cosine_with_se(of.view(), exact.view());
        let rows: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == s.class).collect();
        let own = |of: Array2<f64>| {
            let squares = (of.select(Dim(0), &rows) * sigma).pow2().sum_axis(Dim(1)).to_vec();
            root_ratio(&squares, &vec![1.0; squares.len()])
        };
        let p = mixture.class_probabilities(x.view(), level);
        Implicit {
            sigma,
            errors: [error(&explicit), error(&implicit), error(&(&exact + &implicit - &explicit))],
            cosines: [cosine(&explicit), cosine(&implicit)],
            inconsistency: joint.self_inconsistency(x.view(), level, p.view()),
            own: [own(exact.clone()), own(&explicit - &exact), own(&implicit - &exact)],
        }
    }

    /// F12, third part, of what was measured at several levels.
    ///
    /// # Errors
    /// As [`implicit_classifier`].
    pub fn figure(rows: &[Implicit]) -> Result<Figure> {
        let way = |title, role, number: &dyn Fn(&Implicit) -> (f64, f64)| {
            let point = |row: &Implicit| -> Measured { [row.sigma, number(row).0, number(row).1] };
            Way { title, role, found: rows.iter().map(point).collect() }
        };
        let difference = || Text::from("s_c − s_{∅}");
        let between = Text::new("one against the other", "hai bên so với nhau");
        let itself = Text::new("the exact gradient itself", "chính gradient chính xác");
        let sum = "s_{∅} − Σ p(y ∣ x)·s_y".into();
        let relative = [
            way(words::NOISY_CLASSIFIER, Role::Likelihood, &|row| row.errors[0]),
            way(difference(), Role::Guided, &|row| row.errors[1]),
            way(between, Role::Neutral, &|row| row.errors[2]),
            way(sum, Role::Unconditional, &|row| (row.inconsistency, f64::NAN)),
        ];
        let own = [
            way(words::NOISY_CLASSIFIER, Role::Likelihood, &|row| row.own[1]),
            way(difference(), Role::Guided, &|row| row.own[2]),
            way(itself, Role::Neutral, &|row| row.own[0]),
        ];
        implicit_classifier(&relative, &own)
    }
}

/// How far a joint network is off at σ: s_∅ over p_σ, and s_c over p_σ(· | y), all y together; relative errors
/// √(E‖s_θ − s‖² / E‖s‖²) of n draws, each with its standard error.
///
/// # Panics
/// If the network is not one of the scene's dimensions and classes.
pub fn null_and_given(s: &Setting, net: &JointNet, sigma: f64, n: usize) -> [(f64, f64); 2] {
    let (mixture, level) = (s.exact(), NoiseLevel::ve(sigma));
    let (x, labels) = draws(s, n, level);
    let squares = |learned: &dyn ScoreFn, exact: &dyn ScoreFn, rows: &[usize]| {
        let x = x.select(Dim(0), rows);
        let exact = exact.score(x.view(), level);
        let miss = learned.score(x.view(), level) - &exact;
        [miss, exact].map(|v| v.pow2().sum_axis(Dim(1)).to_vec())
    };
    let all: Vec<usize> = (0..labels.len()).collect();
    let [miss, size] = squares(&net.unconditional(), mixture, &all);
    let mut given = [vec![], vec![]];
    for class in 0..mixture.classes() {
        let own: Vec<usize> = all.iter().copied().filter(|i| labels[*i] == class).collect();
        let both = squares(&net.given(class), &mixture.given(class), &own);
        given.iter_mut().zip(both).for_each(|(all, of)| all.extend(of));
    }
    [root_ratio(&miss, &size), root_ratio(&given[0], &given[1])]
}

/// The curves of one panel of F16: [`null_and_given`] of networks by their p_drop.
pub fn over_p_drop(found: &[(f64, [(f64, f64); 2])]) -> Vec<Way<Vec<Measured>>> {
    let curve = |k: usize| found.iter().map(|(p, of)| [*p, of[k].0, of[k].1]).collect();
    let null = Text::new("s_{∅}, no label", "s_{∅}, không nhãn");
    let given = Text::new("s_c, given the label", "s_c, có nhãn");
    vec![
        Way { title: null, role: Role::Unconditional, found: curve(0) },
        Way { title: given, role: Role::Guided, found: curve(1) },
    ]
}

/// F12, third part: the gradients of several classifiers, explicit or implicit, against the exact one over the noise.
///
/// `relative` and `own` hold rows of (σ, value, standard error), a curve each. Left relative errors over draws of p_σ;
/// right errors in units of 1/σ over draws of p_σ(· | y), where guided walks go, with the size of the exact gradient among
/// the curves. What is a thousand times smaller than the largest, or at σ = 0, is left out.
///
/// # Errors
/// If a panel has no curves or more than four, or none is above 0.
pub fn implicit_classifier(
    relative: &[Way<Vec<Measured>>],
    own: &[Way<Vec<Measured>>],
) -> Result<Figure> {
    let mut f = figure(
        "12c_implicit_classifier",
        Text::new(
            "Two scores of one network are a classifier",
            "Hai score của một mạng là một bộ phân loại",
        ),
        Text::new(
            "At the noise where classes part the joint network's s_c − s_{∅} is as near to ∇log p(y∣x_t) as a classifier's gradient; where p(y∣x_t) is certain it is only the network's error.",
            "Ở mức nhiễu mà các lớp tách nhau, s_c − s_{∅} của mạng học chung gần ∇log p(y∣x_t) như gradient của bộ phân loại; nơi p(y∣x_t) đã chắc chắn, nó chỉ còn là sai số của mạng.",
        ),
    );
    let titles = [
        Text::new("relative error, x ∼ p_σ", "sai số tương đối, x ∼ p_σ"),
        Text::new("σ · error, x ∼ p_σ(· ∣ y)", "σ · sai số, x ∼ p_σ(· ∣ y)"),
    ];
    for (title, ways) in titles.into_iter().zip([relative, own]) {
        let y = positive(ways, ways.len())?;
        let sigmas = ways.iter().flat_map(|w| w.found.iter().map(|p| p[0]));
        let x = sigmas
            .filter(|s| *s > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(a, b), s| (a.min(s), b.max(s)));
        numbers(&mut f, &title.en, "σ", ways);
        f.panels.push(Panel {
            title,
            x: Axis::log(words::NOISE_LEVEL.then(" σ"), (x.0 / 1.2, 1.2 * x.1)),
            y: Axis::log("", y),
            layers: named(ways, x.0, y),
            ..Panel::default()
        });
    }
    f.notes = vec![Text::new(
        "root mean squares; bars: ± one standard error; what is a thousand times below the largest is not drawn",
        "căn trung bình bình phương; vạch: ± một sai số chuẩn; phần nhỏ hơn giá trị lớn nhất nghìn lần không vẽ",
    )];
    Ok(f)
}

/// F16: the errors of the joint network's scores over the probability of dropping a label.
///
/// Each panel is (σ, curves), the curves rows of (p_drop, relative error, standard error). The rates
/// stand at equal distances, in the order of the first curve.
///
/// # Errors
/// If there are no panels, or no curves or more than four on one, or no error above 0.
pub fn p_drop_sweep(panels: &[(f64, Vec<Way<Vec<Measured>>>)]) -> Result<Figure> {
    let mut f = figure(
        "16_p_drop",
        Text::new("How often to drop the label", "Bỏ nhãn bao nhiêu lần"),
        Text::new(
            "Without dropped labels ∅ is never trained and its score is garbage; dropping nearly all of them spoils the conditional score instead.",
            "Không bỏ nhãn thì ∅ không được học và score của nó vô nghĩa; bỏ gần hết nhãn thì score có điều kiện kém đi.",
        ),
    );
    let all: Vec<Way<Vec<Measured>>> = panels.iter().flat_map(|(_, ways)| ways.clone()).collect();
    let names = panels.iter().map(|(_, ways)| ways.len());
    if names.clone().any(|n| n == 0) {
        return Err(Error::value("the number of curves on a panel", 0, "1 to 4"));
    }
    let y = positive(&all, names.max().unwrap_or(0))?;
    for (sigma, ways) in panels {
        let rates: Vec<f64> = ways[0].found.iter().map(|p| p[0]).collect();
        let place = |rate: f64| rates.iter().position(|r| *r == rate).unwrap_or(0) as f64;
        let moved = |p: &Measured| [place(p[0]), p[1], p[2]];
        let curves: Vec<_> =
            ways.iter().map(|way| way.with(way.found.iter().map(moved).collect())).collect();
        let ticks = rates.iter().map(|r| (place(*r), r.to_string().into()));
        f.panels.push(Panel {
            title: format!("σ = {sigma}").into(),
            x: Axis::new("p_drop", (-0.3, rates.len() as f64 - 0.7)).with_ticks(ticks),
            y: Axis::log(Text::new("relative error", "sai số tương đối"), y),
            layers: named(&curves, 0.0, y),
            ..Panel::default()
        });
        numbers(&mut f, &format!("error at σ = {sigma}"), "p_drop", ways);
    }
    f.formula = vec![(
        Role::Neutral,
        Text::new("y → ∅ with probability p_{drop}", "y → ∅ với xác suất p_{drop}"),
    )];
    f.notes = vec![Text::new(
        "one training each, of equal length; bars: ± one standard error over draws of p_σ",
        "mỗi điểm một lần huấn luyện, cùng độ dài; vạch: ± một sai số chuẩn trên mẫu của p_σ",
    )];
    Ok(f)
}

/// The range of a log axis around curves, with room for their names above.
fn positive(ways: &[Way<Vec<Measured>>], names: usize) -> Result<(f64, f64)> {
    if !(1..=4).contains(&names) {
        return Err(Error::value("the number of curves on a panel", names, "1 to 4"));
    }
    let (low, high) = range(ways);
    if low.is_nan() {
        return Err(Error::value("the errors", "nowhere above 0", "errors of a learned score"));
    }
    let (low, high) = (low.max(1e-3 * high) / 1.4, 1.25 * high);
    let room = 0.04 + LINE * names as f64; // of the height
    Ok((low, high * (high / low).powf(room / (1.0 - room))))
}

/// The height of a line of words, as a part of the panel's.
const LINE: f64 = 0.077;

/// Curves with their names from the top left corner, (from, to) being x and y ranges; what lies below is not drawn.
fn named(ways: &[Way<Vec<Measured>>], left: f64, (low, high): (f64, f64)) -> Vec<Layer> {
    let name = |k: usize| [left, low * (high / low).powf(0.96 - LINE * k as f64)];
    let seen = |p: &Measured| if p[1] < low { [p[0], f64::NAN, p[2]] } else { *p };
    let drawn = |way: &Way<Vec<Measured>>| way.with(way.found.iter().map(seen).collect());
    ways.iter().enumerate().map(|(k, way)| curve(&drawn(way), k, name(k))).collect()
}

fn numbers(f: &mut Figure, what: &str, over: &str, ways: &[Way<Vec<Measured>>]) {
    for way in ways {
        for [x, y, se] in &way.found {
            f.numbers.push((format!("{what}, {}, {over} = {x}", way.title.en), *y));
            if se.is_finite() {
                f.numbers.push((format!("se of {what}, {}, {over} = {x}", way.title.en), *se));
            }
        }
    }
}
