//! F8: where samples end at γ = 0, 1 and a large one, for a classifier that is too weak and for the exact one.

use super::prelude::*;
use ndarray::stack;
use scorelab::Error;
use scorelab::metrics::{Modes, Shares, Verdict, verdicts};

pub const SPEC: Spec = Spec {
    name: "hybrid",
    stem: "08_hybrid",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("Where γ leads", "γ dẫn tới đâu"),
    caption: Text::new(
        "The same noise at γ = 0, at 1 and at a large γ: a gradient that is too weak leaves hybrids at γ = 1, an exact one does not, and at a large γ it is the exact one that overshoots.",
        "Cùng một nhiễu với γ = 0, 1 và một γ lớn: gradient quá yếu để lại mẫu lai ở γ = 1, gradient chính xác thì không; với γ lớn, chính gradient chính xác mới vượt quá.",
    ),
    needs: &[Need::Plane, Need::Classifier],
    uses: &[Use::Walk, Use::Gammas, Use::Samples],
    draw,
};

/// γ, unless others are asked for.
const GAMMAS: [f64; 3] = [0.0, 1.0, 10.0];

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let arm = Arm { title: i.method.clone(), score: &i.score, likelihood: i.classifier() };
    hybrid(i.setting(), &[arm], &i.growing_gammas_or(&GAMMAS), i.samples)
}

/// One way to steer: a score and a classifier, with a name.
#[derive(Clone)]
pub struct Arm<'a> {
    /// What it is called on the slide.
    pub title: Text,
    /// The unconditional score.
    pub score: &'a dyn ScoreFn,
    /// The classifier, bound to the wanted class.
    pub likelihood: &'a dyn Likelihood,
}

/// Samples drawn in a panel; all of them are counted.
const SHOWN: usize = 500;
/// Starting points followed over the panels.
const FOLLOWED: usize = 4;

/// F8: one figure for each arm, with a panel for each γ: end points by verdict, and a few of them followed over the panels.
///
/// The same starting points are used everywhere. The followed ones are those that start in another class, are a hybrid
/// in the second panel and reach the target in the last; where an arm makes no hybrids, those that start elsewhere and
/// reach the target. The shares of all `n` are printed with their standard errors. Stems are `08a_…`, `08b_…`.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is less than 2, or there are no arms, more than 26, or no γ.
pub fn hybrid(s: &Setting, arms: &[Arm], gammas: &[Gamma], n: usize) -> Result<Vec<Figure>> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    if !(1..=26).contains(&arms.len()) {
        return Err(Error::value("the number of arms", arms.len(), "1 to 26"));
    }
    if !(1..=4).contains(&gammas.len()) {
        return Err(Error::value("the number of γ", gammas.len(), "1 to 4, one for each panel"));
    }
    Ok(('a'..='z').zip(arms).map(|(letter, arm)| one_arm(s, arm, letter, gammas, n)).collect())
}

fn one_arm(s: &Setting, arm: &Arm, letter: char, gammas: &[Gamma], n: usize) -> Figure {
    let ends: Vec<Array2<f64>> =
        gammas.iter().map(|g| s.sample(&guided(arm.score, arm.likelihood, *g), n)).collect();
    let modes = Modes::of(s.exact());
    let found: Vec<Vec<Verdict>> =
        ends.iter().map(|x| verdicts(x.view(), &modes, s.class)).collect();
    let followed = follow(&found, &classes_of(s, ends[0].view()));
    let mut f = SPEC.figure_of(Text::from(": ").then(arm.title.clone()));
    f.stem = format!("08{letter}_hybrid");
    f.layout = Some((1, gammas.len()));
    for (k, gamma) in gammas.iter().enumerate() {
        let (shares, gamma) = (Shares::tally(&found[k]), gamma.value());
        let path = |i: &usize| {
            let rows: Vec<_> = ends[..=k].iter().map(|x| x.row(*i)).collect();
            stack(Dim(0), &rows).expect("rows of one width")
        };
        let paths = followed.iter().map(path).collect();
        f.panels.push(verdict_panel(s, gamma, &ends[k], &found[k], paths));
        for (verdict, _, word) in VERDICTS {
            let share = shares.interval(verdict);
            f.measured(&format!("γ = {gamma}: "), &word.en, (shares.of(verdict), share.half()));
        }
        f.number(format!("γ = {gamma}: not finite"), shares.not_finite);
    }
    f.formula = verdict_key();
    let (name, n, first) = (s.target_name(), count(n), gammas[0].value());
    f.notes = vec![Text::from((
        format!(
            "target: {};  {n} samples each;  lines: the same z, from γ = {first} (green) to this γ",
            name.en
        ),
        format!(
            "đích: {};  mỗi ô {n} mẫu;  đường nối: cùng một z, từ γ = {first} (xanh lục) đến γ này",
            name.vi
        ),
    ))];
    f
}

