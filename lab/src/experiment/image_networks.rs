//! The networks of the experiments on images: trained once, kept as files, and learned again when the settings differ.

use super::images::ImageExperiment;
use crate::data::{images_fingerprint, view_of_images};
use crate::drawings::DRAWN;
use crate::interrupt::{CtrlC, interrupted, listen};
use crate::watch::{Canvas, Progress, SamplesSoFar, Schedule};
use ndarray::{Array2, ArrayView2};
use scorelab::Result;
use scorelab::checkpoint::{Checkpoint, Kind, Model, Place, Recipe, Trained, TrainingData};
use scorelab::classifier::{ClassifierConfig, NoisyClassifier};
use scorelab::data::{Principal, View, from_pixels, to_pixels};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled};
use scorelab::metrics::{Judge, Judgement};
use scorelab::mixture::Labelled;
use scorelab::null_label::JointNet;
use scorelab::score::ScoreFn;
use scorelab::train::{Levels, TrainConfig};
use scorelab::training_loop::{Examples, Watcher, learn};
use scorelab_figures::lecture::TRAINING_SAMPLES;
use scorelab_figures::plot::{Text, words};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Updates of the joint network, at full size and at `--quick`.
const JOINT_STEPS: (usize, usize) = (12_000, 800);
/// Updates of the noisy classifier.
const NOISY_STEPS: (usize, usize) = (3000, 200);
/// Updates of the judge.
const JUDGE_STEPS: (usize, usize) = (3000, 300);
/// How often the joint network's training drops the label, twice as often as in the plane: guidance asks ∅ as often as
/// the class, and on images there is more to learn about ∅.
pub(super) const IMAGE_P_DROP: f64 = 0.2;
/// Principal components that the networks see; what lies off them is less than a grey level in most pixels.
const COMPONENTS: (usize, usize) = (128, 48);
/// How often the samples so far are drawn.
const SHOWN_EVERY: Duration = Duration::from_secs(30);
/// The noise levels used in training: those at which a digit takes shape.
const LEVELS: Levels = Levels { location: 0.0, width: 0.6 };

/// The networks of the experiments on images, and how they see images.
#[derive(Debug)]
pub struct ImageNets {
    /// Images less their mean, along their principal components.
    pub components: Principal,
    /// The score given a class and given none.
    pub joint: JointNet,
    /// The noisy classifier.
    pub noisy: NoisyClassifier,
    /// The judge, which sees pixels and guides nothing.
    pub judge: Judge,
}

