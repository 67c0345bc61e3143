//! A multilayer perceptron that sees a point, the noise level and, if asked, a label.

use super::kernel::{Left, add_product, arch, transpose};
use super::silu::silu;
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use ndarray::{Array2, ArrayViewMut1, s};
use ndarray_rand::RandomExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use std::f32::consts::TAU;
use std::ops::Range;

/// Rows of a block. A row passes through the same products whatever batch it travels in, because every block, the last
/// too, has this height.
pub const BLOCK: usize = 64;

/// The shape of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MlpConfig {
    /// d, the width of a point.
    pub inputs: usize,
    /// How many numbers describe the log-SNR: sines and cosines at half as many frequencies. 0: the level is not seen.
    pub features: usize,
    /// Rows of the label table: the classes and, last, ∅. 0: no label is seen.
    pub labels: usize,
    /// The width of a label's embedding.
    pub embedding: usize,
    /// The width of a hidden layer.
    pub width: usize,
    /// The number of hidden layers, at least 1.
    pub depth: usize,
    /// Whether each hidden layer after the first adds to its input instead of replacing it.
    pub residual: bool,
    /// The width of the answer.
    pub outputs: usize,
}

impl Default for MlpConfig {
    fn default() -> Self {
        MlpConfig {
            inputs: 2,
            features: 32,
            labels: 0,
            embedding: 16,
            width: 128,
            depth: 4,
            residual: false,
            outputs: 2,
        }
    }
}

impl MlpConfig {
    /// How many columns of h₀ belong to the same group (point, features, label) as column i.
    fn group(&self, i: usize) -> usize {
        if i < self.inputs {
            self.inputs
        } else if i < self.inputs + self.features {
            self.features
        } else {
            self.embedding
        }
    }
}

/// A multilayer perceptron with SiLU activations.
///
/// ```text
/// h₀ = [x | cos, sin(2π·f·λ) | E_y],   h_{l+1} = silu(h_l·W_l + b_l) (+ h_l if residual),   out = h_L·W_L + b_L
/// ```
///
/// λ is the log-SNR and the frequencies f are geometric from 1/64 to 1/4. Rows of a batch may differ in level and label.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// The shape.
    pub config: MlpConfig,
    /// θ: for each layer W (in, out) row by row and then b (out); last the label table (labels, embedding).
    pub params: Vec<f32>,
    layers: Vec<Layer>,
    table: usize, // where the label table starts
}

/// Where a layer's parameters lie.
#[derive(Debug, Clone, PartialEq)]
struct Layer {
    inputs: usize,
    outputs: usize,
    weights: Range<usize>,
    bias: Range<usize>,
}

impl Layer {
    /// W, row by row (in, out).
    fn weights<'a>(&self, params: &'a [f32]) -> &'a [f32] {
        &params[self.weights.clone()]
    }

    /// b (out).
    fn bias<'a>(&self, params: &'a [f32]) -> &'a [f32] {
        &params[self.bias.clone()]
    }
}

/// The buffers of one block of rows: nothing is allocated between calls.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// h₀, of which the caller fills the first d columns: (BLOCK, in).
    pub input: Array2<f32>,
    /// The log-SNR of each row (BLOCK).
    pub log_snr: Vec<f32>,
    /// The label of each row (BLOCK); ignored by a network without labels.
    pub labels: Vec<usize>,
    /// The answer (BLOCK, out).
    pub output: Array2<f32>,
    /// ∂L/∂out, filled by the caller before [`Mlp::backward`] (BLOCK, out).
    pub d_output: Array2<f32>,
    /// ∂L/∂h₀, of which the first d columns are ∂L/∂x (BLOCK, in).
    pub d_input: Array2<f32>,
    hidden: Vec<Array2<f32>>, // h₁ … h_L (BLOCK, width)
    slopes: Vec<Array2<f32>>, // silu' of each hidden layer (BLOCK, width)
    d_hidden: Array2<f32>,    // (BLOCK, width)
    d_z: Array2<f32>,         // (BLOCK, width)
    transposed: Vec<f32>,     // Wᵀ of the layer at hand
}

