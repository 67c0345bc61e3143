//! How numbers are read, and how they are printed: with as many digits as their error, or their size, allows.

/// An error that is smaller than this share of its value does not decide how many digits are shown.
const FINE: f64 = 1e-6;

/// The number that a text stands for, in the ways in which programs write numbers.
///
/// ```text
/// 1.5e-3   .5   5.   +1   −1 (U+2212)   1.0D+00 (Fortran)   inf   NaN
/// ```
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let sign = text.strip_prefix('−').map(|rest| format!("-{rest}"));
    let text = sign.as_deref().unwrap_or(text);
    let digit = text.contains(|c: char| c.is_ascii_digit());
    match digit && text.contains(['d', 'D', '−']) {
        true => text.replace(['d', 'D'], "e").replace('−', "-").parse().ok(),
        false => text.parse().ok(),
    }
}

/// A number with its standard error, both to the place of the error's second digit.
///
/// ```text
/// (0.50123, 0.0042) → 0.5012 ± 0.0042      (1.2e-6, 3e-8) → (1.200 ± 0.030)·10⁻⁶
/// ```
///
/// Outside 10⁻⁴ … 10⁶ both share a power of ten. An error below a millionth of the value has a power of its own beside seven
/// digits of the value. Where there is no standard error (it is not a number) the value stands
/// alone, and a value that is not a number is a dash.
pub fn plus_minus((value, se): (f64, f64)) -> String {
    if !value.is_finite() || !se.is_finite() {
        return significant(value, 4);
    }
    let size = value.abs().max(se);
    if size == 0.0 {
        return "0 ± 0".into();
    }
    if se == 0.0 {
        return format!("{} ± 0", significant(value, 4));
    }
    if se < FINE * value.abs() {
        return format!("{} ± {}", significant(value, 7), significant(se, 2));
    }
    let power = exponent(size, 2);
    if (-4..6).contains(&power) {
        let digits = (1 - exponent(se, 2)).max(0) as usize;
        return format!("{} ± {se:.digits$}", plain(value, digits));
    }
    let (value, se) = (value / 10f64.powi(power), se / 10f64.powi(power));
    let digits = (1 - exponent(se, 2)).max(0) as usize;
    format!("({} ± {se:.digits$})·10{}", plain(value, digits), raised(power))
}

/// A share in per cent with the ends of its interval, to one decimal or as many as the interval needs.
///
/// ```text
/// 50.0 ± 1.6        99.8 +0.1 −0.2        100.0 −0.1
/// ```
///
/// Where the two sides differ as printed, both are shown, and a side of 0 is omitted.
pub fn percent(value: f64, low: f64, high: f64) -> String {
    let [value, low, high] = [value, low, high].map(|v| 100.0 * v);
    if !(value.is_finite() && low.is_finite() && high.is_finite()) {
        return significant(value, 4);
    }
    let wide = (high - value).max(value - low);
    let digits = if wide > 0.0 { (-exponent(wide, 1)).max(1) as usize } else { 1 };
    let [up, down] = [high - value, value - low].map(|v| format!("{v:.digits$}"));
    let nothing = format!("{:.digits$}", 0.0);
    let value = plain(value, digits);
    match (up == nothing, down == nothing) {
        _ if up == down => format!("{value} ± {up}"),
        (true, _) => format!("{value} −{down}"),
        (_, true) => format!("{value} +{up}"),
        _ => format!("{value} +{up} −{down}"),
    }
}

/// A number to so many significant digits; very large and very small ones with a power of ten, and a dash for none.
///
/// ```text
/// (0.5, 3) → 0.500      (3.2e-16, 2) → 3.2·10⁻¹⁶
/// ```
pub fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "–".into();
    }
    if value == 0.0 || value.is_infinite() {
        return if value == 0.0 { "0".into() } else { value.to_string().replace("inf", "∞") };
    }
    let power = exponent(value, digits);
    if (-4..6).contains(&power) {
        return plain(value, (digits as i32 - 1 - power).max(0) as usize);
    }
    format!("{:.*}·10{}", digits - 1, value / 10f64.powi(power), raised(power))
}

/// The number and its error that [`plus_minus`] or [`percent`] has printed, as far as their digits tell; none of any other text.
///
/// ```text
/// 0.5012 ± 0.0042 → (0.5012, 0.0042)      99.8 +0.1 −0.2 → (99.8, 0.15), half of the interval
/// ```
pub fn measured(text: &str) -> Option<(f64, f64)> {
    if let Some((inside, power)) = text.strip_prefix('(').and_then(|rest| rest.split_once(")·10"))
    {
        let (value, se) = inside.split_once(" ± ")?;
        let power = unraised(power)?;
        let scaled = |text: &str| format!("{text}e{power}").parse().ok();
        return Some((scaled(value)?, scaled(se)?));
    }
    if let Some((value, se)) = text.split_once(" ± ") {
        return Some((printed(value)?, printed(se)?));
    }
    let mut parts = text.split(' ');
    let value = printed(parts.next()?)?;
    let side = |part: &str| -> Option<f64> { part.strip_prefix(['+', '−'])?.parse().ok() };
    let decimals = text.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
    let sides: Vec<f64> = parts.map(side).collect::<Option<_>>()?;
    // half of a sum needs one decimal more than its terms, and has no rounding behind that
    let half = format!("{:.*}", decimals + 1, 0.5 * sides.iter().sum::<f64>());
    (1..=2).contains(&sides.len()).then_some((value, half.parse().ok()?))
}

