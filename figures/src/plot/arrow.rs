//! Arrows: shafts, heads and the scale key.

use super::font;
use super::mark::Arrows;
use super::palette::{Role, Theme};
use super::slide::{Place, SMALL};
use super::svg::{Style, n, path, text};
use super::words::Lang;

type Point = (f64, f64);

/// Fields with more arrows than this are drawn with thin ones (1.5 pt).
pub(super) const FEW: usize = 12;

/// Length of the head on a shaft of this width.
fn head_length(width: f64) -> f64 {
    3.0 * width + 3.5
}

/// The head at `tip` for a line that comes from `tail`: a triangle, and where the shaft has to stop.
fn head(tail: Point, tip: Point, length: f64) -> (String, Point) {
    let (dx, dy) = (tip.0 - tail.0, tip.1 - tail.1);
    let size = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / size, dy / size);
    let half = 0.44 * length;
    let base = (tip.0 - ux * length, tip.1 - uy * length);
    let (a, b) =
        ((base.0 - uy * half, base.1 + ux * half), (base.0 + uy * half, base.1 - ux * half));
    let notch = (tip.0 - ux * 0.8 * length, tip.1 - uy * 0.8 * length);
    (path(&[tip, a, notch, b]) + "Z", notch)
}

/// All arrows of a layer: one path for the shafts (two if some are dashed), one for the heads.
pub(super) fn arrows(arrows: &Arrows, place: &Place, role: Role, theme: Theme) -> String {
    let width = arrows.width.unwrap_or(match (arrows.from.nrows(), role) {
        (count, _) if count <= FEW => role.line_width(),
        (_, Role::Guided) => 2.6,
        _ => 2.0,
    });
    let (mut solid, mut dashed, mut heads) = (String::new(), String::new(), String::new());
    for (tail, tip) in ends(arrows, place) {
        let length = (tip.0 - tail.0).hypot(tip.1 - tail.1);
        if length < 0.7 {
            continue; // nothing to point at
        }
        let (triangle, stop) = head(tail, tip, head_length(width).min(0.5 * length));
        let shaft = path(&[tail, stop]);
        if role.dashed() && length > 10.0 * width { &mut dashed } else { &mut solid }
            .push_str(&shaft);
        heads.push_str(&triangle);
    }
    let colour = role.colour(theme);
    let dash = format!("{} {}", n(2.4 * width), n(1.5 * width));
    let mut out = String::new();
    for (shafts, dash) in
        [(solid, None), (dashed, Some(dash))].into_iter().filter(|(d, _)| !d.is_empty())
    {
        let dash = dash.map_or(String::new(), |d| format!(" stroke-dasharray=\"{d}\""));
        out += &format!(
            "<path d=\"{shafts}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"{dash}/>\n",
            n(width)
        );
    }
    if !heads.is_empty() {
        out += &format!("<path d=\"{heads}\" fill=\"{colour}\"/>\n");
    }
    out
}

/// Tail and tip of every arrow that has both, in slide units.
pub(super) fn ends(arrows: &Arrows, place: &Place) -> Vec<(Point, Point)> {
    let point = |(x, y): Point| place.point(x, y);
    data_ends(arrows).filter_map(|(tail, tip)| Some((point(tail)?, point(tip)?))).collect()
}

/// Tails and tips in data units: scaled, clipped at the cap and, where places are middles, moved by half.
pub(super) fn data_ends(arrows: &Arrows) -> impl Iterator<Item = (Point, Point)> {
    arrows.from.rows().into_iter().zip(arrows.vec.rows()).map(|(p, v)| {
        let length = arrows.scale * v[0].hypot(v[1]);
        let by = arrows.scale * if length > arrows.cap { arrows.cap / length } else { 1.0 };
        let back = if arrows.centred { 0.5 * by } else { 0.0 };
        let tail = (p[0] - back * v[0], p[1] - back * v[1]);
        (tail, (tail.0 + by * v[0], tail.1 + by * v[1]))
    })
}

/// The reference arrow, on a plate in the lower right corner.
pub(super) fn key(arrows: &Arrows, place: &Place, role: Role, theme: Theme, lang: Lang) -> String {
    let Some((length, meaning)) = &arrows.key else { return String::new() };
    let words = meaning.get(lang);
    let units = length * place.rect.w / (place.x.hi - place.x.lo);
    let wide = font::width(words, SMALL);
    let (right, middle) = (place.rect.right() - 12.0, place.rect.bottom() - 22.0);
    let (tip, tail) = ((right - wide - 8.0, middle), (right - wide - 8.0 - units, middle));
    let colour = role.colour(theme);
    let width = arrows.width.unwrap_or(2.6);
    let (triangle, stop) = head(tail, tip, head_length(width).min(0.5 * units));
    let style = Style { size: SMALL, colour: theme.ink(), anchor: "end", halo: None, bold: false };
    format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"32\" rx=\"5\" fill=\"{}\"/>\n\
         <path d=\"{}\" stroke=\"{colour}\" stroke-width=\"{}\"/>\n<path d=\"{triangle}\" fill=\"{colour}\"/>\n{}",
        n(tail.0 - 8.0),
        n(middle - 16.0),
        n(right + 6.0 - tail.0 + 8.0),
        theme.ground(),
        path(&[tail, stop]),
        n(width),
        text(right, middle + 0.36 * SMALL, words, style)
    )
}
