//! Do weighted particles sample the tilt, and how many of them and of their steps does it take?
//!
//! ```text
//! cargo run --example particles
//! ```
//!
//! The Feynman–Kac corrector of guidance weighs each particle so that what it samples is p(x)^(1−γ)·p(x|c)^γ, which guidance alone
//! does not; twisted SMC weighs the steps of DPS so that it samples p(x)·p(y|x)^γ of an observation. On a line both targets are known,
//! and so is where particles without end come to in a given number of steps, by carrying their density over a grid. So the error
//! falls into what the steps leave and what the number of particles leaves. Expect the corrector within 3 % of the tilt on
//! F1, N(0, 1) in N(0, 2), and on F2, ½N(1, 1) + ½N(−1, 1) given the first, at γ = 3. On F2 at γ = 10 a few particles carry most
//! of the weight, and tens of thousands are not enough; a γ that rises from 1 to 10 as the noise falls leads to the same tilt with
//! even weights, within 3 % again.
//!
//! Twisted SMC is on the way to its target, and slowly. One run of 5,000 particles in 256 steps is off by 8 to 9 %, three tenths of what
//! DPS is, its particles without weights; the error of its mean falls from 78 particles on as K^(−.17 ± .05) at γ = 1 and not at
//! all at γ = 4, where K^(−½) would be that of weights with a variance. log Ẑ tells why: −2.3 ± .1 where ln p(y) is −1.74, so the mean of Ẑ,
//! which is right, is made by few runs. Far from the data the twist, p(y|x₀) at x₀ = D(x), is surer than anyone can be, and the
//! weights have to undo it. Sources: 2503.02819, 2306.17775.

#[path = "particles/endless.rs"]
mod endless;
#[path = "particles/figure.rs"]
mod figure;
#[path = "particles/populations.rs"]
mod populations;

use endless::endless;
use ndarray::array;
use populations::{Came, Fixture, Size, corrected, twisted};
use scorelab::Result;
use scorelab::condition::Observation;
use scorelab::mixture::{Mixture, Tilt};
use scorelab::number::{count, plus_minus, significant};
use scorelab_lab::{Defaults, Experiment, GAMMA_FOOTNOTE, Table, run};
use std::process::ExitCode;

const QUESTION: &str = "do weighted particles sample the tilt, and how many does it take?";

fn main() -> ExitCode {
    let unused = &[
        "scene",
        "class",
        "data",
        "train-steps",
        "sampler",
        "process",
        "gamma",
        "gradient-scale",
        "all",
    ];
    let defaults =
        Defaults { samples: (20_000, 1_000), steps: (1024, 128), unused, ..Defaults::default() };
    run("particles", QUESTION, "tilted_target", defaults, experiment)
}

/// What came of populations of one size.
#[derive(Clone)]
pub struct Row {
    /// What the target is called.
    pub name: &'static str,
    /// The size.
    pub size: Size,
    /// What came of them.
    pub came: Came,
    /// Mean and sd of the target.
    pub target: [f64; 2],
    /// Where particles without end come to, if they are the corrector's.
    pub endless: Option<[f64; 2]>,
}

impl Row {
    /// How far mean and sd are from the target, in shares of them; of the sd alone where the mean is 0.
    pub fn off(&self) -> [Option<f64>; 2] {
        [0, 1].map(|i| {
            (self.target[i].abs() > 1e-6).then(|| self.came.moments[i].0 / self.target[i] - 1.0)
        })
    }

    /// The larger of the two.
    pub fn worst(&self) -> f64 {
        self.off().into_iter().flatten().map(f64::abs).fold(0.0, f64::max)
    }

    /// The root mean square of how far the mean or the sd of one run is from the target, as a share of it; the larger of the two.
    pub fn of_one_run(&self) -> f64 {
        [0, 1].map(|i| self.miss(i)).into_iter().flatten().fold(0.0, f64::max)
    }

    /// That of the mean (0) or the sd (1): √((m̄ − m*)² + (R − 1)·se²)/|m*| of R runs, which is √(Σ(m − m*)²/R)/|m*|.
    fn miss(&self, i: usize) -> Option<f64> {
        let ((mean, se), more) = (self.came.moments[i], self.size.runs as f64 - 1.0);
        let square = (mean - self.target[i]).powi(2) + more * se * se;
        (self.target[i].abs() > 1e-6).then(|| square.sqrt() / self.target[i].abs())
    }
}

fn gaussian(variance: f64) -> Result<Mixture> {
    Mixture::new(vec![1.0], array![[0.0]], vec![array![[variance]]], vec![0])
}

