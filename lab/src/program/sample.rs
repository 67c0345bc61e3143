//! `scorelab sample`: samples of a score, exact or learned, steered or not.

use super::points::Points;
use crate::flags::Sample;
use crate::setup::Typed;
use crate::steering::Steering;
use scorelab::Result;

impl Sample {
    /// Samples.
    ///
    /// # Errors
    /// If a flag cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let typed = Typed::new("sample", (&self.walk, &self.common.machine), self);
        let steering = Steering::new(&self.score, typed)?.within(&self.interval)?;
        let gamma = steering.gammas(self.gamma.as_slice())?[0];
        let also = self.also.conditions(&steering, gamma)?;
        let wanted = steering.wanted(steering.samples);
        let x = steering.samples((gamma, &also), wanted.as_deref())?;
        let (x, size) = steering.finished(x);
        let names = steering.data.class_names();
        let labels = wanted.filter(|_| steering.all).map(|y| (y, &names[..]));
        Points { x, labels, size }.write(self.common.format, self.out.as_deref())
    }
}
