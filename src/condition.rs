//! What a sample is asked to be: y, or nothing.

use crate::linalg::{cholesky, symmetric_eigen};
use crate::{Error, Result};
use ndarray::{ArcArray2, Array1, Array2, ArrayView2, Axis};
use std::sync::Arc;

/// What is asked of a sample: y of p(x | y), or ∅ of p(x).
///
/// ```text
/// p(x | ∅) = p(x),   p(x | y) = p(x)·p(y | x)/p(y)
/// ```
///
/// Whatever answers under a condition takes anything that becomes one: a class by its number (`mixture.given(1)`), `None`
/// for ∅. There is a kind for what some model can answer, and no other; who matches on it must expect more.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// ∅: nothing is asked.
    #[default]
    None,
    /// A class, counted from 0.
    Class(usize),
    /// A caption, token by token, each by its number in a vocabulary; without any it is ∅.
    Words(Arc<[usize]>),
    /// Something measured of the data: some coordinates (a mask), all of them (a point), or sums of them.
    Observed(Arc<Observation>),
}

/// Something measured of the data, up to noise.
///
/// ```text
/// y = A·x₀ + τ·n,   n ~ N(0, I),   A (m, d), y (m)
/// ```
///
/// A mask is some rows of the identity, a point all of them. At τ = 0 the measurement is exact. Beside one y, asked of any points, there
/// may be one for each of n points that are asked together, [`Observation::each`]. Source: Kawar et al. 2022 (2201.11793).
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub(crate) a: ArcArray2<f64>,
    pub(crate) y: Array2<f64>, // (1, m), or a row for each point
    pub(crate) tau: f64,
}

impl Observation {
    /// An observation of any linear map of the data: A (m, d), y (m), τ. Observations of one shared A cost no copy of it.
    ///
    /// # Errors
    /// If nothing is measured, the lengths differ, a number is not finite, τ is below 0, or at τ = 0 a row of A is made of
    /// the others.
    pub fn new(a: impl Into<ArcArray2<f64>>, y: Array1<f64>, tau: f64) -> Result<Self> {
        Observation::each(a, y.insert_axis(Axis(0)), tau)
    }

    /// Observations of n points that are asked together, by one A (m, d) and one τ: y (n, m), a row for each of them.
    ///
    /// Methods that know only the prior's score, and the rules of a walk, then take these n points in their order and no others. One row is
    /// [`Observation::new`].
    ///
    /// # Errors
    /// As [`Observation::new`], and if there is no row.
    pub fn each(a: impl Into<ArcArray2<f64>>, y: Array2<f64>, tau: f64) -> Result<Self> {
        let a = a.into();
        let (m, d) = a.dim();
        if m == 0 || d == 0 || y.nrows() == 0 {
            return Err(Error::value("the observation", "of nothing", "of at least one number"));
        }
        if y.ncols() != m {
            let must = format!("{m}, one for each row of A");
            return Err(Error::value("the number of values observed", y.ncols(), must));
        }
        if let Some(v) = a.iter().chain(&y).find(|v| !v.is_finite()) {
            return Err(Error::value("a number of the observation", v, "finite"));
        }
        if !(tau.is_finite() && tau >= 0.0) {
            return Err(Error::value(
                "the tolerance of the observation",
                tau,
                "at least 0 and finite",
            ));
        }
        if tau == 0.0 && cholesky(&a.dot(&a.t())).diag().iter().any(|l| *l == 0.0) {
            let must = "none twice, nor a sum of others, where the tolerance is 0";
            return Err(Error::value("a row of the observation", "made of others", must));
        }
        Ok(Observation { a, y, tau })
    }

    /// Some coordinates of the data, by their number from 0, with their values; `dim` is d.
    ///
    /// # Errors
    /// If there is no such coordinate, and as [`Observation::new`].
    pub fn mask(known: &[(usize, f64)], dim: usize, tau: f64) -> Result<Self> {
        let mut a = Array2::zeros((known.len(), dim));
        for (row, (i, _)) in known.iter().enumerate() {
            if *i >= dim {
                return Err(Error::value("a coordinate of the mask", i, format!("below {dim}")));
            }
            a[[row, *i]] = 1.0;
        }
        Observation::new(a, known.iter().map(|(_, v)| *v).collect(), tau)
    }

    /// All coordinates of the data.
    ///
    /// # Errors
    /// As [`Observation::new`].
    pub fn point(y: Array1<f64>, tau: f64) -> Result<Self> {
        Observation::new(Array2::eye(y.len()), y, tau)
    }

    /// The same values at τ/√γ.
    ///
    /// ```text
    /// p(y | x₀)^γ ∝ N(y; A·x₀, τ²/γ·I)
    /// ```
    ///
    /// γ = 1 changes nothing, nor does any γ at τ = 0.
    ///
    /// # Errors
    /// If γ is not above 0 and finite, or so small that τ/√γ is not finite.
    pub fn raised_to(&self, gamma: f64) -> Result<Self> {
        if !(gamma.is_finite() && gamma > 0.0) {
            return Err(Error::value("γ of an observation", gamma, "above 0 and finite"));
        }
        Observation::each(self.a.clone(), self.y.clone(), self.tau / gamma.sqrt())
    }

