//! `scorelab eval`: a score, and the samples it gives, beside the exact answers.

use super::Common;
use super::answer::{Answer, Cell};
use super::source::{ScoreArgs, Source};
use super::walk::{WalkArgs, gammas};
use crate::guidance::{Gamma, Guided};
use crate::metrics::{
    Modes, Support, Verdict, chi_square, cosine_with_se, energy_in_parts, entropy, mode_counts,
    outcome, score_error_with_se, spread,
};
use crate::mixture::{Mixture, Tilt};
use crate::noise::NoiseLevel;
use crate::rng::{Noise, Purpose};
use crate::score::ScoreFn;
use crate::{Error, Result};
use clap::Args;
use ndarray::Array2;
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
    /// Noise levels at which a learned score is compared, as σ at α = 1
    #[arg(long, value_delimiter = ',', default_value = "0.1,0.2,0.5,1,2,5")]
    pub sigma: Vec<f64>,
    /// Write the table to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

/// Fewer samples than this say nothing.
const LEAST_SAMPLES: usize = 100;
/// Parts of the energy distance.
const PARTS: usize = 8;
/// Rows that enter a part of the energy distance.
const PART_ROWS: usize = 500;
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
        self.answer()?.write(self.common.format, self.out.as_deref())
    }

    /// The metrics, one a row: γ, σ, name, value, standard error.
    ///
    /// # Errors
    /// As [`Eval::run`].
    pub fn answer(&self) -> Result<Answer> {
        if self.walk.samples < LEAST_SAMPLES {
            let must = format!("at least {LEAST_SAMPLES}, to measure by");
            return Err(Error::value("--samples", self.walk.samples, must));
        }
        if let Some(s) = self.sigma.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            return Err(Error::value("--sigma", s, "a finite number above 0"));
        }
        let source = Source::new(&self.score)?;
        let Some(scene) = source.scene() else {
            let must = "one of a scene: images have no exact answers to measure against";
            return Err(Error::value("--score", &self.score.score, must));
        };
        let (mixture, gammas) = (&scene.mixture, gammas(&self.gamma, &source)?);
        self.walk.check(source.dim(), self.common.memory)?;
        let mut rows = Rows(Answer::new(["gamma", "sigma", "metric", "value", "se"]));
        for gamma in gammas {
            let shown = source.steered().then_some(gamma.value());
            if source.learned() && self.score.guiding.is_none() {
                self.score_errors(mixture, &source, gamma, shown, &mut rows);
            }
            let x = self.walk.walk(&source, gamma, self.common.memory)?;
            self.samples(mixture, &source, gamma, shown, &x, &mut rows)?;
        }
        rows.0.notes = vec!["se: one standard error; σ at α = 1; energy: to a true sample".into()];
        Ok(rows.0)
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
        let x0 = given.sample(self.walk.samples, self.walk.seed, Purpose::Reference).x;
        let exact = Guided { main: &given, guiding: mixture, gamma };
        for (i, sigma) in self.sigma.iter().enumerate() {
            let mut x = Array2::zeros(x0.raw_dim());
            let (seed, purpose) = (self.walk.seed, Purpose::Reference);
            Noise { seed, purpose, step: i + 1, first_row: 0 }.fill(0, x.view_mut());
            x = &x0 + &(x * *sigma);
            let level = NoiseLevel::ve(*sigma);
            let learned = source.with(gamma, |s| s.score(x.view(), level));
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
        let gone = x.outer_iter().filter(|row| row.iter().any(|v| !v.is_finite())).count();
        if gone > 0 {
            let must = "finite; take more --steps or a smaller --gamma";
            return Err(Error::value(
                "the samples",
                format!("not finite in {gone} of {n} rows"),
                must,
            ));
        }
        if let Some(class) = source.class {
            let truth = mixture.given(class).sample(n, seed, Purpose::Reference).x;
            let found = outcome(x.view(), truth.view(), mixture, class);
            for (name, verdict) in [
                ("target_share", Verdict::Target),
                ("other_share", Verdict::Other),
                ("hybrid_share", Verdict::Hybrid),
                ("overshoot_share", Verdict::Overshoot),
            ] {
                rows.add(at, name, (found.shares.of(verdict), found.shares.se(verdict)));
            }
            rows.add(at, "posterior", found.confidence);
            rows.add(at, "energy", energy(x, &truth));
            if let Ok(tilt) = Tilt::guided(mixture, class, gamma.value()) {
                rows.add(at, "energy_to_tilt", energy(x, &tilt.sample(n, seed)));
            }
        } else {
            let truth = mixture.sample(n, seed, Purpose::Reference).x;
            rows.add(at, "energy", energy(x, &truth));
            let modes = mode_counts(x.view(), &Modes::of(mixture));
            let test = chi_square(&modes, mixture.weights());
            rows.0.row([
                shown.into(),
                Cell::Empty,
                "chi_square".into(),
                test.statistic.into(),
                Cell::Empty,
            ]);
            rows.0.row([
                shown.into(),
                Cell::Empty,
                "chi_square_p".into(),
                test.p_value.into(),
                Cell::Empty,
            ]);
            let support = Support::of(mixture, SUPPORT.0, SUPPORT.1, seed);
            rows.add(at, "off_support_share", support.missed(x.view()));
        }
        let width = spread(x.view());
        rows.add(at, "spread", (width, width / (2.0 * x.len() as f64).sqrt()));
        let h = entropy(x.view(), NEIGHBOURS);
        rows.add(at, "entropy", (h.nats, h.se));
        Ok(())
    }
}

/// The energy distance in parts of at most 500 rows.
fn energy(x: &Array2<f64>, truth: &Array2<f64>) -> (f64, f64) {
    let rows = x.nrows().min(PARTS * PART_ROWS);
    let head = ndarray::s![..rows, ..];
    energy_in_parts(x.slice(head), truth.slice(head), PARTS)
}

/// The rows so far.
struct Rows(Answer);

impl Rows {
    fn add(
        &mut self,
        (gamma, sigma): (Option<f64>, Option<f64>),
        name: &str,
        (value, se): (f64, f64),
    ) {
        self.0.row([gamma.into(), sigma.into(), name.into(), value.into(), se.into()]);
    }
}
