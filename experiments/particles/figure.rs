//! How far the particles are from their target, over their steps and over their number.

use super::{RUNS, Row};
use ndarray::arr2;
use scorelab::number::count;
use scorelab_figures::plot::{Axis, Curve, Figure, Layer, Marker, Panel, Role, Text};

const LOOKS: [(Role, Marker, &str); 4] = [
    (Role::Unconditional, Marker::Ring, "○"),
    (Role::Guided, Marker::Dot, "●"),
    (Role::Likelihood, Marker::Diamond, "◆"),
    (Role::Neutral, Marker::Star, "★"),
];

pub fn figure(rows: &[Row], weighed: &[Row]) -> Figure {
    let mut f = Figure {
        stem: "particles_by_size".into(),
        title: Text::new("Weighted particles and the tilt", "Hạt có trọng số và phân phối nghiêng"),
        caption: Text::new(
            "How far mean and spread of weighted particles are from the tilt, over the number of steps and of particles: the larger of the two, in per cent.",
            "Trung bình và độ trải của các hạt có trọng số lệch phân phối nghiêng bao nhiêu, theo số bước và số hạt: phần lớn hơn, tính bằng phần trăm.",
        ),
        layout: Some((1, 3)),
        notes: vec![Text::new(
            "off: the larger of mean and sd, over steps of all runs together, over particles of one run; grey: 3 %",
            "lệch: phần lớn hơn của trung bình và độ lệch chuẩn; theo số bước: của mọi lượt gộp lại, theo số hạt: của một lượt; xám: 3 %",
        )],
        ..Figure::default()
    };
    rows.iter().chain(weighed).for_each(|row| measured(&mut f, row));
    f.panels =
        lines(rows, weighed).into_iter().map(|(title, lines)| panel(title, &lines)).collect();
    f
}

/// The numbers of a row, beside the figure.
fn measured(f: &mut Figure, row: &Row) {
    let size = row.size;
    let weights = if size.threshold > 0.0 { "" } else { ", without weights" };
    let of = format!("{}, {} steps, {} particles{weights}: ", row.name, size.steps, size.particles);
    f.measured(&of, "mean", row.came.moments[0]);
    f.measured(&of, "sd", row.came.moments[1]);
}

/// A fixture, and (what it is over, how far off in %).
type Line = (&'static str, Vec<[f64; 2]>);

/// The title of each panel, and its lines.
fn lines(rows: &[Row], weighed: &[Row]) -> [(Text, Vec<Line>); 3] {
    let of_parts = |rows: &[Row],
                    chunk: usize,
                    range: std::ops::Range<usize>,
                    over: fn(&Row) -> f64,
                    off: fn(&Row) -> f64| {
        let line = |part: &[Row]| {
            let used: Vec<[f64; 2]> =
                part[range.clone()].iter().map(|row| [over(row), 100.0 * off(row)]).collect();
            (part[0].name, used)
        };
        rows.chunks(chunk).map(line).collect::<Vec<_>>()
    };
    let steps = |row: &Row| row.size.steps as f64;
    let particles = |row: &Row| row.size.particles as f64;
    let mut over_steps = of_parts(rows, 7, 0..2, steps, Row::worst);
    let full = of_parts(rows, 7, 5..6, steps, Row::worst);
    over_steps.iter_mut().zip(full).for_each(|(line, (_, end))| line.1.extend(end));
    [
        (Text::new("Feynman–Kac: steps", "Feynman–Kac: số bước"), over_steps),
        (
            Text::new("Feynman–Kac: particles", "Feynman–Kac: số hạt"),
            of_parts(rows, 7, 2..6, particles, Row::of_one_run),
        ),
        (
            Text::new("twisted SMC: particles", "SMC xoắn: số hạt"),
            of_parts(weighed, RUNS.len(), 0..RUNS.len(), particles, Row::of_one_run),
        ),
    ]
}

fn panel(title: Text, lines: &[Line]) -> Panel {
    let all = || lines.iter().flat_map(|(_, points)| points);
    let fold = |i: usize| all().fold((f64::MAX, 0.0f64), |(l, h), p| (l.min(p[i]), h.max(p[i])));
    let ((left, right), (low, high)) = (fold(0), fold(1));
    let (left, right) = (left / 1.5, right * 1.5);
    let (low, high) = (low.clamp(0.05, 2.0) / 1.5, high * 12.0);
    let tens = (0..7).map(|k| 10f64.powi(k)).filter(|t| (left..right).contains(t));
    let tens: Vec<(f64, Text)> = tens.map(|t| (t, count(t as usize).into())).collect();
    let limit =
        Curve { at: arr2(&[[left, 3.0], [right, 3.0]]), dashed: Some(true), ..Curve::default() };
    let mut layers = vec![Layer::new("3 %", "three per cent", Role::Muted, limit)];
    for (k, ((name, points), (role, marker, sign))) in lines.iter().zip(LOOKS).enumerate() {
        let look = Curve {
            at: arr2(points),
            dashed: Some(false),
            width: Some(3.0),
            marker: Some(marker),
            ..Curve::default()
        };
        let place = [left * 1.1, high * 0.6 * (low / high).powf(0.085 * k as f64)];
        let words = Text::from(format!("{sign} ")).then(shown(name));
        layers.push(Layer::new(name, "off its target", role, look).label_at(words, place));
    }
    Panel {
        x: Axis::log(title, (left, right)).with_ticks(tens),
        y: Axis::log(Text::new("off, %", "lệch, %"), (low, high)),
        layers,
        ..Panel::default()
    }
}

/// What a target is called in a panel that says the rest.
fn shown(name: &str) -> Text {
    let name = name.replace(" near −1.5", "");
    match name.strip_suffix("γ to 10") {
        Some(fixture) => Text::from(fixture).then(Text::new("γ to 10", "γ đến 10")),
        None => name.into(),
    }
}
