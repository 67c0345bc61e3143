//! Posterior moments of x₀ by Bayes' rule for Gaussians: the reference for what the score says of x₀.

use ndarray::{Array1, Array2, ArrayView1, s};
use scorelab::mixture::{Mixture, plain};
use scorelab::noise::NoiseLevel;

/// What a mixture says about the x₀ behind one x_t, component by component.
pub struct Behind {
    /// rₖ, the probability of each component (K).
    pub resp: Array1<f64>,
    /// E[x₀ | x, k] = μₖ + α·Σₖ·Cₖ⁻¹(x − α·μₖ), K × (d).
    pub means: Vec<Array1<f64>>,
    /// Cov[x₀ | x, k] = Σₖ − α²·Σₖ·Cₖ⁻¹·Σₖ, K × (d, d).
    pub covs: Vec<Array2<f64>>,
}

impl Behind {
    /// Looks behind `x` (d).
    pub fn new(mixture: &Mixture, x: ArrayView1<f64>, level: NoiseLevel) -> Self {
        let (a, d) = (level.alpha, x.len());
        let (mut means, mut covs) = (vec![], vec![]);
        for (k, cov) in mixture.covs().iter().enumerate() {
            let noised = cov * (a * a) + Array2::<f64>::eye(d) * level.sigma.powi(2); // Cₖ
            let mu = mixture.means().row(k).to_owned();
            let mut right = Array2::zeros((d, d + 1)); // [x − α·μₖ | Σₖ]
            right.column_mut(0).assign(&(&x - &(&mu * a)));
            right.slice_mut(s![.., 1..]).assign(cov);
            let solved = solve(noised, right);
            means.push(mu + cov.dot(&solved.column(0)) * a);
            covs.push(cov - &(cov.dot(&solved.slice(s![.., 1..])) * (a * a)));
        }
        Behind { resp: plain::responsibilities(mixture, x, level), means, covs }
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

/// X with A·X = B, by elimination with pivots.
pub fn solve(mut a: Array2<f64>, mut b: Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    for i in 0..n {
        let pivot = (i..n).max_by(|r, q| a[[*r, i]].abs().total_cmp(&a[[*q, i]].abs())).unwrap();
        for m in [&mut a, &mut b] {
            (0..m.ncols()).for_each(|c| m.swap([i, c], [pivot, c]));
        }
        for r in (0..n).filter(|r| *r != i) {
            let factor = a[[r, i]] / a[[i, i]];
            for m in [&mut a, &mut b] {
                let row = m.row(i).to_owned();
                m.row_mut(r).scaled_add(-factor, &row);
            }
        }
    }
    (0..n).for_each(|i| b.row_mut(i).mapv_inplace(|v| v / a[[i, i]]));
    b
}
