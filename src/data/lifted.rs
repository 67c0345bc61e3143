//! A score along principal components, as one of the data themselves.

use super::Principal;
use crate::noise::NoiseLevel;
use crate::score::{ScoreFn, score_of_denoised};
use ndarray::{Array2, ArrayView2};

/// The score of points in the space of the data, made of one along their principal components.
///
/// ```text
/// x₀ = mean + V·z₀ + s·(I − VVᵀ)·n:   D(x) = mean + V·D_z(z) + αs²/(α²s² + σ²)·(u − V·z),   u = x − α·mean,   z = Vᵀu
/// ```
///
/// V is orthonormal, so that noise on x is the same noise on z and apart from it. With s = 0 nothing lies off the components. By it
/// a single coordinate of the data, a pixel, can be known or overwritten, though the score knows components.
#[derive(Debug, Clone)]
pub struct Lifted<S> {
    /// The score along the components, of dimension k.
    pub score: S,
    /// The mean and V (d, k).
    pub frame: Principal,
    /// s, the standard deviation of what lies off the components, along each direction there.
    pub rest: f64,
}

impl<S> Lifted<S> {
    /// αs²/(α²s² + σ²), what of a coordinate off the components is taken to be data.
    fn kept(&self, level: NoiseLevel) -> f64 {
        let (NoiseLevel { alpha, sigma }, s2) = (level, self.rest * self.rest);
        if s2 == 0.0 { 0.0 } else { alpha * s2 / (alpha * alpha * s2 + sigma * sigma) }
    }

    /// V·to + share·(of − V·z): what is on the components, and what is left of a vector off them.
    fn joined(
        &self,
        to: &Array2<f64>,
        of: Array2<f64>,
        z: &Array2<f64>,
        share: f64,
    ) -> Array2<f64> {
        let on = (to - &(z * share)).dot(&self.frame.axes.t());
        of * share + on
    }
}

impl<S: ScoreFn> ScoreFn for Lifted<S> {
    fn dim(&self) -> usize {
        self.frame.mean.len()
    }

    fn score(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        score_of_denoised(x, self.denoised(x, level), level)
    }

    fn denoised(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let u = &x - &(&self.frame.mean * level.alpha);
        let z = u.dot(&self.frame.axes);
        let denoised = self.score.denoised(z.view(), level);
        self.joined(&denoised, u, &z, self.kept(level)) + &self.frame.mean
    }

    fn pull_back(&self, x: ArrayView2<f64>, level: NoiseLevel, v: ArrayView2<f64>) -> Array2<f64> {
        let z = (&x - &(&self.frame.mean * level.alpha)).dot(&self.frame.axes);
        let along = v.dot(&self.frame.axes);
        let pulled = self.score.pull_back(z.view(), level, along.view());
        self.joined(&pulled, v.to_owned(), &along, self.kept(level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mixture::Mixture;
    use crate::rng::{Purpose, normals};
    use ndarray::array;

    /// Three components of five coordinates, a mixture along them, and the same in the space of the data.
    fn both(rest: f64) -> (Lifted<Mixture>, Mixture) {
        let x = normals(1, Purpose::Data, 0, (40, 5)) * array![3.0, 2.0, 1.0, 0.5, 0.2];
        let frame = Principal::of(x.view(), 3);
        let covs =
            vec![Array2::eye(3) * 0.3, array![[0.5, 0.1, 0.0], [0.1, 0.2, 0.0], [0.0, 0.0, 0.4]]];
        let means = array![[1.0, -0.5, 0.2], [-1.0, 0.4, 0.0]];
        let along = Mixture::new(vec![0.4, 0.6], means, covs, vec![0, 1]).unwrap();
        let off = Array2::<f64>::eye(5) - frame.axes.dot(&frame.axes.t());
        let lift =
            |cov: &Array2<f64>| frame.axes.dot(cov).dot(&frame.axes.t()) + &off * (rest * rest);
        let symmetric = |cov: Array2<f64>| (&cov + &cov.t()) * 0.5;
        let covs = along.covs().iter().map(|cov| symmetric(lift(cov))).collect();
        let means = frame.points(along.means());
        let whole = Mixture::new(along.weights().to_vec(), means, covs, vec![0, 1]).unwrap();
        (Lifted { score: along, frame, rest }, whole)
    }

    #[test]
    fn a_mixture_along_components_is_the_same_mixture_of_the_data() {
        let (lifted, whole) = both(0.3);
        let x = normals(2, Purpose::Data, 0, (20, 5)) * 2.0;
        let v = normals(3, Purpose::Data, 0, (20, 5));
        for level in [NoiseLevel::ve(0.2), NoiseLevel { alpha: 0.6, sigma: 0.8 }] {
            let off = |a: Array2<f64>, b: Array2<f64>| (a - b).fold(0.0f64, |m, v| m.max(v.abs()));
            let d = |of: &dyn ScoreFn| of.denoised(x.view(), level);
            let pulled = |of: &dyn ScoreFn| of.pull_back(x.view(), level, v.view());
            assert!(off(d(&lifted), d(&whole)) < 1e-9);
            assert!(off(pulled(&lifted), pulled(&whole)) < 1e-9);
            // the wrong twin: nothing off the components
            let flat = Lifted { rest: 0.0, ..lifted.clone() };
            assert!(off(d(&flat), d(&whole)) > 1e-2 && off(pulled(&flat), pulled(&whole)) > 1e-2);
            let z = lifted.frame.coordinates(d(&flat).view());
            let on = lifted.frame.points(z.view());
            assert!(off(on, d(&flat)) < 1e-9, "all of it lies on the components");
        }
    }
}
