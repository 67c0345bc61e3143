//! Menus: values that have a name on the command line, each in one table.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use scorelab::checkpoint::Kind;
use scorelab::data::did_you_mean;
use scorelab::methods::METHODS;
use scorelab::nn::Target;
use scorelab::noise::Process;
use scorelab::sampler::{AnySampler, Ddim, DpmSolver2M, EulerMaruyama, Heun};
use scorelab::text::quoted;
use scorelab::{Error, Result};
use scorelab_figures::plot::{Lang, SvgText, Theme};

/// A value of a menu: its name on the command line, the value, and what the help says of it.
pub type Entry<T> = (&'static str, T, &'static str);

/// A type whose values can be chosen by name.
pub trait Menu: Clone + PartialEq + Send + Sync + 'static {
    /// All of them.
    const ALL: &'static [Entry<Self>];

    /// What the command line calls this one.
    fn name(&self) -> &'static str {
        Self::ALL.iter().find(|(_, value, _)| value == self).map_or("", |(name, ..)| name)
    }

    /// The value of this name; `what` the menu is of, for the message.
    ///
    /// # Errors
    /// If there is none; the message lists the names and the nearest of them.
    fn named(what: &str, name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(known, ..)| *known == name);
        found.map(|(_, value, _)| value.clone()).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(known, ..)| *known).collect();
            let hint = did_you_mean(name, names.iter().copied());
            Error::value(what, quoted(name), format!("one of {}{hint}", names.join(", ")))
        })
    }
}

/// The parser of a value of a menu.
pub fn menu<T: Menu>() -> impl TypedValueParser<Value = T> {
    let known = T::ALL.iter().map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(known).map(|word| {
        let found = T::ALL.iter().find(|(name, ..)| *name == word);
        found.expect("clap lets no other word through").1.clone()
    })
}

/// What understands the name of a method of guidance.
pub fn method_names() -> PossibleValuesParser {
    let about = METHODS.iter().map(|method| method.about());
    PossibleValuesParser::new(about.map(|m| PossibleValue::new(m.name).help(m.title)))
}

impl Menu for Kind {
    const ALL: &'static [Entry<Kind>] = &[
        ("score", Kind::Score, "The score, without labels"),
        ("joint", Kind::Joint, "The score with every label and with none"),
        ("noisy", Kind::Noisy, "A classifier of noisy points"),
        ("clean", Kind::Clean, "A classifier of points without noise"),
        (
            "caption",
            Kind::Caption,
            "The score of captioned digits under every caption and under none, by a Transformer",
        ),
    ];
}

impl Menu for Target {
    const ALL: &'static [Entry<Target>] = &[
        ("edm", Target::Edm, "Karras et al.'s preconditioned residual"),
        ("eps", Target::Eps, "The noise"),
        ("x0", Target::X0, "The data"),
        ("v", Target::V, "The velocity"),
    ];
}

impl Menu for Theme {
    const ALL: &'static [Entry<Theme>] = &[
        ("light", Theme::Light, "White ground"),
        ("dark", Theme::Dark, "Near-black ground"),
        ("print", Theme::Print, "For paper"),
    ];
}

impl Menu for SvgText {
    const ALL: &'static [Entry<SvgText>] = &[
        ("outlines", SvgText::Outlines, "Outlines of letters: looks the same on any machine"),
        ("text", SvgText::Text, "Text that can be edited; needs DejaVu Sans where it is shown"),
    ];
}

impl Menu for Lang {
    const ALL: &'static [Entry<Lang>] =
        &[("en", Lang::En, "English"), ("vi", Lang::Vi, "Tiếng Việt")];
}

impl Menu for Process {
    const ALL: &'static [Entry<Process>] = &[
        ("vp-linear", Process::VP_LINEAR, "Variance preserving, linear β"),
        ("vp-cosine", Process::VpCosine, "Variance preserving, cosine"),
        ("ve", Process::VE, "Variance exploding"),
        ("flow", Process::Flow, "Straight-line flow"),
    ];
}

/// The samplers that can be chosen by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplerName {
    /// DDIM.
    Ddim,
    /// Heun.
    Heun,
    /// DPM-Solver++(2M).
    Dpm2m,
    /// DDPM.
    Ancestral,
    /// Euler–Maruyama.
    Sde,
}

impl Menu for SamplerName {
    const ALL: &'static [Entry<SamplerName>] = &[
        ("ddim", SamplerName::Ddim, "DDIM, Euler on the probability-flow ODE"),
        ("heun", SamplerName::Heun, "Heun, second order, two evaluations a step"),
        ("dpm2m", SamplerName::Dpm2m, "DPM-Solver++(2M), second order, one evaluation a step"),
        ("ancestral", SamplerName::Ancestral, "DDPM's ancestral sampling"),
        ("sde", SamplerName::Sde, "Euler–Maruyama on the reverse SDE"),
    ];
}

impl SamplerName {
    /// Whether it adds noise along the way.
    pub fn is_random(self) -> bool {
        matches!(self, SamplerName::Ancestral | SamplerName::Sde)
    }

    /// The sampler with its usual parameters.
    pub fn sampler(self) -> AnySampler {
        match self {
            SamplerName::Ddim => AnySampler::new(Ddim { eta: 0.0 }),
            SamplerName::Heun => AnySampler::new(Heun),
            SamplerName::Dpm2m => AnySampler::new(DpmSolver2M::default()),
            SamplerName::Ancestral => AnySampler::new(Ddim { eta: 1.0 }),
            SamplerName::Sde => AnySampler::new(EulerMaruyama::default()),
        }
    }
}
