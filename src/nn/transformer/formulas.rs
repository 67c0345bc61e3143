//! Attention and normalisation in f64 and matrices, each with its derivative.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// What is added to a variance, so that tokens of equal numbers have one.
pub const LEAST_VARIANCE: f64 = 1e-5;

/// Attention with several heads: each query's answer is a mean of the values, weighted by how well their keys fit.
///
/// ```text
/// A_h = softmax(Q_h·K_hᵀ/√c),   O_h = A_h·V_h,   h = 1 … heads, each on c = w/heads columns
/// ```
///
/// Shapes: `q` (m, w), `k` and `v` (n, w) → O (m, w), and A_h (m, n) of each head, whose rows sum to 1. With one key A is 1
/// whatever the query asks, and O is that key's value. Source: Vaswani et al. 2017 (1706.03762), eq. 1.
///
/// # Panics
/// If the widths differ or the heads do not divide them.
pub fn attention(
    q: &Array2<f64>,
    k: &Array2<f64>,
    v: &Array2<f64>,
    heads: usize,
) -> (Array2<f64>, Vec<Array2<f64>>) {
    let mut out = Array2::zeros(q.raw_dim());
    let weights = columns(q.ncols(), heads).map(|h| {
        let part = |a: &Array2<f64>| a.slice(s![.., h.clone()]).to_owned();
        let scale = 1.0 / (h.len() as f64).sqrt();
        let weights = softmax((part(q).dot(&part(k).t()) * scale).view());
        out.slice_mut(s![.., h.clone()]).assign(&weights.dot(&part(v)));
        weights
    });
    let weights = weights.collect();
    (out, weights)
}

/// The derivatives of a loss with respect to q, k and v, of which that with respect to O is known (m, w).
///
/// ```text
/// d_V = Aᵀ·d_O,   d_A = d_O·Vᵀ,   d_S = A ⊙ (d_A − Σ_columns A ⊙ d_A)/√c,   d_Q = d_S·K,   d_K = d_Sᵀ·Q
/// ```
pub fn attention_back(
    [q, k, v]: [&Array2<f64>; 3],
    weights: &[Array2<f64>],
    d_out: &Array2<f64>,
) -> [Array2<f64>; 3] {
    let mut all = [q, k, v].map(|a| Array2::zeros(a.raw_dim()));
    for (h, a) in columns(q.ncols(), weights.len()).zip(weights) {
        let part = |a: &Array2<f64>| a.slice(s![.., h.clone()]).to_owned();
        let (d_o, scale) = (part(d_out), 1.0 / (h.len() as f64).sqrt());
        let d_a = d_o.dot(&part(v).t());
        let mean = (a * &d_a).sum_axis(Axis(1)).insert_axis(Axis(1));
        let d_s = (d_a - mean) * a * scale;
        let parts = [d_s.dot(&part(k)), d_s.t().dot(&part(q)), a.t().dot(&d_o)];
        for (all, part) in all.iter_mut().zip(parts) {
            all.slice_mut(s![.., h.clone()]).assign(&part);
        }
    }
    all
}

/// The columns of each head.
fn columns(width: usize, heads: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    assert!(heads > 0 && width.is_multiple_of(heads), "heads that divide the width");
    let each = width / heads;
    (0..heads).map(move |h| h * each..(h + 1) * each)
}

/// exp(sᵢⱼ)/Σⱼ exp(sᵢⱼ) of each row.
fn softmax(scores: ArrayView2<f64>) -> Array2<f64> {
    let mut out = scores.to_owned();
    for mut row in out.outer_iter_mut() {
        let top = row.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        row.mapv_inplace(|s| (s - top).exp());
        row /= row.sum();
    }
    out
}

/// Tokens with mean 0 and variance 1 each.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// n = (h − mean h)/s (m, w).
    pub rows: Array2<f64>,
    /// 1/s, s = √(variance + 10⁻⁵) (m).
    pub slopes: Array1<f64>,
}

/// Normalises each row of `h` (m, w). Source: Ba, Kiros & Hinton 2016 (1607.06450), without gain and bias.
pub fn normalise(h: &Array2<f64>) -> Normalised {
    let mean = h.mean_axis(Axis(1)).expect("columns").insert_axis(Axis(1));
    let centred = h - &mean;
    let variance = centred.mapv(|v| v * v).mean_axis(Axis(1)).expect("columns");
    let slopes = variance.mapv(|v| 1.0 / (v + LEAST_VARIANCE).sqrt());
    Normalised { rows: centred * slopes.view().insert_axis(Axis(1)), slopes }
}

/// The derivative of a loss with respect to h, of which that with respect to n is known (m, w).
///
/// ```text
/// d_h = (d_n − mean d_n − n·mean(d_n ⊙ n))/s
/// ```
pub fn normalise_back(normalised: &Normalised, d_n: &Array2<f64>) -> Array2<f64> {
    let n = &normalised.rows;
    let mean = |a: &Array2<f64>| a.mean_axis(Axis(1)).expect("columns").insert_axis(Axis(1));
    let d_h = d_n - &mean(d_n) - n * &mean(&(d_n * n));
    d_h * normalised.slopes.view().insert_axis(Axis(1))
}
