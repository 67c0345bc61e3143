//! A figure as one SVG document: every layer its own group, in the order of the panels.

use super::figure::{Figure, Layer, Panel};
use super::label::{self, Word};
use super::layout::{BEYOND, LINE, lay_out, note_lines, titled, upright};
use super::mark::{Density, Mark};
use super::palette::{Theme, mix};
use super::scale::{Scale, short};
use super::slide::{HEIGHT, NOTE, Place, SMALL, TITLE, WIDTH, WORDS};
use super::svg::{Ids, Style, drop, ends_low, escape, group, n, spans, text};
use super::words::{self, Lang, Text, plain};
use super::{chart, draw, font, heat, room};
use scorelab::number::count;
use scorelab::{Error, Result};

/// Everything the parts of a drawing share.
struct Canvas {
    theme: Theme,
    lang: Lang,
    ids: Ids,
    out: String,
    placed: Placed,
}

/// The figure as SVG text; with `panel`, only that panel (counted from 0), as large as the slide.
///
/// Its words are `<text>` in DejaVu Sans; [`outlines`](super::outlines) makes it independent of that font. The same
/// figure gives the same bytes.
///
/// # Errors
/// A range that is empty, more panels than fit, or a colour map without values: [`Error::Figure`].
pub fn svg(figure: &Figure, theme: Theme, lang: Lang, panel: Option<usize>) -> Result<String> {
    let mut figure = figure.clone();
    figure.notes.extend(cut_off(&figure, panel));
    compose(&figure.with_numerals(), theme, lang, panel, room::words)
        .map_err(|why| Error::Figure { figure: figure.stem.clone(), why })
}

/// How many points lie beyond the edges of their panel, in words; nothing if none does.
fn cut_off(figure: &Figure, only: Option<usize>) -> Option<Text> {
    let drawn = figure.panels.iter().enumerate().filter(|(i, _)| only.is_none_or(|k| k == *i));
    let (mut out, mut all) = (0, 0);
    for (panel, layer) in drawn.flat_map(|(_, panel)| panel.layers.iter().map(move |l| (panel, l)))
    {
        let (Mark::Points(points), Ok(x), Ok(y)) =
            (&layer.mark, Scale::new(&panel.x), Scale::new(&panel.y))
        else {
            continue;
        };
        let at = points.at.rows().into_iter().map(|r| (x.unit(r[0]), y.unit(r[1])));
        let at: Vec<_> = at.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        out += at.iter().filter(|(x, y)| !(draw::within(*x) && draw::within(*y))).count();
        all += at.len();
    }
    let (few, all) = (count(out), count(all));
    let en = match out {
        0 => return None,
        1 => format!("1 of {all} points lies beyond the edges and is not drawn."),
        _ => format!("{few} of {all} points lie beyond the edges and are not drawn."),
    };
    Some((en, format!("{few} trong {all} điểm nằm ngoài khung và không được vẽ.")).into())
}

/// A frame of an animation: as `svg`, with all words where the figure puts them, so that none jumps.
pub(super) fn frame(figure: &Figure, theme: Theme, lang: Lang) -> Result<String> {
    compose(&figure.with_numerals(), theme, lang, None, label::placed)
        .map_err(|why| Error::Figure { figure: figure.stem.clone(), why })
}

/// What puts the words of a panel in their places.
type Placed = fn(&Panel, &Place, Theme, Lang) -> Vec<Word>;

fn compose(
    figure: &Figure,
    theme: Theme,
    lang: Lang,
    only: Option<usize>,
    placed: Placed,
) -> std::result::Result<String, String> {
    let panels: Vec<&Panel> = match only {
        None => figure.panels.iter().collect(),
        Some(k) => vec![figure.panels.get(k).ok_or_else(|| {
            format!("there is no panel {}; it has panels 1 to {}", k + 1, figure.panels.len())
        })?],
    };
    let layout = lay_out(figure, &panels, lang)?;
    let mut canvas =
        Canvas { theme, lang, ids: Ids::default(), out: head(figure, theme, lang), placed };
    canvas.title(figure);
    for (i, (panel, place)) in panels.iter().zip(&layout.places).enumerate() {
        let prefix = format!("p{}-", only.unwrap_or(i) + 1);
        canvas.panel(panel, place, &prefix).map_err(|why| format!("panel {}: {why}", i + 1))?;
        if let (Some(sign), Some(next)) = (panel.joiner, layout.places.get(i + 1)) {
            canvas.joiner(sign, place, next);
        }
    }
    canvas.formula(figure, layout.formula);
    canvas.notes(figure, layout.notes);
    canvas.out.push_str("</svg>\n");
    Ok(canvas.out)
}

fn head(figure: &Figure, theme: Theme, lang: Lang) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"13.333in\" height=\"7.5in\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <title>{}</title><desc>{}</desc>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{}\"/>\n",
        escape(figure.title.get(lang)),
        escape(figure.caption.get(lang)),
        theme.ground()
    )
}

