//! A reader's own guidance beside the known ones, in one table and one figure.

use super::contest::{Contest, Made, Walk};
use super::run::Experiment;
use crate::networks::joint_of_scene;
use crate::tell::tell;
use ndarray::{Array2, Axis as Dim, Slice, s as slice};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::mixture::Tilt;
use scorelab_figures::plot::{
    Axis, Density, Figure, Lang, Layer, Marker, Panel, Points, Role, Text,
};

/// Samples drawn in a panel.
const SHOWN: usize = 500;

/// Compares the reader's own scores with the conditional score, with ordinary guidance at the same γ and at their own effective
/// scale, with the method that the flags name, if they do, and with the true tilt. With `--score` the scores are those of a joint
/// network, and the truth stays that of the scene.
///
/// Prints and writes the tables of a [`Contest`], and draws one figure, the samples over the tilt. Where the tilt is improper
/// its column stays empty and a warning says why. What is checked is `conditional`, whose distance to p(x|c) is that of one true
/// sample from another.
///
/// # Errors
/// If the network is of another scene, the method that is named cannot be built, or a file cannot be written.
pub fn compare(lab: &mut Experiment, gamma: Gamma, mine: &[(&str, Made)]) -> Result<()> {
    lab.needs_two_classes()?;
    let path = lab.flags.score.as_ref().map(|path| path.display().to_string());
    let net = path.as_ref().map(|path| joint_of_scene("--score", path, lab.scene())).transpose()?;
    let learned = net.as_ref();
    let contest =
        Contest { setting: lab.setting(), samples: lab.samples, gamma, at_once: false, learned };
    if let Some(warning) = contest.warning() {
        tell(format!("warning: {warning}"));
    }
    let found = contest.held(mine, &lab.flags.guidance)?;
    let scores = path.map_or(Text::new("exact scores", "score chính xác"), |path| {
        Text::from((format!("scores of {path}"), format!("score của {path}")))
    });
    let (scene, class) = (&lab.scene().name, lab.class_name());
    lab.say(Text::from((
        format!("\nscene {scene}, target {class}, {}", scores.en),
        format!("\ncảnh {scene}, lớp {class}, {}", scores.vi),
    )));
    lab.show("compare", &found.compare)?;
    lab.show("verdicts", &found.verdicts)?;
    lab.show("effective", &found.effective)?;
    let [en, vi] = [Lang::En, Lang::Vi]
        .map(|lang| found.said.iter().map(|said| said.get(lang)).collect::<Vec<_>>().join("; "));
    lab.answer((en, vi));
    for walk in found.walks.iter().filter(|walk| walk.name == "conditional") {
        let what = format!("conditional, {} steps: energy distance to p(x|c)", walk.steps);
        lab.check(&what, walk.energy, -2e-3..=2e-3, -8e-3..=8e-3);
    }
    let drawn: Vec<&Walk> = found.walks.iter().step_by(2).collect(); // at the experiment's steps
    lab.draw(&[figure(gamma, found.tilt.as_ref(), &drawn)])
}

/// The samples of each score over the tilt, at the experiment's steps; at most four panels, the last ones given.
fn figure(gamma: Gamma, tilt: Option<&Tilt>, drawn: &[&Walk]) -> Figure {
    let named = |_: &Tilt| {
        (Role::Muted, Text::new("      map: the tilt", "      bản đồ: phân phối nghiêng"))
    };
    let map = tilt.map(named);
    let panels = drawn[drawn.len().saturating_sub(4)..]
        .iter()
        .map(|walk| panel(walk, tilt, &square(drawn)))
        .collect();
    Figure {
        stem: "compare_samples".into(),
        title: Text::from((
            format!("Ways to guide, γ = {}", gamma.value()),
            format!("Các cách điều hướng, γ = {}", gamma.value()),
        )),
        caption: Text::new(
            "The samples of each score, from the same noise, over the tilted density where there is one.",
            "Mẫu của từng score, từ cùng một nhiễu, trên mật độ nghiêng nếu có.",
        ),
        panels,
        layout: Some((1, drawn.len().min(4))),
        formula: [(Role::Guided, Text::new("● samples", "● mẫu"))].into_iter().chain(map).collect(),
        ..Figure::default()
    }
}

/// The square around all samples but the farthest hundredth on each side.
fn square(drawn: &[&Walk]) -> [(f64, f64); 2] {
    let side = |axis: usize| {
        let column = |x: &Array2<f64>| x.column(axis).to_vec();
        let mut all: Vec<f64> = drawn.iter().flat_map(|walk| column(&walk.ends)).collect();
        all.retain(|v| v.is_finite());
        all.sort_by(f64::total_cmp);
        let edge = all.len() / 200;
        match (all.get(edge), all.len().checked_sub(1 + edge).and_then(|i| all.get(i))) {
            (Some(low), Some(high)) if low < high => (0.5 * (low + high), 0.5 * (high - low)),
            _ => (0.0, 1.0),
        }
    };
    let ((cx, rx), (cy, ry)) = (side(0), side(1));
    let r = 1.25 * rx.max(ry);
    [(cx - r, cx + r), (cy - r, cy + r)]
}

fn panel(walk: &Walk, tilt: Option<&Tilt>, [across, up]: &[(f64, f64); 2]) -> Panel {
    let x = &walk.ends;
    let mut panel = Panel {
        title: walk.name.clone().into(),
        x: Axis::new("", *across),
        y: Axis::new("", *up),
        equal: true,
        ..Panel::default()
    };
    if let Some(tilt) = tilt {
        let (a, b) = (&tilt.axes()[0], &tilt.axes()[1]);
        let root = tilt.density().mapv(f64::sqrt); // (cells,), the second axis running fastest
        let top = 1.15 * root.fold(f64::MIN_POSITIVE, |m, v| m.max(*v));
        let values = root.into_shape_with_order((a.len(), b.len())).expect("the tilt's own grid");
        let map = Density {
            values: values.reversed_axes().as_standard_layout().to_owned(),
            x: (a[0], a[a.len() - 1]),
            y: (b[0], b[b.len() - 1]),
            top: Some(top),
            ..Density::default()
        };
        panel.layers.push(Layer::new("tilt", "the root of the tilted density", Role::Muted, map));
    }
    let shown = x.slice_axis(Dim(0), Slice::from(..x.nrows().min(SHOWN)));
    let at = shown.slice(slice![.., ..2]).to_owned();
    let dots = Points { at, size: 6.0, alpha: 0.6, marker: Some(Marker::Dot) };
    panel.layers.push(Layer::new("samples", "where the samples end", Role::Guided, dots));
    panel
}
