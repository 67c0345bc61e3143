//! Trained networks as files: one file for each, in the `safetensors` format.
//!
//! | tensor | shape | what it is |
//! |---|---|---|
//! | `layers.0.weight`, `layers.1.weight`, … | (in, out) | W of each layer, for h·W |
//! | `layers.0.bias`, … | (out) | b of each layer |
//! | `labels.weight` | (labels, embedding) | the label table of a joint network, ∅ last |
//! | `layers.0.self.in.weight`, `words.weight`, … | | those of a Transformer, as its [`parts`](crate::nn::Shape::parts) say |
//! | `training.params`, `training.m`, `training.v` | (parameters) | for resuming a training: θ and Adam's moments |
//! | `extra.…` | (n) | whatever else belongs to the network, in f64 |
//! | `sha256` | (32) | the SHA-256 of all bytes of the file before these last 32 |
//!
//! The weights are the averaged ones, to sample with, in f32. The file's metadata has one key, `scorelab`, whose value is a
//! JSON text: the kind and the shape of the network, its scales, its view of the data, and how it came to be ([`Trained`]).
//! The rows of a view are among the `extra` ones: `mean`, or `mean`, `spread` and `axes`. Files of format 1, in which
//! recipe and data were notes, can be read too. Source of the format: <https://huggingface.co/docs/safetensors>.
//!
//! ```
//! use scorelab::checkpoint::{Checkpoint, Model, Trained};
//! use scorelab::nn::{MlpConfig, ScoreNet, Target};
//!
//! let net = ScoreNet::new(MlpConfig::default(), Target::Edm, 1.0, 7)?;
//! let mut checkpoint = Checkpoint::new(Model::Score(net), Trained::here("nothing yet".into(), None));
//! checkpoint.extra.insert("losses".into(), vec![0.5, 0.25].into());
//! let path = std::env::temp_dir().join("scorelab-example.safetensors");
//! checkpoint.save(&path)?;
//! let Model::Score(net) = Checkpoint::load(&path)?.model else { panic!("a score was saved") };
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), scorelab::Error>(())
//! ```

mod architecture;
mod header;
mod recipe;
mod run;
mod tensors;
mod trained;
mod version_1;

pub use architecture::Architecture;
pub use recipe::{Kind, P_DROP, Place, Recipe, TRAINING_POINTS};
pub use run::{Found, Run, architecture_of, find, find_as, holds_checkpoints};
pub use trained::{Fingerprint, Trained, TrainingData};

use crate::classifier::{CleanClassifier, NoisyClassifier};
use crate::data::View;
use crate::nn::{Adam, Mlp, Net, Part, ScoreNet, Shape, Target};
use crate::null_label::JointNet;
use crate::text::printable;
use crate::train::State;
use crate::{Error, Result, file};
use header::{Format, Header, Scales, Stand, ViewName, understood};
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
#[allow(clippy::large_enum_variant, reason = "a file holds one")]
pub enum Model<N: Net = Mlp> {
    /// An unconditional score.
    Score(ScoreNet<N>),
    /// A score for all conditions and for none.
    Joint(JointNet<N>),
    /// A classifier of noisy points.
    Noisy(NoisyClassifier<N>),
    /// A classifier of points without noise.
    Clean(CleanClassifier<N>),
}

impl<N: Net> Model<N> {
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
    pub fn network(&self) -> &N {
        match self {
            Model::Score(net) => &net.network,
            Model::Joint(net) => net.network(),
            Model::Noisy(net) => net.network(),
            Model::Clean(net) => net.network(),
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Model::Score(_) => Kind::Score,
            Model::Joint(_) => Kind::Joint,
            Model::Noisy(_) => Kind::Noisy,
            Model::Clean(_) => Kind::Clean,
        }
    }

    /// Of a score, what its last layer means and the root mean square of a coordinate of its data.
    pub fn scaling(&self) -> Option<(Target, f64)> {
        match self.scales() {
            Scales::Score { target, sigma_data } => Some((target, sigma_data)),
            Scales::Classifier(_) => None,
        }
    }

    /// Builds a network from a checked header, its weights and its view.
    fn of(kind: Kind, scales: Scales, network: N, view: &View) -> Self {
        match (kind, scales) {
            (Kind::Joint, Scales::Score { target, sigma_data }) => {
                Model::Joint(JointNet::of(network, target, sigma_data).with_spread(view.spread()))
            }
            (_, Scales::Score { target, sigma_data }) => {
                Model::Score(ScoreNet::of(network, target, sigma_data).with_spread(view.spread()))
            }
            (Kind::Clean, Scales::Classifier(s)) => Model::Clean(CleanClassifier::of(network, s)),
            (_, Scales::Classifier(s)) => Model::Noisy(NoisyClassifier::of(network, s)),
        }
    }

