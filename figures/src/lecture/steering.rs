//! F2: the same starting points twice, free and steered.

use super::prelude::*;
use ndarray::Array3;
use scorelab::metrics::Interval;

pub const SPEC: Spec = Spec {
    name: "steering",
    stem: "02_steering",
    part: CONTROL,
    latex: GUIDED_SUM,
    title: Text::new(
        "Steering: the same noise, led to the target",
        "Điều hướng: cùng một nhiễu, được dẫn tới lớp đích",
    ),
    caption: Text::new(
        "Six starting points follow the unconditional score to their own class and the guided score to the target.",
        "Sáu điểm xuất phát đi theo score không điều kiện về lớp của mình, và theo score đã điều hướng về lớp đích.",
    ),
    needs: &[Need::Plane, Need::Classifier],
    uses: &[Use::Walk, Use::Samples],
    draw,
};

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let one = Gamma::new(1.0)?;
    Ok(vec![steering(i.setting(), &i.score, i.classifier(), one, i.samples)?])
}

/// Starting points that are drawn.
const SIX: usize = 6;

/// F2: the same six starting points twice, dashed to where they would go and solid to the target.
///
/// The share of paths that change their class is measured on the first `n` starting points. γ = 0 changes none.
///
/// # Errors
/// If the scene is not two-dimensional, or `n` is less than 2.
pub fn steering(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    n: usize,
) -> Result<Figure> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    let steered = guided(score, likelihood, gamma);
    let z = s.start(SIX);
    let fine = &Setting { grid: &s.drawn_grid()?, ..*s };
    let (free, led) = (fine.walk(score, &z), fine.walk(&steered, &z));
    let changed = |a: &Array2<f64>, b: &Array2<f64>| {
        let (a, b) = (classes_of(s, a.view()), classes_of(s, b.view()));
        a.into_iter().zip(b).map(|(a, b)| a != b).collect::<Vec<bool>>()
    };
    let last = |walk: &Array3<f64>| walk.index_axis(Dim(0), walk.shape()[0] - 1).to_owned();
    let six = changed(&last(&free), &last(&led)).into_iter().filter(|c| *c).count();
    let share = Interval::of_hits(changed(&s.sample(score, n), &s.sample(&steered, n)));
    let mut f = SPEC.figure();
    f.panels = vec![six_twice(fine, &free, &led)];
    f.formula = guided_sum(format!(",   γ = {}", gamma.value()));
    let (n, shown) = (count(n), percent(share));
    f.notes = vec![Text::from((
        format!("{six} of the 6 paths changed their class; of {n} paths {shown}"),
        format!("{six} trong 6 quỹ đạo đổi lớp; trong {n} quỹ đạo: {shown}"),
    ))];
    f.number("gamma", gamma.value());
    f.number("paths of six that changed class", six as f64);
    f.number("share of paths that changed class", share.value);
    f.number("se of that share", share.half());
    Ok(f)
}

fn six_twice(s: &Setting, free: &Array3<f64>, led: &Array3<f64>) -> Panel {
    let window = Window::of(s.exact()).wide(1.8);
    let thin = |walk: &Array3<f64>| -> Vec<Array2<f64>> {
        lines(s, walk).into_iter().map(|line| thinned(line, window.unseen())).collect()
    };
    let (free, led) = (thin(free), thin(led));
    let big = |marker| Points { size: 15.0, marker: Some(marker), ..Points::default() };
    let end = |name, desc, role, lines: &[Array2<f64>]| {
        dots(name, desc, role, ends(lines), big(Marker::Dot))
    };
    let both = [
        end("own ends", "ends without guidance", Role::Unconditional, &free),
        end("guided ends", "ends with guidance", Role::Guided, &led),
    ];
    let starts = starts(&free);
    let dashed = Paths { lines: free, dashed: Some(true), ..Paths::default() };
    let solid = Paths { lines: led, ..Paths::default() };
    let mut panel = window.panel("");
    panel.layers = vec![
        window.density_layer(s.exact(), CLEAN),
        Layer::new("unconditional", "unconditional paths", Role::Unconditional, dashed)
            .label_at(words::UNCONDITIONAL, window.point(0.03, 0.53)),
        Layer::new("guided", "guided paths", Role::Guided, solid)
            .label_at(words::GUIDED, window.point(0.03, 0.46)),
    ];
    panel.layers.extend(both);
    let z = dots("noise", "the six starting points", Role::Neutral, starts, big(Marker::Diamond));
    let same = Text::new("◆ the same six z", "◆ cùng sáu z");
    panel.layers.push(z.label_at(same, window.point(0.03, 0.60)));
    panel.layers.extend(names(s, CLEAN, Names::Outside));
    panel
}
