//! What the name of an output promises, and that the promise is kept.

use crate::report::Form;
use scorelab::{Error, Result};
use std::ffi::OsStr;
use std::path::Path;

/// What is written to a file or to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Text of this form.
    Text(Form),
    /// NumPy's arrays of points and classes.
    Npz,
    /// NumPy's array of points alone.
    Npy,
    /// A sheet of images.
    Png,
}

/// What an answer can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A table.
    Table,
    /// Points, which are a table, arrays, or images.
    Points,
}

impl Kind {
    fn endings(self) -> &'static str {
        match self {
            Kind::Table => ".csv, .json or .txt",
            Kind::Points => ".csv, .json, .txt, .npz, .npy or, for images, .png",
        }
    }
}

/// What is written, decided by the ending of the name, in any case, and by `--format`.
///
/// # Errors
/// If the two contradict each other, a name promises a format that is not written here, or it is `-`.
pub fn ending(kind: Kind, format: Option<Form>, out: Option<&Path>) -> Result<Ending> {
    let text = Ending::Text(format.unwrap_or(Form::Table));
    let must = "left out, for standard output, or ./- for a file of that name";
    out.map_or(Ok(()), |out| named(out, must))?;
    let Some((path, end)) = out.and_then(|path| Some((path, last_ending(path)?))) else {
        return Ok(text);
    };
    let promised = match (end.to_string_lossy().to_lowercase().as_str(), kind) {
        ("csv", _) => Ending::Text(Form::Csv),
        ("json", _) => Ending::Text(Form::Json),
        ("npz", Kind::Points) => Ending::Npz,
        ("npy", Kind::Points) => Ending::Npy,
        ("png", Kind::Points) => Ending::Png,
        ("txt", _) => return Ok(text),
        _ if format.is_some() && !known(end) => return Ok(text),
        _ => {
            let must = format!(
                "a name that ends in {}; or choose how it is written with --format",
                kind.endings()
            );
            return Err(Error::value("--out", path.display(), must));
        }
    };
    match format {
        Some(format) if promised != Ending::Text(format) => {
            let must = format!("left out, or agree with the ending of --out {}", path.display());
            Err(Error::value("--format", format.name(), must))
        }
        _ => Ok(promised),
    }
}

/// Refuses `-`, by which other programs mean standard output: here it would be a name.
fn named(path: &Path, must: &str) -> Result<()> {
    if path == Path::new("-") { Err(Error::value("--out", "-", must)) } else { Ok(()) }
}

/// Refuses a name of a folder that promises a file, unless there is such a folder.
///
/// # Errors
/// If it ends in a format, or is `-`.
pub fn folder(path: &Path, remedy: &str) -> Result<()> {
    named(path, "the name of a folder, as ./- is one")?;
    let file = |end: &OsStr| {
        let text = end.to_string_lossy();
        known(end) || own(&text) || text.eq_ignore_ascii_case("safetensors")
    };
    match last_ending(path).is_some_and(file) && !path.is_dir() {
        false => Ok(()),
        true => Err(Error::value("--out", path.display(), format!("a folder; {remedy}"))),
    }
}

/// Refuses a name that does not end as a page does.
///
/// # Errors
/// If it does not end in .html or .htm; what is no file, such as `/dev/stdout`, needs no ending.
pub fn page(path: &Path) -> Result<()> {
    let right = path.extension().is_some_and(|end| {
        ["html", "htm"].contains(&end.to_string_lossy().to_lowercase().as_str())
    });
    match right || path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        true => Ok(()),
        false => Err(Error::value("--out", path.display(), "a name that ends in .html")),
    }
}

/// What a name ends in, `.csv` alone too.
fn last_ending(path: &Path) -> Option<&OsStr> {
    let hidden = || path.file_name()?.to_str()?.strip_prefix('.').map(OsStr::new);
    path.extension()
        .or_else(|| hidden().filter(|name| known(name) || name.to_str().is_some_and(own)))
}

/// Whether an ending is one of those that are written here.
fn own(end: &str) -> bool {
    ["csv", "json", "txt"].contains(&end.to_lowercase().as_str())
}

/// Whether an ending belongs to another format that programs recognise by name.
fn known(end: &OsStr) -> bool {
    const FORMATS: [&str; 18] = [
        "npz", "npy", "png", "svg", "pdf", "gif", "jpg", "jpeg", "tsv", "xlsx", "parquet", "pt",
        "h5", "toml", "gz", "zip", "html", "htm",
    ];
    FORMATS.contains(&end.to_string_lossy().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_is_obeyed_in_any_case_or_refused() {
        let of = |kind, format, out: &str| ending(kind, format, Some(Path::new(out)));
        for kind in [Kind::Table, Kind::Points] {
            for (out, right) in [
                ("a.csv", Ending::Text(Form::Csv)),
                ("a.CSV", Ending::Text(Form::Csv)),
                ("a.b.Json", Ending::Text(Form::Json)),
                ("a.txt", Ending::Text(Form::Table)),
                (".csv", Ending::Text(Form::Csv)),
                ("a/.Json", Ending::Text(Form::Json)),
                (".bashrc", Ending::Text(Form::Table)),
                ("a", Ending::Text(Form::Table)),
                ("/dev/stdout", Ending::Text(Form::Table)),
                ("./-", Ending::Text(Form::Table)),
            ] {
                assert_eq!(of(kind, None, out).unwrap(), right, "{out}");
            }
            assert_eq!(of(kind, Some(Form::Json), "a.dat").unwrap(), Ending::Text(Form::Json));
            assert_eq!(of(kind, Some(Form::Csv), "a.csv").unwrap(), Ending::Text(Form::Csv));
            for (format, out) in [
                (Some(Form::Json), "a.csv"),
                (Some(Form::Table), "a.JSON"),
                (Some(Form::Csv), "a.npz"),
                (Some(Form::Csv), "a.parquet"),
                (None, "a.tsv"),
                (None, "a.csv.gz"),
                (None, "a.dat"),
                (None, "-"),
            ] {
                assert!(of(kind, format, out).is_err(), "{out} {format:?}");
            }
        }
        for (out, right) in [("a.npz", Ending::Npz), ("a.NPY", Ending::Npy), ("a.Png", Ending::Png)]
        {
            assert_eq!(of(Kind::Points, None, out).unwrap(), right);
            assert!(of(Kind::Table, None, out).is_err(), "{out}");
        }
    }
}
