//! Scores that count how often they are asked, and a method of the catalogue built of them.

use crate::flags::MethodFlags;
use scorelab::guidance::Gamma;
use scorelab::methods::{Knobs, Parts, Plan, Score, build, method_named};
use scorelab::mixture::Mixture;
use scorelab::null_label::JointNet;
use scorelab::score::Counted;
use scorelab::{Error, Result};
use std::sync::Arc;

/// What there is of a scene to build methods of, all of it counted.
pub struct CountedParts {
    parts: Parts,
    counts: Counts,
}

/// What tells the points that each part was asked about.
#[derive(Default)]
struct Counts(Vec<Box<dyn Fn() -> u64 + Send + Sync>>);

impl Counts {
    fn counted<T: Send + Sync + 'static>(&mut self, inner: T) -> Arc<Counted<T>> {
        let counted = Arc::new(Counted::new(inner));
        let own = counted.clone();
        self.0.push(Box::new(move || own.points()));
        counted
    }
}

impl CountedParts {
    /// The exact scores of a mixture and of its classes, and the posterior of a class.
    pub fn new(mixture: &Mixture, class: usize) -> CountedParts {
        let mut counts = Counts::default();
        let [free, given] =
            [mixture.clone(), mixture.given(class)].map(|mixture| counts.counted(mixture));
        let of_class = |y| counts.counted(mixture.given(y)) as Score;
        let each: Vec<Score> = (0..mixture.classes()).map(of_class).collect();
        let parts = Parts {
            unconditional: Some(free.clone()),
            conditional: Some(given.clone()),
            classifier: Some(counts.counted(mixture.posterior(class))),
            densities: Some([free as _, given as _]),
            classes: mixture.class_weights().into_iter().zip(each).collect(),
            class: Some(class),
            ..Parts::default()
        };
        CountedParts { parts, counts }
    }

    /// The scores of a joint network, with and without the labels, which occur in the data with these probabilities.
    pub fn learned(net: &JointNet, priors: Vec<f64>, class: usize) -> CountedParts {
        let mut counts = Counts::default();
        let of_class = |y| counts.counted(net.given(y)) as Score;
        let each: Vec<Score> = (0..net.classes()).map(of_class).collect();
        let parts = Parts {
            unconditional: Some(counts.counted(net.unconditional())),
            conditional: Some(counts.counted(net.given(class))),
            classes: priors.into_iter().zip(each).collect(),
            class: Some(class),
            ..Parts::default()
        };
        CountedParts { parts, counts }
    }

    /// Points that were asked about so far, of whatever part.
    pub fn points(&self) -> u64 {
        self.counts.0.iter().map(|points| points()).sum()
    }

    /// s_c and s_u.
    pub fn pair(&self) -> [Score; 2] {
        [self.parts.conditional(), self.parts.unconditional()]
    }

    /// The plan of the method that the flags name, if they do, at this γ if it has one.
    ///
    /// # Errors
    /// If there is no such method or knob, a value is out of its range, or the method needs what no scene has.
    pub fn rival(&self, flags: &MethodFlags, gamma: Gamma) -> Result<Option<(String, Plan)>> {
        let Some(name) = &flags.method else {
            return match flags.set.first() {
                Some(set) => Err(Error::value(
                    "--set",
                    set,
                    "left out, or given together with the --method that has this knob",
                )),
                None => Ok(None),
            };
        };
        let method = method_named(name)?;
        let mut knobs = Knobs::parse(method.about(), &flags.set)?;
        if knobs.find("gamma").is_some() && !flags.sets("gamma") {
            knobs = knobs.with("gamma", gamma.value())?;
        }
        Ok(Some((name.to_string(), build(method, &self.parts, &knobs)?)))
    }

    /// All of it.
    pub fn parts(&self) -> Parts {
        self.parts.clone()
    }
}
