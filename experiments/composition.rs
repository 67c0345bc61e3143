//! What does a caption cost that no training has seen, and when do two scores add up to the score of both?
//!
//! ```text
//! cargo run --example composition
//! ```
//!
//! First exactly: y₁ and y₂ on coordinates of their own, s = s_∅ + (s_y₁ − s_∅) + (s_y₂ − s_∅) beside the score of both. It is exact
//! where the two are independent in the data; with the pair held out they are not, and it is wrong by several per cent and more, with
//! exact scores; and exact again where ∅ is a background of its own and each y is seen against it. Then on captioned digits with a
//! pair that no training has seen: asked for as one caption of one network, composed of the two captions of one thing each, and
//! steered to by a classifier of its own, which has to be given drawings of it and to be trained. Figure F20 shows the held-out
//! cells, and one z under several captions.

use ndarray::{Array2, Axis, concatenate};
use scorelab::Result;
use scorelab::checkpoint::{Kind, Model, Recipe};
use scorelab::condition::Condition;
use scorelab::data::{Attribute, Caption, Glyphs, HELD_OUT_PAIRS};
use scorelab::guidance::{ClassifierGuided, Gamma};
use scorelab::metrics::{CaptionHits, Shown, score_error};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::noise::NoiseLevel;
use scorelab::rng::{Purpose, normals};
use scorelab::score::ScoreFn;
use scorelab::train::TrainConfig;
use scorelab::training_loop::{Examples, learn};
use scorelab_figures::lecture;
use scorelab_lab::{CaptionExperiment, Defaults, EARLY, Table, run_captions, share, worn};
use std::process::ExitCode;
use std::time::Instant;

const QUESTION: &str = "what does a caption cost that no training has seen, and when do two scores add up to that of both?";

fn main() -> ExitCode {
    let defaults = Defaults { gamma: "3", ..Defaults::CAPTIONS };
    run_captions("composition", QUESTION, "mask_and_point", defaults, experiment)
}

fn experiment(lab: &mut CaptionExperiment) -> Result<()> {
    let off = exact(lab)?;
    let (pairs, cells) = (pairs(lab)?, cells(lab)?);
    let (drawings, seconds) = a_caption_of_its_own(lab)?;
    answer(lab, off, (pairs, cells), (drawings, &format!("{seconds:.0}")));
    let figures = lecture::composition(&lab.inputs(), lab.large_gamma(), lab.size(1400, 70))?;
    lab.draw(&figures)
}

/// What came out, in a sentence.
fn answer(
    lab: &mut CaptionExperiment,
    [seen, held_out, background]: [f64; 3],
    (pairs, cells): ([f64; 3], [f64; 4]),
    (drawings, seconds): (usize, &str),
) {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let ([one, two, drawn], [cell, _, others, _]) = (pairs.map(percent), cells.map(percent));
    lab.answer((
        format!(
            "exact scores add up to {seen:.1e} where every pair was seen and to {background:.1e} against a background, and are off by up to {held_out:.1e} where the pair was held out; of held-out pairs {one} % are all right as one caption and {two} % composed of two, of drawings {drawn} %; of held-out cells {cell} % as one caption and {others} % as other digits wear the thing; a classifier of its own takes {drawings} new drawings and {seconds} s"
        ),
        format!(
            "tổng của các score chính xác chỉ lệch {seen:.1e} khi mọi cặp đều được thấy và {background:.1e} khi so với một nền riêng, nhưng lệch tới {held_out:.1e} khi cặp ấy bị để riêng; với các cặp để riêng, một chú thích cho {one} % ảnh hoàn toàn đúng, ghép hai chú thích cho {two} %, hình vẽ mẫu {drawn} %; với các ô để riêng, một chú thích cho {cell} %, mượn cách các chữ số khác mang vật ấy cho {others} %; bộ phân loại riêng tốn {drawings} hình vẽ mới và {seconds} giây"
        ),
    ));
}

/// σ at which exact scores are compared.
const LEVELS: [f64; 3] = [0.3, 1.0, 3.0];

/// The places of three digits and a blank, and of a hat, no hat and a blank, in the plane of each.
const DIGITS: [[f64; 2]; 4] = [[-1.0, 0.6], [1.1, 0.5], [0.1, -1.2], [0.0, 0.0]];
const HATS: [[f64; 2]; 3] = [[0.9, 0.4], [-0.9, -0.3], [0.0, 0.0]];
const WIDTH: f64 = 0.35;

