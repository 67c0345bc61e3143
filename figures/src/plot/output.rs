//! Files: each format of a figure, written whole or not at all.

use super::figure::Figure;
use super::outline::{SvgText, outlines};
use super::palette::Theme;
use super::words::Lang;
use super::{compose, data, raster};
use scorelab::file::save;
use scorelab::{Error, Result};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::PathBuf;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Vectors.
    Svg,
    /// Pixels.
    Png,
    /// Vectors with the font embedded; needs the cargo feature `pdf`.
    Pdf,
    /// What is drawn, as numbers.
    Csv,
    /// Seed, settings, version, kernel, and every number printed on the figure.
    Json,
}

impl Format {
    /// The file ending, which is also the format's name on the command line.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Pdf => "pdf",
            Format::Csv => "csv",
            Format::Json => "json",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Format::Svg, Format::Png, Format::Pdf, Format::Csv, Format::Json]
            .into_iter()
            .find(|format| format.ending() == name)
            .ok_or_else(|| Error::value("--format", name, "svg, png, pdf, csv or json"))
    }
}

/// Where and how a figure is written.
#[derive(Clone, Debug)]
pub struct Output {
    /// The folder; it is made if it is not there.
    pub dir: PathBuf,
    /// One file each.
    pub formats: Vec<Format>,
    /// How the words of an SVG are written.
    pub svg_text: SvgText,
    /// The look.
    pub theme: Theme,
    /// The language of the words.
    pub lang: Lang,
    /// Only this panel, counted from 0, in files that end in `_panel1`, `_panel2`, ….
    pub panel: Option<usize>,
    /// Pixels of the PNG, across.
    pub width: u32,
    /// Seed and settings, for the sidecar.
    pub meta: Value,
}

impl Default for Output {
    fn default() -> Self {
        Output {
            dir: "out".into(),
            formats: vec![Format::Svg, Format::Png],
            svg_text: SvgText::default(),
            theme: Theme::default(),
            lang: Lang::default(),
            panel: None,
            width: 1920,
            meta: Value::Null,
        }
    }
}

/// Writes the figure in every format of `out`; the answer is the files, in that order.
///
/// Everything is drawn before the first file is written, and each file appears under its name only when it is whole.
///
/// # Errors
/// A figure that cannot be drawn, or a folder that cannot be written.
pub fn write(figure: &Figure, out: &Output) -> Result<Vec<PathBuf>> {
    let named = |error| match error {
        Error::Figure { why, .. } => Error::Figure { figure: figure.stem.clone(), why },
        other => other,
    };
    let svg = compose::svg(figure, out.theme, out.lang, out.panel)?;
    let stem = match out.panel {
        Some(k) => format!("{}_panel{}", figure.stem, k + 1),
        None => figure.stem.clone(),
    };
    let names: Vec<String> = out.formats.iter().map(|f| format!("{stem}.{}", f.ending())).collect();
    let mut files = vec![];
    for (format, name) in out.formats.iter().zip(&names) {
        let bytes = match format {
            Format::Svg if out.svg_text == SvgText::Text => svg.clone().into_bytes(),
            Format::Svg => outlines(&svg).map_err(named)?.into_bytes(),
            Format::Png => raster::png(&svg, out.width).map_err(named)?,
            Format::Pdf => raster::pdf(std::slice::from_ref(&svg)).map_err(named)?,
            Format::Csv => data::csv(figure, out.lang, out.panel)?.into_bytes(),
            Format::Json => sidecar(figure, out, &names).into_bytes(),
        };
        files.push((out.dir.join(name), bytes));
    }
    fs::create_dir_all(&out.dir).map_err(|why| Error::io("create", &out.dir, why))?;
    files.iter().try_for_each(|(path, bytes)| save(path, bytes))?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// The JSON beside the figure. A number that is not finite is written as its name.
fn sidecar(figure: &Figure, out: &Output, files: &[String]) -> String {
    let number = |v: f64| if v.is_finite() { json!(v) } else { json!(v.to_string()) };
    let numbers: Map<String, Value> =
        figure.numbers.iter().map(|(name, v)| (name.clone(), number(*v))).collect();
    let notes: Vec<&str> = figure.notes.iter().map(|note| note.get(out.lang)).collect();
    let value = json!({
        "figure": figure.stem,
        "title": figure.title.get(out.lang),
        "caption": figure.caption.get(out.lang),
        "notes": notes,
        "numbers": numbers,
        "meta": out.meta,
        "files": files,
        "scorelab": env!("CARGO_PKG_VERSION"),
        "kernel": scorelab::arch::kernel_name(),
    });
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Panel;

    #[test]
    fn words_are_outlines_unless_text_is_asked_for() {
        let dir = std::env::temp_dir().join(format!("scorelab-words-{}", std::process::id()));
        let figure = Figure {
            stem: "words".into(),
            title: "γ = 0".into(),
            panels: vec![Panel::default()],
            ..Figure::default()
        };
        let written = |svg_text| {
            let formats = vec![Format::Svg];
            let out = Output { dir: dir.clone(), formats, svg_text, ..Output::default() };
            fs::read_to_string(&write(&figure, &out).unwrap()[0]).unwrap()
        };
        let (outlined, text) = (written(SvgText::default()), written(SvgText::Text));
        fs::remove_dir_all(&dir).unwrap();
        assert!(!outlined.contains("<text") && outlined.contains("aria-label=\"γ = 0\""));
        assert!(text.contains("<text") && text.contains(">γ = 0</text>"));
    }
}
