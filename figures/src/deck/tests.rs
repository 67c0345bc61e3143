//! Laws of the deck.

use super::*;
use crate::lecture::{FIGURES, Spec};
use crate::plot::{Figure, Lang, Panel, Text, Theme, png, svg};
use resvg::usvg::roxmltree::Document;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

fn figure(stem: &str) -> Figure {
    Figure {
        stem: stem.into(),
        title: Text::new("<b> & s_γ", "tên 4,000"),
        caption: "x < \"y\"".into(),
        notes: vec![Text::new("4,000 samples: 25.6 %", "4,000 mẫu: 25.6 %"), " ".into()],
        panels: vec![Panel::default()],
        ..Figure::default()
    }
}

/// The command of a deck.
const DECK: &str = "scorelab lecture --theme dark";

fn slides() -> Vec<Slide> {
    let stems = ["01_uncontrolled", "05_bayes_sum_build1", "05_bayes_sum_build2", "mine & yours"];
    stems.iter().map(|stem| Slide::of(&figure(stem), DECK)).collect()
}

#[test]
fn the_page_is_escaped_speaks_its_language_and_names_each_picture_once() {
    let named: Vec<(Slide, String)> =
        slides().into_iter().map(|s| (s.clone(), format!("{}.svg", s.stem))).collect();
    let page = html(&named, Some("guidance.html"), Theme::Dark, Lang::En);
    assert!(page.contains("lang=\"en\" class=\"dark\"") && page.contains("&lt;b&gt; &amp; sγ"));
    assert!(page.contains("src=\"mine%20%26%20yours.svg\"") && !page.contains("<b>"));
    assert!(
        page.contains("<code>scorelab lecture --theme dark --figure uncontrolled</code>")
            && page.contains("4,000 samples")
    );
    assert_eq!(page.matches("<img ").count(), 4);
    // notes are read: subscripts are subscripts, and above the LaTeX stands what it says
    assert!(page.contains("<h2>&lt;b&gt; &amp; s<sub>γ</sub></h2>"));
    assert!(page.contains("<p>z ~ N(0, I),\u{2003}dx/dt = f(t) x − ½ g(t)² ∇<sub>x</sub> log p<sub>t</sub>(x)</p>\n<code>z \\sim"));
    // a build is a slide, but no entry of the contents; the page of one's own hand is the last slide
    assert_eq!((page.matches("<section ").count(), page.matches("<li><a ").count()), (5, 3));
    let live = page.rsplit("<section ").next().unwrap();
    assert!(live.contains("<iframe src=\"guidance.html\"") && page.contains("<a href=\"#live\">"));
    let page = html(&named, None, Theme::Light, Lang::Vi);
    assert!(
        page.contains("lang=\"vi\">")
            && page.contains("4.000 mẫu: 25,6 %")
            && !page.contains("part 2")
            && !page.contains("<iframe")
    );
    // nothing is fetched from elsewhere
    assert!(!page.contains("http:") && !page.contains("https:"));
}

#[test]
fn the_deck_is_in_the_order_of_the_lecture_whatever_the_order_given() {
    let numbered = FIGURES.iter().rev().filter(|spec| spec.id().is_some());
    let figures: Vec<Figure> = numbered.map(|spec| figure(spec.stem)).collect();
    let parts = |all: &[&Figure]| -> Vec<String> {
        let mut parts: Vec<String> =
            all.iter().map(|f| Slide::of(f, DECK).part.en.into()).collect();
        parts.dedup();
        parts
    };
    let ordered = parts(&in_order(&figures));
    let once: BTreeSet<&String> = ordered.iter().collect();
    assert_eq!(ordered.len(), once.len(), "a part comes twice: {ordered:?}");
    assert!(ordered.windows(2).all(|w| w[0] < w[1] || w[1].starts_with("further")), "{ordered:?}");
    // the figures as they were given
    assert!(parts(&figures.iter().collect::<Vec<_>>()).len() > ordered.len());
    assert_eq!(Spec::number("08a_hybrid"), "08");
}

