//! Small pieces of SVG: numbers, escaped text, paths, groups with unique ids.

use super::font::FAMILY;
use super::palette::Colour;
use super::slide::SMALL;
use super::words::subscripts;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A length with at most two decimals.
pub(super) fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// Text that XML can carry.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// `M x y L x y …` through the points.
pub(super) fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(*x), n(*y));
    }
    d
}

/// How a word is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub size: f64,
    pub colour: Colour,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// A rim in this colour keeps the word readable over anything.
    pub halo: Option<Colour>,
    pub bold: bool,
}

/// A word with its base line at `y`.
pub(super) fn text(x: f64, y: f64, words: &str, style: Style) -> String {
    let mut attributes = format!(
        r#"x="{}" y="{}" font-family="{FAMILY}" font-size="{}" fill="{}""#,
        n(x),
        n(y),
        n(style.size),
        style.colour
    );
    if style.anchor != "start" {
        let _ = write!(attributes, r#" text-anchor="{}""#, style.anchor);
    }
    if style.bold {
        attributes.push_str(r#" font-weight="bold""#);
    }
    if let Some(halo) = style.halo {
        let _ = write!(
            attributes,
            r#" stroke="{halo}" stroke-width="5" stroke-linejoin="round" paint-order="stroke""#
        );
    }
    format!("<text {attributes}>{}</text>\n", spans(words, style.size))
}

/// Words with their subscripts lowered: `p_t(x)`, `p_{t∣0}`; an underscore takes the letters and digits after it.
pub(super) fn spans(words: &str, size: f64) -> String {
    let small = (0.72 * size).max(SMALL).min(size);
    let drop = drop(size);
    let parts = subscripts(words);
    let mut out = String::new();
    for (i, (low, part)) in parts.iter().enumerate() {
        let back = i > 0 && parts[i - 1].0;
        let _ = match (low, back) {
            (true, _) => write!(
                out,
                "<tspan dy=\"{}\" font-size=\"{}\">{}</tspan>",
                n(drop),
                n(small),
                escape(part)
            ),
            (false, true) => write!(out, "<tspan dy=\"-{}\">{}</tspan>", n(drop), escape(part)),
            (false, false) => write!(out, "{}", escape(part)),
        };
    }
    out
}

/// How far a subscript is lowered.
pub(super) fn drop(size: f64) -> f64 {
    0.2 * size
}

/// Whether the words end in a subscript, so that what follows must be raised again.
pub(super) fn ends_low(words: &str) -> bool {
    subscripts(words).last().is_some_and(|(low, _)| *low)
}

/// The ids already given out.
#[derive(Default)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// An id made of `name`, which nothing else on the figure has.
    pub fn unique(&mut self, prefix: &str, name: &str) -> String {
        let slug: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let base = format!("{prefix}{}", if slug.is_empty() { "layer" } else { &slug });
        let mut id = base.clone();
        let mut count = 1;
        while !self.0.insert(id.clone()) {
            count += 1;
            id = format!("{base}-{count}");
        }
        id
    }
}

/// `<g id>` with a title and a description for readers who cannot see.
pub(super) fn group(id: &str, title: &str, desc: &str, body: &str) -> String {
    format!(
        "<g id=\"{id}\"><title>{}</title><desc>{}</desc>\n{body}</g>\n",
        escape(title),
        escape(desc)
    )
}
