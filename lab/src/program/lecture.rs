//! `scorelab lecture`: the lecture as a deck.

use super::command::{Command, understood};
use crate::experiment::{Experiment, lecture, one_figure};
use crate::flags::{Defaults, ExperimentFlags, Lecture, MethodFlags};
use scorelab::Result;

impl Lecture {
    /// Draws the lecture as the experiment `lecture_figures` does, and says where its page is; or one figure of it.
    ///
    /// # Errors
    /// As the experiment, and if the lecture has no such figure.
    pub fn run(&self) -> Result<()> {
        let mut lab = Experiment::on_scene("lecture", self.flags()?, Defaults::LECTURE)?;
        match &self.figure {
            None => lecture(&mut lab)?,
            Some(name) => one_figure(&mut lab, name)?,
        }
        lab.finish(None)
    }

    /// The same as flags of the experiment.
    fn flags(&self) -> Result<ExperimentFlags> {
        let Lecture {
            scene,
            class,
            gamma,
            gradient_scale,
            score,
            walk,
            quick,
            look,
            figure: _,
            out,
            common,
        } = self.clone();
        let changed = self.changed()?;
        Ok(ExperimentFlags {
            score,
            scene,
            data: None,
            class,
            gamma,
            gradient_scale,
            guidance: MethodFlags::default(),
            walk,
            train_steps: None,
            quick,
            all: false,
            look,
            lang: common.lang,
            panel: None,
            out: Some(out),
            machine: common.machine,
            changed,
        })
    }

    /// The flags that change a number and differ from their defaults.
    fn changed(&self) -> Result<Vec<String>> {
        let quick = self.quick.then_some("--quick");
        let words = ["scorelab", "lecture"].into_iter().chain(quick).map(String::from);
        let Command::Lecture(usual) = understood(words)? else { unreachable!("asked for lecture") };
        let differs = [
            ("--scene", self.scene != usual.scene),
            ("--class", self.class != usual.class),
            ("--gamma", self.gamma != usual.gamma),
            ("--gradient-scale", self.gradient_scale != usual.gradient_scale),
            ("--process", self.walk.process != usual.walk.process),
            ("--sampler", self.walk.sampler != usual.walk.sampler),
            ("--steps", self.walk.steps != usual.walk.steps),
            ("--seed", self.walk.seed != usual.walk.seed),
            ("--samples", self.walk.samples != usual.walk.samples),
            ("--score", self.score.is_some()),
        ];
        Ok(differs.into_iter().filter(|(_, d)| *d).map(|(flag, _)| flag.into()).collect())
    }
}
