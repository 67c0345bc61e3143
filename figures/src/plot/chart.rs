//! What plotters draws: axes, grid, curves, bands and bars.
//!
//! Plotters rounds to whole pixels, so it draws on a canvas eight times as large, and its fragment is scaled down.
//! Dashes, caps and joins come from the group around the fragment: plotters sets none, so SVG inherits them.

use super::clip::Bounds;
use super::figure::Panel;
use super::font::{FAMILY, register};
use super::palette::{Colour, Theme};
use super::scale::Scale;
use super::slide::{HEIGHT, Place, SMALL, WIDTH};
use super::words::Lang;
use ndarray::{Array2, ArrayView1};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::prelude::*;
use std::ops::Range;

/// How much larger plotters' canvas is.
pub(super) const FINE: f64 = 8.0;

/// Plotters writes font-size = size / 1.24.
const PLOTTERS_EM: f64 = 1.24;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Ticked, Ticked>>;
type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

/// An axis that knows its ticks and their words.
struct Ticked {
    scale: Scale,
    ticks: Vec<(f64, String)>,
}

impl Ranged for Ticked {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let u = (value - self.scale.lo) / (self.scale.hi - self.scale.lo);
        (f64::from(from) + u * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let bold = !hint.weight().allow_light_points();
        self.ticks.iter().map(|(value, _)| *value).filter(|_| bold).collect()
    }

    fn range(&self) -> Range<f64> {
        self.scale.lo..self.scale.hi
    }
}

impl ValueFormatter<f64> for Ticked {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|(v, _)| v == value).map_or(String::new(), |(_, word)| word.clone())
    }
}

fn fine(units: f64) -> i32 {
    (units * FINE).round() as i32
}

fn rgb(Colour(r, g, b): Colour) -> RGBColor {
    RGBColor(r, g, b)
}

/// Draws on a chart whose plotting area is `place`; the answer is the fragment without its `<svg>` element.
fn fragment(
    place: &Place,
    [x, y]: [Ticked; 2],
    draw: impl FnOnce(&mut Chart<'_, '_>) -> Drawn,
) -> Result<String, String> {
    register();
    let mut buffer = String::new();
    let drawn = || -> Drawn {
        let rect = place.rect;
        let root = SVGBackend::with_string(&mut buffer, (fine(WIDTH) as u32, fine(HEIGHT) as u32))
            .into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_left(fine(rect.x - place.left))
            .margin_right(fine(WIDTH - rect.right()))
            .margin_top(fine(rect.y))
            .margin_bottom(fine(HEIGHT - rect.bottom() - place.bottom))
            .x_label_area_size(fine(place.bottom))
            .y_label_area_size(fine(place.left))
            .build_cartesian_2d(x, y)?;
        draw(&mut chart)?;
        root.present()?;
        Ok(())
    };
    drawn().map_err(|why| format!("plotters: {why}"))?;
    let body = buffer.split_once('\n').map_or("", |(_, body)| body);
    // Without `opacity="1"` the group around the fragment can set the opacity; digits are 0.73 em high.
    Ok(body
        .trim_end()
        .trim_end_matches("</svg>")
        .replace(" opacity=\"1\"", "")
        .replace("0.5ex", "0.365em"))
}

/// Axes without ticks, for the shapes.
fn plain(place: &Place) -> [Ticked; 2] {
    [place.x, place.y].map(|scale| Ticked { scale, ticks: vec![] })
}

/// Axis lines, ticks and tick labels; grid lines unless the panel is a map.
pub(super) fn axes(
    panel: &Panel,
    place: &Place,
    theme: Theme,
    lang: Lang,
) -> Result<String, String> {
    let (nx, ny) = place.tick_counts();
    let x = Ticked { scale: place.x, ticks: place.x.ticks(&panel.x, nx, lang) };
    let y = Ticked { scale: place.y, ticks: place.y.ticks(&panel.y, ny, lang) };
    let font = |size: f64, colour: Colour| {
        (FAMILY, size * FINE * PLOTTERS_EM).into_font().color(&rgb(colour))
    };
    fragment(place, [x, y], |chart| {
        let mut mesh = chart.configure_mesh();
        if panel.equal {
            mesh.disable_mesh();
        }
        mesh.light_line_style(TRANSPARENT)
            .bold_line_style(rgb(theme.grid()).stroke_width(fine(1.25) as u32))
            .axis_style(rgb(theme.muted()).stroke_width(fine(1.5) as u32))
            .set_all_tick_mark_size(fine(5.0))
            .label_style(font(SMALL, theme.ink()));
        if panel.x.hidden {
            mesh.disable_x_axis();
        }
        if panel.y.hidden {
            mesh.disable_y_axis();
        }
        mesh.draw()?;
        Ok(())
    })
}

fn bounds(place: &Place) -> Bounds {
    Bounds { x: (place.x.lo, place.x.hi), y: (place.y.lo, place.y.hi) }
}

/// The parts of a line inside the axes: cut at their edges, and where a row has no place on one of them.
fn runs(place: &Place, at: &Array2<f64>) -> Vec<Vec<(f64, f64)>> {
    let inner = |row: ArrayView1<f64>| (place.x.inner(row[0]), place.y.inner(row[1]));
    let points: Vec<_> = at.rows().into_iter().map(inner).collect();
    points
        .split(|(x, y)| !(x.is_finite() && y.is_finite()))
        .flat_map(|run| bounds(place).line(run))
        .collect()
}

/// A line through the points of a curve.
pub(super) fn curve(
    place: &Place,
    at: &Array2<f64>,
    colour: Colour,
    width: f64,
) -> Result<String, String> {
    fragment(place, plain(place), |chart| {
        for run in runs(place, at) {
            chart
                .draw_series(LineSeries::new(run, rgb(colour).stroke_width(fine(width) as u32)))?;
        }
        Ok(())
    })
}

/// The area between the low and the high curve of a band.
pub(super) fn band(place: &Place, at: &Array2<f64>, colour: Colour) -> Result<String, String> {
    let side = |column: usize| {
        let rows =
            at.rows().into_iter().map(move |r| (place.x.inner(r[0]), place.y.inner(r[column])));
        rows.filter(|(x, y)| x.is_finite() && y.is_finite()).collect::<Vec<_>>()
    };
    let (mut outline, mut back) = (side(1), side(2));
    back.reverse();
    outline.append(&mut back);
    let outline = bounds(place).area(&outline);
    fragment(place, plain(place), |chart| {
        if outline.len() > 2 {
            chart.draw_series([Polygon::new(outline, rgb(colour).filled())])?;
        }
        Ok(())
    })
}

/// Bars from zero, or from the floor of the axis where zero is not on it.
pub(super) fn bars(
    place: &Place,
    at: &Array2<f64>,
    width: f64,
    colour: Colour,
) -> Result<String, String> {
    let zero = place.y.inner(0.0);
    let floor = if zero.is_nan() { place.y.lo } else { zero.clamp(place.y.lo, place.y.hi) };
    let bar = |row: ArrayView1<f64>| {
        let (x, top) = (row[0], place.y.inner(row[1]));
        let (a, b) = (place.x.inner(x - width / 2.0), place.x.inner(x + width / 2.0));
        let known = a.is_finite() && b.is_finite() && top.is_finite();
        known.then(|| Rectangle::new([(a, top), (b, floor)], rgb(colour).filled()))
    };
    fragment(place, plain(place), |chart| {
        chart.draw_series(at.rows().into_iter().filter_map(bar))?;
        Ok(())
    })
}
