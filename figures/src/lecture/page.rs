//! The page that lists the figures.

use super::FIGURES;
use super::spec::{Spec, number};
use crate::plot::{Figure, Lang, Text};

/// One figure on the page.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The picture's file name, relative to the page.
    pub picture: String,
    /// Its title.
    pub title: Text,
    /// One sentence.
    pub caption: Text,
    /// The part of the lecture it belongs to; may be empty.
    pub part: Text,
    /// The formula as LaTeX; may be empty.
    pub latex: String,
}

impl Entry {
    /// The entry of a figure written with this file ending; part and formula follow from the number in its stem.
    pub fn of(figure: &Figure, ending: &str) -> Self {
        let same = |spec: &&&Spec| number(spec.stem) == number(&figure.stem);
        let of = FIGURES.iter().find(same).filter(|_| !number(&figure.stem).is_empty());
        Entry {
            picture: format!("{}.{ending}", figure.stem),
            title: figure.title.clone(),
            caption: figure.caption.clone(),
            part: of.map_or(Text::default(), |spec| spec.part.clone()),
            latex: of.map_or("", |spec| spec.latex).into(),
        }
    }
}

/// A page that needs nothing but the pictures beside it.
///
/// Every picture by its relative name, with title, caption, part of the lecture and the formula as text to copy. All
/// words are escaped.
pub fn lecture_index(entries: &[Entry], lang: Lang) -> String {
    let (code, title) = match lang {
        Lang::En => ("en", "The lecture's figures"),
        Lang::Vi => ("vi", "Các hình của bài giảng"),
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    for entry in entries {
        out += &figure(entry, lang);
    }
    out + "</body>\n</html>\n"
}

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#22262e;background:#fff}\
figure{margin:0 0 4rem}img{width:100%;height:auto;border:1px solid #e6e8ec}h2{margin:.2rem 0}\
.part{color:#5b606b;margin:0}code{display:block;background:#f3f4f6;padding:.6rem .8rem;overflow-x:auto;user-select:all}\
@media(prefers-color-scheme:dark){body{color:#e9eaee;background:#12141a}code{background:#2a2e38}.part{color:#969ba8}img{border-color:#2a2e38}}";

fn figure(entry: &Entry, lang: Lang) -> String {
    let words = |text: &Text| escape(text.get(lang));
    let mut out = String::from("<figure>\n");
    if !entry.part.is_empty() {
        out += &format!("<p class=\"part\">{}</p>\n", words(&entry.part));
    }
    out += &format!(
        "<h2>{}</h2>\n<img src=\"{}\" alt=\"{}\" loading=\"lazy\">\n<figcaption>{}</figcaption>\n",
        words(&entry.title),
        escape(&address(&entry.picture)),
        words(&entry.caption),
        words(&entry.caption)
    );
    if !entry.latex.is_empty() {
        out += &format!("<code>{}</code>\n", escape(&entry.latex));
    }
    out + "</figure>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A file name as a relative address: what has a meaning in an address is written in per cent.
fn address(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./~".contains(&b);
    let letter = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    name.bytes().map(letter).collect()
}
