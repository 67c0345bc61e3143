//! F15: the condition as a box that goes into the network, ∅ as its alternative, and a batch with both.

use super::prelude::*;
use ndarray::ArrayView2;
use scorelab::Error;
use scorelab::checkpoint::{P_DROP, Recipe};
use scorelab::metrics::Interval;
use scorelab::null_label::{JointNet, shown_labels};
use scorelab::rng::Purpose;
use scorelab::train::{Levels, TrainConfig};

pub const SPEC: Spec = Spec {
    name: "null-label",
    stem: "15_null_label",
    part: FREE,
    latex: NULL_LABEL,
    title: Text::new("One network, with and without a label", "Một mạng, có nhãn và không nhãn"),
    caption: Text::new(
        "The label is a box that goes into the network; in a share of the rows ∅ goes in its place, so that one network learns both scores.",
        "Nhãn là một ô đi vào mạng; ở một phần các hàng, ∅ đi vào thay nhãn, nên một mạng học được cả hai score.",
    ),
    needs: &[Need::Scene],
    uses: &[Use::Seed],
    draw,
};

/// Steps of the training that is shown, and the size of its training set.
const TRAINING: (usize, usize) = (20, 5_000);

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    Ok(vec![null_label_in_training(i.setting())?])
}

/// F15 with the labels that a training with the usual p_drop uses on the setting's scene.
///
/// # Errors
/// If the network of the recipe cannot be made for the scene.
pub fn null_label_in_training(s: &Setting) -> Result<Figure> {
    let ((steps, points), recipe) = (TRAINING, Recipe::default());
    let mixture = s.exact();
    let data = mixture.sample(points, s.seed, Purpose::Data);
    let shape = recipe.shape(mixture.dim(), 0);
    let net = JointNet::new(shape, mixture.classes(), recipe.target, mixture.radius(), s.seed)?;
    let config = TrainConfig { steps, seed: s.seed, ..TrainConfig::default() };
    let shown = shown_labels(net, &data, Levels::default(), P_DROP, config)?;
    null_label(s, shown.view(), P_DROP)
}

/// Width and height of the drawing, in slide units.
const SIZE: (f64, f64) = (1200.0, 520.0);
/// Chips of the strip, and how many stand in a row.
const CHIPS: usize = 64;
const ROW: usize = 32;
/// Labels that are named on one line.
const NAMED: usize = 5;

/// F15: one network, with the label or with ∅ going into it, and the first rows of a training batch.
///
/// `labels` (steps, batch) are the labels shown to a network, ∅ as the number of classes, as
/// [`shown_labels`](scorelab::null_label::shown_labels) returns them. The number is the share of ∅ in all of
/// them; labels are dropped row by row, so its interval is a share's.
///
/// # Errors
/// If there are no labels, or one is neither a class of the scene nor ∅.
pub fn null_label(s: &Setting, labels: ArrayView2<usize>, p_drop: f64) -> Result<Figure> {
    let null = s.exact().classes();
    let n = labels.len();
    if n == 0 {
        return Err(Error::value("the number of labels", n, "at least 1"));
    }
    if let Some(label) = labels.iter().find(|y| **y > null) {
        return Err(Error::value("a label", label, format!("at most {null}, which is ∅")));
    }
    let dropped = Interval::of_hits(labels.iter().map(|y| *y == null));
    let mut f = SPEC.figure();
    let mut layers = network(p_drop);
    layers.extend(strip(s, labels));
    f.panels = vec![diagram("", SIZE, layers)];
    let (told, share) = (count(n), percent(dropped));
    f.notes = vec![Text::from((
        format!("∅ in {told} draws of the training itself: {share}"),
        format!("∅ trong {told} lần rút của chính quá trình học: {share}"),
    ))];
    f.number("p_drop", p_drop);
    f.number("draws", n as f64);
    f.number("share of ∅", dropped.value);
    f.number("se of that share", dropped.half());
    Ok(f)
}

