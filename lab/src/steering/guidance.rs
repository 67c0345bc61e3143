//! The method of guidance that the flags describe. Only here do they become an entry of the catalogue with its knobs.

use crate::flags::{ConditionFlags, MethodFlags, ScoreFlags};
use crate::setup::{Setup, gammas, gradient_scale};
use scorelab::methods::{Knobs, METHODS, Method, Need, Parts, method_named};
use scorelab::{Error, Result};

/// The flags of a subcommand that spell a method or one of its knobs, beside those of the score.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spelled<'a> {
    /// `--gamma`.
    pub gamma: &'a [f64],
    /// `--interval`.
    pub interval: &'a [f64],
    /// `--also`.
    pub also: &'a [String],
    /// `--mask` and `--point`.
    pub condition: Option<&'a ConditionFlags>,
    /// `--image`.
    pub image: Option<&'a str>,
    /// `--caption`.
    pub caption: Option<&'a str>,
}

impl Spelled<'_> {
    /// The flag that says what is observed, if anything is.
    pub fn observes(&self) -> Option<&'static str> {
        self.condition.and_then(ConditionFlags::given)
    }
}

/// The method that guides, and what is set on it.
#[derive(Clone)]
pub struct Guidance {
    /// The method.
    pub method: &'static dyn Method,
    /// Whether it was chosen by its name, and not by the flags that spell it.
    pub named: bool,
    /// What is set on it, once for each γ.
    pub settings: Vec<Knobs>,
    /// c of the classifier, where the method has no knob for it.
    pub gradient_scale: f64,
}

impl Guidance {
    /// The method of `--method` or, without it, the one that the other flags spell.
    ///
    /// # Errors
    /// If there is no such method or knob, a value is out of its range, or a flag says nothing to the method.
    pub fn of(flags: &ScoreFlags, spelled: Spelled) -> Result<Guidance> {
        let asked =
            flags.class.is_some() || spelled.caption.is_some() || spelled.observes().is_some();
        let scale = gradient_scale(flags.gradient_scale)?;
        let interval = interval(spelled.interval)?;
        let name = flags.guidance.method.as_deref();
        let method = method_named(name.unwrap_or(by_flags(flags, spelled, asked)))?;
        let named = name.is_some();
        let spelling = Spelling { flags: &flags.guidance, method, steered: named || asked };
        let mut knobs = Knobs::parse(method.about(), &flags.guidance.set)?;
        if let Some([low, high]) = interval {
            let given = format!("{low},{high}");
            for (knob, value) in [("low", low), ("high", high)] {
                knobs = spelling.put(knobs, ("--interval", &given), (knob, value))?;
            }
        }
        let by_knob = knobs.find("gradient-scale").is_some();
        if by_knob && scale != 1.0 {
            let given = scale.to_string();
            knobs = spelling.put(knobs, ("--gradient-scale", &given), ("gradient-scale", scale))?;
        }
        if !named && knobs.find("gamma").is_some() && !flags.guidance.sets("gamma") {
            knobs = knobs.with("gamma", 1.0)?;
        }
        let settings = match spelled.gamma {
            [] => vec![knobs],
            given => {
                let at = |gamma: f64, knobs: Knobs| {
                    spelling.put(knobs, ("--gamma", &gamma.to_string()), ("gamma", gamma))
                };
                let given = gammas(given)?.into_iter();
                given.map(|gamma| at(gamma.value(), knobs.clone())).collect::<Result<_>>()?
            }
        };
        let gradient_scale = if by_knob { 1.0 } else { scale };
        Ok(Guidance { method, named, settings, gradient_scale })
    }

    /// c, by which the classifier's gradient is multiplied.
    pub fn whole_gradient_scale(&self) -> f64 {
        self.gradient_scale * self.settings[0].find("gradient-scale").unwrap_or(1.0)
    }

    /// Refuses parts that lack something the method needs.
    ///
    /// # Errors
    /// If something is missing; the message names all of it, and the flags that give it.
    pub fn check(&self, parts: &Parts) -> Result<()> {
        let about = self.method.about();
        let lacking: Vec<String> = parts
            .lacking(about)
            .into_iter()
            .map(|need| format!("{} ({})", need.words(), given_by(need)))
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let must = format!("given {}; or choose another --method", lacking.join(" and "));
        Err(Error::value("the method", about.name, must))
    }

