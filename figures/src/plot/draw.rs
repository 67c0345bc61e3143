//! Each shape as an SVG fragment.

use super::chart::{self, FINE};
use super::clip::Bounds;
use super::figure::Layer;
use super::mark::{self, Boxes, Curve, Density, Mark, Marker, Paths, Points, Regions, Rules};
use super::palette::{Role, Theme, contrast, mix};
use super::slide::{Place, Rect, SMALL, WORDS};
use super::svg::{Style, n, path, text};
use super::words::Lang;
use super::{arrow, font, heat, sheet};
use ndarray::Array2;

/// The fragments of one layer: what the panel's edge cuts off, and what may stand over it.
pub(super) struct Drawn {
    pub clipped: String,
    pub over: String,
}

/// Draws the layer's shapes.
pub(super) fn layer(
    layer: &Layer,
    place: &Place,
    theme: Theme,
    lang: Lang,
) -> Result<Drawn, String> {
    let role = layer.role;
    let mut over = String::new();
    let clipped = match &layer.mark {
        Mark::Density(d) => image(d.x, d.y, d.smooth, place, |w, h| heat::density(d, w, h, theme))?,
        Mark::Regions(r) => image(r.x, r.y, true, place, |w, h| heat::regions(r, w, h, theme))?,
        Mark::Arrows(a) => {
            over = arrow::key(a, place, role, theme, lang);
            arrow::arrows(a, place, role, theme)
        }
        Mark::Paths(p) => paths(p, place, role, theme),
        Mark::Points(p) => {
            over = points(p, p.marker.unwrap_or(habit(role)), place, role, theme);
            String::new()
        }
        Mark::Curve(c) => {
            over = curve_points(c, place, role, theme);
            curve(c, place, role, theme)?
        }
        Mark::Band(b) => scaled(&chart::band(place, &b.at, role.colour(theme))?, PALE),
        Mark::Bars(b) => {
            over = error_bars(&b.at, &mark::bars(&b.at, &b.se), place, theme);
            bars(&chart::bars(place, &b.at, b.width, role.colour(theme))?, role, theme)
        }
        Mark::Rules(r) => rules(r, place, role, theme),
        Mark::Labels(_) => String::new(), // words are drawn above everything
        Mark::Boxes(b) => {
            over = boxes(b, place, role, theme, lang);
            String::new()
        }
        Mark::Sheet(s) => {
            over = sheet::sheet(s, place.rect, theme, lang)?;
            String::new()
        }
    };
    Ok(Drawn { clipped, over })
}

/// The opacity of a band.
const PALE: &str = " fill-opacity=\"0.22\"";

/// A fragment of plotters at its true size.
pub(super) fn scaled(fragment: &str, attributes: &str) -> String {
    format!("<g transform=\"scale({})\"{attributes}>\n{fragment}</g>\n", 1.0 / FINE)
}

fn habit(role: Role) -> Marker {
    match role {
        Role::Hybrid => Marker::Cross,
        Role::Overshoot => Marker::Ring,
        _ => Marker::Dot,
    }
}

fn dash(width: f64) -> String {
    format!(" stroke-dasharray=\"{} {}\"", n(3.0 * width), n(2.0 * width))
}

fn image(
    x: (f64, f64),
    y: (f64, f64),
    smooth: bool,
    place: &Place,
    encode: impl Fn(f64, f64) -> Result<String, String>,
) -> Result<String, String> {
    if place.x.log || place.y.log {
        return Err(
            "a colour map needs linear axes; give it the logarithm of its coordinate".into()
        );
    }
    let corner =
        |x, y| place.point(x, y).ok_or("a colour map lies off its axes; give it finite edges");
    let ((left, top), (right, bottom)) = (corner(x.0, y.1)?, corner(x.1, y.0)?);
    let quality = if smooth { "" } else { " image-rendering=\"optimizeSpeed\"" };
    Ok(format!(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\"{quality} href=\"{}\"/>\n",
        n(left),
        n(top),
        n(right - left),
        n(bottom - top),
        encode(right - left, bottom - top)?
    ))
}

