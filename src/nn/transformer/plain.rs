//! The Transformer in f64 and matrices, an image at a time, forward and backward as the formulas say it.
//!
//! ```text
//! e = silu([cos, sin(2π·f·λ)]·W_e + b_e)                                          the noise level (1, w)
//! h = patches·W_p + b_p + places                                                  the tokens (T, w)
//! each layer, three times, with F = self-attention, attention to the words, perceptron:
//!     h ← h + gate ⊙ F(normalise(h) ⊙ (1 + scale) + shift),   (shift, scale, gate) = e·W_m + b_m
//! out = (normalise(h) ⊙ (1 + scale) + shift)·W_o + b_o                            the patches of the answer (T, pixels)
//! ```
//!
//! The words are a start token and then those of the caption, each a row of a table, with a row for its position added if the
//! words have an order; they give keys and values, and the image's tokens ask. [`Transformer`](super::Transformer) computes the
//! same in f32, block by block and faster; the tests hold its answers and its gradients to these, and these to differences.
//! Source: Peebles & Xie 2023 (2212.09748), section 3.2, adaLN-Zero; attention to words as in Chen et al. 2024 (2310.00426).

use super::formulas::{Normalised, attention, attention_back, normalise, normalise_back};
use super::shape::{LEVEL, Layout, PATCHES, Role, TransformerConfig, at};
use crate::condition::Condition;
use crate::nn::net::{Batch, Gradients};
use crate::nn::plain::{frequencies, silu, silu_slope};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, concatenate, s};
use std::f64::consts::TAU;
use std::ops::Range;

/// A Transformer: its shape, and its parameters θ in the flat block that [`parts`](crate::nn::Shape::parts) lays out.
#[derive(Debug)]
pub struct Plain<'a> {
    config: &'a TransformerConfig,
    params: &'a [f64],
    layout: Layout,
}

/// The forward pass of one image, kept for the backward one.
#[derive(Debug)]
pub struct Forward {
    phases: Array2<f64>,           // [cos, sin(2π·f·λ)] (1, features)
    level: Array2<f64>,            // e before its activation (1, w)
    patches: Array2<f64>,          // (T, pixels)
    rows: Vec<[Option<usize>; 2]>, // of the tables, for each word
    words: Array2<f64>,            // (n, w)
    modulations: Vec<Array2<f64>>, // of each layer (9, w), and of the answer (2, w)
    /// The three branches of each layer.
    pub layers: Vec<[Branch; 3]>,
    last: Seen,
    answer: Array2<f64>, // (T, pixels)
}

/// What a branch sees of the tokens.
#[derive(Debug)]
struct Seen {
    normal: Normalised,
    rows: Array2<f64>, // normal ⊙ (1 + scale) + shift (T, w)
}

/// One branch of a layer.
#[derive(Debug)]
pub struct Branch {
    seen: Seen,
    /// What happens inside.
    pub inner: Inner,
    /// F, before the gate (T, w).
    pub result: Array2<f64>,
}

/// What happens inside a branch.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "an image has a few of them")]
pub enum Inner {
    /// Attention.
    Attention {
        /// Queries (T, w), keys and values (n, w).
        q_k_v: [Array2<f64>; 3],
        /// A of each head (T, n): where each patch looks.
        weights: Vec<Array2<f64>>,
        /// O, the weighted means of the values (T, w).
        mixed: Array2<f64>,
    },
    /// The perceptron: its hidden layer before the activation (T, hidden).
    Perceptron(Array2<f64>),
}

impl<'a> Plain<'a> {
    /// The network of a shape at these parameters.
    ///
    /// # Panics
    /// If they are those of another shape.
    pub fn new(config: &'a TransformerConfig, params: &'a [f64]) -> Self {
        let layout = Layout::of(config);
        assert_eq!(params.len(), layout.parameters, "the parameters are those of the shape");
        Plain { config, params, layout }
    }

    /// The answer to every image of a batch (n, side²).
    pub fn answers(&self, batch: &Batch) -> Array2<f64> {
        let mut out = Array2::zeros(batch.x.raw_dim());
        for (i, mut out) in out.outer_iter_mut().enumerate() {
            let forward = self.forward(batch.x.row(i), batch.log_snr[i], &batch.conditions[i]);
            let pixels = self.config.pixels();
            forward.answer.iter().zip(pixels).for_each(|(answer, pixel)| out[pixel] = *answer);
        }
        out
    }

