//! Room for words: away from curves and paths, and from points where that can be.

use super::arrow;
use super::clip::Bounds;
use super::figure::Panel;
use super::label::{Word, placed};
use super::mark::{self, Mark, Rules};
use super::palette::Theme;
use super::slide::{Place, Rect};
use super::words::Lang;
use ndarray::Array2;

type Point = (f64, f64);

/// Side of a square of the plan, in slide units.
const SQUARE: f64 = 4.0;
/// What a square costs that a line crosses, that a point covers, that a word has taken.
const COSTS: [u64; 3] = [1000, 20, 4000];
/// How far a word may be moved, how far a name, and from place to place.
const REACH: [f64; 3] = [420.0, 84.0, 6.0];
/// What it costs a name to be in two lines.
const BROKEN: u64 = 500;
/// The shares of its letters that a name may keep, and what each costs.
const SHORTER: [(f64, u64); 2] = [(0.6, 2000), (0.4, 4000)];
/// What it costs a name to stand nearer to what another one names: more than all that it could cover.
const STRANGE: u64 = 10_000_000;
/// What is kept free around a word, and beside it to the next word.
const MARGIN: [f64; 2] = [2.0, 8.0];

/// What each square of a panel costs, summed from the upper left so that a rectangle takes four look-ups.
#[derive(Clone)]
struct Plan {
    rect: Rect,
    columns: usize,
    rows: usize,
    costs: Vec<u64>,
    sums: Vec<u64>,
}

impl Plan {
    fn of(panel: &Panel, place: &Place) -> Self {
        let rect = place.rect;
        let [columns, rows] = [rect.w, rect.h].map(|side| (side / SQUARE).ceil() as usize + 1);
        let costs = vec![0; columns * rows];
        let mut plan = Plan { rect, columns, rows, costs, sums: vec![] };
        for (a, b) in lines(panel, place) {
            let steps = ((b.0 - a.0).hypot(b.1 - a.1) / (0.5 * SQUARE)).ceil().max(1.0);
            for i in 0..=steps as usize {
                let u = i as f64 / steps;
                plan.cost((a.0 + u * (b.0 - a.0), a.1 + u * (b.1 - a.1)), COSTS[0]);
            }
        }
        for at in points(panel, place) {
            plan.cost(at, COSTS[1]);
        }
        plan.sum();
        plan
    }

    fn cost(&mut self, (x, y): Point, cost: u64) {
        let (column, row) = ((x - self.rect.x) / SQUARE, (y - self.rect.y) / SQUARE);
        if column >= 0.0
            && row >= 0.0
            && (column as usize) < self.columns
            && (row as usize) < self.rows
        {
            let square = &mut self.costs[row as usize * self.columns + column as usize];
            *square = cost.max(*square);
        }
    }

    fn sum(&mut self) {
        let wide = self.columns + 1;
        self.sums = vec![0; wide * (self.rows + 1)];
        for row in 0..self.rows {
            let mut line = 0;
            for column in 0..self.columns {
                line += self.costs[row * self.columns + column];
                self.sums[(row + 1) * wide + column + 1] =
                    self.sums[row * wide + column + 1] + line;
            }
        }
    }

    /// Everything that a word in this box would cover.
    fn taken(&self, of: Rect) -> u64 {
        let square = |v: f64, most: usize| (v / SQUARE).clamp(0.0, most as f64) as usize;
        let (x, y) = (of.x - MARGIN[0] - self.rect.x, of.y - MARGIN[0] - self.rect.y);
        let (left, top) = (square(x, self.columns), square(y, self.rows));
        let right = square(x + of.w + 2.0 * MARGIN[0] + SQUARE, self.columns);
        let bottom = square(y + of.h + 2.0 * MARGIN[0] + SQUARE, self.rows);
        let sum = |row: usize, column: usize| self.sums[row * (self.columns + 1) + column];
        sum(bottom, right) + sum(top, left) - sum(top, right) - sum(bottom, left)
    }

    fn take(&mut self, of: Rect) {
        let mut y = of.y;
        while y <= of.bottom() {
            let mut x = of.x - MARGIN[1];
            while x <= of.right() + MARGIN[1] {
                self.cost((x, y), COSTS[2]);
                x += SQUARE;
            }
            y += SQUARE;
        }
        self.sum();
    }
}

