//! A multilayer perceptron that sees a point, the noise level and, if asked, a label.

use super::kernel::{Left, Size, narrow_product, product, transpose};
use super::layer::{NARROW, add_gradient, multiply, slice, slice_mut, times};
use super::shape::{Layer, MlpConfig, layout};
use super::silu::{activate, cosines};
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand_distr::StandardNormal;

/// Rows of a block of a network less than 256 wide: its layers stay in the nearest caches from step to step.
pub const BLOCK: usize = 64;
/// Rows of a block of a wider network: its weights come from further away, and each trip serves more rows.
const WIDE_BLOCK: usize = 128;
/// The least width of a wide network.
const WIDE: usize = 256;

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

/// The buffers of one block of rows: nothing is allocated between calls.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// h₀, of which the caller fills the first d columns: (rows, in).
    pub input: Array2<f32>,
    /// The log-SNR of each row (rows), for [`Mlp::forward`].
    pub log_snr: Vec<f32>,
    /// The label of each row (rows), for [`Mlp::forward`]; ignored by a network without labels.
    pub labels: Vec<usize>,
    /// The answer (rows, out).
    pub output: Array2<f32>,
    /// What the answer should have been (rows, out), for an objective that compares the two.
    pub target: Array2<f32>,
    /// ∂L/∂out, filled by the caller before [`Mlp::backward`] or [`Mlp::input_gradient`] (rows, out).
    pub d_output: Array2<f32>,
    /// ∂L/∂x (rows, d), filled by [`Mlp::input_gradient`].
    pub d_input: Array2<f32>,
    hidden: Vec<Array2<f32>>, // h₁ … h_L (rows, width)
    slopes: Vec<Array2<f32>>, // silu' of each hidden layer (rows, width)
    d_hidden: Array2<f32>,    // (rows, width)
    d_z: Array2<f32>,         // (rows, width)
    point: Array2<f32>,       // x·W_x, the point's part of the first layer (rows, width)
    mixed: Array2<f32>,       // the weighted sum of h_L over conditions (rows, width)
    d_label: Array2<f32>,     // ∂L/∂E_y of each row (rows, embedding)
    narrow: Vec<f32>,         // W_L or its gradient, transposed, where it is narrow (out, width)
}

impl Workspace {
    /// h_L, the last hidden layer after its activation (rows, width).
    pub fn last_hidden(&self) -> &Array2<f32> {
        self.hidden.last().expect("a network has a hidden layer")
    }
}

/// What all rows at one level and one label add to the first layer: b₀ + [cos, sin | E_y]·W (width).
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Vec<f32>);

/// Wᵀ of every layer, which the backward pass reads: each at the place of its W in the flat block.
#[derive(Debug, Clone, Default)]
pub struct Transposed(Vec<f32>);

