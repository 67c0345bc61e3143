//! Trained networks as files: one file for each, in the `safetensors` format.
//!
//! | tensor | shape | what it is |
//! |---|---|---|
//! | `layers.0.weight`, `layers.1.weight`, … | (in, out) | W of each layer, for h·W |
//! | `layers.0.bias`, … | (out) | b of each layer |
//! | `labels.weight` | (labels, embedding) | the label table of a joint network, ∅ last |
//! | `training.params`, `training.m`, `training.v` | (parameters) | of a training that may go on: θ and Adam's moments |
//! | `extra.…` | (n) | whatever else belongs to the network, in f64 |
//! | `sha256` | (32) | the SHA-256 of all bytes of the file before these last 32 |
//!
//! The weights are the averaged ones, to sample with, in f32. The file's metadata has one key, `scorelab`, whose value is a
//! JSON text: the kind and the shape of the network, its scaling, and where it comes from. Source of the format:
//! <https://huggingface.co/docs/safetensors>.
//!
//! ```
//! use scorelab::checkpoint::{Checkpoint, Model, Provenance};
//! use scorelab::nn::{MlpConfig, ScoreNet, Target};
//!
//! let net = ScoreNet::new(MlpConfig::default(), Target::Edm, 1.0, 7)?;
//! let mut checkpoint = Checkpoint::new(Model::Score(net), Provenance::here("nothing yet", 7));
//! checkpoint.extra.insert("mean".into(), vec![0.5, -0.5].into());
//! let path = std::env::temp_dir().join("scorelab-example.safetensors");
//! checkpoint.save(&path)?;
//! let Model::Score(net) = Checkpoint::load(&path)?.model else { panic!("a score was saved") };
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), scorelab::Error>(())
//! ```

mod header;
mod run;
mod tensors;

pub use header::Provenance;
pub use run::{Found, Run, find};

use crate::classifier_free::JointNet;
use crate::classifier_guidance::{CleanClassifier, NoisyClassifier};
use crate::nn::{Adam, Mlp, Part, ScoreNet};
use crate::train::State;
use crate::{Error, Result, file};
use header::{Header, Kind, Stand};
use ndarray::Array1;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use tensors::{Named, Tensors};

/// Larger files are refused unread.
const MOST_BYTES: u64 = 2 << 30;

/// Why a file is not a checkpoint, without its name.
type Parsed<T> = std::result::Result<T, String>;

/// A trained network of any kind.
#[derive(Debug)]
pub enum Model {
    /// An unconditional score.
    Score(ScoreNet),
    /// A score for all conditions and for none.
    Joint(JointNet),
    /// A classifier of noisy points.
    Noisy(NoisyClassifier),
    /// A classifier of points without noise.
    Clean(CleanClassifier),
}

impl Model {
    /// What it is, in words.
    pub fn name(&self) -> &'static str {
        match self {
            Model::Score(_) => "score network",
            Model::Joint(_) => "joint score network",
            Model::Noisy(_) => "noisy classifier",
            Model::Clean(_) => "clean classifier",
        }
    }

    /// The network inside.
    pub fn mlp(&self) -> &Mlp {
        match self {
            Model::Score(net) => &net.mlp,
            Model::Joint(net) => net.mlp(),
            Model::Noisy(net) => &net.0.mlp,
            Model::Clean(net) => &net.0.mlp,
        }
    }

    /// Puts a network together from what a header says and its weights.
    fn of(kind: &Kind, mlp: Mlp) -> Model {
        match *kind {
            Kind::Score { target, sigma_data } => {
                Model::Score(ScoreNet::of(mlp, target, sigma_data))
            }
            Kind::Joint { target, sigma_data } => {
                Model::Joint(JointNet::of(mlp, target, sigma_data))
            }
            Kind::NoisyClassifier { scaling } => Model::Noisy(NoisyClassifier::of(mlp, scaling)),
            Kind::CleanClassifier { scaling } => Model::Clean(CleanClassifier::of(mlp, scaling)),
        }
    }

    /// All of it but its weights and its shape.
    fn kind(&self) -> Kind {
        match self {
            Model::Score(n) => Kind::Score { target: n.target, sigma_data: n.sigma_data },
            Model::Joint(n) => Kind::Joint { target: n.net.target, sigma_data: n.net.sigma_data },
            Model::Noisy(n) => Kind::NoisyClassifier { scaling: n.0.scaling },
            Model::Clean(n) => Kind::CleanClassifier { scaling: n.0.scaling },
        }
    }
}

