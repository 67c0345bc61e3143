//! The figures of `scorelab plot` that are drawn of a scene.

use super::plot::{Drawn, FigureName, Plot};
use crate::experiment::{Billed, P_DROP, untrained_joint};
use crate::flags::ScoreFlags;
use crate::networks::{fits, load, wrong_kind};
use crate::setup::Typed;
use crate::steering::Steering;
use ndarray::{Array2, Axis};
use scorelab::checkpoint::{Model, Recipe};
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{Outcome, Support, outcome};
use scorelab::mixture::Noiseless;
use scorelab::null_label::{JointNet, shown_labels};
use scorelab::rng::Purpose;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::train::{Levels, TrainConfig};
use scorelab::{Error, Result};
use scorelab_figures::lecture::{self, Arm, Cloud, Implicit, Judge, Setting, Way};
use scorelab_figures::plot::{Figure, Role, Text, words};
use std::sync::Arc;

/// Levels of F16.
const TWO_SIGMAS: [f64; 2] = [0.5, 1.0];
/// Steps of the training that F15 looks into, and the points it has.
const SHOWN: (usize, usize) = (20, 5_000);
/// The share of p(x | y) that F23's support holds, and the draws by which it is found.
const SUPPORT: (f64, usize) = (0.99, 40_000);
/// Points of A2.
const BENT: usize = 300;

