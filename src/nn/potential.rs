//! A network that learns a log-density and answers with its gradient.

use super::fast::finish::{Bent, Curved, Moved, Nothing, Turned};
use super::fast::packed::Params;
use super::fast::panels::Panels;
use super::fast::product::{column_sums, product, weight_gradient};
use super::level::{fourier, frequencies};
use super::mlp::Mlp;
use super::net::Workspace;
use super::net::{Batch, Gradients, Net, Part, Shape, as_many};
use super::plain::{Plain, silu_slope};
use super::shape::{Layer, MlpConfig, layout};
use crate::condition::Condition;
use crate::{Error, Result};
use ndarray::{Array1, Array2, Axis, s};
use serde::{Deserialize, Serialize};

/// The shape of a [`Potential`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PotentialConfig {
    /// The perceptron f: one output, no labels, not residual.
    pub inner: MlpConfig,
}

impl PotentialConfig {
    /// For points of d coordinates, width, depth and features as `like` has them.
    pub fn new(d: usize, like: &MlpConfig) -> Self {
        let inner = MlpConfig { inputs: d, outputs: 1, labels: 0, residual: false, ..like.clone() };
        PotentialConfig { inner }
    }
}

impl Shape for PotentialConfig {
    fn validated(&self) -> Result<()> {
        let MlpConfig { outputs, labels, residual, .. } = self.inner;
        if (outputs, labels, residual) != (1, 0, false) {
            let what = "(outputs, labels, residual) of a network that is a gradient";
            let value = format!("({outputs}, {labels}, {residual})");
            return Err(Error::value(what, value, "(1, 0, false)"));
        }
        self.inner.validated()
    }

    fn inputs(&self) -> usize {
        self.inner.inputs
    }

    #[allow(clippy::misnamed_getters)] // a gradient has as many numbers as a point
    fn outputs(&self) -> usize {
        self.inner.inputs
    }

    fn parameters(&self) -> usize {
        self.inner.parameters() - 1
    }

    /// Those of the perceptron but the last bias, which no gradient feels.
    fn parts(&self) -> Vec<Part> {
        let mut parts = self.inner.parts();
        parts.pop();
        parts
    }

    fn sees_level(&self) -> bool {
        self.inner.sees_level()
    }

    fn conditional(&self) -> bool {
        false
    }

    fn takes(&self, condition: &Condition) -> Result<()> {
        self.inner.takes(condition)
    }
}

/// The gradient of a perceptron with one output, so that whatever it learns is the score of some density.
///
/// ```text
/// F(x, λ) = ∇ₓ f(x, λ),   f = h_L·w,   z_l = h_l·W_l + b_l,   h_{l+1} = silu(z_l),   h₀ = [x | cos, sin(2π·f·λ)]
/// ```
///
/// F is a pass forward and one back: G_L = w, g_l = G_{l+1}⊙silu'(z_l), G_l = g_l·W_lᵀ, F the part of G₀ that belongs to x. A
/// derivative of F by θ is one of second order, ∂/∂θ of v·∇ₓf, v = ∂L/∂F: the slope of f along v, carried forward, and
/// what it owes to the bend of each activation, carried back:
///
/// ```text
/// ḣ₀ = [v | 0],   ż_l = ḣ_l·W_l,   ḣ_{l+1} = silu'(z_l)⊙ż_l
/// Q_L = 0,   q_l = silu'(z_l)⊙Q_{l+1} + silu''(z_l)⊙ż_l⊙G_{l+1},   Q_l = q_l·W_lᵀ
/// ∂L/∂W_l = ḣ_lᵀ·g_l + h_lᵀ·q_l,   ∂L/∂b_l = Σ_rows q_l,   ∂L/∂w = Σ_rows ḣ_L,   ∂L/∂x = the part of Q₀ that belongs to x
/// ```
///
/// So a gradient costs six products a layer where a perceptron's costs three. Its condition is ∅. Source: the
/// toy network of Karras et al. 2024 (2406.02507), appendix; Pearlmutter 1994 for the derivatives along v.
#[derive(Debug, Clone)]
pub struct Potential {
    config: PotentialConfig,
    params: Params,
    layers: Vec<Layer>,
}

/// What a [`Potential`] has in a [`Workspace`].
#[derive(Debug, Clone)]
pub struct Buffers {
    frequencies: Vec<f32>,
    ones: Panels,        // (rows, 1)
    seen: Panels,        // h₀ (rows, in)
    along: Panels,       // v (rows, d)
    hidden: Vec<Hidden>, // of z₀ … z_{L−1}
    d_seen: Panels,      // G₀, and then Q₀, as much of it as belongs to x (rows, in)
}

/// What belongs to one z_l (rows, width).
#[derive(Debug, Clone)]
struct Hidden {
    h: Panels,      // h_{l+1} = silu(z_l)
    slopes: Panels, // silu'(z_l)
    bends: Panels,  // silu''(z_l), then times G_{l+1}
    g: Panels,      // g_l
    moved: Panels,  // ḣ_{l+1}
    owed: Panels,   // silu''(z_l)⊙G_{l+1}⊙ż_l
    q: Panels,      // q_l
}

