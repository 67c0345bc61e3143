//! A multilayer perceptron that sees a point, the noise level and, if asked, a class.

use super::fast::finish::{Activated, Biased, Nothing, Passing, Sloped};
use super::fast::packed::Params;
use super::fast::panels::Panels;
use super::fast::product::{activate, column_sums, product, weight_gradient};
use super::level::{fourier, frequencies};
use super::net::Workspace;
use super::net::{Batch, Gradients, Net, Shape, as_many};
use super::plain::Plain;
use super::shape::{Layer, MlpConfig, layout};
use crate::Result;
use crate::condition::Condition;
use crate::rng::{Purpose, stream};
use ndarray::Array2;
use ndarray_rand::RandomExt;
use rand_distr::StandardNormal;
use std::ops::Range;

/// A multilayer perceptron with SiLU activations.
///
/// ```text
/// h₀ = [x | cos, sin(2π·f·λ) | E_y],   h_{l+1} = silu(h_l·W_l + b_l) (+ h_l if residual),   out = h_L·W_L + b_L
/// ```
///
/// λ is the log-SNR and the frequencies f are geometric from 1/64 to 1/4. A condition is a row E_y of a table: each class has
/// its own, ∅ the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// The shape.
    pub config: MlpConfig,
    /// θ: for each layer W (in, out) row by row and then b (out); last the label table (labels, embedding).
    pub params: Params,
    layers: Vec<Layer>,
    table: usize, // where the label table starts
}

/// What an [`Mlp`] has in a [`Workspace`].
#[derive(Debug, Clone)]
pub struct Buffers {
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

impl Workspace<Mlp> {
    /// h_L, the last hidden layer after its activation (rows, width).
    pub fn last_hidden(&self) -> Array2<f32> {
        let last = self.buffers.hidden.last().expect("a network has a hidden layer");
        let mut rows = Array2::zeros((last.rows, last.columns));
        last.unpack(slice_mut(&mut rows), last.columns);
        rows
    }
}

impl Mlp {
    /// A network with random weights: normal with variance 1/in, zero biases, and an answer of zero.
    ///
    /// In the first layer the point, the features and the label count as an input each, so that the few coordinates of a
    /// point are not drowned by the many features: with one variance for all, training lingers where only the level is
    /// seen. Source: LeCun et al. 1998 for the variance.
    ///
    /// # Errors
    /// As [`Shape::validated`].
    pub fn new(config: MlpConfig, seed: u64) -> Result<Self> {
        config.validated()?;
        let c = &config;
        let (layers, table) = layout(c);
        let mut params = vec![0.0; c.parameters()];
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
}

impl Net for Mlp {
    type Config = MlpConfig;
    type Buffers = Buffers;

    fn of(config: MlpConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        let (layers, table) = layout(&config);
        as_many(&params, &config)?;
        Ok(Mlp { config, params: params.into(), layers, table })
    }

    fn config(&self) -> &MlpConfig {
        &self.config
    }

    fn params(&self) -> &[f32] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [f32] {
        &mut self.params
    }

