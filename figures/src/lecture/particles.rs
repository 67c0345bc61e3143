//! A3: the same particles, free on the left and steered on the right.

use super::prelude::*;
use scorelab::metrics::Interval;
use scorelab::mixture::Mixture;

pub const SPEC: Spec = Spec {
    name: "particles",
    stem: "A3_guided_particles",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new(
        "The same noise, free and steered",
        "Cùng một nhiễu, tự do và được điều hướng",
    ),
    caption: Text::new(
        "The same particles fall to every class without guidance and to the target with it.",
        "Cùng những hạt ấy rơi về mọi lớp khi không điều hướng, và về lớp đích khi được điều hướng.",
    ),
    needs: &[Need::Plane, Need::Classifier, Need::Frames],
    uses: &[Use::Walk],
    draw,
};

/// Particles that are drawn.
const PARTICLES: usize = 128;

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let (s, one) = (i.setting(), Gamma::new(1.0)?);
    Ok(guided_particles(s, &i.score, i.classifier(), one, PARTICLES, i.frames)?.collect())
}

/// How far back a trail reaches, as a share of the animation.
const TRAIL: f64 = 0.16;
/// Points of a trail.
const LINKS: usize = 7;

/// A3: `n` particles with trails from noise to data, without guidance on the left and with it on the right.
///
/// Time runs so that the particles move about as far from each frame to the next. Every frame has the same axes and
/// the same still background. The number is the share of guided particles that end in the target.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is 0 or there are fewer than 2 frames.
pub fn guided_particles(
    s: &Setting,
    score: &dyn ScoreFn,
    likelihood: &dyn Likelihood,
    gamma: Gamma,
    n: usize,
    frames: usize,
) -> Result<impl Iterator<Item = Figure>> {
    s.in_plane()?;
    at_least("particles", n, 1)?;
    at_least("frames", frames, 2)?;
    let z = s.start(n);
    let led = s.walk(&guided(score, likelihood, gamma), &z);
    let classes = classes_of(s, led.index_axis(Dim(0), s.grid.steps()));
    let arrived = Interval::of_hits(classes.iter().map(|c| *c == s.class));
    let (own, led) = (lines(s, &s.walk(score, &z)), lines(s, &led));
    let clock = clock(&own, &led);
    let window = Window::of(s.exact());
    let still = |title: Text, mixture: &Mixture| -> Panel {
        let mut panel = window.panel(title);
        panel.layers = vec![window.density_layer(mixture, CLEAN)];
        panel
    };
    let led_is = words::GUIDED.then(format!(", γ = {}", gamma.value()));
    let given = s.exact().given(s.class);
    let panels = [still(words::UNCONDITIONAL, s.exact()), still(led_is, &given)];
    let labels = names(s, CLEAN, Names::Outside);
    Ok((0..frames).map(move |i| {
        let now = i as f64 / (frames - 1) as f64;
        let mut f = SPEC.figure();
        f.panels = panels.to_vec();
        f.panels[0].layers.extend(swarm(&own, &clock, now, Role::Unconditional));
        f.panels[1].layers.extend(swarm(&led, &clock, now, Role::Guided));
        f.panels.iter_mut().for_each(|panel| panel.layers.extend(labels.clone()));
        f.number("share in the target", arrived.value);
        f.number("se of that share", arrived.half());
        f
    }))
}

/// The distance covered up to each step, averaged over all particles and scaled to 0…1.
fn clock(own: &[Array2<f64>], led: &[Array2<f64>]) -> Vec<f64> {
    let steps = own.first().map_or(0, |line| line.nrows());
    let mut travelled = vec![0.0; steps];
    for i in 1..steps {
        let moved = |line: &Array2<f64>| {
            let d = &line.row(i) - &line.row(i - 1);
            let far = d.dot(&d).sqrt();
            if far.is_finite() { far } else { 0.0 }
        };
        travelled[i] = travelled[i - 1] + own.iter().chain(led).map(moved).sum::<f64>();
    }
    let total = travelled.last().copied().filter(|w| *w > 0.0).unwrap_or(1.0);
    travelled.iter().map(|w| w / total).collect()
}

/// The place of a particle when a share `now` of the travelled is done.
fn place(line: &Array2<f64>, clock: &[f64], now: f64) -> [f64; 2] {
    let i = clock.partition_point(|c| *c < now).clamp(1, clock.len() - 1);
    let span = clock[i] - clock[i - 1];
    let u = if span > 0.0 { ((now - clock[i - 1]) / span).clamp(0.0, 1.0) } else { 1.0 };
    [0, 1].map(|j| line[[i - 1, j]] + u * (line[[i, j]] - line[[i - 1, j]]))
}

/// The particles of one panel and their trails.
fn swarm(all: &[Array2<f64>], clock: &[f64], now: f64, role: Role) -> [Layer; 2] {
    let trail = |line: &Array2<f64>| {
        let at = |k: usize| (now - TRAIL * (LINKS - 1 - k) as f64 / (LINKS - 1) as f64).max(0.0);
        let places: Vec<[f64; 2]> = (0..LINKS).map(|k| place(line, clock, at(k))).collect();
        Array2::from_shape_fn((LINKS, 2), |(i, j)| places[i][j])
    };
    let at = Array2::from_shape_fn((all.len(), 2), |(i, j)| place(&all[i], clock, now)[j]);
    let lines = all.iter().map(trail).collect();
    let look = Paths { lines, width: Some(2.0), alpha: 0.4, ..Paths::default() };
    [
        Layer::new("trails", "where the particles come from", role, look),
        dots("particles", "the particles", role, at, Points { size: 9.0, ..Points::default() }),
    ]
}
