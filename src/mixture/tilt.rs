//! What guidance is said to sample: a product of powers of densities, normalised by quadrature.

mod diffused;
mod fall;

use super::Mixture;
use crate::noise::NoiseLevel;
use crate::number::significant;
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use fall::{falls_off, least_fall};
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate};
use rand::Rng;

/// A product of powers of mixtures on a grid, in one or two dimensions.
///
/// ```text
/// q(x) = Πᵢ pᵢ(x)^wᵢ / Z,   Σᵢ wᵢ = 1;      the tilt of guidance is p(x)^(1 − γ)·p(x | y)^γ
/// ```
///
/// The popular story says that guided sampling draws from it; it does not. The grid covers the place where q is
/// above e⁻⁴⁰ of its largest value; a density is taken as constant within a cell, and what is too narrow for that is refused. γ = 0 is p
/// and γ = 1 is p(x | y).
/// Source: Bradley & Nakkiran 2024 (2408.09000), section 3; Chidambaram et al. 2024 (2409.13074).
#[derive(Debug, Clone)]
pub struct Tilt {
    axes: Vec<Array1<f64>>, // the cells' centres along each axis
    step: f64,              // the side of a cell, the same along each axis
    mass: Vec<f64>,         // the probability of each cell, the last axis running fastest
}

/// How far below its largest value log q may fall before the grid ends.
const DEPTH: f64 = 40.0;
/// Cells along the longest axis, in one and in two dimensions.
const CELLS: [usize; 2] = [8192, 400];

impl Tilt {
    /// The product of powers `terms` = (wᵢ, pᵢ).
    ///
    /// # Errors
    /// If there is no term, the dimension is above 2, a weight is not finite, the product cannot be normalised
    /// because it does not fall off far out (as a negation of something narrower than the rest), or its peaks are narrower than a cell.
    pub fn new(terms: &[(f64, &Mixture)]) -> Result<Self> {
        let Some((_, first)) = terms.first() else {
            return Err(Error::value("the tilt", "without terms", "a product of at least one"));
        };
        let d = first.means.ncols();
        if d > 2 || terms.iter().any(|(_, p)| p.means.ncols() != d) {
            return Err(Error::value("the dimension of the tilt", d, "1 or 2, the same for all"));
        }
        if let Some((w, _)) = terms.iter().find(|(w, _)| !w.is_finite()) {
            return Err(Error::value("a weight of the tilt", w, "a finite number"));
        }
        falls_off(terms)?;
        let (middle, half) = support(terms, d);
        let longest = half.iter().copied().fold(0.0, f64::max);
        let step = 2.0 * longest / CELLS[d - 1] as f64;
        let axes: Vec<Array1<f64>> = middle
            .iter()
            .zip(&half)
            .map(|(m, h)| {
                let cells = (2.0 * h / step).ceil().max(1.0) as usize;
                let first = m - 0.5 * step * (cells - 1) as f64;
                (0..cells).map(|i| first + step * i as f64).collect()
            })
            .collect();
        let mut mass = log_product(terms, &grid_points(&axes)).to_vec();
        super::fast::softmax(&mut mass);
        Tilt { axes, step, mass }.resolved()
    }

    /// Refuses a density that changes from cell to cell, as one of peaks far narrower than what lies between them.
    ///
    /// Of each other cell along every axis the mass is 1/2ᵈ of all, but for 2·exp(−½π²s²/step²) of a peak of width s: a tenth where s is
    /// four fifths of a cell, and there the sum over all cells is off by 10⁻⁵.
    fn resolved(self) -> Result<Self> {
        const UNEVEN: f64 = 0.1;
        let (d, fast) = (self.axes.len(), self.axes[self.axes.len() - 1].len());
        let mut shares = vec![0.0; 1 << d];
        for (cell, mass) in self.mass.iter().enumerate() {
            shares[if d == 1 { cell % 2 } else { cell % fast % 2 + 2 * (cell / fast % 2) }] += mass;
        }
        let even = 1.0 / shares.len() as f64;
        match shares.iter().all(|share| (share / even - 1.0).abs() < UNEVEN) {
            true => Ok(self),
            false => {
                let must = format!(
                    "wider than {}, a cell of a grid of {} along its longest side; take modes that are wider or nearer to each other",
                    significant(self.step, 2),
                    CELLS[d - 1]
                );
                Err(Error::value("a peak of the tilt", "too narrow", must))
            }
        }
    }

