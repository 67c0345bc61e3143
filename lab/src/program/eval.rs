//! `scorelab eval`: a score, and the samples it gives, beside the exact answers.

use super::Common;
use super::answer::{Answer, Cell, exact};
use super::images::{Yardstick, held_out, pictures};
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, gammas};
use crate::patience::Patience;
use clap::Args;
use ndarray::{Array2, ArrayView1};
use scorelab::guidance::{Gamma, Guided};
use scorelab::metrics::{
    Interval, Modes, Support, Verdict, chi_square, cosine_with_se, energy_rows, energy_with_se,
    entropy, mean_with_se, mode_counts, outcome, score_error_with_se, spread_with_se,
};
use scorelab::mixture::{Labelled, Mixture, Tilt};
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab::{Error, Result};
use std::path::PathBuf;

/// The arguments of `eval`.
#[derive(Debug, Clone, Args)]
pub struct Eval {
    #[command(flatten)]
    pub score: ScoreArgs,
    /// Guidance scales: 0 unconditional, 1 conditional, more over-steers [default: 1 with a class]
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    pub gamma: Vec<f64>,
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Of images: the classifier that judges them, a checkpoint or the folder of a run with --model clean
    #[arg(long, value_name = "FILE|FOLDER")]
    pub judge: Option<String>,
    /// Noise levels at which a learned score is compared, as σ at α = 1
    #[arg(long, value_delimiter = ',', default_value = "0.1,0.2,0.5,1,2,5")]
    pub sigma: Vec<f64>,
    /// Write the table to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// What is told of each metric: its standard error, and the ends of the interval that covers as often, 68.3 %.
pub const COLUMNS: [&str; 7] = ["gamma", "sigma", "metric", "value", "se", "low", "high"];
/// What the columns of errors are.
const SE: &str = "se: one standard error; low, high: value ∓ se, of shares Wilson's interval";
/// Fewer samples than this say nothing.
const LEAST_SAMPLES: usize = 100;
/// Neighbours of the entropy.
const NEIGHBOURS: usize = 4;
/// The share of the distribution that its support holds, and the draws by which it is found.
const SUPPORT: (f64, usize) = (0.999, 100_000);

impl Eval {
    /// Prints every metric.
    ///
    /// # Errors
    /// If an argument cannot be, or a file cannot be read or written.
    pub fn run(&self) -> Result<()> {
        let out = self.out.as_deref();
        self.answer()?.write(self.common.form(out)?, out)
    }

    /// The metrics, one a row: [`COLUMNS`].
    ///
    /// # Errors
    /// As [`Eval::run`].
    pub fn answer(&self) -> Result<Answer> {
        if self.walk.samples < LEAST_SAMPLES {
            let must = format!("at least {LEAST_SAMPLES}, to measure by");
            return Err(Error::value("--samples", self.walk.samples, must));
        }
        self.sigma.iter().try_for_each(|sigma| noise_level(*sigma))?;
        let alone =
            self.score.score == "exact" && self.score.classifier.as_deref() != Some("exact");
        let source = if alone { Source::open(&self.score)? } else { Source::new(&self.score)? };
        self.walk.check(source.dim(), self.common.memory)?;
        let mut rows = Rows(Answer::new(COLUMNS));
        let classifier_alone = source.learned_classifier() && source.class.is_none();
        if classifier_alone && !self.gamma.is_empty() {
            let must = "left out, or with the --class to steer to";
            return Err(Error::value("--gamma", self.gamma[0], must));
        }
        let Some(scene) = source.scene().cloned() else {
            return match classifier_alone {
                true => self.image_classifier(&source, rows),
                false => self.images(&source, rows),
            };
        };
        if self.judge.is_some() {
            let must = "left out: a scene has exact answers";
            return Err(Error::value("--judge", "given", must));
        }
        if classifier_alone {
            self.classifier(&scene.mixture, &source, &mut rows);
            rows.0.notes = vec![format!("{SE}; σ at α = 1")];
            return Ok(rows.0);
        }
        let (mixture, gammas) = (&scene.mixture, gammas(&self.gamma, &source)?);
        self.walk.warn(&source);
        for gamma in gammas {
            let shown = source.steered().then_some(gamma.value());
            if source.learned() && !source.autoguided() && source.gradient_scale() == 1.0 {
                self.score_errors(mixture, &source, gamma, shown, &mut rows);
            }
            let word = format!("measuring {} samples at γ = {}", self.walk.samples, gamma.value());
            let _waiting = Patience::new(word);
            let x = self.walk.walk(&source, gamma, &[], self.common.memory)?;
            self.samples(mixture, &source, gamma, shown, &x, &mut rows)?;
        }
        rows.0.notes = vec![
            format!("{SE}; σ at α = 1"),
            "energy: of the first 2,000 samples to as many true ones; 0 where the laws are equal, skewed upwards".into(),
        ];
        Ok(rows.0)
    }

