//! The words of a checkpoint: everything but its tensors.

use super::Parsed;
use super::architecture::Architecture;
use super::recipe::Kind;
use super::trained::Trained;
use crate::classifier::Scaling;
use crate::data::View;
use crate::nn::{Shape, Target};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The layout of the file that this version writes.
pub(super) const FORMAT: u32 = 2;

/// Longer texts are neither written nor read.
pub(super) const MOST_TEXT: usize = 4 << 20;

/// The architecture of files that do not name theirs.
const UNNAMED: &str = "mlp";

/// What the metadata hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Header<N: Architecture> {
    pub format: u32,
    pub model: Kind,
    pub scales: Scales,
    #[serde(default = "unnamed", skip_serializing_if = "is_unnamed")]
    pub network: String,
    pub config: N::Config,
    /// Not given in format 1, where the rows in the file decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewName>,
    pub trained: Trained,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Stand>,
}

fn unnamed() -> String {
    UNNAMED.into()
}

fn is_unnamed(name: &str) -> bool {
    name == UNNAMED
}

/// The numbers of a training's state.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Stand {
    pub step: usize,
    pub updates: i32,
    #[serde(alias = "first_loss")]
    pub first_loss: f64,
    pub decay: f64,
}

/// The scales between a network's numbers and those of the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Scales {
    Score { target: Target, sigma_data: f64 },
    Classifier(Scaling),
}

/// Which view's rows a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ViewName {
    Identity,
    Centred,
    Principal,
}

impl From<&View> for ViewName {
    fn from(view: &View) -> Self {
        match view {
            View::Identity => ViewName::Identity,
            View::Centred(_) => ViewName::Centred,
            View::Principal(_) => ViewName::Principal,
        }
    }
}

/// What says how the rest is to be read.
#[derive(Deserialize)]
pub(super) struct Format {
    pub format: u32,
    /// The name of the architecture.
    #[serde(default = "unnamed")]
    pub network: String,
}

/// What stands in a text.
pub(super) fn understood<T: DeserializeOwned>(text: &str) -> Parsed<T> {
    serde_json::from_str(text).map_err(|e| format!("its description cannot be understood: {e}"))
}

impl<N: Architecture> Header<N> {
    pub fn to_text(&self) -> Parsed<String> {
        let text = serde_json::to_string(self).map_err(|e| e.to_string())?;
        if text.len() > MOST_TEXT / 4 {
            return Err(format!("its description is {} bytes long; shorten the notes", text.len()));
        }
        Ok(text)
    }

    /// Refuses shapes that no network of its kind can have, and contradictions.
    pub fn check(&self) -> Parsed<()> {
        let c = &self.config;
        c.validated().map_err(|e| e.to_string())?;
        let points = c.outputs() == c.inputs();
        let classifier = c.outputs() > 1 && !c.conditional();
        let fits = match (self.model, self.scales) {
            (Kind::Score, Scales::Score { .. }) => points && !c.conditional(),
            (Kind::Joint, Scales::Score { .. }) => points && c.conditional(),
            (Kind::Noisy, Scales::Classifier(_)) => classifier && c.sees_level(),
            (Kind::Clean, Scales::Classifier(_)) => classifier && !c.sees_level(),
            _ => false,
        };
        if !fits {
            return Err(format!("no network of its kind has the shape {c:?}"));
        }
        let (target, scales) = match self.scales {
            Scales::Score { target, sigma_data } => (Some(target), [sigma_data; 2]),
            Scales::Classifier(s) => (None, [s.sigma_data, s.sigma_within]),
        };
        if let Some(s) = scales.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            return Err(format!("a scale of its data is {s}, but it must be finite and above 0"));
        }
        let recipe = self.trained.recipe.as_ref();
        if let Some(why) = recipe.and_then(|r| N::contradicts(r, self.model, target, c)) {
            return Err(format!("its recipe {why}, but that is not what the file holds"));
        }
        match &self.training {
            Some(stand) => self.check_stand(stand),
            None => Ok(()),
        }
    }

    /// Refuses a view that the network cannot have of its data.
    pub fn check_view(&self, view: &View) -> Parsed<()> {
        if let Some((height, width)) = self.trained.data.image {
            let pixels = height.checked_mul(width);
            if pixels.is_none() || pixels != view.data_dim().or(pixels) {
                return Err(format!(
                    "its images are {height} x {width}, which its view does not fit"
                ));
            }
        }
        let image = self.trained.data.image.map(|(height, width)| height * width);
        let inputs = self.config.inputs();
        let seen = view.data_dim().or(image).map_or(inputs, |dim| view.dim(dim));
        match seen == inputs {
            true => Ok(()),
            false => Err(format!("its view has {seen} coordinates, but its network sees {inputs}")),
        }
    }

    /// Refuses a state that no training by the recipe can be in.
    fn check_stand(&self, stand: &Stand) -> Parsed<()> {
        if i32::try_from(stand.step) != Ok(stand.updates) {
            let Stand { step, updates, .. } = stand;
            return Err(format!(
                "its training is at step {step}, but its optimiser has made {updates} updates"
            ));
        }
        let Some(recipe) = &self.trained.recipe else { return Ok(()) };
        if stand.step > recipe.train.steps {
            let (step, steps) = (stand.step, recipe.train.steps);
            return Err(format!("its training is at step {step} of {steps}"));
        }
        let (decay, ema) = (stand.decay as f32, recipe.train.ema as f32);
        if decay != ema {
            return Err(format!(
                "its weights are averaged with decay {decay}, but its recipe says {ema}"
            ));
        }
        Ok(())
    }
}
