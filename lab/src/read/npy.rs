//! NumPy's files: an array as `.npy`, several as `.npz`.
//!
//! ```text
//! magic, version, length of the header, {'descr': '<f8', 'fortran_order': False, 'shape': (n, d), }, the numbers
//! ```
//!
//! Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::table::{Column, MOST_COLUMNS, Parsed};
use scorelab::text::{name, printable, quoted};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// How an array begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// How an archive begins.
pub const ARCHIVE: &[u8] = b"PK\x03\x04";
/// The most bytes of a header.
const MOST_HEADER: usize = 1 << 16;
/// The most letters of a word.
const MOST_LETTERS: usize = 1 << 10;
/// What an array of points, and one of labels, may be called.
const POINTS: [&str; 6] = ["x", "points", "samples", "data", "x0", "arr_0"];
const LABELS: [&str; 6] = ["y", "labels", "label", "name", "names", "class"];

/// What an array holds.
#[derive(Debug)]
enum Values {
    Numbers(Vec<f64>),
    Words(Vec<String>),
}

/// An array, its last dimension running fastest.
#[derive(Debug)]
pub struct Array {
    shape: Vec<usize>,
    values: Values,
}

/// A header.
struct Header {
    shape: Vec<usize>,
    /// The letter of the kind, the bytes of an element, whether the largest byte comes first.
    kind: char,
    size: usize,
    big: bool,
    fortran: bool,
}

impl Array {
    /// The rows and columns of a list or a table.
    pub fn rows_and_columns(&self) -> Parsed<(usize, usize)> {
        let (n, d) = match self.shape[..] {
            [n] => (n, 1),
            [n, d] => (n, d),
            _ => {
                return Err(format!(
                    "its array has shape {}, but points have shape (n, d)",
                    self.shown()
                ));
            }
        };
        match (n, d) {
            (0, _) | (_, 0) => {
                Err(format!("its array has shape {}: there are no points", self.shown()))
            }
            (_, d) if d > MOST_COLUMNS => Err(format!(
                "its array has shape {}, but at most {MOST_COLUMNS} columns are read",
                self.shown()
            )),
            found => Ok(found),
        }
    }

    /// The shape in words.
    pub fn shown(&self) -> String {
        format!("({})", self.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
    }

    /// The d columns of points.
    pub fn columns(self, d: usize) -> Parsed<Vec<Column>> {
        let Values::Numbers(values) = self.values else {
            return Err("its array holds words, but points are numbers".into());
        };
        let column = |j| Column::Numbers(values.iter().skip(j).step_by(d).copied().collect());
        Ok((0..d).map(column).collect())
    }

    /// A column of labels; numbers become text.
    pub fn labels(self) -> Parsed<Column> {
        let words = match self.values {
            Values::Words(words) => words,
            Values::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
        };
        let (mut known, mut all, mut which) = (HashMap::new(), Vec::new(), Vec::new());
        for (row, word) in words.iter().enumerate() {
            let word = name(word).map_err(|why| format!("label {}: {why}", row + 1))?;
            let next = all.len() as u32;
            let place = *known.entry(word.clone()).or_insert(next);
            if place == next {
                all.push(word);
            }
            which.push(place);
        }
        Ok(Column::Words(all, which))
    }
}

/// The array of points of an archive and, if there is one, that of their labels.
pub fn read_archive(file: File, most: usize) -> Parsed<(Array, Option<Array>)> {
    let damaged = |e: zip::result::ZipError| format!("it is not an archive of arrays: {e}");
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let found: Vec<String> = archive.file_names().map(String::from).collect();
    let of = |known: &[&str]| {
        let is = |name: &&&str| found.iter().any(|f| f.strip_suffix(".npy") == Some(**name));
        known.iter().find(is).map(|name| format!("{name}.npy"))
    };
    let points = of(&POINTS).or_else(|| found.first().filter(|_| found.len() == 1).cloned());
    let Some(points) = points else {
        let listed: Vec<String> =
            found.iter().take(12).map(|f| printable(f.trim_end_matches(".npy"))).collect();
        return Err(format!(
            "it holds the arrays {}; call the array of the points x",
            listed.join(", ")
        ));
    };
    let mut array = |name: &str| {
        let entry = archive.by_name(name).map_err(damaged)?;
        read_array(entry, most).map_err(|why| format!("{}: {why}", printable(name)))
    };
    let x = array(&points)?;
    let y = of(&LABELS).map(|name| array(&name)).transpose()?;
    Ok((x, y))
}

/// Reads an array of at most so many elements.
pub fn read_array(mut input: impl Read, most: usize) -> Parsed<Array> {
    let header = read_header(&mut input)?;
    let count =
        header.shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side)).filter(|n| *n <= most);
    let Some(count) = count else {
        return Err(format!(
            "its array has more than {most} numbers; raise --memory, or use fewer"
        ));
    };
    let mut values = match header.kind {
        'U' | 'S' => Values::Words(Vec::new()),
        _ => Values::Numbers(Vec::new()),
    };
    let mut element = vec![0; header.size];
    for i in 0..count {
        input
            .read_exact(&mut element)
            .map_err(|e| format!("it ends within number {} of {count}: {e}", i + 1))?;
        if header.big {
            let letter = if header.kind == 'U' { 4 } else { header.size.max(1) };
            element.chunks_mut(letter).for_each(<[u8]>::reverse);
        }
        match &mut values {
            Values::Numbers(values) => values.push(number(header.kind, &element)),
            Values::Words(words) => words.push(word(header.kind, &element)),
        }
    }
    if input.read(&mut [0]).map_err(|e| e.to_string())? > 0 {
        return Err(format!("it continues after its {count} numbers"));
    }
    if let (true, [n, d], Values::Numbers(by_column)) = (header.fortran, &header.shape[..], &values)
    {
        values = Values::Numbers((0..n * d).map(|i| by_column[i % d * n + i / d]).collect());
    }
    Ok(Array { shape: header.shape, values })
}