/// A mixture of these pairs of a digit and a hat; what is asked for is a subset of its components.
fn of_pairs(pairs: &[(usize, usize)]) -> Result<Mixture> {
    let place = |(digit, hat): &(usize, usize)| [DIGITS[*digit], HATS[*hat]].concat();
    let means: Vec<f64> = pairs.iter().flat_map(place).collect();
    let means = Array2::from_shape_vec((pairs.len(), 4), means).expect("four numbers each");
    let n = pairs.len();
    Mixture::isotropic(vec![1.0 / n as f64; n], means, &vec![WIDTH; n], vec![0; n])
}

/// The data of one case: its pairs, ∅, what is seen under y₁ (the first digit) and y₂ (the hat), each as pairs.
struct Case {
    name: &'static str,
    null: Vec<(usize, usize)>,
    given: [Vec<(usize, usize)>; 2],
}

fn cases() -> [Case; 3] {
    const BLANK: (usize, usize) = (3, 2);
    let all: Vec<(usize, usize)> = (0..3).flat_map(|d| (0..2).map(move |h| (d, h))).collect();
    let held: Vec<(usize, usize)> = all.iter().copied().filter(|pair| *pair != (0, 0)).collect();
    let of = |pairs: &[(usize, usize)]| {
        let digit = pairs.iter().copied().filter(|(d, _)| *d == 0).collect();
        [digit, pairs.iter().copied().filter(|(_, h)| *h == 0).collect()]
    };
    [
        Case { name: "every pair seen", given: of(&all), null: all },
        Case { name: "the pair held out", given: of(&held), null: held },
        Case {
            name: "held out, against a background",
            null: vec![BLANK],
            given: [vec![(0, BLANK.1)], vec![(BLANK.0, 0)]],
        },
    ]
}

/// How far composed exact scores are from the score of both, relative to it; the answer is the largest of each case.
fn exact(lab: &mut CaptionExperiment) -> Result<[f64; 3]> {
    let mut largest = [0.0f64; 3];
    let mut table = Table::new(&["data", "σ", "off"]);
    table.notes = vec![
        "off: √(E|s_∅ + (s_y₁ − s_∅) + (s_y₂ − s_∅) − s_both|²/E|s_both|²), exact scores".into(),
    ];
    let both = of_pairs(&[(0, 0)])?;
    for (k, Case { name, null, given }) in cases().into_iter().enumerate() {
        let (null, [a, b]) = (of_pairs(&null)?, [of_pairs(&given[0])?, of_pairs(&given[1])?]);
        for sigma in LEVELS {
            let level = NoiseLevel::ve(sigma);
            let x0 = both.sample(1000, lab.seed, Purpose::Reference).x;
            let x = &x0 + &(normals(lab.seed, Purpose::Reference, 1, x0.dim()) * sigma);
            let s = |m: &Mixture| m.score(x.view(), level);
            let (truth, composed) = (s(&both), s(&a) + s(&b) - s(&null));
            let off = score_error(composed.view(), truth.view());
            table.row(&[name.to_string(), sigma.to_string(), format!("{off:.1e}")]);
            largest[k] = largest[k].max(off);
            let range = if name == "the pair held out" { 1e-2..=10.0 } else { 0.0..=1e-12 };
            lab.check(&format!("{name}, σ = {sigma}: off"), off, range.clone(), range);
        }
    }
    lab.show("composition_exact", &table)?;
    Ok(largest)
}