/// x_t and the noise level go into the network from the left, y or ∅ from below; two scores come out.
fn network(p_drop: f64) -> Vec<Layer> {
    let per_cent = |p: f64| format!("{} %", (1e4 * p).round() / 1e2);
    vec![
        arrows(
            "inputs",
            Role::Neutral,
            &[[180.0, 470.0, 428.0, 430.0], [180.0, 370.0, 428.0, 400.0]],
        ),
        arrows("label", Role::Guided, &[[430.0, 258.0, 520.0, 338.0]]),
        arrows("null", Role::Unconditional, &[[690.0, 258.0, 600.0, 338.0]]),
        arrows("conditional", Role::Guided, &[[692.0, 430.0, 778.0, 470.0]]),
        arrows("unconditional", Role::Unconditional, &[[692.0, 400.0, 778.0, 370.0]]),
        boxed("noisy", Role::Neutral, [40.0, 440.0, 180.0, 500.0], "x_t"),
        boxed("level", Role::Neutral, [40.0, 340.0, 180.0, 400.0], "σ_t"),
        boxed("network", Role::Neutral, [430.0, 340.0, 690.0, 490.0], "U-Net"),
        word(Role::Muted, [560.0, 508.0], Side::On, Text::new("(here an MLP)", "(ở đây là MLP)")),
        boxed("y", Role::Guided, [360.0, 198.0, 480.0, 258.0], "y"),
        boxed("∅", Role::Unconditional, [640.0, 198.0, 760.0, 258.0], "∅"),
        word(Role::Neutral, [560.0, 228.0], Side::On, Text::new("or", "hoặc")),
        word(Role::Guided, [350.0, 228.0], Side::Left, per_cent(1.0 - p_drop)),
        word(Role::Unconditional, [770.0, 228.0], Side::Right, per_cent(p_drop)),
        boxed("s_c", Role::Guided, [780.0, 440.0, 950.0, 500.0], "s_θ(x_t, y)"),
        boxed("s_u", Role::Unconditional, [780.0, 340.0, 950.0, 400.0], "s_θ(x_t, ∅)"),
        word(Role::Guided, [950.0, 470.0], Side::Right, words::CONDITIONAL_SCORE),
        word(Role::Unconditional, [950.0, 370.0], Side::Right, words::UNCONDITIONAL_SCORE),
    ]
}

/// The first labels of the first batch, a chip each, and which chip is which class.
fn strip(s: &Setting, labels: ArrayView2<usize>) -> Vec<Layer> {
    let null = s.exact().classes();
    let side = SIZE.0 / ROW as f64;
    let lines = (null + 1).div_ceil(NAMED);
    // the names of many labels take the place of the second row of chips
    let rows = if lines == 1 { CHIPS / ROW } else { 1 };
    let base = 28.0 + lines as f64 * side;
    let chip = |k: usize| -> [f64; 4] {
        let (x, y) = ((k % ROW) as f64 * side, base + side * (rows - 1 - k / ROW) as f64);
        [x + 2.0, y + 2.0, x + side - 2.0, y + side - 2.0]
    };
    let shown = (rows * ROW).min(labels.ncols());
    let first = Text::from((
        format!("the first {shown} rows of a batch of {}:", labels.ncols()),
        format!("{shown} hàng đầu của một lô {} hàng:", labels.ncols()),
    ));
    let above = [0.0, base + rows as f64 * side + 22.0];
    let mut layers = vec![word(Role::Neutral, above, Side::Right, first)];
    let room = SIZE.0 / (null + 1).min(NAMED) as f64;
    for class in 0..=null {
        let (role, filled, sign) = match class {
            c if c == null => (Role::Unconditional, false, "∅".to_string()),
            c => (Role::Class(c), true, c.to_string()),
        };
        let all = labels.iter().take(shown).enumerate().filter(|(_, y)| **y == class);
        let mut at: Vec<([f64; 4], Text)> =
            all.map(|(k, _)| (chip(k), sign.clone().into())).collect();
        let x = (class % NAMED) as f64 * room;
        let y = 8.0 + side * (lines - 1 - class / NAMED) as f64;
        at.push(([x + 2.0, y, x + side - 2.0, y + side - 4.0], sign.into()));
        let name =
            if class == null { Text::new("no label", "không nhãn") } else { s.class_name(class) };
        let look = Boxes { at, filled };
        layers.push(Layer::new(&format!("chips-{class}"), "rows with this label", role, look));
        let (at, name) = ([x + side, y - 2.0 + 0.5 * side], name.at_most(room - side - 16.0));
        layers.push(word(Role::Neutral, at, Side::Right, name));
    }
    layers
}
