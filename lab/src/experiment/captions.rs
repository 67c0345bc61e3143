//! What the experiments on captioned digits share: one network for all captions, a judge, and what is asked of them.

use super::run::{Experiment, run_on};
use crate::data::TrainingSet;
use crate::drawings::Drawn;
use crate::flags::{Defaults, ExperimentFlags};
use crate::given::without_effect;
use crate::interrupt::{CtrlC, interrupted, listen};
use crate::networks::{self, Loaded, ScoreModel};
use crate::sampling::finite;
use crate::view::Domain;
use crate::watch::Progress;
use ndarray::{Array2, ArrayView2};
use scorelab::checkpoint::{Checkpoint, Kind, Model, Recipe, Trained};
use scorelab::data::{
    Attribute, Attributes, Caption, Glyphs, HELD_OUT_PAIRS, View, from_pixels, to_pixels,
};
use scorelab::guidance::Gamma;
use scorelab::methods::{Plan, Rule, Score};
use scorelab::metrics::{CaptionHits, Judge, Shown};
use scorelab::nn::{Mlp, Net, Transformer};
use scorelab::null_label::JointNet;
use scorelab::sampler::Leg;
use scorelab::score::ScoreFn;
use scorelab::train::TrainConfig;
use scorelab::training_loop::{Learned, Watcher};
use scorelab::{Error, Result};
use scorelab_figures::lecture::ImageInputs;
use scorelab_figures::plot::Text;
use std::ops::{Deref, DerefMut};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// σ/α below which what is steered early is not steered: the digit and what it wears have their shapes.
pub const EARLY: f64 = 1.0;

/// An experiment on captioned digits.
pub struct CaptionExperiment {
    experiment: Experiment,
    /// The network of all captions.
    pub net: JointNet<Transformer>,
    /// A classifier of the digits, whatever they wear, that steers nothing.
    judge: Judge,
    /// How the network and the judge see images.
    view: View,
    judged: View,
}

impl Deref for CaptionExperiment {
    type Target = Experiment;

    fn deref(&self) -> &Experiment {
        &self.experiment
    }
}

impl DerefMut for CaptionExperiment {
    fn deref_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

impl AsMut<Experiment> for CaptionExperiment {
    fn as_mut(&mut self) -> &mut Experiment {
        &mut self.experiment
    }
}

/// Runs an experiment on captioned digits as a program; as [`run`](super::scene::run) does one on a scene. The network is that of
/// `--score`, or that of an earlier run with these settings, or learned first.
pub fn run_captions(
    name: &'static str,
    question: &'static str,
    next: &str,
    defaults: Defaults,
    body: impl FnOnce(&mut CaptionExperiment) -> Result<()>,
) -> ExitCode {
    let open = |flags: ExperimentFlags| CaptionExperiment::open(name, flags);
    run_on((name, question, next), defaults, open, body)
}

/// Captions that are asked for together.
pub struct Group {
    /// What they are called.
    pub name: &'static str,
    /// The captions, from the first again when more are needed.
    pub captions: Vec<Caption>,
}

impl Group {
    /// All groups: captions of the training, a digit alone, the held-out cells, and the held-out pairs.
    pub fn all() -> Vec<Group> {
        const SEEN: u64 = 1000;
        let drawn = |i| Glyphs { seed: 55 }.captioned(i).caption;
        let alone = |class| Caption { class, attributes: Attributes::NONE };
        let cell = |class| worn(class, &[Caption::held_out_cell(class)]);
        let mut all = vec![
            Group { name: "seen", captions: (0..SEEN).map(drawn).collect() },
            Group { name: "digit alone", captions: (0..10).map(alone).collect() },
            Group { name: "held-out cells", captions: (0..10).map(cell).collect() },
        ];
        let names = ["bold + underlined", "hat + boxed", "tilted + sunglasses"];
        for (name, pair) in names.into_iter().zip(HELD_OUT_PAIRS) {
            let of = (0..10).map(|class| worn(class, &pair));
            let captions = of.filter(|caption| !caption.is_in_held_out_cell()).collect();
            all.push(Group { name, captions });
        }
        all
    }

    /// n captions of the group, in turn.
    pub fn wanted(&self, n: usize) -> Vec<Caption> {
        self.captions.iter().copied().cycle().take(n).collect()
    }
}

/// A digit that wears these.
pub fn worn(class: usize, attributes: &[Attribute]) -> Caption {
    Caption { class, attributes: attributes.iter().copied().collect() }
}

impl CaptionExperiment {
    fn open(name: &'static str, flags: ExperimentFlags) -> Result<Self> {
        let (size, class_names) = ((28, 28), Drawn::Captions.class_names());
        let domain = |view: &View| Domain::Images {
            name: Recipe::CAPTIONS.into(),
            size,
            view: view.clone(),
            class_names: class_names.clone(),
            captioned: true,
            recipe: None,
        };
        let mut experiment = Experiment::new(name, flags, domain(&View::Identity))?;
        listen()?;
        let (net, view) = network(&mut experiment)?;
        let (judge, judged) = judge(&mut experiment)?;
        if interrupted() {
            experiment.stopped_early();
        }
        experiment.change(|setup| setup.data = domain(&view));
        Ok(CaptionExperiment { experiment, net, judge, view, judged })
    }

