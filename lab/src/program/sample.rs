//! `scorelab sample`: samples of a score, exact or learned, steered or not.

use super::points::Points;
use crate::flags::Sample;
use crate::patience::Patience;
use crate::setup::Typed;
use crate::steering::{Spelled, Steering};
use scorelab::Result;

impl Sample {
    /// Samples.
    ///
    /// # Errors
    /// If a flag cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let typed = Typed::new("sample", (&self.walk, &self.common.machine), self);
        let gamma = self.gamma.as_slice();
        let spelled = Spelled { gamma, interval: &self.interval, also: &self.also.also };
        let steering = Steering::new(&self.score, spelled, typed)?;
        self.common.given.refuse(&steering.idle_flags())?;
        let pixels =
            steering.data.size().map_or(steering.data.dim(), |(height, width)| height * width);
        let shape = (steering.samples, pixels, steering.all);
        Points::refuse(shape, (self.common.format, self.out.as_deref()), steering.memory)?;
        let wanted = steering.wanted(steering.samples);
        let _waiting = Patience::new(format!("drawing {} samples", steering.samples));
        let x = steering.samples(&steering.guidance.settings[0], wanted.as_deref())?;
        let (x, size) = steering.finished(x);
        let names = steering.data.class_names();
        let labels = wanted.filter(|_| steering.all).map(|y| (y, &names[..]));
        Points { x, labels, size }.write(&self.common, self.out.as_deref())
    }
}
