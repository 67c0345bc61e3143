//! F8: where samples end at γ = 0, 1 and 10, for a classifier that is too weak and for the exact one.

use super::frame::{CLEAN, Frame, Names, classes_of, count, dots, names, percent};
use super::{Setting, at_least, figure, guided};
use crate::plot::{Axis, Figure, Labels, Layer, Marker, Panel, Paths, Points, Role, Text, words};
use ndarray::{Array2, Axis as Dim, arr2};
use scorelab::guidance::Gamma;
use scorelab::metrics::{Modes, Shares, Verdict, verdicts};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};

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
    s.checked()?;
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
    let from = classes_of(s.exact(), ends[0].view(), CLEAN);
    let followed = follow(&found, &from);
    let mut f = figure(
        &format!("08{letter}_hybrid"),
        Text::new("Where γ leads: ", "γ dẫn tới đâu: ").then(arm.title.clone()),
        Text::new(
            "The same noise at γ = 0, 1 and 10: a gradient that is too weak leaves hybrids at γ = 1, an exact one does not, and a large γ overshoots.",
            "Cùng một nhiễu với γ = 0, 1 và 10: gradient quá yếu để lại mẫu lai ở γ = 1, gradient chính xác thì không, và γ lớn thì vượt quá.",
        ),
    );
    f.layout = Some((1, gammas.len()));
    for (k, gamma) in gammas.iter().enumerate() {
        let shares = Shares::tally(&found[k]);
        let ways: Vec<Array2<f64>> = followed
            .iter()
            .map(|i| {
                ndarray::stack(Dim(0), &ends[..=k].iter().map(|x| x.row(*i)).collect::<Vec<_>>())
                    .expect("rows of one width")
            })
            .collect();
        f.panels.push(verdict_panel(s, *gamma, &ends[k], &found[k], &shares, ways));
        for (verdict, _, word) in KINDS {
            f.numbers.push((format!("γ = {}: {}", gamma.value(), word.en), shares.of(verdict)));
            f.numbers.push((
                format!("γ = {}: se of {}", gamma.value(), word.en),
                shares.interval(verdict).half(),
            ));
        }
        f.numbers.push((format!("γ = {}: not finite", gamma.value()), shares.not_finite));
    }
    f.notes = vec![Text::from((
        format!(
            "target: {};  {} samples each;  lines: the same z, from γ = {} (green) to this γ",
            s.target_name().en,
            count(n),
            gammas[0].value()
        ),
        format!(
            "đích: {};  mỗi ô {} mẫu;  đường nối: cùng một z, từ γ = {} (xanh lục) đến γ này",
            s.target_name().vi,
            count(n),
            gammas[0].value()
        ),
    ))];
    f
}

/// The four verdicts a slide shows, their roles and their words.
pub(super) const KINDS: [(Verdict, Role, Text); 4] = [
    (Verdict::Target, Role::Target, words::TARGET),
    (Verdict::Other, Role::Other, words::OTHER),
    (Verdict::Hybrid, Role::Hybrid, words::HYBRID),
    (Verdict::Overshoot, Role::Overshoot, words::OVERSHOOT),
];

/// The rows to follow: other, then hybrid, then target or past it; or other, then target, where nothing is a hybrid.
///
/// They take turns over the classes `from` which they start, so that not all lie in one heap.
fn follow(found: &[Vec<Verdict>], from: &[usize]) -> Vec<usize> {
    let arrived = |v: Verdict| matches!(v, Verdict::Target | Verdict::Overshoot);
    let n = found[0].len();
    let (first, middle, last) = (&found[0], &found[found.len() / 2], &found[found.len() - 1]);
    let lost = |i: &usize| first[*i] == Verdict::Other && arrived(last[*i]);
    let mut rows: Vec<usize> =
        (0..n).filter(|i| lost(i) && middle[*i] == Verdict::Hybrid).collect();
    if rows.len() < n / 100 {
        rows = (0..n).filter(lost).collect(); // a stray tail is no hybrid to tell of
    }
    let turn = |k: usize| rows[..k].iter().filter(|i| from[**i] == from[rows[k]]).count();
    let mut order: Vec<(usize, usize)> = (0..rows.len()).map(|k| (turn(k), rows[k])).collect();
    order.sort();
    order.into_iter().take(FOLLOWED).map(|(_, row)| row).collect()
}

fn verdict_panel(
    s: &Setting,
    gamma: Gamma,
    x: &Array2<f64>,
    found: &[Verdict],
    shares: &Shares,
    ways: Vec<Array2<f64>>,
) -> Panel {
    let frame = Frame::of(s.exact());
    let line = 0.108 * frame.height();
    let floor = frame.y.0 - 4.4 * line;
    let mut panel = frame.panel(format!("γ = {}", gamma.value()));
    panel.y = Axis::hidden((floor, frame.y.1));
    panel.layers = vec![frame.density_layer(s.exact(), CLEAN)];
    for (k, (verdict, role, word)) in KINDS.into_iter().enumerate() {
        let rows: Vec<usize> = (0..found.len().min(SHOWN))
            .filter(|i| found[*i] == verdict && inside(frame, x, *i))
            .collect();
        let at = x.select(Dim(0), &rows);
        let size = if role == Role::Hybrid { 12.0 } else { 8.0 };
        panel.layers.push(dots(
            &word.en,
            "end points",
            role,
            at,
            Points { size, alpha: 0.8, ..Points::default() },
        ));
        panel.layers.extend(share_line(
            frame,
            k,
            role,
            word,
            line,
            &percent(shares.of(verdict), shares.n),
        ));
    }
    let joined =
        Paths { lines: ways.clone(), width: Some(3.0), dashed: Some(false), ..Paths::default() };
    panel.layers.push(Layer::new(
        "followed",
        "the same z at smaller γ and here",
        Role::Guided,
        joined,
    ));
    let starts = Array2::from_shape_fn((ways.len(), 2), |(i, j)| ways[i][[0, j]]);
    let heads = Array2::from_shape_fn((ways.len(), 2), |(i, j)| ways[i][[ways[i].nrows() - 1, j]]);
    let ring = |marker, size| Points { size, marker: Some(marker), ..Points::default() };
    panel.layers.push(dots(
        "x0",
        "their x_0 at the first γ",
        Role::Unconditional,
        starts,
        ring(Marker::Dot, 15.0),
    ));
    panel.layers.push(dots(
        "here",
        "where they are now",
        Role::Guided,
        heads,
        ring(Marker::Ring, 17.0),
    ));
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

fn inside(frame: Frame, x: &Array2<f64>, i: usize) -> bool {
    (frame.x.0..=frame.x.1).contains(&x[[i, 0]]) && (frame.y.0..=frame.y.1).contains(&x[[i, 1]])
}

/// One line of the table under the plane: the marker, its word and its share.
fn share_line(
    frame: Frame,
    k: usize,
    role: Role,
    word: Text,
    line: f64,
    share: &str,
) -> [Layer; 2] {
    let y = frame.y.0 - (k as f64 + 0.72) * line;
    let (x, right) = (frame.x.0 + 0.06 * frame.width(), frame.x.1 - 0.01 * frame.width());
    let size = if role == Role::Hybrid { 14.0 } else { 13.0 };
    let mark = dots(
        "sign",
        "the sign of a verdict",
        role,
        arr2(&[[x, y]]),
        Points { size, ..Points::default() },
    )
    .label_at(word, [x + 0.045 * frame.width(), y]);
    let share = Labels { at: vec![([right, y], share.into())], side: crate::plot::Side::Left };
    [mark, Layer::new("share", "its share and standard error", role, share)]
}
