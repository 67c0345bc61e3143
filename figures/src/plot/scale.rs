//! From data units to a panel, and the choice of ticks.

use super::figure::Axis;
use super::words::{Lang, numerals};

/// An axis as a map of data units onto 0..1, linear or logarithmic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Left or bottom end, after the logarithm.
    pub lo: f64,
    /// Right or top end, after the logarithm.
    pub hi: f64,
    /// Whether there is a logarithm.
    pub log: bool,
}

impl Scale {
    /// The scale of `axis`, or a sentence on what is wrong with its range.
    pub fn new(axis: &Axis) -> Result<Self, String> {
        let (a, b) = axis.range;
        if axis.log && !(a > 0.0 && b > 0.0) {
            return Err(format!("the range ({a}, {b}) of a log axis must be positive"));
        }
        let ends = if axis.log { (a.log10(), b.log10()) } else { (a, b) };
        if !(ends.0.is_finite() && ends.1.is_finite() && ends.0 < ends.1) {
            return Err(format!("the range ({a}, {b}) must go from a smaller to a larger number"));
        }
        Ok(Scale { lo: ends.0, hi: ends.1, log: axis.log })
    }

    /// The value after the logarithm, if there is one; NaN where there is none. Kept within a thousand panels.
    pub fn inner(self, value: f64) -> f64 {
        let far = 1000.0 * (self.hi - self.lo);
        let inner = if self.log && value <= 0.0 {
            f64::NAN
        } else if self.log {
            value.log10()
        } else {
            value
        };
        inner.clamp(self.lo - far, self.hi + far)
    }

    /// 0 at the low end, 1 at the high end.
    pub fn unit(self, value: f64) -> f64 {
        (self.inner(value) - self.lo) / (self.hi - self.lo)
    }

    /// The ticks within the axis as (inner value, words), about `count` of them.
    pub fn ticks(self, axis: &Axis, count: f64, lang: Lang) -> Vec<(f64, String)> {
        if axis.hidden {
            return vec![];
        }
        let slack = 1e-9 * (self.hi - self.lo);
        let inside = |&(v, _): &(f64, String)| v >= self.lo - slack && v <= self.hi + slack;
        let all: Vec<(f64, String)> = match &axis.ticks {
            Some(own) => {
                own.iter().map(|(v, t)| (self.inner(*v), t.get(lang).to_string())).collect()
            }
            None => {
                let words = |w: String| if lang == Lang::Vi { numerals(&w) } else { w };
                let own = if self.log {
                    self.log_ticks(count)
                } else {
                    linear_ticks(self.lo, self.hi, count)
                };
                own.into_iter().map(|(v, w)| (v, words(w))).collect()
            }
        };
        all.into_iter().filter(inside).collect()
    }

    fn log_ticks(self, count: f64) -> Vec<(f64, String)> {
        let powers: Vec<i32> = (self.lo.ceil() as i32..=self.hi.floor() as i32).collect();
        let plain = self.lo > -3.5 && self.hi < 4.5;
        let power = |p: i32| {
            let word = if plain {
                number(10f64.powi(p), (-p).max(0))
            } else {
                format!("10{}", superscript(p))
            };
            (f64::from(p), word)
        };
        if powers.len() >= 3 || (powers.len() == 2 && count < 4.0) {
            let stride = (powers.len() as f64 / count.max(1.0)).ceil() as i32;
            return powers.into_iter().filter(|p| p.rem_euclid(stride) == 0).map(power).collect();
        }
        let exponents = self.lo.floor() as i32..=self.hi.ceil() as i32;
        let fine: Vec<_> = exponents
            .flat_map(|p| [1.0, 2.0, 5.0].map(|m| (m * 10f64.powi(p), p)))
            .map(|(v, p)| (v.log10(), number(v, (-p).max(0))))
            .filter(|&(v, _)| v >= self.lo && v <= self.hi)
            .collect();
        if fine.len() >= 3 {
            return fine;
        }
        let (a, b) = (10f64.powf(self.lo), 10f64.powf(self.hi));
        linear_ticks(a, b, count).into_iter().map(|(v, w)| (v.log10(), w)).collect()
    }
}

/// Round numbers (1, 2 or 5 times a power of ten apart) from `lo` to `hi`.
fn linear_ticks(lo: f64, hi: f64, count: f64) -> Vec<(f64, String)> {
    let rough = (hi - lo) / count.max(2.0);
    let power = 10f64.powf(rough.log10().floor());
    let step = power
        * [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough * 0.9).unwrap_or(10.0);
    let decimals = (-(step * 1.000_001).log10().floor()).max(0.0) as i32;
    let first = (lo / step - 1e-9).ceil() as i64;
    let last = (hi / step + 1e-9).floor() as i64;
    let big = lo.abs().max(hi.abs()) >= 1e5 || decimals > 4;
    (first..=last)
        .map(|i| i as f64 * step)
        .map(|v| (v, if big { scientific(v) } else { number(v, decimals) }))
        .collect()
}

/// A number with this many decimals and a true minus sign.
pub(super) fn number(value: f64, decimals: i32) -> String {
    let text = format!("{value:.*}", decimals.clamp(0, 12) as usize);
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_string(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A number with three significant digits, for keys and colour bars.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let power = value.abs().log10().floor() as i32;
    if !(-4..5).contains(&power) {
        return scientific(value);
    }
    let text = number(value, 2 - power.min(2));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

fn scientific(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let power = (value.abs() * 1.000_001).log10().floor();
    let head = number(value / 10f64.powf(power), 1);
    let head = head.strip_suffix(".0").unwrap_or(&head);
    format!("{head}·10{}", superscript(power as i32))
}

fn superscript(power: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    power.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |d| digits[d as usize])).collect()
}