impl Canvas {
    fn words(&self, size: f64, anchor: &'static str) -> Style {
        Style { size, colour: self.theme.ink(), anchor, halo: None, bold: false }
    }

    fn title(&mut self, figure: &Figure) {
        let words = figure.title.get(self.lang);
        if !words.is_empty() {
            let (words, size) = font::fit(words, TITLE, SMALL, WIDTH - 64.0);
            self.out += &text(32.0, 52.0, &words, self.words(size, "start"));
        }
    }

    fn panel(
        &mut self,
        panel: &Panel,
        place: &Place,
        prefix: &str,
    ) -> std::result::Result<(), String> {
        let (theme, lang) = (self.theme, self.lang);
        let axes = chart::axes(panel, place, theme, lang)?;
        let words = [panel.x.label.get(lang), panel.y.label.get(lang)].join(" / ");
        let id = self.ids.unique(prefix, "axes");
        let body = draw::scaled(&axes, "") + &self.axis_words(panel, place);
        self.out += &group(&id, "axes", &words, &body);
        let clip = self.ids.unique(prefix, "clip");
        self.out += &format!("<clipPath id=\"{clip}\">{}</clipPath>\n", rect(place, ""));
        let words = (self.placed)(panel, place, theme, lang);
        for layer in panel.layers.iter().filter(|layer| !is_words(layer)) {
            let drawn = draw::layer(layer, place, theme, lang)?;
            let mut body = String::new();
            if draw::fits(&layer.mark, place) {
                body = drawn.clipped; // clipping is the slowest thing a rasteriser does
            } else if !drawn.clipped.is_empty() {
                body = format!("<g clip-path=\"url(#{clip})\">\n{}</g>\n", drawn.clipped);
            }
            body += &drawn.over;
            if let Mark::Density(density) = &layer.mark {
                body += &self.bar(density, place, prefix);
            }
            let id = self.ids.unique(prefix, &layer.name);
            self.out += &group(&id, &layer.name, &layer.desc, &body);
        }
        self.frame(panel, place);
        self.words_of(panel, &words, prefix);
        Ok(())
    }

    /// All words of a panel, above everything else: a group for each layer of words, and one for the direct labels.
    fn words_of(&mut self, panel: &Panel, words: &[Word], prefix: &str) {
        let drawn = |of: &dyn Fn(usize) -> bool| -> String {
            words.iter().filter(|word| of(word.layer)).map(Word::draw).collect()
        };
        for (k, layer) in panel.layers.iter().enumerate().filter(|(_, layer)| is_words(layer)) {
            let id = self.ids.unique(prefix, &layer.name);
            self.out += &group(&id, &layer.name, &layer.desc, &drawn(&|of| of == k));
        }
        let labels = drawn(&|of| !is_words(&panel.layers[of]));
        if !labels.is_empty() {
            let id = self.ids.unique(prefix, "labels");
            self.out += &group(&id, "labels", "what the lines and points are", &labels);
        }
    }

    /// The axes' labels: below, and turned on the left.
    fn axis_words(&self, panel: &Panel, place: &Place) -> String {
        let (x, y) = (panel.x.label.get(self.lang), panel.y.label.get(self.lang));
        let (rect, mut out) = (place.rect, String::new());
        if !x.is_empty() {
            let (x, size) = font::fit(x, WORDS, SMALL, rect.w + 60.0);
            out += &text(
                rect.x + rect.w / 2.0,
                rect.bottom() + place.bottom - 14.0,
                &x,
                self.words(size, "middle"),
            );
        }
        for (k, y) in upright(y, rect.h).into_iter().enumerate().filter(|(_, y)| !y.is_empty()) {
            let (y, size) = font::fit(y, WORDS, SMALL, rect.h + BEYOND);
            let cx = rect.x - place.left + 22.0 + LINE * k as f64;
            let cy = rect.y + rect.h / 2.0;
            let turned = text(cx, cy, &y, self.words(size, "middle"));
            out += &format!("<g transform=\"rotate(-90 {} {})\">{turned}</g>\n", n(cx), n(cy));
        }
        out
    }

