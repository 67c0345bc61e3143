//! F17: γ < 0 steers away from a class.

use super::frame::{CLEAN, Frame, Names, classes_of, count, ends_by_class, names, percent};
use super::{Setting, at_least, figure, finer};
use crate::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Points, Role, Rules, Text, words};
use ndarray::{Array2, arr2, s as slice};
use scorelab::guidance::Gamma;
use scorelab::metrics::{Interval, Modes, Verdict, verdicts};
use scorelab::number::significant;
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};

/// Samples drawn in a panel; all of them are counted.
const SHOWN: usize = 400;
/// Planes beside the curve.
const PLANES: usize = 3;

/// F17: where samples end when γ falls from 0 below it, and how often they are of the class y all the same.
///
/// The first, the middle and the last of `gammas` are drawn as planes, coloured by the exact classifier's class; all of
/// them are points of the curve, from `n` samples at the setting's steps and again at twice as many (rings). The dotted
/// line is P(y). The share on no mode at all is printed too: a walk along a negated score avoids the class and misses the
/// others. `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is less than 2, or there are fewer than two γ.
pub fn away<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
    n: usize,
) -> Result<Figure> {
    s.checked()?;
    at_least("samples", n, 2)?;
    if gammas.len() < 2 {
        return Err(Error::value("the number of γ", gammas.len(), "at least 2"));
    }
    let mut f = figure(
        "17_away",
        Text::new("γ < 0 steers away: ", "γ < 0 lái ra xa: ").then(name),
        Text::new(
            "With a negative γ the push is turned round: the class is avoided, but the samples are pushed off every other mode too.",
            "Với γ âm, lực đẩy đổi chiều: lớp đó bị tránh, nhưng mẫu cũng bị đẩy ra khỏi mọi đỉnh khác.",
        ),
    );
    let twice = finer(s, 2)?;
    let drawn = [0, gammas.len() / 2, gammas.len() - 1];
    let (mut once, mut again, mut planes) = (vec![], vec![], vec![]);
    for (k, gamma) in gammas.iter().enumerate() {
        let score = steer(*gamma);
        let x = s.sample(&score, n);
        let classes = classes_of(s.exact(), x.view(), CLEAN);
        let found = measure(s, &x, &classes);
        once.push(found);
        let finer = Setting { grid: &twice, ..*s }.sample(&score, n);
        let others = classes_of(s.exact(), finer.view(), CLEAN);
        again.push(measure(s, &finer, &others));
        if drawn[..PLANES.min(gammas.len())].contains(&k) {
            planes.push((*gamma, x, classes, found.own.0));
        }
    }
    for (steps, found) in [(s.grid.steps(), &once), (twice.steps(), &again)] {
        for (gamma, found) in gammas.iter().zip(found) {
            let place = format!("γ = {}, {steps} steps", gamma.value());
            for (what, (value, se)) in [("share of y", found.own), ("share on no mode", found.off)]
            {
                f.numbers.push((format!("{place}: {what}"), value));
                f.numbers.push((format!("{place}: se of the {what}"), se));
            }
        }
    }
    let frame = planes.iter().fold(Frame::of(s.exact()), |frame, (_, x, ..)| frame.with_most(x));
    for (gamma, x, classes, share) in &planes {
        let mut panel = plane(s, frame, *gamma, x, classes, *share);
        if f.panels.is_empty() {
            panel.layers.extend(names(s, CLEAN, Names::Outside));
        }
        f.panels.push(panel);
    }
    f.panels.push(curve(s, gammas, &once, &again));
    f.layout = Some((1, f.panels.len()));
    let off: Vec<String> = drawn[..PLANES.min(gammas.len())]
        .iter()
        .map(|k| format!("{:.1} ({:.1})", 100.0 * once[*k].off.0, 100.0 * again[*k].off.0))
        .collect();
    let off = off.join(",  ");
    let se = significant(100.0 * once.iter().map(|f| f.off.1).fold(0.0, f64::max), 2);
    f.notes = vec![
        Text::from((
            format!("on no mode, % (± {se} at most):  {off}"),
            format!("không ở đỉnh nào, % (nhiều nhất ± {se}):  {off}"),
        )),
        Text::from((
            format!(
                "y: {};  {} samples;  ● {} steps, ○ and ( ) {};  dotted: P(y)",
                s.target_name().en,
                count(n),
                s.grid.steps(),
                twice.steps()
            ),
            format!(
                "y: {};  {} mẫu;  ● {} bước, ○ và ( ) {};  chấm: P(y)",
                s.target_name().vi,
                count(n),
                s.grid.steps(),
                twice.steps()
            ),
        )),
    ];
    Ok(f)
}

/// What one γ does, with standard errors: the share of the class y, and the share on no mode at all.
#[derive(Clone, Copy)]
struct Found {
    own: (f64, f64),
    off: (f64, f64),
}

fn measure(s: &Setting, x: &Array2<f64>, classes: &[usize]) -> Found {
    let share = |hits: Vec<bool>| Interval::of_hits(hits).pair();
    let off = verdicts(x.view(), &Modes::of(s.exact()), s.class);
    let off = off.iter().map(|v| matches!(v, Verdict::Hybrid | Verdict::Overshoot));
    Found { own: share(classes.iter().map(|c| *c == s.class).collect()), off: share(off.collect()) }
}

fn plane(
    s: &Setting,
    frame: Frame,
    gamma: Gamma,
    x: &Array2<f64>,
    classes: &[usize],
    share: f64,
) -> Panel {
    let n = classes.len();
    let mut panel = frame.panel(format!("γ = {}", gamma.value()).replace('-', "−"));
    panel.x.label = Text::from("y: ").then(percent(share, n));
    panel.layers = vec![frame.density_layer(s.exact(), CLEAN)];
    let shown = n.min(SHOWN);
    panel.layers.extend(ends_by_class(x.slice(slice![..shown, ..]), &classes[..shown], 8.0));
    panel
}

fn curve(s: &Setting, gammas: &[Gamma], once: &[Found], again: &[Found]) -> Panel {
    let at = |found: &[Found]| {
        let rows = gammas.iter().zip(found).map(|(g, f)| [g.value(), 100.0 * f.own.0]);
        arr2(&rows.collect::<Vec<_>>())
    };
    let prior = 100.0 * s.exact().class_weights()[s.class];
    let top = once.iter().chain(again).map(|f| 100.0 * f.own.0).fold(prior, f64::max);
    let ends =
        gammas.iter().map(|g| g.value()).fold((0.0f64, 0.0f64), |(a, b), g| (a.min(g), b.max(g)));
    let room = 0.08 * (ends.1 - ends.0).max(0.1);
    let line = Curve {
        at: at(once),
        se: once.iter().map(|f| 100.0 * f.own.1).collect(),
        marker: Some(Marker::Dot),
        ..Curve::default()
    };
    let rings =
        Points { at: at(again), size: 20.0, marker: Some(Marker::Ring), ..Points::default() };
    Panel {
        title: Text::new("share of y, %", "tỉ lệ của y, %"),
        x: Axis::new(words::GUIDANCE_SCALE, (ends.0 - room, ends.1 + room)),
        y: Axis::new("", (-0.06 * top, 1.12 * top)),
        layers: vec![
            Layer::new("prior", "P(y)", Role::Neutral, Rules { x: vec![], y: vec![prior] }),
            Layer::new("share", "at the setting's steps", Role::Guided, line),
            Layer::new("twice", "at twice the steps", Role::Neutral, rings),
        ],
        ..Panel::default()
    }
}
