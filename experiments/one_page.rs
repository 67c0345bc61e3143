//! The lecture on one page, with the standard library alone: a mixture, two networks, two ways to guide, and one table.
//!
//! `cargo run --example one_page`, or `rustc --edition 2024 -O experiments/one_page.rs && ./one_page`. Expect the wanted class in
//! 99 % of the samples at γ = 1 and 2 and in a third at γ = 0, exact or learned; the run checks it, and draws them with `--out FOLDER`.

use std::f64::consts::{PI, TAU};
type Point = [f64; 2];

// The data: K round modes, a class each; p_t has the same means and the variance s² + σ² (here α = 1).
const K: usize = 3;
const MEANS: [Point; K] = [[0.0, 2.0], [-1.732051, -1.0], [1.732051, -1.0]];
const S: f64 = 0.5; // the standard deviation of a mode
const SIGMA_DATA: f64 = 1.5; // √(2²/2 + s²), the root mean square of a coordinate
const CLASS: usize = 0; // y, the class to steer to
const NULL: usize = K; // ∅, the label that says nothing
const IN: usize = 2 + 7 + K + 1; // what a network sees: x, the noise level, the label
const WIDTH: usize = 32;
const BATCH: usize = 128;
const STEPS: usize = 40; // of the sampler

fn both(f: impl FnMut(usize) -> f64) -> Point {
    [0, 1].map(f)
}

/// Random numbers: splitmix64, and normals by Box and Muller.
struct Rng(u64);

impl Rng {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normals(&mut self) -> Point {
        let (r, t) = ((-2.0 * (1.0 - self.uniform()).ln()).sqrt(), TAU * self.uniform());
        [r * t.cos(), r * t.sin()]
    }

    /// x₀ with its class, x_t = x₀ + σ·ε and σ, for row b of a batch: ln σ is logistic, one from each part of the batch.
    fn example(&mut self, b: usize) -> (Point, usize, Point, f64) {
        let (y, z, eps) = ((K as f64 * self.uniform()) as usize, self.normals(), self.normals());
        let u = ((b as f64 + self.uniform()) / BATCH as f64).clamp(1e-6, 1.0 - 1e-6);
        let sigma = (-0.4 + (u / (1.0 - u)).ln()).exp();
        let x0 = both(|i| MEANS[y][i] + S * z[i]);
        (x0, y, both(|i| x0[i] + sigma * eps[i]), sigma)
    }
}

/// The exact score: Σₖ rₖ·(μₖ − x)/(s² + σ²), rₖ ∝ exp(−|x − μₖ|²/2(s² + σ²)), over all classes or one.
fn exact(x: Point, sigma: f64, class: Option<usize>) -> Point {
    let v = S * S + sigma * sigma;
    let log = |k: usize| -distance(x, k).powi(2) / (2.0 * v);
    let r = class.map_or(softmax(&[0, 1, 2].map(log), 1.0), |y| one_hot(y, K));
    both(|i| (0..K).map(|k| r[k] * (MEANS[k][i] - x[i]) / v).sum())
}

fn one_hot(y: usize, n: usize) -> Vec<f64> {
    (0..n).map(|k| f64::from(u8::from(k == y))).collect()
}

fn distance(x: Point, k: usize) -> f64 {
    (x[0] - MEANS[k][0]).hypot(x[1] - MEANS[k][1])
}

fn softmax(f: &[f64], gain: f64) -> Vec<f64> {
    let top = f.iter().fold(f64::MIN, |a, b| a.max(*b));
    let p: Vec<f64> = f.iter().map(|f| (gain * (f - top)).exp()).collect();
    let sum: f64 = p.iter().sum();
    p.into_iter().map(|p| p / sum).collect()
}

/// A network: inputs, two hidden layers with SiLU, outputs; each layer sees a 1 behind its inputs.
#[derive(Default)]
struct Net {
    layers: [(usize, usize, usize); 3], // where each begins, its inputs, its outputs
    w: [Vec<f64>; 4],                   // the weights, their gradient, and Adam's m and v
    h: [Vec<f64>; 4],                   // what goes into each layer; the last is the answer F
    pre: [Vec<f64>; 3],                 // each layer before its SiLU
}

impl Net {
    fn new(outputs: usize, rng: &mut Rng) -> Net {
        let (shape, mut w) = ([(IN + 1, WIDTH), (WIDTH + 1, WIDTH), (WIDTH + 1, outputs)], vec![]);
        let layers = shape.map(|(n, m)| {
            let (at, scale) = (w.len(), (n as f64).powf(if m == outputs { -1.5 } else { -0.5 }));
            w.extend((0..n * m).map(|_| scale * rng.normals()[0]));
            (at, n, m)
        });
        let zeros = vec![0.0; w.len()];
        Net { layers, w: [w, zeros.clone(), zeros.clone(), zeros], ..Net::default() }
    }

