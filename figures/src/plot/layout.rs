//! Where things go on the slide: 1280 × 720 units, 96 to the inch, y downwards.

use super::figure::{Figure, Panel};
use super::label;
use super::mark::{Density, Mark};
use super::scale::{Scale, short};
use super::slide::{HEIGHT, NOTE, Place, Rect, SMALL, WIDTH, WORDS, tick_counts};
use super::words::{self, Lang, Text};
use super::{font, heat};
use std::borrow::Cow;

/// Height of the equation's line.
const FORMULA: f64 = 54.0;
/// The margin of the slide.
const EDGE: f64 = 28.0;
/// How much longer than its axis the label of an axis may be.
pub(super) const BEYOND: f64 = 32.0;
/// From the first line of a vertical label or of a panel's title to its second.
pub(super) const LINE: f64 = 28.0;

/// Room around a panel's axes.
#[derive(Clone, Copy, Default)]
struct Sides {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The slide's parts: panels, the base line of the equation, the base line of the first footer.
pub(super) struct Layout {
    pub places: Vec<Place>,
    pub formula: f64,
    pub notes: f64,
}

/// Lays out the slide, or says why it cannot be. Titles of panels have a second line if one of them would lose words else.
pub(super) fn lay_out(figure: &Figure, panels: &[&Panel], lang: Lang) -> Result<Layout, String> {
    let once = with_titles(figure, panels, false, lang)?;
    let cut = |(panel, place): (&&Panel, &Place)| {
        let words = panel.title.get(lang);
        words.contains(' ') && font::width(words, SMALL) > place.title + 1.0
    };
    match panels.iter().zip(&once.places).any(cut) {
        true => with_titles(figure, panels, true, lang).or(Ok(once)),
        false => Ok(once),
    }
}

/// The layout with room for titles of one line or of two.
fn with_titles(
    figure: &Figure,
    panels: &[&Panel],
    two_lines: bool,
    lang: Lang,
) -> Result<Layout, String> {
    let top = if figure.title.is_empty() { 16.0 } else { 74.0 };
    let notes = HEIGHT - 14.0 - NOTE * note_lines(figure, lang).len() as f64;
    let bottom = notes - if figure.formula.is_empty() { 0.0 } else { FORMULA };
    let area = Rect { x: EDGE, y: top, w: WIDTH - 2.0 * EDGE, h: bottom - top };
    let (rows, cols) = grid(figure, panels.len())?;
    let cells: Vec<Rect> = (0..panels.len()).map(|i| cell(area, panels, i, rows, cols)).collect();
    let mut sides = Vec::new();
    for (i, panel) in panels.iter().enumerate() {
        let room = around(panel, cells[i], two_lines, lang);
        sides.push(room.map_err(|why| format!("panel {}: {why}", i + 1))?);
    }
    let alike = panels.iter().all(|p| p.equal == panels[0].equal);
    let cells = if alike { shared(cells, &sides, cols) } else { cells };
    let places: Vec<Place> = (0..panels.len())
        .map(|i| {
            let shared = share(&sides, i, cols);
            place(panels[i], cells[i], shared).map_err(|why| format!("panel {}: {why}", i + 1))
        })
        .collect::<Result<_, String>>()?;
    let mut places = draw_together(panels, places, &sides, cols);
    for i in 0..places.len() {
        places[i].title = title_room(panels, &places, i, cols);
        places[i].two_lines = two_lines;
    }
    Ok(Layout { places, formula: notes - 16.0, notes: notes + 22.0 })
}

/// The footers in lines that fit the slide: a longer one is broken, after a sentence or a part of one where that can be.
pub(super) fn note_lines(figure: &Figure, lang: Lang) -> Vec<String> {
    figure.notes.iter().flat_map(|note| wrapped(note.get(lang), WIDTH - 2.0 * EDGE)).collect()
}

fn wrapped(words: &str, room: f64) -> Vec<String> {
    let fits = |at: usize| font::width(&words[..at], SMALL) <= room;
    // a list of numbers is one part
    let number = |c: char| c.is_ascii_digit() || c == '−';
    let within = |at: usize, sign: &str| {
        words[..at].ends_with(|c: char| c.is_ascii_digit())
            && words[at + sign.len()..].starts_with(number)
    };
    let last = |sign: &'static str| {
        words.match_indices(sign).filter(|(at, _)| fits(*at) && !within(*at, sign)).last()
    };
    match last("; ").or_else(|| last(". ")).or_else(|| last(", ")).or_else(|| last(" ")) {
        Some((at, sign)) if !fits(words.len()) => {
            let (line, rest) = words.split_at(at + sign.len());
            let rest = wrapped(rest.trim_start(), room);
            std::iter::once(line.trim_end().to_string()).chain(rest).collect()
        }
        _ => vec![words.to_string()],
    }
}

