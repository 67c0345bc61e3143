//! The lecture on one page, with the standard library alone: a mixture, two networks, two ways to guide, and one table.
//!
//! `cargo run --example one_page`, or `rustc -O experiments/one_page.rs && ./one_page`. Expect the class on target in 99 % of the
//! samples at γ = 1 and above, and in a quarter at γ = 0, exact or learned; the run checks it, and leaves a picture in the folder
//! of `--out`.

use std::f64::consts::{PI, TAU};

// The data: four round modes, a class each; p_t has the means μ and the variance s² + σ² (here α = 1).
const MEANS: [[f64; 2]; 4] = [[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]];
const S: f64 = 0.25; // the standard deviation of a mode
const SIGMA_DATA: f64 = 2.0156; // √(4 + s²), the root mean square of a coordinate
const CLASS: usize = 0; // y, the class to steer to
const NULL: usize = 4; // ∅, the label that says nothing

/// Random numbers: splitmix64, and normals by Box and Muller.
struct Rng(u64);

impl Rng {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normals(&mut self) -> [f64; 2] {
        let (r, t) = ((-2.0 * (1.0 - self.uniform()).ln()).sqrt(), TAU * self.uniform());
        [r * t.cos(), r * t.sin()]
    }

    fn point(&mut self) -> ([f64; 2], usize) {
        let (y, z) = ((4.0 * self.uniform()) as usize, self.normals());
        ([0, 1].map(|i| MEANS[y][i] + S * z[i]), y)
    }
}

/// The exact score: Σₖ rₖ·(μₖ − x)/(s² + σ²), rₖ ∝ exp(−|x − μₖ|²/2(s² + σ²)), over all classes or one.
fn exact(x: [f64; 2], sigma: f64, class: Option<usize>) -> [f64; 2] {
    let v = S * S + sigma * sigma;
    let log = |k: usize| -((x[0] - MEANS[k][0]).powi(2) + (x[1] - MEANS[k][1]).powi(2)) / (2.0 * v);
    let of = |k: &usize| class.is_none_or(|y| y == *k);
    let top = (0..4).filter(of).map(log).fold(f64::MIN, f64::max);
    let (mut sum, mut s) = (0.0, [0.0; 2]);
    for k in (0..4).filter(of) {
        let r = (log(k) - top).exp();
        sum += r;
        (0..2).for_each(|i| s[i] += r * (MEANS[k][i] - x[i]) / v);
    }
    s.map(|s| s / sum)
}

// A network: inputs, two hidden layers with SiLU, outputs. All weights are in one list, each layer's biases behind them.
const FEATURES: usize = 7; // of the noise level
const IN: usize = 2 + FEATURES + 5;
const WIDTH: usize = 32;

struct Net {
    sizes: [usize; 4],
    w: Vec<f64>,
    m: Vec<f64>,
    v: Vec<f64>,
    grad: Vec<f64>,
    h: [Vec<f64>; 4],   // what goes into each layer; the last is the answer
    pre: [Vec<f64>; 3], // each layer before its SiLU
}

impl Net {
    fn new(outputs: usize, rng: &mut Rng) -> Net {
        let sizes = [IN, WIDTH, WIDTH, outputs];
        let mut w = Vec::new();
        for l in 0..3 {
            let scale = (if l == 2 { 0.1 } else { 1.0 }) / (sizes[l] as f64).sqrt();
            w.extend((0..sizes[l] * sizes[l + 1]).map(|_| scale * rng.normals()[0]));
            w.extend(vec![0.0; sizes[l + 1]]);
        }
        let zeros = vec![0.0; w.len()];
        let (h, pre) = Default::default();
        Net { sizes, m: zeros.clone(), v: zeros.clone(), grad: zeros, w, h, pre }
    }

    /// F(x): keeps every layer for `backward`.
    fn forward(&mut self, x: [f64; IN]) {
        self.h[0] = x.to_vec();
        let mut at = 0;
        for l in 0..3 {
            let (n, m) = (self.sizes[l], self.sizes[l + 1]);
            let (weights, bias) = self.w[at..at + n * m + m].split_at(n * m);
            let row = |j: usize| weights[j * n..(j + 1) * n].iter().zip(&self.h[l]).map(|(w, h)| w * h).sum::<f64>();
            self.pre[l] = (0..m).map(|j| bias[j] + row(j)).collect();
            self.h[l + 1] = self.pre[l].iter().map(|a| if l < 2 { a / (1.0 + (-a).exp()) } else { *a }).collect();
            at += n * m + m;
        }
    }

