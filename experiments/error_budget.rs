//! Where does a sampler's error come from: the start, the end, the steps, or the score?
//!
//! ```text
//! cargo run --example error_budget
//! ```
//!
//! On Gaussian data every step of every sampler is an affine map of Gaussians, so the law that comes out is known without
//! drawing anything, and its Wasserstein-2 distance to the data splits into four parts that sum to it: stopping at σ_min and
//! denoising, starting from N(0, σ²I) instead of p_T, taking steps instead of the continuous path, and a score that was fitted to a
//! sample instead of the true one. Expect steps of order 1 (DDIM, ancestral, Euler–Maruyama) and 2 (Heun, DPM-Solver++(2M)); with
//! a second-order sampler on the Karras and log-SNR grids the score is most of the error from some dozens of steps on, and more of
//! them change nothing (printed, not checked); uniform times need far more steps of the exploding process. The data are the Gaussian with the mean and the covariance of the scene. Source: Pierret & Galerne 2024 (2405.14250).

use ndarray::{Array1, Array2, Axis as Dim, concatenate};
use scorelab::linalg::symmetric_eigen;
use scorelab::mixture::Mixture;
use scorelab::noise::{Grid, Process, Spacing};
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{
    AnySampler, Ddim, DpmSolver2M, EulerMaruyama, Heun, Sampler, Step, sample, start,
};
use scorelab::{Result, number::significant};
use scorelab_figures::plot::{Axis, Curve, Figure, Layer, Panel, Role, Text};
use scorelab_lab::{Defaults, Experiment, Table, run};
use std::process::ExitCode;

const QUESTION: &str = "where does a sampler's error come from: start, end, steps or score?";

fn main() -> ExitCode {
    let unused =
        &["data", "train-steps", "sampler", "process", "gamma", "gradient-scale", "class", "all"];
    let defaults = Defaults {
        samples: (1000, 1000),
        steps: (16, 16),
        scene: "wide",
        unused,
        ..Defaults::default()
    };
    run("error_budget", QUESTION, "tilted_target", defaults, experiment)
}

const PROCESSES: [Process; 4] = [Process::VP_LINEAR, Process::VpCosine, Process::VE, Process::Flow];
const SPACINGS: [(&str, Spacing); 3] =
    [("karras", Spacing::KARRAS), ("log-SNR", Spacing::LogSnr), ("uniform", Spacing::Uniform)];
/// The parts of the error, in the order in which they are added.
const PARTS: [&str; 4] = ["end", "start", "steps", "score"];
const PARTS_VI: [&str; 4] = ["điểm dừng", "điểm đầu", "các bước", "score"];

/// A sampler, whether it draws noise, and its order.
struct Rule {
    name: &'static str,
    sampler: AnySampler,
    noisy: bool,
    order: f64,
}

fn rules() -> [Rule; 5] {
    let rule = |name, sampler, noisy, order| Rule { name, sampler, noisy, order };
    [
        rule("ddim", AnySampler::new(Ddim { eta: 0.0 }), false, 1.0),
        rule("heun", AnySampler::new(Heun), false, 2.0),
        rule("dpm2m", AnySampler::new(DpmSolver2M::default()), false, 2.0),
        rule("ancestral", AnySampler::new(Ddim { eta: 1.0 }), true, 1.0),
        rule("sde", AnySampler::new(EulerMaruyama { lambda: 1.0 }), true, 1.0),
    ]
}

/// Independent Gaussians along the axes: means, then standard deviations (2·d,). The Wasserstein-2 distance of two of them is
/// the length of the difference.
type Law = Array1<f64>;

fn law(mean: Array1<f64>, sd: Array1<f64>) -> Law {
    concatenate![Dim(0), mean, sd]
}

/// A Gaussian along its own axes.
struct Data {
    mean: Array1<f64>,
    variance: Array1<f64>,
    score: Mixture,
}

impl Data {
    fn new(mean: Array1<f64>, variance: Array1<f64>) -> Result<Data> {
        let (means, cov) = (mean.clone().insert_axis(Dim(0)), Array2::from_diag(&variance));
        let score = Mixture::new(vec![1.0], means, vec![cov], vec![0])?;
        Ok(Data { mean, variance, score })
    }

    /// The mean and the covariance of a mixture, along the axes of the covariance.
    fn of(mixture: &Mixture) -> Result<Data> {
        let mean = mixture.mean();
        let mut cov = Array2::zeros((mean.len(), mean.len()));
        for ((w, m), own) in
            mixture.weights().iter().zip(mixture.means().outer_iter()).zip(mixture.covs())
        {
            let apart = (&m - &mean).insert_axis(Dim(1));
            cov.scaled_add(*w, &(own + &apart.dot(&apart.t())));
        }
        let (lambda, q) = symmetric_eigen(&cov);
        Data::new(q.t().dot(&mean), lambda.into())
    }

