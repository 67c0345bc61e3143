//! Samples by the method that guides.

use super::opened::Steering;
use crate::sampling::finite;
use ndarray::{Array2, Array3, ArrayView2, Axis};
use scorelab::Result;
use scorelab::data::to_pixels;
use scorelab::guidance::Gamma;
use scorelab::methods::{Knobs, Plan, build};
use scorelab_figures::lecture::ImageInputs;
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
        self.samples_from(self.starts(n, self.data.dim()).view(), knobs, wanted)
    }

    /// Where walks end that start at `start` (n, d), each for its class if any is wanted: (n, d).
    ///
    /// # Errors
    /// As [`Steering::samples`].
    pub fn samples_from(
        &self,
        start: ArrayView2<f64>,
        knobs: &Knobs,
        wanted: Option<&[usize]>,
    ) -> Result<Array2<f64>> {
        let run = self.run(start);
        match wanted {
            None => finite(self.plan(None, knobs)?.walk(&self.sampler, run)),
            Some(wanted) => {
                let plans = self.plans(knobs, wanted)?;
                finite(Plan::walk_classes(&plans, &self.sampler, run, wanted))
            }
        }
    }

    /// As [`Steering::samples_from`], but with the whole trajectory: the times (times), and where each walk then is (times, n, d).
    ///
    /// # Errors
    /// As [`Steering::samples`].
    pub fn trajectories_from(
        &self,
        start: ArrayView2<f64>,
        knobs: &Knobs,
        wanted: Option<&[usize]>,
    ) -> Result<(Vec<f64>, Array3<f64>)> {
        let run = self.run(start);
        let rows: Vec<usize> = (0..start.nrows()).collect();
        let (plan, x) = match wanted {
            None => {
                let plan = self.plan(None, knobs)?;
                let x = plan.trajectories_rows(&self.sampler, run, &rows);
                (plan, x)
            }
            Some(wanted) => {
                let plans = self.plans(knobs, wanted)?;
                let x = Plan::trajectories_classes(&plans, &self.sampler, run, wanted);
                (plans[&wanted[0]].clone(), x)
            }
        };
        finite(x.index_axis(Axis(0), x.len_of(Axis(0)) - 1).to_owned())?;
        Ok((plan.times(&self.process, &self.grid), x))
    }

    /// The plan of each class that is wanted.
    fn plans(&self, knobs: &Knobs, wanted: &[usize]) -> Result<BTreeMap<usize, Plan>> {
        let classes: BTreeSet<usize> = wanted.iter().copied().collect();
        let of = |class| Ok((class, self.plan(Some(class), knobs)?));
        classes.into_iter().map(of).collect()
    }

    /// As [`Steering::samples`] of images, as pixels (n, height·width).
    ///
    /// # Errors
    /// As [`Steering::samples`].
    pub fn pixels(&self, knobs: &Knobs, wanted: Option<&[usize]>) -> Result<Array2<u8>> {
        let x = self.samples(knobs, wanted)?;
        Ok(to_pixels(self.data.points(x).view()))
    }

    /// What figures of images need.
    ///
    /// # Panics
    /// If the data are no images.
    pub fn image_inputs(&self) -> ImageInputs<'_> {
        let target = &self.data.class_names()[self.target()];
        ImageInputs {
            size: self.data.size().expect("images"),
            classes: self.data.classes(),
            target: (target.en.clone(), target.vi.clone()).into(),
            process: self.process,
            grid: &self.grid,
            sampler: &self.sampler,
            seed: self.seed,
            pixels: Box::new(|x| to_pixels(self.data.points(x.to_owned()).view())),
            samples: Box::new(|gamma, wanted| self.pixels(&self.knobs(gamma), wanted.as_deref())),
            captions: self.captions().cloned(),
        }
    }
}
