//! Animations: a figure per frame, one palette, and only what changed from frame to frame.

use super::figure::Figure;
use super::palette::{Colour, Theme};
use super::quantize::{Palette, bin, counts};
use super::words::Lang;
use super::{compose, output, raster};
use crate::{Error, Result};
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use rayon::prelude::*;
use std::borrow::Cow;
use std::path::PathBuf;

/// The palette's last entry means "as before".
const SAME: u8 = 255;

/// How an animation is written.
#[derive(Clone, Debug)]
pub struct Animation {
    /// The folder; it is made if it is not there.
    pub dir: PathBuf,
    /// File name without its ending.
    pub stem: String,
    /// The look.
    pub theme: Theme,
    /// The language of the words.
    pub lang: Lang,
    /// Frames per second; a GIF rounds to hundredths of a second.
    pub fps: u32,
    /// Pixels across; the height is 9/16 of it.
    pub width: u32,
    /// The last frame stays for a second before the animation starts again.
    pub hold: bool,
    /// Also every frame as `stem_0001.png`, ….
    pub frames: bool,
}

impl Default for Animation {
    fn default() -> Self {
        Animation {
            dir: "out".into(),
            stem: "animation".into(),
            theme: Theme::default(),
            lang: Lang::default(),
            fps: 12,
            width: 960,
            hold: true,
            frames: false,
        }
    }
}

/// A frame's pixels, each as the bin of its colour.
struct Bins {
    pixels: Vec<u32>,
    png: Option<Vec<u8>>,
}

/// Draws every frame and writes the GIF, and the frames as PNG if asked; the answer is the files, GIF first.
///
/// The frames are drawn on all threads; the bytes do not depend on their number.
///
/// # Errors
/// A frame that cannot be drawn, no frames at all, or a folder that cannot be written.
pub fn write_gif(
    figures: impl IntoIterator<Item = Figure>,
    how: &Animation,
) -> Result<Vec<PathBuf>> {
    let mut frames: Vec<Bins> = vec![];
    let mut figures = figures.into_iter();
    loop {
        let batch: Vec<Figure> = figures.by_ref().take(4 * rayon::current_num_threads()).collect();
        if batch.is_empty() {
            break;
        }
        let drawn: Result<Vec<Bins>> = batch.par_iter().map(|figure| draw(figure, how)).collect();
        frames.extend(drawn?);
    }
    let bytes =
        encode(&frames, how).map_err(|why| Error::Figure { figure: how.stem.clone(), why })?;
    std::fs::create_dir_all(&how.dir).map_err(|why| Error::io("create", &how.dir, why))?;
    let mut files = vec![how.dir.join(format!("{}.gif", how.stem))];
    output::save(&files[0], &bytes)?;
    for (i, frame) in frames.iter().enumerate() {
        if let Some(png) = &frame.png {
            files.push(how.dir.join(format!("{}_{:04}.png", how.stem, i + 1)));
            output::save(&files[files.len() - 1], png)?;
        }
    }
    Ok(files)
}

fn draw(figure: &Figure, how: &Animation) -> Result<Bins> {
    let svg = compose::svg(figure, how.theme, how.lang, None)?;
    let pixmap = raster::pixmap(&svg, how.width)?;
    let pixels =
        pixmap.pixels().iter().map(|p| bin(Colour(p.red(), p.green(), p.blue()))).collect();
    let png = how.frames.then(|| pixmap.encode_png()).transpose();
    let png =
        png.map_err(|why| Error::Figure { figure: figure.stem.clone(), why: why.to_string() })?;
    Ok(Bins { pixels, png })
}

fn encode(frames: &[Bins], how: &Animation) -> std::result::Result<Vec<u8>, String> {
    let first = frames.first().ok_or("an animation needs at least one frame")?;
    let mut count = counts();
    for bin in frames.iter().flat_map(|frame| &frame.pixels) {
        count[*bin as usize] += 1;
    }
    let palette = Palette::of(&count, how.theme, SAME as usize);
    let width = how.width as usize;
    let height = first.pixels.len() / width;
    let small =
        |v: usize| u16::try_from(v).map_err(|_| format!("{v} pixels are too many for a GIF"));
    let (w, h) = (small(width)?, small(height)?);
    let mut bytes = vec![];
    let table: Vec<u8> = palette
        .colours
        .iter()
        .flat_map(|c| [c.0, c.1, c.2])
        .chain([0; 3 * 256])
        .take(768)
        .collect();
    let mut encoder = Encoder::new(&mut bytes, w, h, &table).map_err(|why| why.to_string())?;
    encoder.set_repeat(Repeat::Infinite).map_err(|why| why.to_string())?;
    let delay = |i: usize| {
        let rounded = |k: usize| (100.0 * k as f64 / f64::from(how.fps.max(1))).round() as u16;
        let hold = if how.hold && i + 1 == frames.len() { 100 } else { 0 };
        hold.max(rounded(i % 1200 + 1) - rounded(i % 1200))
    };
    let mut before: Option<Vec<u8>> = None;
    for (i, bins) in frames.iter().enumerate() {
        let now: Vec<u8> = bins.pixels.iter().map(|bin| palette.entry(*bin)).collect();
        let frame = Frame { delay: delay(i), ..difference(before.as_deref(), &now, width) };
        encoder.write_frame(&frame).map_err(|why| why.to_string())?;
        before = Some(now);
    }
    drop(encoder);
    Ok(bytes)
}

/// The smallest rectangle that changed, with "as before" where it did not.
fn difference(before: Option<&[u8]>, now: &[u8], width: usize) -> Frame<'static> {
    let height = now.len() / width;
    let changed = |i: usize| before.is_none_or(|old| old[i] != now[i]);
    let row_changed = |y: &usize| (0..width).any(|x| changed(y * width + x));
    let top = (0..height).find(row_changed).unwrap_or(0);
    let bottom = (0..height).rev().find(row_changed).unwrap_or(0);
    let column_changed = |x: &usize| (top..=bottom).any(|y| changed(y * width + x));
    let left = (0..width).find(column_changed).unwrap_or(0);
    let right = (0..width).rev().find(column_changed).unwrap_or(0);
    let inside = (top..=bottom).flat_map(|y| (left..=right).map(move |x| y * width + x));
    let buffer: Vec<u8> = inside.map(|i| if changed(i) { now[i] } else { SAME }).collect();
    Frame {
        dispose: DisposalMethod::Keep,
        transparent: Some(SAME),
        top: top as u16,
        left: left as u16,
        width: (right - left + 1) as u16,
        height: (bottom - top + 1) as u16,
        buffer: Cow::Owned(buffer),
        ..Frame::default()
    }
}
