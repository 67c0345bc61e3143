//! Contact sheets: small grey images as one embedded picture, with words around them.

use super::mark::Sheet;
use super::palette::{Colour, Role, Theme, mix};
use super::slide::{Rect, SMALL, WORDS};
use super::svg::{Style, n, text};
use super::words::{Lang, Text};
use super::{font, heat};

/// Room for a line of small words.
const LINE: f64 = 1.3 * SMALL;
/// The least room between neighbours, and between framed ones.
const GAP: (f64, f64) = (6.0, 12.0);
/// How far a sheet with room to spare stands below its title.
const LOWERED: f64 = 8.0;
/// A pixel of the usual PNG, 1920 across, in slide units: image pixels of whole multiples of it stay squares.
const DOT: f64 = 1280.0 / 1920.0;

/// Where the images lie: their first corner, their pitch, and the side of an image's pixel, in slide units.
struct Grid {
    x: f64,
    y: f64,
    across: f64,
    down: f64,
    pixel: f64,
}

/// Draws the sheet into `rect`.
pub(super) fn sheet(sheet: &Sheet, rect: Rect, theme: Theme, lang: Lang) -> Result<String, String> {
    let rows = rows(sheet)?;
    let grid = lay_out(sheet, rows, rect, lang)?;
    let mut out = picture(sheet, rows, &grid, theme)?;
    let (h, w) = (sheet.size.0 as f64 * grid.pixel, sheet.size.1 as f64 * grid.pixel);
    let corner = |i: usize| {
        let (row, column) = ((i / sheet.columns) as f64, (i % sheet.columns) as f64);
        (grid.x + column * grid.across, grid.y + row * grid.down)
    };
    for i in 0..sheet.pixels.nrows() {
        let (role, (x, y)) = (sheet.frames.get(i).copied().flatten(), corner(i));
        out += &frame(role, Rect { x, y, w, h }, theme);
        let colour = role.map_or(theme.ink(), |role| role.word_colour(theme));
        if let Some(words) = sheet.under.get(i) {
            let (x, y) = (x + w / 2.0, y + h + 1.02 * SMALL);
            out += &text(x, y, words.get(lang), style(SMALL, colour, "middle"));
        }
    }
    let fitting = |words: &Text| font::fit(words.get(lang), WORDS, SMALL, grid.across - 16.0).1;
    let size = sheet.above.iter().map(fitting).fold(WORDS, f64::min);
    for (i, words) in sheet.above.iter().enumerate() {
        let (x, y) = (corner(i).0 + w / 2.0, grid.y - 0.45 * WORDS);
        out += &text(x, y, words.get(lang), style(size, theme.ink(), "middle"));
    }
    for (i, words) in sheet.left.iter().enumerate() {
        let (x, y) = (grid.x - 12.0, corner(i * sheet.columns).1 + h / 2.0 + 0.36 * WORDS);
        out += &text(x, y, words.get(lang), style(WORDS, theme.ink(), "end"));
    }
    Ok(out)
}

fn style(size: f64, colour: Colour, anchor: &'static str) -> Style {
    Style { size, colour, anchor, halo: None, bold: false }
}

/// How many rows there are, or what about the sheet cannot be drawn.
fn rows(sheet: &Sheet) -> Result<usize, String> {
    let (images, (height, width)) = (sheet.pixels.nrows(), sheet.size);
    if images == 0 || sheet.columns == 0 || height * width == 0 {
        return Err("a sheet has no images; give it some, and columns to lay them in".into());
    }
    if sheet.pixels.ncols() != height * width {
        return Err(format!(
            "an image of a sheet has {} pixels, which is not {height} × {width}",
            sheet.pixels.ncols()
        ));
    }
    let rows = images.div_ceil(sheet.columns);
    let lists = [
        ("words above columns", sheet.above.len(), sheet.columns),
        ("words left of rows", sheet.left.len(), rows),
        ("words under images", sheet.under.len(), images),
        ("frames", sheet.frames.len(), images),
    ];
    match lists.iter().find(|(_, given, needed)| *given != 0 && given != needed) {
        Some((what, given, needed)) => {
            Err(format!("a sheet has {given} {what}; give it {needed} or none"))
        }
        None => Ok(rows),
    }
}