    /// Refuses, where figures go over γ, a method that was chosen by its name and has none, or has it set.
    ///
    /// # Errors
    /// If it is one.
    pub fn over_gamma(&self, flags: &MethodFlags) -> Result<()> {
        let name = self.method.about().name;
        if self.named && self.settings[0].find("gamma").is_none() {
            let must = "one that has a γ: figures are drawn over --gamma; try sample or eval";
            return Err(Error::value("--method", name, must));
        }
        match flags.sets("gamma") {
            true => Err(Error::value("--set", "gamma", "left out: figures are drawn over --gamma")),
            false => Ok(()),
        }
    }

    /// The message where a method is not a score and a score is needed.
    pub fn no_score(&self) -> Error {
        let must =
            "a formula of the score here: this one has its own way to walk; try sample or eval";
        Error::value("--method", self.method.about().name, must)
    }

    /// The further conditions of `--also`: (wᵢ, yᵢ).
    ///
    /// # Errors
    /// If one is no class and weight, the method takes none, or there is no class to stand beside.
    pub fn also(&self, also: &[String], setup: &Setup, guiding: bool) -> Result<Vec<(f64, usize)>> {
        let Some(first) = also.first() else { return Ok(Vec::new()) };
        if setup.class.is_none() || setup.all || setup.observed.is_some() || guiding {
            let must = "left out, or given together with one --class or --caption and without --guiding, --mask and --point";
            return Err(Error::value("--also", first, must));
        }
        if !self.method.takes_also() {
            let take = METHODS.iter().filter(|m| m.takes_also()).map(|m| m.about().name);
            let (name, take) = (self.method.about().name, take.collect::<Vec<_>>().join(" and "));
            let must = format!("left out: the method {name} takes none; {take} do");
            return Err(Error::value("--also", first, must));
        }
        let parse = |text: &String| -> Result<(f64, usize)> {
            let wrong = || Error::value("--also", text, "a class and a weight, as in cat:1.5");
            let (name, weight) = text.rsplit_once(':').ok_or_else(wrong)?;
            let weight = weight.parse().ok().filter(|w: &f64| w.is_finite()).ok_or_else(wrong)?;
            Ok((weight, setup.data.class(name)?))
        };
        also.iter().map(parse).collect()
    }
}

/// The method that flags spell without `--method`.
fn by_flags(flags: &ScoreFlags, spelled: Spelled, asked: bool) -> &'static str {
    let spellings = [
        (!spelled.interval.is_empty(), "interval"),
        (flags.guiding.is_some(), "autoguidance"),
        (!asked, "unconditional"),
        (spelled.image.is_some(), "pigdm"), // it needs the prior's score alone
        (!spelled.also.is_empty(), "and"),
        (flags.classifier.is_some(), "classifier"),
    ];
    spellings.iter().find(|(given, _)| *given).map_or("classifier-free", |(_, name)| name)
}

/// How a knob is set by a flag of its own.
struct Spelling<'a> {
    flags: &'a MethodFlags,
    method: &'static dyn Method,
    steered: bool,
}

impl Spelling<'_> {
    /// Sets the knob that a flag spells.
    fn put(
        &self,
        knobs: Knobs,
        (flag, given): (&str, &str),
        (knob, value): (&str, f64),
    ) -> Result<Knobs> {
        if knobs.find(knob).is_none() {
            let must = match self.steered {
                true => format!("left out: the method {} has no {knob}", self.method.about().name),
                false => "left out, or given together with the --class to steer to".into(),
            };
            return Err(Error::value(flag, given, must));
        }
        if self.flags.sets(knob) {
            return Err(Error::value(flag, given, format!("left out: --set says {knob} too")));
        }
        knobs.with(knob, value)
    }
}

/// The edges of `--interval`, if it is given.
fn interval(given: &[f64]) -> Result<Option<[f64; 2]>> {
    match *given {
        [] => Ok(None),
        [low, high] if 0.0 <= low && low < high && high.is_finite() => Ok(Some([low, high])),
        _ => {
            let given: Vec<String> = given.iter().map(f64::to_string).collect();
            Err(Error::value(
                "--interval",
                given.join(","),
                "two rising numbers, the first at least 0",
            ))
        }
    }
}

/// The flags by which a method is given what it needs.
fn given_by(need: Need) -> &'static str {
    match need {
        Need::Unconditional => "an unconditional --score; only a scene has an exact score",
        Need::Conditional => "a --class, and a --score that has seen labels or a --classifier",
        Need::Classifier => "--classifier and the --class to steer to",
        Need::Guiding => "--guiding",
        Need::Densities => "the exact --score of a scene and a --class, with no other guide",
        Need::Class => "--class",
        Need::Classes => "an exact or joint --score, or a --classifier",
        Need::Coordinates => "another --scene",
        Need::Observation => "--mask or --point",
        Need::Mask => "--mask without --tolerance",
    }
}
