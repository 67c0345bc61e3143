//! Points as a file: text, arrays for NumPy, or a sheet of images.

use crate::file_ending::{Ending, Kind, ending};
use crate::flags::AnswerFlags;
use crate::memory;
use crate::read::{npy, npz};
use crate::report::{BYTES_A_CELL, Cell, Form, Report, Wording};
use ndarray::{Array2, s};
use scorelab::data::{ClassName, to_pixels};
use scorelab::file;
use scorelab::{Error, Result};
use scorelab_figures::plot::{self, Axis, Figure, Layer, Output, Panel, Role, Sheet};
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
    /// Writes the points as the ending of the file says, and without a file as text to standard output.
    ///
    /// # Errors
    /// As [`ending`], if a sheet is asked for of what are no images, or the file cannot be written.
    pub fn write(&self, common: &AnswerFlags, out: Option<&Path>) -> Result<()> {
        let (format, lang) = (common.format, common.lang);
        let (shape, numbers) = (self.x.shape(), self.x.iter().copied());
        match (ending(Kind::Points, format, out)?, out) {
            (Ending::Text(form), _) => self.report().write(Wording { form, lang }, out),
            (_, None) => unreachable!("standard output is text"),
            (Ending::Npy, Some(path)) => file::replace(path, &npy(shape, numbers)),
            (Ending::Png, Some(path)) => self.sheet(path),
            (Ending::Npz, Some(path)) => {
                let range = self.size.map(|_| (-1.0, 1.0));
                let classes = self.numbered()?;
                let bytes = npz(shape, numbers, classes.as_deref(), range, None);
                file::replace(path, &bytes.map_err(|why| Error::File { path: path.into(), why })?)
            }
        }
    }

    /// The class of each as a number that is read back as this class: its own from 0 or, where classes are called by numbers, its name,
    /// which takes precedence.
    ///
    /// # Errors
    /// If some classes are called by numbers and others are not, and a name is the number of another class.
    fn numbered(&self) -> Result<Option<Vec<usize>>> {
        let Some((y, names)) = &self.labels else { return Ok(None) };
        let called: Vec<Option<usize>> = names.iter().map(|name| name.en.parse().ok()).collect();
        if let Some(all) = called.iter().copied().collect::<Option<Vec<usize>>>() {
            return Ok(Some(y.iter().map(|y| all[*y]).collect()));
        }
        let other = |(class, called): (usize, &Option<usize>)| {
            called.is_some_and(|name| name != class && name < names.len())
        };
        match called.iter().enumerate().position(other) {
            None => Ok(Some(y.clone())),
            Some(class) => {
                let must = "one with room for words, such as .csv: a class is called by the number of another";
                Err(Error::value("the file of a class called", &names[class].en, must))
            }
        }
    }

    /// Refuses points whose text would need more than `gib` GiB; arrays need no more than a copy of the points.
    ///
    /// # Errors
    /// As [`ending`] and [`memory::refuse`].
    pub fn refuse(
        (n, d, labels): (usize, usize, bool),
        (format, out): (Option<Form>, Option<&Path>),
        gib: f64,
    ) -> Result<()> {
        let cell = match ending(Kind::Points, format, out)? {
            Ending::Text(_) => BYTES_A_CELL,
            _ => 3.0 * 8.0,
        };
        memory::refuse(
            "what is written",
            n as f64 * (d + if labels { 2 } else { 0 }) as f64 * cell,
            gib,
        )
    }

    fn report(&self) -> Report {
        let names = (1..=self.x.ncols()).map(|i| format!("x{i}"));
        let more = if self.labels.is_some() { &["class", "name"][..] } else { &[] };
        let mut report = Report::new(names.chain(more.iter().map(|n| n.to_string())));
        for (i, row) in self.x.outer_iter().enumerate() {
            let label =
                self.labels.as_ref().map(|(y, names)| [Cell::from(y[i]), Cell::from(&names[y[i]])]);
            report.row(row.iter().map(|v| (*v).into()).chain(label.into_iter().flatten()));
        }
        report
    }

    /// The number of classes, if the points are of each in turn: then a line of a sheet is one round.
    fn in_turn(&self) -> Option<usize> {
        let (y, names) = self.labels.as_ref()?;
        let turn =
            y.len() >= names.len() && y.iter().enumerate().all(|(i, y)| *y == i % names.len());
        turn.then_some(names.len())
    }

    fn sheet(&self, path: &Path) -> Result<()> {
        let Some(size) = self.size else {
            let must = "a .csv, .json or .npz file: these points are not images";
            return Err(Error::value("--out", path.display(), must));
        };
        let shown = self.x.nrows().min(SHEET);
        let mark = Sheet {
            pixels: to_pixels(self.x.slice(s![..shown, ..])),
            size,
            columns: self.in_turn().unwrap_or((shown as f64 * 16.0 / 9.0).sqrt().ceil() as usize), // the shape of a slide
            above: vec![],
            left: vec![],
            under: vec![],
            frames: vec![],
        };
        let layers = vec![Layer::new("images", "the images, row by row", Role::Muted, mark)];
        let (x, y) = (Axis::hidden((0.0, 1.0)), Axis::hidden((0.0, 1.0)));
        let panels = vec![Panel { x, y, layers, ..Panel::default() }];
        let figure = Figure { panels, ..Figure::default() };
        let Output { theme, lang, width, .. } = Output::default();
        file::replace(path, &plot::png(&plot::svg(&figure, theme, lang, None)?, width)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorelab::data::digit_names;

    #[test]
    fn a_line_of_a_sheet_is_one_round_of_classes_in_turn() {
        let names = digit_names();
        let columns = |y: Vec<usize>| {
            let x = Array2::zeros((y.len(), 1));
            Points { x, labels: Some((y, &names)), size: Some((1, 1)) }.in_turn()
        };
        assert_eq!(columns((0..30).map(|i| i % 10).collect()), Some(10));
        assert_eq!(columns((0..30).map(|i| i % 7).collect()), None);
        assert_eq!(columns((0..5).collect()), None, "not one whole round");
    }
}
