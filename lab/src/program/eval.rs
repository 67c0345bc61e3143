//! `scorelab eval`: a score, and the samples it gives, beside the exact answers.

use super::caption_rows;
use super::metric_rows::{At, COLUMNS, Rows};
use super::sample_rows::{self, energy};
use crate::flags::{Eval, Measure, SamplingFlags};
use crate::given::{Idle, idle};
use crate::judge::{Yardstick, held_out};
use crate::patience::Patience;
use crate::report::{Cell, Report};
use crate::setup::{Typed, noise_level};
use crate::steering::{Spelled, Steering};
use crate::tell::tell;
use ndarray::{Array2, ArrayView1};
use scorelab::data::Caption;
use scorelab::guidance::{Gamma, Guided};
use scorelab::methods::{Effective, Knobs, Score, effective, window};
use scorelab::metrics::{Interval, cosine_with_se, mean_with_se, score_error_with_se};
use scorelab::mixture::{Labelled, Mixture, Tilt};
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use scorelab_figures::plot::Text;
use serde_json::Value;
use std::sync::Arc;

/// What the columns of errors mean.
pub const SE: Text = Text::new(
    "se: one standard error; low, high: value ∓ se, for shares Wilson's interval",
    "sai số chuẩn: một sai số chuẩn; cận dưới, cận trên: giá trị ∓ sai số chuẩn, với tỉ lệ là khoảng Wilson",
);
/// What the energy distance is.
pub const ENERGY: Text = Text::new(
    "energy: distance from the samples, at most the first 2,000, to as many true ones; 0 where the distributions are equal, skewed upwards",
    "khoảng cách năng lượng: giữa các mẫu, nhiều nhất là 2.000 mẫu đầu, và từng ấy mẫu thật; 0 khi hai phân phối bằng nhau, lệch lên trên",
);
/// What is true where something is observed.
pub const POSTERIOR: Text = Text::new(
    "true ones: of p(x)·p(y|x)^γ, the posterior at τ/√γ; miss: |y − A·x|; chi_square: by component, those of fewer than 5 expected taken together",
    "mẫu thật: của p(x)·p(y|x)^γ, tức hậu nghiệm tại τ/√γ; độ trượt: |y − A·x|; χ²: theo thành phần, gộp những thành phần kì vọng dưới 5 mẫu",
);
/// What the levels are.
const AT_ALPHA_ONE: Text = Text::new("; σ at α = 1", "; σ khi α = 1");
/// What the rows of the effective scale are.
const EFFECTIVE: Text = Text::new(
    "effective_gamma: the γ of ordinary guidance that is nearest along the walk; effective_across: what share of the walk's guidance no γ gives",
    "γ hiệu dụng: γ của điều hướng thông thường gần nhất dọc đường đi; phần ngoài γ: phần điều hướng của đường đi mà không γ nào cho được",
);
/// Fewer samples than this say nothing.
pub const LEAST_SAMPLES: usize = 20;
/// Samples along whose walks the effective scale is measured.
const MOST_EFFECTIVE: usize = 1000;

impl Eval {
    /// Prints every metric.
    ///
    /// # Errors
    /// If a flag cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let (report, _) = self.report()?;
        let out = self.out.as_deref();
        report.write(self.common.form(out)?, out)
    }

    /// The metrics, one a row: [`COLUMNS`]; and the record of how they came to be.
    ///
    /// # Errors
    /// As [`Eval::run`].
    pub fn report(&self) -> Result<(Report, Value)> {
        let samples = match &self.samples {
            Measure::Drawn(samples) => *samples,
            Measure::File(path) => return self.of_file(path),
        };
        let levels: Vec<NoiseLevel> =
            self.sigma.iter().map(|sigma| noise_level(*sigma)).collect::<Result<_>>()?;
        let steering = self.steering(samples)?;
        steering.data.measurable()?;
        let rows = Rows(Report::new(COLUMNS));
        let mut table = Evaluation { steering: &steering, levels: &levels, rows };
        let alone = steering.learned_classifier() && steering.class.is_none(); // none observes
        if alone && steering.guidance.named {
            let must = "left out, or given together with the --class to steer to";
            return Err(Error::value("--method", steering.guidance.method.about().name, must));
        }
        let scene = steering.data.scene();
        let measured = Measured { scene: scene.is_some(), alone, compared: steering.comparable() };
        self.common.given.refuse(&measured.idle_flags())?;
        self.common.given.refuse(&steering.idle_flags())?;
        let notes = match (scene, alone) {
            (Some(scene), true) => table.classifier(&scene.mixture),
            (Some(scene), false) => table.score(&scene.mixture)?,
            (None, true) => table.image_classifier()?,
            (None, false) => table.images(self.judge.as_deref())?,
        };
        let mut report = table.rows.0;
        report.notes = notes;
        Ok((report, steering.record()))
    }

    fn steering(&self, samples: usize) -> Result<Steering> {
        if samples < LEAST_SAMPLES {
            let must = format!("at least {LEAST_SAMPLES} to measure anything");
            return Err(Error::value("--samples", samples, must));
        }
        let walk = SamplingFlags { walk: self.walk.clone(), samples };
        let typed = Typed::new("eval", (&walk, &self.common.machine), self);
        let (gamma, interval) = (&self.gamma[..], &self.interval[..]);
        let condition = Some(&self.condition);
        let caption = self.caption.caption.as_deref();
        let spelled = Spelled { gamma, interval, condition, caption, ..Spelled::default() };
        let learned = self.score.classifier.as_deref().is_some_and(|path| path != "exact");
        match learned && self.score.score == "exact" && self.score.class.is_none() {
            // a classifier alone, and then nothing is walked
            true => Steering::open(&self.score, spelled, Typed { walks: false, ..typed }),
            false => Steering::new(&self.score, spelled, typed),
        }
    }
}