/// The words of a panel, with room made for them.
pub(super) fn words(panel: &Panel, place: &Place, theme: Theme, lang: Lang) -> Vec<Word> {
    make_room(panel, place, &placed(panel, place, theme, lang))
}

/// The words of a panel, of which those that lie on a line, a point or one another, and names that stand nearer to what another one
/// names, are moved to the nearest place that is free, or freest.
///
/// Words outside the axes stay where they are, and so does a word that is as well placed as any other near it. Names make room for the
/// others, and one name for another in their order; where one is then cut or covers a word, two other orders are tried too.
fn make_room(panel: &Panel, place: &Place, words: &[Word]) -> Vec<Word> {
    let plan = Plan::of(panel, place);
    let wide = |k: usize| words[k].area().w as i64;
    let keys: [&dyn Fn(usize) -> i64; 3] = [&|k| k as i64, &|k| -(k as i64), &|k| -wide(k)];
    let mut best = (u64::MAX, words.to_vec());
    for key in keys {
        if best.0 >= SHORTER[0].1 {
            let mut order: Vec<usize> = (0..words.len()).collect();
            order.sort_by_key(|k| (words[*k].home.is_some(), key(*k)));
            let next = in_order(plan.clone(), place.rect, words, &order);
            best = if next.0 < best.0 { next } else { best };
        }
    }
    best.1
}

/// The words where they cover least if room is made in this order, and what all of them cost.
fn in_order(mut plan: Plan, rect: Rect, words: &[Word], order: &[usize]) -> (u64, Vec<Word>) {
    let homes: Vec<Point> = words.iter().filter_map(|word| word.home).collect();
    let (mut all, mut costs) = (words.to_vec(), 0);
    for k in order {
        let word = &mut all[*k];
        let near = Near { homes: &homes, own: word.home };
        if inside(rect, word.area()) && plan.taken(word.area()) + near.cost(word.area()) > 0 {
            let (cost, better) = moved(&plan, word, near);
            (*word, costs) = (better, costs + cost);
        }
        plan.take(word.area());
    }
    (costs, all)
}

/// What the names of a panel name, and which of it is a word's own.
#[derive(Clone, Copy)]
struct Near<'a> {
    homes: &'a [Point],
    own: Option<Point>,
}

impl Near<'_> {
    /// What it costs a name to stand nearer to what another one names.
    fn cost(self, area: Rect) -> u64 {
        let Some(own) = self.own else { return 0 };
        let far = |(x, y): Point| {
            let beside = (area.x - x).max(x - area.right()).max(0.0);
            beside.hypot((area.y - y).max(y - area.bottom()).max(0.0))
        };
        if self.homes.iter().any(|other| far(*other) + 1.0 < far(own)) { STRANGE } else { 0 }
    }
}

fn inside(rect: Rect, area: Rect) -> bool {
    area.x < rect.right()
        && area.right() > rect.x
        && area.y < rect.bottom()
        && area.bottom() > rect.y
}

/// The word where it covers least, and what that costs. A name stays near what it names: where there is no room for it, it is broken
/// into two lines or loses some of its middle.
fn moved(plan: &Plan, word: &Word, near: Near) -> (u64, Word) {
    let (mut forms, mut reach) = (vec![(0, word.clone())], REACH[0]);
    if word.home.is_some() {
        reach = REACH[1];
        forms.extend(word.broken().map(|broken| (BROKEN, broken)));
        forms.extend(SHORTER.map(|(share, cost)| (cost, word.narrowed(share))));
    }
    let all = forms.into_iter().map(|(cost, mut word)| {
        word.shift(nearest(plan, word.area(), reach, near));
        (plan.taken(word.area()) + near.cost(word.area()) + cost, word)
    });
    all.min_by_key(|(cost, _)| *cost).unwrap_or_else(|| (0, word.clone()))
}

