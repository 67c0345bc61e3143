//! The deck as a PPTX file (ECMA-376, Office Open XML): a picture a slide, with title, alternative text and notes.

use super::slide::{Parts, Slide};
use crate::plot::{Lang, escape};
use scorelab::{Error, Result};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// 13.333 × 7.5 inches, in English metric units.
const SIZE: (i64, i64) = (12_192_000, 6_858_000);

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const SPACES: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A file of the package: its path, its content type (none for a picture and for relations), and what it holds.
type Part = (String, Option<String>, Vec<u8>);

/// The content type of a part of a presentation.
fn kind(name: &str) -> Option<String> {
    Some(format!("application/vnd.openxmlformats-officedocument.{name}+xml"))
}

/// The deck as the bytes of a PPTX file: 16 : 9, a slide for each picture (PNG, or GIF for what moves), builds as slides of
/// their own.
///
/// The title stands above the edge of the slide, where readers of screens and lists of slides find it and nobody sees it
/// twice; the caption is the picture's alternative text, and the notes are caption, numbers, formula and command. The same
/// slides give the same bytes.
///
/// # Errors
/// If there are no slides: [`Error::Figure`].
pub fn pptx(slides: &[(Slide, Vec<u8>)], lang: Lang) -> Result<Vec<u8>> {
    let failed = |why: String| Error::Figure { figure: "the deck".into(), why };
    if slides.is_empty() {
        return Err(failed("it has no slides; give it at least one picture".into()));
    }
    let mut parts = vec![];
    for (k, (slide, picture)) in slides.iter().enumerate() {
        parts.extend(slide_parts(k + 1, slide, picture, lang));
    }
    parts.extend(masters());
    parts.extend(presentation(slides.len()));
    parts.insert(0, content_types(&parts));
    zipped(&parts).map_err(|why| failed(why.to_string()))
}

fn zipped(parts: &[Part]) -> zip::result::ZipResult<Vec<u8>> {
    let mut file = ZipWriter::new(Cursor::new(vec![]));
    // stored: pictures are compressed already, and there is little else
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (path, _, bytes) in parts {
        file.start_file(path.as_str(), options)?;
        file.write_all(bytes)?;
    }
    Ok(file.finish()?.into_inner())
}

fn xml(path: impl Into<String>, kind: Option<String>, body: String) -> Part {
    (path.into(), kind, format!("{HEAD}{body}").into_bytes())
}

/// The relations of a part: (id, kind, target).
fn relations(path: &str, all: &[(String, &str, String)]) -> Part {
    let one = |(id, kind, target): &(String, &str, String)| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let all: String = all.iter().map(one).collect();
    let space = "http://schemas.openxmlformats.org/package/2006/relationships";
    xml(path, None, format!("<Relationships xmlns=\"{space}\">{all}</Relationships>"))
}

fn related(id: usize, kind: &str, target: impl Into<String>) -> (String, &str, String) {
    (format!("rId{id}"), kind, target.into())
}

fn content_types(parts: &[Part]) -> Part {
    let typed = parts.iter().filter_map(|(path, kind, _)| {
        Some(format!("<Override PartName=\"/{path}\" ContentType=\"{}\"/>", kind.as_ref()?))
    });
    let space = "http://schemas.openxmlformats.org/package/2006/content-types";
    let defaults = [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
        ("png", "image/png"),
        ("gif", "image/gif"),
    ];
    let default = |(end, kind)| format!("<Default Extension=\"{end}\" ContentType=\"{kind}\"/>");
    let all: String = defaults.map(default).into_iter().chain(typed).collect();
    xml("[Content_Types].xml", None, format!("<Types xmlns=\"{space}\">{all}</Types>"))
}

/// The slide, its notes and its picture, with their relations.
fn slide_parts(k: usize, slide: &Slide, picture: &[u8], lang: Lang) -> Vec<Part> {
    let ending = if picture.starts_with(b"GIF8") { "gif" } else { "png" };
    let image = format!("picture{k}.{ending}");
    vec![
        xml(
            format!("ppt/slides/slide{k}.xml"),
            kind("presentationml.slide"),
            slide_xml(slide, lang),
        ),
        relations(
            &format!("ppt/slides/_rels/slide{k}.xml.rels"),
            &[
                related(1, "slideLayout", "../slideLayouts/slideLayout1.xml"),
                related(2, "image", format!("../media/{image}")),
                related(3, "notesSlide", format!("../notesSlides/notesSlide{k}.xml")),
            ],
        ),
        xml(
            format!("ppt/notesSlides/notesSlide{k}.xml"),
            kind("presentationml.notesSlide"),
            notes_xml(slide, lang),
        ),
        relations(
            &format!("ppt/notesSlides/_rels/notesSlide{k}.xml.rels"),
            &[
                related(1, "notesMaster", "../notesMasters/notesMaster1.xml"),
                related(2, "slide", format!("../slides/slide{k}.xml")),
            ],
        ),
        (format!("ppt/media/{image}"), None, picture.to_vec()),
    ]
}

