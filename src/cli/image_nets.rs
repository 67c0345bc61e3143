//! The networks of the experiments on images: trained once, kept as files, and learned again when the settings differ.

use super::interrupt::{interrupted, listen};
use super::{ImageLab, Progress};
use crate::Result;
use crate::checkpoint::{Checkpoint, Model, Provenance};
use crate::classifier_free::JointNet;
use crate::classifier_guidance::{ClassifierConfig, NoisyClassifier};
use crate::data::{Images, Principal, from_pixels, to_pixels};
use crate::guidance::{ClassifierGuided, Gamma, GradientScaled};
use crate::lecture::{SO_FAR, images_so_far};
use crate::metrics::{Judge, Judgement};
use crate::mixture::Labelled;
use crate::nn::{MlpConfig, Target};
use crate::plot::{self, Format, Output, Text, words};
use crate::score::ScoreFn;
use crate::train::{Levels, TrainConfig, Training};
use ndarray::{Array2, ArrayView2};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Updates of the joint network, at full size and at `--quick`.
const JOINT_STEPS: (usize, usize) = (12_000, 800);
/// Updates of the noisy classifier.
const NOISY_STEPS: (usize, usize) = (3000, 200);
/// Updates of the judge.
const JUDGE_STEPS: (usize, usize) = (3000, 300);
/// How often the joint network's training drops the label: guidance asks ∅ as often as the class.
const P_DROP: f64 = 0.2;
/// Principal components that the networks see; what lies off them is less than a grey level in most pixels.
const COMPONENTS: (usize, usize) = (128, 48);
/// The most images that the components are found from.
const FRAMED: usize = 10_000;
/// How often the samples so far are drawn.
const SHOWN_EVERY: Duration = Duration::from_secs(30);
/// Which noise levels are practised: those at which a digit takes shape.
const LEVELS: Levels = Levels { location: 0.0, width: 0.6 };

/// The networks of the experiments on images, and the frame that they see images in.
#[derive(Debug)]
pub struct ImageNets {
    /// Images less their mean, along their principal components.
    pub frame: Principal,
    /// The score given a class and given none.
    pub joint: JointNet,
    /// The noisy classifier.
    pub noisy: NoisyClassifier,
    /// The judge, which sees pixels and guides nothing.
    pub judge: Judge,
}

impl ImageNets {
    /// Points of the frame as pixels: (n, k) → (n, height·width).
    pub fn pixels(&self, z: ArrayView2<f64>) -> Array2<u8> {
        to_pixels(self.frame.points(z).view())
    }
}

/// A way to steer images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Guide {
    /// By the noisy classifier, its gradient multiplied by this factor.
    Classifier(f64),
    /// By the joint network alone.
    Free,
}

impl Guide {
    /// What it is called.
    pub fn name(self) -> Text {
        match self {
            Guide::Classifier(_) => words::CLASSIFIER_GUIDANCE,
            Guide::Free => words::CLASSIFIER_FREE_GUIDANCE,
        }
    }
}

impl ImageLab {
    /// One sample for each of the classes `wanted` (n), the same noise for every guide and γ, as pixels (n, height·width).
    pub fn steered(
        &self,
        nets: &ImageNets,
        guide: Guide,
        gamma: Gamma,
        wanted: &[usize],
    ) -> Array2<u8> {
        let guided = |class| -> Box<dyn ScoreFn> {
            match guide {
                Guide::Free => Box::new(nets.joint.guided(class, gamma)),
                Guide::Classifier(scale) => {
                    let score = nets.joint.unconditional();
                    let likelihood = GradientScaled { likelihood: nets.noisy.given(class), scale };
                    Box::new(ClassifierGuided { score, likelihood, gamma })
                }
            }
        };
        let k = nets.frame.spread.len();
        let ends = self.ends(k, wanted, guided);
        nets.pixels(ends.view())
    }

    /// What the judge says of images that are to be of the classes `wanted`, beside the held-out ones.
    pub fn judged(&self, nets: &ImageNets, pixels: &Array2<u8>, wanted: &[usize]) -> Judgement {
        let reference = from_pixels(self.held_out.pixels.view());
        nets.judge.judge(from_pixels(pixels.view()).view(), wanted, reference.view())
    }

