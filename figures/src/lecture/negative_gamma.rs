//! F17: γ < 0 steers away from a class.

use super::prelude::*;
use super::scales::gammas;
use scorelab::metrics::Interval;
use scorelab::number::significant;

pub const SPEC: Spec = Spec {
    name: "away",
    stem: "17_away",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("γ < 0 steers away", "γ < 0 lái ra xa"),
    caption: Text::new(
        "With a negative γ the push is turned round: the class is avoided, but the samples are pushed off every other mode too.",
        "Với γ âm, lực đẩy đổi chiều: lớp đó bị tránh, nhưng mẫu cũng bị đẩy ra khỏi mọi đỉnh khác.",
    ),
    needs: &[Need::Plane, Need::Class, Need::OneScore],
    uses: &[Use::Walk, Use::Method, Use::Samples],
    draw,
};

/// γ of the figure.
pub(super) const GAMMAS: [f64; 5] = [0.0, -0.25, -0.5, -0.75, -1.0];

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let below = gammas(&GAMMAS);
    let f = negative_gamma(i.setting(), i.method.clone(), |g| i.steered(g), &below, i.samples)?;
    Ok(vec![f])
}

/// Samples drawn in a panel; all of them are counted.
const SHOWN: usize = 400;

/// What one γ does: the first samples and their classes, the share of the class y, and the share on no mode at all.
struct Found {
    x: Array2<f64>,
    classes: Vec<usize>,
    own: Interval,
    off: Interval,
}

impl Found {
    /// Tells the two shares.
    fn tell(&self, f: &mut Figure, place: &str) {
        for (what, share) in [("share of y", self.own), ("share on no mode", self.off)] {
            f.number(format!("{place}: {what}"), share.value);
            f.number(format!("{place}: se of the {what}"), share.half());
        }
    }
}

/// F17: where samples end when γ falls from 0 below it, and how often they still are of the class y.
///
/// The first, the middle and the last of `gammas` are drawn as planes, coloured by the exact classifier's class; all of
/// them are points of the curve, from `n` samples at the setting's steps and again at twice as many (rings). The dotted
/// line is P(y). The share on no mode at all is printed too: a walk along a negated score avoids the class and misses the
/// others. `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, `n` is less than 2, or there are fewer than two γ.
pub fn negative_gamma<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
    n: usize,
) -> Result<Figure> {
    s.in_plane()?;
    at_least("samples", n, 2)?;
    at_least("γ", gammas.len(), 2)?;
    let (found, twice) = Twice::over_gamma(s, steer, gammas, n, |x| measure(s, x))?;
    let mut f = SPEC.figure_of(Text::from(": ").then(name));
    for (steps, found) in [(s.grid.steps(), &found.once), (twice.steps(), &found.again)] {
        for (gamma, found) in gammas.iter().zip(found) {
            found.tell(&mut f, &format!("γ = {}, {steps} steps", gamma.value()));
        }
    }
    let mut drawn = vec![0, gammas.len() / 2, gammas.len() - 1];
    drawn.truncate(gammas.len());
    let shown = drawn.iter().map(|k| &found.once[*k].x);
    let window = shown.fold(Window::of(s.exact()), |window, x| window.with_most(x));
    f.panels = drawn.iter().map(|k| plane(s, window, gammas[*k], &found.once[*k])).collect();
    f.panels[0].layers.extend(names(s, CLEAN, Names::Outside));
    f.panels.push(share_panel(s, gammas, &found));
    f.layout = Some((1, f.panels.len()));
    f.notes = notes(s, gammas, &drawn, &found, (n, twice.steps()));
    Ok(f)
}

/// The shares on no mode, and what the dots and the line are.
fn notes(
    s: &Setting,
    gammas: &[Gamma],
    drawn: &[usize],
    found: &Twice<Vec<Found>>,
    (n, twice): (usize, usize),
) -> Vec<Text> {
    let worst = found.once.iter().map(|f| 100.0 * f.off.half()).fold(0.0, f64::max);
    let list = |word: &dyn Fn(usize) -> String| {
        drawn.iter().map(|k| word(*k)).collect::<Vec<_>>().join(", ")
    };
    let off = |found: &[Found]| list(&|k| rounded(100.0 * found[k].off.value, worst));
    let (off, again) = (off(&found.once), off(&found.again));
    let shown = list(&|k| gammas[k].value().to_string());
    let (se, y, n, once) = (significant(worst, 2), s.target_name(), count(n), s.grid.steps());
    vec![
        Text::from((
            format!(
                "At γ = {shown} the share of samples on no mode is {off} % (± {se} at most), with twice the steps {again} %."
            ),
            format!(
                "Với γ = {shown}, tỉ lệ mẫu không ở đỉnh nào là {off} % (nhiều nhất ± {se}), với số bước gấp đôi là {again} %."
            ),
        )),
        Text::from((
            format!(
                "y is {}; {n} samples for each dot (● {once} steps, ○ {twice} steps); the dotted line is P(y).",
                y.en
            ),
            format!(
                "y là {}; mỗi chấm {n} mẫu (● {once} bước, ○ {twice} bước); đường chấm là P(y).",
                y.vi
            ),
        )),
    ]
}

fn measure(s: &Setting, x: Array2<f64>) -> Found {
    let (classes, off) = (classes_of(s, x.view()), off_the_modes(s, x.view()));
    let own = Interval::of_hits(classes.iter().map(|c| *c == s.class));
    Found { x, classes, own, off }
}

fn plane(s: &Setting, window: Window, gamma: Gamma, found: &Found) -> Panel {
    let mut panel = window.panel(format!("γ = {}", gamma.value()));
    panel.x.label = Text::from("y: ").then(percent(found.own));
    panel.layers = vec![window.density_layer(s.exact(), CLEAN)];
    let shown = found.classes.len().min(SHOWN);
    let x = found.x.slice(slice![..shown, ..]);
    panel.layers.extend(ends_by_class(x, &found.classes[..shown], 8.0));
    panel
}

/// The share of y over γ, and P(y) dotted.
fn share_panel(s: &Setting, gammas: &[Gamma], found: &Twice<Vec<Found>>) -> Panel {
    let prior = 100.0 * s.exact().class_weights()[s.class];
    let own = found.numbers(|f| in_percent(f.own));
    let title = Text::new("share of y, %", "tỉ lệ của y, %");
    let mut panel = over_gamma_panel("share", title, gammas, own);
    panel.y.range.1 = panel.y.range.1.max(1.12 * prior);
    let rule = Rules { x: vec![], y: vec![prior] };
    panel.layers.insert(0, Layer::new("prior", "P(y)", Role::Neutral, rule));
    panel
}
