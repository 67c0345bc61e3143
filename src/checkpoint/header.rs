//! The words of a checkpoint: everything but its tensors.

use super::Parsed;
use crate::arch::kernel_name;
use crate::classifier_guidance::Scaling;
use crate::nn::{MlpConfig, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The layout of the file that this version writes.
pub(super) const FORMAT: u32 = 1;

/// Longer texts are neither written nor read.
pub(super) const MOST_TEXT: usize = 4 << 20;

/// Where a network comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The version of scorelab that trained it.
    pub version: String,
    /// The kernel it was trained with, as [`kernel_name`] says it.
    pub kernel: String,
    /// The data it was trained on.
    pub data: String,
    /// The seed of its training.
    pub seed: u64,
    /// Anything else worth knowing, by name.
    pub notes: BTreeMap<String, String>,
}

impl Provenance {
    /// Of a network trained by this program, on this machine.
    pub fn here(data: impl Into<String>, seed: u64) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_string();
        let (kernel, notes) = (kernel_name().to_string(), BTreeMap::new());
        Provenance { version, kernel, data: data.into(), seed, notes }
    }
}

/// What the metadata hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub format: u32,
    pub model: Kind,
    pub config: MlpConfig,
    pub provenance: Provenance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Stand>,
}

/// The numbers of a training's state.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stand {
    pub step: usize,
    pub updates: i32,
    pub first_loss: f64,
    pub decay: f64,
}

/// The kind of a network, with its scaling.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Kind {
    Score { target: Target, sigma_data: f64 },
    Joint { target: Target, sigma_data: f64 },
    NoisyClassifier { scaling: Scaling },
    CleanClassifier { scaling: Scaling },
}

/// The one field that every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Header {
    pub fn to_text(&self) -> Parsed<String> {
        let text = serde_json::to_string(self).map_err(|e| e.to_string())?;
        if text.len() > MOST_TEXT / 4 {
            return Err(format!("its description is {} bytes long; shorten the notes", text.len()));
        }
        Ok(text)
    }

    pub fn from_text(text: &str) -> Parsed<Header> {
        let wrong = |e| format!("its description cannot be understood: {e}");
        let Format { format } = serde_json::from_str(text).map_err(wrong)?;
        if format != FORMAT {
            return Err(format!(
                "its layout has the number {format}, but this version of scorelab knows {FORMAT} only; use the version that \
                 wrote it"
            ));
        }
        serde_json::from_str(text).map_err(wrong)
    }

    /// Refuses what no network of its kind can be.
    pub fn check(&self) -> Parsed<()> {
        let c = &self.config;
        c.validated().map_err(|e| e.to_string())?;
        let points = c.outputs == c.inputs;
        let (fits, scales) = match self.model {
            Kind::Score { sigma_data, .. } => (points && c.labels == 0, [sigma_data; 2]),
            Kind::Joint { sigma_data, .. } => {
                (points && c.labels > 1 && c.embedding > 0, [sigma_data; 2])
            }
            Kind::NoisyClassifier { scaling: s } => {
                let fits = c.outputs > 1 && c.labels == 0 && c.features > 0;
                (fits, [s.sigma_data, s.sigma_within])
            }
            Kind::CleanClassifier { scaling: s } => {
                let fits = c.outputs > 1 && c.labels == 0 && c.features == 0;
                (fits, [s.sigma_data, s.sigma_within])
            }
        };
        if !fits {
            return Err(format!("no network of its kind has the shape {c:?}"));
        }
        match scales.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            Some(s) => {
                Err(format!("a scale of its data is {s}, but it must be finite and above 0"))
            }
            None => Ok(()),
        }
    }
}