fn grid(figure: &Figure, panels: usize) -> Result<(usize, usize), String> {
    match (figure.layout, panels) {
        (_, 0) => Err("it has no panels; give it at least one".into()),
        (_, 1) => Ok((1, 1)),
        (Some((r, c)), n) if r * c >= n => Ok((r, c)),
        (Some((r, c)), n) => Err(format!("{n} panels do not fit a layout of {r} × {c}")),
        (None, n @ 2..=3) => Ok((1, n)),
        (None, 4) => Ok((2, 2)),
        (None, n) => Err(format!(
            "{n} panels are more than the four that can be read on a slide; set `layout` if you must"
        )),
    }
}

/// Cell `i` of the grid; a joiner widens the gaps.
fn cell(area: Rect, panels: &[&Panel], i: usize, rows: usize, cols: usize) -> Rect {
    let gap = if panels.iter().any(|p| p.joiner.is_some()) { 58.0 } else { 22.0 };
    let w = (area.w - gap * (cols - 1) as f64) / cols as f64;
    let h = (area.h - 12.0 * (rows - 1) as f64) / rows as f64;
    let (row, col) = (i / cols, i % cols);
    Rect { x: area.x + col as f64 * (w + gap), y: area.y + row as f64 * (h + 12.0), w, h }
}

/// The cells with the room of their row shared out anew: what is as wide in every column is not the cell but what lies within its
/// axes. A map beside a chart keeps its cell, which it needs more.
fn shared(mut cells: Vec<Rect>, sides: &[Sides], cols: usize) -> Vec<Rect> {
    let columns = cols.min(cells.len());
    let around = |col: usize| share(sides, col, cols);
    let rooms: Vec<f64> = (0..columns).map(around).map(|s| s.left + s.right).collect();
    let mean = rooms.iter().sum::<f64>() / columns as f64;
    for (k, cell) in cells.iter_mut().enumerate() {
        let before = &rooms[..k % cols];
        cell.x += before.iter().sum::<f64>() - mean * before.len() as f64;
        cell.w += rooms[k % cols] - mean;
    }
    cells
}

/// Columns of equal panels are narrower than their cells: they are moved together, and the whole is centred.
fn draw_together(
    panels: &[&Panel],
    mut places: Vec<Place>,
    sides: &[Sides],
    cols: usize,
) -> Vec<Place> {
    if cols < 2 || !panels.iter().all(|p| p.equal) {
        return places;
    }
    let gap: f64 = if panels.iter().any(|p| p.joiner.is_some()) { 70.0 } else { 48.0 };
    let columns = || 0..cols.min(places.len());
    let widest =
        |col: usize| places.iter().skip(col).step_by(cols).map(|p| p.rect.w).fold(0.0, f64::max);
    let inner: Vec<f64> = columns().map(widest).collect();
    let outer: Vec<Sides> = columns().map(|col| share(sides, col, cols)).collect();
    let total: f64 = columns().map(|c| outer[c].left + inner[c] + outer[c].right).sum::<f64>();
    let slack = WIDTH - 2.0 * EDGE - total;
    let gap = gap.min(slack / (cols - 1) as f64).max(0.0);
    let mut x = (WIDTH - total - gap * (cols - 1) as f64) / 2.0;
    for col in 0..inner.len() {
        for place in places.iter_mut().skip(col).step_by(cols) {
            place.rect.x = x + outer[col].left + (inner[col] - place.rect.w) / 2.0;
        }
        x += outer[col].left + inner[col] + outer[col].right + gap;
    }
    places
}

