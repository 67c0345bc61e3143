//! Samples of a network in training.

use super::spec::slide;
use crate::idiom::{
    CLEAN, Names, Setting, Window, count, density_curve, dots, ends_by_class, height, histogram,
    mixture_extent, names,
};
use crate::plot::{Axis, Curve, Figure, Layer, Panel, Points, Role, Sheet, Text};
use ndarray::{Array2, ArrayView2, Axis as Dim};
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::score::ScoreFn;

/// The stem of a picture of samples of a network in training.
pub const TRAINING_SAMPLES: &str = "samples_so_far";

/// Bars of a histogram.
const BINS: usize = 40;
/// Images in a row of a sheet.
const COLUMNS: usize = 10;

/// Samples of a network after so many steps, over the density of the data: points of a plane, or histograms over a line.
///
/// `x` (n, d); `wanted` (n) is the class that each was asked to be of, and gives its colour. It is empty for a network
/// that knows no classes.
///
/// # Errors
/// If the scene has more than two dimensions.
///
/// # Panics
/// If `x` does not have the dimension of the scene.
pub fn training_points(
    s: &Setting,
    step: usize,
    x: ArrayView2<f64>,
    wanted: &[usize],
) -> Result<Figure> {
    let (panel, note) = match s.exact().dim() {
        1 => (
            line(s, x, wanted),
            Text::new("dashed: the density of the data", "nét đứt: mật độ của dữ liệu"),
        ),
        _ => {
            s.in_plane()?;
            let note = Text::new("shaded: the density of the data", "nền: mật độ của dữ liệu");
            (plane(s, x, wanted), note)
        }
    };
    let (panels, notes) = (vec![panel], vec![note]);
    Ok(Figure { panels, notes, ..of_step(step, None) })
}

/// A sheet of images after so many steps, ten a row; a row for each name if there are names.
///
/// `pixels` (n, height·width); `gamma` is the scale they were steered with, if they were.
pub fn training_images(
    step: usize,
    gamma: Option<Gamma>,
    pixels: Array2<u8>,
    size: (usize, usize),
    names: &[Text],
) -> Figure {
    let sheet = Sheet { pixels, size, columns: COLUMNS, left: names.to_vec(), ..Sheet::default() };
    let layers = vec![Layer::new("samples", "samples, ten a row", Role::Guided, sheet)];
    let panels = vec![Panel::bare(layers)];
    Figure { panels, ..of_step(step, gamma) }
}

fn of_step(step: usize, gamma: Option<Gamma>) -> Figure {
    let n = count(step);
    let gamma = gamma.map_or(String::new(), |g| format!(", γ = {}", g.value()));
    let (en, vi) = (format!("Samples after {n} steps{gamma}"), format!("Mẫu sau {n} bước{gamma}"));
    let caption = Text::new(
        "Samples of a network in training: step by step they come to look like the data.",
        "Mẫu của một mạng đang học: càng học, mẫu càng giống dữ liệu.",
    );
    slide(TRAINING_SAMPLES, Text::from((en, vi)), caption)
}

fn plane(s: &Setting, x: ArrayView2<f64>, wanted: &[usize]) -> Panel {
    let window = Window::of(s.exact());
    let mut panel = window.panel("");
    panel.layers.push(window.density_layer(s.exact(), CLEAN));
    match wanted {
        [] => panel.layers.push(dots(
            "samples",
            "samples of the network",
            Role::Unconditional,
            x.to_owned(),
            Points { alpha: 0.7, ..Points::default() },
        )),
        _ => panel.layers.extend(ends_by_class(x, wanted, 7.0)),
    }
    let muted = |layer| Layer { role: Role::Muted, ..layer }; // no class is wanted above the others
    panel.layers.extend(names(s, CLEAN, Names::Outside).into_iter().map(muted));
    panel
}

fn line(s: &Setting, x: ArrayView2<f64>, wanted: &[usize]) -> Panel {
    let mixture = s.exact();
    let ends = mixture_extent(mixture, 0, 4.0);
    let density = density_curve(mixture, ends);
    let top = height(&density);
    let curve = |at| Curve { at, ..Curve::default() };
    let mut layers = vec![Layer::new(
        "density",
        "the density of the data",
        Role::Neutral,
        Curve { dashed: Some(true), ..curve(density) },
    )];
    // the samples of one class, as their share of all
    let share = |class: Option<usize>| {
        let own = |i: &usize| class.is_none_or(|c| wanted[*i] == c);
        let rows: Vec<usize> = (0..x.nrows()).filter(own).collect();
        let mut steps = histogram(x.select(Dim(0), &rows).column(0), ends, BINS);
        steps.column_mut(1).mapv_inplace(|v| v * rows.len() as f64 / x.nrows() as f64);
        (!rows.is_empty()).then(|| {
            let role = class.map_or(Role::Unconditional, Role::Class);
            let layer = Layer::new("samples", "a histogram of samples", role, curve(steps));
            let middle = x.select(Dim(0), &rows).column(0).mean().unwrap_or(0.0);
            match class {
                Some(class) => layer.label_at(s.class_name(class), [middle, 1.4 * top]),
                None => layer,
            }
        })
    };
    match wanted.iter().max() {
        None => layers.extend(share(None)),
        Some(most) => layers.extend((0..=*most).filter_map(|class| share(Some(class)))),
    }
    Panel {
        x: Axis::new("x", ends),
        y: Axis::new("", (0.0, 1.5 * top)),
        layers,
        ..Panel::default()
    }
}