/// The largest images that fit, centred under the title; an error if not even words of the smallest size would.
fn lay_out(sheet: &Sheet, rows: usize, rect: Rect, lang: Lang) -> Result<Grid, String> {
    let gap = if sheet.frames.is_empty() { GAP.0 } else { GAP.1 };
    let widest = |words: &[Text], size: f64| {
        words.iter().map(|w| font::width(w.get(lang), size)).fold(0.0, f64::max)
    };
    let left = if sheet.left.is_empty() { 0.0 } else { widest(&sheet.left, WORDS) + 12.0 };
    let top = if sheet.above.is_empty() { 0.0 } else { 1.45 * WORDS };
    let under = if sheet.under.is_empty() { 0.0 } else { LINE };
    let (height, width) = (sheet.size.0 as f64, sheet.size.1 as f64);
    let cell =
        ((rect.w - left + gap) / sheet.columns as f64, (rect.h - top + gap) / rows as f64 - under);
    let room = ((cell.0 - gap) / width).min((cell.1 - gap) / height);
    let words = widest(&sheet.under, SMALL).max(widest(&sheet.above, SMALL));
    if room < DOT || words > cell.0 {
        return Err(format!(
            "{rows} × {} images with their words do not fit; show fewer or shorten the words",
            sheet.columns
        ));
    }
    let pixel = (room / DOT + 1e-9).floor() * DOT;
    let across = (pixel * width + gap).max(words + gap).min(cell.0);
    let down = pixel * height + under + gap;
    let total = (left + across * sheet.columns as f64 - gap, top + down * rows as f64 - gap);
    Ok(Grid {
        x: snapped(
            rect.x
                + left
                + (rect.w - total.0).max(0.0) / 2.0
                + (across - gap - pixel * width) / 2.0,
        ),
        y: snapped(rect.y + top + (0.5 * (rect.h - total.1)).clamp(0.0, LOWERED)),
        across: snapped(across),
        down: snapped(down),
        pixel,
    })
}

/// A place that falls between dots.
fn snapped(v: f64) -> f64 {
    (v / DOT).round() * DOT
}

/// All images as one picture with a pixel for each dot of the pitch between them.
fn picture(sheet: &Sheet, rows: usize, grid: &Grid, theme: Theme) -> Result<String, String> {
    let (height, width) = sheet.size;
    let dots = |v: f64| (v / DOT).round() as usize;
    let (across, down, pixel) = (dots(grid.across), dots(grid.down), dots(grid.pixel));
    let paper = if theme == Theme::Print { 0.0 } else { 0.07 }; // black is seen to be the image's own
    let tones: Vec<Colour> = (0..=255)
        .map(|v| mix(theme.ground(), theme.ink(), paper + (1.0 - paper) * f64::from(v) / 255.0))
        .collect();
    let (w, h) = (across * (sheet.columns - 1) + pixel * width, down * (rows - 1) + pixel * height);
    let href = heat::png(w, h, |x, y| {
        let (column, row) = (x / across, y / down);
        let (i, j) = (y % down / pixel, x % across / pixel);
        let image = row * sheet.columns + column;
        let inside = i < height && j < width && image < sheet.pixels.nrows();
        inside.then(|| tones[usize::from(sheet.pixels[[image, i * width + j]])])
    })?;
    Ok(format!(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" href=\"{href}\"/>\n",
        n(grid.x),
        n(grid.y),
        n(w as f64 * DOT),
        n(h as f64 * DOT)
    ))
}

/// The frame of an image: in the role's colour, or a hair line on paper, where black is the ground.
fn frame(role: Option<Role>, image: Rect, theme: Theme) -> String {
    let (colour, width) = match role {
        Some(role) => (role.colour(theme), 4.0),
        None if theme == Theme::Print => (theme.grid(), 1.0),
        None => return String::new(),
    };
    let out = width / 2.0;
    format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\n",
        n(image.x - out),
        n(image.y - out),
        n(image.w + 2.0 * out),
        n(image.h + 2.0 * out)
    )
}
