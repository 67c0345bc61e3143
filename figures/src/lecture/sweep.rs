//! F9: what γ makes of the same six starting points, one column for each γ.

use super::frame::{CLEAN, Frame, dots, lines};
use super::hybrid::KINDS;
use super::{Setting, figure, finer};
use crate::plot::{Axis, Density, Figure, Layer, Panel, Paths, Points, Role, Text, words};
use ndarray::{Array2, s as slice};
use scorelab::guidance::Gamma;
use scorelab::metrics::{Modes, Verdict, verdicts};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};

/// Starting points, a row for each.
const SIX: usize = 6;
/// Their numbers; a tick has no lowered letters.
const SUBSCRIPTS: [char; SIX] = ['₁', '₂', '₃', '₄', '₅', '₆'];
/// Width over height of one small plane.
const ASPECT: f64 = 1.62;
/// The share of a cell that its plane fills.
const FILLED: f64 = 0.93;
/// Nodes of a small plane's density, up and across.
const NODES: (usize, usize) = (36, 58);

/// F9: a row for each of six z, a column for each γ; in every cell the path and where it ends.
///
/// The paths of γ = 0 are the unconditional ones. For each γ the number of paths on the target is given, and how many of
/// all verdicts are others at twice the steps. `steer` is the score at each γ, `name` says what steers.
///
/// # Errors
/// If the scene is not two-dimensional, or there are not 1 to 10 γ.
pub fn gamma_sweep<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    gammas: &[Gamma],
) -> Result<Figure> {
    s.checked()?;
    if !(1..=10).contains(&gammas.len()) {
        return Err(Error::value("the number of γ", gammas.len(), "1 to 10, one for each column"));
    }
    let mut f = figure(
        "09_gamma_sweep",
        Text::new("The same six z, from γ = 0 up: ", "Cùng sáu z, γ tăng dần từ 0: ").then(name),
        Text::new(
            "Along a row only γ changes: the path leaves its own class for the target, and then runs past it.",
            "Trên mỗi hàng chỉ γ thay đổi: quỹ đạo rời lớp của mình, tới lớp đích, rồi vượt quá.",
        ),
    );
    let modes = Modes::of(s.exact());
    let (z, twice) = (s.start(SIX), finer(s, 2)?);
    let mut paths = Vec::new();
    let mut found = Vec::new();
    let mut changed = 0;
    for gamma in gammas {
        let score = steer(*gamma);
        let walk = s.walk(&score, &z);
        let again = Setting { grid: &twice, ..*s }.sample(&score, SIX);
        let ends = walk.slice(slice![walk.shape()[0] - 1, .., ..]).to_owned();
        let own = verdicts(ends.view(), &modes, s.class);
        let others = verdicts(again.view(), &modes, s.class);
        changed += own.iter().zip(&others).filter(|(a, b)| a != b).count();
        let on_target = own.iter().filter(|v| **v == Verdict::Target).count();
        f.numbers.push((format!("γ = {}: of six on the target", gamma.value()), on_target as f64));
        paths.push(lines(s, &walk));
        found.push(own);
    }
    f.numbers.push(("verdicts that twice the steps change".into(), changed as f64));
    f.panels = vec![table(s, gammas, &paths, &found)];
    f.formula = KINDS
        .into_iter()
        .zip(["●  ", "●  ", "×  ", "○  "])
        .map(|((_, role, word), sign)| (role, Text::from(sign).then(word).then("          ")))
        .collect();
    let all = SIX * gammas.len();
    f.notes = vec![Text::from((
        format!(
            "target: {};  with twice the steps {changed} of {all} verdicts change",
            s.target_name().en
        ),
        format!(
            "đích: {};  với số bước gấp đôi, {changed} trong {all} kết quả thay đổi",
            s.target_name().vi
        ),
    ))];
    Ok(f)
}

/// A place of a small plane on the whole panel; cells are 1 high and `ASPECT` wide, the first row on top.
fn placed(frame: Frame, row: usize, col: usize, [x, y]: [f64; 2]) -> [f64; 2] {
    let across = (x - 0.5 * (frame.x.0 + frame.x.1)) / frame.width();
    let up = (y - 0.5 * (frame.y.0 + frame.y.1)) / frame.height();
    [ASPECT * (col as f64 + FILLED * across), (SIX - 1 - row) as f64 + FILLED * up]
}

