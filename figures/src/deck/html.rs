//! The deck as one page.

use super::slide::{Parts, Slide};
use crate::plot::{Lang, Text, Theme, escape};

/// The deck as an HTML page that needs nothing but the pictures beside it, each given by the name of its file.
///
/// ```text
/// ← →, space, Page Up, Page Down   a slide back, a slide on        Home, End   the first, the last
/// C   contents      N   speaker's notes      F   full screen       print: a picture a page
/// ```
///
/// Every slide has an address of its own (`#` and its stem). Without JavaScript all slides stand below one another with
/// their notes. All words are escaped. `live` is the file of a page on which to drag γ: the last slide, if there is one.
pub fn html(slides: &[(Slide, String)], live: Option<&str>, theme: Theme, lang: Lang) -> String {
    let (code, title) = match lang {
        Lang::En => ("en", "Guided diffusion: the lecture's slides"),
        Lang::Vi => ("vi", "Khuếch tán có điều hướng: các trang chiếu"),
    };
    let dark = if theme == Theme::Dark { " class=\"dark\"" } else { "" };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{code}\"{dark}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    out += &contents(slides, live, title, lang);
    out += "<main>\n";
    for (slide, picture) in slides {
        out += &section(slide, picture, lang);
    }
    out += &live.map_or(String::new(), |file| live_section(file, lang));
    out += "</main>\n";
    out += &format!("<p id=\"keys\">{} <span id=\"count\"></span></p>\n", keys(lang));
    out + "<script>\n" + SCRIPT + "</script>\n</body>\n</html>\n"
}

const STYLE: &str = include_str!("deck.css");
const SCRIPT: &str = include_str!("deck.js");

fn keys(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "← → slides · C contents · N notes · F full screen",
        Lang::Vi => "← → chuyển trang · C mục lục · N ghi chú · F toàn màn hình",
    }
}

/// The title of the slide on which γ can be dragged.
static LIVE: Text = Text::new("Drag γ, and the field bends", "Kéo γ và trường score uốn theo");

/// The slide on which γ can be dragged, and a link to it alone.
fn live_section(file: &str, lang: Lang) -> String {
    let (file, title) = (escape(&address(file)), LIVE.get(lang));
    format!(
        "<section id=\"live\">\n<iframe src=\"{file}\" title=\"{title}\" loading=\"lazy\"></iframe>\n\
         <aside>\n<h2>{title}</h2>\n<p><a href=\"{file}\">{file}</a></p>\n</aside>\n</section>\n"
    )
}

/// The list of slides under the parts of the lecture; builds are one entry.
fn contents(slides: &[(Slide, String)], live: Option<&str>, title: &str, lang: Lang) -> String {
    let mut out = format!("<nav id=\"contents\">\n<h1>{title}</h1>\n<ul>\n");
    let mut part = String::new();
    for (slide, _) in slides.iter().filter(|(slide, _)| !slide.builds()) {
        let own = Slide::read(&slide.part, lang);
        if own != part {
            out += &format!("<li class=\"part\">{}</li>\n", escape(&own));
            part = own;
        }
        let words = marked(Slide::parts(&slide.title, lang));
        out += &format!("<li><a href=\"#{}\">{words}</a></li>\n", address(&slide.stem));
    }
    if live.is_some() {
        out += &format!("<li class=\"part\"><a href=\"#live\">{}</a></li>\n", LIVE.get(lang));
    }
    out + "</ul>\n</nav>\n"
}

fn section(slide: &Slide, picture: &str, lang: Lang) -> String {
    let alt = |text| escape(&Slide::read(text, lang));
    let words = |text| marked(Slide::parts(text, lang));
    let mut out = format!(
        "<section id=\"{}\">\n<img src=\"{}\" alt=\"{}. {}\">\n<aside>\n<h2>{}</h2>\n",
        escape(&slide.stem),
        escape(&address(picture)),
        alt(&slide.title),
        alt(&slide.caption),
        words(&slide.title),
    );
    if !slide.part.is_empty() {
        out += &format!("<p class=\"part\">{}</p>\n", words(&slide.part));
    }
    out += &format!("<p>{}</p>\n", words(&slide.caption));
    for told in &slide.told {
        out += &format!("<p>{}</p>\n", words(told));
    }
    if !slide.latex.is_empty() {
        out += &format!("<p>{}</p>\n", marked(slide.formula(lang)));
    }
    for code in [&slide.latex, &slide.command].into_iter().filter(|code| !code.is_empty()) {
        out += &format!("<code>{}</code>\n", escape(code));
    }
    out + "</aside>\n</section>\n"
}

/// Words with their subscripts.
fn marked(parts: Parts) -> String {
    let part = |(low, words): (bool, String)| match low {
        true => format!("<sub>{}</sub>", escape(&words)),
        false => escape(&words),
    };
    parts.into_iter().map(part).collect()
}

/// A file name as a relative address: what has a meaning in an address is written in per cent.
fn address(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./~".contains(&b);
    let letter = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    name.bytes().map(letter).collect()
}
