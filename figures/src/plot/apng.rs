//! Animations in true colour: an APNG whose frames are what changed, with "as before" where nothing did.

use super::changed::Changed;
use png::{BlendOp, ColorType, DisposeOp, Encoder, EncodingError, Writer};
use resvg::tiny_skia::Pixmap;

/// An APNG that is being written into a buffer.
pub(super) struct Apng<'a> {
    /// What has been written; the first thing that could not be stays.
    writer: Result<Writer<&'a mut Vec<u8>>, EncodingError>,
    before: Option<Pixmap>,
}

impl<'a> Apng<'a> {
    /// Begins one of so many frames, each (width, height), which starts again for ever.
    pub fn new(buffer: &'a mut Vec<u8>, (width, height): (u32, u32), frames: usize) -> Self {
        let begun = || {
            let mut encoder = Encoder::new(buffer, width, height);
            encoder.set_color(ColorType::Rgba);
            encoder.set_animated(frames as u32, 0)?;
            encoder.set_blend_op(BlendOp::Over)?;
            encoder.set_dispose_op(DisposeOp::None)?;
            encoder.write_header()
        };
        Apng { writer: begun(), before: None }
    }

    /// Adds an opaque frame that stays for so many hundredths of a second.
    pub fn add(&mut self, frame: Pixmap, delay: u16) {
        let written = match &mut self.writer {
            Ok(writer) => write(writer, self.before.as_ref(), &frame, delay),
            Err(_) => Ok(()),
        };
        if let Err(why) = written {
            self.writer = Err(why);
        }
        self.before = Some(frame);
    }

    /// Writes the end.
    pub fn finish(self) -> Result<(), String> {
        self.writer.and_then(Writer::finish).map_err(|why| why.to_string())
    }
}

/// Writes what a frame changes; the first one is whole.
fn write(
    writer: &mut Writer<&mut Vec<u8>>,
    before: Option<&Pixmap>,
    frame: &Pixmap,
    delay: u16,
) -> Result<(), EncodingError> {
    let (now, old) = (frame.pixels(), before.map(Pixmap::pixels));
    let moved = |i: usize| old.is_none_or(|old| old[i] != now[i]);
    let width = frame.width() as usize;
    let part = Changed::of(width, now.len(), moved);
    let pixel = |i: usize| match moved(i) {
        true => [now[i].red(), now[i].green(), now[i].blue(), 255],
        false => [0; 4],
    };
    let bytes: Vec<u8> = part.places(width).flat_map(pixel).collect();
    writer.set_frame_delay(delay, 100)?;
    if before.is_some() {
        writer.reset_frame_position()?;
        writer.set_frame_dimension(part.width as u32, part.height as u32)?;
        writer.set_frame_position(part.left as u32, part.top as u32)?;
    }
    writer.write_image_data(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::tiny_skia::{Color, Rect, Transform};

    /// A square that moves by so many pixels on a grey ground.
    fn frame(step: u32) -> Pixmap {
        let mut pixmap = Pixmap::new(64, 36).unwrap();
        pixmap.fill(Color::from_rgba8(200, 200, 201, 255));
        let square = Rect::from_xywh(step as f32, 4.0, 10.0, 10.0).unwrap();
        let paint = resvg::tiny_skia::Paint::default();
        pixmap.fill_rect(square, &paint, Transform::identity(), None);
        pixmap
    }

    #[test]
    fn an_apng_plays_back_to_the_frames_it_was_made_of() {
        let frames: Vec<Pixmap> = [0, 3, 3, 20].map(frame).into();
        let mut bytes = vec![];
        let mut apng = Apng::new(&mut bytes, (64, 36), frames.len());
        frames.iter().zip([8, 9, 8, 100]).for_each(|(frame, delay)| apng.add(frame.clone(), delay));
        apng.finish().unwrap();
        let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        let mut shown = vec![0u8; 64 * 36 * 4];
        let (mut areas, mut delays) = (vec![], vec![]);
        for frame in &frames {
            let mut buffer = vec![0; reader.output_buffer_size()];
            reader.next_frame(&mut buffer).unwrap();
            let part = *reader.info().frame_control().unwrap();
            areas.push(part.width * part.height);
            delays.push(part.delay_num);
            let part = Changed {
                left: part.x_offset as usize,
                top: part.y_offset as usize,
                width: part.width as usize,
                height: part.height as usize,
            };
            for (i, pixel) in part.places(64).zip(buffer.chunks(4)).filter(|(_, p)| p[3] > 0) {
                shown[4 * i..4 * i + 4].copy_from_slice(pixel);
            }
            assert!(shown == frame.data());
        }
        assert!(shown != frames[0].data());
        assert_eq!((areas, delays), (vec![64 * 36, 130, 1, 270], vec![8, 9, 8, 100]));
    }

    #[test]
    fn an_apng_of_another_size_than_its_frames_is_an_error() {
        let mut bytes = vec![];
        let mut apng = Apng::new(&mut bytes, (60, 36), 1);
        apng.add(frame(0), 8);
        assert!(apng.finish().is_err());
    }
}
