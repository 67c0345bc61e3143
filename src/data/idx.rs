//! IDX files, the format of MNIST and Fashion-MNIST: a header that says how much follows, and bytes.
//!
//! ```text
//! byte 0, 1   0
//! byte 2      0x08: the values are unsigned bytes
//! byte 3      r, the number of dimensions: 3 of images (count, lines, pixels of a line), 1 of labels (count)
//! 4 … 3 + 4r  the dimensions, 32-bit numbers, the largest byte first
//! 4 + 4r …    the values, the last dimension running fastest
//! ```
//!
//! Nothing that a header promises is believed before the file's true size agrees. Source: LeCun, Cortes & Burges, "The
//! MNIST database of handwritten digits"; gzip files of several members: RFC 1952, section 2.2.

use super::{Images, names_of_labels};
use crate::file::save;
use crate::{Error, Result};
use flate2::bufread::MultiGzDecoder;
use ndarray::Array2;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The most bytes a file may unpack to: EMNIST's 124,800 letters have 98 million, and a false header gets no more.
const MOST_BYTES: u128 = 96 << 20;
/// The most lines of an image, or pixels of a line.
const MOST_SIDE: u32 = 256;
/// What one byte of a gzip file unpacks to at most: 258 bytes in two bits.
const MOST_GZIP: u128 = 1032;
/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Which files of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`.
    Train,
    /// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`.
    Test,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Images,
    Labels,
}

impl Kind {
    /// The number of dimensions.
    fn rank(self) -> usize {
        match self {
            Kind::Images => 3,
            Kind::Labels => 1,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Images => "images",
            Kind::Labels => "labels",
        }
    }

    /// The file's name without `.gz`, with `-` or `.` before `idx`.
    fn name(self, part: Part, mark: char) -> String {
        let part = if part == Part::Train { "train" } else { "t10k" };
        format!("{part}-{}{mark}idx{}-ubyte", self.word(), self.rank())
    }

    /// The file in a folder.
    fn find(self, dir: &Path, part: Part) -> Result<PathBuf> {
        let names = ['-', '.'].map(|mark| self.name(part, mark));
        let files = names.iter().flat_map(|n| [n.clone(), format!("{n}.gz")]);
        files.map(|name| dir.join(name)).find(|path| path.exists()).ok_or_else(|| {
            let why = format!(
                "it contains neither {} nor {}, plain or with .gz at the end; put MNIST's or Fashion-MNIST's files into this folder",
                names[0], names[1]
            );
            Error::File { path: dir.into(), why }
        })
    }
}

impl Images {
    /// Reads the images and labels of MNIST, Fashion-MNIST or EMNIST from a folder.
    ///
    /// The files are `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-…`, also spelt `….idx3-ubyte` and
    /// `….idx1-ubyte`, and gzipped or not. The set is called after the folder. Its classes are the labels that occur among
    /// the images for training, in ascending order, so a label without images is no class; see [`names_of_labels`].
    ///
    /// # Errors
    /// If a file is missing, cannot be read, is not what its header says, or is larger than 96 MiB unpacked; if the two
    /// files differ in their count, an image has no pixels or a side over 256, or a label does not occur among the images
    /// for training.
    pub fn read(dir: impl AsRef<Path>, part: Part) -> Result<Images> {
        let dir = dir.as_ref();
        if dir.is_file() {
            let why = "it is a file, but images are read from a folder of IDX files; for a table of points use --scene";
            return Err(Error::io("read", dir, io::Error::new(ErrorKind::NotADirectory, why)));
        }
        fs::read_dir(dir).map_err(|why| Error::io("read", dir, why))?;
        let images = open(Kind::Images, dir, part)?;
        let labels = open(Kind::Labels, dir, part)?;
        let known = match part {
            Part::Test if Kind::Labels.find(dir, Part::Train).is_ok() => {
                Some(open(Kind::Labels, dir, Part::Train)?.values()?)
            }
            _ => None,
        };
        let name = dir.file_name().map_or("images".into(), |name| name.to_string_lossy().into());
        of_files(images, labels, known.as_deref(), name)
    }

    /// The images and labels of two IDX files, given by their bytes, gzipped or not; `name` is what the set is called.
    ///
    /// # Errors
    /// As [`Images::read`], except for what concerns the folder.
    pub fn parse(images: &[u8], labels: &[u8], name: &str) -> Result<Images> {
        let idx = |bytes, kind: Kind| {
            Idx::new(Cursor::new(bytes), kind.name(Part::Train, '-').into(), kind)
        };
        of_files(idx(images, Kind::Images)?, idx(labels, Kind::Labels)?, None, name.into())
    }