/// What an evaluation measures.
pub struct Measured {
    /// Whether the data are a scene, with exact answers.
    pub scene: bool,
    /// Whether a classifier stands alone.
    pub alone: bool,
    /// Whether a learned score is compared with the exact one.
    pub compared: bool,
}

impl Measured {
    /// The flags that change nothing of what is measured.
    pub fn idle_flags(&self) -> Vec<Idle> {
        let Measured { scene, alone, compared } = *self;
        idle([
            (scene, &["judge"], "a scene has exact answers"),
            (alone, &["judge"], "a classifier alone is compared with the labels"),
            (
                alone,
                &["process", "sampler", "steps", "interval", "gradient-scale"],
                "a classifier alone walks nowhere; name the --class to steer to",
            ),
            (
                !alone && scene && !compared,
                &["sigma"],
                "only a learned score, unscaled and not autoguided, is compared with the exact one at noise levels",
            ),
            (!alone && !scene, &["sigma"], "images have no exact score to compare with"),
        ])
    }
}

/// An evaluation and its rows so far.
struct Evaluation<'a> {
    steering: &'a Steering,
    levels: &'a [NoiseLevel],
    rows: Rows,
}

impl Evaluation<'_> {
    /// A score and its samples beside the exact ones.
    fn score(&mut self, mixture: &Mixture) -> Result<Vec<Text>> {
        let (steering, n) = (self.steering, self.steering.samples);
        let wanted = steering.wanted(n);
        let classed = steering.guidance.named && steering.observed.is_none();
        for knobs in &steering.guidance.settings {
            let at = (knobs.find("gamma"), None);
            if steering.comparable() {
                self.score_errors(mixture, at.0);
            }
            let where_ = at.0.map_or(String::new(), |gamma| format!(" at γ = {gamma}"));
            let _waiting = Patience::new(format!("measuring {n} samples{where_}"));
            let x = steering.samples(knobs, wanted.as_deref())?;
            match (&steering.observed, steering.class) {
                (Some(observed), _) => {
                    sample_rows::observed(&mut self.rows, at, x.view(), observed, steering.seed)?;
                }
                (None, Some(class)) => self.samples_of(mixture, class, at, &x),
                (None, None) => self.samples(mixture, at, &x),
            }
            sample_rows::extent(&mut self.rows, at, x.view(), steering.observed.as_ref());
            if let Some(class) = steering.class.filter(|_| classed) {
                self.effective_gamma(mixture, class, knobs, at)?;
            }
        }
        let mut notes = vec![SE.then(AT_ALPHA_ONE), ENERGY];
        notes.extend(steering.observed.is_some().then_some(POSTERIOR));
        notes.extend(classed.then_some(EFFECTIVE));
        Ok(notes)
    }

    /// The effective scale of a method that was chosen by its name, on the first samples.
    fn effective_gamma(
        &mut self,
        mixture: &Mixture,
        class: usize,
        knobs: &Knobs,
        at: At,
    ) -> Result<()> {
        let parts = self.steering.parts(Some(class));
        let (Some(c), Some(u)) = (&parts.conditional, &parts.unconditional) else { return Ok(()) };
        let exact: [Score; 2] = [Arc::new(mixture.given(class)), Arc::new(mixture.clone())];
        let n = self.steering.samples.min(MOST_EFFECTIVE);
        let start = self.steering.starts(n, mixture.dim());
        let run = self.steering.run(start.view());
        let truth = mixture.given(class).sample(n, self.steering.seed, Purpose::Reference);
        let Some(window) = window(&exact[0], &exact[1], truth.x.view(), run) else { return Ok(()) };
        let plan = self.steering.plan(Some(class), knobs)?;
        match effective(&plan, &self.steering.sampler, [c, u], window, run) {
            Effective::Scale { gamma, se, across } => {
                self.rows.add(at, "effective_gamma", (gamma, se));
                self.rows.alone(at.0, "effective_across", across.into());
            }
            Effective::NotDefined | Effective::Particles => {
                self.rows.alone(at.0, "effective_gamma", Cell::Empty);
            }
        }
        Ok(())
    }

    /// Images by a judge, beside images that were held out.
    fn images(&mut self, judge: Option<&str>) -> Result<Vec<Text>> {
        let by = Yardstick::open(judge, self.steering)?;
        let floor = by.floor();
        self.rows.share((None, None), "held_out_accuracy", floor.accuracy);
        self.rows.add((None, None), "held_out_fd", floor.fd);
        self.rows.add((None, None), "held_out_coverage", floor.prdc.coverage);
        let steering = self.steering;
        let caption = steering.class.filter(|_| steering.data.captioned());
        let caption = caption.and_then(Caption::of_label);
        caption.iter().for_each(|caption| caption_rows::ceiling(&mut self.rows, &by, *caption));
        for knobs in &steering.guidance.settings {
            let at = (knobs.find("gamma"), None);
            let pixels = steering.pixels(knobs, steering.wanted(steering.samples).as_deref())?;
            let judged = by.judged(&pixels);
            caption.iter().for_each(|c| caption_rows::rows(&mut self.rows, at, &pixels, &by, *c));
            if by.wanted.is_some() {
                self.rows.share(at, "accuracy", judged.accuracy);
                self.rows.add(at, "confidence", judged.confidence);
            }
            self.rows.add(at, "fd", judged.fd);
            self.rows.add(at, "precision", judged.prdc.precision);
            self.rows.add(at, "recall", judged.prdc.recall);
            self.rows.add(at, "density", judged.prdc.density);
            self.rows.add(at, "coverage", judged.prdc.coverage);
        }
        Ok(vec![
            SE.then(Text::new(
                "; all by the judge, beside as many images that were held out",
                "; tất cả do trọng tài, bên cạnh từng ấy ảnh để riêng",
            )),
            Text::new(
                "held_out: other images of the data, the difference between two samples of them",
                "ảnh để riêng: những ảnh khác của dữ liệu, cho biết hai mẫu của chúng khác nhau bao nhiêu",
            ),
        ])
    }

    /// A classifier of images beside the labels of images that it has not seen, with noise.
    fn image_classifier(&mut self) -> Result<Vec<Text>> {
        let [images, _] = held_out(self.steering)?;
        let Labelled { x: x0, y } = images.labelled();
        let x0 = self.steering.data.coordinates(x0);
        for (i, level) in self.levels.iter().enumerate() {
            let (x, at) = (self.with_noise(&x0, i), (None, Some(level.sigma)));
            let p = self.steering.probabilities(x.view(), *level).expect("a learned classifier");
            self.rows.share(at, "accuracy", hits(&p, &y));
            let lost = |(p, y): (ArrayView1<f64>, &usize)| -p[*y].max(f64::MIN_POSITIVE).ln();
            let lost: Vec<f64> = p.outer_iter().zip(&y).map(lost).collect();
            self.rows.add(at, "cross_entropy", mean_with_se(&lost));
        }
        let unseen = Text::new("; images held out", "; ảnh để riêng");
        Ok(vec![SE.then(AT_ALPHA_ONE).then(unseen)])
    }

    /// Points with noise of their own at the level of this number.
    fn with_noise(&self, x0: &Array2<f64>, number: usize) -> Array2<f64> {
        let noise = normals(self.steering.seed, Purpose::Reference, number + 1, x0.dim());
        x0 + &(noise * self.levels[number].sigma)
    }

    /// True points, as many as samples.
    fn truth(&self, mixture: &Mixture) -> Labelled {
        mixture.sample(self.steering.samples, self.steering.seed, Purpose::Reference)
    }

    /// A classifier beside the exact one, at draws of the exact distribution.
    fn classifier(&mut self, mixture: &Mixture) -> Vec<Text> {
        for (i, level) in self.levels.iter().enumerate() {
            let at = (None, Some(level.sigma));
            let Labelled { x, y } = self.truth(mixture);
            let x = self.with_noise(&x, i);
            let exact = mixture.class_probabilities(x.view(), *level);
            let learned = self.steering.probabilities(x.view(), *level);
            let learned = learned.expect("a learned classifier");
            self.rows.share(at, "accuracy", hits(&learned, &y));
            self.rows.share(at, "exact_accuracy", hits(&exact, &y));
            let lost: Vec<f64> = exact
                .outer_iter()
                .zip(learned.outer_iter())
                .map(|(p, q)| p.iter().zip(q).map(|(p, q)| relative(*p, *q)).sum())
                .collect();
            self.rows.add(at, "kl", mean_with_se(&lost));
            let [learned, exact] = gradients(self.steering, mixture, &x, *level);
            let error = score_error_with_se(learned.view(), exact.view());
            self.rows.add(at, "gradient_error", error);
            self.rows.add(at, "gradient_cosine", cosine_with_se(learned.view(), exact.view()));
        }
        vec![SE.then(AT_ALPHA_ONE)]
    }

    /// The learned score beside the exact one at a γ, or without guidance, at draws of the exact distribution.
    fn score_errors(&mut self, mixture: &Mixture, of: Option<f64>) {
        let class = self.steering.class;
        let gamma = of.unwrap_or(if class.is_some() { 1.0 } else { 0.0 });
        let gamma = Gamma::new(gamma).expect("a finite number, by its knob");
        let given = class.map_or_else(|| mixture.clone(), |c| mixture.given(c));
        let exact = Guided { main: &given, guiding: mixture, gamma };
        let learned = self.steering.ordinary(gamma);
        for (i, level) in self.levels.iter().enumerate() {
            let x = self.with_noise(&self.truth(&given).x, i);
            let learned = learned.score(x.view(), *level);
            let exact = exact.score(x.view(), *level);
            let at = (of, Some(level.sigma));
            self.rows.add(at, "score_error", score_error_with_se(learned.view(), exact.view()));
            self.rows.add(at, "cosine", cosine_with_se(learned.view(), exact.view()));
        }
    }

    /// Samples of a class beside true ones, and beside the tilt that plain guidance means.
    fn samples_of(&mut self, mixture: &Mixture, class: usize, at: At, x: &Array2<f64>) {
        let truth = self.truth(&mixture.given(class)).x;
        sample_rows::of_class(&mut self.rows, at, (x.view(), truth.view()), (mixture, class));
        let gamma = at.0.filter(|_| self.steering.plain());
        let Some(gamma) = gamma.filter(|_| mixture.dim() <= 2) else { return };
        match Tilt::guided(mixture, class, gamma) {
            Ok(tilt) => {
                let tilted = tilt.sample(self.steering.samples, self.steering.seed);
                self.rows.add(at, "energy_to_tilt", energy(x.view(), tilted.view()));
            }
            Err(why) => tell(format!("warning: no energy_to_tilt at γ = {gamma}: {why}")),
        }
    }

    /// Samples of all classes beside true ones.
    fn samples(&mut self, mixture: &Mixture, at: At, x: &Array2<f64>) {
        self.rows.add(at, "energy", energy(x.view(), self.truth(mixture).x.view()));
        sample_rows::modes(&mut self.rows, at, x.view(), mixture, self.steering.seed);
        sample_rows::support(&mut self.rows, at, x.view(), mixture, self.steering.seed);
    }
}

/// ∇ log p(y | x_t) of every class, below each other: learned and exact.
fn gradients(
    steering: &Steering,
    mixture: &Mixture,
    x: &Array2<f64>,
    level: NoiseLevel,
) -> [Array2<f64>; 2] {
    let learned = steering.likelihoods();
    let learned = learned.iter().map(|own| own.grad_log_likelihood(x.view(), level)).collect();
    let exact = |class| mixture.posterior(class).grad_log_likelihood(x.view(), level);
    let exact = (0..mixture.classes()).map(exact).collect();
    [learned, exact].map(|all: Vec<Array2<f64>>| {
        let views: Vec<_> = all.iter().map(|a| a.view()).collect();
        ndarray::concatenate(ndarray::Axis(0), &views).expect("arrays of one width")
    })
}

/// How often the most probable class is the true one.
fn hits(p: &Array2<f64>, y: &[usize]) -> Interval {
    let best = |row: ArrayView1<f64>| {
        (0..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best })
    };
    Interval::of_hits(p.outer_iter().zip(y).map(|(row, y)| best(row) == *y))
}

/// p·ln(p/q), which is 0 at p = 0.
fn relative(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * (p / q.max(f64::MIN_POSITIVE)).ln() } else { 0.0 }
}
