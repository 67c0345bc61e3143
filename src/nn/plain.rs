//! The perceptron in f64 and matrices, forward and backward as the formulas say them: what there is to understand.
//!
//! ```text
//! h₀ = [x | cos, sin(2π·f·λ) | E_y],   z_l = h_l·W_l + b_l,   h_{l+1} = silu(z_l) (+ h_l if residual),   out = z_L
//! ```
//!
//! [`Mlp`](super::Mlp) computes the same in f32, block by block and faster; the tests hold its answers and its gradients to
//! these, and these to differences.

use super::net::{Batch, Gradients, Part, Shape};
use super::shape::MlpConfig;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use std::f64::consts::TAU;

/// A network: its shape, and its parameters θ in the flat block that [`MlpConfig::parts`] lays out.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    /// The shape.
    pub config: &'a MlpConfig,
    /// θ.
    pub params: &'a [f64],
}

/// A forward pass, kept for the backward one.
#[derive(Debug, Clone)]
pub struct Forward {
    /// h₀ … h_L, what each layer sees (n, in).
    pub hidden: Vec<Array2<f64>>,
    /// z₀ … z_L, what each layer makes of it before the activation; the last is the answer (n, out).
    pub z: Vec<Array2<f64>>,
}

impl Forward {
    /// The answer (n, out).
    pub fn output(&self) -> &Array2<f64> {
        self.z.last().expect("a network has a last layer")
    }
}

impl Plain<'_> {
    /// The answer to every row of a batch, and all that leads to it.
    ///
    /// # Panics
    /// If a condition has no row in the table, or the parameters are not those of the shape.
    pub fn forward(&self, batch: &Batch) -> Forward {
        let c = self.config;
        let parts = c.parts();
        let mut h = self.seen(batch, &parts);
        let (mut hidden, mut zs) = (Vec::new(), Vec::new());
        for l in 0..=c.depth {
            let z = h.dot(&self.matrix(&parts[2 * l])) + self.vector(&parts[2 * l + 1]);
            let mut next = z.mapv(silu);
            if c.residual && l > 0 && l < c.depth {
                next += &h;
            }
            hidden.push(std::mem::replace(&mut h, next));
            zs.push(z);
        }
        Forward { hidden, z: zs }
    }

    /// The derivatives of a loss of which ∂L/∂out is known (n, out): the chain rule, layer by layer, from the last to the first.
    ///
    /// ```text
    /// d_z_L = d_out,   d_W_l = h_lᵀ·d_z_l,   d_b_l = Σ_rows d_z_l,
    /// d_h_l = d_z_l·W_lᵀ (+ d_h_{l+1} if residual),   d_z_{l−1} = d_h_l·silu'(z_{l−1})
    /// ```
    ///
    /// and d_h₀ = [d_x | … | d_E_y].
    pub fn backward(&self, batch: &Batch, forward: &Forward, d_output: &Array2<f64>) -> Gradients {
        let c = self.config;
        let parts = c.parts();
        let mut params = vec![0.0; self.params.len()];
        let mut put = |part: &Part, d: &mut dyn Iterator<Item = f64>| {
            params[part.range.clone()].iter_mut().zip(d).for_each(|(p, d)| *p += d);
        };
        let mut d_z = d_output.clone();
        let mut d_h = Array2::zeros((0, 0)); // of the layer above
        for l in (0..=c.depth).rev() {
            put(&parts[2 * l], &mut forward.hidden[l].t().dot(&d_z).into_iter());
            put(&parts[2 * l + 1], &mut d_z.sum_axis(Axis(0)).into_iter());
            let through = d_z.dot(&self.matrix(&parts[2 * l]).t());
            let passes_by = c.residual && l > 0 && l < c.depth;
            d_h = if passes_by { through + d_h } else { through };
            if l > 0 {
                d_z = &d_h * &forward.z[l - 1].mapv(silu_slope);
            }
        }
        if c.labels > 0 {
            let mut d_table = Array2::zeros((c.labels, c.embedding));
            let d_labels = d_h.slice(s![.., c.inputs + c.features..]);
            for (y, d) in batch.conditions.iter().zip(d_labels.rows()) {
                d_table.row_mut(c.label(y)).scaled_add(1.0, &d);
            }
            put(&parts[2 * c.depth + 2], &mut d_table.into_iter());
        }
        Gradients { params, x: d_h.slice(s![.., ..c.inputs]).to_owned() }
    }

    /// h₀ = [x | cos, sin(2π·f·λ) | E_y] (n, in).
    fn seen(&self, batch: &Batch, parts: &[Part]) -> Array2<f64> {
        let c = self.config;
        let f = frequencies(c.features / 2).insert_axis(Axis(0)); // (1, features/2)
        let phases = batch.log_snr.view().insert_axis(Axis(1)).dot(&(f * TAU)); // (n, features/2)
        let mut columns = vec![batch.x.clone(), phases.mapv(f64::cos), phases.mapv(f64::sin)];
        if c.labels > 0 {
            let labels: Vec<usize> = batch.conditions.iter().map(|y| c.label(y)).collect();
            columns.push(self.matrix(&parts[2 * c.depth + 2]).select(Axis(0), &labels));
        }
        let views: Vec<_> = columns.iter().map(|c| c.view()).collect();
        concatenate(Axis(1), &views).expect("as many rows in each")
    }

    /// A tensor with two axes.
    pub(super) fn matrix(&self, part: &Part) -> ArrayView2<'_, f64> {
        ArrayView2::from_shape((part.shape[0], part.shape[1]), &self.params[part.range.clone()])
            .expect("the parameters are those of the shape")
    }

    /// A tensor with one axis.
    fn vector(&self, part: &Part) -> ArrayView1<'_, f64> {
        ArrayView1::from(&self.params[part.range.clone()])
    }
}

/// z/(1 + e⁻ᶻ).
pub(super) fn silu(z: f64) -> f64 {
    z / (1.0 + (-z).exp())
}

/// silu'(z) = p + z·p·(1 − p), p = 1/(1 + e⁻ᶻ).
pub(super) fn silu_slope(z: f64) -> f64 {
    let p = 1.0 / (1.0 + (-z).exp());
    p + z * p * (1.0 - p)
}

/// n frequencies f in cycles per unit of log-SNR, geometric from 1/64 to 1/4; one alone is the slowest.
pub(super) fn frequencies(n: usize) -> Array1<f64> {
    (0..n).map(|i| 16f64.powf(i as f64 / (n.max(2) - 1) as f64) / 64.0).collect()
}
