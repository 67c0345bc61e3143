//! The calculus of Gaussians once more, for one point and by elimination, to hold the crate's own to.

use ndarray::{Array1, Array2, ArrayView1, s};
use scorelab::mixture::Mixture;
use scorelab::noise::NoiseLevel;
use std::f64::consts::TAU;

/// What a mixture says about the x₀ behind one x_t, component by component.
pub struct Behind {
    /// log p_t(x).
    pub log_density: f64,
    /// rₖ, the probability of each component (K).
    pub resp: Vec<f64>,
    /// E[x₀ | x, k] = μₖ + α·Σₖ·Cₖ⁻¹(x − α·μₖ), K × (d).
    pub means: Vec<Array1<f64>>,
    /// Cov[x₀ | x, k] = Σₖ − α²·Σₖ·Cₖ⁻¹·Σₖ, K × (d, d).
    pub covs: Vec<Array2<f64>>,
}

impl Behind {
    /// Looks behind `x` (d).
    pub fn new(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> Self {
        let (a, d) = (level.alpha, x.len());
        let (mut logs, mut means, mut covs) = (vec![], vec![], vec![]);
        for (k, cov) in mixture.covs().iter().enumerate() {
            let noised = cov * (a * a) + Array2::<f64>::eye(d) * level.sigma.powi(2); // Cₖ
            let mu = mixture.means().row(k).to_owned();
            let away = &x - &(&mu * a);
            let mut right = Array2::zeros((d, d + 1)); // [x − α·μₖ | Σₖ]
            right.column_mut(0).assign(&away);
            right.slice_mut(s![.., 1..]).assign(cov);
            let (solved, log_det) = solve(noised, right);
            let pulled = solved.column(0);
            let log_scale = -0.5 * (d as f64 * TAU.ln() + log_det);
            logs.push(mixture.weights()[k].ln() + log_scale - 0.5 * away.dot(&pulled));
            means.push(mu + cov.dot(&pulled) * a);
            covs.push(cov - &(cov.dot(&solved.slice(s![.., 1..])) * (a * a)));
        }
        let top = logs.iter().copied().fold(f64::MIN, f64::max);
        let log_density = top + logs.iter().map(|l| (l - top).exp()).sum::<f64>().ln();
        let resp = logs.iter().map(|l| (l - log_density).exp()).collect();
        Behind { log_density, resp, means, covs }
    }

    /// E[x₀ | x] (d).
    pub fn mean(&self) -> Array1<f64> {
        let zero = Array1::zeros(self.means[0].len());
        self.resp.iter().zip(&self.means).fold(zero, |sum, (r, m)| sum + m * *r)
    }

    /// Cov[x₀ | x] = Σₖ rₖ·(Covₖ + mₖmₖᵀ) − m·mᵀ, with deviations from the mean so that nothing cancels (d, d).
    pub fn cov(&self) -> Array2<f64> {
        let mean = self.mean();
        let mut out = Array2::zeros(self.covs[0].raw_dim());
        for ((r, m), c) in self.resp.iter().zip(&self.means).zip(&self.covs) {
            let off = m - &mean;
            out += &(c * *r);
            out.indexed_iter_mut().for_each(|((i, j), v)| *v += r * off[i] * off[j]);
        }
        out
    }
}

/// Solves A·X = B by elimination with pivots; returns X and log |det A|.
pub fn solve(mut a: Array2<f64>, mut b: Array2<f64>) -> (Array2<f64>, f64) {
    let n = a.nrows();
    let mut log_det = 0.0;
    for i in 0..n {
        let pivot = (i..n).max_by(|r, q| a[[*r, i]].abs().total_cmp(&a[[*q, i]].abs())).unwrap();
        for m in [&mut a, &mut b] {
            (0..m.ncols()).for_each(|c| m.swap([i, c], [pivot, c]));
        }
        log_det += a[[i, i]].abs().ln();
        for r in (0..n).filter(|r| *r != i) {
            let factor = a[[r, i]] / a[[i, i]];
            for m in [&mut a, &mut b] {
                let row = m.row(i).to_owned();
                m.row_mut(r).scaled_add(-factor, &row);
            }
        }
    }
    (0..n).for_each(|i| b.row_mut(i).mapv_inplace(|v| v / a[[i, i]]));
    (b, log_det)
}