    /// Images (n, 28·28), the i-th along the score of its caption.
    ///
    /// # Errors
    /// If a sample is not finite.
    ///
    /// # Panics
    /// If a caption has more than two attributes.
    pub fn images<C: ScoreFn>(
        &self,
        score: impl Fn(Caption) -> C,
        wanted: &[Caption],
    ) -> Result<Array2<u8>> {
        let label = |caption: &Caption| caption.label().expect("a caption of two things at most");
        let labels: Vec<usize> = wanted.iter().map(label).collect();
        let of = |label| score(Caption::of_label(label).expect("a caption's label"));
        let z = self.starts(wanted.len(), self.data.dim());
        Ok(self.pixels(self.walk_classes(of, z.view(), &labels)?.view()))
    }

    /// Images (n, 28·28) of captions at a γ.
    ///
    /// # Errors
    /// If a sample is not finite.
    ///
    /// # Panics
    /// As [`CaptionExperiment::images`].
    pub fn guided(&self, gamma: Gamma, wanted: &[Caption]) -> Result<Array2<u8>> {
        self.images(|caption| self.net.guided(caption, gamma), wanted)
    }

    /// Images (n, 28·28) that are steered early: down to σ/α = [`EARLY`] along the score of each caption, and below it along the
    /// network's own score under it, γ = 1. Source: Kynkäänniemi et al. 2024 (2404.07724), eq. 5.
    ///
    /// # Errors
    /// If a sample is not finite.
    ///
    /// # Panics
    /// As [`CaptionExperiment::images`].
    pub fn steered_early<S: ScoreFn + 'static>(
        &self,
        score: impl Fn(Caption) -> S,
        wanted: &[Caption],
    ) -> Result<Array2<u8>> {
        let leg = |score: Score, down_to| Leg { score, down_to };
        let plan = |caption: Caption| {
            let own = self.net.given(caption);
            let legs = vec![leg(Arc::new(score(caption)), EARLY), leg(Arc::new(own), 0.0)];
            Plan { legs, rule: Rule::Own }
        };
        let label = |caption: &Caption| caption.label().expect("a caption of two things at most");
        let labels: Vec<usize> = wanted.iter().map(label).collect();
        let plans = wanted.iter().zip(&labels).map(|(caption, label)| (*label, plan(*caption)));
        let z = self.starts(wanted.len(), self.data.dim());
        let run = self.run(z.view());
        let x = Plan::walk_classes(&plans.collect(), &self.sampler, run, &labels);
        Ok(self.pixels(finite(x)?.view()))
    }

    /// What images (n, 28·28) show, their ink normalised and as it is.
    pub fn shown(&self, pixels: &Array2<u8>) -> [Vec<Shown>; 2] {
        let seen = self.judged.coordinates(from_pixels(pixels.view()).view());
        let digits = self.judge.classes(seen.view());
        [false, true].map(|raw| Shown::in_images(pixels.view(), &digits, raw))
    }

    /// How often images (n, 28·28) show what is wanted of them.
    pub fn hits(&self, pixels: &Array2<u8>, wanted: &[Caption]) -> CaptionHits {
        CaptionHits::of(&self.shown(pixels)[0], wanted)
    }

    /// Drawings (n, 28·28) of captions that no network has seen.
    pub fn drawings(&self, wanted: &[Caption]) -> Array2<u8> {
        let glyphs = Glyphs { seed: self.seed.wrapping_add(2) };
        let mut pixels = Array2::zeros((wanted.len(), 28 * 28));
        for (i, (mut row, caption)) in pixels.outer_iter_mut().zip(wanted).enumerate() {
            let drawing = glyphs.draw_as(i as u64, *caption);
            row.iter_mut().zip(drawing.pixels).for_each(|(own, pixel)| *own = pixel);
        }
        pixels
    }

    /// Points of the network as images.
    pub fn pixels(&self, x: ArrayView2<f64>) -> Array2<u8> {
        to_pixels(self.view.points(x).view())
    }

    /// Images as points of the network.
    pub fn points(&self, pixels: ArrayView2<u8>) -> Array2<f64> {
        self.view.coordinates(from_pixels(pixels).view())
    }

    /// What figures of images need.
    pub fn inputs(&self) -> ImageInputs<'_> {
        ImageInputs {
            size: (28, 28),
            classes: self.data.classes(),
            target: "".into(),
            process: self.process,
            grid: &self.grid,
            sampler: &self.sampler,
            seed: self.seed,
            pixels: Box::new(|x| self.pixels(x)),
            samples: Box::new(|gamma, wanted| {
                let of = |label| Caption::of_label(label).expect("a caption's label");
                let wanted: Vec<Caption> = wanted.into_iter().flatten().map(of).collect();
                self.guided(gamma, &wanted)
            }),
            captions: Some(self.net.clone()),
        }
    }
}

