//! CADS: on average ordinary guidance at another scale, and with two classes a label that is now and then the other one.

use super::*;
use crate::common::cases;
use libm::erfc;
use ndarray::{Array1, Axis, array};
use scorelab::metrics::Interval;
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Noise, Purpose};
use scorelab::sampler::{Sampler, Step};
use scorelab::score::ScoreFn;

const N: usize = 40_000;

/// The score by which each of many rows at one point goes at a level, read off a step without noise of its own.
fn asked(mixture: &Mixture, set: &[(&str, f64)], at: &Array1<f64>, sigma: f64) -> Array2<f64> {
    let process = Process::VE;
    let (from, to) = (sigma / 80.0, 0.9 * sigma / 80.0);
    let mut sampler =
        plan_on(mixture, "cads", set).sampler(&AnySampler::new(Ddim { eta: 0.0 })).unwrap();
    let rows: Vec<usize> = (0..N).collect();
    let mut x = at.broadcast((N, at.len())).unwrap().to_owned();
    let noise = Noise::new(3, Purpose::Walk, 0, &rows);
    sampler.step(mixture, &mut x, Step { process: &process, from, to, noise });
    (x - at) / (0.1 * sigma * sigma)
}

/// g at a level between 6 and 60.
fn kept(sigma: f64) -> f64 {
    1.0 - (sigma / 6.0).log10()
}

#[test]
fn without_its_mending_it_is_on_average_guidance_at_a_smaller_scale_with_a_known_scatter() {
    let (f3, sigma, gamma, scale) = (cases::f3(), 15.0, 3.0, 0.7);
    let (at, level, g) = (array![2.0, -7.0], NoiseLevel::ve(sigma), kept(sigma));
    let score =
        |p: &Mixture| p.score(at.clone().insert_axis(Axis(0)).view(), level).row(0).to_owned();
    let u = score(&f3);
    let apart: Vec<Array1<f64>> = (0..3).map(|y| score(&f3.given(y)) - &u).collect();
    let found = asked(&f3, &[("gamma", gamma), ("scale", scale), ("mix", 0.0)], &at, sigma);
    for i in 0..2 {
        let column = found.column(i);
        let mean = |g: f64| u[i] + gamma * g.sqrt() * apart[0][i];
        let variance = |g: f64| {
            (gamma * scale).powi(2) * (1.0 - g) * apart.iter().map(|a| a[i] * a[i]).sum::<f64>()
        };
        let off_mean =
            |g: f64| (column.mean().unwrap() - mean(g)).abs() / (variance(g) / N as f64).sqrt();
        let off_variance =
            |g: f64| (column.var(1.0) / variance(g) - 1.0).abs() / (2.0 / N as f64).sqrt();
        assert!(
            off_mean(g) < 4.5 && off_variance(g) < 4.5,
            "{i}: {} {}",
            off_mean(g),
            off_variance(g)
        );
        let twin = g * g; // g instead of its root
        assert!(off_variance(twin) > 9.0, "{i}: the twin passed");
        // the class lies above the middle: along the first axis it says nothing
        assert!(i == 0 || off_mean(twin) > 9.0, "{i}: the twin passed");
    }
}

#[test]
fn of_two_classes_the_mended_label_is_one_and_now_and_then_the_other() {
    let (f2, sigma) = (cases::f2(), 20.0);
    let (at, level, g) = (array![4.0], NoiseLevel::ve(sigma), kept(sigma));
    let score = |p: &Mixture| p.score(array![[4.0]].view(), level)[[0, 0]];
    let answers = [0, 1].map(|y| score(&f2) + 3.0 * (score(&f2.given(y)) - score(&f2)));
    for scale in [0.5, 1.0, 4.0] {
        let found = asked(&f2, &[("gamma", 3.0), ("scale", scale)], &at, sigma);
        let off = |s: &f64, answer: f64| (s - answer).abs() < 1e-9;
        assert!(found.iter().all(|s| off(s, answers[0]) || off(s, answers[1])), "{scale}");
        let other = Interval::of_hits(found.iter().map(|s| off(s, answers[1]))).value;
        let share = |scale: f64| 0.5 * erfc((0.5 * g / (1.0 - g)).sqrt() / scale / 2f64.sqrt());
        let beyond = |p: f64| (other - p).abs() / (p * (1.0 - p) / N as f64).sqrt();
        assert!(beyond(share(scale)) < 4.5, "scale {scale}: {other}, {}", share(scale));
        assert!(beyond(share(1.5 * scale)) > 4.5, "scale {scale}: the twin passed");
    }
}

#[test]
fn a_label_is_whole_near_the_data_and_gone_far_away() {
    let f3 = cases::f3();
    let at = array![1.0, 1.0];
    let score = |name: &str, sigma: f64| {
        let plan = plan_on(
            &f3,
            name,
            &[("gamma", 3.0)].into_iter().filter(|_| name != "unconditional").collect::<Vec<_>>(),
        );
        plan.score()
            .unwrap()
            .score(at.clone().insert_axis(Axis(0)).view(), NoiseLevel::ve(sigma))
            .row(0)
            .to_owned()
    };
    let furthest = |sigma: f64, truth: &Array1<f64>| {
        let found = asked(&f3, &[("gamma", 3.0), ("scale", 1e-9), ("mix", 0.0)], &at, sigma);
        crate::common::max_abs(&(found - truth)) / crate::common::max_abs(truth)
    };
    for (sigma, name) in [(5.9, "classifier-free"), (61.0, "unconditional")] {
        let other = if name == "unconditional" { "classifier-free" } else { "unconditional" };
        assert!(furthest(sigma, &score(name, sigma)) < 1e-6, "σ = {sigma}");
        assert!(furthest(sigma, &score(other, sigma)) > 1e-4, "σ = {sigma}: the twin passed");
    }
    let crossed = Knobs::parse(named("cads").about(), &["low=7", "high=6"]).unwrap();
    let refused = build(named("cads"), &parts(&f3), &crossed).err().unwrap().to_string();
    assert!(refused.contains("low") && refused.contains("at most high, which is 6"), "{refused}");
}
