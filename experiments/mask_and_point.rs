//! What do methods that know only the prior's score sample when a coordinate is known, or a point nearby?
//!
//! ```text
//! cargo run --example mask_and_point
//! ```
//!
//! y = A·x₀ + τ·n of a mixture leaves another mixture, so every method has its truth beside it. Draw (x₀, y) and 19 samples given
//! y: where they are samples of p(x | y), x₀ lies in their 50 % and 90 % credible sets that often. And at one y the most probable
//! component has its exact weight. Expect the exact posterior score to have both, and nearly both with a learned denoiser. What the
//! others get wrong is the weight: with x₁ known exactly TMPD, ΠGDM and replacement leave the most probable component about its
//! share of the prior, a third, where two thirds are right, and RePaint a little more. DPS misses y itself: it takes an exact mask
//! at τ = 0.2, and beside a point x₀ lies in its 50 % set seven times in ten; with x₁ known, 64 steps are too long for it, and the
//! learned denoiser, thrown to where it was never trained, does not come back (twice the steps mend that). Replacement and RePaint
//! take an exact mask alone.

use ndarray::{Array1, Array2, ArrayView1, s};
use rayon::prelude::*;
use scorelab::condition::Observation;
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::methods::{Knobs, Parts, Plan, Score, build, method_named};
use scorelab::metrics::{Interval, Modes, drawn_mode_counts};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab::{Result, sampler::start};
use scorelab_figures::lecture;
use scorelab_lab::{Defaults, Experiment, Table, run, share as percent};
use std::process::ExitCode;
use std::sync::Arc;

const QUESTION: &str = "what do methods that know only the prior's score sample when a coordinate is known, or a point nearby?";

fn main() -> ExitCode {
    let unused = &["data", "train-steps", "gamma", "gradient-scale", "class", "all"];
    let defaults = Defaults { samples: (4000, 400), scene: "wide", unused, ..Defaults::default() };
    run("mask_and_point", QUESTION, "exact_attention", defaults, experiment)
}

/// What is observed: its name, whether it is the first coordinate alone, and τ.
const OBSERVED: [(&str, bool, f64); 3] =
    [("x₁", true, 0.0), ("x₁ ± 0.3", true, 0.3), ("a point ± 0.7", false, 0.7)];
/// The methods with their settings, the exact posterior score first.
const METHODS: [(&str, &[&str]); 6] = [
    ("exact", &[]),
    ("tmpd", &[]),
    ("pigdm", &[]),
    ("dps", &[]),
    ("repaint", &["times=5"]),
    ("replacement", &[]),
];
/// Samples beside each x₀, so that its rank among them is one of twenty.
const BESIDE: usize = 19;
/// Noise at which densities are compared, so that what an exact mask leaves has one.
const LITTLE: NoiseLevel = NoiseLevel { alpha: 1.0, sigma: 0.02 };

fn observed(
    x0: ArrayView1<f64>,
    z: ArrayView1<f64>,
    (_, mask, tau): (&str, bool, f64),
) -> Result<Observation> {
    let y = &x0 + &(&z * tau);
    if mask { Observation::mask(&[(0, y[0])], y.len(), tau) } else { Observation::point(y, tau) }
}

/// The plan of a method with this denoiser; none where it cannot take the observation.
fn plan(
    mixture: &Mixture,
    prior: &Score,
    o: &Observation,
    (name, set): (&str, &[&str]),
) -> Result<Option<Plan>> {
    if name == "exact" {
        let likelihood = mixture.measured(o)?;
        let (score, gamma) = (prior.clone(), Gamma::new(1.0)?);
        return Ok(Some(Plan::of(Arc::new(ClassifierGuided { score, likelihood, gamma }))));
    }
    let observation = Some(Arc::new(o.clone()));
    let parts = Parts { unconditional: Some(prior.clone()), observation, ..Parts::default() };
    let method = method_named(name)?;
    if !parts.lacking(method.about()).is_empty() {
        return Ok(None);
    }
    build(method, &parts, &Knobs::parse(method.about(), set)?).map(Some)
}