    /// Images by a judge, beside images that were held out.
    fn images(&self, source: &Source, mut rows: Rows) -> Result<Answer> {
        let gammas = gammas(&self.gamma, source)?;
        let (n, gib) = (self.walk.samples, self.common.memory);
        let by = Yardstick::open(self.judge.as_deref(), source, (n, self.walk.seed), gib)?;
        let floor = by.floor();
        rows.share((None, None), "held_out_accuracy", floor.accuracy);
        rows.add((None, None), "held_out_fd", floor.fd);
        rows.add((None, None), "held_out_coverage", floor.prdc.coverage);
        for gamma in gammas {
            let at = (source.steered().then_some(gamma.value()), None);
            let pixels = pictures(&self.walk, source, gamma, by.wanted.clone(), gib)?;
            let judged = by.judged(&pixels);
            if by.wanted.is_some() {
                rows.share(at, "accuracy", judged.accuracy);
                rows.add(at, "confidence", judged.confidence);
            }
            rows.add(at, "fd", judged.fd);
            rows.add(at, "precision", judged.prdc.precision);
            rows.add(at, "recall", judged.prdc.recall);
            rows.add(at, "density", judged.prdc.density);
            rows.add(at, "coverage", judged.prdc.coverage);
        }
        rows.0.notes = vec![
            format!("{SE}; all by the judge, beside as many images that were held out"),
            "held_out: other images of the data, what two samples of them differ by".into(),
        ];
        Ok(rows.0)
    }

    /// A classifier of images beside the labels of images that it has not seen, with noise.
    fn image_classifier(&self, source: &Source, mut rows: Rows) -> Result<Answer> {
        let [images, _] = held_out(source, self.walk.samples, self.walk.seed)?;
        let Labelled { x: x0, y } = images.labelled();
        let x0 = source.centred(x0);
        for (i, sigma) in self.sigma.iter().enumerate() {
            let x = self.with_noise(&x0, i, *sigma);
            let p = source.probabilities(x.view(), NoiseLevel::ve(*sigma));
            let p = p.expect("a learned classifier");
            rows.share((None, Some(*sigma)), "accuracy", hits(&p, &y));
            let lost = |(p, y): (ArrayView1<f64>, &usize)| -p[*y].max(f64::MIN_POSITIVE).ln();
            let lost: Vec<f64> = p.outer_iter().zip(&y).map(lost).collect();
            rows.add((None, Some(*sigma)), "cross_entropy", mean_with_se(&lost));
        }
        rows.0.notes = vec![format!("{SE}; σ at α = 1; images held out")];
        Ok(rows.0)
    }

    /// Points with noise of their own at each of the levels.
    fn with_noise(&self, x0: &Array2<f64>, number: usize, sigma: f64) -> Array2<f64> {
        x0 + &(normals(self.walk.seed, Purpose::Reference, number + 1, x0.dim()) * sigma)
    }

    /// Draws of a mixture with noise, and their classes.
    fn noisy(&self, mixture: &Mixture, number: usize, sigma: f64) -> Labelled {
        let (n, seed) = (self.walk.samples, self.walk.seed);
        let Labelled { x, y } = mixture.sample(n, seed, Purpose::Reference);
        Labelled { x: self.with_noise(&x, number, sigma), y }
    }

    /// A classifier beside the exact one, at draws of the exact distribution.
    fn classifier(&self, mixture: &Mixture, source: &Source, rows: &mut Rows) {
        let likelihoods = source.likelihoods();
        for (i, sigma) in self.sigma.iter().enumerate() {
            let (at, level) = ((None, Some(*sigma)), NoiseLevel::ve(*sigma));
            let Labelled { x, y } = self.noisy(mixture, i, *sigma);
            let exact = mixture.class_probabilities(x.view(), level);
            let learned = source.probabilities(x.view(), level).expect("a learned classifier");
            rows.share(at, "accuracy", hits(&learned, &y));
            rows.share(at, "exact_accuracy", hits(&exact, &y));
            let lost: Vec<f64> = exact
                .outer_iter()
                .zip(learned.outer_iter())
                .map(|(p, q)| p.iter().zip(q).map(|(p, q)| relative(*p, *q)).sum())
                .collect();
            rows.add(at, "kl", mean_with_se(&lost));
            let (mut mine, mut true_ones) = (Vec::new(), Vec::new());
            for (class, own) in likelihoods.iter().enumerate() {
                mine.push(own.grad_log_likelihood(x.view(), level));
                true_ones.push(mixture.posterior(class).grad_log_likelihood(x.view(), level));
            }
            let one = |all: &[Array2<f64>]| {
                let views: Vec<_> = all.iter().map(|a| a.view()).collect();
                ndarray::concatenate(ndarray::Axis(0), &views).expect("arrays of one width")
            };
            let (mine, true_ones) = (one(&mine), one(&true_ones));
            let error = score_error_with_se(mine.view(), true_ones.view());
            rows.add(at, "gradient_error", error);
            rows.add(at, "gradient_cosine", cosine_with_se(mine.view(), true_ones.view()));
        }
    }