/// The root of every tree of shapes.
const TREE: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>\
    <p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/></a:xfrm></p:grpSpPr>";

/// A place on the slide.
fn frame([x, y, w, h]: [i64; 4]) -> String {
    format!("<a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{w}\" cy=\"{h}\"/></a:xfrm>")
}

/// A shape with paragraphs; `role` is its place holder.
fn words(id: u32, name: &str, role: &str, at: [i64; 4], lines: &[Parts], lang: Lang) -> String {
    let code = if lang == Lang::Vi { "vi-VN" } else { "en-GB" };
    let run = |(low, text): &(bool, String)| {
        let place = if *low { " baseline=\"-25000\"" } else { "" };
        format!("<a:r><a:rPr lang=\"{code}\"{place}/><a:t>{}</a:t></a:r>", escape(text))
    };
    let paragraph =
        |line: &Parts| format!("<a:p>{}</a:p>", line.iter().map(run).collect::<String>());
    let all: String = lines.iter().map(paragraph).collect();
    let all = if all.is_empty() { "<a:p/>".into() } else { all };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr>\
         <p:nvPr><p:ph {role}/></p:nvPr></p:nvSpPr><p:spPr>{}<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr>\
         <p:txBody><a:bodyPr/><a:lstStyle/>{all}</p:txBody></p:sp>",
        frame(at)
    )
}

/// Where the title stands: just above the slide.
const ABOVE: [i64; 4] = [0, -762_000, SIZE.0, 685_800];
/// Where the notes stand on a page of them, which is upright.
const BELOW: [i64; 4] = [685_800, 4_400_550, 5_486_400, 3_600_450];
const MAP: &str = "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>";

fn slide_xml(slide: &Slide, lang: Lang) -> String {
    let title = Slide::parts(&slide.title, lang);
    let alt = escape(&Slide::read(&slide.caption, lang));
    let title = words(2, "Title", "type=\"title\"", ABOVE, &[title], lang);
    let picture = format!(
        "<p:pic><p:nvPicPr><p:cNvPr id=\"3\" name=\"Picture\" descr=\"{alt}\"/><p:cNvPicPr><a:picLocks noChangeAspect=\"1\"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>\
         <p:blipFill><a:blip r:embed=\"rId2\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>\
         <p:spPr>{}<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr></p:pic>",
        frame([0, 0, SIZE.0, SIZE.1])
    );
    format!(
        "<p:sld {SPACES}><p:cSld><p:spTree>{TREE}{title}{picture}</p:spTree></p:cSld>{MAP}</p:sld>"
    )
}

fn notes_xml(slide: &Slide, lang: Lang) -> String {
    let mut lines = vec![Slide::parts(&slide.part, lang), Slide::parts(&slide.caption, lang)];
    lines.extend(slide.told.iter().map(|told| Slide::parts(told, lang)));
    lines.push(slide.formula(lang));
    let codes = [&slide.latex, &slide.command].into_iter().filter(|code| !code.is_empty());
    lines.extend(codes.map(|code| vec![(false, code.clone())]));
    lines.retain(|line| !line.is_empty());
    let image = "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Slide\"/><p:cNvSpPr><a:spLocks noGrp=\"1\" noRot=\"1\" noChangeAspect=\"1\"/></p:cNvSpPr>\
        <p:nvPr><p:ph type=\"sldImg\"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>";
    let body = words(3, "Notes", "type=\"body\" idx=\"1\"", BELOW, &lines, lang);
    format!(
        "<p:notes {SPACES}><p:cSld><p:spTree>{TREE}{image}{body}</p:spTree></p:cSld>{MAP}</p:notes>"
    )
}

const COLOURS: &str = "<p:clrMap bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" \
    accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"/>";

/// The shapes of a master on the ground of its theme.
fn tree(shapes: &str) -> String {
    format!(
        "<p:cSld><p:bg><p:bgRef idx=\"1001\"><a:schemeClr val=\"bg1\"/></p:bgRef></p:bg><p:spTree>{TREE}{shapes}</p:spTree></p:cSld>"
    )
}

