//! The loss of a training, with the floor that no network can go below.

use crate::plot::{Axis, Curve, Figure, Layer, Panel, Role, Rules, Text};
use ndarray::Array2;

/// Each point of the curve averages this much more steps than the one before.
const GROWTH: f64 = 1.12;

/// The loss of each step, averaged over stretches that grow with the step, above its exact floor.
///
/// ```text
/// loss − floor = E_σ [|D_θ − D*|²/(c_out²·d)],   the error of the score itself
/// ```
///
/// `losses` has one number for each step; `floor` is [`loss_floor`](scorelab::train::loss_floor). The number printed is
/// the distance of the last tenth of the losses from the floor. Without losses the curve is empty.
pub fn training_curve(losses: &[f64], floor: f64) -> Figure {
    let means = averages(losses);
    let tail = &losses[losses.len() - losses.len().div_ceil(10)..];
    let last = tail.iter().sum::<f64>() / tail.len().max(1) as f64;
    let at = Array2::from_shape_fn(
        (means.len(), 2),
        |(i, j)| if j == 0 { means[i].0 } else { means[i].1 },
    );
    let first = means.first().map_or(1.0, |m| m.1).max(floor + 0.05 * floor.abs().max(1e-3)); // a network may start on the floor
    let loss = Layer::new(
        "loss",
        "mean loss of each stretch of steps",
        Role::Unconditional,
        Curve { at, ..Curve::default() },
    );
    let rule = Layer::new(
        "floor",
        "the exact least loss",
        Role::Neutral,
        Rules { y: vec![floor], ..Rules::default() },
    );
    let steps = losses.len().max(2) as f64;
    Figure {
        stem: "00_training".into(),
        title: Text::new(
            "A loss means little without its floor",
            "Hàm mất mát cần có mức sàn của nó",
        ),
        caption: Text::new(
            "Denoising score matching falls to a floor that is known exactly; what is left above it is the error of the score.",
            "Hàm mất mát khử nhiễu giảm tới một mức sàn biết chính xác; phần còn lại phía trên là sai số của score.",
        ),
        panels: vec![Panel {
            x: Axis::log(Text::new("step", "bước"), (1.0, steps)),
            y: Axis::new(
                Text::new("loss", "mất mát"),
                (floor - 0.15 * (first - floor), first + 0.1 * (first - floor)),
            ),
            layers: vec![
                rule.label_at(Text::new("exact floor", "mức sàn chính xác"), [1.3, floor]),
                loss.label(Text::new("loss", "mất mát")),
            ],
            ..Panel::default()
        }],
        notes: vec![
            (
                format!("last tenth: {last:.4}, floor: {floor:.4}"),
                format!("một phần mười cuối: {last:.4}, mức sàn: {floor:.4}"),
            )
                .into(),
        ],
        numbers: vec![("loss_at_the_end".into(), last), ("floor".into(), floor)],
        ..Figure::default()
    }
}

/// (middle step, mean loss) of stretches whose length grows with the step, so that the points are even on a log axis.
fn averages(losses: &[f64]) -> Vec<(f64, f64)> {
    let mut means = Vec::new();
    let mut from = 0;
    while from < losses.len() {
        let to = ((from + 1) as f64 * GROWTH).ceil().min(losses.len() as f64) as usize;
        let middle = 0.5 * (from + 1 + to) as f64;
        means.push((middle, losses[from..to].iter().sum::<f64>() / (to - from) as f64));
        from = to;
    }
    means
}