/// Room for the title of panel `i`, which stands above its middle.
fn title_room(panels: &[&Panel], places: &[Place], i: usize, cols: usize) -> f64 {
    let middle = |k: usize| places[k].rect.x + 0.5 * places[k].rect.w;
    let row = (0..places.len()).filter(|k| k / cols == i / cols && *k != i);
    let titled = row.filter(|k| !panels[*k].title.is_empty());
    let others = titled.map(|k| (middle(k) - middle(i)).abs() - 12.0);
    others.fold(2.0 * middle(i).min(WIDTH - middle(i)) - 16.0, f64::min)
}

/// The lines of a panel's title, their size and their middle: above the middle of the axes, or as near as the margins of the
/// slide allow.
///
/// One line is larger than the smallest words if it then reaches no further beyond its axes than a title may.
pub(super) fn titled<'a>(words: &'a str, place: &Place) -> (Vec<Cow<'a, str>>, f64, f64) {
    const OVER: f64 = 20.0;
    let rect = place.rect;
    let (left, right) = ((rect.x - OVER).max(EDGE), (rect.right() + OVER).min(WIDTH - EDGE));
    let lines = if place.two_lines { broken(words, place.title + 1.0) } else { vec![words] };
    let size = match lines.len() {
        1 => font::fit(words, WORDS, SMALL, (right - left).min(place.title)).1,
        _ => SMALL,
    };
    let cut = |line| font::shortened(line, size, place.title + 1.0); // but for rounding
    let lines: Vec<Cow<str>> = lines.into_iter().map(cut).collect();
    let widest = lines.iter().map(|line| font::width(line, size)).fold(0.0, f64::max);
    let (middle, half) = (rect.x + 0.5 * rect.w, 0.5 * widest);
    let middle =
        if 2.0 * half > right - left { middle } else { middle.max(left + half).min(right - half) };
    (lines, size, middle)
}

/// Columns share their left and right room, rows their upper and lower: axes line up.
fn share(sides: &[Sides], i: usize, cols: usize) -> Sides {
    let mut all = Sides::default();
    for (k, s) in sides.iter().enumerate() {
        if k % cols == i % cols {
            (all.left, all.right) = (all.left.max(s.left), all.right.max(s.right));
        }
        if k / cols == i / cols {
            (all.top, all.bottom) = (all.top.max(s.top), all.bottom.max(s.bottom));
        }
    }
    all
}

/// The room that `panel` needs around its axes in a cell of this size.
fn around(panel: &Panel, cell: Rect, two_lines: bool, lang: Lang) -> Result<Sides, String> {
    let y = Scale::new(&panel.y)?;
    let worded = |label: &Text| if label.is_empty() { 0.0 } else { 36.0 };
    let (_, ny) = tick_counts(cell.w, cell.h - 80.0);
    let widest =
        y.ticks(&panel.y, ny, lang).iter().map(|(_, t)| font::width(t, SMALL)).fold(0.0, f64::max);
    let bottom =
        if panel.x.hidden { worded(&panel.x.label) + 4.0 } else { 38.0 + worded(&panel.x.label) };
    let title = if two_lines { 44.0 + LINE } else { 44.0 };
    let top = if panel.title.is_empty() { 14.0 } else { title };
    let named = worded(&panel.y.label);
    let left = if panel.y.hidden { named + 4.0 } else { widest + 16.0 + named };
    let mut sides = Sides { left, right: 16.0 + bar_room(panel, lang), top, bottom };
    let rough = place(panel, cell, sides)?;
    let lines = upright(panel.y.label.get(lang), rough.rect.h).len();
    sides.left += LINE * (lines - 1) as f64;
    let far = label::reach(panel, &rough, lang) - rough.rect.right();
    let spare = (cell.w - sides.left - sides.right - rough.rect.w) / 2.0;
    sides.right = sides.right.max(far + 6.0 - if panel.equal { spare.max(0.0) } else { 0.0 });
    Ok(sides)
}