/// The rows to follow: other, then hybrid, then target or past it; or other, then target, where nothing is a hybrid.
///
/// They alternate between the classes `from` which they start, so that they do not all lie in one place.
fn follow(found: &[Vec<Verdict>], from: &[usize]) -> Vec<usize> {
    let arrived = |v: Verdict| matches!(v, Verdict::Target | Verdict::Overshoot);
    let n = found[0].len();
    let (first, middle, last) = (&found[0], &found[found.len() / 2], &found[found.len() - 1]);
    let lost = |i: &usize| first[*i] == Verdict::Other && arrived(last[*i]);
    let mut rows: Vec<usize> =
        (0..n).filter(|i| lost(i) && middle[*i] == Verdict::Hybrid).collect();
    if rows.len() < n / 100 {
        rows = (0..n).filter(lost).collect(); // a sample in the tail of a mode is not a hybrid worth showing
    }
    let turn = |k: usize| rows[..k].iter().filter(|i| from[**i] == from[rows[k]]).count();
    let mut order: Vec<(usize, usize)> = (0..rows.len()).map(|k| (turn(k), rows[k])).collect();
    order.sort();
    order.into_iter().take(FOLLOWED).map(|(_, row)| row).collect()
}

fn verdict_panel(
    s: &Setting,
    gamma: f64,
    x: &Array2<f64>,
    found: &[Verdict],
    paths: Vec<Array2<f64>>,
) -> Panel {
    let window = Window::of(s.exact());
    let line = 0.108 * window.height();
    let mut panel = window.panel(format!("γ = {gamma}"));
    panel.y = Axis::hidden((window.y.0 - 4.4 * line, window.y.1));
    panel.layers = vec![window.density_layer(s.exact(), CLEAN)];
    let shares = Shares::tally(found);
    for (k, (verdict, role, word)) in VERDICTS.into_iter().enumerate() {
        let seen = |i: &usize| found[*i] == verdict && window.holds([x[[*i, 0]], x[[*i, 1]]]);
        let rows: Vec<usize> = (0..found.len().min(SHOWN)).filter(seen).collect();
        let (small, big) = if role == Role::Hybrid { (12.0, 14.0) } else { (8.0, 13.0) };
        let look = Points { size: small, alpha: 0.8, ..Points::default() };
        panel.layers.push(dots(&word.en, "end points", role, x.select(Dim(0), &rows), look));
        // a line of the table below: its sign and its share
        let y = window.y.0 - (k as f64 + 0.72) * line;
        let at = window.x.0 + 0.06 * window.width();
        let sign = Points { size: big, ..Points::default() };
        let sign = dots("sign", "the sign of a verdict", role, arr2(&[[at, y]]), sign);
        panel.layers.push(sign);
        let share = percent(shares.interval(verdict));
        panel.layers.push(line_below(window, y, "share", role, share));
    }
    panel.layers.extend(followed(paths));
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

/// The paths over the panels so far, from their first end to their present one.
fn followed(paths: Vec<Array2<f64>>) -> [Layer; 3] {
    let big = |marker, size| Points { size, marker: Some(marker), ..Points::default() };
    let (starts, heads) = (starts(&paths), ends(&paths));
    let (dot, ring) = (big(Marker::Dot, 15.0), big(Marker::Ring, 17.0));
    let look = Paths { lines: paths, width: Some(3.0), dashed: Some(false), ..Paths::default() };
    [
        Layer::new("followed", "the same z at smaller γ and here", Role::Guided, look),
        dots("x0", "their x_0 at the first γ", Role::Unconditional, starts, dot),
        dots("here", "where they are now", Role::Guided, heads, ring),
    ]
}
