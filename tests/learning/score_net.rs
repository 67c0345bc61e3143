//! What the last layer of a score network means, and what the network does not see.

use crate::common::{PROCESSES, assert_law, max_abs, normals, worst};
use ndarray::{Array2, array};
use scorelab::condition::Condition;
use scorelab::guidance::Gamma;
use scorelab::nn::{Batch, Mlp, MlpConfig, Net, ScoreNet, Target};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::JointNet;
use scorelab::score::ScoreFn;

const TARGETS: [Target; 4] = [Target::Edm, Target::Eps, Target::X0, Target::V];
const S: f64 = 1.7; // σ_data
const F: [f64; 2] = [0.75, -1.5]; // numbers that f32 holds exactly

/// A network that answers F whatever it is asked.
fn constant() -> Mlp {
    let mut mlp = Mlp::new(MlpConfig { width: 8, depth: 2, ..MlpConfig::default() }, 1).unwrap();
    let n = mlp.params.len();
    mlp.params[n - 2..].copy_from_slice(&F.map(|f| f as f32)); // the last bias; its weights are 0
    mlp
}

/// A network with random weights in its last layer too.
fn random(target: Target) -> ScoreNet {
    let config = MlpConfig { width: 16, depth: 2, ..MlpConfig::default() };
    let mut mlp = Mlp::new(config, 1).unwrap();
    let last = mlp.params.len() - 16 * 2 - 2;
    mlp.params[last..].iter_mut().zip(&normals(34, 1)).for_each(|(p, z)| *p = 0.5 * *z as f32);
    ScoreNet::of(mlp, target, S)
}

/// Levels of every process, α from .007 to 1.
fn levels() -> Vec<NoiseLevel> {
    let at = |r: f64| PROCESSES.map(|p| p.level(p.t_of_log_snr(-2.0 * r.ln())));
    [0.01, 0.1, 0.5, 1.0, 3.0, 100.0].into_iter().flat_map(at).collect()
}

/// D of one coordinate from the meaning of F, without the table.
fn denoised_by_hand(target: Target, x: f64, f: f64, level: NoiseLevel) -> f64 {
    let NoiseLevel { alpha, sigma } = level;
    let r = sigma / alpha;
    match target {
        // the posterior of x₀ ~ N(0, s²) seen at x/α ± r has this precision; F is in units of its standard deviation
        Target::Edm => {
            let precision = 1.0 / (S * S) + 1.0 / (r * r);
            x / alpha / (r * r) / precision + f / precision.sqrt()
        }
        Target::Eps => (x - sigma * f) / alpha,
        Target::X0 => f,
        // at the variance-preserving level of angle φ, x = cos φ·x₀ + sin φ·ε and v = cos φ·ε − sin φ·x₀
        Target::V => {
            let (sin, cos) = r.atan().sin_cos();
            cos * (cos * x / alpha) - sin * f
        }
    }
}

#[test]
fn a_constant_network_denoises_as_the_meaning_of_its_target_says() {
    let x = normals(20, 2) * 3.0;
    for target in TARGETS {
        let net = ScoreNet::of(constant(), target, S);
        for level in levels() {
            let d = net.denoised(x.view(), level);
            let residual = |other: NoiseLevel| {
                let off = d.indexed_iter().map(|((i, j), d)| {
                    let by_hand = denoised_by_hand(target, x[[i, j]], F[j], other);
                    (d - by_hand).abs() / (x[[i, j]].abs() / level.alpha + level.ratio() + 1.0)
                });
                worst(off)
            };
            let place = format!("{target:?} at {level:?}");
            let twin = NoiseLevel { alpha: level.alpha, sigma: level.sigma * 1.1 };
            if target == Target::X0 {
                assert!(residual(level) < 1e-12, "{place}: F itself");
                assert!(max_abs(&(&d - &array![[F[0], F[1] + 0.01]])) > 1e-3, "{place}");
            } else {
                assert_law(&place, residual(level), residual(twin), 1e-12);
            }
        }
    }
}

#[test]
fn the_true_answer_of_every_target_gives_back_the_data() {
    for r in [0.01f64, 0.3, 1.0, 4.0, 100.0] {
        for (x0, eps) in [(0.4, -1.1), (-2.3, 0.2), (1.0, 3.0)] {
            let root = (1.0 + r * r).sqrt();
            let answers =
                [(Target::Eps, eps), (Target::X0, x0), (Target::V, (eps - r * x0) / root)];
            for (target, f) in answers {
                let residual = |r_seen: f64| {
                    let c = target.coefficients(r_seen, S);
                    (c.skip * (x0 + r * eps) + c.out * f - x0).abs() / (1.0 + r)
                };
                let place = format!("{target:?} at {r}");
                assert!(residual(r) < 1e-13, "{place}: {:e}", residual(r));
                assert!(target == Target::X0 || residual(1.01 * r) > 1e-13, "{place}: the twin");
            }
        }
    }
}

