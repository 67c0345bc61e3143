//! Points as a file: text, arrays for NumPy, or a sheet of images.

use crate::report::{Cell, Form, Report};
use ndarray::{Array2, s};
use scorelab::data::{ClassName, to_pixels};
use scorelab::file;
use scorelab::{Error, Result};
use scorelab_figures::plot::{self, Axis, Figure, Format, Layer, Output, Panel, Role, Sheet};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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
            (Some("csv"), _) => self.report().write(Form::Csv, out),
            (Some("json"), _) => self.report().write(Form::Json, out),
            _ => self.report().write(form, out),
        }
    }

    fn report(&self) -> Report {
        let names = (1..=self.x.ncols()).map(|i| format!("x{i}"));
        let more = if self.labels.is_some() { &["class", "name"][..] } else { &[] };
        let mut report = Report::new(names.chain(more.iter().map(|n| n.to_string())));
        for (i, row) in self.x.outer_iter().enumerate() {
            let label = self
                .labels
                .as_ref()
                .map(|(y, names)| [Cell::from(y[i]), names[y[i]].en.as_str().into()]);
            report.row(row.iter().map(|v| (*v).into()).chain(label.into_iter().flatten()));
        }
        report
    }

    /// The arrays as NumPy keeps them: a zip archive of one file for each.
    fn npz(&self, path: &Path) -> Result<Vec<u8>> {
        let (n, d) = self.x.dim();
        let x = self.x.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut arrays = vec![("x.npy", npy("<f8", &format!("({n}, {d})"), x))];
        if let Some((y, _)) = &self.labels {
            let y = y.iter().flat_map(|y| (*y as u64).to_le_bytes()).collect();
            arrays.push(("y.npy", npy("<i8", &format!("({n},)"), y)));
        }
        let pack = || -> zip::result::ZipResult<Vec<u8>> {
            let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
            for (name, bytes) in &arrays {
                archive.start_file(*name, SimpleFileOptions::default())?;
                archive.write_all(bytes)?;
            }
            Ok(archive.finish()?.into_inner())
        };
        pack().map_err(|e| Error::File { path: path.into(), why: e.to_string() })
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

/// An array as an `.npy` file of version 1.0: magic, version, length of the header, the header, the numbers.
///
/// Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
fn npy(kind: &str, shape: &str, numbers: Vec<u8>) -> Vec<u8> {
    const BEFORE: usize = 10;
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    while !(BEFORE + header.len() + 1).is_multiple_of(64) {
        header.push(' '); // the numbers begin at a multiple of 64 bytes
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &numbers].concat()
}
