//! `scorelab data`: writes a data set.

use super::Common;
use super::points::Points;
use crate::recipe::place;
use crate::tables::PointArgs;
use crate::{data, memory};
use clap::Args;
use scorelab::data::Part;
use scorelab::{Error, Result};
use std::path::PathBuf;

/// The arguments of `data`.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// The scene to draw from: a name, a TOML file, or a file of points
    #[arg(long, default_value = "animals", value_name = "NAME|FILE")]
    pub scene: String,
    #[command(flatten)]
    pub own: PointArgs,
    /// Images in place of a scene: `digits`, drawn by the lab, or a folder of IDX files, such as MNIST's
    #[arg(long, value_name = "digits|FOLDER")]
    pub data: Option<String>,
    /// Points drawn from the scene, or the most images
    #[arg(long, default_value_t = 1000)]
    pub points: usize,
    /// The seed of the points
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Write to this file: .csv, .json, .npz the arrays x and y, .npy x alone, .png a sheet of images; images from −1 black to 1 white
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the images as IDX files into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    pub idx: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

impl Data {
    /// Writes the data.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        if !(1..=100_000_000).contains(&self.points) {
            return Err(Error::value("--points", self.points, "1 to 100000000"));
        }
        let data = data::Data::find(&place(&self.scene, self.data.as_deref(), &self.own)?)?;
        let n = data.count(self.points);
        memory::refuse("the data", n as f64 * data.dim() as f64 * 100.0, self.common.memory)?;
        if let Some(folder) = &self.idx {
            let Some(images) = data.images(n, self.seed) else {
                let must = "left out: a scene has no images";
                return Err(Error::value("--idx", folder.display(), must));
            };
            return images.write_idx(folder, Part::Train).map(|_| ());
        }
        let shape = (n, data.dim(), true);
        Points::refuse(shape, (self.common.format, self.out.as_deref()), self.common.memory)?;
        let (drawn, _) = data.draw(n, self.seed);
        let (names, size) = (data.class_names(), data.size());
        let labels = Some((drawn.y, &names[..]));
        Points { x: drawn.x, labels, size }.write(self.common.format, self.out.as_deref())
    }
}