impl Mlp {
    /// A network with random weights: normal with variance 1/in, zero biases, and an answer of zero.
    ///
    /// In the first layer the point, the features and the label count as an input each, so that the few coordinates of a
    /// point are not drowned by the many features: with one variance for all, training lingers where only the level is
    /// seen. Source: LeCun et al. 1998 for the variance.
    ///
    /// # Errors
    /// If a width or the depth is 0, the number of features is odd, or the network would have over 10⁸ parameters.
    pub fn new(config: MlpConfig, seed: u64) -> Result<Self> {
        let c = &config;
        for (what, n) in
            [("inputs", c.inputs), ("width", c.width), ("depth", c.depth), ("outputs", c.outputs)]
        {
            if n == 0 || n > 1 << 20 {
                return Err(Error::value(
                    format!("the network's {what}"),
                    n,
                    "at least 1 and at most 2^20",
                ));
            }
        }
        if !c.features.is_multiple_of(2)
            || c.features > 4096
            || c.embedding > 4096
            || c.labels > 1 << 20
        {
            let what = "the network's features, embedding or labels";
            let value = format!("{}, {}, {}", c.features, c.embedding, c.labels);
            return Err(Error::value(
                what,
                value,
                "even features up to 4096, embedding up to 4096, labels up to 2^20",
            ));
        }
        let (layers, table) = layout(c);
        let total = table + c.labels * c.embedding;
        if total > 100_000_000 {
            return Err(Error::value(
                "the network",
                format!("{total} parameters large"),
                "at most 10^8; narrow it",
            ));
        }
        let mut params = vec![0.0; total];
        let mut rng = stream(seed, Purpose::Weights, 0, 0);
        for (l, layer) in layers[..layers.len() - 1].iter().enumerate() {
            let mut weights =
                Array2::random_using((layer.inputs, layer.outputs), StandardNormal, &mut rng);
            for (i, mut row) in weights.outer_iter_mut().enumerate() {
                let fan_in = if l == 0 { c.group(i) } else { layer.inputs };
                row /= (fan_in as f32).sqrt();
            }
            params[layer.weights.clone()].iter_mut().zip(&weights).for_each(|(p, w)| *p = *w);
        }
        let embedding = Array2::random_using((c.labels, c.embedding), StandardNormal, &mut rng);
        params[table..].iter_mut().zip(&embedding).for_each(|(p, w)| *p = *w);
        Ok(Mlp { config, params, layers, table })
    }

    /// Buffers that fit this network.
    pub fn workspace(&self) -> Workspace {
        let c = &self.config;
        let block = |columns: usize| Array2::zeros((BLOCK, columns));
        Workspace {
            input: block(self.layers[0].inputs),
            log_snr: vec![0.0; BLOCK],
            labels: vec![0; BLOCK],
            output: block(c.outputs),
            d_output: block(c.outputs),
            d_input: block(self.layers[0].inputs),
            hidden: vec![block(c.width); c.depth],
            slopes: vec![block(c.width); c.depth],
            d_hidden: block(c.width),
            d_z: block(c.width),
            transposed: vec![
                0.0;
                self.layers.iter().map(|l| l.inputs * l.outputs).max().unwrap_or(0)
            ],
        }
    }

    /// Fills `w.output` from `w.input[.., ..d]`, `w.log_snr` and `w.labels`, keeping what [`Mlp::backward`] needs.
    pub fn forward(&self, w: &mut Workspace) {
        self.embed(w);
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, rest) = w.hidden.split_at_mut(l);
            let h = before.last().unwrap_or(&w.input);
            let out = rest.first_mut().unwrap_or(&mut w.output);
            let left = Left { data: slice(h), row: layer.inputs, column: 1 };
            let z = slice_mut(out);
            z.chunks_exact_mut(layer.outputs)
                .for_each(|row| row.copy_from_slice(layer.bias(&self.params)));
            add_product(left, layer.weights(&self.params), z, BLOCK, layer.inputs, layer.outputs);
            if l < self.config.depth {
                activate(out, &mut w.slopes[l]);
                if self.config.residual && l > 0 {
                    *out += h;
                }
            }
        }
    }

    /// From `w.d_output`, after [`Mlp::forward`]: fills `w.d_input` and, if `grads` is given, *adds* ∂L/∂θ to it.
    ///
    /// ```text
    /// d_z = d_h·silu'(z),   d_W = hᵀ·d_z,   d_b = Σ_rows d_z,   d_h(before) = d_z·Wᵀ (+ d_h if residual)
    /// ```
    pub fn backward(&self, w: &mut Workspace, mut grads: Option<&mut [f32]>) {
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let hidden_layer = l < self.config.depth;
            if hidden_layer {
                multiply(slice(&w.d_hidden), slice(&w.slopes[l]), slice_mut(&mut w.d_z));
            }
            let d_z = if hidden_layer { &w.d_z } else { &w.d_output };
            if let Some(grads) = grads.as_deref_mut() {
                let h = if l == 0 { &w.input } else { &w.hidden[l - 1] };
                add_gradient(layer, h, d_z, grads);
            }
            let d_h = if l == 0 { &mut w.d_input } else { &mut w.d_hidden };
            if !(self.config.residual && hidden_layer && l > 0) {
                d_h.fill(0.0);
            }
            transpose(layer.weights(&self.params), &mut w.transposed, layer.inputs, layer.outputs);
            let left = Left { data: slice(d_z), row: layer.outputs, column: 1 };
            add_product(left, &w.transposed, slice_mut(d_h), BLOCK, layer.outputs, layer.inputs);
        }
        if let Some(grads) = grads
            && self.config.labels > 0
        {
            self.add_label_gradient(w, grads);
        }
    }

    /// Fills the columns of `input` behind the point: the features of the log-SNR and the label's embedding.
    fn embed(&self, w: &mut Workspace) {
        let c = &self.config;
        let frequencies = frequencies(c.features / 2);
        let mut features = vec![0.0; c.features];
        let width = w.input.ncols();
        for (row, input) in slice_mut(&mut w.input).chunks_exact_mut(width).enumerate() {
            if row == 0 || w.log_snr[row] != w.log_snr[row - 1] {
                fourier(&frequencies, w.log_snr[row], &mut features); // once where rows share a level
            }
            let (level, label) = input[c.inputs..].split_at_mut(c.features);
            level.copy_from_slice(&features);
            if c.labels > 0 {
                label.copy_from_slice(self.label(w.labels[row]));
            }
        }
    }

    /// The embedding of a label.
    fn label(&self, label: usize) -> &[f32] {
        assert!(label < self.config.labels, "label {label} of {}", self.config.labels);
        &self.params[self.table + label * self.config.embedding..][..self.config.embedding]
    }

    fn add_label_gradient(&self, w: &Workspace, grads: &mut [f32]) {
        let c = &self.config;
        for (label, d) in w.labels.iter().zip(w.d_input.outer_iter()) {
            let mut row =
                ArrayViewMut1::from(&mut grads[self.table + label * c.embedding..][..c.embedding]);
            row += &d.slice(s![c.inputs + c.features..]);
        }
    }
}