impl ImageNets {
    /// What the score sees as pixels: (n, k) → (n, height·width).
    pub fn pixels(&self, z: ArrayView2<f64>) -> Array2<u8> {
        to_pixels(self.components.points(z).view())
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

impl ImageExperiment {
    /// One sample for each of the classes `wanted` (n), the same noise for every guide and γ, as pixels (n, height·width).
    ///
    /// # Errors
    /// If a sample is not finite.
    pub fn steered(
        &self,
        nets: &ImageNets,
        guide: Guide,
        gamma: Gamma,
        wanted: &[usize],
    ) -> Result<Array2<u8>> {
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
        let ends = self.ends_of(nets.components.spread.len(), wanted, guided)?;
        Ok(nets.pixels(ends.view()))
    }

    /// What the judge says about images that should be of the classes `wanted`, compared with the held-out ones.
    pub fn judged(&self, nets: &ImageNets, pixels: &Array2<u8>, wanted: &[usize]) -> Judgement {
        let reference = from_pixels(self.held_out.pixels.view());
        nets.judge.judge(from_pixels(pixels.view()).view(), wanted, reference.view())
    }

    /// What the judge says about the twin of the held-out images: the difference between two samples of the data.
    pub fn floor(&self, nets: &ImageNets) -> Judgement {
        self.judged(nets, &self.twin.pixels, &self.twin.labels)
    }

    /// The networks of these settings: read from their files or, where there are none, trained and written there.
    ///
    /// Ctrl-C ends the training that is going on early; what was learned is used, but not kept, and nothing is checked.
    ///
    /// # Errors
    /// If the number of steps is not one to train with, a file cannot be written, or a training diverges.
    pub fn nets(&mut self) -> Result<ImageNets> {
        let recipes = self.recipes();
        recipes[0].train.validated()?;
        let folder = self.networks_folder();
        let data = self.training_data();
        let files = ["joint", "noisy", "judge"].map(|what| self.network_file(what));
        let trained = recipes.each_ref().map(|r| Trained::here(data.clone(), Some(r.clone())));
        if let Some(nets) = load(&files, &trained) {
            let folder = folder.display();
            self.say(Text::from((
                format!("networks: loaded from {folder}, trained with these settings"),
                format!("mạng: đọc từ {folder}, đã được huấn luyện với các thiết lập này"),
            )));
            return Ok(nets);
        }
        let shown = folder.display();
        self.say(Text::from((
            format!("networks: none in {shown} were trained with these settings; training them"),
            format!("mạng: trong {shown} không có mạng nào được huấn luyện với các thiết lập này; đang huấn luyện"),
        )));
        let nets = self.train(&recipes)?;
        if !interrupted() {
            std::fs::create_dir_all(&folder)
                .map_err(|e| scorelab::Error::io("create", &folder, e))?;
            self.keep(save(nets, &files, &trained)?);
            return load(&files, &trained).ok_or_else(|| lost(&folder));
        }
        self.stopped_early();
        Ok(nets)
    }

    /// Where networks are kept.
    fn networks_folder(&self) -> PathBuf {
        self.flags.out.clone().unwrap_or_else(|| "out/digits".into())
    }

    /// The file of a network.
    pub(super) fn network_file(&self, what: &str) -> PathBuf {
        let quick = if self.quick { "-quick" } else { "" };
        self.networks_folder().join(format!("{what}{quick}.safetensors"))
    }

    /// What the networks are trained on.
    pub(super) fn training_data(&self) -> TrainingData {
        let images = &self.training;
        let data = TrainingData {
            name: images.name.clone(),
            points: images.labels.len(),
            image: Some((images.height, images.width)),
            fingerprint: Some(images_fingerprint(images)),
            ..TrainingData::default()
        };
        data.with_image_classes(&images.class_names)
    }

    /// The recipes of the joint network, the noisy classifier and the judge.
    pub(super) fn recipes(&self) -> [Recipe; 3] {
        let folder = self.flags.data.as_ref().map(|folder| folder.display().to_string());
        let common = Recipe {
            data: folder.map_or_else(|| Place::Images(DRAWN.into()), Place::Shuffled),
            points: self.training.labels.len(),
            components: self.size(COMPONENTS.0, COMPONENTS.1),
            levels: LEVELS,
            ..Recipe::default()
        };
        let train = TrainConfig { batch: 256, seed: self.seed, ..TrainConfig::default() };
        let joint = Recipe {
            model: Kind::Joint,
            width: self.size(512, 128),
            depth: 4,
            residual: true,
            embedding: 32,
            p_drop: IMAGE_P_DROP,
            train: TrainConfig {
                steps: self.flags.train_steps.unwrap_or(self.size(JOINT_STEPS.0, JOINT_STEPS.1)),
                clip: 1.0,
                ema: self.size(0.999, 0.99),
                ..train.clone()
            },
            ..common.clone()
        };
        let noisy = Recipe {
            model: Kind::Noisy,
            width: self.size(256, 64),
            depth: 3,
            train: TrainConfig { steps: self.size(NOISY_STEPS.0, NOISY_STEPS.1), ..train },
            ..common.clone()
        };
        let ClassifierConfig { width, depth, levels, train } = Judge::config(self.seed);
        let train = TrainConfig { steps: self.size(JUDGE_STEPS.0, JUDGE_STEPS.1), ..train };
        // the judge sees the pixels themselves
        let judge =
            Recipe { model: Kind::Clean, components: 0, width, depth, levels, train, ..common };
        [joint, noisy, judge]
    }

    /// Trains all of them, the joint network first.
    fn train(&self, [joint, noisy, judge]: &[Recipe; 3]) -> Result<ImageNets> {
        listen()?;
        let points = self.training.labelled();
        let view = view_of_images(points.x.view(), Some(joint.components));
        let View::Principal(components) = view else { unreachable!("components were asked for") };
        let seen = Labelled { x: components.coordinates(points.x.view()), y: points.y.clone() };
        let (classes, sigma_data, spread) =
            (self.classes(), components.sigma_data(), &components.widths()[..]);
        let seen = Examples { points: &seen, classes, sigma_data, spread };
        let view = View::Principal(components.clone());
        let mut so_far = self.so_far(&view);
        let mut bar = Progress::new("training the joint network", 0, joint.train.steps);
        let joint = learn(joint, seen, None, &mut [&mut bar, &mut CtrlC, &mut so_far])?.model;
        let stopped = interrupted();
        // a Ctrl-C that has ended the joint network's training does not end the other two at their first step
        let rest = |what: &'static str, recipe: &Recipe, examples: Examples| {
            let (mut bar, mut ctrl_c) = (Progress::new(what, 0, recipe.train.steps), CtrlC);
            let mut watchers: Vec<&mut dyn Watcher> = vec![&mut bar];
            if !stopped {
                watchers.push(&mut ctrl_c);
            }
            learn(recipe, examples, None, &mut watchers).map(|ended| ended.model)
        };
        let mut noisy = noisy.clone();
        if stopped {
            noisy.train.steps = NOISY_STEPS.1; // the rest is not to be waited for
        }
        let noisy = rest("training the noisy classifier", &noisy, seen)?;
        let pixels = Examples { points: &points, spread: &[], ..seen };
        let judge = rest("training the judge", judge, pixels)?;
        let (Model::Joint(joint), Model::Noisy(noisy), Model::Clean(classifier)) =
            (joint, noisy, judge)
        else {
            unreachable!("one of each kind was asked for")
        };
        Ok(ImageNets { components, joint, noisy, judge: Judge { classifier } })
    }

    /// What draws samples of the joint network, by the walk of the experiment.
    fn so_far<'a>(&self, view: &'a View) -> SamplesSoFar<'a> {
        let picture = self.output.dir.join(format!("{TRAINING_SAMPLES}.png"));
        let shown = picture.display();
        self.say(Text::from((
            format!("  samples so far: {shown}, twice a minute; Ctrl-C ends the training early"),
            format!("  mẫu hiện có: {shown}, mỗi phút hai lần; Ctrl-C dừng huấn luyện sớm"),
        )));
        let (size, class_names) =
            ((self.training.height, self.training.width), self.training.class_names.clone());
        let schedule = Schedule {
            process: self.process,
            grid: self.grid.clone(),
            sampler: self.sampler.clone(),
            seed: self.seed,
        };
        let canvas = Canvas::of_classes(size, view, class_names);
        SamplesSoFar::new(SHOWN_EVERY, canvas, schedule, self.output.clone())
    }
}

