//! The flags that say how a table of points is read, and how it becomes a scene.

use crate::read::TableOptions;
use clap::Args;
use scorelab::checkpoint::Place;
use scorelab::data::PointFile;
use scorelab::text::composed;
use scorelab::{Error, Result};
use serde::Serialize;
use std::convert::Infallible;

/// The bytes that a cell takes on its way from text to a point.
const BYTES_A_CELL: f64 = 40.0;

/// Whether the first row of a table holds names, where that is not clear from its cells.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct HeaderFlags {
    /// For a table: the first row holds names [default: if none of its cells is a number]
    #[arg(long)]
    pub header: bool,
    /// For a table: the first row holds numbers
    #[arg(long, conflicts_with = "header")]
    pub no_header: bool,
}

impl HeaderFlags {
    fn told(&self) -> Option<bool> {
        (self.header || self.no_header).then_some(self.header)
    }

    /// How a table is read, in no more than `gib` GiB.
    pub fn options(&self, gib: f64) -> TableOptions {
        let most = gib.max(0.0) * (1u64 << 30) as f64 / BYTES_A_CELL;
        TableOptions { header: self.told(), most_cells: Some(most as usize) }
    }
}

/// How points are found in a table.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct TableFlags {
    /// For a table: the columns of the coordinates, by name or number [default: x1, x2, …, else all columns of numbers]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = column)]
    pub columns: Vec<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub header: HeaderFlags,
}

/// A name of a column, its letters composed as those of a table are.
fn column(text: &str) -> std::result::Result<String, Infallible> {
    Ok(composed(text))
}

impl TableFlags {
    /// The first flag that is given, if one is.
    fn given(&self) -> Option<&'static str> {
        let HeaderFlags { header, no_header } = self.header;
        let flags = [
            ("--columns", !self.columns.is_empty()),
            ("--header", header),
            ("--no-header", no_header),
        ];
        flags.iter().find(|(_, given)| *given).map(|(flag, _)| *flag)
    }
}

/// How a file of points becomes a scene.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct PointFlags {
    /// For a file of points: the standard deviation of the Gaussian at each point [default: Silverman's rule within the
    /// classes]
    #[arg(long, value_name = "SD")]
    pub sd: Option<f64>,
    #[command(flatten)]
    #[serde(flatten)]
    pub table: TableFlags,
}

impl PointFlags {
    /// What `--scene` names: a file of points by its ending, or else a scene.
    ///
    /// # Errors
    /// If a flag for files of points is given and it is not one.
    pub fn place(&self, scene: &str) -> Result<Place> {
        if PointFile::is(scene) {
            return Ok(Place::Points(self.file(scene, self.sd)));
        }
        let must =
            format!("left out: the scene {scene} is not a file of points (.csv, .txt, .npy, .npz)");
        self.refuse(&must).map(|()| Place::Scene(scene.into()))
    }

    /// The file of points of this path, with the columns and the header that are told.
    pub fn file(&self, path: &str, sd: Option<f64>) -> PointFile {
        let (columns, header) = (self.table.columns.clone(), self.table.header.told());
        PointFile { path: path.into(), sd, columns, header }
    }

    /// Refuses the flags for a file of points where there is none.
    ///
    /// # Errors
    /// If one is given.
    pub fn refuse(&self, must: &str) -> Result<()> {
        match self.sd.map(|_| "--sd").or(self.table.given()) {
            None => Ok(()),
            Some(flag) => Err(Error::value(flag, "given", must)),
        }
    }
}