impl Plot {
    /// Draws one figure.
    ///
    /// # Errors
    /// If the figure is not one of this scene or score, or needs another network.
    pub(super) fn draw(
        &self,
        name: FigureName,
        source: &Steering,
        s: &Setting,
        gammas: &[Gamma],
    ) -> Result<Drawn> {
        let (n, frames) = (source.samples, self.frames);
        let steered = [
            FigureName::Sweep,
            FigureName::Fidelity,
            FigureName::Overshoot,
            FigureName::Tilt,
            FigureName::Implicit,
            FigureName::Away,
        ];
        if source.class.is_none() && steered.contains(&name) {
            let must = "given: this figure is of samples of a class";
            return Err(Error::value("--class", "left out", must));
        }
        let (one, two) = (Gamma::new(1.0)?, Gamma::new(2.0)?);
        let (title, level) = (source.title(), s.level_by_radius(0.6));
        let last = gammas[gammas.len() - 1];
        Ok(match name {
            FigureName::TrainingCurve => {
                let data = source.training_set()?;
                let (score, losses) = source.train_score_with_losses(&data)?;
                source.training_curve(&data, &score, &losses).into()
            }
            FigureName::Uncontrolled => lecture::uncontrolled(s, &source.free(), n)?.into(),
            FigureName::Steering => {
                let (score, judge) = source.apart()?;
                lecture::steering(s, &score, &judge, one, n)?.into()
            }
            FigureName::Field if source.learned() => {
                lecture::field_over_noise(s, Some(&source.free()))?.into()
            }
            FigureName::Field => lecture::field_over_noise(s, None)?.into(),
            FigureName::TwoScores => lecture::two_scores(s)?.into(),
            FigureName::BayesSum => {
                let point = lecture::open_point(s, level, one)?;
                lecture::bayes_sum(s, point, level, one, None)?.into()
            }
            FigureName::BayesPlane => lecture::bayes_plane(s, level)?.into(),
            FigureName::Trajectories => {
                let (score, judge) = source.apart()?;
                lecture::three_trajectories(s, &score, &judge, two, gammas)?.into()
            }
            FigureName::Hybrid => {
                let (score, judge) = source.apart()?;
                let arm = Arm { title, score: &score, likelihood: &judge };
                lecture::hybrid(s, &[arm], gammas, n)?.into()
            }
            FigureName::Sweep => lecture::gamma_sweep(s, title, source.steer()?, gammas)?.into(),
            FigureName::Fidelity => self.fidelity(source, s, gammas)?.into(),
            FigureName::Overshoot => {
                let over: Vec<Gamma> =
                    gammas.iter().copied().filter(|g| g.value() >= 1.0).collect();
                lecture::overshoot(s, title, source.steer()?, &over, n)?.into()
            }
            FigureName::Tilt => {
                let ends = |_, score: &dyn ScoreFn| s.sample(score, n);
                let ways = beside_exact(source, s, &[last], ends);
                let first = |way: Way<Vec<Array2<f64>>>| Way {
                    title: way.title,
                    role: way.role,
                    found: way.found[0].clone(),
                };
                let ways: Vec<_> = ways.into_iter().map(first).collect();
                lecture::densities_and_tilt(s, last, &ways)?.into()
            }
            FigureName::Implicit => {
                let joint = source.joint()?;
                let judge = self.classifiers(source)?;
                let measure =
                    |sigma: &f64| Implicit::measure(s, &*judge[s.class], joint, *sigma, n);
                let rows: Vec<Implicit> = Implicit::SIGMAS.iter().map(measure).collect();
                Implicit::figure(&rows)?.into()
            }
            FigureName::CleanClassifier => {
                let [noisy, clean] = self.judges(source, s)?;
                lecture::clean_classifier(s, &source.free(), &noisy, &clean, n)?.into()
            }
            FigureName::Bill => {
                let [apart, joint] = Billed::train(source)?.bills(source)?;
                lecture::classifier_bill(&apart, &joint).into()
            }
            FigureName::NullLabel => self.null_label(s)?.into(),
            FigureName::PDrop => self.p_drop(source, s)?.into(),
            FigureName::Away => {
                let below = [0.0, -0.25, -0.5, -0.75, -1.0].map(Gamma::new);
                let below = below.into_iter().collect::<Result<Vec<_>>>()?;
                lecture::away(s, title, source.steer()?, &below, n)?.into()
            }
            FigureName::Samplers => {
                let [samplers, _] = lecture::over_a_line(s, n)?;
                samplers.into()
            }
            FigureName::Interval => {
                let [_, interval] = lecture::over_a_line(s, n)?;
                interval.into()
            }
            FigureName::Autoguidance => self.autoguidance(source, s, last)?.into(),
            FigureName::BayesThroughTime => {
                let all = lecture::bayes_through_time(s, frames)?.collect();
                Drawn::Moving("A1_bayes_through_time", all)
            }
            FigureName::BendingField => {
                let (score, judge) = source.apart()?;
                let all = lecture::bending_field(s, &score, &judge, BENT, frames)?;
                Drawn::Moving("A2_bending_field", all.collect())
            }
            FigureName::Particles => {
                let (score, judge) = source.apart()?;
                let all = lecture::guided_particles(s, &score, &judge, one, 128, frames)?;
                Drawn::Moving("A3_guided_particles", all.collect())
            }
            FigureName::Regions => {
                let judges = self.judges(source, s)?;
                let all = lecture::regions_through_noise(s, &judges, frames)?;
                Drawn::Moving("A4_regions_through_noise", all.collect())
            }
            FigureName::Sheets | FigureName::Denoising => {
                let must = "one of images: this figure shows them";
                return Err(Error::value("--score", &self.score.score, must));
            }
        })
    }

    /// F10: what became of the samples at each γ, by the exact score and by the source's.
    fn fidelity(&self, source: &Steering, s: &Setting, gammas: &[Gamma]) -> Result<Figure> {
        let (n, mixture) = (source.samples, &s.scene.mixture);
        let truth = mixture.given(s.class).sample(2 * n, s.seed, Purpose::Reference).x;
        let (reference, twin) = truth.view().split_at(Axis(0), n);
        let measure = |x: &Array2<f64>| outcome(x.view(), reference, mixture, s.class);
        let ways = beside_exact(source, s, gammas, |gamma, score| -> (Gamma, Outcome) {
            (gamma, measure(&s.sample(score, n)))
        });
        lecture::fidelity_diversity(&ways, &measure(&twin.to_owned()))
    }