/// How often x₀ is in the 50 % and the 90 % credible set of samples given its y.
fn credible(
    lab: &Experiment,
    prior: &Score,
    seen: (&str, bool, f64),
    method: (&str, &[&str]),
) -> Result<Option<[Interval; 2]>> {
    let (mixture, pairs) = (&lab.scene().mixture, lab.size(200, 60));
    let x0 = mixture.sample(pairs, lab.seed, Purpose::Reference).x;
    let z = normals(lab.seed, Purpose::Reference, 3, x0.dim());
    let starts = start(pairs * BESIDE, mixture.dim(), &lab.process, &lab.grid, lab.seed);
    let above = |i: usize| -> Result<Option<usize>> {
        let o = observed(x0.row(i), z.row(i), seen)?;
        let Some(plan) = plan(mixture, prior, &o, method)? else { return Ok(None) };
        let rows: Vec<usize> = (i * BESIDE..(i + 1) * BESIDE).collect();
        let x = plan.walk_rows(&lab.sampler, lab.run(starts.view()), &rows);
        let posterior = mixture.observed(&o)?;
        let own = posterior.log_density(x0.slice(s![i..i + 1, ..]), LITTLE)[0];
        Ok(Some(posterior.log_density(x.view(), LITTLE).iter().filter(|log| **log > own).count()))
    };
    let above: Result<Vec<Option<usize>>> = (0..pairs).into_par_iter().map(above).collect();
    let Some(above) = above?.into_iter().collect::<Option<Vec<usize>>>() else { return Ok(None) };
    let within = |k: usize| Interval::of_hits(above.iter().map(|above| *above < k));
    Ok(Some([within(10), within(18)]))
}

/// Samples at one y, and what is observed there; none where the method cannot take it.
fn at_one_y(
    lab: &Experiment,
    prior: &Score,
    seen: (&str, bool, f64),
    method: (&str, &[&str]),
) -> Result<Option<(Array2<f64>, Observation)>> {
    let mixture = &lab.scene().mixture;
    let dim = mixture.dim();
    let o = observed(Array1::from_elem(dim, 0.5).view(), Array1::zeros(dim).view(), seen)?;
    let Some(plan) = plan(mixture, prior, &o, method)? else { return Ok(None) };
    let starts = start(lab.samples, dim, &lab.process, &lab.grid, lab.seed);
    Ok(Some((plan.walk(&lab.sampler, lab.run(starts.view())), o)))
}

/// The share of samples at one y that come from the component that is most probable there, and its exact weight.
fn mode_weight(
    lab: &Experiment,
    prior: &Score,
    seen: (&str, bool, f64),
    method: (&str, &[&str]),
) -> Result<Option<(Interval, f64)>> {
    let mixture = &lab.scene().mixture;
    let Some((x, o)) = at_one_y(lab, prior, seen, method)? else { return Ok(None) };
    let posterior = mixture.observed(&o)?;
    let best = (0..posterior.weights().len())
        .max_by(|a, b| posterior.weights()[*a].total_cmp(&posterior.weights()[*b]));
    let (best, counts) =
        (best.expect("a component"), drawn_mode_counts(x.view(), &Modes::of(mixture), lab.seed));
    let share = Interval::share(counts[best] as f64 / x.nrows() as f64, x.nrows());
    Ok(Some((share, posterior.weights()[best])))
}

/// How far DPS throws samples at one x₁ that is known exactly, by each denoiser: the root mean square of a coordinate.
///
/// Its gradient is c·Cov[x₀ | x] with c = 1/τ², and steps in ln σ longer than about 8/c explode, where the covariance is still that of
/// the data. The exact denoiser answers far away with the nearest component and brings points back; a network was never asked there.
fn thrown(lab: &Experiment, denoisers: [&Score; 2]) -> Result<[f64; 2]> {
    let mut sizes = [0.0; 2];
    for (size, prior) in sizes.iter_mut().zip(denoisers) {
        let (x, _) = at_one_y(lab, prior, OBSERVED[0], ("dps", &[]))?.expect("DPS takes a mask");
        *size = (x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64).sqrt();
    }
    Ok(sizes)
}