/// The recipe of the network: that of `scorelab train --model caption` or, at `--quick`, a small one of some seconds.
fn recipe(experiment: &Experiment) -> Recipe {
    let full = Recipe::of(Kind::Caption);
    let small = TrainConfig { steps: 150, batch: 64, ema: 0.98, warmup: 50, ..full.train.clone() };
    let quick = Recipe { width: 32, depth: 2, points: 3000, train: small, ..full.clone() };
    let mut recipe = experiment.size(full, quick);
    recipe.train.seed = experiment.seed;
    recipe.train.steps = experiment.flags.train_steps.unwrap_or(recipe.train.steps);
    recipe
}

/// The network of `--score`, of an earlier run with these settings, or of a training, and how it sees images.
fn network(experiment: &mut Experiment) -> Result<(JointNet<Transformer>, View)> {
    if let Some(path) = experiment.flags.score.clone() {
        if experiment.flags.train_steps.is_some() {
            return Err(without_effect("train-steps", "the network of --score is trained"));
        }
        return opened(&path.display().to_string());
    }
    let recipe = recipe(experiment);
    let learned =
        learned::<Transformer>(experiment, ["captions", "training the network"], &recipe)?;
    let Model::Joint(net) = learned.model else { unreachable!("a joint network was asked for") };
    if let Some((step, seconds)) = learned.trained {
        let images = (step * recipe.train.batch) as f64;
        let flops = 3.0 * net.network().config.forward_flops(3) * images;
        experiment.say(Text::from((
            format!("network: {step} steps, {flops:.1e} FLOP of training, {seconds:.0} s"),
            format!("mạng: {step} bước, {flops:.1e} FLOP huấn luyện, {seconds:.0} giây"),
        )));
    }
    Ok((net, learned.view))
}

fn opened(path: &str) -> Result<(JointNet<Transformer>, View)> {
    let loaded = Loaded::of(path)?;
    let view = loaded.view().clone();
    match networks::score(path, loaded, Vec::new())? {
        ScoreModel::Captions(net) => Ok((net, view)),
        _ => Err(without_captions(path)),
    }
}

/// Refuses the network of `--score`.
pub(super) fn without_captions(path: &str) -> Error {
    networks::wrong_kind(path, "network without captions", "one that knows them")
}

/// The judge of an earlier run with these settings, or of a training on other drawings than the network's, and how it sees images.
fn judge(experiment: &mut Experiment) -> Result<(Judge, View)> {
    let config = Judge::config(experiment.seed);
    let (points, width, steps) = experiment.size((60_000, 128, 4000), (4000, 64, 500));
    let train = TrainConfig { steps, seed: experiment.seed.wrapping_add(1), ..config.train };
    let data = Recipe::of(Kind::Caption).data;
    let recipe =
        Recipe { width, depth: config.depth, points, data, train, ..Recipe::of(Kind::Clean) };
    let learned = learned::<Mlp>(experiment, ["caption-judge", "training the judge"], &recipe)?;
    let Model::Clean(classifier) = learned.model else { unreachable!("a clean classifier") };
    Ok((Judge { classifier }, learned.view))
}

/// A network, how it sees images and, if it was trained now, its steps and seconds.
struct Found<N: Net> {
    model: Model<N>,
    view: View,
    trained: Option<(usize, f64)>,
}

/// The network of this recipe that an earlier run has left or, where there is none, that of a training, which is kept unless Ctrl-C
/// has stopped something.
fn learned<N: Learned>(
    experiment: &mut Experiment,
    [name, doing]: [&'static str; 2],
    recipe: &Recipe,
) -> Result<Found<N>> {
    let folder = experiment.flags.out.clone().unwrap_or_else(|| "out/captions".into());
    let file = folder.join(format!("{name}{}.safetensors", experiment.size("", "-quick")));
    let found = Checkpoint::<N>::load_as(&file).ok();
    if let Some(found) = found.filter(|found| found.trained.recipe.as_ref() == Some(recipe)) {
        let file = file.display();
        experiment.say(Text::from((
            format!("{name}: loaded from {file}, trained with these settings"),
            format!("{name}: đọc từ {file}, đã được huấn luyện với các thiết lập này"),
        )));
        return Ok(Found { model: found.model, view: found.view, trained: None });
    }
    let set = TrainingSet::of(recipe, experiment.memory)?;
    let (mut bar, mut ctrl_c) = (Progress::new(doing, 0, recipe.train.steps), CtrlC);
    let mut watchers: Vec<&mut dyn Watcher<N>> = vec![&mut bar];
    if !interrupted() {
        watchers.push(&mut ctrl_c); // one that has ended the training before does not end this one at its first step
    }
    let began = Instant::now();
    let ended = N::learn(recipe, set.examples(), None, &mut watchers)?;
    let trained = Some((ended.step, began.elapsed().as_secs_f64()));
    let (mut model, mut view) = (ended.model, set.view.clone());
    if !interrupted() {
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let header = Trained::here(set.header.clone(), Some(recipe.clone()));
        let mut checkpoint = Checkpoint::new(model, header);
        checkpoint.view = view;
        checkpoint.save(&file)?;
        experiment.keep(vec![file]);
        (model, view) = (checkpoint.model, checkpoint.view);
    }
    Ok(Found { model, view, trained })
}