    /// F15: the labels that a training with the usual p_drop shows.
    fn null_label(&self, s: &Setting) -> Result<Figure> {
        let (mixture, (steps, points)) = (&s.scene.mixture, SHOWN);
        let data = mixture.sample(points, s.seed, Purpose::Data);
        let config = TrainConfig { steps, seed: s.seed, ..TrainConfig::default() };
        let net = untrained_joint(mixture, s.seed)?;
        let shown = shown_labels(net, &data, Levels::default(), P_DROP, config)?;
        lecture::null_label(s, shown.view(), P_DROP)
    }

    /// F16: the runs by their p_drop.
    fn p_drop(&self, source: &Steering, s: &Setting) -> Result<Figure> {
        let (n, mixture) = (source.samples, &s.scene.mixture);
        if self.runs.is_empty() {
            let must = "given: joint networks that differ in their p_drop, one after the other";
            return Err(Error::value("--runs", "left out", must));
        }
        let mut nets = Vec::new();
        for path in &self.runs {
            let checkpoint = load(path)?;
            let told = checkpoint.trained;
            let Model::Joint(net) = checkpoint.model else {
                return Err(wrong_kind(path, &checkpoint.model, "a joint network"));
            };
            let Some(recipe) = told.recipe else {
                let why = "it does not say its p_drop; take a run of `scorelab train`".into();
                return Err(Error::File { path: path.into(), why });
            };
            if told.data.name != s.scene.name {
                let must = format!("one of the scene {}; name its own with --scene", s.scene.name);
                return Err(Error::value("--runs", path, must));
            }
            let own = (net.mlp().config.inputs, net.classes());
            fits("--runs", own, (mixture.dim(), mixture.classes()))?;
            // all else must be alike
            let rate = recipe.p_drop;
            let train = TrainConfig { seed: 0, ..recipe.train };
            let rest = Recipe { p_drop: 0.0, train, ..recipe };
            if nets.iter().any(|(p, other, _)| *p == rate || *other != rest) {
                let must = "runs that differ in their p_drop and in nothing else";
                return Err(Error::value("--runs", self.runs.join(","), must));
            }
            nets.push((rate, rest, net));
        }
        nets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let panel = |sigma: f64| {
            let of = |(p, _, net): &(f64, Recipe, JointNet)| {
                (*p, lecture::null_and_given(s, net, sigma, n))
            };
            let found: Vec<_> = nets.iter().map(of).collect();
            (sigma, lecture::over_p_drop(&found))
        };
        lecture::p_drop_sweep(&TWO_SIGMAS.map(panel))
    }

    /// F23: the truth, the joint score alone, guided by the worse one, and guided by its own ∅.
    fn autoguidance(&self, source: &Steering, s: &Setting, gamma: Gamma) -> Result<Figure> {
        let joint = source.joint()?;
        let wanted =
            "given: this figure is of a joint network, a --class, and a worse network to guide it";
        if self.score.guiding.is_none() {
            return Err(Error::value("--guiding", "left out", wanted));
        }
        if source.class.is_none() {
            return Err(Error::value("--class", "left out", wanted));
        }
        let (n, given) = (source.samples, s.scene.mixture.given(s.class));
        if n < 20 {
            return Err(Error::value("--samples", n, "at least 20 for this figure"));
        }
        let truth = given.sample(2 * n, s.seed, Purpose::Reference).x;
        let (reference, twin) = truth.view().split_at(Axis(0), n);
        let seed = s.seed.wrapping_add(1); // other draws than the reference's
        let support = Support::of(&given, SUPPORT.0, SUPPORT.1, seed);
        let at = |title: Text| title.then(format!(", γ = {}", gamma.value()));
        let own = joint.guided(s.class, gamma);
        let clouds = [
            (Text::new("truth p(x ∣ y)", "sự thật p(x ∣ y)"), twin.to_owned()),
            (
                Text::new("unguided, γ = 1", "không điều hướng, γ = 1"),
                s.sample(&joint.given(s.class), n),
            ),
            (
                at(Text::new("autoguided", "tự điều hướng")),
                s.sample(&source.guided(source.class, gamma, &[]), n),
            ),
            (at(Text::new("classifier-free", "không bộ phân loại")), s.sample(&own, n)),
        ];
        let clouds = clouds.map(|(title, x)| Cloud::new(title, x, &support, reference));
        lecture::autoguidance(s, &clouds, &support)
    }