/// What [`thrown`] finds at the steps of the experiment and at twice as many, as a note; the second is held to the size of the data.
fn explosion(lab: &mut Experiment, denoisers: [&Score; 2]) -> Result<String> {
    let steps = lab.grid.steps();
    let [once, twice] = lab.twice(|lab| thrown(lab, denoisers))?;
    if !lab.quick {
        let mixture = &lab.scene().mixture;
        let x0 = mixture.sample(lab.samples, lab.seed, Purpose::Reference).x;
        let data = (x0.iter().map(|v| v * v).sum::<f64>() / x0.len() as f64).sqrt();
        let what =
            format!("x₁, learned denoiser, dps in {} steps: size over the data's", 2 * steps);
        lab.check(&what, twice[1] / data, 0.5..=2.0, 0.5..=2.0);
    }
    let told = |[exact, learned]: [f64; 2]| format!("{exact:.1} and {learned:.1}");
    Ok(format!(
        "DPS at x₁: samples are {} large (root mean square; exact and learned denoiser) in {steps} steps, which are too long where c·Cov is large, and {} in {}",
        told(once),
        told(twice),
        2 * steps
    ))
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let exact: Score = Arc::new(lab.scene().mixture.clone());
    let learned: Score = Arc::new(lab.train_score(&lab.training_set()?)?);
    let headers =
        ["observed", "denoiser", "method", "in 50 % set", "in 90 % set", "component %", "exact"];
    let mut table = Table::new(&headers);
    table.notes = vec![
        format!("{} pairs (x₀, y) with {BESIDE} samples each; {} samples at one y; ± is one standard error", lab.size(200, 60), lab.samples),
        "component: the most probable one at y = (0.5, 0.5); an exact mask is taken at τ = 0.2 by DPS".into(),
        explosion(lab, [&exact, &learned])?,
    ];
    let (mut told, mut truth) = (Vec::new(), String::new());
    for seen in OBSERVED {
        for (denoiser, prior) in [("exact", &exact), ("learned", &learned)] {
            for method in METHODS {
                let Some(sets) = credible(lab, prior, seen, method)? else { continue };
                let Some((share, weight)) = mode_weight(lab, prior, seen, method)? else {
                    continue;
                };
                let cells = [
                    seen.0.into(),
                    denoiser.into(),
                    method.0.into(),
                    percent(sets[0]),
                    percent(sets[1]),
                    percent(share),
                    format!("{:.1}", 100.0 * weight),
                ];
                table.row::<String>(&cells);
                if (seen.0, denoiser) == (OBSERVED[0].0, "exact") {
                    told.push(format!("{} {}", method.0, percent(share)));
                    truth = format!("{:.1}", 100.0 * weight);
                }
                check(lab, (seen.0, denoiser, method.0), sets, (share, weight));
            }
        }
    }
    println!("\nscene {}", lab.scene().name);
    lab.show("mask_and_point", &table)?;
    let told = told.join(", ");
    lab.answer((
        format!(
            "with x₁ known and exact denoisers, of the {truth} % that the most probable component has in truth, {told} % come out"
        ),
        format!(
            "khi biết x₁ và bộ khử nhiễu là chính xác, thành phần có xác suất lớn nhất thật ra chiếm {truth} %, còn trong mẫu: {told} %"
        ),
    ));
    let x = Array1::from_elem(2, 0.5);
    let seen = |k: usize| observed(x.view(), Array1::zeros(2).view(), OBSERVED[k]);
    let figures = [("18a_mask", seen(0)?), ("18b_point", seen(2)?)];
    let draw = |(stem, o): &(&str, Observation)| {
        let figure = lecture::mask_and_point(&lab.setting(), o, lab.samples)?;
        Ok(scorelab_figures::plot::Figure { stem: (*stem).into(), ..figure })
    };
    let figures: Result<Vec<_>> = figures.iter().map(draw).collect();
    lab.draw(&figures?)
}

/// The numbers this experiment promises.
fn check(
    lab: &mut Experiment,
    (seen, denoiser, method): (&str, &str, &str),
    sets: [Interval; 2],
    (share, weight): (Interval, f64),
) {
    let what = |what: &str| format!("{seen}, {denoiser} denoiser, {method}: {what}");
    if (denoiser, method) == ("exact", "exact") {
        for (set, level) in sets.into_iter().zip([0.5, 0.9]) {
            let slack = 4.5 * (level * (1.0 - level) / lab.size(200.0_f64, 60.0)).sqrt();
            let range = level - slack..=level + slack;
            lab.check(&what(&format!("x₀ in the {level} set")), set.value, range.clone(), range);
        }
        let slack = 4.5 * (weight * (1.0 - weight) / lab.samples as f64).sqrt();
        let range = weight - slack..=weight + slack;
        lab.check(&what("the component's share"), share.value, range.clone(), range);
    }
    if (seen, denoiser) == ("x₁", "exact") && ["tmpd", "pigdm", "replacement"].contains(&method) {
        let short = weight - share.value;
        lab.check(&what("share short of the exact one"), short, 0.25..=0.45, 0.2..=0.5);
    }
}
