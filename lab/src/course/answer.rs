//! What a student hands in.

use ndarray::{Array, ArrayD, Dimension, arr0, arr1};

/// An answer: a number, or an array of numbers of any shape.
///
/// Made by `into()` from an `f64`, a list `[f64; n]` or an array by value or by reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(ArrayD<f64>);

impl From<f64> for Answer {
    fn from(number: f64) -> Self {
        Answer(arr0(number).into_dyn())
    }
}

impl<const N: usize> From<[f64; N]> for Answer {
    fn from(numbers: [f64; N]) -> Self {
        Answer(arr1(&numbers).into_dyn())
    }
}

impl<D: Dimension> From<Array<f64, D>> for Answer {
    fn from(numbers: Array<f64, D>) -> Self {
        Answer(numbers.into_dyn())
    }
}

impl<D: Dimension> From<&Array<f64, D>> for Answer {
    fn from(numbers: &Array<f64, D>) -> Self {
        Answer(numbers.clone().into_dyn())
    }
}

impl Answer {
    /// The lengths of its axes; a number has none.
    pub fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    /// Whether nothing has been filled in: every number is still 0 or NaN.
    pub(super) fn is_blank(&self) -> bool {
        self.0.iter().all(|v| *v == 0.0 || v.is_nan())
    }

    /// Whether every number is finite.
    pub(super) fn is_finite(&self) -> bool {
        self.0.iter().all(|v| v.is_finite())
    }

    /// max |aᵢ − bᵢ| / max |bᵢ|, how far this is from `other`; ∞ if the shapes differ or a number is not finite.
    pub(super) fn off(&self, other: &Answer) -> f64 {
        if self.shape() != other.shape() || !self.is_finite() {
            return f64::INFINITY;
        }
        let largest = |v: ArrayD<f64>| v.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        largest(&self.0 - &other.0) / largest(other.0.clone()).max(f64::MIN_POSITIVE)
    }

    /// Whether it is `other` rounded, all numbers to the same few decimals or to the same few digits; the shapes must agree.
    pub(super) fn is_rounded(&self, other: &Answer) -> bool {
        let all = |round: &dyn Fn(f64) -> f64| {
            let same = |(own, exact): (&f64, &f64)| (own - round(*exact)).abs() <= 1e-9 * own.abs();
            self.0.iter().zip(&other.0).all(same)
        };
        let decimals = |k: i32| move |v: f64| (v * 10f64.powi(k)).round() / 10f64.powi(k);
        let digits = |k: usize| move |v: f64| format!("{v:.*e}", k - 1).parse().unwrap_or(f64::NAN);
        (0..=4).any(|k| all(&decimals(k))) || (1..=4).any(|k| all(&digits(k)))
    }

    /// k with |self − k·other| least, and how far self is from k·other; the shapes must agree.
    pub(super) fn multiple_of(&self, other: &Answer) -> (f64, f64) {
        let k = (&self.0 * &other.0).sum() / (&other.0 * &other.0).sum();
        (k, self.off(&Answer(&other.0 * k)))
    }
}

#[cfg(test)]
impl Answer {
    /// Every number times k.
    pub(super) fn times(&self, k: f64) -> Answer {
        Answer(&self.0 * k)
    }

    /// The same with another first number.
    pub(super) fn with_first(&self, number: f64) -> Answer {
        let mut numbers = self.0.clone();
        *numbers.iter_mut().next().expect("a number") = number;
        Answer(numbers)
    }

    /// Every number changed by a function.
    pub(super) fn mapped(&self, f: impl Fn(f64) -> f64) -> Answer {
        Answer(self.0.mapv(f))
    }

    /// Every number plus k.
    pub(super) fn plus(&self, k: f64) -> Answer {
        Answer(&self.0 + k)
    }
}
