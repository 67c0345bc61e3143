//! `scorelab data`: writes a data set.

use super::points::Points;
use crate::drawings::Drawn;
use crate::flags::{Data, place};
use crate::given::{Idle, idle};
use crate::recipe::{NO_SCENE, OF_A_SCENE};
use crate::{data, memory};
use scorelab::checkpoint::Place;
use scorelab::data::{Part, PointFile};
use scorelab::{Error, Result};

/// What a number takes from when it is drawn until it is written.
const BYTES_A_NUMBER: f64 = 40.0;

impl Data {
    /// The flags that change nothing beside the others.
    fn idle_flags(&self) -> Vec<Idle> {
        let file = self.data.as_deref().is_some_and(PointFile::is);
        let images = self.data.is_some() && !file;
        let drawn = |name: &String| Drawn::at(&Place::Images(name.clone())).is_some();
        let folder = images && !self.data.as_ref().is_some_and(drawn);
        idle([
            (images, &NO_SCENE, "the images of --data replace the scene"),
            (file, &OF_A_SCENE, "the rows of --data are taken as they are, without a scene"),
            (folder, &["seed"], "the images of a folder are taken in their order"),
            (self.idx.is_some(), &["format"], "IDX files have a format of their own"),
        ])
    }

    /// Writes the data.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        if !(1..=100_000_000).contains(&self.points) {
            return Err(Error::value("--points", self.points, "1 to 100000000"));
        }
        self.common.given.refuse(&self.idle_flags())?;
        let place = place(&self.scene, self.data.as_deref(), &self.own)?;
        let data = data::Data::find(&place, self.common.machine.memory)?;
        let n = data.count(self.points);
        let whole = matches!(&data, data::Data::Rows(rows) if rows.points.y.len() == n);
        let why = "all rows are written, in their order";
        self.common.given.refuse(&idle([(whole, &["seed"], why)]))?;
        memory::refuse(
            "the data",
            n as f64 * data.dim() as f64 * BYTES_A_NUMBER,
            self.common.machine.memory,
        )?;
        if let Some(folder) = &self.idx {
            let Some(images) = data.images(n, self.seed) else {
                let must = "left out: points are no images";
                return Err(Error::value("--idx", folder.display(), must));
            };
            return images.write_idx(folder, Part::Train).map(|_| ());
        }
        let shape = (n, data.dim(), true);
        let gib = self.common.machine.memory;
        Points::refuse(shape, (self.common.format, self.out.as_deref()), gib)?;
        let (drawn, _) = data.draw(n, self.seed);
        let (names, size) = (data.class_names(), data.size());
        let labels = Some((drawn.y, &names[..]));
        Points { x: drawn.x, labels, size }.write(&self.common, self.out.as_deref())
    }
}
