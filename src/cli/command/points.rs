//! Points as a file: text, arrays for NumPy, or a sheet of images.

use super::answer::{Answer, Cell, Form};
use crate::data::{ClassName, to_pixels};
use crate::file;
use crate::plot::{self, Axis, Figure, Format, Layer, Output, Panel, Role, Sheet};
use crate::{Error, Result};
use ndarray::{Array1, Array2, s};
use ndarray_npy::NpzWriter;
use std::io::Cursor;
use std::path::Path;

/// Points, and what is known of them.
pub struct Points<'a> {
    /// The points (n, d).
    pub x: Array2<f64>,
    /// The class of each, and the names of the classes.
    pub labels: Option<(Vec<usize>, &'a [ClassName])>,
    /// Of images: lines, and pixels of a line.
    pub size: Option<(usize, usize)>,
}

/// The most images of a sheet.
const SHEET: usize = 160;

impl Points<'_> {
    /// Writes the points: `.npz` arrays `x` (n, d) and `y` (n), `.png` a sheet of images, anything else text.
    ///
    /// Text takes the form of the ending `.csv` or `.json`, or else `form`. Without a file it goes to standard output.
    ///
    /// # Errors
    /// If a sheet is asked for of what are no images, or the file cannot be written.
    pub fn write(&self, form: Form, out: Option<&Path>) -> Result<()> {
        let ending = out.and_then(|path| path.extension()).and_then(|e| e.to_str());
        match (ending, out) {
            (Some("npz"), Some(path)) => file::replace(path, &self.npz(path)?),
            (Some("png"), Some(path)) => self.sheet(path),
            (Some("csv"), _) => self.answer().write(Form::Csv, out),
            (Some("json"), _) => self.answer().write(Form::Json, out),
            _ => self.answer().write(form, out),
        }
    }

    fn answer(&self) -> Answer {
        let names = (1..=self.x.ncols()).map(|i| format!("x{i}"));
        let more = if self.labels.is_some() { &["class", "name"][..] } else { &[] };
        let mut answer = Answer::new(names.chain(more.iter().map(|n| n.to_string())));
        for (i, row) in self.x.outer_iter().enumerate() {
            let label = self
                .labels
                .as_ref()
                .map(|(y, names)| [Cell::from(y[i]), names[y[i]].en.as_str().into()]);
            answer.row(row.iter().map(|v| (*v).into()).chain(label.into_iter().flatten()));
        }
        answer
    }

    fn npz(&self, path: &Path) -> Result<Vec<u8>> {
        let wrong =
            |e: ndarray_npy::WriteNpzError| Error::File { path: path.into(), why: e.to_string() };
        let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
        writer.add_array("x", &self.x).map_err(wrong)?;
        if let Some((y, _)) = &self.labels {
            let y: Array1<i64> = y.iter().map(|y| *y as i64).collect();
            writer.add_array("y", &y).map_err(wrong)?;
        }
        Ok(writer.finish().map_err(wrong)?.into_inner())
    }

    fn sheet(&self, path: &Path) -> Result<()> {
        let Some(size) = self.size else {
            let must = "a .csv, .json or .npz file: these points are no images";
            return Err(Error::value("--out", path.display(), must));
        };
        let shown = self.x.nrows().min(SHEET);
        let mark = Sheet {
            pixels: to_pixels(self.x.slice(s![..shown, ..])),
            size,
            columns: (shown as f64 * 16.0 / 9.0).sqrt().ceil() as usize, // the shape of a slide
            above: vec![],
            left: vec![],
            under: vec![],
            frames: vec![],
        };
        let layers = vec![Layer::new("images", "the images, row by row", Role::Muted, mark)];
        let (x, y) = (Axis::hidden((0.0, 1.0)), Axis::hidden((0.0, 1.0)));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let panels = vec![Panel { x, y, layers, ..Panel::default() }];
        let dir = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let formats = vec![Format::Png];
        let figure = Figure { stem, panels, ..Figure::default() };
        plot::write(&figure, &Output { dir, formats, ..Output::default() }).map(|_| ())
    }
}
