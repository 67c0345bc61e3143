//! Does one network draw what a caption asks for, also in combinations that it has never seen?
//!
//! ```text
//! cargo run --example captions
//! ```
//!
//! Drawn digits wear none to two of six things; a small Transformer learns them all from captions, and the empty caption with them.
//! Held out of its training are ten cells (a digit with one thing) and three pairs of things. What images show is told by a judge
//! that did not steer (the digit) and by formulas of the pixels (what it wears), beside fresh drawings by the same measures: their
//! ceiling. Expect, at the best γ, more than nine in ten all right of seen captions, nearly as many of the pairs bold + underlined and
//! hat + boxed. Of tilted + sunglasses, which share pixels, one or two in three. Of the cells three in four: a tilted five becomes a
//! three, for the tilt seems to move the strokes that tell the digit, and a tilted three is seen and looks much like it; a one
//! and a seven, never seen with sunglasses, wear them whole in half of the images. Of seen sunglasses 96 in a hundred are worn,
//! with guidance all the way or early only (of a second network, of seed 1, 88 and 95): at little noise it leaves them where they
//! are and takes a little ink from their edges, more where the network errs more. The formulas compare ink with fixed numbers, so
//! the ink is normalised; "raw" is without. If things were drawn independently, P(all right) would be the product of the shares
//! beside it. Trained in batches of 128 at learning rate 0.002 the same network wears 82 in a hundred of the sunglasses;
//! docs/experiments.md has that and what else was tried.

use ndarray::Array2;
use scorelab::Result;
use scorelab::data::{Attribute, Caption};
use scorelab::guidance::Gamma;
use scorelab::metrics::{CaptionHits, Interval, Shown};
use scorelab_figures::lecture;
use scorelab_lab::{CaptionExperiment, Defaults, EARLY, Group, Table, run_captions, share};
use std::process::ExitCode;

const QUESTION: &str =
    "does one network draw what a caption asks for, also in combinations that it has never seen?";

fn main() -> ExitCode {
    run_captions("captions", QUESTION, "composition", Defaults::CAPTIONS, experiment)
}

fn experiment(lab: &mut CaptionExperiment) -> Result<()> {
    let (groups, n) = (Group::all(), lab.samples);
    let mut tables = Tables::new(n);
    let mut ceilings = Vec::new();
    for group in &groups {
        let wanted = group.wanted(n);
        let found = Found::of(lab, &lab.drawings(&wanted), &wanted);
        tables.tell(&found, group.name, "drawn");
        ceilings.push(found.hits);
    }
    let best: Result<Vec<Best>> = groups.iter().map(|g| best(lab, g, &mut tables)).collect();
    let best = best?;
    lab.show("captions", &tables.all)?;
    lab.show("captions_each", &tables.each)?;
    lab.show("captions_cells", &tables.cells)?;
    let gamma = best[0].gamma;
    let mut figures = lecture::composition(&lab.inputs(), gamma, lab.size(1400, 70))?;
    figures.push(lecture::word_attention(&lab.inputs(), None, gamma)?);
    lab.draw(&figures)?;
    answer(lab, &groups, &best, &ceilings);
    check(lab, &groups, &ceilings, &best);
    Ok(())
}

/// What is shown: a row for each group and γ, of all that is right and of each attribute, and one for each held-out cell.
struct Tables {
    all: Table,
    each: Table,
    cells: Table,
}

impl Tables {
    fn new(n: usize) -> Tables {
        let all = ["captions", "γ", "digit", "what it wears", "all right", "raw", "product"];
        let worn = Attribute::ALL.into_iter().map(|a| a.name().en);
        let each: Vec<String> = ["captions".into(), "γ".into()].into_iter().chain(worn).collect();
        let cells = ["held-out cell", "γ", "digit", "what it wears", "all right", "else"];
        let mut tables =
            Tables { all: Table::new(&all), each: Table::new(&each), cells: Table::new(&cells) };
        tables.all.notes = vec![
            format!("{n} images a row; drawn: fresh drawings, the ceiling of judge and formulas"),
            format!("early: the best γ down to σ/α = {EARLY}, and γ = 1 below"),
            "product: P(digit) and the six things each being right, multiplied".into(),
        ];
        tables.cells.notes =
            vec!["else: the other digit that most images show, and its share of them in %".into()];
        tables.each.notes =
            vec!["of images that ask for it / of those that do not, how often it is right".into()];
        tables
    }

