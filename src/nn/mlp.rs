//! A multilayer perceptron that sees a point, the noise level and, if asked, a label.

use super::fast::finish::{Activated, Biased, Nothing, Passing, Sloped};
use super::fast::packed::Params;
use super::fast::panels::Panels;
use super::fast::product::{activate, column_sums, product, weight_gradient};
use super::level::{fourier, frequencies};
use super::shape::{Layer, MlpConfig, layout};
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand_distr::StandardNormal;
use std::ops::Range;

/// Rows of a block, the height at which a network works: of a batch of `n` rows 128 each, or 64 where 128 would mean more
/// rows behind the last.
///
/// More rows use a weight more often for each time that it is fetched, and the layers of fewer stay in a nearer cache.
pub fn block_rows(n: usize) -> usize {
    const HIGH: usize = 128;
    const LOW: usize = 64;
    if n.next_multiple_of(HIGH) > n.next_multiple_of(LOW) { LOW } else { HIGH }
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
    pub params: Params,
    layers: Vec<Layer>,
    table: usize, // where the label table starts
}

/// The buffers of one block of rows: nothing is allocated between calls.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// x, filled by the caller (rows, d).
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
    frequencies: Vec<f32>,
    seen: Panels,        // h₀ (rows, in)
    hidden: Vec<Panels>, // h₁ … h_L (rows, width)
    slopes: Vec<Panels>, // silu' of each hidden layer (rows, width)
    answer: Panels,      // the answer, and then ∂L/∂out (rows, out)
    point: Panels,       // x·W_x, the point's part of the first layer (rows, width)
    mixed: Panels,       // the weighted sum of h_L over conditions (rows, width)
    d_z: [Panels; 2],    // ∂L/∂z of a hidden layer, and of the one before (rows, width)
    d_h: Vec<f32>,       // ∂L/∂h of a hidden layer of a residual network, in panels too
    d_seen: Panels,      // ∂L/∂h₀, as much of it as is asked for (rows, in)
}

impl Workspace {
    /// Rows of the block.
    pub fn rows(&self) -> usize {
        self.input.nrows()
    }

    /// h_L, the last hidden layer after its activation (rows, width).
    pub fn last_hidden(&self) -> Array2<f32> {
        let last = self.hidden.last().expect("a network has a hidden layer");
        let mut rows = Array2::zeros((last.rows, last.columns));
        last.unpack(slice_mut(&mut rows), last.columns);
        rows
    }
}

