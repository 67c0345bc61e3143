//! Curves of several methods on a log axis, with their names in the top left corner.

use super::series::{Measured, Series, positive_extent, series_curve};
use crate::plot::{Axis, Figure, Layer, Panel, Text};
use scorelab::{Error, Result};

/// The height of a line of words, as a share of the panel's.
const LINE: f64 = 0.077;

/// The range of a log axis around curves, with room above for the names of so many.
///
/// Values a thousand times smaller than the largest are left out.
pub(crate) fn log_range(series: &[Series<Vec<Measured>>], names: usize) -> Result<(f64, f64)> {
    if !(1..=4).contains(&names) {
        return Err(Error::value("the number of curves on a panel", names, "1 to 4"));
    }
    let Some((low, high)) = positive_extent(series) else {
        return Err(Error::value("the errors", "nowhere above 0", "errors of a learned score"));
    };
    let (low, high) = (low.max(1e-3 * high) / 1.4, 1.25 * high);
    let room = 0.04 + LINE * names as f64; // of the height
    Ok((low, high * (high / low).powf(room / (1.0 - room))))
}

/// A panel of curves, their names from `left` on; what lies below the range is not drawn.
pub(crate) fn log_panel(
    title: Text,
    x: Axis,
    y: (Text, (f64, f64)),
    series: &[Series<Vec<Measured>>],
    left: f64,
) -> Panel {
    let (label, (low, high)) = y;
    let curve = |(k, series): (usize, &Series<Vec<Measured>>)| -> Layer {
        let seen = |p: &Measured| if p[1] < low { [p[0], f64::NAN, p[2]] } else { *p };
        let at = [left, low * (high / low).powf(0.96 - LINE * k as f64)];
        series_curve(&series.points(seen), k, at)
    };
    let layers = series.iter().enumerate().map(curve).collect();
    Panel { title, x, y: Axis::log(label, (low, high)), layers, ..Panel::default() }
}

/// Every point of the curves for the sidecar, with its standard error if it has one.
pub(crate) fn curve_numbers(
    f: &mut Figure,
    what: &str,
    over: &str,
    series: &[Series<Vec<Measured>>],
) {
    for (title, [x, y, se]) in series.iter().flat_map(|s| s.found.iter().map(|p| (&s.title, p))) {
        let name = format!("{what}, {}, {over} = {x}", title.en);
        match se.is_finite() {
            true => f.measured("", &name, (*y, *se)),
            false => f.number(name, *y),
        }
    }
}