fn paths(paths: &Paths, place: &Place, role: Role, theme: Theme) -> String {
    let width = paths.width.unwrap_or(role.line_width());
    let dashes = if paths.dashed.unwrap_or(role.dashed()) { dash(width) } else { String::new() };
    let mut lines = String::new();
    for line in &paths.lines {
        let at: Vec<_> = line.rows().into_iter().map(|r| place.point(r[0], r[1])).collect();
        for run in at.split(Option::is_none).filter(|run| run.len() > 1) {
            let run: Vec<_> = run.iter().flatten().copied().collect();
            lines += &format!("<path d=\"{}\"/>\n", path(&run));
        }
    }
    let colour = role.colour(theme);
    let rim = paths.rimmed.then_some((theme.ground(), width + 3.0));
    let rim = rim.or(role.outline(theme).map(|dark| (dark, width + 2.0)));
    let casing = rim.map_or(String::new(), |(colour, width)| {
        stroked(&lines, &format!("stroke=\"{colour}\" stroke-width=\"{}\"", n(width)))
    });
    let lines =
        stroked(&lines, &format!("stroke=\"{colour}\" stroke-width=\"{}\"{dashes}", n(width)));
    format!("<g opacity=\"{}\">{casing}{lines}</g>\n", n(paths.alpha))
}

fn stroked(lines: &str, attributes: &str) -> String {
    let cap = if attributes.contains("dash") { "butt" } else { "round" };
    format!(
        "<g fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"{cap}\" {attributes}>\n{lines}</g>\n"
    )
}

fn points(points: &Points, marker: Marker, place: &Place, role: Role, theme: Theme) -> String {
    let on = |(x, y): &(f64, f64)| {
        let Rect { x: left, y: top, .. } = place.rect;
        (left - 1.0..=place.rect.right() + 1.0).contains(x)
            && (top - 1.0..=place.rect.bottom() + 1.0).contains(y)
    };
    let at: Vec<_> =
        points.at.rows().into_iter().filter_map(|r| place.point(r[0], r[1])).filter(on).collect();
    markers(&at, marker, points.size.max(4.0), points.alpha, role, theme)
}

fn markers(
    at: &[(f64, f64)],
    marker: Marker,
    size: f64,
    alpha: f64,
    role: Role,
    theme: Theme,
) -> String {
    let (colour, ground, r) = (role.colour(theme), theme.ground(), size / 2.0);
    let (rim, rim_width) = match role.outline(theme) {
        Some(dark) => (dark, (0.16 * size).clamp(0.8, 1.5)),
        None => (ground, if size >= 9.0 { 1.0 } else { 0.0 }), // keeps neighbours apart
    };
    let filled = format!("fill=\"{colour}\" stroke=\"{rim}\" stroke-width=\"{rim_width}\"");
    let circles: String = match marker {
        Marker::Dot | Marker::Ring => at
            .iter()
            .map(|(x, y)| format!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", n(*x), n(*y), n(r)))
            .collect(),
        _ => at.iter().map(|p| format!("<path d=\"{}\"/>\n", shape(*p, marker, r))).collect(),
    };
    let line = |colour, width: f64| {
        format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"", n(width))
    };
    let style = match marker {
        Marker::Ring => line(colour, 2.25),
        Marker::Cross => line(colour, (0.28 * size).max(2.5)),
        _ => filled,
    };
    let under = match marker {
        Marker::Cross => Some((ground, 0.28 * size + 3.0)),
        Marker::Ring => role.outline(theme).map(|dark| (dark, 2.25 + 2.0)),
        _ => None,
    };
    let rim = under.map_or(String::new(), |(colour, width)| {
        format!("<g {} stroke-linecap=\"round\">\n{circles}</g>\n", line(colour, width))
    });
    format!(
        "<g fill-opacity=\"{a}\" stroke-opacity=\"{a}\">{rim}<g {style}>\n{circles}</g></g>\n",
        a = n(alpha)
    )
}

/// The outline of a marker of radius `r`.
fn shape((x, y): (f64, f64), marker: Marker, r: f64) -> String {
    match marker {
        Marker::Cross => {
            let d = 0.8 * r;
            path(&[(x - d, y - d), (x + d, y + d)]) + &path(&[(x - d, y + d), (x + d, y - d)])
        }
        Marker::Diamond => path(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)]) + "Z",
        _ => {
            let corner = |k: i32| {
                let (sin, cos) = (f64::from(k) * std::f64::consts::PI / 5.0).sin_cos();
                let r = if k % 2 == 0 { 1.25 * r } else { 0.55 * r };
                (x + r * sin, y - r * cos)
            };
            path(&(0..10).map(corner).collect::<Vec<_>>()) + "Z"
        }
    }
}