    fn buffers(&self, rows: usize) -> Buffers {
        let c = &self.config;
        let panels = |columns: usize| Panels::zeros(rows, columns);
        let hidden = panels(c.width);
        Buffers {
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

    fn forward(&self, w: &mut Workspace<Self>) {
        self.embed(w);
        let first = &self.params.layers(&self.layers)[0];
        let b = &mut w.buffers;
        let slopes = b.slopes[0].data_mut();
        let finish = Activated { bias: &first.bias, passing: &[], slopes };
        let depth = self.layers[0].inputs;
        product(&b.seen, &first.weights, depth, b.hidden[0].whole(), finish);
        self.hidden_layers::<true>(b);
        self.last_layer::<false>(w);
    }

    /// From `w.d_output`, after [`Net::forward`]: leaves ∂L/∂θ in `grads` or, with `ADD`, adds it to what is there.
    ///
    /// ```text
    /// d_z = d_h·silu'(z),   d_W = hᵀ·d_z,   d_b = Σ_rows d_z,   d_h(before) = d_z·Wᵀ (+ d_h if residual)
    /// ```
    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        if !ADD {
            grads[self.table..].fill(0.0); // most labels have no row in a block
        }
        let b = &mut w.buffers;
        b.answer.pack(slice(&w.d_output), self.config.outputs);
        for l in (0..=self.config.depth).rev() {
            let layer = &self.layers[l];
            let h = if l == 0 { &b.seen } else { &b.hidden[l - 1] };
            let d_z = self.d_z(b, l);
            weight_gradient::<ADD>(h, d_z, &mut grads[layer.weights.clone()]);
            column_sums::<ADD>(d_z, &mut grads[layer.bias.clone()]);
            self.step_back(b, l);
        }
        if self.config.labels > 0 {
            self.add_label_gradient(w, grads);
        }
    }

    fn input_gradient(&self, w: &mut Workspace<Self>) {
        let b = &mut w.buffers;
        b.answer.pack(slice(&w.d_output), self.config.outputs);
        for l in (1..=self.config.depth).rev() {
            self.step_back(b, l);
        }
        self.d_seen(b, 0..self.config.inputs);
        b.d_seen.unpack(slice_mut(&mut w.d_input), self.config.inputs);
    }

    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64> {
        let mut forward = Plain { config: &self.config, params }.forward(batch);
        forward.z.pop().expect("a network has a last layer")
    }

    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        let plain = Plain { config: &self.config, params };
        plain.backward(batch, &plain.forward(batch), d_output)
    }

    fn forward_at(&self, w: &mut Workspace<Self>, log_snr: f32, condition: &Condition) {
        let bias = self.shared(log_snr, condition);
        self.see_point(w);
        let b = &mut w.buffers;
        activate(&b.point, &bias, &mut b.hidden[0], b.slopes[0].data_mut());
        self.hidden_layers::<true>(b);
        self.last_layer::<false>(w);
    }