/// The held-out pairs as one caption, and composed of two; the answer is how many images are all right, over all pairs, by the
/// first, by the second and in drawings.
fn pairs(lab: &mut CaptionExperiment) -> Result<[f64; 3]> {
    let mut right = [0.0; 3];
    let headers = ["held-out pair", "asked for as", "digit", "what it wears", "all right"];
    let (mut table, gamma, n) = (Table::new(&headers), lab.large_gamma(), lab.samples);
    table.notes = vec![
        format!("γ = {}, {n} images a row", gamma.value()),
        "two captions: s_∅ + γ·((s_a − s_∅) + (s_b − s_∅) − (s_digit − s_∅)), a and b the digit with one thing each".into(),
    ];
    for pair in HELD_OUT_PAIRS {
        let whole = (0..10).map(|class| worn(class, &pair));
        let seen: Vec<Caption> = whole.filter(|c| !c.is_in_held_out_cell()).collect();
        let wanted: Vec<Caption> = seen.iter().copied().cycle().take(n).collect();
        let name = format!("{} + {}", pair[0].name().en, pair[1].name().en);
        let net = lab.net.clone();
        let composed = |caption: Caption| {
            let one = |a: &[Attribute]| worn(caption.class, a);
            let [a, b, digit] = [one(&pair[..1]), one(&pair[1..]), one(&[])];
            let g = gamma.value();
            net.composed(&[(g, a), (g, b), (-g, digit)])
        };
        for (k, (how, pixels)) in [
            ("one caption", lab.guided(gamma, &wanted)?),
            ("two captions", lab.images(composed, &wanted)?),
            ("drawn", lab.drawings(&wanted)),
        ]
        .into_iter()
        .enumerate()
        {
            let hits = lab.hits(&pixels, &wanted);
            let shares = [hits.digit, hits.attributes, hits.all].map(share);
            table.row(&[vec![name.clone(), how.into()], shares.into()].concat());
            right[k] += hits.all.value / HELD_OUT_PAIRS.len() as f64;
        }
    }
    lab.show("composition_pairs", &table)?;
    Ok(right)
}

/// The least share of held-out cells that is all right as others wear the thing.
const LEAST: f64 = 0.75;

/// How a held-out cell is asked for.
const WAYS: [&str; 4] = ["one caption", "digit and word", "as others wear it", "drawn"];

/// The held-out cells as one caption; composed of the digit and of the word of what it wears, a caption that no training has seen; and
/// by what the thing does to three digits that are seen to wear it. The answer is the share that is all right, by way.
///
/// ```text
/// s_∅ + γ·(s_d − s_∅) + γ·mean over d' of (s_(d', a) − s_d'),   s_(d', a) − s_d' = ∇ₓ log p(a | x_t, d')
/// ```
///
/// The last difference is the gradient of an implicit classifier of the thing, which is taken over from the digits d' to the digit d;
/// below σ/α = [`EARLY`], where the thing has its place, the caption's own score goes on.
fn cells(lab: &mut CaptionExperiment) -> Result<[f64; 4]> {
    let (n, gamma, net) = (lab.samples, lab.large_gamma(), lab.net.clone());
    let g = gamma.value();
    let cell = |class| worn(class, &[Caption::held_out_cell(class)]);
    let wanted: Vec<Caption> = (0..10).map(cell).cycle().take(n).collect();
    let words = |caption: Caption| {
        let tokens = caption.tokens();
        net.composed(&[&tokens[..1], &tokens[1..]].map(|words| (g, Condition::words(words))))
    };
    let pixels = [
        lab.guided(gamma, &wanted)?,
        lab.images(words, &wanted)?,
        lab.steered_early(|caption| net.composed(&as_others(caption, g)), &wanted)?,
        lab.drawings(&wanted),
    ];
    let shown = pixels.map(|pixels| lab.shown(&pixels)[0].clone());
    let mut table = table_of_cells(&wanted, &shown);
    table.notes = vec![
        format!("γ = {g}, {n} images of all cells"),
        "digit and word: s_∅ + γ·((s_d − s_∅) + (s_a − s_∅)), a the word of the thing alone".into(),
        format!(
            "as others wear it: s_∅ + γ·((s_d − s_∅) + mean of (s_(d', a) − s_d')) down to σ/α = {EARLY}, then s_(d, a)"
        ),
    ];
    lab.show("composition_cells", &table)?;
    let right = shown.map(|shown| CaptionHits::of(&shown, &wanted).all.value);
    let what = "held-out cells, as others wear it: all right";
    lab.check(what, right[2], LEAST..=1.0, 0.0..=1.0);
    Ok(right)
}

/// What images of cells show, by cell and way, after all cells together.
fn table_of_cells(wanted: &[Caption], shown: &[Vec<Shown>; 4]) -> Table {
    let headers = ["held-out cell", "asked for as", "digit", "what it wears", "all right"];
    let mut table = Table::new(&headers);
    let cells = (0..10).map(|class| worn(class, &[Caption::held_out_cell(class)]));
    for cell in std::iter::once(None).chain(cells.map(Some)) {
        let name = cell.map_or("all".into(), Caption::english);
        let own = |i: &usize| cell.is_none_or(|cell| wanted[*i] == cell);
        let own: Vec<usize> = (0..wanted.len()).filter(own).collect();
        let asked: Vec<Caption> = own.iter().map(|i| wanted[*i]).collect();
        for (how, shown) in WAYS.into_iter().zip(shown) {
            let shown: Vec<Shown> = own.iter().map(|i| shown[*i]).collect();
            let hits = CaptionHits::of(&shown, &asked);
            let shares = [hits.digit, hits.attributes, hits.all].map(share);
            table.row(&[vec![name.clone(), how.into()], shares.into()].concat());
        }
    }
    table
}