    /// F(x), of c_in·x, the noise level and the label; every layer is kept for `backward`.
    fn forward(&mut self, x: Point, sigma: f64, label: usize) -> &[f64] {
        let (c_in, t) = (1.0 / SIGMA_DATA.hypot(sigma), 0.5 * sigma.ln());
        let waves = (1..=3).flat_map(|k| [(k as f64 * t).sin(), (k as f64 * t).cos()]);
        self.h[0] = [c_in * x[0], c_in * x[1], t].into_iter().chain(waves).collect();
        self.h[0].extend(one_hot(label, K + 1));
        for (l, (at, n, m)) in self.layers.into_iter().enumerate() {
            self.h[l].push(1.0);
            let dot = |row: &[f64]| row.iter().zip(&self.h[l]).map(|(w, h)| w * h).sum::<f64>();
            let silu = |a: &f64| if l < 2 { a / (1.0 + (-a).exp()) } else { *a };
            self.pre[l] = self.w[0][at..at + n * m].chunks(n).map(dot).collect();
            self.h[l + 1] = self.pre[l].iter().map(silu).collect();
        }
        &self.h[3]
    }

    /// Adds ∂L/∂w to `grad`, given ∂L/∂F; returns ∂L/∂x without the factor c_in.
    fn backward(&mut self, mut d: Vec<f64>) -> Vec<f64> {
        for (l, (at, n, m)) in self.layers.into_iter().enumerate().rev() {
            for (d, a) in d.iter_mut().zip(&self.pre[l]).filter(|_| l < 2) {
                let s = 1.0 / (1.0 + (-a).exp());
                *d *= s * (1.0 + a * (1.0 - s)); // SiLU′
            }
            let ([w, grad, ..], mut d_h) = (&mut self.w, vec![0.0; n]);
            for (j, d) in d[..m].iter().enumerate() {
                let (grad, w) = (&mut grad[at + j * n..], &w[at + j * n..]);
                (0..n).for_each(|i| grad[i] += d * self.h[l][i]);
                (0..n).for_each(|i| d_h[i] += d * w[i]);
            }
            d = d_h;
        }
        d
    }

    /// Trains by Adam; `d_of` draws an example, runs the network on it and answers ∂L/∂F.
    fn trained(mut self, steps: i32, mut d_of: impl FnMut(&mut Net, usize) -> Vec<f64>) -> Net {
        for step in 0..steps {
            for b in 0..BATCH {
                let d = d_of(&mut self, b).into_iter().map(|d| d / BATCH as f64).collect();
                self.backward(d);
            }
            let rate = 2e-2 * 0.5 * (1.0 + (PI * f64::from(step) / f64::from(steps)).cos());
            let [w, grad, m, v] = &mut self.w;
            for (i, g) in grad.iter_mut().map(std::mem::take).enumerate() {
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.99 * v[i] + 0.01 * g * g;
                let hat = |v: f64, beta: f64| v / (1.0 - beta.powi(step + 1));
                w[i] -= rate * hat(m[i], 0.9) / (hat(v[i], 0.99).sqrt() + 1e-8);
            }
        }
        self
    }
}

/// c_skip and c_out of Karras et al. 2022: D = c_skip·x + c_out·F.
fn skip_and_out(sigma: f64) -> [f64; 2] {
    let v = SIGMA_DATA * SIGMA_DATA + sigma * sigma;
    [SIGMA_DATA * SIGMA_DATA / v, sigma * SIGMA_DATA / v.sqrt()]
}

/// Denoising score matching, one network for every label and for none: a label is dropped three times in ten.
fn joint(rng: &mut Rng) -> Net {
    Net::new(2, rng).trained(3600, |net, b| {
        let (x0, y, x, sigma) = rng.example(b);
        let label = if rng.uniform() < 0.3 { NULL } else { y };
        let ([skip, out], f) = (skip_and_out(sigma), net.forward(x, sigma, label));
        (0..2).map(|i| f[i] - (x0[i] - skip * x[i]) / out).collect()
    })
}

/// s(x, y) = (D − x)/σ² of the joint network; of `NULL` it is the unconditional score.
fn learned(net: &mut Net, x: Point, sigma: f64, label: usize) -> Point {
    let ([skip, out], f) = (skip_and_out(sigma), net.forward(x, sigma, label));
    both(|i| (skip * x[i] + out * f[i] - x[i]) / (sigma * sigma))
}

