//! F9: what γ makes of the same six starting points, one column for each γ.

use super::prelude::*;
use scorelab::Error;
use scorelab::metrics::{Modes, Verdict, verdicts};

pub const SPEC: Spec = Spec {
    name: "sweep",
    stem: "09_gamma_sweep",
    part: CLASSIFIER,
    latex: GUIDED_SUM,
    title: Text::new("The same six z, from γ = 0 up", "Cùng sáu z, γ tăng dần từ 0"),
    caption: Text::new(
        "Along a row only γ changes: the path leaves its own class for the target, and then runs past it.",
        "Trên mỗi hàng chỉ γ thay đổi: quỹ đạo rời lớp của mình, tới lớp đích, rồi vượt quá.",
    ),
    needs: &[Need::Plane, Need::Class, Need::OneScore],
    uses: &[Use::Walk, Use::Gammas, Use::Method],
    draw: |i| {
        let gammas = i.growing_gammas_or(&GAMMAS);
        Ok(vec![gamma_sweep(i.setting(), i.method.clone(), |g| i.steered(g), &gammas)?])
    },
};

/// γ, unless others are asked for.
pub(super) const GAMMAS: [f64; 8] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0];

/// Starting points, a row for each.
const SIX: usize = 6;
/// The subscripts of their names; a tick cannot lower letters by itself.
const SUBSCRIPTS: [char; SIX] = ['₁', '₂', '₃', '₄', '₅', '₆'];
/// Width over height of one small plane.
const ASPECT: f64 = 1.62;
/// The share of a cell that its plane fills.
const FILLED: f64 = 0.93;
/// Nodes of a small plane's density, up and across.
const NODES: (usize, usize) = (36, 58);

/// F9: a row for each of six z, a column for each γ; in every cell the path and where it ends.
///
/// The paths of γ = 0 are the unconditional ones. For each γ the number of paths on the target is given, and how many
/// of all verdicts change at twice the steps. `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, or there are not 1 to 10 γ.
pub fn gamma_sweep<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
) -> Result<Figure> {
    s.in_plane()?;
    if !(1..=10).contains(&gammas.len()) {
        return Err(Error::value("the number of γ", gammas.len(), "1 to 10, one for each column"));
    }
    let mut f = SPEC.figure_of(Text::from(": ").then(name));
    let (z, twice, modes) = (s.start(SIX), finer(s, 2)?, Modes::of(s.exact()));
    let verdicts = |x: Array2<f64>| verdicts(x.view(), &modes, s.class);
    let (mut paths, mut found, mut changed) = (vec![], vec![], 0);
    for gamma in gammas {
        let score = steer(*gamma);
        let walk = s.walk(&score, &z);
        let again = verdicts(Setting { grid: &twice, ..*s }.sample(&score, SIX));
        let once = verdicts(walk.index_axis(ndarray::Axis(0), s.grid.steps()).to_owned());
        changed += once.iter().zip(&again).filter(|(a, b)| a != b).count();
        let on_target = once.iter().filter(|v| **v == Verdict::Target).count();
        f.number(format!("γ = {}: of six on the target", gamma.value()), on_target as f64);
        paths.push(lines(s, &walk));
        found.push(once);
    }
    f.number("verdicts that twice the steps change", changed as f64);
    f.panels = vec![table(s, gammas, &paths, &found)];
    f.formula = verdict_key();
    let (name, all) = (s.target_name(), SIX * gammas.len());
    f.notes = vec![Text::from((
        format!("target: {};  with twice the steps {changed} of {all} verdicts change", name.en),
        format!("đích: {};  với số bước gấp đôi, {changed} trong {all} kết quả thay đổi", name.vi),
    ))];
    Ok(f)
}

/// A place of a small plane on the whole panel; cells are 1 high and `ASPECT` wide, the first row on top.
fn placed(window: Window, row: usize, col: usize, [x, y]: [f64; 2]) -> [f64; 2] {
    let [mx, my] = window.middle();
    let (across, up) = ((x - mx) / window.width(), (y - my) / window.height());
    [ASPECT * (col as f64 + FILLED * across), (SIX - 1 - row) as f64 + FILLED * up]
}