    /// The derivatives of a loss of which ∂L/∂out is known (n, side²).
    pub fn gradients(&self, batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        let (mut params, mut x) = (vec![0.0; self.params.len()], Array2::zeros(batch.x.raw_dim()));
        for (i, mut d_x) in x.outer_iter_mut().enumerate() {
            let forward = self.forward(batch.x.row(i), batch.log_snr[i], &batch.conditions[i]);
            let pixels = self.config.pixels();
            let d_answer = pixels.iter().map(|pixel| d_output[[i, *pixel]]).collect();
            let d_answer = Array2::from_shape_vec(forward.answer.raw_dim(), d_answer);
            let d_patches =
                self.backward(&forward, &d_answer.expect("an answer's shape"), &mut params);
            d_patches.iter().zip(pixels).for_each(|(d, pixel)| d_x[pixel] = *d);
        }
        Gradients { params, x }
    }

    /// The answer to one image (side²), and all that leads to it.
    ///
    /// # Panics
    /// If the network does not take the condition.
    pub fn forward(&self, x: ArrayView1<f64>, log_snr: f64, condition: &Condition) -> Forward {
        let c = self.config;
        let turns = frequencies(c.features / 2).insert_axis(Axis(0)) * (TAU * log_snr);
        let phases = concatenate![Axis(1), turns.mapv(f64::cos), turns.mapv(f64::sin)];
        let level = self.linear(LEVEL, &phases);
        let e = level.mapv(silu);
        let mut rows = Vec::new();
        c.rows(condition, &mut rows);
        let words = self.words(&rows);
        let patches = c.pixels().into_iter().map(|pixel| x[pixel]).collect();
        let patches = Array2::from_shape_vec((c.tokens(), c.patch * c.patch), patches);
        let patches = patches.expect("every pixel is in a patch");
        let mut h = self.linear(PATCHES, &patches) + self.table(self.layout.places.clone());
        let (mut modulations, mut layers) = (Vec::new(), Vec::new());
        for l in 0..c.depth {
            let m = self.modulation(at(l, Role::Modulation), &e);
            layers.push(self.layer(l, &mut h, m.view(), &words));
            modulations.push(m);
        }
        let [modulation, answer] = self.layout.last();
        let m = self.modulation(modulation, &e);
        let last = seen(&h, m.view());
        modulations.push(m);
        let answer = self.linear(answer, &last.rows);
        Forward { phases, level, patches, rows, words, modulations, layers, last, answer }
    }

    /// The three branches of layer l, which add their results to the tokens.
    fn layer(
        &self,
        l: usize,
        h: &mut Array2<f64>,
        m: ArrayView2<f64>,
        words: &Array2<f64>,
    ) -> [Branch; 3] {
        let (heads, w) = (self.config.heads, self.config.width);
        let attend = |q_k_v: [Array2<f64>; 3], out: Role| {
            let (mixed, weights) = attention(&q_k_v[0], &q_k_v[1], &q_k_v[2], heads);
            (self.linear(at(l, out), &mixed), Inner::Attention { q_k_v, weights, mixed })
        };
        let own = branch(h, m.slice(s![0..3, ..]), |a| {
            let all = self.linear(at(l, Role::SelfIn), a);
            attend([0, 1, 2].map(|i| columns(&all, i, w)), Role::SelfOut)
        });
        let to_words = branch(h, m.slice(s![3..6, ..]), |a| {
            let key_value = self.linear(at(l, Role::KeyValue), words);
            let [k, v] = [0, 1].map(|i| columns(&key_value, i, w));
            attend([self.linear(at(l, Role::Query), a), k, v], Role::CrossOut)
        });
        let perceptron = branch(h, m.slice(s![6..9, ..]), |a| {
            let z = self.linear(at(l, Role::Up), a);
            (self.linear(at(l, Role::Down), &z.mapv(silu)), Inner::Perceptron(z))
        });
        [own, to_words, perceptron]
    }