/// What all rows at one level and one label add to the first layer: b₀ + [cos, sin | E_y]·W (width).
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Vec<f32>);

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
        Ok(Mlp { config, params: params.into(), layers, table })
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
        Ok(Mlp { config, params: params.into(), layers, table })
    }

    /// Buffers that fit this network, for a block of so many rows.
    ///
    /// # Panics
    /// If the rows are not a multiple of four.
    pub fn workspace(&self, rows: usize) -> Workspace {
        let c = &self.config;
        let block = |columns: usize| Array2::zeros((rows, columns));
        let panels = |columns: usize| Panels::zeros(rows, columns);
        let hidden = panels(c.width);
        Workspace {
            input: block(c.inputs),
            log_snr: vec![0.0; rows],
            labels: vec![0; rows],
            output: block(c.outputs),
            target: block(c.outputs),
            d_output: block(c.outputs),
            d_input: block(c.inputs),
            frequencies: frequencies(c.features / 2),
            seen: panels(self.layers[0].inputs),
            hidden: vec![hidden.clone(); c.depth],
            slopes: vec![hidden.clone(); c.depth],
            answer: panels(c.outputs),
            point: hidden.clone(),
            mixed: hidden.clone(),
            d_z: [hidden.clone(), hidden.clone()],
            d_h: if c.residual { hidden.data().to_vec() } else { Vec::new() },
            d_seen: panels(self.layers[0].inputs),
        }
    }

    /// Fills `w.output` from `w.input`, `w.log_snr` and `w.labels`, keeping what the gradients need.
    pub fn forward(&self, w: &mut Workspace) {
        self.embed(w);
        let first = &self.params.layers(&self.layers)[0];
        let depth = self.layers[0].inputs;
        let slopes = w.slopes[0].data_mut();
        let finish = Activated { bias: &first.bias, passing: &[], slopes };
        product(&w.seen, &first.weights, depth, whole(&mut w.hidden[0]), finish);
        self.hidden_layers::<true>(w);
        self.last_layer::<false>(w);
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
        let packed = &self.params.layers(&self.layers)[0];
        let mut sum = packed.bias.clone();
        let weights = &first.weights(&self.params)[c.inputs * c.width..];
        for (s, row) in seen.iter().zip(weights.chunks_exact(c.width)) {
            sum.iter_mut().zip(row).for_each(|(z, w)| *z += s * w);
        }
        Condition(sum)
    }

    /// As [`Mlp::forward`] where all rows share a level and a label: only `w.input` is read.
    pub fn forward_given(&self, w: &mut Workspace, condition: &Condition) {
        self.see_point(w);
        activate(&w.point, &condition.0, &mut w.hidden[0], w.slopes[0].data_mut());
        self.hidden_layers::<true>(w);
        self.last_layer::<false>(w);
    }

    /// Fills `w.output` with Σᵢ wᵢ·F(x, conditionᵢ), Σᵢ wᵢ = 1, from `w.input`; gradients cannot follow.
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
            activate(&w.point, &condition.0, &mut w.hidden[0], &mut []);
            self.hidden_layers::<false>(w);
            if terms.len() > 1 {
                let (mixed, h) = (w.mixed.data_mut(), w.hidden[last].data());
                let pairs = mixed.iter_mut().zip(h);
                if i == 0 {
                    pairs.for_each(|(m, h)| *m = weight * h);
                } else {
                    pairs.for_each(|(m, h)| *m += weight * h);
                }
            }
        }
        if terms.len() > 1 {
            self.last_layer::<true>(w);
        } else {
            self.last_layer::<false>(w);
        }
    }

    /// w.point ← x·W_x, whatever the level and the label.
    fn see_point(&self, w: &mut Workspace) {
        let (first, d) = (&self.params.layers(&self.layers)[0], self.config.inputs);
        for (row, x) in w.input.outer_iter().enumerate() {
            w.seen.set(row, 0, x.as_slice().expect("rows without gaps"));
        }
        product(&w.seen, &first.weights, d, whole(&mut w.point), Nothing);
    }

    /// h₂ … h_L from h₁; with `KEEP` also the slopes.
    fn hidden_layers<const KEEP: bool>(&self, w: &mut Workspace) {
        let packed = self.params.layers(&self.layers);
        for l in 1..self.config.depth {
            let (before, rest) = w.hidden.split_at_mut(l);
            let h = &before[l - 1];
            let finish = Activated {
                bias: &packed[l].bias,
                passing: if self.config.residual { h.data() } else { &[] },
                slopes: if KEEP { w.slopes[l].data_mut() } else { &mut [] },
            };
            product(h, &packed[l].weights, self.config.width, whole(&mut rest[0]), finish);
        }
    }

    /// out ← h·W_L + b_L, h being the last hidden layer or the mixed ones.
    fn last_layer<const MIXED: bool>(&self, w: &mut Workspace) {
        let depth = self.config.depth;
        let last = &self.params.layers(&self.layers)[depth];
        let h = if MIXED { &w.mixed } else { &w.hidden[depth - 1] };
        let out = whole(&mut w.answer);
        product(h, &last.weights, self.config.width, out, Biased(&last.bias));
        w.answer.unpack(slice_mut(&mut w.output), self.config.outputs);
    }

    /// From `w.d_output`, after [`Mlp::forward`]: leaves ∂L/∂θ in `grads` or, with `ADD`, adds it to what is there.
    ///
    /// ```text
    /// d_z = d_h·silu'(z),   d_W = hᵀ·d_z,   d_b = Σ_rows d_z,   d_h(before) = d_z·Wᵀ (+ d_h if residual)
    /// ```
    pub fn backward<const ADD: bool>(&self, w: &mut Workspace, grads: &mut [f32]) {
        if !ADD {
            grads[self.table..].fill(0.0); // most labels have no row in a block
        }
        w.answer.pack(slice(&w.d_output), self.config.outputs);
        for l in (0..=self.config.depth).rev() {
            let layer = &self.layers[l];
            let h = if l == 0 { &w.seen } else { &w.hidden[l - 1] };
            let d_z = self.d_z(w, l);
            weight_gradient::<ADD>(h, d_z, &mut grads[layer.weights.clone()]);
            column_sums::<ADD>(d_z, &mut grads[layer.bias.clone()]);
            self.step_back(w, l);
        }
        if self.config.labels > 0 {
            self.add_label_gradient(w, grads);
        }
    }

    /// From `w.d_output`, after [`Mlp::forward`] or [`Mlp::forward_given`]: fills `w.d_input` with ∂L/∂x.
    pub fn input_gradient(&self, w: &mut Workspace) {
        w.answer.pack(slice(&w.d_output), self.config.outputs);
        for l in (1..=self.config.depth).rev() {
            self.step_back(w, l);
        }
        self.d_seen(w, 0..self.config.inputs);
        w.d_seen.unpack(slice_mut(&mut w.d_input), self.config.inputs);
    }

    /// ∂L/∂z of layer l, where [`Mlp::step_back`] left it.
    fn d_z<'a>(&self, w: &'a Workspace, l: usize) -> &'a Panels {
        if l == self.config.depth { &w.answer } else { &w.d_z[l % 2] }
    }

    /// Leaves ∂L/∂z of the layer before l in its place, from that of layer l; before the first there is none.
    fn step_back(&self, w: &mut Workspace, l: usize) {
        let Some(before) = l.checked_sub(1) else { return };
        let transposed = &self.params.transposed(&self.layers)[l];
        let depth = self.config.depth;
        let passing = match (self.config.residual, l == depth) {
            (false, _) => Passing::No,
            (true, true) => Passing::Kept(&mut w.d_h),
            (true, false) => Passing::Added(&mut w.d_h), // d_h passes by the layer too
        };
        let finish = Sloped { slopes: w.slopes[before].data(), passing };
        let [even, odd] = &mut w.d_z;
        let (to, from) = if l.is_multiple_of(2) { (odd, even) } else { (even, odd) };
        let from = if l == depth { &w.answer } else { from };
        product(from, transposed, self.layers[l].outputs, whole(to), finish);
    }

    /// Fills the panels of `w.d_seen` that hold the given columns of ∂L/∂h₀.
    fn d_seen(&self, w: &mut Workspace, columns: Range<usize>) {
        let transposed = &self.params.transposed(&self.layers)[0];
        let width = transposed.width;
        let panels = columns.start / width..columns.end.div_ceil(width);
        product(&w.d_z[0], transposed, self.config.width, (&mut w.d_seen, panels), Nothing);
    }

    /// Fills `w.seen`: the point, the features of the log-SNR and the label's embedding.
    fn embed(&self, w: &mut Workspace) {
        let c = &self.config;
        let mut level = vec![0.0; c.features];
        for (row, x) in w.input.outer_iter().enumerate() {
            w.seen.set(row, 0, x.as_slice().expect("rows without gaps"));
            fourier(&w.frequencies, w.log_snr[row], &mut level);
            w.seen.set(row, c.inputs, &level);
            if c.labels > 0 {
                w.seen.set(row, c.inputs + c.features, self.label(w.labels[row]));
            }
        }
    }

    /// The embedding of a label.
    fn label(&self, label: usize) -> &[f32] {
        assert!(label < self.config.labels, "label {label} of {}", self.config.labels);
        &self.params[self.table + label * self.config.embedding..][..self.config.embedding]
    }

    /// Adds ∂L/∂E, from ∂L/∂z of the first layer: d_E_y = Σ over the rows with label y of d_z·W_labelᵀ.
    fn add_label_gradient(&self, w: &mut Workspace, grads: &mut [f32]) {
        let c = &self.config;
        let from = c.inputs + c.features;
        self.d_seen(w, from..from + c.embedding);
        let width = w.d_seen.width;
        for e in 0..c.embedding {
            let (panel, column) = ((from + e) / width, (from + e) % width);
            let d = w.d_seen.panel(panel).iter().skip(column).step_by(width);
            for (label, d) in w.labels.iter().zip(d) {
                grads[self.table + label * c.embedding + e] += d;
            }
        }
    }
}

/// A matrix to be filled in all its panels.
fn whole(out: &mut Panels) -> (&mut Panels, Range<usize>) {
    let panels = 0..out.count();
    (out, panels)
}

/// The elements of a buffer, row by row.
fn slice(a: &Array2<f32>) -> &[f32] {
    a.as_slice().expect("buffers are contiguous")
}

/// As [`slice`], to write.
fn slice_mut(a: &mut Array2<f32>) -> &mut [f32] {
    a.as_slice_mut().expect("buffers are contiguous")
}
