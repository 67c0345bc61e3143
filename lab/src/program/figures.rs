//! What the figures of `scorelab plot` are drawn from, as the flags say.

use super::images::{Yardstick, pictures};
use super::networks::{fits, load, wrong_kind};
use super::plot::Plot;
use super::source::{ScoreArgs, Source};
use crate::{Billed, Defaults, Lab};
use ndarray::{Array2, ArrayView2};
use scorelab::checkpoint::{Model, Recipe};
use scorelab::data::{Scene, to_pixels};
use scorelab::guidance::Gamma;
use scorelab::mixture::Noiseless;
use scorelab::noise::{Grid, Process};
use scorelab::null_label::JointNet;
use scorelab::sampler::Method;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::train::TrainConfig;
use scorelab::{Error, Result};
use scorelab_figures::lecture::{
    Bill, Classifier, ImageInputs, Inputs, Need, Setting, Spec, Trainer,
};
use scorelab_figures::plot::{Role, Text, words};
use std::sync::Arc;

impl Plot {
    /// All that these figures may need. What takes time to open is opened only if one of them asks for it.
    ///
    /// # Errors
    /// If a file cannot be read, or holds another kind of network.
    pub(super) fn inputs<'a>(
        &'a self,
        source: &'a Source,
        specs: &[&Spec],
        gammas: Vec<Gamma>,
        (process, grid, sampler): (Process, &'a Grid, &'a Method),
    ) -> Result<Inputs<'a>> {
        let asked = |need: Need| specs.iter().any(|spec| spec.needs.contains(&need));
        let (class, seed) = (source.class.unwrap_or(0), self.walk.seed);
        let on = |scene| Setting { scene, class, process, grid, sampler, seed };
        let setting = source.scene().map(on);
        let runs = match (asked(Need::Runs), source.scene()) {
            (true, Some(scene)) => self.runs(scene)?,
            _ => Vec::new(),
        };
        let both = match (asked(Need::Clean), source.scene()) {
            (true, Some(scene)) => Some(self.with_and_without_noise(source, scene)?),
            _ => None,
        };
        let trainer = setting.map(|s| Box::new(OwnNetworks { plot: self, setting: s }) as _);
        let judge = match (&self.judge, asked(Need::Judge)) {
            (Some(path), true) => Some(self.judge(path, source)?),
            _ => None,
        };
        let walk = (process, grid, sampler);
        let images = source.scene().is_none().then(|| self.images(source, walk));
        Ok(Inputs {
            setting,
            class: source.class,
            every_class: source.all,
            samples: self.walk.samples,
            frames: self.frames,
            gammas,
            method: source.title(),
            role: if source.learned_classifier() { Role::Likelihood } else { Role::Guided },
            own_method: source.own_way(),
            learned: source.learned(),
            score: source.free(),
            guided: Box::new(|gamma| source.guided(source.class, gamma, &[])),
            classifier: source.apart().ok().map(|(_, likelihood)| Arc::new(likelihood) as _),
            noisy: source.noisy(),
            with_and_without_noise: both,
            joint: source.joint().ok(),
            guiding: source.autoguided(),
            runs,
            trainer,
            images,
            judge: judge.map(|judge| Box::new(judge) as _),
        })
    }

    fn judge(&self, path: &str, source: &Source) -> Result<Yardstick> {
        let drawn = (self.walk.samples, self.walk.seed);
        Yardstick::open(Some(path), source, drawn, self.common.memory)
    }

    /// What figures of images need besides.
    fn images<'a>(
        &'a self,
        source: &'a Source,
        (process, grid, sampler): (Process, &'a Grid, &'a Method),
    ) -> ImageInputs<'a> {
        let (names, class) = (source.class_names(), source.class.unwrap_or(0));
        let (_, size) = source.finished(Array2::zeros((0, source.dim())));
        let pixels = |x: ArrayView2<f64>| to_pixels(source.finished(x.to_owned()).0.view());
        let samples = |gamma, wanted: Option<Vec<usize>>| {
            pictures(&self.walk, source, gamma, wanted, self.common.memory)
        };
        ImageInputs {
            size: size.expect("a source of images"),
            classes: names.len(),
            target: (names[class].en.clone(), names[class].vi.clone()).into(),
            process,
            grid,
            sampler,
            seed: self.walk.seed,
            pixels: Box::new(pixels),
            samples: Box::new(samples),
        }
    }

    /// The runs by their p_drop; all else must be alike.
    fn runs(&self, scene: &Scene) -> Result<Vec<(f64, JointNet)>> {
        let mut nets: Vec<(f64, Recipe, JointNet)> = Vec::new();
        for path in &self.runs {
            let (recipe, net) = joint_run(path, scene)?;
            let rate = recipe.p_drop;
            let train = TrainConfig { seed: 0, ..recipe.train };
            let rest = Recipe { p_drop: 0.0, train, ..recipe };
            if nets.iter().any(|(p, other, _)| *p == rate || *other != rest) {
                let why = format!(
                    "--runs {} must differ in their p_drop and in nothing else",
                    self.runs.join(",")
                );
                return Err(Error::Usage { why });
            }
            nets.push((rate, rest, net));
        }
        nets.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(nets.into_iter().map(|(rate, _, net)| (rate, net)).collect())
    }

    /// A classifier that knows noise and one that does not.
    fn with_and_without_noise(&self, source: &Source, scene: &Scene) -> Result<[Classifier; 2]> {
        let blind = |class| Arc::new(Noiseless(scene.mixture.posterior(class))) as _;
        let clean: Vec<Arc<dyn Likelihood>> = match &self.clean {
            None => (0..scene.mixture.classes()).map(blind).collect(),
            Some(path) => clean(path, scene)?.likelihoods(),
        };
        let clean_data = Text::new("trained on clean data only", "chỉ học dữ liệu sạch");
        let exact = Text::new("exact, sees the noise", "chính xác, thấy nhiễu");
        let exact_blind = Text::new("exact, blind to noise", "chính xác, không thấy nhiễu");
        let noisy_title = match (source.blind(), source.learned_classifier()) {
            (true, _) => clean_data.clone(),
            (false, true) => words::NOISY_CLASSIFIER,
            (false, false) => exact,
        };
        let clean_title = if self.clean.is_some() { clean_data } else { exact_blind };
        Ok([
            Classifier::new(noisy_title, source.likelihoods()),
            Classifier::new(clean_title, clean),
        ])
    }

    /// The frame of an experiment, for the figures that train their own networks.
    fn lab(&self, s: &Setting) -> Result<Lab> {
        let defaults = Defaults::default();
        let mut settings = defaults.settings("plot", "", ["plot".into()]);
        settings.seed = s.seed;
        settings.samples = Some(self.walk.samples);
        settings.steps = Some(self.walk.steps);
        (settings.process, settings.sampler) = (self.walk.process, self.walk.sampler);
        settings.look = self.look.clone();
        settings.out = Some(self.out.clone());
        let mut lab = Lab::new("plot", settings, defaults)?;
        (lab.scene, lab.class) = (s.scene.clone(), s.class);
        Ok(lab)
    }
}