impl Potential {
    /// A network with random weights, f being 0.
    ///
    /// # Errors
    /// As [`Shape::validated`].
    pub fn new(config: PotentialConfig, seed: u64) -> Result<Self> {
        config.validated()?;
        let params = Mlp::new(config.inner.clone(), seed)?.params;
        let own = params[..config.parameters()].to_vec();
        Potential::of(config, own)
    }

    /// f of every row, in f64: (n,).
    pub fn value(&self, batch: &Batch) -> Array1<f64> {
        let params: Vec<f64> = self.params.iter().map(|p| f64::from(*p)).collect();
        let params = with_bias(&params);
        let forward = Plain { config: &self.config.inner, params: &params }.forward(batch);
        forward.output().column(0).to_owned()
    }

    /// Fills h₀.
    fn embed(&self, w: &mut Workspace<Self>) {
        let (c, b) = (&self.config.inner, &mut w.buffers);
        let mut level = vec![0.0; c.features];
        for (row, x) in w.input.outer_iter().enumerate() {
            b.seen.set(row, 0, x.as_slice().expect("rows without gaps"));
            fourier(&b.frequencies, w.log_snr[row], &mut level);
            b.seen.set(row, c.inputs, &level);
        }
    }

    /// The part of g_l·W_lᵀ or q_l·W_lᵀ of the first layer that belongs to x, from `back`, into `out` (rows, d).
    fn to_points(&self, back: &Panels, d_seen: &mut Panels, out: &mut Array2<f32>) {
        let (d, first) = (self.config.inner.inputs, &self.params.transposed(&self.layers)[0]);
        let panels = 0..d.div_ceil(first.width);
        product(back, first, self.config.inner.width, (d_seen, panels), Nothing);
        d_seen.unpack(out.as_slice_mut().expect("buffers are contiguous"), d);
    }

    /// ż, ḣ and q of all layers, from `w.d_output`.
    fn bend(&self, w: &mut Workspace<Self>) {
        let (c, b) = (&self.config.inner, &mut w.buffers);
        let (packed, turned) =
            (self.params.layers(&self.layers), self.params.transposed(&self.layers));
        b.along.pack(w.d_output.as_slice().expect("buffers are contiguous"), c.inputs);
        for (l, layer) in packed[..c.depth].iter().enumerate() {
            let (before, rest) = b.hidden.split_at_mut(l);
            let (from, depth) =
                before.last().map_or((&b.along, c.inputs), |before| (&before.moved, c.width));
            let Hidden { slopes, bends, moved, owed, .. } = &mut rest[0];
            let finish =
                Moved { slopes: slopes.data(), bends: bends.data(), owed: owed.data_mut() };
            product(from, &layer.weights, depth, moved.whole(), finish);
        }
        for l in (0..c.depth).rev() {
            let (rest, above) = b.hidden.split_at_mut(l + 1);
            let Hidden { slopes, owed, q, .. } = &mut rest[l];
            match above.first() {
                None => q.data_mut().copy_from_slice(owed.data()),
                Some(above) => {
                    let finish = Bent { slopes: slopes.data(), owed: owed.data() };
                    product(&above.q, &turned[l + 1], c.width, q.whole(), finish);
                }
            }
        }
    }
}

impl Net for Potential {
    type Config = PotentialConfig;
    type Buffers = Buffers;

    fn of(config: PotentialConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        as_many(&params, &config)?;
        let mut layers = layout(&config.inner).0;
        layers[config.inner.depth].bias = params.len()..params.len();
        Ok(Potential { config, params: params.into(), layers })
    }

    fn config(&self) -> &PotentialConfig {
        &self.config
    }

    fn params(&self) -> &[f32] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [f32] {
        &mut self.params
    }

    fn buffers(&self, rows: usize) -> Buffers {
        let (c, first) = (&self.config.inner, &self.layers[0]);
        let panels = |columns: usize| Panels::zeros(rows, columns);
        let [h, slopes, bends, g, moved, owed, q] = std::array::from_fn(|_| panels(c.width));
        let one = Hidden { h, slopes, bends, g, moved, owed, q };
        let mut ones = panels(1);
        (0..rows).for_each(|row| ones.set(row, 0, &[1.0]));
        Buffers {
            frequencies: frequencies(c.features / 2),
            ones,
            seen: panels(first.inputs),
            along: panels(c.inputs),
            hidden: vec![one; c.depth],
            d_seen: panels(first.inputs),
        }
    }

