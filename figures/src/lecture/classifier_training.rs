//! F25: how a classifier of noisy data is trained, beside one that has seen clean data only.

use super::prelude::*;
use scorelab::rng::Purpose;

pub const SPEC: Spec = Spec {
    name: "classifier-training",
    stem: "25_classifier_training",
    part: NOISY,
    latex: r"\min_\phi \; \mathbb{E}_{x_0, y, t, \varepsilon} \left[ -\log p_\phi(y \mid \alpha_t x_0 + \sigma_t \varepsilon, \sigma_t) \right]",
    title: Text::new(
        "Training a classifier: on clean and on noisy data",
        "Huấn luyện bộ phân loại: trên dữ liệu sạch và trên dữ liệu nhiễu",
    ),
    caption: Text::new(
        "The noisy classifier is shown x_t at every noise level together with the level; the clean one is shown x_0 only and is asked about x_t later.",
        "Bộ phân loại trên dữ liệu nhiễu được xem x_t ở mọi mức nhiễu kèm theo mức đó; bộ trên dữ liệu sạch chỉ được xem x_0 nhưng về sau bị hỏi về x_t.",
    ),
    needs: &[Need::Plane],
    uses: &[Use::Process, Use::Seed],
    draw: |i: &Inputs| Ok(vec![classifier_training(i.setting())?]),
};

/// Points of each training set that are drawn.
const SHOWN: usize = 300;
/// Width and height of a diagram, in units of its own.
const SIZE: (f64, f64) = (600.0, 200.0);

/// F25: left what is shown to each classifier, coloured by its label; right what goes in and what is asked for.
///
/// Above the clean one, (x_0, y); below the noisy one, (x_t, σ_t, y) with levels from all of the process.
///
/// # Errors
/// If the scene is not two-dimensional.
pub fn classifier_training(s: &Setting) -> Result<Figure> {
    s.in_plane()?;
    let data = s.exact().sample(SHOWN, s.seed, Purpose::Data);
    let level = |row: usize| s.level_by_radius(1.5 * 0.05f64.powf(row as f64 / SHOWN as f64));
    let eps = scorelab::rng::normals(s.seed, Purpose::Data, 1, data.x.dim());
    let noisy = Array2::from_shape_fn(data.x.dim(), |(i, j)| {
        let level = level(i);
        (level.alpha * data.x[[i, j]] + level.sigma * eps[[i, j]]) / scale(level)
    });
    let mut f = SPEC.figure();
    f.layout = Some((2, 2));
    let [clean_title, noisy_title] = [
        Text::new("clean data x_0", "dữ liệu sạch x_0"),
        Text::new("noisy data x_t, all levels", "dữ liệu nhiễu x_t, mọi mức"),
    ];
    f.panels = vec![
        points(s, clean_title, &data.x, &data.y),
        flow(false),
        points(s, noisy_title, &noisy, &data.y),
        flow(true),
    ];
    f.notes = vec![Text::new(
        "Each dot is a training point in the colour of its label y.",
        "Mỗi chấm là một điểm huấn luyện, màu theo nhãn y.",
    )];
    Ok(f)
}

fn points(s: &Setting, title: Text, x: &Array2<f64>, labels: &[usize]) -> Panel {
    let mut panel = Window::of(s.exact()).with_most(x).panel(title);
    panel.layers = ends_by_class(x.view(), labels, 7.0);
    panel
}

/// What goes into a classifier, and the loss of its answer.
fn flow(noisy: bool) -> Panel {
    let role = if noisy { Role::Likelihood } else { Role::Neutral };
    let (input, answer) =
        if noisy { ("x_t", "p_φ(y ∣ x_t, σ_t)") } else { ("x_0", "p_φ(y ∣ x_0)") };
    let middle = if noisy { 140.0 } else { 100.0 };
    let mut inputs = vec![[92.0, middle, 168.0, middle]];
    let mut layers = vec![boxed("input", role, [0.0, middle - 28.0, 92.0, middle + 28.0], input)];
    if noisy {
        inputs.push([92.0, 60.0, 168.0, 60.0]);
        layers.push(boxed("level", role, [0.0, 32.0, 92.0, 88.0], "σ_t"));
    }
    layers.push(boxed("network", role, [170.0, 30.0, 310.0, 170.0], Text::new("network", "mạng")));
    layers.push(boxed("answer", role, [372.0, 70.0, 600.0, 130.0], answer));
    inputs.push([310.0, 100.0, 370.0, 100.0]);
    layers.insert(0, arrows("flow", role, &inputs));
    let loss = if noisy {
        "−log p_φ(y ∣ x_t, σ_t) → min"
    } else {
        "−log p_φ(y ∣ x_0) → min"
    };
    layers.push(word(role, [600.0, 30.0], Side::Left, loss));
    diagram("", SIZE, layers)
}
