//! The network once more, in f64 and one row at a time, from the flat block of parameters as it is documented.

use ndarray::Array2;
use scorelab::nn::MlpConfig;
use scorelab::nn::mlp::BLOCK;
use std::f64::consts::TAU;
use std::ops::Range;

/// What the rows of a block see.
#[derive(Clone)]
pub struct Rows {
    /// The points (BLOCK, d).
    pub x: Array2<f64>,
    /// The log-SNR of each.
    pub log_snr: Vec<f64>,
    /// The label of each.
    pub labels: Vec<usize>,
}

/// The groups of parameters, in their order: (name, where).
pub fn groups(c: &MlpConfig) -> Vec<(String, Range<usize>)> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut group = |name: String, n: usize| {
        found.push((name, at..at + n));
        at += n;
    };
    for l in 0..=c.depth {
        let (inputs, outputs) = sizes(c, l);
        group(format!("weights of layer {l}"), inputs * outputs);
        group(format!("bias of layer {l}"), outputs);
    }
    if c.labels > 0 {
        group("label table".into(), c.labels * c.embedding);
    }
    found
}

/// (in, out) of layer l.
fn sizes(c: &MlpConfig, l: usize) -> (usize, usize) {
    let seen = c.inputs + c.features + if c.labels > 0 { c.embedding } else { 0 };
    (if l == 0 { seen } else { c.width }, if l == c.depth { c.outputs } else { c.width })
}

/// The answers of the network with parameters `params` to a block of rows (BLOCK, out).
pub fn forward(c: &MlpConfig, params: &[f64], rows: &Rows) -> Array2<f64> {
    let mut out = Array2::zeros((BLOCK, c.outputs));
    for r in 0..BLOCK {
        let mut h = rows.x.row(r).to_vec();
        let n = c.features / 2;
        // 1/64 · 16^(i/(n − 1)): from 1/64 to 1/4
        let f = |i: usize| 16f64.powf(i as f64 / (n.max(2) - 1) as f64) / 64.0;
        h.extend((0..n).map(|i| (TAU * f(i) * rows.log_snr[r]).cos()));
        h.extend((0..n).map(|i| (TAU * f(i) * rows.log_snr[r]).sin()));
        if c.labels > 0 {
            let table = params.len() - c.labels * c.embedding;
            h.extend(&params[table + rows.labels[r] * c.embedding..][..c.embedding]);
        }
        let mut at = 0;
        for l in 0..=c.depth {
            let (inputs, outputs) = sizes(c, l);
            let (weights, bias) = (&params[at..][..inputs * outputs], at + inputs * outputs);
            at = bias + outputs;
            let z = |j: usize| -> f64 {
                params[bias + j] + (0..inputs).map(|i| h[i] * weights[i * outputs + j]).sum::<f64>()
            };
            let z: Vec<f64> = (0..outputs).map(z).collect();
            let active = |z: f64| if l < c.depth { z / (1.0 + (-z).exp()) } else { z };
            let carried = |j: usize| {
                if c.residual && l > 0 && l < c.depth { h[j] } else { 0.0 }
            };
            h = z.iter().enumerate().map(|(j, z)| active(*z) + carried(j)).collect();
        }
        out.row_mut(r).iter_mut().zip(h).for_each(|(o, h)| *o = h);
    }
    out
}