    /// What the judge says of the twin of the held-out images: what two samples of the data differ by.
    pub fn floor(&self, nets: &ImageNets) -> Judgement {
        self.judged(nets, &self.twin.pixels, &self.twin.labels)
    }

    /// The networks of these settings: read from their files or, where there are none, trained and written there.
    ///
    /// Ctrl-C ends the training of the joint network early; what was learned is used, but not kept, and nothing is checked.
    ///
    /// # Errors
    /// If the number of steps is not one to train with, a file cannot be written, or a training diverges.
    pub fn nets(&mut self) -> Result<ImageNets> {
        self.joint_config().validated()?;
        let folder = self.settings.out.clone().unwrap_or_else(|| "out/digits".into());
        let files = ["joint", "noisy", "judge"].map(|what| {
            let quick = if self.settings.quick { "-quick" } else { "" };
            folder.join(format!("{what}{quick}.safetensors"))
        });
        let provenance = self.provenance();
        if let Some(nets) = load(&files, &provenance) {
            println!("networks: those of these settings, from {}", folder.display());
            return Ok(nets);
        }
        println!("networks: none of these settings in {}; training them", folder.display());
        let nets = self.train()?;
        if !interrupted() {
            std::fs::create_dir_all(&folder).map_err(|e| crate::Error::io("create", &folder, e))?;
            self.keep(save(nets, &files, &provenance)?);
            return load(&files, &provenance).ok_or_else(|| lost(&folder));
        }
        self.stopped_early();
        Ok(nets)
    }

    /// What the networks depend on.
    fn provenance(&self) -> Provenance {
        let Images { name, labels, pixels, .. } = &self.training;
        let ink: u64 = pixels.iter().map(|p| u64::from(*p)).sum();
        let data = format!("{} {name}, ink {ink}", labels.len());
        let mut provenance = Provenance::here(data, self.settings.seed);
        let recipe = format!(
            "{:?} {:?} {:?} {:?} p_drop {P_DROP} {LEVELS:?}",
            self.shape(),
            self.joint_config(),
            self.noisy_config(),
            self.judge_config()
        );
        provenance.notes.insert("recipe".into(), recipe);
        provenance
    }

    fn shape(&self) -> MlpConfig {
        let k = self.size(COMPONENTS.0, COMPONENTS.1);
        MlpConfig {
            inputs: k,
            outputs: k,
            width: self.size(512, 128),
            depth: 4,
            residual: true,
            embedding: 32,
            ..MlpConfig::default()
        }
    }

    fn joint_config(&self) -> TrainConfig {
        TrainConfig {
            steps: self.settings.train_steps.unwrap_or(self.size(JOINT_STEPS.0, JOINT_STEPS.1)),
            batch: 256,
            learning_rate: 3e-3,
            clip: 1.0,
            ema: self.size(0.999, 0.99),
            seed: self.settings.seed,
            ..TrainConfig::default()
        }
    }

    fn noisy_config(&self) -> ClassifierConfig {
        let steps = self.size(NOISY_STEPS.0, NOISY_STEPS.1);
        let train =
            TrainConfig { steps, batch: 256, seed: self.settings.seed, ..TrainConfig::default() };
        ClassifierConfig { width: self.size(256, 64), depth: 3, levels: LEVELS, train }
    }

    fn judge_config(&self) -> ClassifierConfig {
        let mut config = Judge::config(self.settings.seed);
        config.train.steps = self.size(JUDGE_STEPS.0, JUDGE_STEPS.1);
        config
    }

    /// Trains all of them, the joint network first.
    fn train(&self) -> Result<ImageNets> {
        listen()?;
        let Labelled { x, y } = self.training.labelled();
        let some = x.slice_axis(ndarray::Axis(0), ndarray::Slice::from(..x.nrows().min(FRAMED)));
        let frame = Principal::of(some, self.shape().inputs);
        let seen = Labelled { x: frame.coordinates(x.view()), y: y.clone() };
        let joint = self.train_joint(&frame, &seen)?;
        let mut config = self.noisy_config();
        if interrupted() {
            config.train.steps = NOISY_STEPS.1; // the rest is not to be waited for
        }
        let mut progress = Progress::new("training the noisy classifier", config.train.steps);
        let noisy = NoisyClassifier::train(&seen, &config, |s| progress.step(s))?;
        progress.finish();
        let config = self.judge_config();
        let mut progress = Progress::new("training the judge", config.train.steps);
        let judge = Judge::train(&Labelled { x, y }, &config, |s| progress.step(s))?;
        progress.finish();
        Ok(ImageNets { frame, joint, noisy, judge })
    }

