//! Text as glyph outlines: an SVG that looks the same where its font is not installed.

use super::font;
use super::svg::{escape, n};
use resvg::usvg::roxmltree::{Document, Node};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use rustybuzz::{UnicodeBuffer, shape};
use scorelab::{Error, Result};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How the words of an SVG are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SvgText {
    /// As the outlines of their letters, with the words as a label: no font is needed.
    #[default]
    Outlines,
    /// As text that can be edited; DejaVu Sans must be installed where it is shown.
    Text,
}

/// The same SVG with every text drawn as the outlines of its letters.
///
/// A letter is one `<path>` of the font's units in `<defs>`, and a word the `<use>`s of its letters in a group whose
/// `aria-label` holds the words. Titles and descriptions stay. The id of a letter follows from its glyph alone, so SVGs
/// that stand in one page do not disturb one another. An SVG without text is unchanged.
///
/// # Errors
/// A text that is not XML: [`Error::Figure`].
pub fn outlines(svg: &str) -> Result<String> {
    const END: &str = "</text>";
    let mut letters = BTreeMap::new();
    let mut out = String::with_capacity(2 * svg.len());
    let mut rest = svg;
    while let Some(start) = rest.find("<text ") {
        let end = rest[start..].find(END).map_or(rest.len(), |end| start + end + END.len());
        out += &rest[..start];
        let parsed = Document::parse(&rest[start..end])
            .map_err(|why| Error::Figure { figure: "an SVG".into(), why: why.to_string() })?;
        out += &drawn(parsed.root_element(), &mut letters);
        rest = &rest[end..];
    }
    if letters.is_empty() {
        return Ok(svg.into());
    }
    let (before, after) = rest.rsplit_once("</svg>").unwrap_or((rest, ""));
    let paths: String =
        letters.iter().map(|(id, d)| format!("<path id=\"{id}\" d=\"{d}\"/>\n")).collect();
    Ok(out + before + "<defs>\n" + &paths + "</defs>\n</svg>" + after)
}

/// A stretch of letters set alike: where it ends in the words, in bytes, its size, colour, and how far it is lowered.
struct Span<'a> {
    end: usize,
    size: f64,
    fill: Option<&'a str>,
    lowered: f64,
}

/// The letters of a span that follow one another: their place after the first letter of the text, and their `<use>`s.
struct Run<'a> {
    span: &'a Span<'a>,
    x: f64,
    uses: String,
}

/// One `<text>` in outlines; its letters are added to those that are there.
fn drawn(text: Node, letters: &mut BTreeMap<String, String>) -> String {
    let size = number(text, "font-size");
    let (words, spans) = spans(text, size);
    let (runs, wide) = runs(&words, &spans, text.attribute("font-weight") == Some("bold"), letters);
    let x = match text.attribute("text-anchor") {
        Some("middle") => number(text, "x") - wide / 2.0,
        Some("end") => number(text, "x") - wide,
        _ => number(text, "x"),
    };
    let y = number(text, "y") + lowered(text, size);
    let all =
        |rim: Option<f64>| -> String { runs.iter().map(|run| run.group(x, y, rim)).collect() };
    // the rim lies under all letters, also under those before
    let rim = text.attribute("stroke").map_or(String::new(), |colour| {
        let letters = all(Some(number(text, "stroke-width")));
        format!("<g stroke=\"{colour}\" stroke-linejoin=\"round\">\n{letters}</g>\n")
    });
    let fill = text.attribute("fill").unwrap_or("#000");
    let turned =
        text.attribute("transform").map_or(String::new(), |t| format!(" transform=\"{t}\""));
    format!(
        "<g role=\"img\" aria-label=\"{}\" fill=\"{fill}\"{turned}>\n{rim}{}</g>",
        escape(words.trim()),
        all(None)
    )
}

impl Run<'_> {
    /// The run with its base line at `y`, its letters stroked with a rim of this width or filled.
    fn group(&self, x: f64, y: f64, rim: Option<f64>) -> String {
        let scale = self.span.size / font::EM;
        let stroke =
            rim.map_or(String::new(), |width| format!(" stroke-width=\"{}\"", n(width / scale)));
        let fill = self.span.fill.map_or(String::new(), |fill| format!(" fill=\"{fill}\""));
        format!(
            "<g transform=\"translate({} {}) scale({scale:.6})\"{fill}{stroke}>{}</g>\n",
            n(x + self.x),
            n(y + self.span.lowered),
            self.uses
        )
    }
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).and_then(|v| v.parse().ok()).unwrap_or(0.0)
}

