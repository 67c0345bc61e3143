//! What the figures of `scorelab plot` are drawn from, as the flags say.

use super::plot::Plot;
use crate::experiment::Billed;
use crate::flags::ScoreFlags;
use crate::judge::Yardstick;
use crate::networks::{fits, load, of_scene, wrong_kind};
use crate::setup::Typed;
use crate::steering::{Spelled, Steering};
use scorelab::checkpoint::{Model, Recipe};
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::methods::{self, Score};
use scorelab::mixture::Noiseless;
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::train::TrainConfig;
use scorelab::{Error, Result};
use scorelab_figures::lecture::{Bill, Classifier, Inputs, Need, Spec, Trainer};
use scorelab_figures::plot::{Role, Text, words};
use std::sync::Arc;

impl Plot {
    /// All that these figures may need. What takes time to open is opened only if one of them asks for it.
    ///
    /// # Errors
    /// If a file cannot be read, or holds another kind of network.
    pub(super) fn inputs<'a>(
        &'a self,
        source: &'a Steering,
        specs: &[&Spec],
        gammas: Vec<Gamma>,
    ) -> Result<Inputs<'a>> {
        let asked = |need: Need| specs.iter().any(|spec| spec.needs.contains(&need));
        let scene = source.data.scene();
        let of_scene = |need| scene.filter(|_| asked(need));
        let runs = of_scene(Need::Runs).map_or(Ok(Vec::new()), |scene| self.runs(scene))?;
        let both = of_scene(Need::Clean).map(|scene| self.with_and_without_noise(source, scene));
        let judge = self.judge.as_deref().filter(|_| asked(Need::Judge));
        let judge = judge.map(|path| Yardstick::open(Some(path), source));
        Ok(Inputs {
            setting: scene.map(|_| source.setting()),
            class: source.class,
            observation: source.observed.as_ref().map(|o| o.observation.clone()),
            every_class: source.all,
            samples: source.samples,
            frames: self.frames,
            gammas,
            method: source.title(),
            role: if source.learned_classifier() { Role::Likelihood } else { Role::Guided },
            own_method: source.own_way(),
            learned: source.learned(),
            score: source.free(),
            guided: Box::new(|gamma| source.guided(gamma)),
            one_score: source.one_score(),
            classifier: source.steering_classifier().filter(|_| source.by_classifier()),
            noisy: source.noisy(),
            with_and_without_noise: both.transpose()?,
            joint: source.joint().ok(),
            guiding: source.autoguided(),
            named: source.guidance.named,
            runs,
            trainer: scene.map(|_| Box::new(OwnNetworks(source)) as _),
            images: scene.is_none().then(|| source.image_inputs()),
            judge: judge.transpose()?.map(|judge| Box::new(judge) as _),
        })
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
                let given = self.runs.join(",");
                let why = format!("--runs {given} must differ in their p_drop and nothing else");
                return Err(Error::Usage { why });
            }
            nets.push((rate, rest, net));
        }
        nets.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(nets.into_iter().map(|(rate, _, net)| (rate, net)).collect())
    }

    /// A classifier that sees noise and one that does not.
    fn with_and_without_noise(&self, source: &Steering, scene: &Scene) -> Result<[Classifier; 2]> {
        let blind = |class| Arc::new(Noiseless(scene.mixture.posterior(class))) as _;
        let clean: Vec<Arc<dyn Likelihood>> = match &self.clean {
            None => (0..scene.mixture.classes()).map(blind).collect(),
            Some(path) => self.clean(path, scene)?.likelihoods(),
        };
        let clean_data = Text::new("trained on clean data only", "chỉ học dữ liệu sạch");
        let exact = Text::new("exact, sees the noise", "chính xác, biết mức nhiễu");
        let exact_blind = Text::new("exact, blind to noise", "chính xác, không biết mức nhiễu");
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

    /// The clean classifier of this name, which must be of the same scene.
    fn clean(&self, path: &str, scene: &Scene) -> Result<Steering> {
        let flags = ScoreFlags { classifier: Some(path.into()), ..ScoreFlags::default() };
        let typed = Typed::new("plot", (&self.walk, &self.common.machine), self);
        let clean = Steering::open(&flags, Spelled::default(), Typed { walks: false, ..typed })?;
        if clean.blind() && clean.data.scene().is_some_and(|own| own.name == scene.name) {
            return Ok(clean);
        }
        let name = &scene.name;
        let why = format!("--clean {path} must be a clean classifier trained on the scene {name}");
        Err(Error::Usage { why })
    }
}

