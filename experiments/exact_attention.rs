//! Is the exact denoiser attention?
//!
//! ```text
//! cargo run --example exact_attention
//! ```
//!
//! Of a mixture whose components are alike and round E[x₀ | x_t] is softmax(q·Kᵀ)·V, with the components as tokens and v = σ² + α²s²
//! as the temperature. Expect: the same as the posterior mean by Bayes' rule to 1e-13; without log π in the keys 1 % off and more,
//! without −‖μ‖²/2 a few per cent where there is little noise, which is printed and not checked; the entropy of the attention
//! rising with σ to that of the prior; a caption of some tokens to be the score of p(x | y); and, of digits and hats on coordinates
//! of their own, a word that moves its own place and no other.

use ndarray::{Array2, Axis};
use scorelab::Result;
use scorelab::mixture::{Attention, Mixture, plain};
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab_figures::lecture::{self, causal_map, digits_and_hats, three_with_a_hat};
use scorelab_lab::{Defaults, Experiment, Table, run, yes_or_no};
use std::process::ExitCode;

const QUESTION: &str = "is the exact denoiser attention?";

fn main() -> ExitCode {
    let unused = &[
        "data",
        "scene",
        "train-steps",
        "class",
        "gamma",
        "gradient-scale",
        "sampler",
        "steps",
        "all",
        "process",
    ];
    let defaults = Defaults { samples: (4000, 400), unused, ..Defaults::default() };
    run("exact_attention", QUESTION, "mask_and_point", defaults, experiment)
}

/// Levels, with and without α = 1.
const LEVELS: [NoiseLevel; 5] = [
    NoiseLevel { alpha: 1.0, sigma: 0.3 },
    NoiseLevel { alpha: 1.0, sigma: 1.0 },
    NoiseLevel { alpha: 1.0, sigma: 4.0 },
    NoiseLevel { alpha: 1.0, sigma: 40.0 },
    NoiseLevel { alpha: 0.6, sigma: 0.8 },
];

/// The posterior mean by Bayes' rule, component by component (n, d).
fn by_bayes(mixture: &Mixture, x: &Array2<f64>, level: NoiseLevel) -> Array2<f64> {
    let s2 = mixture.covs()[0][[0, 0]];
    let gain = level.alpha * s2 / (level.alpha.powi(2) * s2 + level.sigma.powi(2));
    let mut out = Array2::zeros(x.raw_dim());
    for (mut out, x) in out.outer_iter_mut().zip(x.outer_iter()) {
        let resp = plain::responsibilities(mixture, x, level);
        for (r, mean) in resp.iter().zip(mixture.means().outer_iter()) {
            out.scaled_add(*r, &(&mean + &((&x - &(&mean * level.alpha)) * gain)));
        }
    }
    out
}

/// The largest number of an array, relative to that of another.
fn relative(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let largest = |a: &Array2<f64>| a.fold(0.0f64, |top, v| top.max(v.abs()));
    largest(a) / largest(b)
}

/// What the attention answers if each key is changed by so much.
fn changed(
    attention: &Attention,
    x: &Array2<f64>,
    level: NoiseLevel,
    change: &[f64],
) -> Array2<f64> {
    let mut a = attention.weights(x.view(), level);
    let free = a.dot(&attention.values());
    for mut row in a.outer_iter_mut() {
        row.iter_mut().zip(change).for_each(|(a, change)| *a *= change.exp());
        row /= row.sum();
    }
    let moved = a.dot(&attention.values()) - free;
    let v = attention.temperature(level);
    attention.denoised(x.view(), level) + moved * (level.sigma.powi(2) / v)
}

/// What is measured at one level: differences relative to the largest |D|, and nats.
struct Measured {
    own: f64,
    without_norm: f64,
    without_prior: f64,
    caption: f64,
    entropy: f64,
}