    /// The Gaussian that is fitted, axis by axis, to n of its samples.
    fn fitted(&self, n: usize, seed: u64) -> Result<Data> {
        let x = self.score.sample(n, seed, Purpose::Data).x;
        Data::new(x.mean_axis(Dim(0)).expect("samples"), x.var_axis(Dim(0), 1.0))
    }

    fn law(&self) -> Law {
        law(self.mean.clone(), self.variance.mapv(f64::sqrt))
    }

    /// Where the continuous path ends that stops at the last level before 0 and denoises there, from N(0, σ²I) or, with the
    /// right start, from p_T; all for x/α, with σ/α for σ.
    fn continuous(&self, process: &Process, grid: &Grid, noisy: bool, right_start: bool) -> Law {
        let times = grid.times();
        let [first, last] =
            [times[0], times[times.len() - 2]].map(|t| process.level(t).ratio().powi(2));
        let axis = |(m, v): (&f64, &f64)| {
            let (own, far) = (v + last, v + first);
            let gain = if noisy { own / far } else { (own / far).sqrt() };
            // q(x_last | x_first) has the variance own − own²/far
            let added = if noisy { own - own * own / far } else { 0.0 };
            let (from, spread) = if right_start { (*m, far) } else { (0.0, first) };
            let (mean, variance) = (m + gain * (from - m), gain * gain * spread + added);
            let denoise = v / own;
            (m + denoise * (mean - m), denoise * variance.sqrt())
        };
        let (mean, sd): (Vec<f64>, Vec<f64>) =
            self.mean.iter().zip(&self.variance).map(axis).unzip();
        law(mean.into(), sd.into())
    }
}

/// Where the steps of a rule end from N(0, σ²I), by the score of a Gaussian along its axes: the maps are read off at 0 and at 1.
fn walked(rule: &Rule, score: &Mixture, process: &Process, grid: &Grid) -> Law {
    let d = score.means().ncols();
    let (rows, mut sampler) = ([0, 1], rule.sampler.clone());
    let first = process.level(grid.times()[0]).sigma;
    let (mut mean, mut variance) = (Array1::zeros(d), Array1::from_elem(d, first * first));
    let mut probe = Array2::from_shape_fn((2, d), |(i, _)| i as f64);
    for (number, t) in grid.times().windows(2).enumerate() {
        let noise = || Noise::new(0, Purpose::Walk, number, &rows);
        let step = |noise| Step { process, from: t[0], to: t[1], noise };
        if !rule.noisy {
            sampler.step(&score, &mut probe, step(noise().silent())); // it may remember
            continue;
        }
        let unit = Array2::from_shape_fn((2, d), |(i, _)| i as f64);
        let (mut still, mut moved) = (unit.clone(), unit);
        sampler.clone().step(&score, &mut still, step(noise().silent()));
        sampler.step(&score, &mut moved, step(noise()));
        let up = (moved.row(0).to_owned() - still.row(0)) / noise().normals(d).row(0);
        let gain = still.row(1).to_owned() - still.row(0);
        mean = &gain * &mean + still.row(0);
        variance = &gain * &gain * &variance + &up * &up;
    }
    if rule.noisy {
        return law(mean, variance.mapv(f64::sqrt));
    }
    let gain = probe.row(1).to_owned() - probe.row(0);
    law(probe.row(0).to_owned(), gain.mapv(f64::abs) * first)
}

/// The distance of what comes out to the data, and the parts that sum to it.
struct Budget {
    whole: f64,
    /// ⟨part, sum of all⟩/|sum of all|, so that they sum to the whole.
    shares: [f64; 4],
    /// |part|, what it would be alone.
    alone: [f64; 4],
}

fn length(v: &Law) -> f64 {
    v.dot(v).sqrt()
}

fn budget(rule: &Rule, truth: &Data, fitted: &Data, process: &Process, grid: &Grid) -> Budget {
    let laws = [
        truth.law(),
        truth.continuous(process, grid, rule.noisy, true),
        truth.continuous(process, grid, rule.noisy, false),
        walked(rule, &truth.score, process, grid),
        walked(rule, &fitted.score, process, grid),
    ];
    let parts: [Law; 4] = std::array::from_fn(|k| &laws[k + 1] - &laws[k]);
    let all = &laws[4] - &laws[0];
    let whole = length(&all);
    let shares = parts.each_ref().map(|part| part.dot(&all) / whole);
    Budget { whole, shares, alone: parts.each_ref().map(length) }
}

