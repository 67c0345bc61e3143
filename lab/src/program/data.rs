//! `scorelab data`: writes a data set.

use super::points::Points;
use crate::flags::{Data, place};
use crate::{data, memory};
use scorelab::data::Part;
use scorelab::{Error, Result};

impl Data {
    /// Writes the data.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        if !(1..=100_000_000).contains(&self.points) {
            return Err(Error::value("--points", self.points, "1 to 100000000"));
        }
        let data = data::Data::find(&place(&self.scene, self.data.as_deref()))?;
        let n = data.count(self.points);
        memory::refuse(
            "the data",
            n as f64 * data.dim() as f64 * 100.0,
            self.common.machine.memory,
        )?;
        if let Some(folder) = &self.idx {
            let Some(images) = data.images(n, self.seed) else {
                let must = "left out: a scene has no images";
                return Err(Error::value("--idx", folder.display(), must));
            };
            return images.write_idx(folder, Part::Train).map(|_| ());
        }
        let (drawn, _) = data.draw(n, self.seed);
        let (names, size) = (data.class_names(), data.size());
        let labels = Some((drawn.y, &names[..]));
        Points { x: drawn.x, labels, size }.write(self.common.format, self.out.as_deref())
    }
}