/// The label of a vertical axis of this height, in one line or in two.
pub(super) fn upright(label: &str, height: f64) -> Vec<&str> {
    broken(label, height + BEYOND)
}

/// Words in one line or, where that is wider than `room` even in small words, in two lines that are as short as can be.
fn broken(words: &str, room: f64) -> Vec<&str> {
    if font::width(words, SMALL) <= room {
        return vec![words];
    }
    let lines = |(at, _): (usize, &str)| [words[..at].trim_end(), words[at..].trim_start()];
    let longest =
        |lines: &[&str; 2]| font::width(lines[0], SMALL).max(font::width(lines[1], SMALL));
    let all = words.match_indices(' ').map(lines);
    all.min_by(|a, b| longest(a).total_cmp(&longest(b))).map_or(vec![words], Vec::from)
}

/// Width of a colour bar with its numbers and its label.
fn bar_room(panel: &Panel, lang: Lang) -> f64 {
    let bar = |density: &Density| {
        let label = density.bar.as_ref()?;
        let (low, top) = heat::range(density);
        let wide = |value: f64| font::width(&words::numbers(&short(value), lang), SMALL);
        let numbers = wide(low).max(wide(top));
        Some(16.0 + 14.0 + 8.0 + numbers + if label.get(lang).is_empty() { 0.0 } else { 32.0 })
    };
    let bars = panel.layers.iter().filter_map(|layer| match &layer.mark {
        Mark::Density(density) => bar(density),
        _ => None,
    });
    bars.fold(0.0, f64::max)
}