/// The order at which the part of the steps falls from N to twice as many.
fn order(rule: &Rule, truth: &Data, process: &Process, n: usize) -> Result<f64> {
    let steps = |n| -> Result<f64> {
        let grid = Grid::to_data(process, Spacing::KARRAS, n)?;
        let end = truth.continuous(process, &grid, rule.noisy, false);
        Ok(length(&(walked(rule, &truth.score, process, &grid) - end)))
    };
    Ok((steps(n)? / steps(2 * n)?).log2())
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let truth = Data::of(&lab.scene().mixture)?;
    let fitted = truth.fitted(lab.samples, lab.seed)?;
    let headers = ["sampler", "process", "grid", "steps", "W₂"];
    let mut table = Table::new(&[&headers[..], &PARTS[..], &["order"]].concat());
    table.notes = vec![
        format!(
            "the Gaussian with the moments of {}, whose spread is {}; the score is fitted to {} samples; no sample is drawn of what comes out",
            lab.scene().name,
            significant(length(&truth.variance.mapv(f64::sqrt)), 3),
            lab.samples
        ),
        "end, start, steps, score: shares of W₂, which sum to it, and one may be below 0; order: of the steps' part, from 512 to 1,024 of them".into(),
    ];
    let (mut off, mut without) = (0.0f64, f64::MAX);
    for rule in rules() {
        for process in PROCESSES {
            let order = order(&rule, &truth, &process, 512)?;
            let what = format!("{}, {}: order", rule.name, process.name());
            let range = rule.order - 0.15..=rule.order + 0.15;
            lab.check(&what, order, range.clone(), range);
            for (spacing_name, spacing) in SPACINGS {
                for times in [1, 4, 16] {
                    let grid = Grid::to_data(&process, spacing, times * lab.grid.steps())?;
                    let found = budget(&rule, &truth, &fitted, &process, &grid);
                    let sum: f64 = found.shares.iter().sum();
                    off = off.max((sum - found.whole).abs() / found.whole.max(1.0));
                    without = without.min((sum - found.shares[0] - found.whole).abs());
                    let mut cells = vec![
                        rule.name.to_string(),
                        process.name().into(),
                        spacing_name.into(),
                        grid.steps().to_string(),
                    ];
                    let numbers = [&[found.whole], &found.shares[..]].concat();
                    cells.extend(numbers.into_iter().map(|v| significant(v, 3)));
                    cells.push(if spacing == Spacing::KARRAS {
                        format!("{order:.2}")
                    } else {
                        "".into()
                    });
                    table.row(&cells);
                }
            }
        }
    }
    lab.show("error_budget", &table)?;
    lab.check("the parts sum to the whole but for", off, 0.0..=1e-12, 0.0..=1e-12);
    lab.check("without the end they miss it by at least", without, 1e-12..=1.0, 1e-12..=1.0);
    against_samples(lab, &truth)?;
    answer(lab, &truth, &fitted)?;
    let figure = figure(lab, &truth, &fitted)?;
    lab.draw(&[figure])
}

/// What is read off is what samplers do: the means and spreads of real walks, in standard errors.
fn against_samples(lab: &mut Experiment, truth: &Data) -> Result<()> {
    let (process, n) = (Process::VP_LINEAR, 4000);
    let grid = Grid::to_data(&process, Spacing::KARRAS, 12)?;
    let d = truth.mean.len();
    for rule in rules() {
        let z = start(n, d, &process, &grid, lab.seed);
        let x = sample(&rule.sampler, &truth.score, &process, &grid, z.view(), lab.seed);
        let own = law(x.mean_axis(Dim(0)).expect("samples"), x.std_axis(Dim(0), 1.0));
        let told = walked(&rule, &truth.score, &process, &grid);
        let se = |i: usize| told[d + i % d] / (if i < d { n } else { 2 * n } as f64).sqrt();
        let worst = |by: f64| -> f64 {
            (0..2 * d).map(|i| ((own[i] - by * told[i]) / se(i)).abs()).fold(0.0, f64::max)
        };
        let what = format!("{}: samples off what is read off, in standard errors", rule.name);
        lab.check(&what, worst(1.0), 0.0..=4.5, 0.0..=4.5);
        let twin = format!("{}: and off a tenth more", rule.name);
        lab.check(&twin, worst(1.1), 4.5..=1e3, 4.5..=1e3);
    }
    Ok(())
}