    /// Writes the images and their labels as IDX files into a folder, which is made if it is not there; the answer is
    /// the two files. [`Images::read`] is the inverse.
    ///
    /// # Errors
    /// If the folder cannot be written.
    ///
    /// # Panics
    /// If there are more than 256 classes, or there is not a label for each image.
    pub fn write_idx(&self, dir: impl AsRef<Path>, part: Part) -> Result<[PathBuf; 2]> {
        let dir = dir.as_ref();
        let count = self.pixels.nrows();
        assert_eq!(count, self.labels.len(), "a label for each image");
        let values = self.label_values();
        assert!(values.iter().all(|value| *value < 256), "labels are bytes");
        fs::create_dir_all(dir).map_err(|why| Error::io("create", dir, why))?;
        let write = |kind: Kind, sizes: &[usize], values: &mut dyn Iterator<Item = u8>| {
            let mut bytes = vec![0, 0, 0x08, kind.rank() as u8];
            sizes.iter().for_each(|n| bytes.extend((*n as u32).to_be_bytes()));
            bytes.extend(values);
            let path = dir.join(kind.name(part, '-'));
            save(&path, &bytes).map(|()| path)
        };
        let sizes = [count, self.height, self.width];
        let images = write(Kind::Images, &sizes, &mut self.pixels.iter().copied())?;
        let mut labels = self.labels.iter().map(|y| values[*y] as u8);
        let labels = write(Kind::Labels, &[count], &mut labels)?;
        Ok([images, labels])
    }
}

/// The images of two files whose headers have been read, of the classes among the labels `known` or, without them, here.
fn of_files<R: BufRead + Seek>(
    images: Idx<R>,
    labels: Idx<R>,
    known: Option<&[u8]>,
    name: String,
) -> Result<Images> {
    let [count, height, width] = images.sizes;
    if labels.sizes[0] != count {
        let (of, here) = (images.path.display(), labels.sizes[0]);
        return Err(labels.refuse(format!(
            "at byte 4 the header promises {here} labels, but {of} has {count} images; take both files from one set"
        )));
    }
    let (labels, classes) = labels.classes(known)?;
    let pixels = Array2::from_shape_vec((count, height * width), images.values()?);
    Ok(Images {
        name,
        height,
        width,
        pixels: pixels.expect("as many values as promised"),
        labels,
        class_names: names_of_labels(&classes),
    })
}

/// Opens a file of a folder and reads its header.
fn open(kind: Kind, dir: &Path, part: Part) -> Result<Idx<BufReader<File>>> {
    let path = kind.find(dir, part)?;
    let read = |why| Error::io("read", &path, why);
    if !fs::metadata(&path).map_err(read)?.is_file() {
        let why = format!(
            "this is the name of the file of {}, but it is not a file; move it away",
            kind.word()
        );
        return Err(Error::File { path, why });
    }
    let file = File::open(&path).map_err(read)?;
    Idx::new(BufReader::new(file), path, kind)
}

/// A file whose header has been read and compared with the file's size.
#[derive(Debug)]
struct Idx<R> {
    path: PathBuf,
    kind: Kind,
    /// Count, lines, pixels of a line; those that labels lack are 1.
    sizes: [usize; 3],
    body: Body<R>,
}

/// What follows the header.
#[derive(Debug)]
enum Body<R> {
    Plain(R),
    Gzip(MultiGzDecoder<R>),
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Body::Plain(file) => file.read(into),
            Body::Gzip(file) => file.read(into),
        }
    }
}

impl<R: BufRead + Seek> Idx<R> {
    /// Reads the header.
    fn new(mut file: R, path: PathBuf, kind: Kind) -> Result<Self> {
        let measured = measure(&mut file).map_err(|why| Error::io("read", &path, why))?;
        let (bytes, gzip) = measured;
        let body = if gzip { Body::Gzip(MultiGzDecoder::new(file)) } else { Body::Plain(file) };
        let mut idx = Idx { path, kind, sizes: [1; 3], body };
        let sizes = idx.header()?;
        idx.check_size(&sizes, bytes)?;
        for (to, size) in idx.sizes.iter_mut().zip(&sizes) {
            *to = *size as usize;
        }
        Ok(idx)
    }

    /// The dimensions.
    fn header(&mut self) -> Result<Vec<u32>> {
        let [zero, zero_too, values, rank] = self.four_bytes(0)?;
        if (zero, zero_too) != (0, 0) {
            return Err(self.refuse(format!(
                "at byte 0 there is 0x{zero:02x}{zero_too:02x}, but an IDX file begins with 0x0000; download it again"
            )));
        }
        if values != 0x08 {
            return Err(self.refuse(format!(
                "at byte 2 the type of the values is 0x{values:02x}, but it must be 0x08, unsigned bytes; save them as bytes"
            )));
        }
        if usize::from(rank) != self.kind.rank() {
            let (word, must) = (self.kind.word(), self.kind.rank());
            return Err(self.refuse(format!(
                "at byte 3 the number of dimensions is {rank}, but {word} have {must}; was another file given this name?"
            )));
        }
        (0..self.kind.rank()).map(|i| self.four_bytes(4 + 4 * i).map(u32::from_be_bytes)).collect()
    }

