//! Animations: a figure per frame, one palette, and only what changed from frame to frame.

use super::apng::Apng;
use super::changed::Changed;
use super::figure::Figure;
use super::palette::{Colour, Theme};
use super::quantize::{Palette, bin, counts};
use super::words::Lang;
use super::{compose, raster};
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use rayon::prelude::*;
use resvg::tiny_skia::Pixmap;
use scorelab::file::save;
use scorelab::{Error, Result};
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
    /// Also an APNG, in true colour.
    pub apng: bool,
    /// The last frame stays for a second before the animation starts again.
    pub hold: bool,
    /// Also every frame as `0001.png`, …, in a folder `stem_frames` of its own.
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
            apng: false,
            hold: true,
            frames: false,
        }
    }
}

impl Animation {
    /// Pixels across and down.
    fn size(&self) -> (u32, u32) {
        (self.width, self.width * 9 / 16)
    }

    /// How many frames are drawn at once.
    fn batch() -> usize {
        4 * rayon::current_num_threads()
    }

    /// The memory that so many frames take, in bytes.
    ///
    /// Of the GIF every frame stays until the palette of all is known; beside it lie the frames that are drawn at once and, of an
    /// APNG, what has been written, at a quarter of its pixels at most.
    pub fn bytes(&self, frames: usize) -> f64 {
        let (width, height) = self.size();
        let (n, picture) = (frames as f64, 4.0 * f64::from(width) * f64::from(height));
        let at_once = 2.0 * frames.min(Self::batch()) as f64;
        let written = if self.apng { 0.25 * n } else { 0.0 };
        n * FIGURE + (n + at_once + written) * picture
    }

    /// How long the i-th of n frames stays, in hundredths of a second.
    fn delay(&self, i: usize, n: usize) -> u16 {
        let rounded = |k: usize| (100.0 * k as f64 / f64::from(self.fps.max(1))).round() as u16;
        let hold = if self.hold && i + 1 == n { 100 } else { 0 };
        hold.max(rounded(i % 1200 + 1) - rounded(i % 1200))
    }
}

/// What a figure of two panels takes before it is drawn: their maps, of some ten thousand cells each, and their layers.
const FIGURE: f64 = 1.2e6;

/// A frame of the GIF: its pixels, each as the bin of its colour, and the frame as PNG if it is asked for.
struct Bins {
    pixels: Vec<u32>,
    png: Option<Vec<u8>>,
}