fn table(
    s: &Setting,
    gammas: &[Gamma],
    paths: &[Vec<Array2<f64>>],
    found: &[Vec<Verdict>],
) -> Panel {
    let window = Window::of_data(s.exact()).wide(ASPECT);
    let (right, top) = (ASPECT * (gammas.len() as f64 - 0.5), SIX as f64 - 0.5);
    let column = |(i, g): (usize, &Gamma)| (ASPECT * i as f64, g.value().to_string().into());
    let row = |i: usize| ((SIX - 1 - i) as f64, format!("z{}", SUBSCRIPTS[i]).into());
    let tiles = tiles(s, window, gammas.len());
    let mut layers =
        vec![Layer::new("density", "the data, once in every cell", Role::Muted, tiles)];
    layers.extend(gammas.iter().enumerate().map(|(k, g)| column_paths(window, k, *g, &paths[k])));
    layers.extend(VERDICTS.map(|(verdict, role, word)| {
        let cells = (0..gammas.len()).flat_map(|col| (0..SIX).map(move |row| (row, col)));
        let own = cells.filter(|(row, col)| found[*col][*row] == verdict);
        let at: Vec<[f64; 2]> = own
            .map(|(row, col)| {
                let end = ends(&paths[col][row..=row]);
                let kept = |v: f64, (low, high): (f64, f64)| v.clamp(low, high);
                placed(window, row, col, [kept(end[[0, 0]], window.x), kept(end[[0, 1]], window.y)])
            })
            .collect();
        let look =
            Points { size: if role == Role::Hybrid { 15.0 } else { 14.0 }, ..Points::default() };
        dots(&word.en, "ends of paths", role, arr2(&at), look)
    }));
    Panel {
        x: Axis::new(words::GUIDANCE_SCALE, (-0.5 * ASPECT, right))
            .with_ticks(gammas.iter().enumerate().map(column)),
        y: Axis::new("", (-0.5, top)).with_ticks((0..SIX).map(row)),
        equal: true,
        layers,
        ..Panel::default()
    }
}

/// The six paths of one γ, each in its cell.
fn column_paths(window: Window, col: usize, gamma: Gamma, paths: &[Array2<f64>]) -> Layer {
    let moved = paths.iter().enumerate().flat_map(|(row, line)| {
        let points: Vec<[f64; 2]> = line.rows().into_iter().map(|p| [p[0], p[1]]).collect();
        let inside = points.split(|p| !window.holds(*p)).filter(|run| !run.is_empty());
        let placed = |run: &[[f64; 2]]| -> Vec<[f64; 2]> {
            run.iter().map(|p| placed(window, row, col, *p)).collect()
        };
        inside.map(|run| arr2(&placed(run))).collect::<Vec<_>>()
    });
    let role = if gamma.value() == 0.0 { Role::Unconditional } else { Role::Guided };
    let look = Paths { lines: moved.collect(), width: Some(3.0), ..Paths::default() };
    Layer::new(&format!("paths-{col}"), "six paths", role, look)
}

/// The root of the data's density, once for each cell, with nothing between the cells.
fn tiles(s: &Setting, window: Window, cols: usize) -> Density {
    let (up, across) = NODES;
    let log = s.exact().log_density(window.grid(up, across).view(), CLEAN);
    let root = root_density(log, NODES);
    let gap = |n: usize| ((n as f64) * (1.0 / FILLED - 1.0)).round() as usize;
    let (pitch_up, pitch_across) = (up + gap(up), across + gap(across));
    let (low, left) = (gap(up) / 2, gap(across) / 2);
    let values = Array2::from_shape_fn((pitch_up * SIX, pitch_across * cols), |(i, j)| {
        let (i, j) = (i % pitch_up, j % pitch_across);
        let cell = (low..low + up).contains(&i) && (left..left + across).contains(&j);
        // a pale ground, so that the cells are seen where the data are not
        if cell { 0.06 + 0.94 * root[[i - low, j - left]] } else { f64::NAN }
    });
    Density {
        values,
        x: (-0.5 * ASPECT, ASPECT * (cols as f64 - 0.5)),
        y: (-0.5, SIX as f64 - 0.5),
        top: Some(1.15),
        smooth: false,
        ..Density::default()
    }
}