/// By how much to move a box so that it covers least; a unit of the way costs as much as a twentieth of a square under a point.
fn nearest(plan: &Plan, area: Rect, reach: f64, near: Near) -> Point {
    let step = REACH[2];
    let steps = (reach / step) as i32;
    let moves = (-steps..=steps).flat_map(|i| (-steps..=steps).map(move |j| (i, j)));
    let cost = |(i, j): (i32, i32)| {
        let by = (f64::from(i) * step, f64::from(j) * step);
        let at = Rect { x: area.x + by.0, y: area.y + by.1, ..area };
        let rect = plan.rect;
        let within = at.x >= rect.x + 3.0
            && at.y >= rect.y + 3.0
            && at.right() <= rect.right() - 3.0
            && at.bottom() <= rect.bottom() - 3.0;
        let far = by.0.hypot(by.1);
        ((i, j) == (0, 0) || within).then(|| ((plan.taken(at) + near.cost(at)) as f64 + far, by))
    };
    let all = moves.filter_map(cost);
    all.min_by(|a, b| a.0.total_cmp(&b.0)).map_or((0.0, 0.0), |(_, by)| by)
}

/// A line whose rows may have no place.
type Line = Vec<Option<Point>>;

/// Every straight piece of the lines of a panel, cut at its edges: curves, paths, rules, error bars, boxes and single arrows.
///
/// A field of arrows has no room for a word anywhere, and a word on it has a rim.
pub(super) fn lines(panel: &Panel, place: &Place) -> Vec<(Point, Point)> {
    let rect = place.rect;
    let bounds = Bounds { x: (rect.x, rect.right()), y: (rect.y, rect.bottom()) };
    let mut all = vec![];
    for line in panel.layers.iter().flat_map(|layer| lines_of(&layer.mark, place)) {
        for pair in line.windows(2) {
            let (Some(a), Some(b)) = (pair[0], pair[1]) else { continue };
            if let Some((from, to)) = bounds.part(a, b) {
                let at = |u: f64| (a.0 + u * (b.0 - a.0), a.1 + u * (b.1 - a.1));
                all.push((at(from), at(to)));
            }
        }
    }
    all
}

fn lines_of(mark: &Mark, place: &Place) -> Vec<Line> {
    let rows = |at: &Array2<f64>| -> Line {
        at.rows().into_iter().map(|r| place.point(r[0], r[1])).collect()
    };
    let bars = |at: &Array2<f64>, bars: Vec<[f64; 2]>| -> Vec<Line> {
        let both = at.column(0).into_iter().zip(bars);
        both.map(|(x, ends)| ends.map(|y| place.point(*x, y)).to_vec()).collect()
    };
    match mark {
        Mark::Curve(c) => [vec![rows(&c.at)], bars(&c.at, c.bars())].concat(),
        Mark::Bars(b) => bars(&b.at, mark::bars(&b.at, &b.se)),
        Mark::Paths(p) => p.lines.iter().map(rows).collect(),
        Mark::Rules(r) => rules(r, place),
        Mark::Boxes(b) => b.at.iter().map(|(at, _)| edges(*at, place)).collect(),
        Mark::Arrows(a) if a.from.nrows() <= arrow::FEW => {
            let ends = arrow::ends(a, place).into_iter();
            ends.map(|(tail, tip)| vec![Some(tail), Some(tip)]).collect()
        }
        _ => vec![],
    }
}

/// Lines across the whole panel.
fn rules(rules: &Rules, place: &Place) -> Vec<Line> {
    let rect = place.rect;
    let down = rules.x.iter().map(|x| rect.x + place.x.unit(*x) * rect.w);
    let across = rules.y.iter().map(|y| rect.bottom() - place.y.unit(*y) * rect.h);
    let down = down.map(|x| [(x, rect.y), (x, rect.bottom())]);
    let across = across.map(|y| [(rect.x, y), (rect.right(), y)]);
    let known = |(x, y): Point| Some((x, y)).filter(|(x, y)| x.is_finite() && y.is_finite());
    down.chain(across).map(|ends| ends.map(known).to_vec()).collect()
}

/// The outline of a box.
fn edges([left, bottom, right, top]: [f64; 4], place: &Place) -> Line {
    let corners = [(left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)];
    corners.map(|(x, y)| place.point(x, y)).to_vec()
}