/// How many other digits tell what a thing does to a digit.
const OTHERS: usize = 3;

/// A digit, and what the thing that it wears does to the next digits that a training sees with it.
fn as_others(caption: Caption, gamma: f64) -> Vec<(f64, Caption)> {
    let things: Vec<Attribute> = caption.attributes.iter().collect();
    let next = (1..10).map(|k| (caption.class + k) % 10);
    let others: Vec<usize> = next.filter(|d| worn(*d, &things).is_seen()).take(OTHERS).collect();
    let each = gamma / others.len() as f64;
    let pairs = others.iter().flat_map(|d| [(each, worn(*d, &things)), (-each, worn(*d, &[]))]);
    std::iter::once((gamma, worn(caption.class, &[]))).chain(pairs).collect()
}

/// Drawings with the caption, and as many without it, from which its own classifier learns.
fn examples(lab: &CaptionExperiment, caption: Caption, n: usize) -> Labelled {
    let glyphs = Glyphs { seed: lab.seed.wrapping_add(3) };
    let [with, without] =
        [glyphs.images_as(0..n as u64, caption), glyphs.captioned_images(n as u64..2 * n as u64)];
    let [with, without] = [with, without].map(|images| lab.points(images.pixels.view()));
    let x = concatenate![Axis(0), without, with];
    Labelled { x, y: (0..2 * n).map(|i| i / n).collect() }
}

/// What a classifier of one caption costs, and what it gives, beside the network of all captions; the answer is its drawings
/// and the seconds of its training.
fn a_caption_of_its_own(lab: &mut CaptionExperiment) -> Result<(usize, f64)> {
    let (caption, n) = (worn(3, &HELD_OUT_PAIRS[0]), lab.samples);
    let wanted = vec![caption; n];
    let (drawings, steps, width) = lab.size((4000, 2000, 256), (300, 100, 32));
    let began = Instant::now();
    let data = examples(lab, caption, drawings);
    let train = TrainConfig { steps, batch: 128, seed: lab.seed, ..TrainConfig::default() };
    let recipe = Recipe {
        width,
        train,
        levels: Recipe::of(Kind::Caption).levels,
        ..Recipe::of(Kind::Noisy)
    };
    let examples = Examples { points: &data, classes: 2, sigma_data: 1.0, spread: &[] };
    let Model::Noisy(own) = learn(&recipe, examples, None, &mut [])?.model else {
        unreachable!("a noisy classifier was asked for")
    };
    let (seconds, parameters) = (began.elapsed().as_secs_f64(), own.network().params.len());
    let flops = 6.0 * parameters as f64 * (steps * 128) as f64;
    let headers = [
        "how",
        "γ",
        "new drawings",
        "FLOP of training",
        "s",
        "digit",
        "what it wears",
        "all right",
    ];
    let mut table = Table::new(&headers);
    table.notes = vec![format!("the caption: {}; {n} images a row", caption.english())];
    let mut row = |how: &str, gamma: f64, cost: [String; 3], pixels: &Array2<u8>| {
        let hits = lab.hits(pixels, &wanted);
        let shares = [hits.digit, hits.attributes, hits.all].map(share);
        table.row(&[vec![how.into(), gamma.to_string()], cost.into(), shares.into()].concat());
    };
    let free = ["0".to_string(), "0".into(), "0".into()];
    let gamma = lab.large_gamma();
    row("the network of all captions", gamma.value(), free, &lab.guided(gamma, &wanted)?);
    let cost = [(2 * drawings).to_string(), format!("{flops:.1e}"), format!("{seconds:.1}")];
    for gamma in [1.0, 3.0, 10.0] {
        let guided = |_| ClassifierGuided {
            score: lab.net.unconditional(),
            likelihood: own.given(1),
            gamma: Gamma::new(gamma).expect("a finite number"),
        };
        row("a classifier of its own", gamma, cost.clone(), &lab.images(guided, &wanted)?);
    }
    lab.show("composition_cost", &table)?;
    Ok((2 * drawings, seconds))
}