    fn train_joint(&self, frame: &Principal, seen: &Labelled) -> Result<JointNet> {
        let (sigma, seed) = (frame.sigma_data(), self.settings.seed);
        let net = JointNet::new(self.shape(), self.classes(), Target::Edm, sigma, seed)?;
        let net = net.with_spread(frame.widths());
        let objective = net.objective(seen, LEVELS, P_DROP)?;
        let config = self.joint_config();
        let mut progress = Progress::new("training the joint network", config.steps);
        let picture = self.output.dir.join(format!("{SO_FAR}.png"));
        println!(
            "  samples so far: {}, twice a minute; Ctrl-C ends the training early",
            picture.display()
        );
        let mut training = Training::new(net.mlp().clone(), &objective, config)?;
        let mut shown = Instant::now();
        while let Some(step) = training.next() {
            let step = step?;
            progress.step(step);
            if interrupted() {
                break;
            }
            if shown.elapsed() > SHOWN_EVERY {
                let so_far = net.with_weights(training.averaged());
                self.show_so_far(frame, &so_far, step.step + 1)?;
                shown = Instant::now();
            }
        }
        progress.finish();
        let mlp = training.finish();
        Ok(net.with_weights(mlp))
    }

    /// Ten samples of each class, from the same noise each time.
    fn show_so_far(&self, frame: &Principal, net: &JointNet, step: usize) -> Result<()> {
        let classes = self.classes();
        let wanted: Vec<usize> = (0..10 * classes).map(|i| i / 10).collect();
        let gamma = Gamma::new(2.0)?;
        let ends = self.ends(frame.spread.len(), &wanted, |class| net.guided(class, gamma));
        let pixels = to_pixels(frame.points(ends.view()).view());
        let size = (self.training.height, self.training.width);
        let names: Vec<Text> = (0..classes).map(|class| self.class_name(class)).collect();
        let figure = images_so_far(step, Some(gamma), pixels, size, &names);
        let (formats, width) = (vec![Format::Png], 1280);
        let output = Output { formats, width, panel: None, ..self.output.clone() };
        plot::write(&figure, &output).map(|_| ())
    }
}

fn lost(folder: &Path) -> crate::Error {
    let why =
        "the networks just written there cannot be read back; is another program writing there?";
    crate::Error::File { path: folder.into(), why: why.into() }
}

/// The networks of these files, if all are there and of this provenance.
fn load(files: &[PathBuf; 3], provenance: &Provenance) -> Option<ImageNets> {
    let read = |path: &PathBuf| {
        Checkpoint::load(path).ok().filter(|found| found.provenance == *provenance)
    };
    let [joint, noisy, judge] = [read(&files[0])?, read(&files[1])?, read(&files[2])?];
    let (Model::Joint(net), Model::Noisy(noisy), Model::Clean(classifier)) =
        (joint.model, noisy.model, judge.model)
    else {
        return None;
    };
    let frame = Principal::of_rows(|name| joint.extra.get(name))?;
    if frame.spread.len() != net.mlp().config.inputs {
        return None;
    }
    let joint = net.with_spread(frame.widths());
    Some(ImageNets { frame, joint, noisy, judge: Judge { classifier } })
}

/// Writes the networks; the frame goes with the joint one.
fn save(nets: ImageNets, files: &[PathBuf; 3], provenance: &Provenance) -> Result<Vec<PathBuf>> {
    let ImageNets { frame, joint, noisy, judge } = nets;
    let models = [Model::Joint(joint), Model::Noisy(noisy), Model::Clean(judge.classifier)];
    for (k, (model, path)) in models.into_iter().zip(files).enumerate() {
        let mut checkpoint = Checkpoint::new(model, provenance.clone());
        if k == 0 {
            checkpoint.extra.extend(frame.rows());
        }
        checkpoint.save(path)?;
    }
    Ok(files.to_vec())
}
