//! Direct labels: where they stand, and how they make room for one another.

use super::figure::{Layer, Panel};
use super::font;
use super::mark::{Mark, Side};
use super::palette::Theme;
use super::slide::{Place, Rect, SMALL, WIDTH};
use super::svg::{Style, n, text};
use super::words::Lang;
use ndarray::ArrayView1;

/// From a line's end to its label.
const GAP: f64 = 10.0;
/// From one base line to the next.
const LINE: f64 = 26.0;
/// The most that a name takes of the width of its map.
const NAME: f64 = 0.56;

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

/// A word of a panel, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Which layer it belongs to.
    pub layer: usize,
    /// What it names, if it is a name: nearer to what another one names it would be taken for that.
    pub home: Option<(f64, f64)>,
    words: String,
    style: Style,
    width: f64,
    /// Where it is anchored, and its base line.
    at: (f64, f64),
    /// Where a leader to it begins.
    leader: Option<(f64, f64)>,
}

impl Word {
    /// The box that the letters fill.
    pub fn area(&self) -> Rect {
        let x = match self.style.anchor {
            "middle" => self.at.0 - 0.5 * self.width,
            "end" => self.at.0 - self.width,
            _ => self.at.0,
        };
        let h = 0.98 * SMALL + LINE * (self.words.lines().count().max(1) - 1) as f64;
        Rect { x, y: self.at.1 - 0.8 * SMALL, w: self.width, h }
    }

    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.words
    }

    /// Moves it; a word that has been moved stands beside what it names and needs no leader.
    pub fn shift(&mut self, (dx, dy): (f64, f64)) {
        (self.at.0, self.at.1) = (self.at.0 + dx, self.at.1 + dy);
        self.leader = self.leader.filter(|_| dx == 0.0 && dy == 0.0);
    }

    /// The word with no more letters than fill this share of its width.
    pub fn narrowed(&self, share: f64) -> Word {
        let words = font::shortened(&self.words, SMALL, share * self.width).into_owned();
        Word { width: font::width(&words, SMALL), words, ..self.clone() }
    }

    /// The word in two lines, broken at a space or after a hyphen so that they are least wide; none if it has neither.
    pub fn broken(&self) -> Option<Word> {
        let wide =
            |words: &String| words.lines().map(|l| font::width(l, SMALL)).fold(0.0, f64::max);
        let ends = self.words.match_indices(['-', ' ']).map(|(at, sign)| at + sign.len());
        let both = |at: usize| format!("{}\n{}", self.words[..at].trim_end(), &self.words[at..]);
        let words = ends.map(both).min_by(|a, b| wide(a).total_cmp(&wide(b)))?;
        let at = (self.at.0, self.at.1 - 0.5 * LINE);
        Some(Word { width: wide(&words), words, at, ..self.clone() })
    }

    /// Moves it sideways until no more of it than an edge of letters stands beside a map.
    fn keep_within(&mut self, map: Rect) {
        const OVER: f64 = 6.0;
        let area = self.area();
        let right = map.right() + OVER - area.w;
        self.at.0 += area.x.min(right).max(map.x - OVER) - area.x;
    }

    pub fn draw(&self) -> String {
        let leader = self.leader.map_or(String::new(), |(x, y)| {
            let area = self.area();
            format!(
                "<path d=\"M{} {}L{} {}\" stroke=\"{}\" stroke-width=\"1.25\"/>\n",
                n(x + 3.0),
                n(y),
                n(area.x - 2.0),
                n(self.at.1 - 0.36 * SMALL),
                self.style.colour
            )
        });
        let lines = self.words.lines().zip(0..);
        let line = |(words, k): (&str, i32)| {
            text(self.at.0, self.at.1 + f64::from(k) * LINE, words, self.style)
        };
        leader + &lines.map(line).collect::<String>()
    }
}

/// The words of a panel where its figure puts them, each in the colour of its layer's role: direct labels, and the words of
/// the layers of words.
pub(super) fn placed(panel: &Panel, place: &Place, theme: Theme, lang: Lang) -> Vec<Word> {
    let spots = spots(panel, place, lang);
    let mut all = vec![];
    for (k, (layer, spot)) in panel.layers.iter().zip(spots).enumerate() {
        let colour = layer.role.word_colour(theme);
        let style =
            Style { size: SMALL, colour, anchor: "start", halo: Some(theme.ground()), bold: false };
        let word = |words: &str, at, style| {
            let width = font::width(words, SMALL);
            Word { layer: k, home: None, words: words.into(), style, width, at, leader: None }
        };
        if let Mark::Labels(labels) = &layer.mark {
            let (dx, dy, anchor) = beside(labels.side);
            for (i, ([x, y], words)) in labels.at.iter().enumerate() {
                let Some((x, y)) = place.point(*x, *y) else { continue };
                let home = labels.names.get(i).map(|[x, y]| place.at(*x, *y));
                let most = if home.is_some() { NAME } else { 1.0 };
                let words = font::shortened(words.get(lang), SMALL, most * place.rect.w);
                let mut word = word(&words, (x + dx, y + dy), Style { anchor, ..style });
                word.home = home;
                if panel.equal {
                    word.keep_within(place.rect);
                }
                all.push(word);
            }
        }
        if let (Some(words), Some(s)) = (&layer.label, spot) {
            let moved = !s.fixed && (s.y - s.from.1).abs() > 14.0;
            let word = word(words.get(lang), (s.x, s.y + 0.36 * SMALL), style);
            all.push(Word { leader: moved.then_some(s.from), ..word });
        }
    }
    all
}

/// From a point to the anchor of a word beside it.
fn beside(side: Side) -> (f64, f64, &'static str) {
    match side {
        Side::Right => (10.0, 0.36 * SMALL, "start"),
        Side::Left => (-10.0, 0.36 * SMALL, "end"),
        Side::Above => (0.0, -0.5 * SMALL, "middle"),
        Side::Below => (0.0, 1.15 * SMALL, "middle"),
        Side::On => (0.0, 0.36 * SMALL, "middle"),
    }
}