/// Draws every frame and writes the GIF and, if asked, the APNG and the frames as PNG; the answer is the files, in this order.
///
/// The frames are drawn on all threads; the bytes do not depend on their number.
///
/// # Errors
/// A frame that cannot be drawn, no frames at all, or a folder that cannot be written.
pub fn write_gif(
    figures: impl IntoIterator<Item = Figure>,
    how: &Animation,
) -> Result<Vec<PathBuf>> {
    let figures: Vec<Figure> = figures.into_iter().collect();
    let (mut frames, mut large) = (vec![], vec![]);
    let mut apng = Some(Apng::new(&mut large, how.size(), figures.len())).filter(|_| how.apng);
    for batch in figures.chunks(Animation::batch()) {
        let drawn: Result<Vec<_>> = batch.par_iter().map(|figure| draw(figure, how)).collect();
        for (pixmap, bins) in drawn? {
            if let Some(apng) = &mut apng {
                apng.add(pixmap, how.delay(frames.len(), figures.len()));
            }
            frames.push(bins);
        }
    }
    let failed = |why| Error::Figure { figure: how.stem.clone(), why };
    let gif = encode(&frames, how).map_err(failed)?;
    apng.map_or(Ok(()), Apng::finish).map_err(failed)?;
    let named = |end: &str| how.dir.join(format!("{}{end}", how.stem));
    let mut files = vec![(named(".gif"), gif)];
    files.extend(how.apng.then(|| (named(".apng"), large)));
    for (i, frame) in frames.into_iter().enumerate() {
        let path = || named("_frames").join(format!("{:04}.png", i + 1));
        files.extend(frame.png.map(|png| (path(), png)));
    }
    for (path, bytes) in &files {
        let folder = path.parent().unwrap_or(&how.dir);
        std::fs::create_dir_all(folder).map_err(|why| Error::io("create", folder, why))?;
        save(path, bytes)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn draw(figure: &Figure, how: &Animation) -> Result<(Pixmap, Bins)> {
    let svg = compose::frame(figure, how.theme, how.lang)?;
    let pixmap = raster::pixmap(&svg, how.width)?;
    let pixels =
        pixmap.pixels().iter().map(|p| bin(Colour(p.red(), p.green(), p.blue()))).collect();
    let png = how.frames.then(|| pixmap.encode_png()).transpose();
    let png =
        png.map_err(|why| Error::Figure { figure: figure.stem.clone(), why: why.to_string() })?;
    Ok((pixmap, Bins { pixels, png }))
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
    let mut before: Option<Vec<u8>> = None;
    for (i, bins) in frames.iter().enumerate() {
        let now: Vec<u8> = bins.pixels.iter().map(|bin| palette.entry(*bin)).collect();
        let frame = Frame {
            delay: how.delay(i, frames.len()),
            ..difference(before.as_deref(), &now, width)
        };
        encoder.write_frame(&frame).map_err(|why| why.to_string())?;
        before = Some(now);
    }
    drop(encoder);
    Ok(bytes)
}

/// The smallest rectangle that changed, with "as before" where it did not.
fn difference(before: Option<&[u8]>, now: &[u8], width: usize) -> Frame<'static> {
    let moved = |i: usize| before.is_none_or(|old| old[i] != now[i]);
    let part = Changed::of(width, now.len(), moved);
    let buffer: Vec<u8> =
        part.places(width).map(|i| if moved(i) { now[i] } else { SAME }).collect();
    Frame {
        dispose: DisposalMethod::Keep,
        transparent: Some(SAME),
        top: part.top as u16,
        left: part.left as u16,
        width: part.width as u16,
        height: part.height as u16,
        buffer: Cow::Owned(buffer),
        ..Frame::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Layer, Panel, Points, Role};

    fn frame(step: usize) -> Figure {
        let at = ndarray::arr2(&[[0.1 * step as f64, 0.5]]);
        let layer = Layer::new(
            "particle",
            "",
            Role::Guided,
            Points { at, size: 20.0, ..Points::default() },
        );
        let panel = Panel {
            x: Axis::hidden((0.0, 1.0)),
            y: Axis::hidden((0.0, 1.0)),
            layers: vec![layer],
            ..Panel::default()
        };
        Figure { panels: vec![panel], ..Figure::default() }
    }

    #[test]
    fn a_gif_plays_back_to_the_frames_it_was_made_of() {
        let how = Animation { width: 320, ..Animation::default() };
        let frames: Vec<Bins> = (1..5).map(|step| draw(&frame(step), &how).unwrap().1).collect();
        let bytes = encode(&frames, &how).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut gif = options.read_info(bytes.as_slice()).unwrap();
        assert_eq!((gif.width(), gif.height()), (320, 180));
        let mut shown = vec![0u8; 320 * 180 * 4];
        let mut areas = vec![];
        let mut delays = vec![];
        for bins in &frames {
            let part = gif.read_next_frame().unwrap().unwrap();
            areas.push(usize::from(part.width) * usize::from(part.height));
            delays.push(part.delay);
            for (i, pixel) in part.buffer.chunks(4).enumerate().filter(|(_, p)| p[3] > 0) {
                let (x, y) = (i % usize::from(part.width), i / usize::from(part.width));
                let at = 4 * ((y + usize::from(part.top)) * 320 + x + usize::from(part.left));
                shown[at..at + 4].copy_from_slice(pixel);
            }
            for (pixel, expected) in shown.chunks(4).zip(&bins.pixels) {
                // fewer than 255 colours: every pixel must come back to its own bin
                assert_eq!(bin(Colour(pixel[0], pixel[1], pixel[2])), *expected);
            }
        }
        assert!(gif.read_next_frame().unwrap().is_none());
        assert_eq!(areas[0], 320 * 180);
        assert!(areas[1..].iter().all(|area| *area < 3000), "{areas:?}");
        assert_eq!(delays, [8, 9, 8, 100]);
        assert_ne!(frames[0].pixels, frames[1].pixels);
    }
}