    /// The thin frame of a map, and the panel's title.
    fn frame(&mut self, panel: &Panel, place: &Place) {
        let bare = panel.x.hidden && panel.y.hidden;
        let map = panel
            .layers
            .iter()
            .any(|l| matches!(l.mark, Mark::Density(_) | Mark::Regions(_) | Mark::Arrows(_)));
        if panel.equal && (map || !bare) {
            let style =
                format!(" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"", self.theme.muted());
            self.out += &rect(place, &style);
        }
        let words = panel.title.get(self.lang);
        if !words.is_empty() {
            let (lines, size, middle) = titled(words, place);
            for (above, line) in lines.iter().rev().enumerate() {
                let y = place.rect.y - 13.0 - LINE * above as f64;
                self.out += &text(middle, y, line, self.words(size, "middle"));
            }
        }
    }

    /// The colour bar of a density, right of its panel.
    fn bar(&mut self, density: &Density, place: &Place, prefix: &str) -> String {
        let Some(label) = &density.bar else { return String::new() };
        let (low, top) = heat::range(density);
        let id = self.ids.unique(prefix, "bar");
        let stop = |i: i32| {
            let u = f64::from(i) / 16.0;
            let at = if density.diverging { 2.0 * u - 1.0 } else { u };
            format!(
                "<stop offset=\"{u}\" stop-color=\"{}\"/>",
                heat::colour(at, density, self.theme)
            )
        };
        let stops: String = (0..=16).map(stop).collect();
        let (x, y, h) = (place.rect.right() + 16.0, place.rect.y, place.rect.h);
        let mut out = format!(
            "<linearGradient id=\"{id}\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">{stops}</linearGradient>\n\
             <rect x=\"{}\" y=\"{}\" width=\"14\" height=\"{}\" fill=\"url(#{id})\" stroke=\"{}\" stroke-width=\"1\"/>\n",
            n(x),
            n(y),
            n(h),
            self.theme.muted()
        );
        let number = |value: f64| words::numbers(&short(value), self.lang);
        let marks = [(low, y + h), ((low + top) / 2.0, y + h / 2.0), (top, y)];
        for (value, at) in marks {
            let at = (at + 0.36 * SMALL).clamp(y + 0.75 * SMALL, y + h);
            out += &text(x + 22.0, at, &number(value), self.words(SMALL, "start"));
        }
        let wide = font::width(&number(low), SMALL).max(font::width(&number(top), SMALL));
        let (tx, ty) = (x + 22.0 + wide + 24.0, y + h / 2.0);
        let turn = format!("<g transform=\"rotate(-90 {} {})\">", n(tx), n(ty));
        if !label.get(self.lang).is_empty() {
            out += &format!(
                "{turn}{}</g>\n",
                text(tx, ty, label.get(self.lang), self.words(SMALL, "middle"))
            );
        }
        out
    }

    fn joiner(&mut self, sign: &str, place: &Place, next: &Place) {
        let x = (place.rect.right() + next.rect.x - next.left) / 2.0;
        let y = place.rect.y + place.rect.h / 2.0 + 16.0;
        self.out += &text(x, y, sign, self.words(48.0, "middle"));
    }

    /// The equation: one text, a span per role.
    fn formula(&mut self, figure: &Figure, y: f64) {
        if figure.formula.is_empty() {
            return;
        }
        let whole: String = figure.formula.iter().map(|(_, t)| t.get(self.lang)).collect();
        let (_, size) = font::fit(&whole, TITLE, SMALL, WIDTH - 80.0);
        let mut body = String::new();
        let mut low = false; // the span before ended in a subscript
        for (role, t) in &figure.formula {
            let (colour, words) = (role.word_colour(self.theme), t.get(self.lang));
            let back = if low { format!(" dy=\"-{}\"", n(drop(size))) } else { String::new() };
            body += &format!("<tspan fill=\"{colour}\"{back}>{}</tspan>", spans(words, size));
            low = ends_low(words);
        }
        let spans = body;
        let body = format!(
            "<text x=\"{}\" y=\"{}\" font-family=\"{}\" font-size=\"{}\" text-anchor=\"middle\" xml:space=\"preserve\">{spans}</text>\n",
            n(WIDTH / 2.0),
            n(y),
            font::FAMILY,
            n(size)
        );
        let id = self.ids.unique("", "formula");
        self.out += &group(&id, "formula", &plain(&whole), &body);
    }

    fn notes(&mut self, figure: &Figure, first: f64) {
        let colour = mix(self.theme.ink(), self.theme.muted(), 0.5);
        for (i, words) in note_lines(figure, self.lang).iter().enumerate() {
            let style = Style { colour, ..self.words(SMALL, "start") };
            self.out += &text(32.0, first + NOTE * i as f64, words, style);
        }
    }
}

fn is_words(layer: &Layer) -> bool {
    matches!(layer.mark, Mark::Labels(_))
}

fn rect(place: &Place, attributes: &str) -> String {
    let r = place.rect;
    format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{attributes}/>\n",
        n(r.x),
        n(r.y),
        n(r.w),
        n(r.h)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Points};

    #[test]
    fn points_beyond_the_edges_are_counted_and_said_and_none_is_moved() {
        let with = |far: f64| {
            let at = ndarray::arr2(&[[0.5, 0.5], [far, 0.5], [f64::NAN, 0.5]]);
            let points = Points { at, ..Points::default() };
            let axis = || Axis::new("", (0.0, 1.0));
            let layers = vec![Layer { mark: points.into(), ..Layer::default() }];
            let panels = vec![Panel { x: axis(), y: axis(), layers, ..Panel::default() }];
            svg(&Figure { panels, ..Figure::default() }, Theme::Light, Lang::En, None).unwrap()
        };
        let (cut, whole) = (with(3.0), with(1.0));
        assert!(cut.contains("1 of 2 points lies beyond the edges") && !whole.contains("beyond"));
        assert_eq!((cut.matches("<circle").count(), whole.matches("<circle").count()), (1, 2));
    }
}