    /// The learned score beside the exact one, at draws of the exact distribution.
    fn score_errors(
        &self,
        mixture: &Mixture,
        source: &Source,
        gamma: Gamma,
        shown: Option<f64>,
        rows: &mut Rows,
    ) {
        let given = source.class.map_or_else(|| mixture.clone(), |c| mixture.given(c));
        let exact = Guided { main: &given, guiding: mixture, gamma };
        let learned = source.guided(source.class, gamma, &[]);
        for (i, sigma) in self.sigma.iter().enumerate() {
            let x = self.noisy(&given, i, *sigma).x;
            let level = NoiseLevel::ve(*sigma);
            let learned = learned.score(x.view(), level);
            let exact = exact.score(x.view(), level);
            let at = (shown, Some(*sigma));
            rows.add(at, "score_error", score_error_with_se(learned.view(), exact.view()));
            rows.add(at, "cosine", cosine_with_se(learned.view(), exact.view()));
        }
    }

    /// The samples beside true ones.
    fn samples(
        &self,
        mixture: &Mixture,
        source: &Source,
        gamma: Gamma,
        shown: Option<f64>,
        x: &Array2<f64>,
        rows: &mut Rows,
    ) -> Result<()> {
        let at = (shown, None);
        let (n, seed) = (self.walk.samples, self.walk.seed);
        if let Some(class) = source.class {
            let truth = mixture.given(class).sample(n, seed, Purpose::Reference).x;
            let found = outcome(x.view(), truth.view(), mixture, class);
            for (name, verdict) in [
                ("target_share", Verdict::Target),
                ("other_share", Verdict::Other),
                ("hybrid_share", Verdict::Hybrid),
                ("overshoot_share", Verdict::Overshoot),
            ] {
                rows.share(at, name, found.shares.interval(verdict));
            }
            rows.add(at, "posterior", found.confidence);
            rows.add(at, "energy", (found.energy, found.energy_se));
            let plain = self.walk.interval.is_empty() && !source.autoguided();
            let tilt = Tilt::guided(mixture, class, gamma.value());
            if let (Ok(tilt), true, 1.0) = (tilt, plain, source.gradient_scale()) {
                rows.add(at, "energy_to_tilt", energy(x, &tilt.sample(n, seed)));
            }
        } else {
            let truth = mixture.sample(n, seed, Purpose::Reference).x;
            rows.add(at, "energy", energy(x, &truth));
            let modes = mode_counts(x.view(), &Modes::of(mixture));
            let test = chi_square(&modes, mixture.weights());
            rows.alone(shown, "chi_square", test.statistic);
            rows.alone(shown, "chi_square_p", test.p_value);
            let support = Support::of(mixture, SUPPORT.0, SUPPORT.1, seed);
            rows.share(at, "off_support_share", support.missed(x.view()));
        }
        rows.add(at, "spread", spread_with_se(x.view()));
        let h = entropy(x.view(), NEIGHBOURS);
        rows.add(at, "entropy", (h.nats, h.se));
        Ok(())
    }
}

/// Refuses a σ whose square, or whose square's inverse, no number can hold beside those of the data.
///
/// # Errors
/// If it is not between 10⁻⁵⁰ and 10⁵⁰.
pub fn noise_level(sigma: f64) -> Result<()> {
    match (1e-50..=1e50).contains(&sigma) {
        true => Ok(()),
        false => Err(Error::value("--sigma", exact(sigma), "a number from 1e-50 to 1e50")),
    }
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

/// The energy distance of the first rows.
fn energy(x: &Array2<f64>, truth: &Array2<f64>) -> (f64, f64) {
    energy_with_se(energy_rows(x.view()), energy_rows(truth.view()))
}

/// The rows so far.
struct Rows(Answer);

impl Rows {
    /// A number with its standard error.
    fn add(&mut self, at: (Option<f64>, Option<f64>), name: &str, (value, se): (f64, f64)) {
        self.row(at, name, (value, se), Interval::from((value, se)));
    }

    /// A share with its interval.
    fn share(&mut self, at: (Option<f64>, Option<f64>), name: &str, share: Interval) {
        self.row(at, name, share.pair(), share);
    }

    fn row(
        &mut self,
        (gamma, sigma): (Option<f64>, Option<f64>),
        name: &str,
        (value, se): (f64, f64),
        ends: Interval,
    ) {
        let numbers = [value, se, ends.low, ends.high].map(Cell::from);
        self.0.row([gamma.into(), sigma.into(), name.into()].into_iter().chain(numbers));
    }

    /// A number that has no error.
    fn alone(&mut self, gamma: Option<f64>, name: &str, value: f64) {
        let empty = [Cell::Empty, Cell::Empty, Cell::Empty];
        let cells = [gamma.into(), Cell::Empty, name.into(), value.into()];
        self.0.row(cells.into_iter().chain(empty));
    }
}