    fn tell(&mut self, found: &Found, group: &str, gamma: &str) {
        let CaptionHits { digit, attributes, all, worn, absent } = &found.hits;
        let shares = [*digit, *attributes, *all, found.raw.all].map(share);
        let product = format!("{:.1}", 100.0 * found.product);
        let words = vec![group.to_string(), gamma.into()];
        self.all.row(&[words.clone(), shares.into(), vec![product]].concat());
        let told = |share: &Option<Interval>| share.map_or("–".into(), percent);
        let both = worn.iter().zip(absent);
        let both = both.map(|(worn, absent)| format!("{} / {}", told(worn), told(absent)));
        self.each.row(&words.into_iter().chain(both).collect::<Vec<String>>());
    }
}

/// All γ of a group, and the best of them.
fn best(lab: &CaptionExperiment, group: &Group, tables: &mut Tables) -> Result<Best> {
    let wanted = group.wanted(lab.samples);
    let mut best: Option<Best> = None;
    let mut tell = |pixels: &Array2<u8>, gamma: &str| {
        let found = Found::of(lab, pixels, &wanted);
        tables.tell(&found, group.name, gamma);
        if group.name == "held-out cells" {
            one_by_one(lab, (pixels, &wanted), gamma, &mut tables.cells);
        }
        found.hits
    };
    for gamma in lab.gammas.iter().copied() {
        let hits = tell(&lab.guided(gamma, &wanted)?, &gamma.value().to_string());
        if best.as_ref().is_none_or(|best| hits.all.value > best.hits.all.value) {
            best = Some(Best { gamma, early: hits.clone(), hits });
        }
    }
    let best = best.expect("a γ at least");
    let pixels = lab.steered_early(|caption| lab.net.guided(caption, best.gamma), &wanted)?;
    let early = tell(&pixels, &format!("{}, early", best.gamma.value()));
    Ok(Best { early, ..best })
}

/// What is found of a group at the γ at which most is right, and with that γ early only.
struct Best {
    gamma: Gamma,
    hits: CaptionHits,
    early: CaptionHits,
}

/// What came out at the best γ of each group, in a sentence.
fn answer(lab: &mut CaptionExperiment, groups: &[Group], best: &[Best], drawn: &[CaptionHits]) {
    let each = groups.iter().zip(best).zip(drawn).map(|((group, best), drawn)| {
        let [best, early, drawn] =
            [&best.hits, &best.early, drawn].map(|hits| 100.0 * hits.all.value);
        format!("{} {best:.1}, {early:.1} ({drawn:.1}) %", group.name)
    });
    let each = each.collect::<Vec<_>>().join(", ");
    lab.answer((
        format!("all that was asked for is there at the best γ, with it early only (in drawings): {each}"),
        format!("vẽ đúng tất cả những gì được yêu cầu, ở γ tốt nhất, với γ ấy chỉ lúc đầu (trong hình vẽ mẫu): {each}"),
    ));
}

/// What is found in the images of a row.
struct Found {
    hits: CaptionHits,
    raw: CaptionHits,
    product: f64,
}

impl Found {
    fn of(lab: &CaptionExperiment, pixels: &Array2<u8>, wanted: &[Caption]) -> Found {
        let [shown, raw] = lab.shown(pixels);
        let hits = CaptionHits::of(&shown, wanted);
        let right = |a: Attribute| {
            let right = |(s, w): (&Shown, &Caption)| s.attributes.has(a) == w.attributes.has(a);
            shown.iter().zip(wanted).filter(|pair| right(*pair)).count() as f64 / shown.len() as f64
        };
        let product = hits.digit.value * Attribute::ALL.into_iter().map(right).product::<f64>();
        Found { raw: CaptionHits::of(&raw, wanted), hits, product }
    }
}