/// Trains the networks of the figures that have their own.
struct OwnNetworks<'a>(&'a Steering);

impl Trainer for OwnNetworks<'_> {
    fn losses(&self) -> Result<(Vec<f64>, f64)> {
        let data = self.0.training_set()?;
        let (score, losses) = self.0.train_score_with_losses(&data)?;
        Ok((losses, self.0.loss_floor(&data, &score)))
    }

    fn bills(&self) -> Result<[Bill; 2]> {
        Billed::train(self.0)?.bills(self.0)
    }
}

/// The joint network of a run on this scene, and the recipe it was trained by.
fn joint_run(path: &str, scene: &Scene) -> Result<(Recipe, JointNet)> {
    let checkpoint = load(path)?;
    let trained = checkpoint.trained;
    let Model::Joint(net) = checkpoint.model else {
        return Err(wrong_kind(path, checkpoint.model.name(), "a joint network"));
    };
    let Some(recipe) = trained.recipe else {
        let why = "it does not record its p_drop; use a run of `scorelab train`".into();
        return Err(Error::File { path: path.into(), why });
    };
    of_scene("--runs", path, &trained.data.name, scene)?;
    let own = (net.network().config.inputs, net.classes());
    fits("--runs", own, (scene.mixture.dim(), scene.mixture.classes()))?;
    Ok((recipe, net))
}

impl Steering {
    /// The likelihood of the wanted class by a classifier that was learned on noisy data, if it is one.
    fn noisy(&self) -> Option<Arc<dyn Likelihood>> {
        let noisy = self.learned_classifier() && !self.blind();
        self.class.filter(|_| noisy).map(|class| self.likelihoods().swap_remove(class))
    }

    /// Whether the method is a formula of the score, which figures can walk along.
    fn one_score(&self) -> bool {
        let plan = self.plan(self.class, &self.guidance.settings[0]);
        plan.is_ok_and(|plan| plan.score().is_some())
    }

    /// The score that the method is at γ, or the unconditional one of a method that is none: its figures are refused.
    fn guided(&self, gamma: Gamma) -> Score {
        let plan = self.plan(self.class, &self.knobs(gamma));
        plan.ok().and_then(|plan| plan.score().cloned()).unwrap_or_else(|| self.free())
    }

    /// Whether a classifier is what steers: not where a method was chosen by its name that knows none.
    fn by_classifier(&self) -> bool {
        let needs = self.guidance.method.about().needs;
        !self.guidance.named || needs.contains(&methods::Need::Classifier)
    }

    /// What steers, in words.
    pub(super) fn title(&self) -> Text {
        if self.guidance.named {
            let title = self.guidance.method.about().title;
            return title.into();
        }
        if self.autoguided() {
            return Text::new("autoguided", "tự điều hướng");
        }
        let by = match (self.learned_classifier(), self.classified(), self.joint().is_ok()) {
            (true, ..) => Text::new("learned classifier", "bộ phân loại đã học"),
            (false, true, _) => Text::new("exact classifier", "bộ phân loại chính xác"),
            (false, false, true) => Text::new("one joint network", "một mạng học chung"),
            (false, false, false) => words::BY_THE_EXACT_SCORE,
        };
        match self.gradient_scale() {
            1.0 => by,
            scale => by.then(format!(", gradient × {scale}")),
        }
    }
}