    /// The classifier of the flags, which this figure cannot do without.
    fn classifiers(&self, source: &Steering) -> Result<Vec<Arc<dyn Likelihood>>> {
        if !source.learned_classifier() || source.blind() {
            let given = self.score.classifier.as_deref().unwrap_or("left out");
            let must = "a noisy classifier, which this figure holds to the joint network";
            return Err(Error::value("--classifier", given, must));
        }
        Ok(source.likelihoods())
    }

    /// A classifier that knows noise and one that does not.
    fn judges(&self, source: &Steering, s: &Setting) -> Result<[Judge; 2]> {
        let blind = |class| Arc::new(Noiseless(s.scene.mixture.posterior(class))) as _;
        let clean = match &self.clean {
            None => (0..s.scene.mixture.classes()).map(blind).collect(),
            Some(path) => self.clean(path, source)?.likelihoods(),
        };
        let clean_data = Text::new("trained on clean data only", "chỉ học dữ liệu sạch");
        let noisy_title = if source.blind() {
            clean_data.clone()
        } else if source.learned_classifier() {
            words::NOISY_CLASSIFIER
        } else {
            Text::new("exact, sees the noise", "chính xác, thấy nhiễu")
        };
        let clean_title = if self.clean.is_some() {
            clean_data
        } else {
            Text::new("exact, blind to noise", "chính xác, không thấy nhiễu")
        };
        Ok([Judge::new(noisy_title, source.likelihoods()), Judge::new(clean_title, clean)])
    }

    /// The clean classifier of this name, which must be of the same scene.
    fn clean(&self, path: &str, source: &Steering) -> Result<Steering> {
        let flags = ScoreFlags {
            score: "exact".into(),
            scene: None,
            class: None,
            classifier: Some(path.into()),
            gradient_scale: 1.0,
            guiding: None,
        };
        let typed = Typed::new("plot", (&self.walk, &self.common.machine), self);
        let clean = Steering::open(&flags, Typed { walks: false, ..typed })?;
        let name = |source: &Steering| source.data.scene().map(|scene| scene.name.clone());
        if clean.blind() && name(&clean) == name(source) {
            return Ok(clean);
        }
        let must = "a clean classifier of the scene of the figure";
        Err(Error::value("--clean", path, must))
    }
}

/// What `measure` finds of the exact score at each γ, and of the source's if it is another.
fn beside_exact<T>(
    source: &Steering,
    s: &Setting,
    gammas: &[Gamma],
    measure: impl Fn(Gamma, &dyn ScoreFn) -> T,
) -> Vec<Way<Vec<T>>> {
    let (mixture, given) = (&s.scene.mixture, s.scene.mixture.given(s.class));
    let exact =
        |gamma: &Gamma| measure(*gamma, &Guided { main: &given, guiding: mixture, gamma: *gamma });
    let exact = gammas.iter().map(exact).collect();
    let mut ways =
        vec![Way { title: words::BY_THE_EXACT_SCORE, role: Role::Neutral, found: exact }];
    if source.own_way() {
        let own = |gamma: &Gamma| measure(*gamma, &source.guided(source.class, *gamma, &[]));
        let role = if source.learned_classifier() { Role::Likelihood } else { Role::Guided };
        let found = gammas.iter().map(own).collect();
        ways.push(Way { title: source.title(), role, found });
    }
    ways
}

impl Steering {
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