/// A row for each caption: how often its images are right.
fn one_by_one(
    lab: &CaptionExperiment,
    (pixels, wanted): (&Array2<u8>, &[Caption]),
    gamma: &str,
    cells: &mut Table,
) {
    let shown = &lab.shown(pixels)[0];
    for digit in 0..10 {
        let own = || (0..wanted.len()).filter(|i| wanted[*i].class == digit);
        let seen: Vec<Shown> = own().map(|i| shown[i]).collect();
        let asked: Vec<Caption> = own().map(|i| wanted[i]).collect();
        let Some(caption) = asked.first() else { continue };
        let CaptionHits { digit, attributes, all, .. } = CaptionHits::of(&seen, &asked);
        let shares = [digit, attributes, all].map(share);
        let words = vec![caption.english(), gamma.into()];
        cells.row(&[words, shares.into(), vec![instead(&seen, caption.class)]].concat());
    }
}

/// The digit that images of another one show most often, and its share of them.
fn instead(seen: &[Shown], wanted: usize) -> String {
    let mut counts = [0; 10];
    seen.iter().filter_map(|s| s.class).filter(|c| *c != wanted).for_each(|c| counts[c] += 1);
    match counts.iter().enumerate().rev().max_by_key(|(_, many)| **many) {
        Some((digit, many)) if *many > 0 => {
            format!("{digit}: {:.0}", 100.0 * f64::from(*many) / seen.len() as f64)
        }
        _ => "–".into(),
    }
}

fn percent(share: Interval) -> String {
    format!("{:.1}", 100.0 * share.value)
}

/// The numbers that this experiment promises: of the judge and the formulas, and at the best γ of each group.
fn check(lab: &mut CaptionExperiment, groups: &[Group], drawn: &[CaptionHits], best: &[Best]) {
    let mean = |of: fn(&CaptionHits) -> f64| drawn.iter().map(of).sum::<f64>() / drawn.len() as f64;
    let (digit, all) = (mean(|hits| hits.digit.value), mean(|hits| hits.all.value));
    // 99.0 % of the drawings of all groups, less 4.5 standard errors
    lab.check("the judge on fresh drawings", digit, 0.984..=1.0, 0.85..=1.0);
    lab.check("all right in fresh drawings", all, 0.95..=1.0, 0.75..=1.0);
    if lab.quick {
        return; // a network of some seconds draws little of what it is asked for
    }
    for (group, Best { hits, early, .. }) in groups.iter().zip(best) {
        let mut at_least = |what: &str, share: f64, least: f64| {
            let what = format!("{}: {what} at the best γ", group.name);
            lab.check(&what, share, least..=1.0, least..=1.0);
        };
        if group.name == "seen" {
            at_least("digit", hits.digit.value, 0.95);
            let share = |worn: Option<Interval>| worn.map_or(0.0, |share| share.value);
            for (attribute, worn) in Attribute::ALL.into_iter().zip(&hits.worn) {
                let least = if attribute == Attribute::Sunglasses { SUNGLASSES[0] } else { 0.95 };
                at_least(&attribute.name().en, share(*worn), least);
            }
            let worn = early.worn[Attribute::Sunglasses as usize];
            at_least("sunglasses, early,", share(worn), SUNGLASSES[1]);
        }
        if let Some((_, least)) = LEAST.iter().find(|(name, _)| *name == group.name) {
            at_least("all right", hits.all.value, *least);
        }
    }
}

/// The least share that is all right at the best γ, by group; tilted + sunglasses share pixels and have none.
///
/// That of the held-out cells is 4.5 standard errors below the 75.8 % of a second network, of seed 1; that of seed 0 has 76.7 %.
const LEAST: [(&str, f64); 5] = [
    ("seen", 0.9),
    ("digit alone", 0.95),
    ("held-out cells", 0.69),
    ("bold + underlined", 0.85),
    ("hat + boxed", 0.85),
];

/// The least share of seen captions with sunglasses that wear them, at γ all the way and early only: 4.5 standard errors of the 157
/// images that ask for them below the 88.0 % and the 94.7 % of a second network, of seed 1; that of seed 0 has 96.2 and 96.8 %.
const SUNGLASSES: [f64; 2] = [0.76, 0.86];