/// The text of a header.
fn header_text(input: &mut impl Read) -> Parsed<String> {
    let short = |e: std::io::Error| format!("it ends within its header: {e}");
    let mut begin = [0; 8];
    input.read_exact(&mut begin).map_err(short)?;
    if &begin[..6] != MAGIC {
        return Err("it is not a NumPy array".into());
    }
    let length = if begin[6] == 1 {
        let mut two = [0; 2];
        input.read_exact(&mut two).map_err(short)?;
        usize::from(u16::from_le_bytes(two))
    } else {
        let mut four = [0; 4];
        input.read_exact(&mut four).map_err(short)?;
        u32::from_le_bytes(four) as usize
    };
    if length > MOST_HEADER {
        return Err(format!("its header has {length} bytes, but at most {MOST_HEADER} are read"));
    }
    let mut text = vec![0; length];
    input.read_exact(&mut text).map_err(short)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn read_header(input: &mut impl Read) -> Parsed<Header> {
    let text = header_text(input)?;
    let field = |name: &str| {
        let at = text.find(&format!("'{name}':"))? + name.len() + 3;
        Some(text[at..].trim_start())
    };
    let descr = field("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next());
    let shape = field("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next());
    let shape = shape.and_then(|sides| {
        let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
        sides.map(|side| side.parse().ok()).collect::<Option<Vec<usize>>>()
    });
    let (Some(descr), Some(shape)) = (descr, shape) else {
        return Err(
            "its header does not give a plain type and shape; save one array of numbers".into()
        );
    };
    let fortran = field("fortran_order").is_some_and(|rest| rest.starts_with("True"));
    let wrong = || format!("its numbers are of the type {}; save them as float64", quoted(descr));
    let mut letters = descr.chars();
    let order = letters.next().ok_or_else(wrong)?;
    let kind = letters.next().ok_or_else(wrong)?;
    let size: usize = letters.as_str().parse().map_err(|_| wrong())?;
    let bytes = if kind == 'U' { size.saturating_mul(4) } else { size };
    let known = match kind {
        'f' => matches!(size, 2 | 4 | 8),
        'i' | 'u' => matches!(size, 1 | 2 | 4 | 8),
        'b' => size == 1,
        'U' | 'S' => size <= MOST_LETTERS && shape.len() == 1,
        _ => false,
    };
    match known && "<>|=".contains(order) {
        true => Ok(Header { shape, kind, size: bytes, big: order == '>', fortran }),
        false => Err(wrong()),
    }
}

/// A number of this kind, the smallest byte first.
fn number(kind: char, bytes: &[u8]) -> f64 {
    let mut eight = [0; 8];
    eight[..bytes.len()].copy_from_slice(bytes);
    let whole = u64::from_le_bytes(eight);
    let unused = 64 - 8 * bytes.len() as u32;
    match (kind, bytes.len()) {
        ('f', 8) => f64::from_bits(whole),
        ('f', 4) => f32::from_bits(whole as u32).into(),
        ('f', _) => half(whole as u16),
        ('i', _) => (((whole << unused) as i64) >> unused) as f64,
        _ => whole as f64,
    }
}

/// A number of two bytes: a sign, five bits of exponent, ten of fraction (IEEE 754).
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (power, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    sign * match power {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(power - 15),
    }
}

/// A word, filled up with zeros.
fn word(kind: char, bytes: &[u8]) -> String {
    let text: String = match kind {
        'U' => bytes
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .map(|letter| char::from_u32(letter).unwrap_or('\u{fffd}'))
            .collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.trim_end_matches('\0').into()
}

/// Numbers of this shape as an `.npy` file, the last dimension running fastest.
pub fn npy(shape: &[usize], numbers: impl IntoIterator<Item = f64>) -> Vec<u8> {
    array("<f8", shape, numbers.into_iter().flat_map(f64::to_le_bytes))
}

/// Points (n, d) or trajectories (times, n, d), the class of each, the numbers that are black and white in images, and the times
/// of trajectories, as an `.npz` archive: the arrays `x`, `y`, `range` and `t`.
///
/// # Errors
/// If there are more numbers than an archive can hold.
pub fn npz(
    shape: &[usize],
    numbers: impl IntoIterator<Item = f64>,
    classes: Option<&[usize]>,
    range: Option<(f64, f64)>,
    times: Option<&[f64]>,
) -> Parsed<Vec<u8>> {
    let mut arrays = vec![("x.npy", npy(shape, numbers))];
    if let Some(y) = classes {
        arrays.push((
            "y.npy",
            array("<i8", &[y.len()], y.iter().flat_map(|y| (*y as u64).to_le_bytes())),
        ));
    }
    arrays.extend(range.map(|(low, high)| ("range.npy", npy(&[2], [low, high]))));
    arrays.extend(times.map(|t| ("t.npy", npy(&[t.len()], t.iter().copied()))));
    let pack = || -> zip::result::ZipResult<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &arrays {
            archive.start_file(
                *name,
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
            )?;
            archive.write_all(bytes)?;
        }
        Ok(archive.finish()?.into_inner())
    };
    pack().map_err(|e| e.to_string())
}

/// An array as an `.npy` file of version 1.0.
fn array(kind: &str, shape: &[usize], bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    const BEFORE: usize = 10;
    let sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    let shape = if shape.len() == 1 { sides.trim_end() } else { sides.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    while !(BEFORE + header.len() + 1).is_multiple_of(64) {
        header.push(' '); // the numbers begin at a multiple of 64 bytes
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    let mut file = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes()].concat();
    file.extend(bytes);
    file
}