/// What one file holds: a network, where it comes from, and whatever else belongs to it.
#[derive(Debug)]
pub struct Checkpoint {
    /// The network, with its averaged weights.
    pub model: Model,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Rows of numbers by name, such as the mean image that was subtracted from the data.
    pub extra: BTreeMap<String, Array1<f64>>,
    /// Where its training stands, if that may go on; the averaged weights in it are those of the network.
    pub training: Option<State>,
}

impl Checkpoint {
    /// A network and where it comes from, and nothing else.
    pub fn new(model: Model, provenance: Provenance) -> Self {
        Checkpoint { model, provenance, extra: BTreeMap::new(), training: None }
    }

    /// Writes the file, in place of what was there, as [`replace`](crate::file::replace) does.
    ///
    /// # Errors
    /// If a number of the network is not finite, and as [`replace`](crate::file::replace).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.to_bytes().map_err(|why| Error::File { path: path.into(), why })?;
        file::replace(path, &bytes)
    }

    /// Reads a file. What it answers is what was saved, bit for bit.
    ///
    /// # Errors
    /// If the file cannot be read, is larger than any checkpoint, is not one, is damaged anywhere, or holds a network
    /// that cannot be. Nothing is allocated that is larger than the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint> {
        let path = path.as_ref();
        Checkpoint::parse(&read(path, MOST_BYTES)?, path)
    }

    /// Reads a checkpoint from the bytes of a file; `path` only appears in messages.
    ///
    /// # Errors
    /// If the bytes are none of a checkpoint, are damaged, or hold a network that cannot be.
    pub fn parse(bytes: &[u8], path: impl AsRef<Path>) -> Result<Checkpoint> {
        let wrong = |why| Error::File { path: path.as_ref().into(), why };
        Checkpoint::from_bytes(bytes).map_err(wrong)
    }

    fn to_bytes(&self) -> Parsed<Vec<u8>> {
        let mlp = self.model.mlp();
        let header = Header {
            format: header::FORMAT,
            model: self.model.kind(),
            config: mlp.config.clone(),
            provenance: self.provenance.clone(),
            training: self.training.as_ref().map(|state| Stand {
                step: state.step,
                updates: state.adam.updates,
                first_loss: state.first_loss,
                decay: f64::from(state.adam.decay),
            }),
        };
        header.check()?;
        let part = |p: Part| (p.name, p.shape, &mlp.params[p.range]);
        let mut weights: Vec<Named> = mlp.config.parts().into_iter().map(part).collect();
        if let Some(state) = &self.training {
            let all = [&state.params, &state.adam.m, &state.adam.v];
            for (name, values) in TRAINING.iter().zip(all) {
                weights.push((name.to_string(), vec![values.len()], values));
            }
        }
        tensors::write(&header.to_text()?, weights.into_iter(), &self.extra)
    }

    fn from_bytes(bytes: &[u8]) -> Parsed<Checkpoint> {
        let file = tensors::read(bytes)?;
        let header = Header::from_text(&file.header)?;
        header.check()?;
        // a shape may only promise what the file holds
        if 2 * header.config.depth + 2 > file.len() {
            let (depth, held) = (header.config.depth, file.len());
            return Err(format!(
                "its network has {depth} hidden layers, but it holds {held} tensors"
            ));
        }
        let parts = header.config.parts();
        let params = file.weights(&parts)?;
        let training = match &header.training {
            Some(stand) => Some(state(stand, &file, &params)?),
            None => None,
        };
        let known = parts.len() + training.as_ref().map_or(0, |_| TRAINING.len());
        let extra = file.extra(known)?;
        let mlp = Mlp::of(header.config, params).map_err(|e| e.to_string())?;
        let model = Model::of(&header.model, mlp);
        Ok(Checkpoint { model, provenance: header.provenance, extra, training })
    }
}

/// The tensors of a training's state.
const TRAINING: [&str; 3] = ["training.params", "training.m", "training.v"];

/// The state of a training, of whose numbers the averaged weights `ema` are the network's.
fn state(stand: &Stand, file: &Tensors, ema: &[f32]) -> Parsed<State> {
    let [params, m, v] = TRAINING.map(|name| file.tensor(name, &[ema.len()]));
    let adam =
        Adam { ema: ema.to_vec(), decay: stand.decay as f32, m: m?, v: v?, updates: stand.updates };
    Ok(State { step: stand.step, first_loss: stand.first_loss, params: params?, adam })
}

/// The bytes of a file of at most `most`, the size asked before anything is allocated.
fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let io = |e| Error::io("read", path, e);
    let wrong = |why: String| Error::File { path: path.into(), why };
    let about = std::fs::metadata(path).map_err(io)?;
    if !about.is_file() {
        return Err(wrong("it is not a file; name the checkpoint itself".into()));
    }
    if about.len() > most {
        return Err(wrong(format!("it is {} bytes, larger than any checkpoint", about.len())));
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(most).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