/// σ at which a rising γ is half-way.
const HALF: f64 = 0.5;

/// F1 at γ = 3, F2 at γ = 3 and at γ = 10, the last with a rising γ too.
fn fixtures() -> Result<[Fixture; 4]> {
    let f2 = Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[1.0; 2], vec![0, 1])?;
    let of_f2 =
        |name, gamma, rise| Fixture { name, main: f2.given(0), guiding: f2.clone(), gamma, rise };
    let (main, guiding) = (gaussian(1.0)?, gaussian(2.0)?);
    Ok([
        Fixture { name: "F1, γ = 3", main, guiding, gamma: 3.0, rise: None },
        of_f2("F2, γ = 3", 3.0, None),
        of_f2("F2, γ = 10", 10.0, None),
        of_f2("F2, γ to 10", 10.0, Some(HALF)),
    ])
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let (steps, k) = (lab.grid.steps(), lab.samples);
    let mut rows = Vec::new();
    for fixture in fixtures()? {
        let tilt =
            Tilt::new(&[(fixture.gamma, &fixture.main), (1.0 - fixture.gamma, &fixture.guiding)])?;
        let target = [tilt.mean()[0], tilt.covariance()[[0, 0]].sqrt()];
        let mut known: Option<(usize, [f64; 2])> = None; // the last number of steps
        for size in sizes(steps, k) {
            let limit = match known {
                Some((steps, limit)) if steps == size.steps => limit,
                _ => endless(&fixture, size.steps, lab.size(1_601, 401))?,
            };
            known = Some((size.steps, limit));
            let came = corrected(&fixture, size, lab.seed)?;
            rows.push(Row { name: fixture.name, size, came, target, endless: Some(limit) });
        }
        let plain = Size { runs: 2, threshold: 0.0, particles: k / 2, ..Size::of(steps, k, k) };
        let came = corrected(&fixture, plain, lab.seed)?;
        rows.push(Row { name: fixture.name, size: plain, came, target, endless: None });
    }
    let weighed = observed(lab, 0.5)?;
    let unweighed = observed(lab, 0.0)?;
    lab.show("particles", &table(&rows))?;
    lab.show("particles_twisted", &table(&[&weighed[..], &unweighed].concat()))?;
    check(lab, &rows);
    check_weights(lab, &weighed, &unweighed);
    answer(lab, &rows);
    lab.draw(&[figure::figure(&rows, &weighed)])
}

/// Fewer steps with all particles, then all steps with fewer particles.
fn sizes(steps: usize, k: usize) -> Vec<Size> {
    let fewer_steps = [16, 4].map(|part| Size::of((steps / part).max(16), k, k));
    let fewer = [64, 16, 4, 1].map(|part| Size::of(steps, k / part, k));
    fewer_steps.into_iter().chain(fewer).collect()
}

/// Runs of twisted SMC with a 64th, a 16th, a quarter and all of the particles.
const RUNS: [usize; 4] = [64, 32, 16, 8];

/// Twisted SMC on F2, observed at −1.5 with tolerance ½: a row for each of [`RUNS`] at γ = 1, and then at γ = 4. With a threshold of
/// 0 the particles have no weights.
fn observed(lab: &Experiment, threshold: f64) -> Result<Vec<Row>> {
    let f2 = fixtures()?[1].guiding.clone();
    let seen = Observation::point(array![-1.5], 0.5)?;
    let (steps, most) = (lab.grid.steps() / 4, lab.samples / 4);
    let mut rows = Vec::new();
    for (name, gamma) in [("F2 near −1.5, γ = 1", 1.0), ("F2 near −1.5, γ = 4", 4.0)] {
        let target = moments(&f2.observed(&seen.raised_to(gamma)?)?);
        for (part, runs) in [64, 16, 4, 1].into_iter().zip(RUNS) {
            let size = Size { runs, threshold, ..Size::of(steps, most / part, most) };
            let came = twisted(&f2, &seen, gamma, size, lab.seed)?;
            rows.push(Row { name, size, came, target, endless: None });
        }
    }
    Ok(rows)
}