    /// The coordinates that are known exactly, with their values; none if it is something else.
    pub fn known(&self) -> Option<Known> {
        let coordinate = |row: ndarray::ArrayView1<f64>| {
            let place = row.iter().position(|v| *v != 0.0)?;
            (row[place] == 1.0 && row.iter().skip(place + 1).all(|v| *v == 0.0)).then_some(place)
        };
        let places: Option<Vec<usize>> = self.a.outer_iter().map(coordinate).collect();
        let known = |places| Known { places, values: self.y.clone() };
        places.filter(|_| self.tau == 0.0).map(known)
    }

    /// A, what is measured (m, d).
    pub fn map(&self) -> ArrayView2<'_, f64> {
        self.a.view()
    }

    /// y (1, m), or (n, m) of n points that are asked together.
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.y.view()
    }

    /// τ, the standard deviation of the measurement.
    pub fn tolerance(&self) -> f64 {
        self.tau
    }

    /// y − A·x, by how much points miss it: `x` (n, d) → (n, m).
    ///
    /// # Panics
    /// If there are several y, but not one for each point.
    pub fn miss(&self, x: ArrayView2<f64>) -> Array2<f64> {
        assert!([1, x.nrows()].contains(&self.y.nrows()), "a y for each point, or one for all");
        &self.y - &x.dot(&self.a.t())
    }
}

/// Coordinates of the data that are known exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Their numbers, from 0 (m).
    pub places: Vec<usize>,
    /// Their values (1, m), or (n, m) of n points that are asked together.
    pub values: Array2<f64>,
}

/// Many observations by one A and one τ, told by as few numbers as A has independent rows.
///
/// ```text
/// AᵀA = Q·diag(λ)·Qᵀ,   A' = diag(√λ)·Qᵀ,   W = diag(1/√λ)·QᵀAᵀ,   y' = W·y
/// ```
///
/// for the λ above rounding. N(y'; A'·x, τ²I) is N(y; A·x, τ²I) but for a factor in which there is no x, so every posterior is the
/// same, and a method that pays for each number pays for fewer.
#[derive(Debug, Clone)]
pub struct Compressed {
    a: ArcArray2<f64>,    // A' (r, d)
    read: ArcArray2<f64>, // W (r, m)
    tau: f64,
}

impl Compressed {
    /// Of A (m, d) and τ.
    ///
    /// # Errors
    /// As [`Observation::new`].
    pub fn new(a: ArrayView2<f64>, tau: f64) -> Result<Self> {
        Observation::new(a.to_owned(), Array1::zeros(a.nrows()), tau)?;
        let (lambda, q) = symmetric_eigen(&a.t().dot(&a));
        let most = lambda.iter().fold(0.0f64, |most, l| most.max(*l));
        let kept: Vec<usize> = (0..lambda.len()).filter(|i| lambda[*i] > 1e-12 * most).collect();
        let roots: Array1<f64> = kept.iter().map(|i| lambda[*i].sqrt()).collect();
        let (rows, roots) = (q.select(Axis(1), &kept).reversed_axes(), roots.insert_axis(Axis(1)));
        let (small, read) = (&rows * &roots, (&rows / &roots).dot(&a.t()));
        Ok(Compressed { a: small.into(), read: read.into(), tau })
    }

    /// r, how many numbers are told.
    pub fn numbers(&self) -> usize {
        self.a.nrows()
    }

    /// What y (m) tells.
    ///
    /// # Panics
    /// If y has another length than A has rows, or is not finite.
    pub fn observation(&self, y: &Array1<f64>) -> Observation {
        self.told(self.read.dot(y).insert_axis(Axis(0)))
    }

    /// What the rows of y (n, m) tell of n points that are asked together, as [`Observation::each`].
    ///
    /// # Panics
    /// As [`Compressed::observation`].
    pub fn observations(&self, y: ArrayView2<f64>) -> Observation {
        self.told(y.dot(&self.read.t()))
    }

    fn told(&self, y: Array2<f64>) -> Observation {
        assert!(y.iter().all(|v| v.is_finite()), "finite values");
        Observation { a: self.a.clone(), y, tau: self.tau }
    }
}

impl Condition {
    /// A caption by the numbers of its tokens; ∅ if there are none.
    pub fn words(tokens: impl Into<Arc<[usize]>>) -> Self {
        let tokens = tokens.into();
        if tokens.is_empty() { Condition::None } else { Condition::Words(tokens) }
    }

    /// The number of the class that is asked for, of so many.
    ///
    /// # Panics
    /// If it is not a class, or there is no such class.
    pub(crate) fn class_of(&self, classes: usize) -> usize {
        match self {
            Condition::Class(class) if *class < classes => *class,
            Condition::Class(class) => panic!("class {class} of {classes}"),
            Condition::None => panic!("a class is needed, but nothing is asked"),
            other => panic!("a class is needed, but {} is given", other.kind()),
        }
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Condition::None => "nothing",
            Condition::Class(_) => "a class",
            Condition::Words(_) => "a caption",
            Condition::Observed(_) => "an observation",
        }
    }
}

impl From<usize> for Condition {
    fn from(class: usize) -> Self {
        Condition::Class(class)
    }
}

impl From<Option<usize>> for Condition {
    fn from(class: Option<usize>) -> Self {
        class.map_or(Condition::None, Condition::Class)
    }
}

impl From<Observation> for Condition {
    fn from(observation: Observation) -> Self {
        Condition::Observed(Arc::new(observation))
    }
}

impl From<&Condition> for Condition {
    fn from(condition: &Condition) -> Self {
        condition.clone()
    }
}
