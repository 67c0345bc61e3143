//! Exact scores that count how often they are asked, and a method of the catalogue built of them.

use crate::flags::MethodFlags;
use scorelab::guidance::Gamma;
use scorelab::methods::{Knobs, Parts, Plan, Score, build, method_named};
use scorelab::mixture::{Mixture, Posterior};
use scorelab::score::Counted;
use scorelab::{Error, Result};
use std::sync::Arc;

/// What there is of a scene to build methods of, all of it counted.
pub struct CountedParts {
    scores: Vec<Arc<Counted<Mixture>>>,
    posterior: Arc<Counted<Posterior>>,
    priors: Vec<f64>,
    class: usize,
}

impl CountedParts {
    /// The exact scores of a mixture and of its classes, and the posterior of a class.
    pub fn new(mixture: &Mixture, class: usize) -> CountedParts {
        let counted = |mixture: Mixture| Arc::new(Counted::new(mixture));
        let classes = (0..mixture.classes()).map(|y| counted(mixture.given(y)));
        let scores = [counted(mixture.clone()), counted(mixture.given(class))].into_iter();
        let posterior = Arc::new(Counted::new(mixture.posterior(class)));
        let priors = mixture.class_weights();
        CountedParts { scores: scores.chain(classes).collect(), posterior, priors, class }
    }

    /// Points that were asked about so far, of whatever part.
    pub fn points(&self) -> u64 {
        let scores = self.scores.iter().map(|score| score.points()).sum::<u64>();
        scores + self.posterior.points()
    }

    /// s_c and s_u.
    pub fn pair(&self) -> [Score; 2] {
        [self.scores[1].clone(), self.scores[0].clone()]
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
        Ok(Some((name.to_string(), build(method, &self.parts(), &knobs)?)))
    }

    /// All of it.
    pub fn parts(&self) -> Parts {
        let [conditional, unconditional] = self.pair();
        let classes = self.scores[2..].iter().map(|score| score.clone() as Score);
        Parts {
            unconditional: Some(unconditional),
            conditional: Some(conditional),
            classifier: Some(self.posterior.clone()),
            densities: Some([self.scores[0].clone(), self.scores[1].clone()]),
            classes: self.priors.iter().copied().zip(classes).collect(),
            class: Some(self.class),
            ..Parts::default()
        }
    }
}