/// The `dy` of a text or a span, which may be counted in its own size.
fn lowered(node: Node, size: f64) -> f64 {
    let dy = node.attribute("dy").unwrap_or("0");
    match dy.strip_suffix("em") {
        Some(ems) => size * ems.parse::<f64>().unwrap_or(0.0),
        None => dy.parse().unwrap_or(0.0),
    }
}

/// All words of a text, with single spaces unless it says otherwise, and its stretches.
fn spans<'a>(text: Node<'a, '_>, size: f64) -> (String, Vec<Span<'a>>) {
    let keep =
        text.attribute(("http://www.w3.org/XML/1998/namespace", "space")) == Some("preserve");
    let (mut words, mut spans, mut low) = (String::new(), vec![], 0.0);
    for node in text.descendants().filter(Node::is_text) {
        let around: Vec<Node> = node.ancestors().filter(|n| n.has_tag_name("tspan")).collect();
        let own = around.iter().find_map(|n| n.attribute("font-size")?.parse().ok());
        let size = own.unwrap_or(size);
        let begins = |outer: &&Node| outer.descendants().find(Node::is_text) == Some(node);
        low += around.iter().filter(begins).map(|outer| lowered(*outer, size)).sum::<f64>();
        let part = node.text().unwrap_or("");
        for c in part.chars() {
            let space = c.is_whitespace() && !keep;
            if !(space && (words.is_empty() || words.ends_with(' '))) {
                words.push(if space { ' ' } else { c });
            }
        }
        let fill = around.iter().find_map(|n| n.attribute("fill"));
        spans.push(Span { end: words.len(), size, fill, lowered: low });
    }
    if !keep {
        words.truncate(words.trim_end().len());
    }
    (words, spans)
}

/// The letters where the font's own rules of spacing and joining put them, and how wide they are together.
fn runs<'a>(
    words: &str,
    spans: &'a [Span<'a>],
    bold: bool,
    letters: &mut BTreeMap<String, String>,
) -> (Vec<Run<'a>>, f64) {
    let face = font::face(bold);
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(words);
    let glyphs = shape(face, &[], buffer);
    let (mut runs, mut wide): (Vec<Run>, f64) = (vec![], 0.0);
    for (info, place) in glyphs.glyph_infos().iter().zip(glyphs.glyph_positions()) {
        let Some(span) = spans.iter().find(|span| (info.cluster as usize) < span.end) else {
            continue;
        };
        if runs.last().is_none_or(|run| !std::ptr::eq(run.span, span)) {
            runs.push(Run { span, x: wide, uses: String::new() });
        }
        let scale = span.size / font::EM;
        if let (Some(run), Some(path)) = (runs.last_mut(), outline(face, info.glyph_id as u16)) {
            let id = format!("{}{}", if bold { "bold" } else { "sans" }, info.glyph_id);
            let x = (wide - run.x) / scale + f64::from(place.x_offset);
            let _ = write!(run.uses, "<use href=\"#{id}\"");
            for (name, at) in [("x", x), ("y", -f64::from(place.y_offset))] {
                if at.round() != 0.0 {
                    let _ = write!(run.uses, " {name}=\"{}\"", at.round());
                }
            }
            run.uses.push_str("/>");
            letters.entry(id).or_insert(path);
        }
        wide += scale * f64::from(place.x_advance);
    }
    (runs, wide)
}

/// The outline of a glyph in the font's units, y downwards; nothing for a space.
fn outline(face: &font::Face, glyph: u16) -> Option<String> {
    let mut path = Path::default();
    face.outline_glyph(GlyphId(glyph), &mut path)?;
    Some(path.0)
}

/// An outline as the `d` of a `<path>`.
#[derive(Default)]
struct Path(String);

impl Path {
    fn add(&mut self, sign: char, points: &[f32]) {
        self.0.push(sign);
        for (i, v) in points.iter().enumerate() {
            let v = if i % 2 == 1 { -v } else { *v };
            let _ = write!(self.0, "{}{}", if i > 0 { " " } else { "" }, n(f64::from(v)));
        }
    }
}