/// Where points cover the panel, a place for every square.
fn points(panel: &Panel, place: &Place) -> Vec<Point> {
    let mut all = vec![];
    for layer in &panel.layers {
        let (at, size) = match &layer.mark {
            Mark::Points(p) => (&p.at, p.size),
            Mark::Curve(c) if c.marker.is_some() => (&c.at, 11.0),
            _ => continue,
        };
        for (x, y) in at.rows().into_iter().filter_map(|r| place.point(r[0], r[1])) {
            let steps = (0.5 * size / SQUARE).ceil() as i32;
            for (i, j) in (-steps..=steps).flat_map(|i| (-steps..=steps).map(move |j| (i, j))) {
                let (dx, dy) = (f64::from(i) * SQUARE, f64::from(j) * SQUARE);
                if dx.hypot(dy) <= 0.5 * size {
                    all.push((x + dx, y + dy));
                }
            }
        }
    }
    all
}

/// The words of a figure that have lost their middle.
#[cfg(test)]
pub(crate) fn cut(figure: &super::Figure, lang: Lang) -> Vec<String> {
    let figure = figure.with_numerals();
    let panels: Vec<&Panel> = figure.panels.iter().collect();
    let layout = super::layout::lay_out(&figure, &panels, lang).unwrap();
    let all = panels.iter().zip(&layout.places);
    let all = all.flat_map(|(panel, place)| words(panel, place, Theme::Light, lang));
    let cut = all.filter(|word| word.text().contains('…'));
    cut.map(|word| format!("{}: {:?}", figure.stem, word.text())).collect()
}

/// The names of a figure that stand nearer to what another one names; with `known` false, after room was made as if no word were a name.
#[cfg(test)]
pub(crate) fn strayed(figure: &super::Figure, lang: Lang, known: bool) -> Vec<String> {
    let figure = figure.with_numerals();
    let panels: Vec<&Panel> = figure.panels.iter().collect();
    let layout = super::layout::lay_out(&figure, &panels, lang).unwrap();
    let mut found = vec![];
    for (panel, place) in panels.iter().zip(&layout.places) {
        let named = placed(panel, place, Theme::Light, lang);
        let homes: Vec<Point> = named.iter().filter_map(|word| word.home).collect();
        let mut blind = named.clone();
        blind.iter_mut().for_each(|word| word.home = word.home.filter(|_| known));
        let shown = make_room(panel, place, &blind);
        for (word, own) in shown.iter().zip(named.iter().map(|word| word.home)) {
            if (Near { homes: &homes, own }).cost(word.area()) > 0 {
                found.push(format!("{}: {:?} strays", figure.stem, word.text()));
            }
        }
    }
    found
}

/// The words of a figure that a line runs through, that another word covers or that leave the slide; with `moved`, after room
/// was made.
#[cfg(test)]
pub(crate) fn crossed(figure: &super::Figure, lang: Lang, moved: bool) -> Vec<String> {
    use super::layout;
    use super::slide::WIDTH;
    let figure = figure.with_numerals();
    let panels: Vec<&Panel> = figure.panels.iter().collect();
    let layout = layout::lay_out(&figure, &panels, lang).unwrap();
    let (mut found, mut before): (Vec<String>, Vec<Word>) = (vec![], vec![]);
    for (panel, place) in panels.iter().zip(&layout.places) {
        let words = if moved { words } else { placed };
        let lines = lines(panel, place);
        for word in words(panel, place, Theme::Light, lang) {
            let Rect { x, y, w, h } = word.area();
            let inner = Bounds { x: (x + 1.0, x + w - 1.0), y: (y + 1.0, y + h - 1.0) };
            if lines.iter().any(|(a, b)| inner.part(*a, *b).is_some()) {
                found.push(format!("{}: a line through {:?}", figure.stem, word.text()));
            }
            if x < 0.0 || x + w > WIDTH {
                found.push(format!("{}: {:?} leaves the slide", figure.stem, word.text()));
            }
            let covers = |other: &&Word| {
                let o = other.area();
                o.x + 1.0 < inner.x.1
                    && inner.x.0 < o.right() - 1.0
                    && o.y + 1.0 < inner.y.1
                    && inner.y.0 < o.bottom() - 1.0
            };
            if let Some(other) = before.iter().find(covers) {
                found.push(format!("{}: {:?} on {:?}", figure.stem, other.text(), word.text()));
            }
            before.push(word);
        }
    }
    found
}