fn curve(curve: &Curve, place: &Place, role: Role, theme: Theme) -> Result<String, String> {
    let width = curve.width.unwrap_or(role.line_width());
    let dashes =
        if curve.dashed.unwrap_or(role.dashed()) { dash(width * FINE) } else { String::new() };
    let smooth = format!(" stroke-linejoin=\"round\"{dashes}");
    let casing = match role.outline(theme) {
        Some(dark) => scaled(&chart::curve(place, &curve.at, dark, width + 2.0)?, &smooth),
        None => String::new(),
    };
    Ok(casing + &scaled(&chart::curve(place, &curve.at, role.colour(theme), width)?, &smooth))
}

fn curve_points(curve: &Curve, place: &Place, role: Role, theme: Theme) -> String {
    let bars = error_bars(&curve.at, &curve.bars(), place, theme);
    match curve.marker {
        Some(marker) => {
            let dots = Points { at: curve.at.clone(), size: 11.0, ..Points::default() };
            bars + &points(&dots, marker, place, role, theme)
        }
        None => bars,
    }
}

/// ± one standard error: a bar over each point from its lower end to its upper one, cut where the panel ends.
fn error_bars(at: &Array2<f64>, bars: &[[f64; 2]], place: &Place, theme: Theme) -> String {
    let Rect { x: left, y: top, .. } = place.rect;
    let bounds =
        Bounds { x: (left - 6.0, place.rect.right() + 6.0), y: (top, place.rect.bottom()) };
    let mut d = String::new();
    for (x, [low, high]) in at.column(0).iter().zip(bars) {
        let ends = (place.point(*x, *low), place.point(*x, *high));
        if let (Some((x, low)), Some((_, high))) = ends {
            let across = |y: f64| [(x - 5.0, y), (x + 5.0, y)];
            for stroke in [[(x, low), (x, high)], across(low), across(high)] {
                bounds.line(&stroke).iter().for_each(|run| d += &path(run));
            }
        }
    }
    if d.is_empty() {
        d
    } else {
        format!("<path d=\"{d}\" stroke=\"{}\" stroke-width=\"2\" fill=\"none\"/>\n", theme.ink())
    }
}

fn bars(fragment: &str, role: Role, theme: Theme) -> String {
    if theme != Theme::Print {
        return scaled(fragment, "");
    }
    // plotters writes stroke="none" on filled shapes: the outline comes from drawing them twice
    let outline = fragment.replace("stroke=\"none\"", "").replace("fill=\"#", "data-fill=\"#");
    let edge =
        format!(" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", role.colour(theme), 2.0 * FINE);
    scaled(fragment, " fill-opacity=\"0.25\"") + &scaled(&outline, &edge)
}

fn rules(rules: &Rules, place: &Place, role: Role, theme: Theme) -> String {
    let Rect { x, y, .. } = place.rect;
    let mut d = String::new();
    for at in rules
        .x
        .iter()
        .map(|v| place.rect.x + place.x.unit(*v) * place.rect.w)
        .filter(|v| v.is_finite())
    {
        d += &path(&[(at, y), (at, place.rect.bottom())]);
    }
    for at in rules
        .y
        .iter()
        .map(|v| place.rect.bottom() - place.y.unit(*v) * place.rect.h)
        .filter(|v| v.is_finite())
    {
        d += &path(&[(x, at), (place.rect.right(), at)]);
    }
    let style =
        format!("stroke=\"{}\" stroke-width=\"3\" stroke-dasharray=\"3 6\"", role.colour(theme));
    format!("<path d=\"{d}\" fill=\"none\" {style}/>\n")
}

fn boxes(boxes: &Boxes, place: &Place, role: Role, theme: Theme, lang: Lang) -> String {
    let colour = role.colour(theme);
    let pale = mix(theme.ground(), colour, 0.12);
    let fill = if boxes.filled { colour } else { pale };
    // a full box needs an edge where its colour is too near to the ground's
    let edge = role.outline(theme).filter(|_| boxes.filled).unwrap_or(colour);
    let ink = [theme.ink(), theme.ground()]
        .into_iter()
        .max_by(|a, b| contrast(*a, fill).total_cmp(&contrast(*b, fill)))
        .unwrap_or(theme.ink());
    let mut out = String::new();
    for ([left, bottom, right, top], words) in &boxes.at {
        let (Some((x, y)), Some((r, b))) = (place.point(*left, *top), place.point(*right, *bottom))
        else {
            continue;
        };
        let (w, h, words) = (r - x, b - y, words.get(lang));
        out += &format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"2.5\"/>\n",
            n(x),
            n(y),
            n(w),
            n(h),
            n(8f64.min(0.2 * h))
        );
        let (words, size) = font::fit(words, WORDS, SMALL, w - 12.0);
        let style = Style { size, colour: ink, anchor: "middle", halo: None, bold: false };
        out += &text(x + w / 2.0, y + h / 2.0 + 0.36 * size, &words, style);
    }
    out
}