    /// The scales between its numbers and those of the data.
    fn scales(&self) -> Scales {
        let score = |net: &ScoreNet<N>| {
            let ScoreNet { target, sigma_data, .. } = *net;
            Scales::Score { target, sigma_data }
        };
        match self {
            Model::Score(net) => score(net),
            Model::Joint(net) => score(&net.net),
            Model::Noisy(net) => Scales::Classifier(net.0.scaling),
            Model::Clean(net) => Scales::Classifier(net.0.scaling),
        }
    }
}

/// What one file holds: a network, how it came to be, how it sees its data, and whatever else belongs to it.
#[derive(Debug)]
pub struct Checkpoint<N: Net = Mlp> {
    /// The network, with its averaged weights.
    pub model: Model<N>,
    /// How it came to be.
    pub trained: Trained,
    /// How it sees the data; a score network that is loaded has the spread of its view.
    pub view: View,
    /// Further rows of numbers by name.
    pub extra: BTreeMap<String, Array1<f64>>,
    /// The state of its training, if that can be resumed; the averaged weights in it are those of the network.
    pub training: Option<State>,
}

impl<N: Architecture> Checkpoint<N> {
    /// A network that sees the data themselves, how it came to be, and nothing else.
    pub fn new(model: Model<N>, trained: Trained) -> Self {
        let (view, extra) = (View::Identity, BTreeMap::new());
        Checkpoint { model, trained, view, extra, training: None }
    }

    /// Writes the file, in place of what was there. It does so as [`replace`](crate::file::replace).
    ///
    /// # Errors
    /// If a number of the network is not finite, an extra row has a name that belongs to the view, or the parts
    /// contradict each other, and as [`replace`](crate::file::replace).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::replace(path, &self.bytes_for(path)?)
    }

    /// As [`Checkpoint::save`], under a name of the program's own: a link is replaced, as [`keep`](crate::file::keep) does.
    ///
    /// # Errors
    /// As [`Checkpoint::save`].
    pub fn keep(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::keep(path, &self.bytes_for(path)?)
    }

    /// The bytes of the file; `path` only appears in messages.
    ///
    /// # Errors
    /// As [`Checkpoint::save`], but for writing.
    pub fn bytes_for(&self, path: &Path) -> Result<Vec<u8>> {
        self.to_bytes().map_err(|why| Error::File { path: path.into(), why })
    }

    /// Reads a file of a network of this architecture. What it answers is what was saved, bit for bit.
    ///
    /// # Errors
    /// If the file cannot be read, is larger than any checkpoint, is not one, is damaged anywhere, or holds a network
    /// of another architecture or one that cannot be. Nothing is allocated that is larger than the file.
    pub fn load_as(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let wrong = |why| Error::File { path: path.into(), why };
        Self::from_bytes(&read(path, MOST_BYTES)?).map_err(wrong)
    }

    fn to_bytes(&self) -> Parsed<Vec<u8>> {
        let network = self.model.network();
        let header = Header::<N> {
            format: header::FORMAT,
            model: self.model.kind(),
            scales: self.model.scales(),
            network: N::NAME.into(),
            config: network.config().clone(),
            view: Some(ViewName::from(&self.view)),
            trained: self.trained.clone(),
            training: self.training.as_ref().map(|state| Stand {
                step: state.step,
                updates: state.adam.updates,
                first_loss: state.first_loss,
                decay: f64::from(state.adam.decay),
            }),
        };
        header.check()?;
        header.check_view(&self.view)?;
        let part = |p: Part| (p.name, p.shape, &network.params()[p.range]);
        let mut weights: Vec<Named> = network.config().parts().into_iter().map(part).collect();
        if let Some(state) = &self.training {
            let all = [&state.params, &state.adam.m, &state.adam.v];
            for (name, values) in TRAINING.iter().zip(all) {
                weights.push((name.to_string(), vec![values.len()], values));
            }
        }
        let mut extra = self.extra.clone();
        for (name, row) in self.view.rows() {
            if extra.insert(name.clone(), row).is_some() {
                return Err(format!(
                    "its extra tensor {name} has the name of one that belongs to its view"
                ));
            }
        }
        tensors::write(&header.to_text()?, weights.into_iter(), &extra)
    }

    fn from_bytes(bytes: &[u8]) -> Parsed<Self> {
        let file = tensors::read(bytes)?;
        let header = header_of::<N>(&file.header)?;
        header.check()?;
        // a shape may only promise what the file holds
        let parameters = header.config.parameters();
        if parameters > bytes.len() / size_of::<f32>() {
            let held = bytes.len();
            return Err(format!(
                "its network has {parameters} parameters, but it holds {held} bytes"
            ));
        }
        let parts = header.config.parts();
        let params = file.weights(&parts)?;
        let training = match &header.training {
            Some(stand) => Some(state(stand, &file, &params)?),
            None => None,
        };
        let known = parts.len() + training.as_ref().map_or(0, |_| TRAINING.len());
        let mut extra = file.extra(known)?;
        let view = take_view(&header, &mut extra)?;
        let network = N::of(header.config, params).map_err(|e| e.to_string())?;
        let model = Model::of(header.model, header.scales, network, &view);
        Ok(Checkpoint { model, trained: header.trained, view, extra, training })
    }
}