/// Which part is the largest, sampler by sampler, at the settings' steps and at sixteen times as many, in a sentence.
fn answer(lab: &mut Experiment, truth: &Data, fitted: &Data) -> Result<()> {
    let largest = |rule: &Rule, times: usize| -> Result<usize> {
        let grid = Grid::to_data(&PROCESSES[2], Spacing::KARRAS, times * lab.grid.steps())?;
        let found = budget(rule, truth, fitted, &PROCESSES[2], &grid);
        let by_size = |a: &usize, b: &usize| found.alone[*a].total_cmp(&found.alone[*b]);
        Ok((0..PARTS.len()).max_by(by_size).expect("four parts"))
    };
    let told = |times: usize, words: [&str; 4]| -> Result<String> {
        let rules = rules();
        let of = |rule: &Rule| Ok(format!("{} {}", rule.name, words[largest(rule, times)?]));
        Ok(rules.iter().map(of).collect::<Result<Vec<String>>>()?.join(", "))
    };
    let (few, many) = (lab.grid.steps(), 16 * lab.grid.steps());
    let sentence = (
        format!(
            "of the exploding process on the Karras grid the largest part is at {few} steps {}; at {many} steps {}",
            told(1, PARTS)?,
            told(16, PARTS)?
        ),
        format!(
            "với quá trình VE trên lưới Karras, phần lớn nhất của sai số với {few} bước là {}; với {many} bước là {}",
            told(1, PARTS_VI)?,
            told(16, PARTS_VI)?
        ),
    );
    lab.answer(sentence);
    Ok(())
}

/// The parts over the steps, each alone, for three samplers.
fn figure(lab: &Experiment, truth: &Data, fitted: &Data) -> Result<Figure> {
    let process = Process::VE;
    let steps: Vec<usize> = (2..=10).map(|k| 1 << k).collect();
    let mut f = Figure {
        stem: "error_budget_parts".into(),
        title: Text::new("Where a sampler's error comes from", "Sai số của bộ lấy mẫu đến từ đâu"),
        caption: Text::new(
            "On Gaussian data the distance to the data splits into what the start, the end, the steps and the score are to blame for; more steps help only while the steps' part is the largest.",
            "Với dữ liệu Gauss, khoảng cách tới dữ liệu tách thành phần của điểm xuất phát, điểm dừng, các bước và score; thêm bước chỉ giúp khi phần của các bước lớn nhất.",
        ),
        layout: Some((1, 3)),
        ..Figure::default()
    };
    for rule in rules().iter().filter(|rule| ["ddim", "heun", "ancestral"].contains(&rule.name)) {
        let found = steps.iter().map(|n| {
            let grid = Grid::to_data(&process, Spacing::KARRAS, *n)?;
            Ok(budget(rule, truth, fitted, &process, &grid))
        });
        let found = found.collect::<Result<Vec<Budget>>>()?;
        for (n, budget) in steps.iter().zip(&found) {
            f.number(format!("{}, {n} steps: W2", rule.name), budget.whole);
        }
        f.panels.push(panel(rule.name, &steps, &found));
    }
    f.notes = vec![Text::from((
        format!(
            "VE, Karras grid; the score is fitted to {} samples; exact, no sample is drawn.",
            lab.samples
        ),
        format!(
            "VE, lưới Karras; score khớp từ {} mẫu; giá trị chính xác, không lấy mẫu.",
            lab.samples
        ),
    ))];
    Ok(f)
}

fn panel(name: &str, steps: &[usize], found: &[Budget]) -> Panel {
    let (low, high) = (1e-6, 10.0);
    let curve = |value: &dyn Fn(&Budget) -> f64| {
        let seen = |v: f64| if (low..=high).contains(&v) { v } else { f64::NAN };
        Array2::from_shape_fn((steps.len(), 2), |(i, j)| {
            [steps[i] as f64, seen(value(&found[i]))][j]
        })
    };
    let roles = [Role::Muted, Role::Unconditional, Role::Guided, Role::Likelihood];
    let mut layers: Vec<Layer> = PARTS
        .iter()
        .zip(PARTS_VI)
        .zip(roles)
        .enumerate()
        .map(|(k, ((en, vi), role))| {
            let at = curve(&|budget| budget.alone[k]);
            let line = Curve { at, dashed: Some(role == Role::Likelihood), ..Curve::default() };
            let (n, by) = [(256, 1.9), (256, 1.9), (32, 2.6), (256, 0.5)][k];
            let at_n = steps.iter().position(|s| *s == n).expect("one of the steps");
            let place = [n as f64, by * found[at_n].alone[k]];
            Layer::new(PARTS[k], "this part alone", role, line).label_at(Text::new(en, vi), place)
        })
        .collect();
    let whole = Curve { at: curve(&|budget| budget.whole), width: Some(2.5), ..Curve::default() };
    let place = [6.0, 4.0 * found[1].whole];
    layers.push(
        Layer::new("whole", "the distance to the data", Role::Neutral, whole)
            .label_at(Text::new("whole", "tổng"), place),
    );
    Panel {
        title: name.into(),
        x: Axis::log(Text::new("steps", "số bước"), (3.0, 1500.0)),
        y: Axis::log("W₂", (low, high)),
        layers,
        ..Panel::default()
    }
}