/// Whether a place along an axis from 0 to 1 is on it, or is NaN and so not drawn at all.
pub(super) fn within(u: f64) -> bool {
    const SLACK: f64 = 0.003; // half a stroke may overhang
    u.is_nan() || (-SLACK..=1.0 + SLACK).contains(&u)
}

/// Whether everything that the panel's edge could cut off lies inside it anyway.
pub(super) fn fits(mark: &Mark, place: &Place) -> bool {
    let inside = |x: f64, y: f64| within(place.x.unit(x)) && within(place.y.unit(y));
    let rows = |at: &Array2<f64>| at.rows().into_iter().all(|r| inside(r[0], r[1]));
    match mark {
        Mark::Density(Density { x, y, .. }) | Mark::Regions(Regions { x, y, .. }) => {
            inside(x.0, y.0) && inside(x.1, y.1)
        }
        Mark::Arrows(a) => arrow::data_ends(a).all(|(_, (x, y))| inside(x, y)),
        Mark::Paths(p) => p.lines.iter().all(rows),
        Mark::Curve(c) => rows(&c.at),
        Mark::Band(b) => b.at.rows().into_iter().all(|r| inside(r[0], r[1]) && inside(r[0], r[2])),
        Mark::Bars(b) => {
            let half = b.width / 2.0;
            b.at.rows().into_iter().all(|r| inside(r[0] - half, r[1]) && inside(r[0] + half, r[1]))
        }
        Mark::Rules(_) => false,
        Mark::Points(_) | Mark::Labels(_) | Mark::Boxes(_) | Mark::Sheet(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::palette::Colour;
    use crate::plot::{Axis, Figure, Panel, layout};
    use ndarray::arr2;

    fn place() -> Place {
        let axis = || Axis::hidden((0.0, 1.0));
        let panel = Panel { x: axis(), y: axis(), ..Panel::default() };
        let figure = Figure { panels: vec![panel], ..Figure::default() };
        layout::lay_out(&figure, &[&figure.panels[0]], Lang::En).unwrap().places[0]
    }

    /// The colours of an attribute in an SVG, in order.
    fn colours(svg: &str, attribute: &str) -> Vec<Colour> {
        let shade = |hex: &str, k: usize| u8::from_str_radix(&hex[k..k + 2], 16).unwrap();
        let begin = format!(" {attribute}=\"#");
        let parts = svg.split(begin.as_str()).skip(1);
        parts.map(|hex| Colour(shade(hex, 0), shade(hex, 2), shade(hex, 4))).collect()
    }

    #[test]
    fn a_full_box_is_seen_on_every_ground_and_a_rimmed_line_on_every_box() {
        let mut pale = 0;
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            for role in (0..10).map(Role::Class) {
                let full = Boxes { at: vec![([0.1, 0.1, 0.9, 0.9], "".into())], filled: true };
                let svg = boxes(&full, &place(), role, theme, Lang::En);
                let [fill, edge] = ["fill", "stroke"].map(|what| colours(&svg, what)[0]);
                assert!(contrast(edge, theme.ground()) >= 3.0, "{role:?} {theme:?}");
                pale += usize::from(contrast(fill, theme.ground()) < 3.0);
            }
            let lines = vec![arr2(&[[0.2, 0.5], [0.8, 0.5]])];
            let line = |rimmed| {
                let look = Paths { lines: lines.clone(), rimmed, ..Paths::default() };
                colours(&paths(&look, &place(), Role::Neutral, theme), "stroke")
            };
            assert_eq!(line(true), [theme.ground(), theme.ink()], "the rim lies below the line");
            assert_eq!(line(false), [theme.ink()]);
        }
        assert!(pale > 5, "without an edge some would not be seen: {pale}");
    }
}
