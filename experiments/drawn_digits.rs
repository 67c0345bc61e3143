//! Do drawn digits look like handwritten ones?
//!
//! ```text
//! cargo run --example drawn_digits
//! cargo run --example drawn_digits -- --data FOLDER
//! ```
//!
//! A classifier that only looks at the three nearest images learns from digits drawn by the lab and is asked about
//! others. Expect: it classifies at least 97 % of drawn digits correctly. With `--data`, a folder with MNIST's files,
//! it is also asked about the first handwritten ones, which are unlike anything it has seen: expect more than 85 %
//! there. And what a digit wears, a hat or sunglasses, is read back from its pixels, each attribute correctly for at
//! least 97 %.

use ndarray::Array2;
use rayon::prelude::*;
use scorelab::Result;
use scorelab::data::{Attribute, Attributes, Caption, Drawing, Glyphs, Images, Part};
use scorelab::metrics::{Interval, knn_classify};
use scorelab::mixture::Labelled;
use scorelab_figures::plot::{Axis, Figure, Layer, Panel, Role, Sheet, Text};
use scorelab_lab::{Defaults, ImageExperiment, Table, run_images, share, yes_or_no};
use std::process::ExitCode;
use std::time::Instant;

const QUESTION: &str = "do drawn digits look like handwritten ones?";
/// Images to learn from and images to ask about, at full size and at `--quick`.
const LEARN: (u64, u64) = (6000, 2000);
const ASK: (u64, u64) = (10_000, 1000);
/// Captions of the second figure.
const CAPTIONS: [&str; 7] = [
    "a three",
    "a bold five",
    "a tilted seven",
    "a four with a hat",
    "a nine wearing sunglasses",
    "a two, underlined",
    "a bold zero, boxed",
];

fn main() -> ExitCode {
    let defaults = Defaults { unused: &UNUSED, ..Defaults::IMAGES };
    run_images("drawn_digits", QUESTION, "digits", defaults, experiment)
}

/// No network is trained here and nothing walks.
const UNUSED: [&str; 11] = [
    "scene",
    "gradient-scale",
    "all",
    "class",
    "gamma",
    "process",
    "sampler",
    "steps",
    "train-steps",
    "samples",
    "panel",
];

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let glyphs = Glyphs { seed: lab.seed };
    let (learn, asked) = (lab.size(LEARN.0, LEARN.1), lab.size(ASK.0, ASK.1));
    let train = glyphs.images(0..learn).labelled();
    let mut table = Table::new(&["three neighbours, asked about", "images", "right %"]);
    table.notes =
        vec![format!("learnt from {} drawn digits; ± is one standard error", train.y.len())];
    let drawn = glyphs.images(learn..learn + asked);
    let drawn = ask(&train, &drawn, "drawn digits", &mut table);
    let mut others = None;
    if let Some(folder) = &lab.flags.data {
        let images = Images::read(folder, Part::Train)?;
        let first = images.take(images.labels.len().min(asked as usize));
        others =
            Some(ask(&train, &first, &format!("the first images of {}", images.name), &mut table));
    }
    lab.show("three_neighbours", &table)?;
    lab.check("right of drawn digits", drawn, 0.97..=1.0, 0.92..=1.0);
    answer(lab, drawn, others);
    attributes(lab, glyphs)?;

    let plain = |class| Caption { class, attributes: Attributes::NONE };
    let digits: Vec<_> = (0..10).map(|class| (plain(class), lab.class_name(class))).collect();
    let both = |c: Caption| (c, format!("{} · {}", c.english(), c.vietnamese()).into());
    let worn = CAPTIONS.iter().map(|c| Caption::parse(c).map(both)).collect::<Result<Vec<_>>>()?;
    let title = Text::new("Digits drawn by the lab", "Chữ số do chương trình vẽ");
    let digits = sheet("drawn_digits", title, glyphs, 16, &digits);
    let title = Text::new("What digits wear, and their captions", "Chữ số và chú thích");
    lab.draw(&[digits, sheet("drawn_attributes", title, glyphs, 8, &worn)])
}

/// What came out, in a sentence: the shares of drawn digits and of other images that are right.
fn answer(lab: &mut ImageExperiment, drawn: f64, others: Option<f64>) {
    let percent = |v: f64| format!("{:.1}", 100.0 * v);
    let own = percent(drawn);
    let own = Text::from((
        format!("neighbours among drawn digits name {own} % of other drawn ones right"),
        format!("láng giềng trong các chữ số vẽ gọi đúng {own} % chữ số vẽ khác"),
    ));
    lab.answer(match others {
        None => own.then((
            "; how many handwritten ones, --data FOLDER tells",
            "; chữ số viết tay thì phải có --data FOLDER mới biết",
        )),
        Some(others) => yes_or_no(others > 0.85)
            .then(": ")
            .then(own)
            .then(format!(", {} % --data", percent(others))),
    });
}

/// The share of images that their three nearest neighbours classify correctly.
fn ask(train: &Labelled, images: &Images, what: &str, table: &mut Table) -> f64 {
    let images = images.labelled();
    let named = knn_classify(train, images.x.view(), 3);
    let right = Interval::of_hits(named.iter().zip(&images.y).map(|(a, b)| a == b));
    table.row(&[what.into(), named.len().to_string(), share(right)]);
    right.value
}

/// How often each attribute is read back from the pixels of digits that wear each with chance ½.
fn attributes(lab: &mut ImageExperiment, glyphs: Glyphs) -> Result<()> {
    let n = lab.size(10_000, 1000);
    let began = Instant::now();
    let drawings: Vec<Drawing> = (0..n).into_par_iter().map(|i| glyphs.dressed(i)).collect();
    println!("\n{:.0} drawings each second", n as f64 / began.elapsed().as_secs_f64());
    let mut table = Table::new(&["attribute", "right %"]);
    table.notes = vec![format!(
        "of {n} drawings, each attribute there with chance ½; ± is one standard error"
    )];
    let mut shares = Vec::new();
    for attribute in Attribute::ALL {
        let right = |d: &Drawing| attribute.is_in(&d.pixels) == d.caption.attributes.has(attribute);
        let right = Interval::of_hits(drawings.par_iter().map(right).collect::<Vec<_>>());
        table.row(&[format!("{attribute:?}").to_lowercase(), share(right)]);
        shares.push(right.value);
    }
    lab.show("attributes", &table)?;
    let least = shares.into_iter().fold(1.0, f64::min);
    lab.check("right of the hardest attribute", least, 0.97..=1.0, 0.95..=1.0);
    Ok(())
}

/// A row of drawings for each caption, with words beside it.
fn sheet(
    stem: &str,
    title: Text,
    glyphs: Glyphs,
    columns: usize,
    rows: &[(Caption, Text)],
) -> Figure {
    let n = columns * rows.len();
    let draw = |i: usize| glyphs.draw_as(i as u64, rows[i / columns].0).pixels;
    let pixels = Array2::from_shape_vec((n, 28 * 28), (0..n).flat_map(draw).collect()).expect("n");
    let left = rows.iter().map(|(_, words)| words.clone()).collect();
    let mark = Sheet { pixels, size: (28, 28), columns, left, ..Sheet::default() };
    let layer = Layer::new("drawings", "rows of small grey images", Role::Neutral, mark);
    let hidden = || Axis { hidden: true, ..Axis::default() };
    let panel = Panel { x: hidden(), y: hidden(), layers: vec![layer], ..Panel::default() };
    let (stem, caption, panels) = (stem.into(), title.clone(), vec![panel]);
    Figure { stem, caption, title, panels, ..Figure::default() }
}