impl OutlineBuilder for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[x, y]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[x, y]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[x1, y1, x, y]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[x1, y1, x2, y2, x, y]);
    }
    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::super::raster::{pixmap, pixmap_with};
    use super::*;
    use crate::plot::{Axis, Curve, Figure, Lang, Layer, Panel, Role, Text, svg};
    use crate::plot::{Theme, words};
    use resvg::usvg::fontdb::Database;
    use std::sync::Arc;

    /// Every way in which words are set: title, ticks, turned label, rim, spans in colours, subscripts, notes.
    fn text() -> String {
        let at = ndarray::arr2(&[[0.0, 0.2], [0.6, 0.8]]);
        let curve = Layer::new("one", "", Role::Guided, Curve { at, ..Curve::default() });
        let axis = |name: &str| Axis::new(name, (0.0, 1.0));
        let panel = Panel {
            title: "T.V. p_t(x ∣ y)".into(),
            layers: vec![curve.label("s_γ: a & b")],
            x: axis("AVATAR  x_1"),
            y: axis("p_{t∣0} < 1"),
            ..Panel::default()
        };
        let figure = Figure {
            title: words::CLASSIFIER_FREE_GUIDANCE,
            panels: vec![panel],
            formula: vec![
                (Role::Guided, "s_γ(x_t)".into()),
                (Role::Neutral, " = ".into()),
                (Role::Unconditional, "∇ log p_t(x_t) + 1".into()),
            ],
            notes: vec![Text::new("ffi fl", "ế ộ ữ ∇ γ σ ₓ ∅ ∣ ± ⁻⁷; ẹ\u{301} Tự do;  25,6")],
            ..Figure::default()
        };
        svg(&figure, Theme::Light, Lang::Vi, None).unwrap()
    }

    /// The share of all channels that differ by more than 16 of 255.
    fn apart(a: &str, b: &str, fonts: Database) -> f64 {
        let (a, b) = (pixmap(a, 1920).unwrap(), pixmap_with(b, 1920, Arc::new(fonts)).unwrap());
        let far = a.data().iter().zip(b.data()).filter(|(a, b)| a.abs_diff(**b) > 16).count();
        far as f64 / a.data().len() as f64
    }

    #[test]
    fn without_any_font_the_outlines_are_the_text() {
        let (text, none) = (text(), Database::new);
        let outlined = outlines(&text).unwrap();
        // places are rounded, and a rim lies under all letters of a word and not only under those of its span
        assert!(apart(&text, &outlined, none()) < 5e-5);
        // wrong twins: text without its font, and outlines lowered by half a unit
        assert!(apart(&text, &text, none()) > 0.01);
        let lower = "<g transform=\"translate(0 .5)\" role=\"img\"";
        assert!(apart(&text, &outlined.replace("<g role=\"img\"", lower), none()) > 1e-3);
    }

    #[test]
    fn words_stay_as_labels_and_titles_and_every_letter_is_defined_once() {
        let (text, outlined) = (text(), outlines(&text()).unwrap());
        assert!(!outlined.contains("<text") && !outlined.contains("font-family"));
        for (sign, words) in [
            ("aria-label=\"", "điều hướng không cần bộ phân loại"),
            ("aria-label=\"", "sγ: a &amp; b"),
        ] {
            assert!(outlined.contains(&format!("{sign}{words}\"")), "{words}");
        }
        for tag in ["<title>", "<desc>"] {
            assert_eq!(text.matches(tag).count(), outlined.matches(tag).count());
        }
        let parsed = Document::parse(&outlined).unwrap();
        let mut used: Vec<&str> =
            parsed.descendants().filter_map(|n| n.attribute("href")).collect();
        used.sort_unstable();
        used.dedup();
        let defined: Vec<&str> =
            outlined.split(" id=\"").skip(1).filter_map(|r| r.split('"').next()).collect();
        for id in &used {
            assert_eq!(defined.iter().filter(|d| **d == &id[1..]).count(), 1, "{id}");
        }
        assert_eq!(outlines("<svg></svg>").unwrap(), "<svg></svg>");
        assert!(outlines("<svg><text x=\"1\">a").is_err());
    }
}
