//! Folders of images: IDX files as the library reads them, or a folder of PNG files for each class.

use ndarray::Array2;
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use rand::seq::SliceRandom;
use scorelab::data::{ClassName, Images, Part};
use scorelab::number;
use scorelab::rng::{Purpose, stream};
use scorelab::text::{composed, printable};
use scorelab::{Error, Result};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// The most lines of an image, or pixels of a line.
const MOST_SIDE: u32 = 64;
/// The most images of a folder, and the most classes.
const MOST: (usize, usize) = (200_000, 256);
/// What a file may make the decoder take: far more than the largest image needs.
const MOST_BYTES: usize = 1 << 20;

/// The images of a folder, as [`Images::read`] or, where it has folders with PNG files, of a class for each of these.
///
/// The classes are called after their folders, in the order of their numbers or their names; a folder without PNG files is no
/// class, and other files are passed over. Colours become grey by their luma, and what is transparent becomes black. The order
/// of the images is drawn once and for all, so that the first ones are of every class. There are none for testing: they are
/// those left over from training.
///
/// # Errors
/// As [`Images::read`]; if a file is no PNG file, images differ in size, or there are more, or larger ones, than are read.
pub fn images(folder: impl AsRef<Path>, part: Part) -> Result<Images> {
    let folder = folder.as_ref();
    let classes = classes(folder)?;
    if classes.is_empty() {
        return Images::read(folder, part);
    }
    let wrong = |why: String| Error::File { path: folder.into(), why };
    let count: usize = classes.iter().map(|(_, files)| files.len()).sum();
    if classes.len() > MOST.1 || count > MOST.0 {
        let (n, k) = MOST;
        return Err(wrong(format!(
            "it has {count} images of {} classes, but at most {n} of {k} classes are read",
            classes.len()
        )));
    }
    let mut order: Vec<(usize, &PathBuf)> = Vec::with_capacity(count);
    for (class, (_, files)) in classes.iter().enumerate() {
        order.extend(files.iter().map(|file| (class, file)));
    }
    order.shuffle(&mut stream(0, Purpose::Data, 1, 0));
    let (pixels, (height, width)) = of_one_size(order.iter().map(|(_, path)| path.as_path()))?;
    let name = folder.file_name().map_or("images".into(), |name| name.to_string_lossy().into());
    let named = |(name, _): &(String, _)| ClassName { en: name.clone(), vi: name.clone() };
    Ok(Images {
        name,
        height,
        width,
        pixels,
        labels: order.iter().map(|(class, _)| *class).collect(),
        class_names: classes.iter().map(named).collect(),
    })
}

/// The pixels of images of one size (images, height·width), and height and width.
fn of_one_size<'a>(
    mut paths: impl ExactSizeIterator<Item = &'a Path>,
) -> Result<(Array2<u8>, (usize, usize))> {
    let count = paths.len();
    let head = paths.next().expect("a class has an image");
    let first = read(head)?;
    let (height, width) = (first.height, first.width);
    let mut pixels = first.grey;
    pixels.reserve((count - 1) * height * width);
    for path in paths {
        let image = read(path)?;
        if (image.height, image.width) != (height, width) {
            let why = format!(
                "it has {} × {} pixels, but {} has {width} × {height}; make all images one size",
                image.width,
                image.height,
                head.display()
            );
            return Err(Error::File { path: path.to_path_buf(), why });
        }
        pixels.extend(image.grey);
    }
    let pixels = Array2::from_shape_vec((count, height * width), pixels);
    Ok((pixels.expect("images of one size"), (height, width)))
}

/// The image of a PNG file: its height and width, and its pixels in grey, line by line.
///
/// # Errors
/// If it is no PNG file, or larger than images are read.
pub fn image(path: &Path) -> Result<((usize, usize), Vec<u8>)> {
    read(path).map(|image| ((image.height, image.width), image.grey))
}

/// The classes, each with its PNG files; none where no folder within has any.
fn classes(folder: &Path) -> Result<Vec<(String, Vec<PathBuf>)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut files = entries(&path)?;
        files.retain(|file| file.extension().is_some_and(|end| end.eq_ignore_ascii_case("png")));
        if !files.is_empty() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            found.push((printable(&composed(&name)), files));
        }
    }
    let numbers: Option<Vec<f64>> = found.iter().map(|(name, _)| number::parse(name)).collect();
    if numbers.is_some() {
        let number = |name: &str| number::parse(name).unwrap_or(0.0);
        found.sort_by(|(a, _), (b, _)| number(a).total_cmp(&number(b)));
    }
    Ok(found)
}

/// What is in a folder, in the order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |e| Error::io("read", folder, e);
    let entries = std::fs::read_dir(folder).map_err(io)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<std::io::Result<_>>().map_err(io)?;
    paths.sort();
    Ok(paths)
}

/// One image.
struct Image {
    height: usize,
    width: usize,
    grey: Vec<u8>,
}

/// Reads a PNG file of any kind.
fn read(path: &Path) -> Result<Image> {
    let wrong = |why: String| Error::File { path: path.into(), why };
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut decoder = Decoder::new_with_limits(BufReader::new(file), Limits { bytes: MOST_BYTES });
    decoder.set_transformations(Transformations::normalize_to_color8());
    let damaged = |e: png::DecodingError| {
        let why = e.to_string();
        wrong(format!(
            "it is not a PNG file that can be read: {}",
            why.lines().next().unwrap_or("")
        ))
    };
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = reader.info().size();
    if width.max(height) > MOST_SIDE {
        let must = format!("at most {MOST_SIDE} × {MOST_SIDE}");
        return Err(wrong(format!(
            "it has {width} × {height} pixels, but {must} are read; scale it"
        )));
    }
    let mut bytes = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut bytes).map_err(damaged)?;
    let channels = match (frame.color_type, frame.bit_depth) {
        (ColorType::Grayscale, BitDepth::Eight) => 1,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => 2,
        (ColorType::Rgb, BitDepth::Eight) => 3,
        (ColorType::Rgba, BitDepth::Eight) => 4,
        (color, depth) => return Err(wrong(format!("its pixels are {color:?} of {depth:?} bits"))),
    };
    let grey = bytes[..frame.buffer_size()].chunks_exact(channels).map(grey).collect();
    Ok(Image { height: height as usize, width: width as usize, grey })
}

