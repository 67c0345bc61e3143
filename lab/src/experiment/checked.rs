//! A number that was checked, and the line that says so.

use scorelab_figures::plot::Text;
use std::ops::RangeInclusive;

/// A number and where it must be.
pub struct Check {
    /// What it is, as the record of the figures calls it.
    pub what: String,
    /// The number.
    pub value: f64,
    /// Where it must be.
    pub range: RangeInclusive<f64>,
}

impl Check {
    /// Whether it is where it must be; a number that is none never is.
    pub fn good(&self) -> bool {
        self.range.contains(&self.value)
    }

    /// In a line.
    pub fn line(&self) -> Text {
        let mark = if self.good() { "✓" } else { "✗" };
        let [value, low, high] = [self.value, *self.range.start(), *self.range.end()].map(short);
        let what = &self.what;
        Text::from((
            format!("  {mark} {what}: {value} (must be {low} … {high})"),
            format!("  {mark} {what}: {value} (phải từ {low} đến {high})"),
        ))
    }
}

/// How an answer begins to a question that can be answered so.
pub fn yes_or_no(yes: bool) -> Text {
    if yes { Text::new("yes", "có") } else { Text::new("no", "không") }
}

/// A number with about four significant digits.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        format!("{value:.1e}")
    } else {
        format!("{}", (value * 1e4).round() / 1e4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_within_its_range_is_ticked_and_one_outside_or_none_is_crossed() {
        let line = |value: f64| Check { what: "share".into(), value, range: 0.25..=1.0 }.line();
        assert_eq!(line(0.5).en, "  ✓ share: 0.5 (must be 0.25 … 1)");
        assert_eq!(line(0.5).vi, "  ✓ share: 0.5 (phải từ 0.25 đến 1)");
        assert!(line(0.1).en.starts_with("  ✗") && line(f64::NAN).en.contains('✗'));
    }
}