/// Mean and sd of a mixture on a line.
fn moments(mixture: &Mixture) -> [f64; 2] {
    let square = |k: usize| mixture.covs()[k][[0, 0]] + mixture.means()[[k, 0]].powi(2);
    let weights = mixture.weights().iter().enumerate();
    let (mean, second) = (mixture.mean()[0], weights.map(|(k, w)| w * square(k)).sum::<f64>());
    [mean, (second - mean * mean).sqrt()]
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&[
        "target",
        "steps",
        "particles",
        "runs",
        "mean",
        "sd",
        "true mean, sd",
        "without end",
        "off %",
        "one run %",
        "least ESS %",
        "resampled",
        "log Ẑ",
    ]);
    table.notes = vec![
        "mean, sd: over runs ± one standard error; without end: with endless particles in as many steps; off: the larger of the two".into(),
        "one run: the root mean square of how far one run is off".into(),
        "least ESS: (Σw)²/Σw² before resampling; without weights: a line with none".into(),
        GAMMA_FOOTNOTE.into(),
    ];
    rows.iter().for_each(|row| table.row(&cells(row)));
    table
}

/// A line of the table.
fn cells(row: &Row) -> [String; 13] {
    let Row { name, size, came, target, endless } = row;
    let word = |v: f64| if v.abs() < 1e-6 { "0".into() } else { significant(v, 4) };
    let pair = |m: [f64; 2]| m.map(word).join(", ");
    let percent = |v: f64| significant(100.0 * v, 2);
    [
        name.to_string(),
        size.steps.to_string(),
        count(size.particles),
        size.runs.to_string(),
        plus_minus(came.moments[0]),
        plus_minus(came.moments[1]),
        pair(*target),
        endless.map_or("–".into(), pair),
        percent(row.worst()),
        percent(row.of_one_run()),
        if size.threshold > 0.0 { percent(came.least_share) } else { "–".into() },
        came.resampled.to_string(),
        plus_minus(came.log_z),
    ]
}

/// What came out with all steps, in a sentence: by how many particles each comes how near to the tilt.
fn answer(lab: &mut Experiment, rows: &[Row]) {
    let told = |part: &[Row], [by, without]: [&str; 2]| {
        let (full, plain) = (&part[5], &part[6]);
        let off = |row: &Row| significant(100.0 * row.worst(), 2);
        let (name, k) = (full.name, count(full.size.particles));
        format!("{name}: {} % {by} {k}, {without} {} %", off(full), off(plain))
    };
    let all = |words: [&str; 2]| {
        rows.chunks(7).map(|part| told(part, words)).collect::<Vec<_>>().join("; ")
    };
    let off = |part: &[Row]| part[5].worst();
    let near = rows.chunks(7).filter(|part| off(part) < 0.03).count();
    let most = rows.chunks(7).count();
    lab.answer((
        format!(
            "within 3 % of the tilt in {near} of {most} cases; off it are, {}",
            all(["with particles", "without weights"])
        ),
        format!(
            "cách phân phối nghiêng không quá 3 % trong {near} trên {most} trường hợp; sai lệch là, {}",
            all(["với số hạt", "không có trọng số"])
        ),
    ));
}

/// The numbers this experiment promises.
fn check(lab: &mut Experiment, rows: &[Row]) {
    for part in rows.chunks(7) {
        let (full, plain) = (&part[5], &part[6]);
        let name = full.name;
        let off = |row: &Row| 100.0 * row.worst();
        // a constant γ = 10 needs more particles than are here
        let most = if name == "F2, γ = 10" { (12.0, 60.0) } else { (3.0, 12.0) };
        lab.check(&format!("{name}: off the tilt, %"), off(full), 0.0..=most.0, 0.0..=most.1);
        lab.check(&format!("{name}: without weights, %"), off(plain), 3.0..=200.0, 3.0..=200.0);
        let limit = full.endless.unwrap_or([f64::NAN; 2]);
        let left = [0, 1].map(|i| {
            if full.target[i].abs() > 1e-6 { (limit[i] / full.target[i] - 1.0).abs() } else { 0.0 }
        });
        let what = format!("{name}: what the steps leave, %");
        lab.check(&what, 100.0 * left[0].max(left[1]), 0.0..=3.0, 0.0..=20.0);
    }
}

/// How far off one run of twisted SMC is with all particles, as a share of what one without weights is.
fn check_weights(lab: &mut Experiment, weighed: &[Row], unweighed: &[Row]) {
    for (with, without) in weighed.chunks(RUNS.len()).zip(unweighed.chunks(RUNS.len())) {
        let (with, without) = (&with[RUNS.len() - 1], &without[RUNS.len() - 1]);
        let what = format!("{}: the error of one run, of that of DPS", with.name);
        // .3, and four errors: a root mean square over 8 runs is known to 1/√16 of itself
        lab.check(&what, with.of_one_run() / without.of_one_run(), 0.0..=0.6, 0.0..=2.0);
    }
}