    /// Fills `w.output` with Σᵢ wᵢ·F(x, λ, yᵢ), Σᵢ wᵢ = 1, from `w.input`; gradients cannot follow.
    ///
    /// ```text
    /// Σᵢ wᵢ·F(x, λ, yᵢ) = (Σᵢ wᵢ·h_L(x, λ, yᵢ))·W_L + b_L
    /// ```
    ///
    /// The conditions share x·W_x before the first activation and everything after the last.
    fn blend(&self, w: &mut Workspace<Self>, log_snr: f32, terms: &[(Condition, f32)]) {
        self.see_point(w);
        let last = self.config.depth - 1;
        for (i, (condition, weight)) in terms.iter().enumerate() {
            let b = &mut w.buffers;
            activate(&b.point, &self.shared(log_snr, condition), &mut b.hidden[0], &mut []);
            self.hidden_layers::<false>(b);
            if terms.len() > 1 {
                let (mixed, h) = (b.mixed.data_mut(), b.hidden[last].data());
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
}

impl Mlp {
    /// What a level and a condition add to the first layer of all rows: b₀ + [cos, sin | E_y]·W (width).
    fn shared(&self, log_snr: f32, condition: &Condition) -> Vec<f32> {
        let (c, first) = (&self.config, &self.layers[0]);
        let mut seen = vec![0.0; first.inputs - c.inputs];
        let (level, embedding) = seen.split_at_mut(c.features);
        fourier(&frequencies(c.features / 2), log_snr, level);
        if c.labels > 0 {
            embedding.copy_from_slice(self.embedding(condition));
        }
        let packed = &self.params.layers(&self.layers)[0];
        let mut sum = packed.bias.clone();
        let weights = &first.weights(&self.params)[c.inputs * c.width..];
        for (s, row) in seen.iter().zip(weights.chunks_exact(c.width)) {
            sum.iter_mut().zip(row).for_each(|(z, w)| *z += s * w);
        }
        sum
    }

    /// point ← x·W_x, whatever the level and the condition.
    fn see_point(&self, w: &mut Workspace<Self>) {
        let (first, d) = (&self.params.layers(&self.layers)[0], self.config.inputs);
        let b = &mut w.buffers;
        for (row, x) in w.input.outer_iter().enumerate() {
            b.seen.set(row, 0, x.as_slice().expect("rows without gaps"));
        }
        product(&b.seen, &first.weights, d, b.point.whole(), Nothing);
    }

    /// h₂ … h_L from h₁; with `KEEP` also the slopes.
    fn hidden_layers<const KEEP: bool>(&self, b: &mut Buffers) {
        let packed = self.params.layers(&self.layers);
        for l in 1..self.config.depth {
            let (before, rest) = b.hidden.split_at_mut(l);
            let h = &before[l - 1];
            let finish = Activated {
                bias: &packed[l].bias,
                passing: if self.config.residual { h.data() } else { &[] },
                slopes: if KEEP { b.slopes[l].data_mut() } else { &mut [] },
            };
            product(h, &packed[l].weights, self.config.width, rest[0].whole(), finish);
        }
    }

    /// out ← h·W_L + b_L, h being the last hidden layer or the mixed ones.
    fn last_layer<const MIXED: bool>(&self, w: &mut Workspace<Self>) {
        let depth = self.config.depth;
        let last = &self.params.layers(&self.layers)[depth];
        let b = &mut w.buffers;
        let h = if MIXED { &b.mixed } else { &b.hidden[depth - 1] };
        let out = b.answer.whole();
        product(h, &last.weights, self.config.width, out, Biased(&last.bias));
        b.answer.unpack(slice_mut(&mut w.output), self.config.outputs);
    }

    /// ∂L/∂z of layer l, where [`Mlp::step_back`] left it.
    fn d_z<'a>(&self, b: &'a Buffers, l: usize) -> &'a Panels {
        if l == self.config.depth { &b.answer } else { &b.d_z[l % 2] }
    }

    /// Leaves ∂L/∂z of the layer before l in its place, from that of layer l; before the first there is none.
    fn step_back(&self, b: &mut Buffers, l: usize) {
        let Some(before) = l.checked_sub(1) else { return };
        let transposed = &self.params.transposed(&self.layers)[l];
        let depth = self.config.depth;
        let passing = match (self.config.residual, l == depth) {
            (false, _) => Passing::No,
            (true, true) => Passing::Kept(&mut b.d_h),
            (true, false) => Passing::Added(&mut b.d_h), // d_h passes by the layer too
        };
        let finish = Sloped { slopes: b.slopes[before].data(), passing };
        let [even, odd] = &mut b.d_z;
        let (to, from) = if l.is_multiple_of(2) { (odd, even) } else { (even, odd) };
        let from = if l == depth { &b.answer } else { from };
        product(from, transposed, self.layers[l].outputs, to.whole(), finish);
    }

    /// Fills the panels of `d_seen` that hold the given columns of ∂L/∂h₀.
    fn d_seen(&self, b: &mut Buffers, columns: Range<usize>) {
        let transposed = &self.params.transposed(&self.layers)[0];
        let width = transposed.width;
        let panels = columns.start / width..columns.end.div_ceil(width);
        product(&b.d_z[0], transposed, self.config.width, (&mut b.d_seen, panels), Nothing);
    }

    /// Fills h₀: the point, the features of the log-SNR and the label's embedding.
    fn embed(&self, w: &mut Workspace<Self>) {
        let (c, b) = (&self.config, &mut w.buffers);
        let mut level = vec![0.0; c.features];
        for (row, x) in w.input.outer_iter().enumerate() {
            b.seen.set(row, 0, x.as_slice().expect("rows without gaps"));
            fourier(&b.frequencies, w.log_snr[row], &mut level);
            b.seen.set(row, c.inputs, &level);
            if c.labels > 0 {
                b.seen.set(row, c.inputs + c.features, self.embedding(&w.conditions[row]));
            }
        }
    }

    /// E_y, the embedding of a condition.
    fn embedding(&self, condition: &Condition) -> &[f32] {
        let e = self.config.embedding;
        &self.params[self.table + self.config.label(condition) * e..][..e]
    }

    /// Adds ∂L/∂E, from ∂L/∂z of the first layer: d_E_y = Σ over the rows with label y of d_z·W_labelᵀ.
    fn add_label_gradient(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        let c = &self.config;
        let from = c.inputs + c.features;
        let b = &mut w.buffers;
        self.d_seen(b, from..from + c.embedding);
        let width = b.d_seen.width;
        for e in 0..c.embedding {
            let (panel, column) = ((from + e) / width, (from + e) % width);
            let d = b.d_seen.panel(panel).iter().skip(column).step_by(width);
            for (condition, d) in w.conditions.iter().zip(d) {
                grads[self.table + c.label(condition) * c.embedding + e] += d;
            }
        }
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