/// The ranges of all layers in the flat block, and where the label table starts.
fn layout(c: &MlpConfig) -> (Vec<Layer>, usize) {
    let embedding = if c.labels > 0 { c.embedding } else { 0 };
    let mut at = 0;
    let mut take = |n: usize| {
        at += n;
        at - n..at
    };
    let layers: Vec<Layer> = (0..=c.depth)
        .map(|l| {
            let inputs = if l == 0 { c.inputs + c.features + embedding } else { c.width };
            let outputs = if l == c.depth { c.outputs } else { c.width };
            Layer { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }
        })
        .collect();
    (layers, at)
}

/// The frequencies f in cycles per unit of log-SNR, geometric from 1/64 to 1/4.
///
/// The log-SNR runs over about ±12, so the slowest never completes a turn and tells the ends apart.
fn frequencies(n: usize) -> Vec<f32> {
    const SLOWEST: f32 = 1.0 / 64.0;
    const FASTEST: f32 = 1.0 / 4.0;
    let step = |f: usize| 1.0 - f as f32 / (n.max(2) - 1) as f32;
    (0..n).map(|f| FASTEST * (SLOWEST / FASTEST).powf(step(f))).collect()
}

/// cos and then sin of 2π·f·λ at every frequency f.
fn fourier(frequencies: &[f32], log_snr: f32, features: &mut [f32]) {
    let (cosines, sines) = features.split_at_mut(frequencies.len());
    for ((f, cos), sin) in frequencies.iter().zip(cosines).zip(sines) {
        (*sin, *cos) = (TAU * f * log_snr).sin_cos();
    }
}

/// Replaces z by silu(z), and `slopes` by silu'(z).
fn activate(z: &mut Array2<f32>, slopes: &mut Array2<f32>) {
    let (z, slopes) = (slice_mut(z), slice_mut(slopes));
    arch().dispatch(
        #[inline(always)]
        || z.iter_mut().zip(slopes).for_each(|(z, slope)| (*z, *slope) = silu(*z)),
    );
}

/// Adds d_W = hᵀ·d_z and d_b = Σ_rows d_z.
fn add_gradient(layer: &Layer, h: &Array2<f32>, d_z: &Array2<f32>, grads: &mut [f32]) {
    let left = Left { data: slice(h), row: 1, column: layer.inputs };
    let right = slice(d_z);
    add_product(left, right, &mut grads[layer.weights.clone()], layer.inputs, BLOCK, layer.outputs);
    let d_b = &mut grads[layer.bias.clone()];
    for row in right.chunks_exact(layer.outputs) {
        d_b.iter_mut().zip(row).for_each(|(b, d)| *b += d);
    }
}

/// out = a·b, element by element.
fn multiply(a: &[f32], b: &[f32], out: &mut [f32]) {
    for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
        *o = a * b;
    }
}

/// The elements of a buffer, row by row.
fn slice(a: &Array2<f32>) -> &[f32] {
    a.as_slice().expect("buffers are contiguous")
}

/// As [`slice`], to write.
fn slice_mut(a: &mut Array2<f32>) -> &mut [f32] {
    a.as_slice_mut().expect("buffers are contiguous")
}