/// The axes' rectangle in a cell; an equal panel is shrunk and centred.
fn place(panel: &Panel, cell: Rect, sides: Sides) -> Result<Place, String> {
    let (x, y) = (Scale::new(&panel.x)?, Scale::new(&panel.y)?);
    let (w, h) = (cell.w - sides.left - sides.right, cell.h - sides.top - sides.bottom);
    if w < 40.0 || h < 40.0 {
        return Err("it has no room left: fewer panels, notes or shorter labels are needed".into());
    }
    let mut rect = Rect { x: cell.x + sides.left, y: cell.y + sides.top, w, h };
    if panel.equal {
        let unit = (w / (x.hi - x.lo)).min(h / (y.hi - y.lo));
        (rect.w, rect.h) = (unit * (x.hi - x.lo), unit * (y.hi - y.lo));
        rect.x += (w - rect.w) / 2.0;
        rect.y += (h - rect.h) / 2.0;
    }
    let (left, bottom, title) = (sides.left, sides.bottom, rect.w);
    Ok(Place { rect, left, bottom, title, two_lines: false, x, y })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Axis;

    #[test]
    fn panels_of_a_row_are_equally_wide_whatever_stands_beside_their_axes() {
        let ticks = [(0.5, Text::from("a wordy tick"))];
        let worded = Panel { y: Axis::new("y", (0.0, 1.0)).with_ticks(ticks), ..Panel::default() };
        let bare = Panel { y: Axis::hidden((0.0, 1.0)), ..Panel::default() };
        let mut figure = Figure { panels: vec![worded, bare.clone(), bare], ..Figure::default() };
        let placed = |figure: &Figure| {
            let panels: Vec<&Panel> = figure.panels.iter().collect();
            lay_out(figure, &panels, Lang::En).unwrap().places
        };
        let apart = |places: &[Place]| (places[0].rect.w - places[1].rect.w).abs();
        let places = placed(&figure);
        assert!(apart(&places) < 1e-9 && apart(&places[1..]) < 1e-9);
        assert!(places.windows(2).all(|p| p[0].rect.right() < p[1].rect.x));
        // beside a map, which keeps its cell, they are not
        figure.panels[2].equal = true;
        assert!(apart(&placed(&figure)) > 100.0);
    }

    #[test]
    fn a_footer_that_is_too_long_is_broken_and_loses_nothing() {
        let (short, long) =
            ("one; two", format!("{}; {}", "first ".repeat(40), "second ".repeat(9)));
        assert_eq!(wrapped(short, 400.0), [short]);
        let lines = wrapped(&long, 400.0);
        assert!(
            lines.len() > 4 && lines.iter().all(|l| font::width(l, SMALL) <= 400.0),
            "{lines:?}"
        );
        assert_eq!(lines.join(" ").split_whitespace().count(), 40 + 1 + 9);
        assert_eq!(wrapped("a wide part; the rest of it", 200.0)[0], "a wide part;");
        assert_eq!(wrapped("a part, then 0,5; 0,25; −1 %", 270.0)[0], "a part,");
        assert_eq!(wrapped("a part, then one; two; three", 270.0)[0], "a part, then one; two;");
    }

    #[test]
    fn a_title_stays_within_the_margins_and_else_above_the_middle_of_its_panel() {
        let titled_at = |x: f64, words: &str| {
            let map = Panel {
                title: words.into(),
                x: Axis::hidden((0.0, 1.0)),
                y: Axis::hidden((0.0, 1.0)),
                equal: true,
                ..Panel::default()
            };
            let figure = Figure { panels: vec![map], ..Figure::default() };
            let mut place = lay_out(&figure, &[&figure.panels[0]], Lang::En).unwrap().places[0];
            place.rect = Rect { x, w: 300.0, ..place.rect };
            let (shown, size, middle) = titled(words, &place);
            (middle - 0.5 * font::width(&shown[0], size), middle - x - 150.0)
        };
        let wide = "a title that is wider than it";
        let (left, off) = titled_at(EDGE + 4.0, wide);
        assert!((left - EDGE).abs() < 0.1 && off > 1.0, "{left} {off}");
        // in the middle of the slide, and where it is short, it is not moved
        assert!(titled_at(500.0, wide).1.abs() < 1e-9);
        assert!(titled_at(EDGE + 4.0, "short").1.abs() < 1e-9);
    }

    #[test]
    fn a_title_that_is_too_wide_has_two_lines_and_then_loses_nothing() {
        let map = |title: &str| Panel {
            title: title.into(),
            x: Axis::hidden((0.0, 1.0)),
            y: Axis::hidden((0.0, 1.5)),
            equal: true,
            ..Panel::default()
        };
        let shown = |titles: [&str; 4]| {
            let figure = Figure {
                panels: titles.map(map).to_vec(),
                layout: Some((1, 4)),
                ..Figure::default()
            };
            let panels: Vec<&Panel> = figure.panels.iter().collect();
            let places = lay_out(&figure, &panels, Lang::En).unwrap().places;
            let lines = titles.iter().zip(&places).map(|(words, place)| {
                titled(words, place).0.into_iter().map(Cow::into_owned).collect::<Vec<_>>()
            });
            (lines.collect::<Vec<_>>(), places[0].rect.y)
        };
        let long = "guidance that needs no classifier";
        let (lines, top) = shown(["a", "b", long, "d"]);
        assert!(lines[2].len() == 2 && lines[2].join(" ") == long, "{lines:?}");
        assert_eq!(lines[3], ["d"]);
        // titles that fit have one line, and then the maps begin higher up
        let (short, higher) = shown(["a", "b", "c", "d"]);
        assert!(short.iter().all(|lines| lines.len() == 1) && top > higher + 1.0);
        // what is too wide for two lines too, or is one word, still loses its middle
        let (cut, _) = shown(["a", "b", &long.repeat(3), &"w".repeat(60)]);
        assert!(cut[2].iter().any(|line| line.contains('…')) && cut[3][0].contains('…'), "{cut:?}");
    }
}