/// The luma of a pixel over black (ITU-R BT.601).
fn grey(pixel: &[u8]) -> u8 {
    let over_black = |value: f64, alpha: u8| (value * f64::from(alpha) / 255.0).round() as u8;
    let luma = |rgb: &[u8]| {
        0.299 * f64::from(rgb[0]) + 0.587 * f64::from(rgb[1]) + 0.114 * f64::from(rgb[2])
    };
    match *pixel {
        [grey] => grey,
        [grey, alpha] => over_black(grey.into(), alpha),
        [_, _, _] => luma(pixel).round() as u8,
        _ => over_black(luma(pixel), pixel[3]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use png::Encoder;

    /// A folder that is removed when it goes out of sight.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    impl Folder {
        fn new(name: &str) -> Folder {
            let path =
                std::env::temp_dir().join(format!("scorelab-{}-p-{name}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn png(&self, name: &str, (width, height): (u32, u32), color: ColorType, bytes: &[u8]) {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut encoder = Encoder::new(File::create(path).unwrap(), width, height);
            encoder.set_color(color);
            encoder.set_depth(BitDepth::Eight);
            encoder.write_header().unwrap().write_image_data(bytes).unwrap();
        }
    }

    #[test]
    fn every_folder_is_a_class_and_every_kind_of_pixel_is_grey() {
        let folder = Folder::new("classes");
        folder.png("mèo/1.png", (2, 1), ColorType::Grayscale, &[7, 200]);
        folder.png("mèo/2.PNG", (2, 1), ColorType::GrayscaleAlpha, &[100, 255, 100, 0]);
        folder.png("chó/a.png", (2, 1), ColorType::Rgb, &[255, 0, 0, 0, 255, 0]);
        folder.png("chó/b.png", (2, 1), ColorType::Rgba, &[0, 0, 255, 255, 255, 255, 255, 51]);
        std::fs::create_dir(folder.0.join("trống")).unwrap();
        std::fs::write(folder.0.join("mèo/ghi chú.txt"), "no image").unwrap();
        let read = images(&folder.0, Part::Train).unwrap();
        let names: Vec<&str> = read.class_names.iter().map(|name| name.en.as_str()).collect();
        assert_eq!((names, read.height, read.width), (vec!["chó", "mèo"], 1, 2));
        let mut rows: Vec<(usize, Vec<u8>)> =
            read.labels.iter().copied().zip(read.pixels.outer_iter().map(|p| p.to_vec())).collect();
        rows.sort();
        let luma = |x: f64| (255.0 * x).round() as u8;
        let right = [
            (0, vec![luma(0.114), 51]),
            (0, vec![luma(0.299), luma(0.587)]),
            (1, vec![7, 200]),
            (1, vec![100, 0]),
        ];
        assert_eq!(rows, right);
        assert_eq!(read, images(&folder.0, Part::Train).unwrap(), "always in one order");
        // numbers stand in their order
        let folder = Folder::new("numbers");
        for class in ["10", "9", "2"] {
            folder.png(&format!("{class}/x.png"), (1, 1), ColorType::Grayscale, &[1]);
        }
        let read = images(&folder.0, Part::Train).unwrap();
        let names: Vec<&str> = read.class_names.iter().map(|name| name.en.as_str()).collect();
        assert_eq!(names, ["2", "9", "10"]);
    }

    #[test]
    fn images_that_cannot_be_read_are_refused_in_words() {
        let refused = |folder: &Folder, piece: &str| {
            let message = images(&folder.0, Part::Train).unwrap_err().to_string();
            assert!(message.contains(piece) && message.lines().count() == 1, "{message}");
        };
        let folder = Folder::new("sizes");
        folder.png("a/1.png", (2, 1), ColorType::Grayscale, &[7, 200]);
        folder.png("a/2.png", (1, 2), ColorType::Grayscale, &[7, 200]);
        refused(&folder, "make all images one size");
        let folder = Folder::new("large");
        folder.png("a/1.png", (65, 1), ColorType::Grayscale, &[0; 65]);
        refused(&folder, "it has 65 × 1 pixels, but at most 64 × 64 are read; scale it");
        let folder = Folder::new("damaged");
        folder.png("a/1.png", (2, 1), ColorType::Grayscale, &[7, 200]);
        let path = folder.0.join("a/1.png");
        let whole = std::fs::read(&path).unwrap();
        for bytes in [&whole[..whole.len() / 2], &b"no image"[..], &[]] {
            std::fs::write(&path, bytes).unwrap();
            refused(&folder, "it is not a PNG file that can be read");
        }
        // a header that promises more than there is costs nothing
        let mut huge = whole.clone();
        huge[16..24].copy_from_slice(&[0x7f, 255, 255, 255, 0x7f, 255, 255, 255]);
        std::fs::write(&path, &huge).unwrap();
        refused(&folder, "1.png");
        refused(&Folder::new("none"), "it contains neither train-images-idx3-ubyte");
    }
}