    /// Four bytes of the header, the next ones.
    fn four_bytes(&mut self, at: usize) -> Result<[u8; 4]> {
        let mut four = [0; 4];
        let got = fill(&mut self.body, &mut four).map_err(|why| self.unreadable(at, why))?;
        if got < 4 {
            let (end, header) = (at + got, 4 + 4 * self.kind.rank());
            return Err(self.refuse(format!(
                "it ends at byte {end}, but its header alone takes {header} bytes; download it again"
            )));
        }
        Ok(four)
    }

    /// Compares what the header promises with the sizes that are allowed, and with the `bytes` of the file on disk.
    fn check_size(&self, sizes: &[u32], bytes: u64) -> Result<()> {
        let header = 4 + 4 * sizes.len() as u128;
        let promised = header + sizes.iter().map(|n| u128::from(*n)).product::<u128>();
        let shown = sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(" × ");
        let promise =
            format!("at byte 4 the header promises {shown} values, {promised} bytes in all");
        let refuse =
            |but: String| Err(self.refuse(format!("{promise}, but {but}; download it again")));
        let size = bytes.into();
        match self.body {
            Body::Plain(_) if promised != size => refuse(format!("the file has {size}")),
            Body::Gzip(_) if promised > MOST_GZIP * size => {
                refuse(format!("a gzip file of {size} bytes holds at most {}", MOST_GZIP * size))
            }
            _ if promised > MOST_BYTES => Err(self.refuse(format!(
                "{promise}, but at most {MOST_BYTES} are read; split the set"
            ))),
            _ if sizes[0] == 0 => Err(self.refuse(format!(
                "at byte 4 the header promises 0 {}, but there must be at least one; download it again",
                self.kind.word()
            ))),
            _ => match sizes.iter().skip(1).position(|n| !(1..=MOST_SIDE).contains(n)) {
                Some(i) => Err(self.refuse(format!(
                    "at byte {} a side of the images is {} pixels, but it must be 1 to {MOST_SIDE}; scale them",
                    8 + 4 * i,
                    sizes[1 + i]
                ))),
                None => Ok(()),
            },
        }
    }

    /// All values: exactly as many as promised, and nothing behind them.
    fn values(mut self) -> Result<Vec<u8>> {
        let promised: usize = self.sizes.iter().product();
        let header = 4 + 4 * self.kind.rank();
        let mut values = Vec::with_capacity(promised + 1);
        // one more than promised, so that what goes on is seen and not unpacked
        let read = (&mut self.body).take(promised as u64 + 1).read_to_end(&mut values);
        let (end, must) = (header + values.len(), header + promised);
        read.map_err(|why| self.unreadable(end, why))?;
        if values.len() < promised {
            return Err(self.refuse(format!(
                "it ends at byte {end}, but its header promises {must}; download it again"
            )));
        }
        if values.len() > promised {
            return Err(self.refuse(format!(
                "it continues after byte {must}, where its header promises the end; download it again"
            )));
        }
        Ok(values)
    }

    /// The class of each label, and the labels of the classes, in ascending order: those that occur in `known` or, without
    /// it, here.
    fn classes(self, known: Option<&[u8]>) -> Result<(Vec<usize>, Vec<u8>)> {
        let (path, header) = (self.path.clone(), 4 + 4 * self.kind.rank());
        let place = self.place();
        let values = self.values()?;
        let classes: BTreeSet<u8> = known.unwrap_or(&values).iter().copied().collect();
        let classes: Vec<u8> = classes.into_iter().collect();
        let class = |(i, y): (usize, &u8)| {
            classes.binary_search(y).map_err(|_| {
                let at = header + i;
                let why = format!(
                    "at byte {at} the label is {y}, which no image for training has; remove this image{place}"
                );
                Error::File { path: path.clone(), why }
            })
        };
        let labels = values.iter().enumerate().map(class).collect::<Result<_>>()?;
        Ok((labels, classes))
    }
}

impl<R> Idx<R> {
    /// Which bytes are counted.
    fn place(&self) -> &'static str {
        match self.body {
            Body::Plain(_) => "",
            Body::Gzip(_) => " (bytes are counted after unpacking)",
        }
    }

    fn refuse(&self, why: String) -> Error {
        Error::File { path: self.path.clone(), why: why + self.place() }
    }

    /// Why reading failed after `at` bytes: a damaged gzip stream, or the system.
    fn unreadable(&self, at: usize, why: io::Error) -> Error {
        use ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match (&self.body, why.kind()) {
            (Body::Gzip(_), InvalidData | InvalidInput | UnexpectedEof) => self.refuse(format!(
                "the gzip stream is damaged after byte {at}: {why}; download it again"
            )),
            _ => Error::io("read", &self.path, why),
        }
    }
}

/// The size of a file, and whether it is gzipped; leaves it at its beginning.
fn measure(file: &mut (impl Read + Seek)) -> io::Result<(u64, bool)> {
    let bytes = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut begin = [0; 2];
    let gzip = fill(file, &mut begin)? == 2 && begin == GZIP;
    file.rewind()?;
    Ok((bytes, gzip))
}

/// Reads until the buffer is full or the file ends; the answer is how much was read.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok(got)
}

#[cfg(test)]
mod tests;