impl Checkpoint {
    /// Reads a file of a perceptron, as [`Checkpoint::load_as`] reads one of any architecture.
    ///
    /// # Errors
    /// As [`Checkpoint::load_as`].
    pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint> {
        Checkpoint::load_as(path)
    }

    /// Reads a checkpoint of a perceptron from the bytes of a file; `path` only appears in messages.
    ///
    /// # Errors
    /// If the bytes are not those of a checkpoint, are damaged, or hold a network that cannot be.
    pub fn parse(bytes: &[u8], path: impl AsRef<Path>) -> Result<Checkpoint> {
        let wrong = |why| Error::File { path: path.as_ref().into(), why };
        Checkpoint::from_bytes(bytes).map_err(wrong)
    }
}

/// The name of the architecture in a file.
fn architecture_in(path: &Path) -> Result<String> {
    let bytes = read(path, MOST_BYTES)?;
    let named = tensors::read(&bytes).and_then(|file| understood::<Format>(&file.header));
    named.map(|format| format.network).map_err(|why| Error::File { path: path.into(), why })
}

/// The header of a text of any format that is understood.
fn header_of<N: Architecture>(text: &str) -> Parsed<Header<N>> {
    let Format { format, network } = understood(text)?;
    if network != N::NAME {
        let (name, own) = (printable(&network), N::NAME);
        return Err(format!("its network is of the architecture {name}, but {own} is needed"));
    }
    match format {
        1 => version_1::header(text),
        header::FORMAT => understood(text),
        _ => Err(format!(
            "its format is {format}, but this version of scorelab reads only 1 and {}; use the version that wrote it",
            header::FORMAT
        )),
    }
}

/// The view that a file's extra rows describe; they are removed from `extra`.
///
/// Where the header does not name it, it is whichever fits the network.
fn take_view<N: Architecture>(
    header: &Header<N>,
    extra: &mut BTreeMap<String, Array1<f64>>,
) -> Parsed<View> {
    let row = |name: &str| extra.get(name);
    let found = match header.view {
        Some(ViewName::Identity) => View::Identity,
        Some(ViewName::Centred) => View::of_rows(|name| row(name).filter(|_| name == "mean")),
        Some(ViewName::Principal) | None => View::of_rows(row),
    };
    if header.view.is_some_and(|named| named != ViewName::from(&found)) {
        return Err(
            "its tensors do not belong to the view of the data that its header names".into()
        );
    }
    match header.check_view(&found) {
        Err(_) if header.view.is_none() && header.trained.data.image.is_none() => {
            return Ok(View::Identity);
        }
        fits => fits?,
    }
    found.rows().iter().for_each(|(name, _)| drop(extra.remove(name)));
    Ok(found)
}

/// The tensors of a training's state.
const TRAINING: [&str; 3] = ["training.params", "training.m", "training.v"];

/// The state of a training whose averaged weights `ema` are those of the network.
fn state(stand: &Stand, file: &Tensors, ema: &[f32]) -> Parsed<State> {
    let [params, m, v] = TRAINING.map(|name| file.tensor(name, &[ema.len()]));
    let adam =
        Adam { ema: ema.to_vec(), decay: stand.decay as f32, m: m?, v: v?, updates: stand.updates };
    Ok(State { step: stand.step, first_loss: stand.first_loss, params: params?, adam })
}

/// The bytes of a file of at most `most` bytes; its size is checked before anything is allocated.
fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let io = |e| Error::io("read", path, e);
    let wrong = |why: String| Error::File { path: path.into(), why };
    let about = std::fs::metadata(path).map_err(io)?;
    if !about.is_file() {
        return Err(wrong("it is not a file; give the path of a checkpoint".into()));
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
