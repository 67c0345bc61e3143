//! The gallery, `docs/gallery`: every figure of the catalogue as a small picture, with its caption and the command that
//! draws it.
//!
//! `SCORELAB_WRITE=1 cargo test --test main gallery -- --include-ignored` makes all of it from the catalogue, and trains the
//! networks that some figures are of; with `SCORELAB_GALLERY=tilt,10_fidelity_against_diversity` only the pictures of these figures, by name or stem, and with
//! `SCORELAB_NETWORKS=FOLDER` the networks that are trained are kept there for the next time.

use super::read;
use crate::common::repository;
use scorelab_figures::lecture::{FIGURES, Spec};
use scorelab_figures::plot::{Figure, Lang, Text, Theme, png, svg};
use scorelab_lab::Menu;
use scorelab_lab::program::{check, drawn};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Pixels of a picture, across.
const WIDTH: u32 = 640;
/// The most bytes that the folder may hold.
const MOST: u64 = 6_000_000;
/// The share of a picture's pixels that may be of another colour. Another kernel, which rounds elsewhere and learns other bits,
/// moves no more than 0.00005 of them; another class, 0.02 of the plainest figure.
const MOVED: f64 = 0.005;
/// The same for a figure with seconds that were measured.
const MEASURED: (&str, f64) = ("14_classifier_bill", 0.02);

/// The networks that some figures are of: the folder of each, and how it is trained.
const NETWORKS: [(&str, &str); 10] = [
    ("joint", "--model joint"),
    ("noisy", "--model noisy"),
    ("drop-0", "--model joint --p-drop 0"),
    ("drop-50", "--model joint --p-drop 0.5"),
    ("drop-90", "--model joint --p-drop 0.9"),
    ("tree", "--model joint --scene tree --steps 5000 --level-location=-1.5 --level-width 1"),
    ("worse", "--model joint --scene tree --steps 500 --level-location=-1.5 --level-width 1"),
    (
        "digits",
        "--model joint --data digits --points 30000 --steps 12000 --batch 256 --width 512 --depth 4 --residual --embedding 32 --p-drop 0.2 --clip 1 --ema 0.999 --level-location 0 --level-width 0.6",
    ),
    ("judge", "--model clean --data digits --points 30000 --batch 256 --seed 1"),
    (
        "captions",
        "--model caption --width 64 --depth 2 --steps 2500 --batch 128 --learning-rate 0.002 --warmup 200",
    ),
];

/// Figures, by their stems, that need flags or are better for some; every other is drawn of the scene alone.
const FLAGS: [(&str, &str); 10] = [
    ("08_hybrid", "--classifier exact --gradient-scale 0.2"),
    ("12c_implicit_classifier", "--score out/joint --classifier out/noisy --class dog"),
    ("16_p_drop", "--runs out/drop-0,out/joint,out/drop-50,out/drop-90"),
    ("19_word_attention", "--score out/captions --gamma 3"),
    ("20_composition", "--score out/captions --gamma 3"),
    ("23_autoguidance", "--score out/tree --guiding out/worse --class crown --gamma 2"),
    ("digits_samples", "--score out/digits --class all --gamma 0,1,2"),
    ("02_denoising_digits", "--score out/digits --class 3 --gamma 2"),
    ("08_hybrid_digits", "--score out/digits --class 3 --gamma 0,1,2 --judge out/judge"),
    (
        "10_images_over_gamma",
        "--score out/digits --class all --gamma 0,1,1.5,2,3 --judge out/judge",
    ),
];

/// How the program is called in a checkout.
const PROGRAM: &str = "cargo run -- ";

/// The command that draws a figure.
fn command(spec: &Spec) -> String {
    let flags = FLAGS.iter().find(|(stem, _)| *stem == spec.stem).map(|(_, flags)| *flags);
    format!("{PROGRAM}plot {} {}", spec.name, flags.unwrap_or_default()).trim_end().into()
}

/// The same in a language.
fn command_in(spec: &Spec, lang: Lang) -> String {
    let own = if lang == Lang::Vi { " --lang vi" } else { "" };
    command(spec) + own
}

