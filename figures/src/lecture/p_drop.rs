//! F16: how near a joint network comes to the exact scores over p_drop.

use super::prelude::*;
use scorelab::Error;
use scorelab::metrics::root_ratio;
use scorelab::null_label::JointNet;

pub const SPEC: Spec = Spec {
    name: "p-drop",
    stem: "16_p_drop",
    part: FREE,
    latex: NULL_LABEL,
    title: Text::new("How often to drop the label", "Bỏ nhãn bao nhiêu lần"),
    caption: Text::new(
        "Without dropped labels ∅ is never trained and its score is garbage; dropping nearly all of them spoils the conditional score instead.",
        "Không bỏ nhãn thì ∅ không được học và score của nó vô nghĩa; bỏ gần hết nhãn thì score có điều kiện kém đi.",
    ),
    needs: &[Need::Plane, Need::Runs],
    uses: &[Use::Samples, Use::Seed],
    draw,
};

/// The levels of the two panels.
const SIGMAS: [f64; 2] = [0.5, 1.0];

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let panel = |sigma: f64| {
        let of =
            |(p, net): &(f64, JointNet)| (*p, null_and_given(i.setting(), net, sigma, i.samples));
        (sigma, over_p_drop(&i.runs.iter().map(of).collect::<Vec<_>>()))
    };
    Ok(vec![p_drop_sweep(&SIGMAS.map(panel))?])
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
pub fn over_p_drop(found: &[(f64, [(f64, f64); 2])]) -> Vec<Series<Vec<Measured>>> {
    let curve = |title: Text, role, k: usize| {
        let point = |(p, of): &(f64, [(f64, f64); 2])| [*p, of[k].0, of[k].1];
        Series { title, role, found: found.iter().map(point).collect() }
    };
    let null = Text::new("s_{∅}, no label", "s_{∅}, không nhãn");
    let given = Text::new("s_c, given the label", "s_c, có nhãn");
    vec![curve(null, Role::Unconditional, 0), curve(given, Role::Guided, 1)]
}

/// F16: the errors of the joint network's scores over the probability of dropping a label.
///
/// Each panel is (σ, curves), the curves rows of (p_drop, relative error, standard error). The rates
/// stand at equal distances, in the order of the first curve.
///
/// # Errors
/// If there are no panels, or no curves or more than four on one, or no error above 0.
pub fn p_drop_sweep(panels: &[(f64, Vec<Series<Vec<Measured>>>)]) -> Result<Figure> {
    if panels.iter().any(|(_, series)| series.is_empty()) {
        return Err(Error::value("the number of curves on a panel", 0, "1 to 4"));
    }
    let all: Vec<_> = panels.iter().flat_map(|(_, series)| series.clone()).collect();
    let most = panels.iter().map(|(_, series)| series.len()).max().unwrap_or(0);
    let y = log_range(&all, most)?;
    let mut f = SPEC.figure();
    for (sigma, series) in panels {
        let rates: Vec<f64> = series[0].found.iter().map(|p| p[0]).collect();
        let place = |rate: f64| rates.iter().position(|r| *r == rate).unwrap_or(0) as f64;
        let moved: Vec<_> =
            series.iter().map(|s| s.points(|p| [place(p[0]), p[1], p[2]])).collect();
        let ticks = rates.iter().map(|r| (place(*r), r.to_string().into()));
        let x = Axis::new("p_drop", (-0.3, rates.len() as f64 - 0.7)).with_ticks(ticks);
        let error = Text::new("relative error", "sai số tương đối");
        f.panels.push(log_panel(format!("σ = {sigma}").into(), x, (error, y), &moved, 0.0));
        curve_numbers(&mut f, &format!("error at σ = {sigma}"), "p_drop", series);
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