#[test]
fn a_slide_names_the_command_that_draws_it() {
    let command = |stem: &str| Slide::of(&figure(stem), DECK).command;
    for spec in FIGURES {
        assert_eq!(command(spec.stem), format!("{DECK} --figure {}", spec.name));
    }
    let named = |stem: &str| command(stem).rsplit(' ').next().unwrap_or_default().to_string();
    for (stem, name) in [
        ("08a_hybrid", "hybrid"),
        ("12b_marginals_and_tilt", "tilt"),
        ("13c_spread", "clean_classifier"),
        ("mine", ""),
    ] {
        let found = named(stem);
        assert_eq!(found.replace('-', "_"), name, "{stem}");
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn unpacked(bytes: &[u8]) -> Files {
    let mut file = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for k in 0..file.len() {
        let mut part = file.by_index(k).unwrap();
        let mut bytes = vec![];
        part.read_to_end(&mut bytes).unwrap();
        files.insert(part.name().into(), bytes);
    }
    files
}

/// What a reader of the format would complain about: XML that does not parse, a relation that leads nowhere, a part that
/// has no type or that nothing leads to.
fn complaints(files: &Files) -> Vec<String> {
    let mut found = vec![];
    let mut reached: BTreeSet<String> = ["[Content_Types].xml".to_string()].into();
    for (path, bytes) in
        files.iter().filter(|(path, _)| path.ends_with(".xml") || path.ends_with(".rels"))
    {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let Ok(parsed) = Document::parse(&text) else {
            found.push(format!("{path} is no XML"));
            continue;
        };
        let Some(of) = path.strip_suffix(".rels") else { continue };
        reached.insert(path.clone());
        let base: Vec<&str> = of.split('/').take_while(|part| *part != "_rels").collect();
        for relation in parsed.descendants().filter_map(|n| n.attribute("Target")) {
            let mut at = base.clone();
            for part in relation.split('/') {
                if part == ".." {
                    at.pop();
                } else {
                    at.push(part);
                }
            }
            let at = at.join("/");
            if !files.contains_key(&at) {
                found.push(format!("{path} leads to {at}, which is not there"));
            }
            reached.insert(at);
        }
    }
    let types = String::from_utf8(files["[Content_Types].xml"].clone()).unwrap();
    for path in files.keys().filter(|path| !reached.contains(*path)) {
        found.push(format!("nothing leads to {path}"));
    }
    for path in files.keys().filter(|path| path.ends_with(".xml") && *path != "[Content_Types].xml")
    {
        if !types.contains(&format!("PartName=\"/{path}\"")) {
            found.push(format!("{path} has no type"));
        }
    }
    found
}

fn pictures() -> Vec<(Slide, Vec<u8>)> {
    let picture =
        svg(&figure("x"), Theme::Light, Lang::En, None).and_then(|text| png(&text, 64)).unwrap();
    slides().into_iter().map(|slide| (slide, picture.clone())).collect()
}

#[test]
fn the_pptx_is_whole_and_says_of_every_picture_what_it_shows() {
    let bytes = pptx(&pictures(), Lang::Vi).unwrap();
    assert_eq!(bytes, pptx(&pictures(), Lang::Vi).unwrap(), "the same slides give the same bytes");
    let files = unpacked(&bytes);
    assert_eq!(complaints(&files), [""; 0]);
    for k in 1..=4 {
        let text = |path: String| String::from_utf8(files[&path].clone()).unwrap();
        let slide = text(format!("ppt/slides/slide{k}.xml"));
        assert!(slide.contains("descr=\"x &lt; &quot;y&quot;\"") && slide.contains("tên 4.000"));
        let notes = text(format!("ppt/notesSlides/notesSlide{k}.xml"));
        assert!(notes.contains("4.000 mẫu: 25,6 %"));
        let low = "baseline=\"-25000\"/><a:t>t</a:t>";
        assert_eq!(notes.contains(low), k != 4, "the formula, which slide 4 has not");
        assert!(files[&format!("ppt/media/picture{k}.png")].starts_with(b"\x89PNG"));
    }
    let sizes = String::from_utf8(files["ppt/presentation.xml"].clone()).unwrap();
    assert!(
        sizes.contains("<p:sldSz cx=\"12192000\" cy=\"6858000\"/>")
            && sizes.matches("<p:sldId ").count() == 4
    );
    assert!(pptx(&[], Lang::En).is_err());
    let moving = vec![(Slide::default(), b"GIF89a".to_vec())];
    assert!(unpacked(&pptx(&moving, Lang::En).unwrap()).contains_key("ppt/media/picture1.gif"));
}

#[test]
fn a_package_that_lacks_a_part_or_has_one_too_many_is_noticed() {
    let whole = unpacked(&pptx(&pictures(), Lang::En).unwrap());
    for path in ["ppt/theme/theme2.xml", "ppt/media/picture2.png", "ppt/slides/slide3.xml"] {
        let mut lacking = whole.clone();
        lacking.remove(path);
        assert!(complaints(&lacking).iter().any(|c| c.contains(path)), "{path}");
    }
    let mut more = whole.clone();
    more.insert("ppt/slides/slide9.xml".into(), b"<p/>".to_vec());
    more.insert("ppt/slides/slide1.xml".into(), b"<p>".to_vec());
    assert_eq!(complaints(&more).len(), 3, "{:?}", complaints(&more));
}

#[cfg(feature = "pdf")]
#[test]
fn a_pdf_has_a_page_for_each_picture() {
    let of = |stem: &str| svg(&figure(stem), Theme::Light, Lang::Vi, None).unwrap();
    let both = ["01_uncontrolled", "04_two_scores"].map(of);
    let pages = |svgs: &[String]| {
        let bytes = crate::plot::pdf(svgs).unwrap();
        assert!(bytes.starts_with(b"%PDF-") && bytes == crate::plot::pdf(svgs).unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(&format!("/Count {}", svgs.len())));
        text.matches("/MediaBox [0 0 960 540]").count()
    };
    assert_eq!((pages(&both), pages(&both[..1])), (2, 1));
}
