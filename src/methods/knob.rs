//! What can be set on a method, and the values that are.

use super::About;
use crate::data::did_you_mean;
use crate::guidance::Gamma;
use crate::{Error, Result};
use serde::{Serialize, Serializer};
use std::fmt;

/// The values that a knob may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Any finite number.
    Any,
    /// From the first to the second, both included; the second may be ∞.
    Between(f64, f64),
    /// Above the number, up to ∞ and with it.
    Above(f64),
    /// A whole number from the first to the second.
    Whole(u32, u32),
}

impl Range {
    /// Whether the value is one of them.
    pub fn contains(self, value: f64) -> bool {
        match self {
            Range::Any => value.is_finite(),
            Range::Between(low, high) => (low..=high).contains(&value),
            Range::Above(low) => value > low,
            Range::Whole(low, high) => {
                (f64::from(low)..=f64::from(high)).contains(&value) && value.fract() == 0.0
            }
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Range::Any => write!(f, "any finite number"),
            Range::Between(low, high) if high.is_infinite() => write!(f, "from {low}, or inf"),
            Range::Between(low, high) => write!(f, "from {low} to {high}"),
            Range::Above(low) => write!(f, "above {low}, or inf"),
            Range::Whole(low, high) => write!(f, "a whole number from {low} to {high}"),
        }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number that can be set on a method.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Knob {
    /// The name by which it is set, `knob=value`.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its value where none is set.
    #[serde(serialize_with = "finite_or_word")]
    pub default: f64,
    /// The values that it may have.
    pub range: Range,
    /// Its value in the setting in which the method is ordinary guidance; none if there is no such setting.
    #[serde(serialize_with = "some_or_word")]
    pub neutral: Option<f64>,
}

impl Knob {
    /// The guidance scale γ, which most methods have.
    pub const GAMMA: Knob = Knob {
        name: "gamma",
        meaning: "γ, the guidance scale",
        default: 3.0,
        range: Range::Any,
        neutral: None,
    };
}

impl fmt::Display for Knob {
    /// Its default, its range and, if it has one, its neutral value.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}; {}", self.default, self.range)?;
        self.neutral.map_or(Ok(()), |neutral| write!(f, "; neutral {neutral}"))
    }
}

/// A number, or "inf", which JSON has no number for.
fn finite_or_word<S: Serializer>(v: &f64, s: S) -> std::result::Result<S::Ok, S::Error> {
    if v.is_finite() { s.serialize_f64(*v) } else { s.collect_str(v) }
}

fn some_or_word<S: Serializer>(v: &Option<f64>, s: S) -> std::result::Result<S::Ok, S::Error> {
    match v {
        Some(v) => finite_or_word(v, s),
        None => s.serialize_none(),
    }
}

/// A value for each knob of a method, all within their ranges.
#[derive(Debug, Clone, PartialEq)]
pub struct Knobs {
    method: &'static str,
    values: Vec<(&'static Knob, f64)>,
}

impl Knobs {
    /// The default values.
    pub fn defaults(about: &About) -> Knobs {
        let values = about.knobs.iter().map(|knob| (knob, knob.default)).collect();
        Knobs { method: about.name, values }
    }

    /// The values at which the method is ordinary guidance, γ at its default; none if it does not say that it ever is.
    pub fn neutral(about: &About) -> Option<Knobs> {
        about.ends.neutral.then_some(())?;
        let mut knobs = Knobs::defaults(about);
        for (knob, value) in knobs.values.iter_mut().filter(|(knob, _)| knob.name != "gamma") {
            *value = knob.neutral?;
        }
        Some(knobs)
    }

    /// The same values, except this one.
    ///
    /// # Errors
    /// If the method has no such knob, or the value is outside its range.
    pub fn with(mut self, name: &str, value: f64) -> Result<Knobs> {
        let names: Vec<&str> = self.values.iter().map(|(knob, _)| knob.name).collect();
        let method = self.method;
        let Some((knob, old)) = self.values.iter_mut().find(|(knob, _)| knob.name == name) else {
            let must = match names.is_empty() {
                true => "left out: the method has no knobs".into(),
                false => {
                    let hint = did_you_mean(name, names.iter().copied());
                    format!("one of {}{hint}", names.join(", "))
                }
            };
            return Err(Error::value(format!("a knob of the method {method}"), name, must));
        };
        if !knob.range.contains(value) {
            let what = format!("{name}, {}, of the method {method}", knob.meaning);
            return Err(Error::value(what, value, knob.range.to_string()));
        }
        *old = value;
        Ok(self)
    }

    /// The default values with those that are written as `knob=value`.
    ///
    /// # Errors
    /// As [`Knobs::with`], and if one is not written so.
    pub fn parse<T: AsRef<str>>(about: &About, set: &[T]) -> Result<Knobs> {
        set.iter().map(T::as_ref).try_fold(Knobs::defaults(about), |knobs, text| {
            let read =
                text.split_once('=').map(|(name, value)| (name.trim(), value.trim().parse()));
            match read {
                Some((name, Ok(value))) => knobs.with(name, value),
                _ => {
                    let what = format!("a setting of the method {}", about.name);
                    Err(Error::value(what, text, "written as knob=number"))
                }
            }
        })
    }

    /// The value of a knob, if the method has it.
    pub fn find(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(knob, _)| knob.name == name).map(|(_, value)| *value)
    }

    /// The value of a knob.
    ///
    /// # Panics
    /// If the method has no such knob.
    pub fn get(&self, name: &str) -> f64 {
        self.find(name).unwrap_or_else(|| panic!("{} has no knob {name}", self.method))
    }

    /// The guidance scale.
    ///
    /// # Panics
    /// If the method has none.
    pub fn gamma(&self) -> Gamma {
        Gamma::new(self.get("gamma")).expect("a finite number, by its range")
    }

    /// The knobs with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Knob, f64)> {
        self.values.iter().copied()
    }
}