    /// Adds ∂L/∂w to `grad`, given ∂L/∂F; returns ∂L/∂x.
    fn backward(&mut self, mut d: Vec<f64>) -> Vec<f64> {
        let mut at = self.w.len();
        for l in (0..3).rev() {
            let (n, m) = (self.sizes[l], self.sizes[l + 1]);
            at -= n * m + m;
            if l < 2 {
                for (d, a) in d.iter_mut().zip(&self.pre[l]) {
                    let s = 1.0 / (1.0 + (-a).exp());
                    *d *= s * (1.0 + a * (1.0 - s)); // SiLU′
                }
            }
            let mut d_h = vec![0.0; n];
            for j in 0..m {
                for i in 0..n {
                    self.grad[at + j * n + i] += d[j] * self.h[l][i];
                    d_h[i] += d[j] * self.w[at + j * n + i];
                }
                self.grad[at + n * m + j] += d[j];
            }
            d = d_h;
        }
        d
    }

    /// One step of Adam, from the sum of the gradients of a batch.
    fn adam(&mut self, step: i32, steps: i32) {
        let rate = 1e-2 * 0.5 * (1.0 + (PI * f64::from(step) / f64::from(steps)).cos());
        for i in 0..self.w.len() {
            let g = std::mem::take(&mut self.grad[i]);
            self.m[i] = 0.9 * self.m[i] + 0.1 * g;
            self.v[i] = 0.99 * self.v[i] + 0.01 * g * g;
            let (m, v) = (self.m[i] / (1.0 - 0.9f64.powi(step + 1)), self.v[i] / (1.0 - 0.99f64.powi(step + 1)));
            self.w[i] -= rate * m / (v.sqrt() + 1e-8);
        }
    }
}

/// What a network sees: c_in·x, the noise level, and the label.
fn seen(x: [f64; 2], sigma: f64, label: usize) -> [f64; IN] {
    let (mut input, c_in, t) = ([0.0; IN], 1.0 / SIGMA_DATA.hypot(sigma), 0.5 * sigma.ln());
    (input[0], input[1], input[2]) = (c_in * x[0], c_in * x[1], t);
    for k in 0..3 {
        (input[3 + 2 * k], input[4 + 2 * k]) = ((t * (k + 1) as f64).sin(), (t * (k + 1) as f64).cos());
    }
    input[2 + FEATURES + label] = 1.0;
    input
}

const BATCH: usize = 64;

/// One network for every label and for none: denoising score matching, D = c_skip·x + c_out·F, each label dropped in a tenth.
fn train_joint(steps: i32, rng: &mut Rng) -> Net {
    let mut net = Net::new(2, rng);
    for step in 0..steps {
        for b in 0..BATCH {
            let ((x0, y), z, sigma) = (rng.point(), rng.normals(), level(b, rng));
            let x = [0, 1].map(|i| x0[i] + sigma * z[i]);
            let label = if rng.uniform() < 0.1 { NULL } else { y };
            net.forward(seen(x, sigma, label));
            let [skip, out] = skip_and_out(sigma);
            let d = (0..2).map(|i| (net.h[3][i] - (x0[i] - skip * x[i]) / out) / BATCH as f64);
            let d = d.collect();
            net.backward(d);
        }
        net.adam(step, steps);
    }
    net
}

/// c_skip and c_out of Karras et al. 2022.
fn skip_and_out(sigma: f64) -> [f64; 2] {
    let v = SIGMA_DATA * SIGMA_DATA + sigma * sigma;
    [SIGMA_DATA * SIGMA_DATA / v, sigma * SIGMA_DATA / v.sqrt()]
}

/// ln σ is logistic, one from each part of a batch.
fn level(b: usize, rng: &mut Rng) -> f64 {
    let u = ((b as f64 + rng.uniform()) / BATCH as f64).clamp(1e-6, 1.0 - 1e-6);
    (-0.5 + (u / (1.0 - u)).ln()).exp()
}

/// s(x, y) = (D − x)/σ² of the joint network; `NULL` is the unconditional score.
fn learned(net: &mut Net, x: [f64; 2], sigma: f64, label: usize) -> [f64; 2] {
    net.forward(seen(x, sigma, label));
    let [skip, out] = skip_and_out(sigma);
    [0, 1].map(|i| (skip * x[i] + out * net.h[3][i] - x[i]) / (sigma * sigma))
}

/// The noisy classifier: softmax of g(σ)·F, where g is the slope that two Gaussian classes of width s have.
fn train_classifier(steps: i32, rng: &mut Rng) -> Net {
    let mut net = Net::new(4, rng);
    for step in 0..steps {
        for b in 0..BATCH {
            let ((x0, y), z, sigma) = (rng.point(), rng.normals(), level(b, rng));
            net.forward(seen([0, 1].map(|i| x0[i] + sigma * z[i]), sigma, NULL));
            let d = softmax(&net.h[3], gain(sigma)).into_iter().enumerate();
            let d = d.map(|(k, p)| gain(sigma) * (p - f64::from(u8::from(k == y))) / BATCH as f64);
            let d = d.collect();
            net.backward(d);
        }
        net.adam(step, steps);
    }
    net
}