    /// The tilt of classifier-free guidance, p(x)^(1 − γ)·p(x | y)^γ.
    ///
    /// # Errors
    /// As [`Tilt::new`].
    ///
    /// # Panics
    /// If there is no such class.
    pub fn guided(mixture: &Mixture, class: usize, gamma: f64) -> Result<Self> {
        let given = mixture.given(class);
        let terms = [(1.0 - gamma, mixture), (gamma, &given)];
        if mixture.means.ncols() <= 2 && gamma.is_finite() && least_fall(&terms) <= 0.0 {
            let must = "a scale at which p(x)^(1 − γ)·p(x | y)^γ falls off far out; here the tilt is improper";
            return Err(Error::value("γ", gamma, must));
        }
        Tilt::new(&terms)
    }

    /// Why a composition of exact mixtures has no target to sample, if it has none.
    ///
    /// The target of [`Composed`](crate::guidance::Composed) with base p and terms (wᵢ, pᵢ) is p^(1 − Σw)·Πᵢ pᵢ^wᵢ. A
    /// sampler walks along its score all the same and ends somewhere; nothing else will say that the place means nothing.
    /// In more than two dimensions only the axes of the components are looked along, so that it may find nothing where there is something.
    pub fn warning(base: &Mixture, terms: &[(f64, &Mixture)]) -> Option<String> {
        let rest = 1.0 - terms.iter().map(|(w, _)| w).sum::<f64>();
        let all: Vec<_> = std::iter::once((rest, base)).chain(terms.iter().copied()).collect();
        let why = falls_off(&all).err()?;
        Some(format!("this composition is not a distribution: {why}"))
    }

    /// The centres of the cells along each axis.
    pub fn axes(&self) -> &[Array1<f64>] {
        &self.axes
    }

    /// q at the centres of the cells, the last axis running fastest: mass over area.
    pub fn density(&self) -> Array1<f64> {
        Array1::from(self.mass.clone()) / self.step.powi(self.axes.len() as i32)
    }

    /// E\[x\] (d,).
    pub fn mean(&self) -> Array1<f64> {
        Array1::from(self.mass.clone()).dot(&grid_points(&self.axes))
    }

    /// Cov\[x\] (d, d), by the same quadrature as the mean.
    pub fn covariance(&self) -> Array2<f64> {
        let off = grid_points(&self.axes) - self.mean();
        let weighted = &off * &Array1::from(self.mass.clone()).insert_axis(Axis(1));
        off.t().dot(&weighted)
    }

    /// −∫ q·ln q, the differential entropy in nats.
    pub fn entropy(&self) -> f64 {
        let cell = self.step.powi(self.axes.len() as i32);
        self.mass.iter().filter(|m| **m > 0.0).map(|m| -m * (m / cell).ln()).sum()
    }

    /// E\[f(x)\], for instance a class's mean probability: `f` gets the centres (cells, d) and answers for each.
    pub fn expectation(&self, f: impl Fn(&Array2<f64>) -> Array1<f64>) -> f64 {
        f(&grid_points(&self.axes)).dot(&ArrayView1::from(&self.mass))
    }

    /// Draws n points (n, d): a cell by its mass, then a uniform place in it, which adds step²/12 to the variance.
    pub fn sample(&self, n: usize, seed: u64) -> Array2<f64> {
        let mut total = 0.0;
        let up_to: Vec<f64> = self
            .mass
            .iter()
            .map(|m| {
                total += m;
                total
            })
            .collect();
        let centres = grid_points(&self.axes);
        let mut x = Array2::zeros((n, self.axes.len()));
        for (row, mut point) in x.outer_iter_mut().enumerate() {
            let mut rng = stream(seed, Purpose::Reference, 2, row as u64);
            let u = total * rng.random::<f64>();
            let cell = up_to.partition_point(|m| *m <= u).min(up_to.len() - 1);
            point.assign(&centres.row(cell));
            point.mapv_inplace(|c| c + self.step * (rng.random::<f64>() - 0.5));
        }
        x
    }
}

/// Σᵢ wᵢ·log pᵢ(x), for x (n, d) → (n).
fn log_product(terms: &[(f64, &Mixture)], x: &Array2<f64>) -> Array1<f64> {
    let mut sum = Array1::zeros(x.nrows());
    for (w, p) in terms.iter().filter(|(w, _)| *w != 0.0) {
        sum.scaled_add(*w, &p.log_density(x.view(), NoiseLevel::ve(0.0)));
    }
    sum
}

/// The centres of all cells (cells, d), the last axis running fastest.
fn grid_points(axes: &[Array1<f64>]) -> Array2<f64> {
    let fast = axes.last().map_or(1, |a| a.len());
    let cells = axes.iter().map(|a| a.len()).product();
    Array2::from_shape_fn((cells, axes.len()), |(cell, i)| {
        if i + 1 == axes.len() { axes[i][cell % fast] } else { axes[i][cell / fast] }
    })
}

