//! The trajectories of walks as a file: text or arrays for NumPy.

use super::points::Points;
use crate::file_ending::{Ending, Kind, ending};
use crate::flags::AnswerFlags;
use crate::read::{npy, npz};
use crate::report::{Cell, Form, Report, Wording};
use ndarray::{Array2, Axis};
use scorelab::data::ClassName;
use scorelab::file;
use scorelab::{Error, Result};
use std::path::Path;

/// Where each walk is at each time, the start first and the sample last.
pub struct Trajectories<'a> {
    /// The times t₀ > t₁ > ….
    pub times: Vec<f64>,
    /// The points (times·n, d), those of one time below each other.
    pub x: Array2<f64>,
    /// The class of each sample (n), and the names of the classes.
    pub labels: Option<(Vec<usize>, &'a [ClassName])>,
    /// Of images: lines, and pixels of a line.
    pub size: Option<(usize, usize)>,
}

impl Trajectories<'_> {
    /// Refuses trajectories that would need more than `gib` GiB, or a sheet of them.
    ///
    /// # Errors
    /// As [`Points::refuse`], and for the ending `.png`.
    pub fn refuse(
        (n, d, labels): (usize, usize, bool),
        times: usize,
        (format, out): (Option<Form>, Option<&Path>),
        gib: f64,
    ) -> Result<()> {
        if let (Ending::Png, Some(path)) = (ending(Kind::Points, format, out)?, out) {
            let must = "a .csv, .json, .npz or .npy file: a way is no sheet of images";
            return Err(Error::value("--out", path.display(), must));
        }
        Points::refuse((n * times, d + 3, labels), (format, out), gib)
    }

    /// Writes the trajectories as the ending of the file says, and without a file as text to standard output.
    ///
    /// # Errors
    /// As [`ending`], or if the file cannot be written.
    pub fn write(&self, common: &AnswerFlags, out: Option<&Path>) -> Result<()> {
        let (format, lang) = (common.format, common.lang);
        let (steps, d) = (self.times.len(), self.x.ncols());
        let shape = [steps, self.x.nrows() / steps, d];
        let numbers = self.x.iter().copied();
        match (ending(Kind::Points, format, out)?, out) {
            (Ending::Text(form), _) => self.report().write(Wording { form, lang }, out),
            (Ending::Npy, Some(path)) => file::replace(path, &npy(&shape, numbers)),
            (Ending::Npz, Some(path)) => {
                let classes = self.labels.as_ref().map(|(y, _)| &y[..]);
                let range = self.size.map(|_| (-1.0, 1.0));
                let bytes = npz(&shape, numbers, classes, range, Some(&self.times));
                file::replace(path, &bytes.map_err(|why| Error::File { path: path.into(), why })?)
            }
            (Ending::Png, _) | (_, None) => unreachable!("refused, and standard output is text"),
        }
    }

    fn report(&self) -> Report {
        let names = (1..=self.x.ncols()).map(|i| format!("x{i}"));
        let more = if self.labels.is_some() { &["class", "name"][..] } else { &[] };
        let columns = ["step", "t", "sample"].map(String::from).into_iter().chain(names);
        let mut report = Report::new(columns.chain(more.iter().map(|n| n.to_string())));
        let n = self.x.nrows() / self.times.len();
        for ((step, t), x) in self.times.iter().enumerate().zip(self.x.axis_chunks_iter(Axis(0), n))
        {
            for (i, row) in x.outer_iter().enumerate() {
                let label =
                    self.labels.as_ref().map(|(y, of)| [y[i].into(), Cell::from(&of[y[i]])]);
                let head = [step.into(), (*t).into(), i.into()];
                let cells = head.into_iter().chain(row.iter().map(|v| Cell::from(*v)));
                report.row(cells.chain(label.into_iter().flatten()));
            }
        }
        report
    }
}