    /// Adds ∂L/∂θ to `grads` and returns ∂L/∂patches, from ∂L/∂answer: the chain rule, from the last to the first.
    fn backward(&self, f: &Forward, d_answer: &Array2<f64>, grads: &mut [f64]) -> Array2<f64> {
        let [modulation, answer] = self.layout.last();
        let e = f.level.mapv(silu);
        let mut d_words = Array2::zeros(f.words.raw_dim());
        let d_seen = self.linear_back(answer, &f.last.rows, d_answer, grads);
        let mut d_m = Array2::zeros((2, self.config.width));
        let mut d_h =
            seen_back(&f.last, f.modulations[self.config.depth].view(), &d_seen, d_m.view_mut());
        let mut d_e = self.linear_back(modulation, &e, &flat(d_m), grads);
        for (l, branches) in f.layers.iter().enumerate().rev() {
            let (m, mut d_m) = (&f.modulations[l], Array2::zeros((9, self.config.width)));
            for (i, branch) in branches.iter().enumerate().rev() {
                let rows = s![3 * i..3 * i + 3, ..];
                let d_result = gate_back(branch, m.slice(rows), &d_h, d_m.slice_mut(rows));
                let d_seen =
                    self.inner_back((l, i), branch, &d_result, (&f.words, &mut d_words), grads);
                d_h += &seen_back(&branch.seen, m.slice(rows), &d_seen, d_m.slice_mut(rows));
            }
            d_e += &self.linear_back(at(l, Role::Modulation), &e, &flat(d_m), grads);
        }
        self.table_back(&f.rows, &d_words, grads);
        put(grads, self.layout.places.clone(), &d_h);
        self.linear_back(LEVEL, &f.phases, &(d_e * f.level.mapv(silu_slope)), grads);
        self.linear_back(PATCHES, &f.patches, &d_h, grads)
    }

    /// ∂L/∂a of what branch i of layer l sees, from ∂L/∂F.
    fn inner_back(
        &self,
        (l, i): (usize, usize),
        branch: &Branch,
        d_result: &Array2<f64>,
        (words, d_words): (&Array2<f64>, &mut Array2<f64>),
        grads: &mut [f64],
    ) -> Array2<f64> {
        let a = &branch.seen.rows;
        match &branch.inner {
            Inner::Perceptron(z) => {
                let d_hidden = self.linear_back(at(l, Role::Down), &z.mapv(silu), d_result, grads);
                let d_z = d_hidden * z.mapv(silu_slope);
                self.linear_back(at(l, Role::Up), a, &d_z, grads)
            }
            Inner::Attention { q_k_v: [q, k, v], weights, mixed } => {
                let out = if i == 0 { Role::SelfOut } else { Role::CrossOut };
                let d_mixed = self.linear_back(at(l, out), mixed, d_result, grads);
                let [d_q, d_k, d_v] = attention_back([q, k, v], weights, &d_mixed);
                if i == 0 {
                    let all = concatenate![Axis(1), d_q, d_k, d_v];
                    return self.linear_back(at(l, Role::SelfIn), a, &all, grads);
                }
                let both = concatenate![Axis(1), d_k, d_v];
                *d_words += &self.linear_back(at(l, Role::KeyValue), words, &both, grads);
                self.linear_back(at(l, Role::Query), a, &d_q, grads)
            }
        }
    }

    /// x·W (+ b) of a linear map.
    fn linear(&self, number: usize, x: &Array2<f64>) -> Array2<f64> {
        let out = x.dot(&self.weights(number));
        let bias = &self.params[self.layout.layers[number].bias.clone()];
        if bias.is_empty() { out } else { out + ArrayView1::from(bias) }
    }

    /// Adds d_W = xᵀ·d and d_b = Σ_rows d to `grads` and returns d_x = d·Wᵀ.
    fn linear_back(
        &self,
        number: usize,
        x: &Array2<f64>,
        d: &Array2<f64>,
        grads: &mut [f64],
    ) -> Array2<f64> {
        let layer = &self.layout.layers[number];
        put(grads, layer.weights.clone(), &x.t().dot(d));
        if !layer.bias.is_empty() {
            put(grads, layer.bias.clone(), &d.sum_axis(Axis(0)).insert_axis(Axis(0)));
        }
        d.dot(&self.weights(number).t())
    }