/// The box outside of which q is below e^−DEPTH of its largest value: its middle and half its sides (d).
///
/// Beside the points of a coarse grid it looks at the means of the components, for peaks that lie between those points.
fn support(terms: &[(f64, &Mixture)], d: usize) -> (Vec<f64>, Vec<f64>) {
    const COARSE: usize = 200;
    let radius = terms.iter().map(|(_, p)| p.radius()).fold(0.0, f64::max);
    let (mut middle, mut half) = (vec![0.0; d], vec![8.0 * radius; d]);
    let means: Vec<_> = terms.iter().map(|(_, p)| p.means.view()).collect();
    let means = concatenate(Axis(0), &means).expect("means of one dimension");
    let at_means = log_product(terms, &means);
    // first grow until the edges are empty, then shrink to what is not
    for round in 0..40 {
        let axes: Vec<Array1<f64>> =
            middle.iter().zip(&half).map(|(m, h)| Array1::linspace(m - h, m + h, COARSE)).collect();
        let points = grid_points(&axes);
        let logs = log_product(terms, &points);
        let largest = |logs: &Array1<f64>| logs.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let top = largest(&logs);
        let inside: Vec<usize> = (0..logs.len()).filter(|i| logs[*i] > top - DEPTH).collect();
        let least = top.max(largest(&at_means)) - DEPTH;
        let peaks: Vec<usize> = (0..at_means.len()).filter(|i| at_means[*i] > least).collect();
        let mut changed = false;
        for i in 0..d {
            let cell = 2.0 * half[i] / (COARSE - 1) as f64;
            let (low, high) = inside
                .iter()
                .map(|p| points[[*p, i]])
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                    (low.min(x), high.max(x))
                });
            let missed = peaks.iter().map(|p| means[[*p, i]]);
            let missed = missed.filter(|x| !(low - cell..=high + cell).contains(x));
            let (low, high) = missed.fold((low, high), |(low, high), x| (low.min(x), high.max(x)));
            let edge =
                middle[i] + half[i] - high < 0.5 * cell || low - (middle[i] - half[i]) < 0.5 * cell;
            let wanted = if edge { 2.0 * half[i] } else { 0.5 * (high - low) + cell };
            changed |= edge || wanted < 0.8 * half[i];
            if !edge {
                middle[i] = 0.5 * (low + high);
            }
            half[i] = wanted;
        }
        if !changed && round > 0 {
            break;
        }
    }
    (middle, half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use std::f64::consts::TAU;

    fn gaussian(mean: f64, variance: f64) -> Mixture {
        Mixture::new(vec![1.0], array![[mean]], vec![array![[variance]]], vec![0]).unwrap()
    }

    #[test]
    fn the_tilt_of_two_gaussians_is_the_gaussian_on_paper() {
        // p = N(0, 2), p(x|c) = N(0, 1): precision (1 − γ)/2 + γ
        let (p, c) = (gaussian(0.0, 2.0), gaussian(0.0, 1.0));
        for gamma in [0.0, 0.5, 1.0, 3.0, 10.0] {
            let tilt = Tilt::new(&[(1.0 - gamma, &p), (gamma, &c)]).unwrap();
            let variance = 2.0 / (gamma + 1.0);
            assert!((tilt.covariance()[[0, 0]] / variance - 1.0).abs() < 1e-12, "γ = {gamma}");
            let twin = tilt.covariance()[[0, 0]] + tilt.step * tilt.step / 12.0; // of points in cells
            assert!((twin / variance - 1.0).abs() > 1e-9, "the wrong twin passed at γ = {gamma}");
            let entropy = 0.5 * (TAU * std::f64::consts::E * variance).ln();
            assert!((tilt.entropy() - entropy).abs() < 1e-5, "γ = {gamma}: {}", tilt.entropy());
        }
    }

    #[test]
    fn two_modes_of_one_width_give_the_moments_of_an_independent_quadrature() {
        // ½N(1, 1) + ½N(−1, 1) given the first: an independent program in NumPy, rounded to 5·10⁻⁵
        let mixture =
            Mixture::isotropic(vec![0.5; 2], array![[1.0], [-1.0]], &[1.0; 2], vec![0, 1]).unwrap();
        for (gamma, mean, sd) in
            [(1.0, 1.0, 1.0), (2.0, 1.2900, 0.8627), (5.0, 1.6148, 0.7432), (10.0, 1.8433, 0.6808)]
        {
            let tilt = Tilt::guided(&mixture, 0, gamma).unwrap();
            assert!((tilt.mean()[0] - mean).abs() < 1e-4, "γ = {gamma}: {}", tilt.mean()[0]);
            assert!((tilt.covariance()[[0, 0]].sqrt() - sd).abs() < 1e-4, "γ = {gamma}");
        }
    }

    #[test]
    fn peaks_that_are_far_apart_for_their_width_are_seen_or_refused() {
        let of = |sd: f64, means: Array2<f64>| {
            let mixture = Mixture::isotropic(vec![1.0, 1.0, 2.0], means, &[sd; 3], vec![0, 0, 1]);
            let mixture = mixture.unwrap();
            (Tilt::guided(&mixture, 0, 1.0), mixture.given(0))
        };
        // 8,192 cells in one dimension and 400 in two, over somewhat more than 4.3
        let line = |sd| of(sd, array![[-2.0], [2.3], [0.4]]);
        let plane = |sd| of(sd, array![[-2.0, 0.3], [2.3, 0.0], [0.0, 3.0]]);
        for (tilt, exact) in [line(0.1), line(0.01), line(0.001), plane(0.1), plane(0.02)] {
            let (tilt, variance) = (tilt.unwrap(), exact.reach().variance);
            assert!((&tilt.mean() - &exact.mean()).iter().all(|off| off.abs() < 1e-6));
            assert!((tilt.covariance()[[0, 0]] / variance - 1.0).abs() < 1e-6);
            assert!((tilt.covariance()[[0, 0]] / variance - 1.0 + 1e-5).abs() > 1e-6, "the twin");
        }
        for (tilt, _) in [line(1e-4), line(1e-6), plane(0.005), plane(0.001), plane(1e-5)] {
            assert!(tilt.unwrap_err().to_string().contains("a peak of the tilt is too narrow"));
        }
    }

    #[test]
    fn samples_have_the_moments_of_the_tilt() {
        let means = array![[0.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];
        let mixture = Mixture::isotropic(vec![1.0; 3], means, &[0.6; 3], vec![0, 1, 2]).unwrap();
        let tilt = Tilt::guided(&mixture, 0, 3.0).unwrap();
        let (n, x) = (20_000, tilt.sample(20_000, 1));
        for i in 0..2 {
            let sd = tilt.covariance()[[i, i]].sqrt();
            let miss = x.column(i).mean().unwrap() - tilt.mean()[i];
            assert!(miss.abs() < 5.0 * sd / (n as f64).sqrt(), "axis {i}: {miss}");
            assert!((x.column(i).std(0.0) / sd - 1.0).abs() < 5.0 / (2.0 * n as f64).sqrt());
        }
        assert!((tilt.expectation(|x| x.column(1).to_owned()) - tilt.mean()[1]).abs() < 1e-12);
    }

    #[test]
    fn a_negation_that_leaves_nothing_to_normalise_is_refused() {
        // p^(1 + w)·c^(−w) has the precision (1 + w)/2 − w: nothing is left at w = 1
        let (p, c) = (gaussian(0.0, 2.0), gaussian(0.0, 1.0));
        let not = |w: f64| Tilt::new(&[(1.0 + w, &p), (-w, &c)]);
        assert!(not(0.9).is_ok());
        for w in [1.0, 1.5] {
            let message = not(w).unwrap_err().to_string();
            assert!(message.contains("improper"), "{message}");
        }
    }

    #[test]
    fn a_composition_without_a_target_is_named() {
        let (p, c, wide) = (gaussian(0.0, 2.0), gaussian(0.0, 1.0), gaussian(1.0, 4.0));
        let not = |w: f64| Tilt::warning(&p, &[(-w, &c)]);
        assert_eq!(not(0.9), None);
        assert!(not(1.1).unwrap().contains("improper"));
        // precision 1/2 + w·(1/4 − 1/2) of "and wide": a negation is not needed to lose the target
        assert_eq!(Tilt::warning(&p, &[(1.9, &wide)]), None);
        assert!(Tilt::warning(&p, &[(2.1, &wide)]).is_some());
        // what one term takes away, another may give back
        assert_eq!(Tilt::warning(&p, &[(-1.1, &c), (1.0, &c)]), None);
        assert_eq!(Tilt::warning(&p, &[]), None);
        // in three dimensions the same along an axis of a component
        let long = |v: f64| {
            let cov = Array2::from_diag(&array![1.0, v, 1.0]);
            Mixture::new(vec![1.0], array![[0.0, 0.0, 0.0]], vec![cov], vec![0]).unwrap()
        };
        let not = |w: f64| Tilt::warning(&long(2.0), &[(-w, &long(1.0))]);
        assert_eq!(not(0.9), None);
        assert!(not(1.1).unwrap().contains("improper"));
        assert_eq!(Tilt::warning(&long(2.0), &[(0.5, &long(1.0))]), None, "an AND is one");
    }
}