impl Mlp {
    /// A network with random weights: normal with variance 1/in, zero biases, and an answer of zero.
    ///
    /// In the first layer the point, the features and the label count as an input each, so that the few coordinates of a
    /// point are not drowned by the many features: with one variance for all, training lingers where only the level is
    /// seen. Source: LeCun et al. 1998 for the variance.
    ///
    /// # Errors
    /// As [`MlpConfig::validated`].
    pub fn new(config: MlpConfig, seed: u64) -> Result<Self> {
        config.validated()?;
        let c = &config;
        let (layers, table) = layout(c);
        let total = table + c.labels * c.embedding;
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

    /// A network with the given parameters.
    ///
    /// # Errors
    /// As [`MlpConfig::validated`], and if there are more or fewer parameters than the shape has.
    pub fn of(config: MlpConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        let (layers, table) = layout(&config);
        let total = table + config.labels * config.embedding;
        if params.len() != total {
            let must = format!("{total}, as its shape says");
            return Err(Error::value("the number of a network's parameters", params.len(), must));
        }
        Ok(Mlp { config, params, layers, table })
    }

    /// Rows of a block. A row passes through the same products whatever batch it travels in, because every block, the
    /// last too, has this height.
    pub fn rows(&self) -> usize {
        if self.config.width < WIDE { BLOCK } else { WIDE_BLOCK }
    }

    /// Buffers that fit this network.
    pub fn workspace(&self) -> Workspace {
        let c = &self.config;
        let rows = self.rows();
        let block = |columns: usize| Array2::zeros((rows, columns));
        Workspace {
            input: block(self.layers[0].inputs),
            log_snr: vec![0.0; rows],
            labels: vec![0; rows],
            output: block(c.outputs),
            target: block(c.outputs),
            d_output: block(c.outputs),
            d_input: block(c.inputs),
            hidden: vec![block(c.width); c.depth],
            slopes: vec![block(c.width); c.depth],
            d_hidden: block(c.width),
            d_z: block(c.width),
            point: block(c.width),
            mixed: block(c.width),
            d_label: block(if c.labels > 0 { c.embedding } else { 0 }),
            narrow: vec![0.0; if c.outputs <= NARROW { c.width * c.outputs } else { 0 }],
        }
    }

    /// Wᵀ of every layer, to be made again whenever the weights change.
    pub fn transpose(&self, transposed: &mut Transposed) {
        transposed.0.resize(self.table, 0.0);
        for layer in &self.layers {
            let to = &mut transposed.0[layer.weights.clone()];
            transpose(layer.weights(&self.params), to, layer.inputs, layer.outputs);
        }
    }

    /// Fills `w.output` from `w.input[.., ..d]`, `w.log_snr` and `w.labels`, keeping what the gradients need.
    pub fn forward(&self, w: &mut Workspace) {
        self.embed(w);
        let first = &self.layers[0];
        times(&w.input, first.weights(&self.params), &mut w.hidden[0], first.inputs);
        activate(
            slice_mut(&mut w.hidden[0]),
            first.bias(&self.params),
            slice_mut(&mut w.slopes[0]),
        );
        self.hidden_layers::<true>(w);
        self.last_layer(&w.hidden[self.config.depth - 1], &mut w.narrow, &mut w.output);
    }

    /// What a level and a label add to the first layer; without a label table the label is ignored.
    ///
    /// # Panics
    /// If there is no such label.
    pub fn condition(&self, log_snr: f32, label: usize) -> Condition {
        let (c, first) = (&self.config, &self.layers[0]);
        let mut seen = vec![0.0; first.inputs - c.inputs];
        let (level, embedding) = seen.split_at_mut(c.features);
        fourier(&frequencies(c.features / 2), log_snr, level);
        if c.labels > 0 {
            embedding.copy_from_slice(self.label(label));
        }
        let mut sum = first.bias(&self.params).to_vec();
        let weights = &first.weights(&self.params)[c.inputs * c.width..];
        for (s, row) in seen.iter().zip(weights.chunks_exact(c.width)) {
            sum.iter_mut().zip(row).for_each(|(z, w)| *z += s * w);
        }
        Condition(sum)
    }

    /// As [`Mlp::forward`] where all rows share a level and a label: only `w.input[.., ..d]` is read.
    pub fn forward_given(&self, w: &mut Workspace, condition: &Condition) {
        self.see_point(w);
        w.hidden[0].assign(&w.point);
        activate(slice_mut(&mut w.hidden[0]), &condition.0, slice_mut(&mut w.slopes[0]));
        self.hidden_layers::<true>(w);
        self.last_layer(&w.hidden[self.config.depth - 1], &mut w.narrow, &mut w.output);
    }

    /// Fills `w.output` with Σᵢ wᵢ·F(x, conditionᵢ), Σᵢ wᵢ = 1, from `w.input[.., ..d]`; gradients cannot follow.
    ///
    /// ```text
    /// Σᵢ wᵢ·F(x, conditionᵢ) = (Σᵢ wᵢ·h_L(x, conditionᵢ))·W_L + b_L
    /// ```
    ///
    /// The conditions share x·W_x before the first activation and everything after the last.
    pub fn blend(&self, w: &mut Workspace, terms: &[(Condition, f32)]) {
        self.see_point(w);
        let last = self.config.depth - 1;
        for (i, (condition, weight)) in terms.iter().enumerate() {
            w.hidden[0].assign(&w.point);
            activate(slice_mut(&mut w.hidden[0]), &condition.0, &mut []);
            self.hidden_layers::<false>(w);
            match (i, terms.len()) {
                (_, 1) => self.last_layer(&w.hidden[last], &mut w.narrow, &mut w.output),
                (0, _) => w.mixed.zip_mut_with(&w.hidden[last], |m, h| *m = weight * h),
                _ => w.mixed.scaled_add(*weight, &w.hidden[last]),
            }
        }
        if terms.len() > 1 {
            self.last_layer(&w.mixed, &mut w.narrow, &mut w.output);
        }
    }

    /// w.point ← x·W_x, whatever the level and the label.
    fn see_point(&self, w: &mut Workspace) {
        let weights = self.layers[0].weights(&self.params);
        times(&w.input, weights, &mut w.point, self.config.inputs);
    }

    /// h₂ … h_L from h₁; with `KEEP` also the slopes.
    fn hidden_layers<const KEEP: bool>(&self, w: &mut Workspace) {
        for l in 1..self.config.depth {
            let (before, rest) = w.hidden.split_at_mut(l);
            let (h, out) = (&before[l - 1], &mut rest[0]);
            let layer = &self.layers[l];
            times(h, layer.weights(&self.params), out, layer.inputs);
            let slopes = if KEEP { slice_mut(&mut w.slopes[l]) } else { &mut [] };
            activate(slice_mut(out), layer.bias(&self.params), slopes);
            if self.config.residual {
                *out += h;
            }
        }
    }

    /// out ← h·W_L + b_L.
    fn last_layer(&self, h: &Array2<f32>, narrow: &mut [f32], out: &mut Array2<f32>) {
        let layer = &self.layers[self.config.depth];
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        if outputs <= NARROW {
            transpose(layer.weights(&self.params), narrow, inputs, outputs);
            let size = Size { rows: h.nrows(), depth: inputs, columns: outputs };
            narrow_product((slice(h), inputs), narrow, (slice_mut(out), outputs), size);
        } else {
            times(h, layer.weights(&self.params), out, inputs);
        }
        for row in slice_mut(out).chunks_exact_mut(outputs) {
            row.iter_mut().zip(layer.bias(&self.params)).for_each(|(o, b)| *o += b);
        }
    }

    /// From `w.d_output`, after [`Mlp::forward`]: leaves ∂L/∂θ in `grads` or, with `ADD`, adds it to what is there.
    ///
    /// ```text
    /// d_z = d_h·silu'(z),   d_W = hᵀ·d_z,   d_b = Σ_rows d_z,   d_h(before) = d_z·Wᵀ (+ d_h if residual)
    /// ```
    pub fn backward<const ADD: bool>(
        &self,
        w: &mut Workspace,
        transposed: &Transposed,
        grads: &mut [f32],
    ) {
        let depth = self.config.depth;
        if !ADD {
            grads[self.table..].fill(0.0); // most labels have no row in a block
        }
        for l in (0..=depth).rev() {
            self.step_back(w, transposed, l);
            let h = if l == 0 { &w.input } else { &w.hidden[l - 1] };
            let d_z = if l == depth { &w.d_output } else { &w.d_z };
            add_gradient::<ADD>(&self.layers[l], h, d_z, &mut w.narrow, grads);
        }
        if self.config.labels > 0 {
            self.add_label_gradient(w, transposed, grads);
        }
    }

    /// From `w.d_output`, after [`Mlp::forward`] or [`Mlp::forward_given`]: fills `w.d_input` with ∂L/∂x.
    pub fn input_gradient(&self, w: &mut Workspace, transposed: &Transposed) {
        for l in (0..=self.config.depth).rev() {
            self.step_back(w, transposed, l);
        }
        let (d, first) = (self.config.inputs, &self.layers[0]);
        let size = Size { rows: self.rows(), depth: first.outputs, columns: d };
        let (d_z, out) = (slice(&w.d_z), (slice_mut(&mut w.d_input), d));
        if d <= NARROW {
            narrow_product((d_z, first.outputs), first.weights(&self.params), out, size);
        } else {
            let left = Left { data: d_z, row: first.outputs, column: 1 };
            product::<false>(left, (&transposed.0[first.weights.clone()], first.inputs), out, size);
        }
    }

    /// Leaves ∂L/∂z of layer l in `w.d_z`, from that of the layer above; nothing to do for the last.
    fn step_back(&self, w: &mut Workspace, transposed: &Transposed, l: usize) {
        let depth = self.config.depth;
        if l == depth {
            return;
        }
        let above = &self.layers[l + 1];
        let d_z = if l + 1 == depth { &w.d_output } else { &w.d_z };
        let left = Left { data: slice(d_z), row: above.outputs, column: 1 };
        let turned = (&transposed.0[above.weights.clone()], above.inputs);
        let size = Size { rows: self.rows(), depth: above.outputs, columns: above.inputs };
        let d_h = (slice_mut(&mut w.d_hidden), above.inputs);
        if self.config.residual && l + 1 < depth {
            product::<true>(left, turned, d_h, size); // d_h passes by the layer too
        } else {
            product::<false>(left, turned, d_h, size);
        }
        multiply(slice(&w.d_hidden), slice(&w.slopes[l]), slice_mut(&mut w.d_z));
    }

    /// Fills the columns of `input` behind the point: the features of the log-SNR and the label's embedding.
    fn embed(&self, w: &mut Workspace) {
        let c = &self.config;
        let frequencies = frequencies(c.features / 2);
        let width = w.input.ncols();
        for (row, input) in slice_mut(&mut w.input).chunks_exact_mut(width).enumerate() {
            let (level, label) = input[c.inputs..].split_at_mut(c.features);
            fourier(&frequencies, w.log_snr[row], level);
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

    /// Adds ∂L/∂E, from `w.d_z` of the first layer: d_E_y = Σ over the rows with label y of d_z·W_labelᵀ.
    fn add_label_gradient(&self, w: &mut Workspace, transposed: &Transposed, grads: &mut [f32]) {
        let (c, first) = (&self.config, &self.layers[0]);
        let left = Left { data: slice(&w.d_z), row: first.outputs, column: 1 };
        let turned = &transposed.0[first.weights.clone()][c.inputs + c.features..];
        let size = Size { rows: self.rows(), depth: first.outputs, columns: c.embedding };
        let out = (slice_mut(&mut w.d_label), c.embedding);
        product::<false>(left, (turned, first.inputs), out, size);
        for (label, d) in w.labels.iter().zip(slice(&w.d_label).chunks_exact(c.embedding.max(1))) {
            let row = &mut grads[self.table + label * c.embedding..][..c.embedding];
            row.iter_mut().zip(d).for_each(|(g, d)| *g += d);
        }
    }
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
    const MOST: usize = 64;
    for (i, some) in frequencies.chunks(MOST).enumerate() {
        let mut turns = [0.0; MOST];
        turns.iter_mut().zip(some).for_each(|(t, f)| *t = f * log_snr);
        let (from, n) = (i * MOST, some.len());
        cosines(&turns[..n], 0.0, &mut features[from..][..n]);
        cosines(&turns[..n], -0.25, &mut features[frequencies.len() + from..][..n]); // sines
    }
}