fn gain(sigma: f64) -> f64 {
    SIGMA_DATA * SIGMA_DATA.hypot(sigma) / (S * S + sigma * sigma)
}

fn softmax(f: &[f64], gain: f64) -> Vec<f64> {
    let top = f.iter().fold(f64::MIN, |a, b| a.max(*b));
    let p: Vec<f64> = f.iter().map(|f| (gain * (f - top)).exp()).collect();
    let sum: f64 = p.iter().sum();
    p.into_iter().map(|p| p / sum).collect()
}

/// ∇ₓ log p(y | x_t) of the classifier.
fn likelihood(net: &mut Net, x: [f64; 2], sigma: f64) -> [f64; 2] {
    net.forward(seen(x, sigma, NULL));
    let p = softmax(&net.h[3], gain(sigma)).into_iter().enumerate();
    let d = p.map(|(k, p)| gain(sigma) * (f64::from(u8::from(k == CLASS)) - p)).collect();
    let d = net.backward(d);
    [0, 1].map(|i| d[i] / SIGMA_DATA.hypot(sigma))
}

/// Heun's method down the levels of Karras et al. 2022, from x = σ_max·z: dx/dσ = −σ·s(x, σ).
fn sample(n: usize, steps: usize, score: &mut dyn FnMut([f64; 2], f64) -> [f64; 2]) -> Vec<[f64; 2]> {
    let mut rng = Rng(7); // the same noise for every row of the table
    let root = |i: usize| 80f64.powf(1.0 / 7.0) + i as f64 / (steps - 1) as f64 * (0.002f64.powf(1.0 / 7.0) - 80f64.powf(1.0 / 7.0));
    let sigmas: Vec<f64> = (0..steps).map(|i| root(i).powi(7)).collect();
    let mut walk = || {
        let mut x = rng.normals().map(|z| 80.0 * z);
        for (i, sigma) in sigmas.iter().enumerate() {
            let d = score(x, *sigma).map(|s| -sigma * s);
            let Some(next) = sigmas.get(i + 1) else { return [0, 1].map(|i| x[i] - sigma * d[i]) };
            let euler = [0, 1].map(|i| x[i] + (next - sigma) * d[i]);
            let e = score(euler, *next).map(|s| -next * s);
            x = [0, 1].map(|i| x[i] + (next - sigma) * 0.5 * (d[i] + e[i]));
        }
        x
    };
    (0..n).map(|_| walk()).collect()
}

/// The shares in per cent: on the mode of the class (within 3.5 s), on another, past the class as seen from 0, elsewhere.
fn shares(x: &[[f64; 2]]) -> [f64; 4] {
    let mut counts = [0.0; 4];
    for p in x {
        let on = |k: usize| (p[0] - MEANS[k][0]).hypot(p[1] - MEANS[k][1]) <= 3.5 * S;
        let past = (0..2).map(|i| (p[i] - MEANS[CLASS][i]) * MEANS[CLASS][i]).sum::<f64>() > 0.0;
        let found = if on(CLASS) { 0 } else if (0..4).any(on) { 1 } else if past { 2 } else { 3 };
        counts[found] += 100.0 / x.len() as f64;
    }
    counts
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let (n, steps) = if words.iter().any(|w| w == "--quick") { (1000, 16) } else { (2000, 32) };
    let mut rng = Rng(1);
    let (mut joint, mut classifier) = (train_joint(3000, &mut rng), train_classifier(1500, &mut rng));
    let plus = |a: [f64; 2], g: f64, b: [f64; 2]| [a[0] + g * b[0], a[1] + g * b[1]];
    let minus = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
    println!("{:<28}{:>4}{:>10}{:>10}{:>12}{:>10}", "score", "γ", "target %", "other %", "overshoot %", "hybrid %");
    let mut good = true;
    for gamma in [0.0, 1.0, 3.0] {
        let exact = |x, s| plus(exact(x, s, None), gamma, minus(exact(x, s, Some(CLASS)), exact(x, s, None)));
        let by_classifier = |x, s| plus(learned(&mut joint, x, s, NULL), gamma, likelihood(&mut classifier, x, s));
        let mut rows = vec![("exact", sample(n, steps, &mut { exact }))];
        rows.push(("classifier guidance", sample(n, steps, &mut { by_classifier })));
        let free = |x, s| {
            let s_u = learned(&mut joint, x, s, NULL);
            plus(s_u, gamma, minus(learned(&mut joint, x, s, CLASS), s_u))
        };
        rows.push(("classifier-free guidance", sample(n, steps, &mut { free })));
        for (name, x) in &rows {
            let [target, other, overshoot, hybrid] = shares(x);
            println!("{name:<28}{gamma:>4}{target:>10.1}{other:>10.1}{overshoot:>12.1}{hybrid:>10.1}");
            good &= if gamma == 0.0 { (20.0..30.0).contains(&target) } else { target > 97.0 };
        }
    }
    assert!(good, "a share is not what the lecture says");
}
