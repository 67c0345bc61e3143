//! F17: γ < 0 steers away from a class.

use super::frame::{CLEAN, Frame, Names, classes_of, count, ends_by_class, names, percent};
use super::{Setting, Steer, at_least, figure, finer};
use crate::guidance::Gamma;
use crate::metrics::mean_with_se;
use crate::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Points, Role, Rules, Text, words};
use crate::{Error, Result};
use ndarray::{Array2, arr2, s as slice};

/// Samples drawn in a panel; all of them are counted.
const SHOWN: usize = 400;
/// Planes beside the curve.
const PLANES: usize = 3;

/// F17: where samples end when γ falls from 0 below it, and how often they are of the class y all the same.
///
/// The first, the middle and the last of `gammas` are drawn as planes, coloured by the exact classifier's class; all of
/// them are points of the curve, from `n` samples at the setting's steps and again at twice as many (rings). The dotted
/// line is P(y). `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is less than 2, or there are fewer than two γ.
pub fn away(s: &Setting, name: Text, steer: &Steer, gammas: &[Gamma], n: usize) -> Result<Figure> {
    s.checked()?;
    at_least("samples", n, 2)?;
    if gammas.len() < 2 {
        return Err(Error::value("the number of γ", gammas.len(), "at least 2"));
    }
    let mut f = figure(
        "17_away",
        Text::new("γ < 0 steers away: ", "γ < 0 lái ra xa: ").then(name),
        Text::new(
            "With a negative γ the push is turned round: the class it came from is avoided and the others take its share.",
            "Với γ âm, lực đẩy đổi chiều: lớp ban đầu bị tránh và các lớp khác nhận phần của nó.",
        ),
    );
    let twice = finer(s, 2)?;
    let drawn = [0, gammas.len() / 2, gammas.len() - 1];
    let (mut once, mut again, mut planes) = (vec![], vec![], vec![]);
    for (k, gamma) in gammas.iter().enumerate() {
        let score = steer(*gamma);
        let x = s.sample(&*score, n);
        let classes = classes_of(s.exact(), x.view(), CLEAN);
        let found = share(s, &classes);
        once.push(found);
        let finer = Setting { grid: &twice, ..*s }.sample(&*score, n);
        again.push(share(s, &classes_of(s.exact(), finer.view(), CLEAN)));
        if drawn[..PLANES.min(gammas.len())].contains(&k) {
            planes.push((*gamma, x, classes, found.0));
        }
    }
    for (steps, found) in [(s.grid.steps(), &once), (twice.steps(), &again)] {
        for (gamma, (value, se)) in gammas.iter().zip(found) {
            let place = format!("γ = {}, {steps} steps", gamma.value());
            f.numbers.push((format!("{place}: share of y"), *value));
            f.numbers.push((format!("{place}: se of the share of y"), *se));
        }
    }
    let frame = planes.iter().fold(Frame::of(s.exact()), |frame, (_, x, ..)| frame.with_most(x));
    for (gamma, x, classes, share) in &planes {
        f.panels.push(plane(s, frame, *gamma, x, classes, *share));
    }
    f.panels.push(curve(s, gammas, &once, &again));
    f.layout = Some((1, f.panels.len()));
    f.notes = vec![Text::from((
        format!(
            "y: {};  {} samples;  ● {} steps, ○ {};  dotted: P(y)",
            s.target_name().en,
            count(n),
            s.grid.steps(),
            twice.steps()
        ),
        format!(
            "y: {};  {} mẫu;  ● {} bước, ○ {};  chấm: P(y)",
            s.target_name().vi,
            count(n),
            s.grid.steps(),
            twice.steps()
        ),
    ))];
    Ok(f)
}

/// The share of the class y and its standard error.
fn share(s: &Setting, classes: &[usize]) -> (f64, f64) {
    let own = |c: &usize| f64::from(u8::from(*c == s.class));
    mean_with_se(&classes.iter().map(own).collect::<Vec<_>>())
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
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}

fn curve(s: &Setting, gammas: &[Gamma], once: &[(f64, f64)], again: &[(f64, f64)]) -> Panel {
    let at = |found: &[(f64, f64)]| {
        let rows = gammas.iter().zip(found).map(|(g, (v, _))| [g.value(), 100.0 * v]);
        arr2(&rows.collect::<Vec<_>>())
    };
    let prior = 100.0 * s.exact().class_weights()[s.class];
    let top = once.iter().chain(again).map(|f| 100.0 * f.0).fold(prior, f64::max);
    let ends =
        gammas.iter().map(|g| g.value()).fold((0.0f64, 0.0f64), |(a, b), g| (a.min(g), b.max(g)));
    let room = 0.08 * (ends.1 - ends.0).max(0.1);
    let line = Curve {
        at: at(once),
        se: once.iter().map(|f| 100.0 * f.1).collect(),
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
