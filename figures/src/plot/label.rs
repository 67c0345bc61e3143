//! Direct labels: where they stand, and how they make room for one another.

use super::figure::{Layer, Panel};
use super::font;
use super::mark::Mark;
use super::palette::Theme;
use super::slide::{Place, Rect, SMALL, WIDTH};
use super::svg::{Style, n, text};
use super::words::Lang;
use ndarray::ArrayView1;

/// From a line's end to its label.
const GAP: f64 = 10.0;
/// From one base line to the next.
const LINE: f64 = 26.0;

/// A label's left end, middle height and width, and the point it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub x: f64,
    pub y: f64,
    width: f64,
    from: (f64, f64),
    fixed: bool,
}

/// The data point that a label without a place of its own belongs to.
fn end(layer: &Layer, place: &Place) -> Option<(f64, f64)> {
    let on = |r: ArrayView1<f64>, y: usize| {
        let inside = (-0.01..=1.01).contains(&place.x.unit(r[0]))
            && (-0.01..=1.01).contains(&place.y.unit(r[y]));
        if inside { place.point(r[0], r[y]) } else { None }
    };
    match &layer.mark {
        Mark::Curve(curve) => curve.at.rows().into_iter().rev().find_map(|r| on(r, 1)),
        Mark::Bars(bars) => bars.at.rows().into_iter().rev().find_map(|r| on(r, 1)),
        Mark::Band(band) => band.at.rows().into_iter().rev().find_map(|r| on(r, 2)),
        Mark::Paths(paths) => paths.lines.first()?.rows().into_iter().rev().find_map(|r| on(r, 1)),
        Mark::Points(points) => points.at.rows().into_iter().find_map(|r| on(r, 1)),
        Mark::Arrows(arrows) => {
            let (a, v) =
                (arrows.from.rows().into_iter().next()?, arrows.vec.rows().into_iter().next()?);
            place.point(a[0] + v[0], a[1] + v[1])
        }
        Mark::Rules(rules) => match (rules.x.first(), rules.y.first()) {
            (Some(&x), _) => {
                Some((place.at(x, 1.0).0, place.rect.y + 16.0)).filter(|(x, _)| x.is_finite())
            }
            (None, Some(&y)) => {
                Some((place.rect.right(), place.at(1.0, y).1)).filter(|(_, y)| y.is_finite())
            }
            (None, None) => None,
        },
        _ => None,
    }
}

fn spot(layer: &Layer, place: &Place, lang: Lang) -> Option<Spot> {
    let words = layer.label.as_ref()?.get(lang);
    let width = font::width(words, SMALL);
    match layer.label_at {
        Some([x, y]) => {
            place.point(x, y).map(|from| Spot { x: from.0, y: from.1, width, from, fixed: true })
        }
        None => end(layer, place).map(|from| Spot {
            x: from.0 + GAP,
            y: from.1,
            width,
            from,
            fixed: false,
        }),
    }
}

/// The right end of the widest label that stands where a line ends.
pub(super) fn reach(panel: &Panel, place: &Place, lang: Lang) -> f64 {
    let spots = panel.layers.iter().filter_map(|layer| spot(layer, place, lang));
    spots.filter(|s| !s.fixed).map(|s| s.x + s.width).fold(0.0, f64::max)
}

/// One spot per layer, pushed apart until none covers another.
pub(super) fn spots(panel: &Panel, place: &Place, lang: Lang) -> Vec<Option<Spot>> {
    let mut spots: Vec<_> = panel.layers.iter().map(|layer| spot(layer, place, lang)).collect();
    for s in spots.iter_mut().flatten() {
        let edge = if s.fixed && s.width < place.rect.w { place.rect.right() } else { WIDTH };
        s.x = s.x.min(edge - 8.0 - s.width);
    }
    for _ in 0..60 {
        push_apart(&mut spots, place.rect);
    }
    spots
}

fn push_apart(spots: &mut [Option<Spot>], rect: Rect) {
    for i in 0..spots.len() {
        let (head, tail) = spots.split_at_mut(i + 1);
        let Some(a) = head[i].as_mut() else { continue };
        for b in tail.iter_mut().flatten() {
            if a.x > b.x + b.width || b.x > a.x + a.width || (a.fixed && b.fixed) {
                continue;
            }
            let below = match (a.fixed || b.fixed, a.from.1 <= b.from.1, a.y <= b.y) {
                (false, true, _) | (true, _, true) => 1.0, // line ends keep their order
                _ => -1.0,
            };
            let lacking = (LINE - below * (b.y - a.y)).max(0.0);
            let share = below * lacking / if a.fixed || b.fixed { 1.0 } else { 2.0 };
            a.y -= if a.fixed { 0.0 } else { share };
            b.y += if b.fixed { 0.0 } else { share };
        }
    }
    for s in spots.iter_mut().flatten().filter(|s| !s.fixed) {
        s.y = s.y.clamp(rect.y + 4.0, rect.bottom() - 4.0);
    }
}

/// The label in the role's colour, with a thin leader if it had to move away.
pub(super) fn draw(layer: &Layer, spot: &Spot, theme: Theme, lang: Lang) -> String {
    let Some(words) = &layer.label else { return String::new() };
    let colour = layer.role.word_colour(theme);
    let style =
        Style { size: SMALL, colour, anchor: "start", halo: Some(theme.ground()), bold: false };
    let mut out = String::new();
    if !spot.fixed && (spot.y - spot.from.1).abs() > 14.0 {
        let (x, y) = spot.from;
        out = format!(
            "<path d=\"M{} {}L{} {}\" stroke=\"{colour}\" stroke-width=\"1.25\"/>\n",
            n(x + 3.0),
            n(y),
            n(spot.x - 2.0),
            n(spot.y)
        );
    }
    out + &text(spot.x, spot.y + 0.36 * SMALL, words.get(lang), style)
}