    fn forward(&self, w: &mut Workspace<Self>) {
        self.embed(w);
        let (c, b) = (&self.config.inner, &mut w.buffers);
        let (packed, turned) =
            (self.params.layers(&self.layers), self.params.transposed(&self.layers));
        for (l, layer) in packed[..c.depth].iter().enumerate() {
            let (before, rest) = b.hidden.split_at_mut(l);
            let from = before.last().map_or(&b.seen, |before| &before.h);
            let Hidden { h, slopes, bends, .. } = &mut rest[0];
            let (slopes, bends) = (slopes.data_mut(), bends.data_mut());
            let finish = Curved { bias: &layer.bias, slopes, bends };
            product(from, &layer.weights, self.layers[l].inputs, h.whole(), finish);
        }
        for l in (0..c.depth).rev() {
            let (rest, above) = b.hidden.split_at_mut(l + 1);
            let (from, depth) = above.first().map_or((&b.ones, 1), |above| (&above.g, c.width));
            let Hidden { slopes, bends, g, .. } = &mut rest[l];
            let finish = Turned { slopes: slopes.data(), bends: bends.data_mut() };
            product(from, &turned[l + 1], depth, g.whole(), finish);
        }
        self.to_points(&b.hidden[0].g, &mut b.d_seen, &mut w.output);
    }

    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        self.bend(w);
        let (depth, b) = (self.config.inner.depth, &w.buffers);
        for (l, layer) in self.layers[..depth].iter().enumerate() {
            let (own, below) = (&b.hidden[l], l.checked_sub(1).map(|below| &b.hidden[below]));
            let (h, moved) = below.map_or((&b.seen, &b.along), |below| (&below.h, &below.moved));
            let weights = &mut grads[layer.weights.clone()];
            weight_gradient::<ADD>(h, &own.q, weights);
            weight_gradient::<true>(moved, &own.g, &mut weights[..moved.columns * layer.outputs]);
            column_sums::<ADD>(&own.q, &mut grads[layer.bias.clone()]);
        }
        let last = self.layers[depth].weights.clone();
        column_sums::<ADD>(&b.hidden[depth - 1].moved, &mut grads[last]);
    }

    fn input_gradient(&self, w: &mut Workspace<Self>) {
        self.bend(w);
        let b = &mut w.buffers;
        self.to_points(&b.hidden[0].q, &mut b.d_seen, &mut w.d_input);
    }

    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64> {
        let params = with_bias(params);
        let plain = Plain { config: &self.config.inner, params: &params };
        let slopes = Array2::ones((batch.x.nrows(), 1));
        plain.backward(batch, &plain.forward(batch), &slopes).x
    }

    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        let (c, n, params) = (&self.config.inner, batch.x.nrows(), with_bias(params));
        let plain = Plain { config: c, params: &params };
        let forward = plain.forward(batch);
        let (h, z) = (&forward.hidden, &forward.z);
        let parts = c.parts();
        let weights = |l: usize| plain.matrix(&parts[2 * l]);
        let mut big_g = vec![Array2::ones((n, 1)).dot(&weights(c.depth).t())]; // G_L, G_{L−1} … G₁
        let mut g = Vec::new(); // g_{L−1} … g₀
        for l in (0..c.depth).rev() {
            g.push(&big_g[big_g.len() - 1] * &z[l].mapv(silu_slope));
            big_g.push(g[g.len() - 1].dot(&weights(l).t()));
        }
        let mut moved = vec![Array2::zeros(h[0].raw_dim())]; // ḣ₀ … ḣ_L
        moved[0].slice_mut(s![.., ..c.inputs]).assign(d_output);
        let mut z_dot = Vec::new();
        for l in 0..c.depth {
            z_dot.push(moved[l].dot(&weights(l)));
            moved.push(&z_dot[l] * &z[l].mapv(silu_slope));
        }
        let mut grads = vec![0.0; params.len() - 1];
        let mut put = |i: usize, d: Array2<f64>| {
            grads[parts[i].range.clone()].iter_mut().zip(&d).for_each(|(g, d)| *g = *d);
        };
        put(2 * c.depth, moved[c.depth].sum_axis(Axis(0)).insert_axis(Axis(1)));
        let mut big_q = Array2::zeros((n, c.width));
        for l in (0..c.depth).rev() {
            let above = c.depth - 1 - l; // where G_{l+1} and g_l stand
            let q =
                big_q * z[l].mapv(silu_slope) + z[l].mapv(silu_bend) * &z_dot[l] * &big_g[above];
            put(2 * l, moved[l].t().dot(&g[above]) + h[l].t().dot(&q));
            put(2 * l + 1, q.sum_axis(Axis(0)).insert_axis(Axis(0)));
            big_q = q.dot(&weights(l).t());
        }
        Gradients { params: grads, x: big_q.slice(s![.., ..c.inputs]).to_owned() }
    }
}

/// The parameters of the perceptron: its last bias is 0.
fn with_bias(params: &[f64]) -> Vec<f64> {
    [params, &[0.0]].concat()
}

/// silu''(z) = p·(1 − p)·(2 + z·(1 − 2p)), p = 1/(1 + e⁻ᶻ).
fn silu_bend(z: f64) -> f64 {
    let p = 1.0 / (1.0 + (-z).exp());
    p * (1.0 - p) * (2.0 + z * (1.0 - 2.0 * p))
}
