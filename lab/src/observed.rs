//! What is observed of a scene, as `--mask` and `--point` say it, and what is then left of the scene.

use crate::flags::ConditionFlags;
use crate::known_pixels::{known_of_image, tolerance};
use crate::table::exact;
use crate::view::Domain;
use scorelab::condition::Observation;
use scorelab::mixture::{Measured, Mixture};
use scorelab::number;
use scorelab::score::ScoreFn;
use scorelab::text::quoted;
use scorelab::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Standard deviations from the nearest component up to which a density is a normal f64: e^(−37²/2) = 5·10⁻²⁹⁸.
const FARTHEST: f64 = 37.0;

/// Something observed, of a scene with its exact answers.
#[derive(Clone)]
pub struct Observed {
    /// y = A·x₀ + τ·n.
    pub observation: Arc<Observation>,
    /// The exact answers; none of an image.
    pub exact: Option<Exact>,
}

/// What is exact of something observed of a scene.
#[derive(Clone)]
pub struct Exact {
    /// The scene or, of a wanted class, its components: γ is on the observation alone.
    pub prior: Mixture,
    /// p(y | x_t).
    pub likelihood: Measured,
}

impl Observed {
    /// What the flags say, if they say anything.
    ///
    /// # Errors
    /// As [`Setup::observing`](crate::setup::Setup::observing).
    pub fn of(
        flags: &ConditionFlags,
        image: Option<&str>,
        (data, class): (&Domain, Option<usize>),
    ) -> Result<Option<Observed>> {
        let Some(flag) = flags.given() else {
            if image.is_some() {
                let must = "left out, or given together with the --mask that says which of its pixels are known";
                return Err(Error::value("--image", "given", must));
            }
            return flags.tolerance.map_or(Ok(None), |tau| {
                let must = "left out, or given together with --mask or --point";
                Err(Error::value("--tolerance", exact(tau), must))
            });
        };
        if let Some(image) = image {
            let observation = Arc::new(known_of_image(flags, image, data)?);
            return Ok(Some(Observed { observation, exact: None }));
        }
        let Some(scene) = data.scene() else {
            let must = "left out: only of a scene is something observed, and by `sample --image` of an image";
            return Err(Error::value(flag, "given", must));
        };
        let observation = observation(flags, scene.mixture.dim())?;
        let prior = scene.mixture.given(class);
        let likelihood = prior.measured(&observation)?;
        let distance = likelihood.distance();
        if distance > FARTHEST {
            let distance = number::significant(distance, 3);
            let value = format!("{distance} standard deviations away from the nearest component");
            let must = format!("within {FARTHEST}, where there is a density; or widen --tolerance");
            return Err(Error::value(flag, value, must));
        }
        let observation = Arc::new(observation);
        Ok(Some(Observed { observation, exact: Some(Exact { prior, likelihood }) }))
    }

    /// What is exact of it.
    ///
    /// # Panics
    /// If it is observed of an image, which only `sample` can.
    pub fn of_scene(&self) -> &Exact {
        self.exact.as_ref().expect("something observed of a scene")
    }

    /// p(x₀)·p(y | x₀)^γ, normalised.
    ///
    /// # Errors
    /// If γ is below 0.
    ///
    /// # Panics
    /// As [`Observed::of_scene`].
    pub fn posterior(&self, gamma: f64) -> Result<Mixture> {
        let Exact { prior, likelihood } = self.of_scene();
        match gamma {
            0.0 => Ok(prior.clone()),
            1.0 => Ok(likelihood.posterior().clone()),
            gamma => prior.observed(&self.observation.raised_to(gamma)?),
        }
    }
}

/// The observation of flags that say something, of points of `dim` coordinates.
fn observation(flags: &ConditionFlags, dim: usize) -> Result<Observation> {
    let (known, point) = (known(&flags.mask, dim)?, &flags.point);
    let tau = tolerance(flags)?.unwrap_or(0.0);
    if known.len() == dim && tau == 0.0 {
        let must = "of some, or given with a --tolerance above 0: nothing would be left to draw";
        return Err(Error::value("--mask", "of all coordinates", must));
    }
    if !point.is_empty() && point.len() != dim {
        let value = format!("of {} coordinates", point.len());
        return Err(Error::value("--point", value, format!("of {dim}, as the scene")));
    }
    if let Some(v) = point.iter().find(|v| !v.is_finite()) {
        return Err(Error::value("a coordinate of --point", v, "a finite number"));
    }
    let all: Vec<(usize, f64)> =
        known.into_iter().chain(point.iter().copied().enumerate()).collect();
    Observation::mask(&all, dim, tau)
}

/// The coordinates that are known, by their number from 0, with their values.
fn known(mask: &[String], dim: usize) -> Result<Vec<(usize, f64)>> {
    let mut known = BTreeMap::new();
    for text in mask {
        let wrong =
            || Error::value("--mask", quoted(text), "a coordinate and its value, as x1=0.5");
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        let name = name.trim();
        let value: f64 = number::parse(value.trim()).ok_or_else(wrong)?;
        let number = name.strip_prefix('x').and_then(|number| number.parse::<usize>().ok());
        let Some(number) = number.filter(|number| (1..=dim).contains(number)) else {
            let must = match dim {
                1 => "x1, the only one of this scene".into(),
                _ => format!("one from x1 to x{dim}"),
            };
            return Err(Error::value("a coordinate of --mask", quoted(name), must));
        };
        if !value.is_finite() {
            return Err(Error::value(format!("x{number} of --mask"), value, "a finite number"));
        }
        if known.insert(number - 1, value).is_some() {
            return Err(Error::value(format!("x{number} of --mask"), "given twice", "given once"));
        }
    }
    Ok(known.into_iter().collect())
}
