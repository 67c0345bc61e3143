//! A number at the setting's steps and again at twice as many: what moves is not yet a result.

use super::extent::{extent, reaching};
use super::places::dots;
use super::setting::{Setting, finer};
use crate::plot::{Axis, Curve, Layer, Marker, Panel, Points, Role, Text, words};
use ndarray::Array2;
use scorelab::Result;
use scorelab::guidance::Gamma;
use scorelab::metrics::Interval;
use scorelab::noise::Grid;
use scorelab::score::ScoreFn;

/// Something found at the setting's steps, and at twice as many.
pub(crate) struct Twice<T> {
    pub once: T,
    pub again: T,
}

impl<T> Twice<Vec<T>> {
    /// What `measure` finds for n samples at each γ; it gets the index of the γ.
    pub fn over_gamma<S: ScoreFn>(
        s: &Setting,
        score: impl Fn(Gamma) -> S,
        gammas: &[Gamma],
        n: usize,
        measure: impl Fn(Array2<f64>) -> T,
    ) -> Result<(Twice<Vec<T>>, Grid)> {
        let grid = finer(s, 2)?;
        let fine = Setting { grid: &grid, ..*s };
        let mut found = Twice { once: vec![], again: vec![] };
        for gamma in gammas {
            let score = score(*gamma);
            found.once.push(measure(s.sample(&score, n)));
            found.again.push(measure(fine.sample(&score, n)));
        }
        Ok((found, grid))
    }

    /// A number of each thing found, with its interval.
    pub fn numbers<I: Into<Interval>>(&self, of: impl Fn(&T) -> I) -> Twice<Vec<Interval>> {
        let all = |found: &[T]| found.iter().map(|f| of(f).into()).collect();
        Twice { once: all(&self.once), again: all(&self.again) }
    }
}

/// A number over γ: dots with their intervals of one standard error for the setting's steps, rings for twice as many.
///
/// The axes hold all numbers, 0 and γ = 0.
pub(crate) fn over_gamma_panel(
    name: &str,
    title: Text,
    gammas: &[Gamma],
    found: Twice<Vec<Interval>>,
) -> Panel {
    let x: Vec<f64> = gammas.iter().map(|g| g.value()).collect();
    let at = |found: &[Interval]| {
        Array2::from_shape_fn((x.len(), 2), |(i, j)| if j == 0 { x[i] } else { found[i].value })
    };
    let ends: Vec<[f64; 2]> = found.once.iter().map(|f| [f.low, f.high]).collect();
    let again = found.again.iter().map(|f| f.value);
    let (low, high) = reaching((0.0, 0.0), ends.iter().flatten().copied().chain(again));
    let (first, last) = extent(x.iter().copied().chain([0.0]));
    let (tall, wide) = (0.08 * (high - low).max(1e-3), 0.06 * (last - first).max(0.1));
    let se = found.once.iter().map(Interval::half).collect();
    let marker = Some(Marker::Dot);
    let curve = Curve { at: at(&found.once), se, ends, marker, ..Curve::default() };
    let rings = Points { size: 20.0, marker: Some(Marker::Ring), ..Points::default() };
    Panel {
        title,
        x: Axis::new(words::GUIDANCE_SCALE, (first - wide, last + wide)),
        y: Axis::new("", (low - tall, high + tall)),
        layers: vec![
            Layer::new(name, "at the setting's steps", Role::Guided, curve),
            dots("twice", "at twice the steps", Role::Neutral, at(&found.again), rings),
        ],
        ..Panel::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idiom::in_percent;
    use crate::plot::Mark;

    #[test]
    fn the_bar_of_a_share_does_not_end_below_zero() {
        let bar = |found: Interval| {
            let gammas = [1.0, 2.0].map(|g| Gamma::new(g).unwrap());
            let both = Twice { once: vec![found; 2], again: vec![found; 2] };
            let panel = over_gamma_panel("share", "share".into(), &gammas, both);
            let Mark::Curve(curve) = &panel.layers[0].mark else { panic!("a curve") };
            (curve.ends[0], curve.se[0])
        };
        let none = in_percent(Interval::share(0.0, 600));
        assert_eq!(bar(none), ([0.0, none.high], 0.5 * none.high));
        // as ± half of its width it does
        assert!(bar(none.pair().into()).0[0] < 0.0);
    }
}