impl Measured {
    fn at(
        level: NoiseLevel,
        both: &Mixture,
        x0: &Array2<f64>,
        eps: &Array2<f64>,
    ) -> Result<Measured> {
        let (attention, x) = (Attention::of(both)?, x0 * level.alpha + eps * level.sigma);
        let exact = by_bayes(both, &x, level);
        let off = |d: Array2<f64>| relative(&(d - &exact), &exact);
        let v = attention.temperature(level);
        let square = level.alpha.powi(2) / v;
        let norms: Vec<f64> = both.means().outer_iter().map(|m| 0.5 * square * m.dot(&m)).collect();
        let priors: Vec<f64> = both.weights().iter().map(|w| -w.ln()).collect();
        let given = both.given(0).denoised(x.view(), level);
        let masked = attention.caption(&[0])?.denoised(x.view(), level);
        let nats = |a: f64| if a > 0.0 { -a * a.ln() } else { 0.0 };
        let entropies = attention.weights(x.view(), level).mapv(nats).sum_axis(Axis(1));
        Ok(Measured {
            own: off(attention.denoised(x.view(), level)),
            without_norm: off(changed(&attention, &x, level, &norms)),
            without_prior: off(changed(&attention, &x, level, &priors)),
            caption: relative(&(masked - &given), &given),
            entropy: entropies.mean().expect("points"),
        })
    }
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    let [digits, hats] = digits_and_hats()?;
    let both = digits.product(&hats)?;
    let n = lab.samples;
    let headers = "α|σ|off Bayes|without −‖μ‖²/2|without log π|caption off|entropy, nats";
    let mut table = Table::new(&headers.split('|').collect::<Vec<_>>());
    let prior: f64 = both.weights().iter().map(|w| -w * w.ln()).sum();
    table.notes = vec![format!(
        "largest differences, relative to the largest D, over {n} points; the prior's entropy is {prior:.3}"
    )];
    let x0 = both.sample(n, lab.seed, Purpose::Data).x;
    let eps = normals(lab.seed, Purpose::Reference, 1, x0.dim());
    let mut largest = [0.0f64; 3];
    for level in LEVELS {
        let found = Measured::at(level, &both, &x0, &eps)?;
        let Measured { own, without_norm, without_prior, caption, entropy } = found;
        let off = [own, without_norm, without_prior, caption].map(|v| format!("{v:.1e}"));
        let place = [level.alpha, level.sigma].map(|v| v.to_string());
        table.row(&[place.to_vec(), off.to_vec(), vec![format!("{entropy:.3}")]].concat());
        check(lab, level, &found, prior);
        largest = [0, 1, 2].map(|i| [own, without_norm, without_prior][i].max(largest[i]));
    }
    let [own, norm, log_prior] = largest;
    lab.answer(yes_or_no(own < 1e-9).then((
        format!(
            ": it is off Bayes' rule by {own:.1e} of the largest D at most; without −‖μ‖²/2 in its keys by up to {norm:.1e}, without log π by up to {log_prior:.1e}"
        ),
        format!(
            ": nó lệch quy tắc Bayes nhiều nhất {own:.1e} lần D lớn nhất; nếu khoá thiếu −‖μ‖²/2 thì tới {norm:.1e}, thiếu log π thì tới {log_prior:.1e}"
        ),
    )));
    lab.show("exact_attention", &table)?;
    let level = NoiseLevel::ve(1.0);
    let causal = causal_map(&three_with_a_hat(level), level)?;
    let elsewhere = causal.row(0)[1].max(causal.row(3)[0]) / causal.row(0)[0];
    lab.check("what a word moves elsewhere", elsewhere, 0.0..=1e-24, 0.0..=1e-24);
    lab.draw(&[lecture::exact_attention()?])
}

/// The numbers this experiment promises at a level.
fn check(lab: &mut Experiment, level: NoiseLevel, found: &Measured, prior: f64) {
    let mut check = |what: &str, value: f64, low: f64, high: f64| {
        let what = format!("α = {}, σ = {}: {what}", level.alpha, level.sigma);
        lab.check(&what, value, low..=high, low..=high);
    };
    check("attention off Bayes' rule", found.own, 0.0, 1e-13);
    check("a caption off p(x | y)", found.caption, 0.0, 1e-12);
    if level.sigma >= 40.0 {
        check("entropy over the prior's", found.entropy / prior, 0.99, 1.001);
    } else {
        check("without log π", found.without_prior, 1e-2, 10.0);
    }
}
