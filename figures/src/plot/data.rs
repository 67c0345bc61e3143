//! What is drawn, as numbers: the long-form CSV.

use super::figure::{Figure, Panel};
use super::mark::{Mark, Sheet};
use super::words::{Lang, Text};
use ndarray::{Array2, Axis};
use scorelab::{Error, Result};

/// One row of the CSV; cells that a shape does not need stay empty.
#[derive(Default, serde::Serialize)]
struct Row {
    panel: String,
    layer: String,
    mark: &'static str,
    /// Which line, class or word of the layer.
    series: String,
    x: Option<f64>,
    y: Option<f64>,
    /// The vector, in its own units, neither scaled nor capped; for a band and for boxes the other corner; for a sheet
    /// the pixel.
    u: Option<f64>,
    v: Option<f64>,
    /// For maps and sheets the value; for bars and curves the standard error.
    value: Option<f64>,
}

/// Everything the figure draws, one row per point, before logarithms and clipping.
///
/// Columns: panel (from 1), layer, mark, series, x, y, u, v, value. Numbers read back to the same bits.
///
/// # Errors
/// Only if a row cannot be encoded: [`Error::Figure`].
pub fn csv(figure: &Figure, lang: Lang, panel: Option<usize>) -> Result<String> {
    let mut table = ::csv::Writer::from_writer(vec![]);
    let failed = |why: String| Error::Figure { figure: figure.stem.clone(), why };
    for (i, shown) in
        figure.panels.iter().enumerate().filter(|(i, _)| panel.is_none_or(|k| k == *i))
    {
        for row in panel_rows(shown, &(i + 1).to_string(), lang) {
            table.serialize(row).map_err(|why| failed(why.to_string()))?;
        }
    }
    let bytes = table.into_inner().map_err(|why| failed(why.to_string()))?;
    String::from_utf8(bytes).map_err(|why| failed(why.to_string()))
}

fn panel_rows(panel: &Panel, name: &str, lang: Lang) -> Vec<Row> {
    let mut all = vec![];
    for layer in &panel.layers {
        for row in mark_rows(&layer.mark, lang) {
            all.push(Row { panel: name.into(), layer: layer.name.clone(), ..row });
        }
    }
    all
}

fn mark_rows(mark: &Mark, lang: Lang) -> Vec<Row> {
    match mark {
        Mark::Density(d) => grid("density", "", d.values.view(), d.x, d.y, d.smooth),
        Mark::Regions(r) => {
            let classes = r.probabilities.axis_iter(Axis(2)).enumerate();
            classes.flat_map(|(k, p)| grid("regions", &k.to_string(), p, r.x, r.y, true)).collect()
        }
        Mark::Arrows(a) => {
            let both = a.from.rows().into_iter().zip(a.vec.rows());
            both.map(|(p, v)| four("arrows", [p[0], p[1], v[0], v[1]])).collect()
        }
        Mark::Paths(p) => {
            let lines = p.lines.iter().enumerate();
            lines.flat_map(|(k, line)| named(places("paths", line, &[]), &k.to_string())).collect()
        }
        Mark::Points(p) => places("points", &p.at, &[]),
        Mark::Curve(c) => places("curve", &c.at, &c.se),
        Mark::Bars(b) => places("bars", &b.at, &b.se),
        Mark::Band(b) => {
            let rows = b.at.rows().into_iter();
            rows.map(|r| four("band", [r[0], r[1], r[0], r[2]])).collect()
        }
        Mark::Rules(r) => {
            let x = r.x.iter().map(|x| Row { mark: "rules", x: Some(*x), ..Row::default() });
            x.chain(r.y.iter().map(|y| Row { mark: "rules", y: Some(*y), ..Row::default() }))
                .collect()
        }
        Mark::Labels(l) => {
            let word = |w: &Text| w.get(lang).to_string();
            l.at.iter()
                .map(|([x, y], w)| Row { series: word(w), ..row("labels", *x, *y) })
                .collect()
        }
        Mark::Boxes(b) => {
            let word = |w: &Text| w.get(lang).to_string();
            b.at.iter().map(|(at, w)| Row { series: word(w), ..four("boxes", *at) }).collect()
        }
        Mark::Sheet(s) => sheet(s, lang),
    }
}

/// The pixels of a contact sheet: (x, y) is the image's column and row, (u, v) the pixel's within it, from the upper left.
fn sheet(sheet: &Sheet, lang: Lang) -> Vec<Row> {
    let (columns, width) = (sheet.columns.max(1), sheet.size.1.max(1));
    let pixel = |((image, i), grey): ((usize, usize), &u8)| Row {
        series: sheet.under.get(image).map_or(String::new(), |w| w.get(lang).to_string()),
        value: Some(f64::from(*grey)),
        ..four("sheet", [image % columns, image / columns, i % width, i / width].map(|n| n as f64))
    };
    sheet.pixels.indexed_iter().map(pixel).collect()
}

fn four(mark: &'static str, [x, y, u, v]: [f64; 4]) -> Row {
    Row { u: Some(u), v: Some(v), ..row(mark, x, y) }
}

fn row(mark: &'static str, x: f64, y: f64) -> Row {
    Row { mark, x: Some(x), y: Some(y), ..Row::default() }
}

fn places(mark: &'static str, at: &Array2<f64>, values: &[f64]) -> Vec<Row> {
    let rows = at.rows().into_iter().enumerate();
    rows.map(|(i, r)| Row { value: values.get(i).copied(), ..row(mark, r[0], r[1]) }).collect()
}

fn named(rows: Vec<Row>, series: &str) -> Vec<Row> {
    rows.into_iter().map(|row| Row { series: series.into(), ..row }).collect()
}

/// The nodes of a map; of flat cells the middles.
fn grid(
    mark: &'static str,
    series: &str,
    values: ndarray::ArrayView2<f64>,
    x: (f64, f64),
    y: (f64, f64),
    nodes: bool,
) -> Vec<Row> {
    let (rows, cols) = values.dim();
    let along = |(from, to): (f64, f64), i: usize, count: usize| {
        let u = if nodes {
            i as f64 / (count.max(2) - 1) as f64
        } else {
            (i as f64 + 0.5) / count as f64
        };
        from + u * (to - from)
    };
    let all = values.indexed_iter().map(|((i, j), value)| Row {
        series: series.into(),
        value: Some(*value),
        ..row(mark, along(x, j, cols), along(y, i, rows))
    });
    all.collect()
}