/// The number that [`significant`] has printed; a dash is none.
pub fn printed(text: &str) -> Option<f64> {
    match text.split_once("·10") {
        Some((value, power)) => format!("{value}e{}", unraised(power)?).parse().ok(),
        None => text.parse().ok(),
    }
}

/// The power of ten that a raised number says.
fn unraised(text: &str) -> Option<i32> {
    let digit = |c: char| match RAISED.iter().position(|raised| *raised == c) {
        Some(d) => char::from_digit(d as u32, 10),
        None => (c == '⁻').then_some('-'),
    };
    text.chars().map(digit).collect::<Option<String>>()?.parse().ok()
}

/// To so many decimals, without a "−0".
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.into(),
        _ => text,
    }
}

/// A whole number with a comma at every thousand: `4,000`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// The power of ten of a number's first digit once it is rounded to so many digits.
fn exponent(value: f64, digits: usize) -> i32 {
    let text = format!("{:.*e}", digits - 1, value.abs());
    text.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0)
}

/// The raised digits from 0.
const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// A whole number as an exponent: `⁻¹⁶`.
pub fn raised(power: i32) -> String {
    let one = |c: char| c.to_digit(10).map_or('⁻', |d| RAISED[d as usize]);
    power.to_string().chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_every_manner_of_writing_it() {
        for (text, value) in [
            ("1.5e-3", 0.0015),
            (" .5", 0.5),
            ("5.", 5.0),
            ("+1", 1.0),
            ("−1", -1.0),
            ("−1e−3", -0.001),
            ("1.0D+00", 1.0),
            ("-2.5d-02", -0.025),
            ("1E5", 1e5),
            ("-inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
        for wrong in
            ["", "-", "−", "1,5", "1_000", "0x10", "1e", "--1", "−-1", "–1", "d", "1d2d3", "½"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_error_sets_the_digits_whatever_the_scale() {
        for (value, se, text) in [
            (0.50123, 0.0042, "0.5012 ± 0.0042"),
            (12.344, 1.26, "12.3 ± 1.3"),
            (1234.4, 56.3, "1234 ± 56"),
            (0.123, 0.00996, "0.123 ± 0.010"),
            (-0.00002, 0.0004, "-0.00002 ± 0.00040"),
            (-0.0004, 0.12, "0.00 ± 0.12"),
            (1.2e-6, 3e-8, "(1.200 ± 0.030)·10⁻⁶"),
            (0.0, 2e-6, "(0.0 ± 2.0)·10⁻⁶"),
            (4.5e12, 1e11, "(4.50 ± 0.10)·10¹²"),
            (0.25, 0.0, "0.2500 ± 0"),
            (1.0, 2.2e-16, "1.000000 ± 2.2·10⁻¹⁶"),
            (0.0, 0.0, "0 ± 0"),
            (0.25, f64::NAN, "0.2500"),
            (f64::NAN, f64::NAN, "–"),
        ] {
            assert_eq!(plus_minus((value, se)), text);
        }
    }

    #[test]
    fn a_share_names_its_sides_where_they_differ() {
        for (value, low, high, text) in [
            (0.5, 0.4842, 0.5158, "50.0 ± 1.6"),
            (0.998, 0.996, 0.999, "99.8 +0.1 −0.2"),
            (1.0, 0.999, 1.0, "100.0 −0.1"),
            (0.0, 0.0, 0.001, "0.0 +0.1"),
            (0.0, 0.0, 1e-6, "0.0000 +0.0001"),
        ] {
            assert_eq!(percent(value, low, high), text);
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_number_and_its_error() {
        for (value, se) in [
            (0.5012, 0.0042),
            (-12.3, 1.3),
            (1.2e-6, 3e-8),
            (4.5e12, 1e11),
            (0.25, 0.0),
            (1.0, 2.2e-16),
            (0.0, 0.0),
        ] {
            let text = plus_minus((value, se));
            let (read, error) = measured(&text).unwrap_or_else(|| panic!("{text}"));
            assert!((read - value).abs() <= 1e-12 * value.abs(), "{text}: {read}");
            assert!((error - se).abs() <= 1e-12 * se, "{text}: {error}");
        }
        for (text, pair) in [
            (percent(0.5, 0.4842, 0.5158), (50.0, 1.6)),
            (percent(0.998, 0.996, 0.999), (99.8, 0.15)),
            (percent(1.0, 0.999, 1.0), (100.0, 0.05)),
            (percent(0.0, 0.0, 0.001), (0.0, 0.05)),
            (percent(0.5, 0.478, 0.521), (50.0, 2.15)),
        ] {
            assert_eq!(measured(&text), Some(pair), "{text}");
        }
        assert_ne!(0.5 * (2.1 + 2.2), 2.15, "the wrong twin: the sum as it is");
        assert_eq!((printed("3.2·10⁻¹⁶"), printed("0.500")), (Some(3.2e-16), Some(0.5)));
        for other in ["", "–", "0.5", "exact", "64", "exact, 64 steps", "1 to 2", "± 3", "1 +a"]
        {
            assert_eq!(measured(other), None, "{other}");
        }
        assert!(printed("–").is_none() && printed("1·10x").is_none());
    }

    #[test]
    fn digits_that_count_are_counted() {
        let all = [0.5, 12345.6, -0.0, 3.21e-16, f64::NAN, f64::NEG_INFINITY];
        let read = ["0.500", "12346", "0", "3.21·10⁻¹⁶", "–", "-∞"];
        assert_eq!(all.map(|v| significant(v, 3)), read);
    }
}