fn table(
    s: &Setting,
    gammas: &[Gamma],
    paths: &[Vec<Array2<f64>>],
    found: &[Vec<Verdict>],
) -> Panel {
    let frame = Frame::of(s.exact()).wide(ASPECT);
    let (right, top) = (ASPECT * (gammas.len() as f64 - 0.5), SIX as f64 - 0.5);
    let columns = gammas.iter().enumerate();
    let rows = (0..SIX).map(|i| ((SIX - 1 - i) as f64, format!("z{}", SUBSCRIPTS[i]).into()));
    let mut panel = Panel {
        x: Axis::new(words::GUIDANCE_SCALE, (-0.5 * ASPECT, right))
            .with_ticks(columns.map(|(i, g)| (ASPECT * i as f64, g.value().to_string().into()))),
        y: Axis::new("", (-0.5, top)).with_ticks(rows),
        equal: true,
        ..Panel::default()
    };
    panel.layers = vec![Layer::new(
        "density",
        "the data, once in every cell",
        Role::Muted,
        tiles(s, frame, gammas.len()),
    )];
    for (col, gamma) in gammas.iter().enumerate() {
        let role = if gamma.value() == 0.0 { Role::Unconditional } else { Role::Guided };
        let moved = paths[col].iter().enumerate().map(|(row, line)| {
            let places: Vec<[f64; 2]> = line
                .rows()
                .into_iter()
                .filter(|p| inside(frame, [p[0], p[1]]))
                .map(|p| placed(frame, row, col, [p[0], p[1]]))
                .collect();
            ndarray::arr2(&places)
        });
        let look = Paths { lines: moved.collect(), width: Some(3.0), ..Paths::default() };
        panel.layers.push(Layer::new(&format!("paths-{col}"), "six paths", role, look));
    }
    for (verdict, role, word) in KINDS {
        let cells = (0..gammas.len()).flat_map(|col| (0..SIX).map(move |row| (row, col)));
        let at: Vec<[f64; 2]> = cells
            .filter(|(row, col)| found[*col][*row] == verdict)
            .map(|(row, col)| {
                let line = &paths[col][row];
                let end = line.row(line.nrows() - 1);
                let kept = |v: f64, (lo, hi): (f64, f64)| v.clamp(lo, hi);
                placed(frame, row, col, [kept(end[0], frame.x), kept(end[1], frame.y)])
            })
            .collect();
        let size = if role == Role::Hybrid { 15.0 } else { 14.0 };
        let look = Points { size, ..Points::default() };
        panel.layers.push(dots(&word.en, "ends of paths", role, ndarray::arr2(&at), look));
    }
    panel
}

fn inside(frame: Frame, [x, y]: [f64; 2]) -> bool {
    (frame.x.0..=frame.x.1).contains(&x) && (frame.y.0..=frame.y.1).contains(&y)
}

/// The root of the data's density, once for each cell, with nothing between the cells.
fn tiles(s: &Setting, frame: Frame, cols: usize) -> Density {
    let (up, across) = NODES;
    let log = s.exact().log_density(frame.grid(up, across).view(), CLEAN);
    let peak = log.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let root = log.mapv(|l| (l - peak).exp().sqrt());
    let root = root.into_shape_with_order((up, across)).expect("the grid's own shape");
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

/// F9, F11 and F17 of one way to steer, at the lecture's γ.
///
/// # Errors
/// As [`gamma_sweep`], [`overshoot`](super::overshoot) and [`away`](super::away).
pub fn over_gamma<S: ScoreFn>(
    s: &Setting,
    name: Text,
    steer: impl Fn(Gamma) -> S,
    n: usize,
) -> Result<[Figure; 3]> {
    let all = |values: &[f64]| values.iter().map(|g| Gamma::new(*g)).collect::<Result<Vec<_>>>();
    let (sweep, past) =
        (all(&[0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0])?, all(&[1.0, 2.0, 3.0, 5.0, 10.0])?);
    let below = all(&[0.0, -0.25, -0.5, -0.75, -1.0])?;
    Ok([
        gamma_sweep(s, name.clone(), &steer, &sweep)?,
        super::overshoot(s, name.clone(), &steer, &past, n)?,
        super::away(s, name, &steer, &below, n)?,
    ])
}
