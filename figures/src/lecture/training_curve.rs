//! The loss of a training, with the floor that no network can go below.

use super::prelude::*;
use scorelab::metrics::mean_with_se;
use scorelab::number::{plus_minus, significant};

pub const SPEC: Spec = Spec {
    name: "training-curve",
    stem: "00_training",
    part: SCORES,
    latex: r"\min_\theta\, \mathbb{E}\, \| D_\theta(x_0 + \sigma\varepsilon; \sigma) - x_0 \|^2",
    title: Text::new(
        "A loss means little without its floor",
        "Đọc hàm mất mát bên cạnh giá trị nhỏ nhất có thể",
    ),
    caption: Text::new(
        "Denoising score matching falls to a floor that is known exactly; what is left above it is the error of the score.",
        "Hàm mất mát khử nhiễu giảm tới một giá trị nhỏ nhất biết chính xác; phần phía trên là sai số của score.",
    ),
    needs: &[Need::Scene, Need::Trains],
    uses: &[Use::Seed],
    draw,
};

fn draw(inputs: &Inputs) -> Result<Vec<Figure>> {
    let (losses, floor) = inputs.trainer().losses()?;
    Ok(vec![training_curve(&losses, floor)])
}

/// Each point of the curve averages this much more steps than the one before.
const GROWTH: f64 = 1.12;

/// The loss of each step, averaged over stretches that grow with the step, above its exact floor.
///
/// ```text
/// loss − floor = E_σ [|D_θ − D*|²/(c_out²·d)],   the error of the score itself
/// ```
///
/// `losses` has one number for each step; `floor` is [`loss_floor`](scorelab::train::loss_floor). The number printed is
/// the mean of the last tenth of the losses, beside the floor. Without losses the curve is empty.
pub fn training_curve(losses: &[f64], floor: f64) -> Figure {
    let at = averages(losses);
    let last = mean_with_se(&losses[losses.len() - losses.len().div_ceil(10)..]);
    let on_the_floor = floor + 0.05 * floor.abs().max(1e-3); // where a network may start
    let (_, highest) = reaching((floor, on_the_floor), at.column(1).iter().copied());
    let range = (floor - 0.15 * (highest - floor), highest + 0.1 * (highest - floor));
    let desc = "mean loss of each stretch of steps";
    let loss = Curve { at, ..Curve::default() };
    let loss = Layer::new("loss", desc, Role::Unconditional, loss);
    let rule = Rules { y: vec![floor], ..Rules::default() };
    let rule = Layer::new("floor", "the exact least loss", Role::Neutral, rule);
    let mut f = SPEC.figure();
    f.panels = vec![Panel {
        x: Axis::log(Text::new("step", "bước"), (1.0, losses.len().max(2) as f64)),
        y: Axis::new(Text::new("loss", "mất mát"), range),
        layers: vec![
            rule.label_at(Text::new("exact floor", "giá trị nhỏ nhất, chính xác"), [1.3, floor]),
            loss.label(Text::new("loss", "mất mát")),
        ],
        ..Panel::default()
    }];
    let [told, least] = [plus_minus(last), significant(floor, 4)];
    f.notes = vec![Text::from((
        format!(
            "The mean loss of the last tenth is {told}; no network can have less than {least}."
        ),
        format!(
            "Mất mát trung bình ở một phần mười cuối là {told}; không mạng nào xuống dưới {least}."
        ),
    ))];
    f.measured("", "loss_at_the_end", last);
    f.number("floor", floor);
    f
}

/// (middle step, mean loss) of stretches whose length grows with the step, so that the points are even on a log axis.
fn averages(losses: &[f64]) -> Array2<f64> {
    let mut means: Vec<[f64; 2]> = Vec::new();
    let mut from = 0;
    while from < losses.len() {
        let to = ((from + 1) as f64 * GROWTH).ceil().min(losses.len() as f64) as usize;
        let middle = 0.5 * (from + 1 + to) as f64;
        means.push([middle, losses[from..to].iter().sum::<f64>() / (to - from) as f64]);
        from = to;
    }
    ndarray::arr2(&means)
}