/// ∂ log p(y | x)/∂F, p = softmax(g·F), where g is the slope of the log-odds of two Gaussian classes of width s.
fn towards(y: usize, f: &[f64], sigma: f64) -> Vec<f64> {
    let gain = SIGMA_DATA * SIGMA_DATA.hypot(sigma) / (S * S + sigma * sigma);
    let p = softmax(f, gain).into_iter().zip(one_hot(y, K));
    p.map(|(p, is)| gain * (is - p)).collect()
}

/// The noisy classifier: cross-entropy on noised data.
fn classifier(rng: &mut Rng) -> Net {
    Net::new(K, rng).trained(1400, |net, b| {
        let (_, y, x, sigma) = rng.example(b);
        towards(y, net.forward(x, sigma, NULL), sigma).into_iter().map(|d| -d).collect()
    })
}

/// ∇ₓ log p(y | x_t) of the classifier.
fn likelihood(net: &mut Net, x: Point, sigma: f64) -> Point {
    let d = towards(CLASS, net.forward(x, sigma, NULL), sigma);
    let d = net.backward(d);
    both(|i| d[i] / SIGMA_DATA.hypot(sigma))
}

/// DDIM down the levels of Karras et al. 2022, from x = σ_max·z: dx/dσ = −σ·s(x, σ), a straight line at a time.
fn sample(n: usize, mut score: impl FnMut(Point, f64) -> Point) -> Vec<Point> {
    let mut rng = Rng(3); // the same noise for every row of the table
    let [high, low] = [80f64, 0.002].map(|s| s.powf(1.0 / 7.0));
    let sigma = |i: usize| (high + i as f64 / STEPS as f64 * (low - high)).powi(7);
    let mut walk = |mut x: Point| {
        for i in 0..STEPS {
            let (s, step) = (score(x, sigma(i)), sigma(i) - sigma(i + 1));
            x = both(|j| x[j] + step * sigma(i) * s[j]);
        }
        x
    };
    (0..n).map(|_| walk(rng.normals().map(|z| 80.0 * z))).collect()
}

/// The shares in per cent: on the mode of the class (within 3.5 s), on another, past the class as seen from 0, elsewhere.
fn shares(x: &[Point]) -> [f64; 4] {
    let mut counts = [0.0; 4];
    for p in x {
        let on = |k: usize| distance(*p, k) <= 3.5 * S;
        let past = (0..2).map(|i| (p[i] - MEANS[CLASS][i]) * MEANS[CLASS][i]).sum::<f64>() > 0.0;
        let found = [on(CLASS), (0..K).any(on), past, true];
        counts[found.iter().position(|yes| *yes).unwrap_or(3)] += 100.0 / x.len() as f64;
    }
    counts
}

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let out = words.windows(2).find(|pair| pair[0] == "--out").map(|pair| &pair[1]);
    out.map_or(Ok(()), std::fs::create_dir_all)?;
    let n = if words.iter().any(|w| w == "--quick") { 1000 } else { 2000 };
    let rng = &mut Rng(1);
    let (net, judge) = (&mut joint(rng), &mut classifier(rng));
    let mut good = true;
    let mut dots = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-5 -5 28 28'><path stroke='#000' stroke-width='.05' d='".to_string();
    println!("score                        γ  target %  other %  overshoot %  hybrid %");
    for (row, gamma) in [0.0, 1.0, 2.0].into_iter().enumerate() {
        let guided = |u: Point, g: Point| both(|i| u[i] + gamma * g[i]);
        let between = |u: Point, c: Point| guided(u, both(|i| c[i] - u[i]));
        let rows = [
            sample(n, |x, s| between(exact(x, s, None), exact(x, s, Some(CLASS)))),
            sample(n, |x, s| guided(learned(net, x, s, NULL), likelihood(judge, x, s))),
            sample(n, |x, s| between(learned(net, x, s, NULL), learned(net, x, s, CLASS))),
        ];
        for (column, x) in rows.iter().enumerate() {
            let name = ["exact", "classifier guidance", "classifier-free guidance"][column];
            let [target, other, past, hybrid] = shares(x);
            println!("{name:<26}{gamma:>4}{target:>10.1}{other:>9.1}{past:>13.1}{hybrid:>10.1}");
            good &= if gamma == 0.0 { (target - 33.3).abs() < 5.0 } else { target > 97.0 };
            let at = |p: &Point| [p[0] + 9.0 * column as f64, 9.0 * row as f64 - p[1]];
            dots.extend(x.iter().map(at).map(|[x, y]| format!("M{x:.2} {y:.2}h.05")));
        }
    }
    out.map_or(Ok(()), |o| std::fs::write(format!("{o}/one_page.svg"), dots + "'/></svg>"))?;
    good.then_some(()).ok_or(std::io::Error::other("a share is not what the lecture says"))
}