/// The program's own words of a command.
fn own_words(command: &str) -> Vec<String> {
    let own = command.strip_prefix(PROGRAM).expect("a command of the program");
    own.split(' ').map(String::from).collect()
}

/// The command that trains a network.
fn training((folder, flags): &(&str, &str)) -> String {
    format!("{PROGRAM}train {flags} --out out/{folder}")
}

/// The parts of the lecture in order, each with its figures.
fn parts() -> Vec<(&'static Text, Vec<&'static Spec>)> {
    let mut parts: Vec<(&Text, Vec<&Spec>)> = Vec::new();
    for spec in FIGURES {
        match parts.iter_mut().find(|(part, _)| **part == spec.part) {
            Some((_, specs)) => specs.push(spec),
            None => parts.push((&spec.part, vec![spec])),
        }
    }
    parts
}

const HEADS: [&str; 2] = [
    "# The gallery

Every figure of the lecture, in its order, and the command that draws it, as it is typed in a checkout; after
`cargo install --path lab` it begins with `scorelab` instead of `cargo run --`. A command writes an SVG and a PNG of 1920
pixels into `out/plot/`; of what moves, a GIF, of which a frame is shown here. Add `--scene`, `--class` and `--gamma` for
data of your own, `--lang vi` for Vietnamese, `--theme dark` or `--theme print`, and `--format svg,png,pdf,csv,json` for
other files; [the reference](../command.md#figures) says what each figure needs.
[Tiếng Việt](README.vi.md).
",
    "# Phòng trưng bày

Mọi hình của bài giảng, theo thứ tự, kèm lệnh vẽ ra nó, gõ trong thư mục mã nguồn; sau `cargo install --path lab`, lệnh bắt đầu bằng
`scorelab` thay cho `cargo run --`. Mỗi lệnh ghi một tệp SVG và một tệp PNG rộng 1920 điểm ảnh vào `out/plot/`; hình động là tệp GIF, ở
đây chỉ hiện một khung. Thêm `--scene`, `--class` và `--gamma` cho dữ liệu của bạn, `--theme dark` hay `--theme print` cho nền
tối hay bản in, và `--format svg,png,pdf,csv,json` cho các tệp khác; [phần tra cứu](../command.md#figures) cho biết mỗi hình cần gì.
[English](README.md).
",
];

const TRAINED: [&str; 2] = [
    "
## The networks of some figures

They are trained beforehand, most in seconds on two cores, `out/digits` and `out/captions` in minutes. The network of captions is
smaller than [the one of the experiment](../command.md#captions), which takes 25 minutes and draws better.
",
    "
## Mạng của một số hình

Các mạng này được huấn luyện trước, phần lớn mất vài giây trên hai nhân, `out/digits` và `out/captions` mất vài phút. Mạng chú thích ở
đây nhỏ hơn [mạng của thí nghiệm](../command.md#captions), vốn mất 25 phút và vẽ đẹp hơn.
",
];

/// The page of a language.
fn page(lang: Lang) -> String {
    let own = lang as usize;
    let mut out = HEADS[own].to_string();
    for (part, specs) in parts() {
        let mut part = part.get(lang).chars();
        let first = part.next().expect("a part has a name").to_uppercase();
        out += &format!("\n## {first}{}\n\n| | |\n|---|---|\n", part.as_str());
        for spec in specs {
            out += &entry(spec, lang);
        }
    }
    let commands: Vec<String> = NETWORKS.iter().map(training).collect();
    let not_run = "<!-- not run: minutes; the test that makes the pictures runs them -->";
    out + &format!("{}\n{not_run}\n```sh\n{}\n```\n", TRAINED[own], commands.join("\n"))
}

/// The row of a figure: its picture, and its title, caption and command.
fn entry(spec: &Spec, lang: Lang) -> String {
    // s_{∅} is a subscript on a figure
    let read = |text: &Text| text.get(lang).replace(['{', '}'], "");
    let [title, caption] = [&spec.title, &spec.caption].map(read);
    let id = spec.id().map_or(String::new(), |id| format!("{id} · "));
    let file = format!("{}/{}.png", lang.name(), spec.stem);
    let picture = format!("<img src=\"{file}\" width=\"400\" alt=\"{title}\">");
    let row = format!("<b>{id}{title}</b><br>{caption}<br>`{}`", command_in(spec, lang));
    assert!(!row.contains('|') && !title.contains('"'), "{row}");
    format!("| <a href=\"{file}\">{picture}</a> | {row} |\n")
}

/// The two pages and their languages.
const PAGES: [(&str, Lang); 2] =
    [("docs/gallery/README.md", Lang::En), ("docs/gallery/README.vi.md", Lang::Vi)];

fn writes() -> bool {
    std::env::var_os("SCORELAB_WRITE").is_some()
}

/// Where the picture of a figure lies.
fn place(spec: &Spec, lang: Lang) -> PathBuf {
    repository(&format!("docs/gallery/{}/{}.png", lang.name(), spec.stem))
}

#[test]
fn the_gallery_has_every_figure_with_its_caption_and_its_command() {
    let how = "SCORELAB_WRITE=1 SCORELAB_GALLERY=NAME cargo test --test main gallery -- --include-ignored writes a figure's";
    for (name, lang) in PAGES {
        let now = page(lang);
        if writes() {
            fs::create_dir_all(repository(&format!("docs/gallery/{}", lang.name()))).unwrap();
            fs::write(repository(name), &now).unwrap();
        }
        assert!(read(name).replace("\r\n", "\n") == now, "{name} is old: {how}");
        let listed = fs::read_dir(repository(&format!("docs/gallery/{}", lang.name()))).unwrap();
        let mut found: Vec<PathBuf> = listed.map(|e| e.unwrap().path()).collect();
        let mut wanted: Vec<PathBuf> = FIGURES.iter().map(|spec| place(spec, lang)).collect();
        if !writes() {
            [&mut found, &mut wanted].into_iter().for_each(|paths| paths.sort());
            let names = |paths: &[PathBuf]| -> Vec<String> {
                paths.iter().map(|p| p.file_name().unwrap().to_string_lossy().into()).collect()
            };
            assert_eq!(names(&found), names(&wanted), "{how}");
        }
    }
    assert!(bytes(&repository("docs/gallery")) <= MOST, "{}", bytes(&repository("docs/gallery")));
}

fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.path().is_dir() {
            true => bytes(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

#[test]
fn every_command_of_the_gallery_is_understood_and_names_networks_that_are_trained() {
    let figures = [Lang::En, Lang::Vi].map(|lang| FIGURES.iter().map(move |s| command_in(s, lang)));
    for command in figures.into_iter().flatten().chain(NETWORKS.iter().map(training)) {
        let words = std::iter::once("scorelab".into()).chain(own_words(&command));
        let words: Vec<OsString> = words.map(OsString::from).collect();
        check(&words, "").unwrap_or_else(|why| panic!("{command}: {why}"));
        for name in command.split([' ', ',']).filter_map(|word| word.strip_prefix("out/")) {
            assert!(NETWORKS.iter().any(|(folder, _)| *folder == name), "{command}");
        }
    }
    for (stem, _) in FLAGS {
        assert!(FIGURES.iter().any(|spec| spec.stem == stem), "no figure has the stem {stem}");
    }
}

/// The figure that stands for an entry: of an animation the frame in the middle, of builds the last, else the first.
fn still(spec: &Spec, folder: &Path) -> Figure {
    let networks = format!("{}/", folder.display());
    let words = own_words(&command(spec).replace("out/", &networks)).split_off(1);
    let moves: &[String] = if spec.moves() { &["--frames".into(), "9".into()] } else { &[] };
    let mut figures = drawn(&[&words[..], moves].concat()).unwrap_or_else(|why| panic!("{why}"));
    let at = match spec.moves() {
        true => figures.len() / 2,
        false => figures.iter().rposition(|f| f.stem.contains("_build")).unwrap_or(0),
    };
    figures.swap_remove(at)
}

/// The picture of a figure.
fn picture(figure: &Figure, lang: Lang) -> Vec<u8> {
    coarse(&png(&svg(figure, Theme::Light, lang, None).unwrap(), WIDTH).unwrap())
}

/// Width and height of a PNG, and its pixels, three bytes each.
fn pixels(png: &[u8]) -> ((u32, u32), Vec<u8>) {
    let mut decoder = png::Decoder::new(png);
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let channels = info.color_type.samples();
    let kept = bytes.chunks_exact(channels).flat_map(|pixel| pixel[..3].to_vec());
    ((info.width, info.height), kept.collect())
}

/// The same picture without what is seen through it, and with 128 shades of each colour, which are fewer bytes; with half as many a
/// density would have rings.
fn coarse(png: &[u8]) -> Vec<u8> {
    let ((width, height), mut pixels) = pixels(png);
    pixels
        .iter_mut()
        .for_each(|shade| *shade = ((u32::from(*shade) * 127 + 127) / 255 * 255 / 127) as u8);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Best);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    out
}

/// The share of pixels of which a colour differs by more than a fifth of its range.
fn moved(one: &[u8], other: &[u8]) -> f64 {
    let ((size, one), (other_size, other)) = (pixels(one), pixels(other));
    assert_eq!(size, other_size);
    let far = |pair: (&[u8], &[u8])| pair.0.iter().zip(pair.1).any(|(a, b)| a.abs_diff(*b) > 51);
    let all = one.chunks_exact(3).zip(other.chunks_exact(3));
    all.filter(|pair| far(*pair)).count() as f64 / f64::from(size.0 * size.1)
}

#[test]
fn a_picture_is_what_its_command_draws_and_another_class_is_another_picture() {
    let spec = FIGURES.iter().find(|spec| spec.name == "bayes-sum").unwrap();
    let own = still(spec, Path::new("out"));
    for lang in [Lang::En, Lang::Vi] {
        let there = fs::read(place(spec, lang)).unwrap();
        let here = picture(&own, lang);
        assert!(moved(&here, &there) < MOVED, "{}", moved(&here, &there));
    }
    let other = drawn(&["bayes-sum", "--class", "1"].map(String::from)).unwrap();
    let there = fs::read(place(spec, Lang::En)).unwrap();
    assert!(moved(&picture(&other[0], Lang::En), &there) > MOVED);
}

/// Trains the networks of these figures that are not yet in the folder.
fn train(specs: &[&Spec], folder: &Path) {
    for network in NETWORKS {
        let path = format!("out/{}", network.0);
        let needed = |spec: &&Spec| command(spec).split([' ', ',']).any(|word| word == path);
        if specs.iter().any(needed) && !folder.join(network.0).exists() {
            let words = training(&network).replace("out/", &format!("{}/", folder.display()));
            let mut program = Command::new(env!("CARGO_BIN_EXE_scorelab"));
            let ended = program.args(own_words(&words)).output().unwrap();
            assert!(ended.status.success(), "{words}");
        }
    }
}

#[test]
#[ignore = "minutes: it trains the networks that some figures are of"]
fn every_picture_of_the_gallery_is_what_its_command_draws() {
    let only = std::env::var("SCORELAB_GALLERY").ok();
    let asked = |spec: &&&Spec| {
        only.as_ref().is_none_or(|o| o.split(',').any(|n| [spec.name, spec.stem].contains(&n)))
    };
    let specs: Vec<&Spec> = FIGURES.iter().filter(asked).copied().collect();
    assert!(!specs.is_empty(), "no figure is called {only:?}");
    let kept = std::env::var_os("SCORELAB_NETWORKS").map(PathBuf::from);
    let own = std::env::temp_dir().join(format!("scorelab-{}-gallery", std::process::id()));
    let folder = kept.as_ref().unwrap_or(&own);
    train(&specs, folder);
    let mut old = Vec::new();
    for spec in specs {
        let figure = still(spec, folder);
        for lang in [Lang::En, Lang::Vi] {
            let (now, path) = (picture(&figure, lang), place(spec, lang));
            if writes() {
                fs::write(&path, &now).unwrap();
            }
            let moved = moved(&now, &fs::read(&path).unwrap());
            println!("{:.4} {}", moved, path.display());
            let most = if spec.stem == MEASURED.0 { MEASURED.1 } else { MOVED };
            old.extend((moved > most).then_some(path));
        }
    }
    fs::remove_dir_all(&own).unwrap_or_default();
    assert!(old.is_empty(), "these pictures are old: {old:?}");
}