/// The masters of slides and notes, the one layout, and their themes.
fn masters() -> Vec<Part> {
    let title = words(2, "Title", "type=\"title\"", ABOVE, &[], Lang::En);
    let styles = "<p:txStyles><p:titleStyle/><p:bodyStyle/><p:otherStyle/></p:txStyles>";
    let layouts =
        "<p:sldLayoutIdLst><p:sldLayoutId id=\"2147483649\" r:id=\"rId1\"/></p:sldLayoutIdLst>";
    let master =
        format!("<p:sldMaster {SPACES}>{}{COLOURS}{layouts}{styles}</p:sldMaster>", tree(&title));
    let layout = format!(
        "<p:sldLayout {SPACES} type=\"titleOnly\" preserve=\"1\"><p:cSld name=\"Picture\"><p:spTree>{TREE}{title}</p:spTree></p:cSld>{MAP}</p:sldLayout>"
    );
    let body = words(2, "Notes", "type=\"body\" idx=\"1\"", BELOW, &[], Lang::En);
    let notes = format!("<p:notesMaster {SPACES}>{}{COLOURS}</p:notesMaster>", tree(&body));
    vec![
        xml("ppt/slideMasters/slideMaster1.xml", kind("presentationml.slideMaster"), master),
        relations(
            "ppt/slideMasters/_rels/slideMaster1.xml.rels",
            &[
                related(1, "slideLayout", "../slideLayouts/slideLayout1.xml"),
                related(2, "theme", "../theme/theme1.xml"),
            ],
        ),
        xml("ppt/slideLayouts/slideLayout1.xml", kind("presentationml.slideLayout"), layout),
        relations(
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
            &[related(1, "slideMaster", "../slideMasters/slideMaster1.xml")],
        ),
        xml("ppt/notesMasters/notesMaster1.xml", kind("presentationml.notesMaster"), notes),
        relations(
            "ppt/notesMasters/_rels/notesMaster1.xml.rels",
            &[related(1, "theme", "../theme/theme2.xml")],
        ),
        xml("ppt/theme/theme1.xml", kind("theme"), theme()),
        xml("ppt/theme/theme2.xml", kind("theme"), theme()),
    ]
}

/// A theme without any ornament: PowerPoint opens no file without one.
fn theme() -> String {
    let colour =
        |(name, hex): (&str, &str)| format!("<a:{name}><a:srgbClr val=\"{hex}\"/></a:{name}>");
    let colours: String = [
        ("dk1", "000000"),
        ("lt1", "FFFFFF"),
        ("dk2", "22262E"),
        ("lt2", "E6E8EC"),
        ("accent1", "007A58"),
        ("accent2", "00408A"),
        ("accent3", "B53E00"),
        ("accent4", "56B4E9"),
        ("accent5", "CC79A7"),
        ("accent6", "646464"),
        ("hlink", "00408A"),
        ("folHlink", "646464"),
    ]
    .map(colour)
    .concat();
    let font = "<a:latin typeface=\"DejaVu Sans\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/>";
    let fill = "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>".repeat(3);
    let line =
        "<a:ln w=\"9525\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln>".repeat(3);
    let effect = "<a:effectStyle><a:effectLst/></a:effectStyle>".repeat(3);
    format!(
        "<a:theme xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" name=\"scorelab\"><a:themeElements>\
         <a:clrScheme name=\"scorelab\">{colours}</a:clrScheme>\
         <a:fontScheme name=\"scorelab\"><a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>\
         <a:fmtScheme name=\"scorelab\"><a:fillStyleLst>{fill}</a:fillStyleLst><a:lnStyleLst>{line}</a:lnStyleLst>\
         <a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}</a:bgFillStyleLst></a:fmtScheme>\
         </a:themeElements></a:theme>"
    )
}

/// The presentation itself, and what leads to it.
fn presentation(slides: usize) -> Vec<Part> {
    let id = |k: usize| format!("<p:sldId id=\"{}\" r:id=\"rId{}\"/>", 255 + k, 2 + k);
    let ids: String = (1..=slides).map(id).collect();
    let body = format!(
        "<p:presentation {SPACES} saveSubsetFonts=\"1\"><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/></p:sldMasterIdLst>\
         <p:notesMasterIdLst><p:notesMasterId r:id=\"rId2\"/></p:notesMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst>\
         <p:sldSz cx=\"{}\" cy=\"{}\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>",
        SIZE.0, SIZE.1
    );
    let mut all = vec![
        related(1, "slideMaster", "slideMasters/slideMaster1.xml"),
        related(2, "notesMaster", "notesMasters/notesMaster1.xml"),
    ];
    all.extend((1..=slides).map(|k| related(2 + k, "slide", format!("slides/slide{k}.xml"))));
    all.push(related(3 + slides, "theme", "theme/theme1.xml"));
    vec![
        xml("ppt/presentation.xml", kind("presentationml.presentation.main"), body),
        relations("ppt/_rels/presentation.xml.rels", &all),
        relations("_rels/.rels", &[related(1, "officeDocument", "ppt/presentation.xml")]),
    ]
}