fn lost(folder: &Path) -> scorelab::Error {
    let why =
        "the networks just written there cannot be read back; is another program writing there?";
    scorelab::Error::File { path: folder.into(), why: why.into() }
}

/// The networks in these files, if all are there and were trained like this.
fn load(files: &[PathBuf; 3], trained: &[Trained; 3]) -> Option<ImageNets> {
    let read = |k: usize| {
        let found = Checkpoint::load(&files[k]).ok()?;
        (found.trained == trained[k]).then_some(found)
    };
    let [joint, noisy, judge] = [read(0)?, read(1)?, read(2)?];
    let (Model::Joint(net), Model::Noisy(noisy), Model::Clean(classifier)) =
        (joint.model, noisy.model, judge.model)
    else {
        return None;
    };
    let View::Principal(components) = joint.view else { return None };
    Some(ImageNets { components, joint: net, noisy, judge: Judge { classifier } })
}

/// Writes the networks, each with its view.
fn save(nets: ImageNets, files: &[PathBuf; 3], trained: &[Trained; 3]) -> Result<Vec<PathBuf>> {
    let ImageNets { components, joint, noisy, judge } = nets;
    let seen = View::Principal(components);
    let all = [
        (Model::Joint(joint), seen.clone()),
        (Model::Noisy(noisy), seen),
        (Model::Clean(judge.classifier), View::Identity),
    ];
    for (k, (model, view)) in all.into_iter().enumerate() {
        let mut checkpoint = Checkpoint::new(model, trained[k].clone());
        checkpoint.view = view;
        checkpoint.save(&files[k])?;
    }
    Ok(files.to_vec())
}
