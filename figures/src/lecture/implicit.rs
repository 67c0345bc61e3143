//! F12, third part: the implicit classifier of a joint network beside an explicit one.

use super::prelude::*;
use scorelab::metrics::{cosine_with_se, root_ratio, score_error_with_se};
use scorelab::null_label::JointNet;

/// The formula of F12: a joint network is an implicit classifier.
pub(super) const IMPLICIT: &str =
    r"s_\theta(x_t, y) - s_\theta(x_t, \varnothing) \approx \nabla_{x_t} \log p(y \mid x_t)";

pub const SPEC: Spec = Spec {
    name: "implicit",
    stem: "12c_implicit_classifier",
    part: FREE,
    latex: IMPLICIT,
    title: Text::new(
        "Two scores of one network are a classifier",
        "Hai score của một mạng là một bộ phân loại",
    ),
    caption: Text::new(
        "At the noise where classes part, the joint network's s_c − s_{∅} is as near to ∇log p(y∣x_t) as a classifier's gradient; where p(y∣x_t) is certain, it is only the network's error.",
        "Ở mức nhiễu mà các lớp tách nhau, s_c − s_{∅} của mạng học chung gần ∇log p(y∣x_t) như gradient của bộ phân loại; nơi p(y∣x_t) đã chắc chắn, nó chỉ còn là sai số của mạng.",
    ),
    needs: &[Need::Plane, Need::Class, Need::Joint, Need::Noisy],
    uses: &[Use::Class, Use::Samples, Use::Seed],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, n) = (i.setting(), i.samples);
    let (_, labels) = draws(s, n, CLEAN);
    at_least("samples of the class", labels.iter().filter(|y| **y == s.class).count(), 2)?;
    let measure = |sigma| Implicit::measure(s, i.noisy(), i.joint(), sigma, n);
    Ok(vec![Implicit::figure(&Implicit::SIGMAS.map(measure))?])
}

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
        let curve = |title, role, number: &dyn Fn(&Implicit) -> (f64, f64)| {
            let point = |row: &Implicit| -> Measured { [row.sigma, number(row).0, number(row).1] };
            Series { title, role, found: rows.iter().map(point).collect() }
        };
        let difference = || Text::from("s_c − s_{∅}");
        let between = Text::new("one against the other", "hai bên so với nhau");
        let itself = Text::new("the exact gradient itself", "chính gradient chính xác");
        let sum = "s_{∅} − Σ p(y ∣ x)·s_y".into();
        let relative = [
            curve(words::NOISY_CLASSIFIER, Role::Likelihood, &|row| row.errors[0]),
            curve(difference(), Role::Guided, &|row| row.errors[1]),
            curve(between, Role::Neutral, &|row| row.errors[2]),
            curve(sum, Role::Unconditional, &|row| (row.inconsistency, f64::NAN)),
        ];
        let own = [
            curve(words::NOISY_CLASSIFIER, Role::Likelihood, &|row| row.own[1]),
            curve(difference(), Role::Guided, &|row| row.own[2]),
            curve(itself, Role::Neutral, &|row| row.own[0]),
        ];
        implicit_classifier(&relative, &own)
    }
}

/// F12, third part: the gradients of several classifiers, explicit or implicit, against the exact one over the noise.
///
/// `relative` and `own` hold rows of (σ, value, standard error), a curve each. Left relative errors over draws of p_σ;
/// right errors in units of 1/σ over draws of p_σ(· | y), where guided walks go, with the size of the exact gradient among
/// the curves. Values a thousand times smaller than the largest, or at σ = 0, are left out.
///
/// # Errors
/// If a panel has no curves or more than four, or none is above 0.
pub fn implicit_classifier(
    relative: &[Series<Vec<Measured>>],
    own: &[Series<Vec<Measured>>],
) -> Result<Figure> {
    let mut f = SPEC.figure();
    let titles = [
        Text::new("relative error, x ∼ p_σ", "sai số tương đối, x ∼ p_σ"),
        Text::new("σ · error, x ∼ p_σ(· ∣ y)", "σ · sai số, x ∼ p_σ(· ∣ y)"),
    ];
    for (title, series) in titles.into_iter().zip([relative, own]) {
        let y = log_range(series, series.len())?;
        let sigmas = series.iter().flat_map(|s| s.found.iter().map(|p| p[0]));
        let (low, high) = extent(sigmas.filter(|s| *s > 0.0));
        let x = Axis::log(words::NOISE_LEVEL.then(" σ"), (low / 1.2, 1.2 * high));
        curve_numbers(&mut f, &title.en, "σ", series);
        f.panels.push(log_panel(title, x, (Text::default(), y), series, low));
    }
    f.notes = vec![Text::new(
        "root mean squares; bars: ± one standard error; what is a thousand times below the largest is not drawn",
        "căn trung bình bình phương; vạch: ± một sai số chuẩn; phần nhỏ hơn giá trị lớn nhất nghìn lần không vẽ",
    )];
    Ok(f)
}
