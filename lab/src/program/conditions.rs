//! Conditions beside the class: AND with positive weights, NOT with negative ones.

use crate::flags::AlsoFlags;
use crate::steering::Steering;
use crate::tell::tell;
use scorelab::guidance::Gamma;
use scorelab::mixture::{Mixture, Tilt};
use scorelab::{Error, Result};

impl AlsoFlags {
    /// The conditions: (wᵢ, yᵢ).
    ///
    /// # Errors
    /// If one is no class and weight, or there is no class to stand beside.
    pub fn conditions(&self, steering: &Steering, gamma: Gamma) -> Result<Vec<(Gamma, usize)>> {
        let Some(first) = self.also.first() else { return Ok(Vec::new()) };
        let Some(class) = steering.class.filter(|_| !steering.all && !steering.autoguided()) else {
            let must = "left out, or beside one --class and without --guiding";
            return Err(Error::value("--also", first, must));
        };
        let parse = |text: &String| -> Result<(Gamma, usize)> {
            let wrong = || Error::value("--also", text, "a class and a weight, as in cat:1.5");
            let (name, weight) = text.rsplit_once(':').ok_or_else(wrong)?;
            let weight = weight.parse().map_err(|_| wrong())?;
            Ok((Gamma::new(weight).map_err(|_| wrong())?, steering.data.class(name)?))
        };
        let also: Vec<(Gamma, usize)> = self.also.iter().map(parse).collect::<Result<_>>()?;
        if let Some(scene) = steering.data.scene() {
            let all = [(gamma, class)].into_iter().chain(also.iter().copied());
            let given: Vec<(f64, Mixture)> =
                all.map(|(w, y)| (w.value(), scene.mixture.given(y))).collect();
            let terms: Vec<(f64, &Mixture)> = given.iter().map(|(w, m)| (*w, m)).collect();
            if let Some(warning) = Tilt::warning(&scene.mixture, &terms) {
                tell(format!("warning: {warning}"));
            }
        }
        Ok(also)
    }
}