    fn weights(&self, number: usize) -> ArrayView2<'_, f64> {
        let layer = &self.layout.layers[number];
        ArrayView2::from_shape((layer.inputs, layer.outputs), &self.params[layer.weights.clone()])
            .expect("the parameters are those of the shape")
    }

    /// A table, a row of w numbers for each thing.
    fn table(&self, range: Range<usize>) -> ArrayView2<'_, f64> {
        let w = self.config.width;
        ArrayView2::from_shape((range.len() / w, w), &self.params[range])
            .expect("the parameters are those of the shape")
    }

    /// The words of a caption, the start token first (n, w).
    fn words(&self, rows: &[[Option<usize>; 2]]) -> Array2<f64> {
        let table = self.table(self.layout.table());
        let mut words = Array2::zeros((rows.len(), self.config.width));
        for (mut word, rows) in words.outer_iter_mut().zip(rows) {
            rows.iter().flatten().for_each(|row| word += &table.row(*row));
        }
        words
    }

    fn table_back(&self, rows: &[[Option<usize>; 2]], d_words: &Array2<f64>, grads: &mut [f64]) {
        let w = self.config.width;
        for (d, rows) in d_words.outer_iter().zip(rows) {
            for row in rows.iter().flatten() {
                let from = self.layout.words.start + row * w;
                grads[from..from + w].iter_mut().zip(d).for_each(|(g, d)| *g += d);
            }
        }
    }

    /// e·W_m + b_m, a row for each shift, scale and gate (k, w).
    fn modulation(&self, number: usize, e: &Array2<f64>) -> Array2<f64> {
        let m = self.linear(number, e);
        let (k, w) = (m.len() / self.config.width, self.config.width);
        m.into_shape_with_order((k, w)).expect("rows of w numbers")
    }
}

impl Forward {
    /// Where each patch looks in the words, by layer and head: (T, n), the start token first; rows sum to 1.
    pub fn word_maps(&self) -> Vec<&[Array2<f64>]> {
        let mut maps = Vec::new();
        for [_, to_words, _] in &self.layers {
            if let Inner::Attention { weights, .. } = &to_words.inner {
                maps.push(weights.as_slice());
            }
        }
        maps
    }

    /// The answer's patches (T, pixels of a patch).
    pub fn answer(&self) -> &Array2<f64> {
        &self.answer
    }
}

/// normalise(h) ⊙ (1 + scale) + shift; shift and scale are the first rows of `m`.
fn seen(h: &Array2<f64>, m: ArrayView2<f64>) -> Seen {
    let normal = normalise(h);
    let rows = &normal.rows * &(&m.row(1) + 1.0) + m.row(0);
    Seen { normal, rows }
}

/// ∂L/∂h by way of what was seen; leaves d_shift and d_scale in the first rows of `d_m`.
fn seen_back(
    seen: &Seen,
    m: ArrayView2<f64>,
    d: &Array2<f64>,
    mut d_m: ArrayViewMut2<f64>,
) -> Array2<f64> {
    d_m.row_mut(0).assign(&d.sum_axis(Axis(0)));
    d_m.row_mut(1).assign(&(d * &seen.normal.rows).sum_axis(Axis(0)));
    normalise_back(&seen.normal, &(d * &(&m.row(1) + 1.0)))
}

/// h ← h + gate ⊙ F(what is seen of h).
fn branch(
    h: &mut Array2<f64>,
    m: ArrayView2<f64>,
    f: impl FnOnce(&Array2<f64>) -> (Array2<f64>, Inner),
) -> Branch {
    let seen = seen(h, m);
    let (result, inner) = f(&seen.rows);
    *h += &(&result * &m.row(2));
    Branch { seen, inner, result }
}

/// ∂L/∂F; leaves d_gate in the third row of `d_m`.
fn gate_back(
    branch: &Branch,
    m: ArrayView2<f64>,
    d_h: &Array2<f64>,
    mut d_m: ArrayViewMut2<f64>,
) -> Array2<f64> {
    d_m.row_mut(2).assign(&(d_h * &branch.result).sum_axis(Axis(0)));
    d_h * &m.row(2)
}

/// Columns i·w … of a matrix.
fn columns(all: &Array2<f64>, i: usize, w: usize) -> Array2<f64> {
    all.slice(s![.., i * w..(i + 1) * w]).to_owned()
}

/// All rows in one.
fn flat(d: Array2<f64>) -> Array2<f64> {
    let n = d.len();
    d.into_shape_with_order((1, n)).expect("as many numbers")
}

/// Adds a derivative to its place.
fn put(grads: &mut [f64], range: Range<usize>, d: &Array2<f64>) {
    grads[range].iter_mut().zip(d).for_each(|(g, d)| *g += d);
}