#[test]
fn what_an_edm_network_sees_and_what_it_has_to_answer_have_unit_variance() {
    // x₀ ~ N(0, s²): x = x₀ + r·ε has variance s² + r², and x₀ − c_skip·x has (1 − c_skip)²s² + c_skip²r²
    for r in [0.01f64, 0.3, 1.7, 4.0, 100.0] {
        for target in TARGETS {
            let off = |s: f64| {
                let input = target.coefficients(r, S).input;
                (input * input * (s * s + r * r) - 1.0).abs()
            };
            assert!(off(S) < 1e-14, "{target:?} at {r}");
            assert!(off(1.1 * S) > 1e-6, "{target:?} at {r}: the twin");
        }
        let variance = |target: Target| {
            let c = target.coefficients(r, S);
            ((1.0 - c.skip).powi(2) * S * S + (c.skip * r).powi(2)) / (c.out * c.out)
        };
        let off = |target: Target| (variance(target) - 1.0).abs();
        assert_law(&format!("at {r}"), off(Target::Edm), off(Target::X0), 1e-13);
    }
}

#[test]
fn a_network_sees_x_over_alpha_and_sigma_over_alpha_and_nothing_of_the_process() {
    // the score at (α, σ) is s_VE(x/α; σ/α)/α
    let y = normals(40, 2) * 2.0;
    for target in TARGETS {
        let net = random(target);
        for r in [0.05f64, 0.5, 5.0] {
            let ve = net.score(y.view(), NoiseLevel::ve(r));
            for process in PROCESSES {
                let level = process.level(process.t_of_log_snr(-2.0 * r.ln()));
                let residual = |x: Array2<f64>| {
                    let s = net.score(x.view(), level) * level.alpha;
                    max_abs(&(s - &ve)) / max_abs(&ve)
                };
                // the same log-SNR by another way, rounded to f32
                let place = format!("{target:?}, {} at {r}", process.name());
                assert_law(
                    &place,
                    residual(&y * level.alpha),
                    residual(&y * (1.01 * level.alpha)),
                    1e-4,
                );
            }
        }
    }
}

#[test]
fn the_score_and_the_denoiser_of_a_network_are_one_answer() {
    let x = normals(40, 2) * 2.0;
    for target in TARGETS {
        let net = random(target);
        for level in levels() {
            let (s, d) = (net.score(x.view(), level), net.denoised(x.view(), level));
            let residual = |scale: f64| {
                let tweedie = (&x + &(&s * (scale * level.sigma.powi(2)))) / level.alpha;
                max_abs(&(tweedie - &d)) / (max_abs(&d) + max_abs(&x) / level.alpha)
            };
            assert_law(&format!("{target:?} at {level:?}"), residual(1.0), residual(1.001), 1e-13);
        }
    }
}

#[test]
fn a_network_pulls_a_vector_back_as_its_f64_pass_does() {
    let (x, v) = (normals(20, 2) * 2.0, normals(20, 3).slice(ndarray::s![.., 1..]).to_owned());
    for target in TARGETS {
        for spread in [vec![], vec![0.4, 2.1]] {
            let net = random(target).with_spread(spread.clone());
            for level in levels() {
                let r = level.ratio();
                let own = |i: usize| target.coefficients(r, spread.get(i).copied().unwrap_or(S));
                let scale = target.coefficients(r, S).input / level.alpha;
                let scaled = |f: &dyn Fn(usize) -> f64| {
                    Array2::from_shape_fn(v.raw_dim(), |(row, i)| v[[row, i]] * f(i))
                };
                let params: Vec<f64> = net.network.params.iter().map(|p| f64::from(*p)).collect();
                let batch = Batch {
                    x: &x * scale,
                    log_snr: ndarray::Array1::from_elem(x.nrows(), level.log_snr()),
                    conditions: vec![Condition::None; x.nrows()],
                };
                let d_output = scaled(&|i| own(i).out);
                let back = net.network.plain_gradients(&params, &batch, &d_output).x;
                let exact = back * scale + scaled(&|i| own(i).skip / level.alpha);
                let found = net.pull_back(x.view(), level, v.view());
                let off = |factor: f64| max_abs(&(&found * factor - &exact)) / max_abs(&exact);
                assert_law(&format!("{target:?} at {level:?}"), off(1.0), off(1.001), 1e-5);
            }
        }
    }
}

#[test]
fn a_joint_network_pulls_back_what_it_blends() {
    let config = MlpConfig { width: 16, depth: 2, embedding: 8, ..MlpConfig::default() };
    let net = JointNet::new(config, 3, Target::Edm, S, 1).unwrap();
    let mut network = net.network().clone();
    let shift = normals(network.params.len(), 1);
    network.params.iter_mut().zip(&shift).for_each(|(p, z)| *p += 0.2 * *z as f32);
    let net = net.with_weights(network);
    let (x, v) = (normals(20, 2) * 2.0, normals(20, 3).slice(ndarray::s![.., 1..]).to_owned());
    for level in levels() {
        let of = |score: &dyn ScoreFn| score.pull_back(x.view(), level, v.view());
        let (given, free) = (of(&net.given(1)), of(&net.unconditional()));
        let guided = of(&net.guided(1, Gamma::new(2.5).unwrap()));
        let off = |gamma: f64| {
            max_abs(&(&free + &((&given - &free) * gamma) - &guided)) / max_abs(&guided)
        };
        assert_law("γ of a pull back", off(2.5), off(2.6), 1e-5);
    }
}
