//! Samples by the method that guides.

use super::opened::Steering;
use crate::sampling::finite;
use ndarray::Array2;
use scorelab::Result;
use scorelab::data::to_pixels;
use scorelab::guidance::Gamma;
use scorelab::methods::{Knobs, Plan, build};
use std::collections::{BTreeMap, BTreeSet};

impl Steering {
    /// The plan of a walk to this class, or to none.
    ///
    /// # Errors
    /// If knobs contradict each other.
    ///
    /// # Panics
    /// If a part is missing, which [`Steering::new`] refuses.
    pub fn plan(&self, class: Option<usize>, knobs: &Knobs) -> Result<Plan> {
        build(self.guidance.method, &self.parts(class), knobs)
    }

    /// What is set on the method, with this γ if it has one.
    pub fn knobs(&self, gamma: Gamma) -> Knobs {
        let knobs = self.guidance.settings[0].clone();
        match knobs.find("gamma") {
            Some(_) => knobs.with("gamma", gamma.value()).expect("any finite number"),
            None => knobs,
        }
    }

    /// A sample (n, d) for each of these classes or, without any, as many as the setup says.
    ///
    /// # Errors
    /// If knobs contradict each other, or a sample is not finite.
    pub fn samples(&self, knobs: &Knobs, wanted: Option<&[usize]>) -> Result<Array2<f64>> {
        let n = wanted.map_or(self.setup.samples, <[usize]>::len);
        let start = self.starts(n, self.data.dim());
        let run = self.run(start.view());
        let Some(wanted) = wanted else {
            return finite(self.plan(None, knobs)?.walk(&self.sampler, run));
        };
        let classes: BTreeSet<usize> = wanted.iter().copied().collect();
        let plans: BTreeMap<usize, Plan> = classes
            .into_iter()
            .map(|class| Ok((class, self.plan(Some(class), knobs)?)))
            .collect::<Result<_>>()?;
        finite(Plan::walk_classes(&plans, &self.sampler, run, wanted))
    }

    /// As [`Steering::samples`] of images, as pixels (n, height·width).
    ///
    /// # Errors
    /// As [`Steering::samples`].
    pub fn pixels(&self, knobs: &Knobs, wanted: Option<&[usize]>) -> Result<Array2<u8>> {
        let x = self.samples(knobs, wanted)?;
        Ok(to_pixels(self.data.points(x).view()))
    }
}