/// Trains the networks of the figures that have their own.
struct OwnNetworks<'a> {
    plot: &'a Plot,
    setting: Setting<'a>,
}

impl Trainer for OwnNetworks<'_> {
    fn losses(&self) -> Result<(Vec<f64>, f64)> {
        let lab = self.plot.lab(&self.setting)?;
        let data = lab.training_set()?;
        let (score, losses) = lab.train_score_with_losses(&data)?;
        Ok((losses, lab.loss_floor(&data, &score)))
    }

    fn bills(&self) -> Result<[Bill; 2]> {
        let lab = self.plot.lab(&self.setting)?;
        Billed::train(&lab)?.bills(&lab)
    }
}

/// The joint network of a run on this scene, and the recipe it was trained by.
fn joint_run(path: &str, scene: &Scene) -> Result<(Recipe, JointNet)> {
    let checkpoint = load(path)?;
    let told = checkpoint.trained;
    let Model::Joint(net) = checkpoint.model else {
        return Err(wrong_kind(path, &checkpoint.model, "a joint network"));
    };
    let Some(recipe) = told.recipe else {
        let why = "it does not say its p_drop; take a run of `scorelab train`".into();
        return Err(Error::File { path: path.into(), why });
    };
    if told.data.name != scene.name {
        let name = &scene.name;
        let why = format!(
            "--runs {path} was not trained on the scene {name}; name its own scene with --scene"
        );
        return Err(Error::Usage { why });
    }
    let own = (net.mlp().config.inputs, net.classes());
    fits("--runs", own, (scene.mixture.dim(), scene.mixture.classes()))?;
    Ok((recipe, net))
}

/// The clean classifier of this name, which must be of the same scene.
fn clean(path: &str, scene: &Scene) -> Result<Source> {
    let args = ScoreArgs {
        score: "exact".into(),
        scene: None,
        class: None,
        classifier: Some(path.into()),
        gradient_scale: 1.0,
        guiding: None,
    };
    let clean = Source::open(&args)?;
    if clean.blind() && clean.scene().is_some_and(|own| own.name == scene.name) {
        return Ok(clean);
    }
    let name = &scene.name;
    let why = format!("--clean {path} must be a clean classifier trained on the scene {name}");
    Err(Error::Usage { why })
}

impl Source {
    /// The likelihood of the wanted class by a classifier that was learned on noisy data, if it is one.
    fn noisy(&self) -> Option<Arc<dyn Likelihood>> {
        let noisy = self.learned_classifier() && !self.blind();
        self.class.filter(|_| noisy).map(|class| self.likelihoods().swap_remove(class))
    }

    /// What steers, in words.
    pub(super) fn title(&self) -> Text {
        if self.autoguided() {
            return Text::new("autoguided", "tự điều hướng");
        }
        match (self.learned_classifier(), self.classified(), self.joint().is_ok()) {
            (true, ..) => Text::new("learned classifier", "bộ phân loại đã học"),
            (false, true, _) => Text::new("exact classifier", "bộ phân loại chính xác"),
            (false, false, true) => Text::new("one joint network", "một mạng học chung"),
            (false, false, false) => words::BY_THE_EXACT_SCORE,
        }
    }
}
