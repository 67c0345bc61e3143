//! What does γ win and lose on images: is the label right, how far from the data are the samples, how much of it do they cover?
//!
//! ```text
//! cargo run --example digits_tradeoff
//! ```
//!
//! Accuracy, Fréchet distance and coverage by the judge over γ, for guidance with a classifier and without one, from the same noise.
//! Expect: accuracy rises with γ and saturates, FD is least at a small γ, coverage falls from its best to γ = 10. Without a
//! classifier γ = 10 goes too far for the label too, which the output then says.

use scorelab::Result;
use scorelab::metrics::Judgement;
use scorelab_figures::lecture::{self, Scored, Series};
use scorelab_figures::plot::{Lang, Role};
use scorelab_lab::{
    Defaults, GAMMA_FOOTNOTE, Guide, ImageExperiment, Table, plus_minus, run_images,
};
use std::process::ExitCode;

const QUESTION: &str = "what does γ win and lose on images?";

/// Up to here accuracy must not fall.
const SATURATED: f64 = 5.0;

fn main() -> ExitCode {
    let defaults = Defaults {
        samples: (2000, 200),
        gamma: "0,0.5,1,1.5,2,3,5,10",
        unused: &["scene", "gradient-scale", "all", "class"],
        ..Defaults::IMAGES
    };
    run_images("digits_tradeoff", QUESTION, "digits_denoise", defaults, experiment)
}

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let nets = lab.nets()?;
    let wanted = lab.wanted(lab.samples);
    let scored = |gamma: f64, judged: Judgement| Scored {
        gamma,
        accuracy: judged.accuracy.pair(),
        fd: judged.fd,
        coverage: judged.prdc.coverage,
    };
    let floor = scored(f64::NAN, lab.floor(&nets));
    let guides = [(Guide::Classifier(1.0), Role::Likelihood), (Guide::Free, Role::Guided)];
    let way = |(guide, role): (Guide, Role)| {
        let at = |gamma: &scorelab::guidance::Gamma| {
            let pixels = lab.steered(&nets, guide, *gamma, &wanted)?;
            Ok(scored(gamma.value(), lab.judged(&nets, &pixels, &wanted)))
        };
        let found = lab.gammas.iter().map(at).collect::<Result<Vec<_>>>()?;
        Ok(Series { title: guide.name(), role, found })
    };
    let ways = guides.into_iter().map(way).collect::<Result<Vec<_>>>()?;
    let mut table = Table::new(&["guidance", "γ", "judged right", "FD", "coverage"]);
    let mut row = |name: &str, gamma: String, s: &Scored| {
        let numbers = [s.accuracy, s.fd, s.coverage].map(plus_minus);
        table.row(&[&[name.to_string(), gamma], &numbers[..]].concat());
    };
    row("held-out images", String::new(), &floor);
    for way in &ways {
        way.found.iter().for_each(|s| row(&way.title.en, s.gamma.to_string(), s));
    }
    table.notes = vec![
        format!("{} samples each; ± is one standard error", lab.samples),
        GAMMA_FOOTNOTE.into(),
    ];
    println!("\n{}", lab.training.name);
    lab.show("digits_tradeoff", &table)?;
    for way in &ways {
        shapes(lab, way);
    }
    let [en, vi] = [Lang::En, Lang::Vi]
        .map(|lang| ways.iter().map(|way| told(way, lang)).collect::<Vec<_>>().join("; "));
    lab.answer((en, vi));
    let figure = lecture::images_over_gamma(&ways, &floor, lab.samples)?;
    lab.draw(&[figure])
}

/// What γ does to one way of guiding, from the first to the last.
fn told(way: &Series<Vec<Scored>>, lang: Lang) -> String {
    let [Some(first), Some(last)] = [way.found.first(), way.found.last()] else {
        return String::new();
    };
    let nearest = way.found.iter().min_by(|a, b| a.fd.0.total_cmp(&b.fd.0)).unwrap_or(first);
    let name = way.title.get(lang);
    let [from, to] = [first, last].map(|s| s.gamma);
    let [right, cover] = [|s: &Scored| s.accuracy, |s: &Scored| s.coverage]
        .map(|of| [first, last].map(|s| plus_minus(of(s))));
    let (fd, best) = (plus_minus(nearest.fd), nearest.gamma);
    match lang {
        Lang::En => format!(
            "{name}: from γ = {from} to {to} the label is right for {} and {}, the coverage {} and {}, the Fréchet distance least at γ = {best}, {fd}",
            right[0], right[1], cover[0], cover[1]
        ),
        Lang::Vi => format!(
            "{name}: từ γ = {from} đến {to}, tỉ lệ đúng nhãn là {} và {}, độ phủ {} và {}, khoảng cách Fréchet nhỏ nhất ở γ = {best}, {fd}",
            right[0], right[1], cover[0], cover[1]
        ),
    }
}

/// Says which of the expected shapes came out, and checks them.
fn shapes(lab: &mut ImageExperiment, way: &Series<Vec<Scored>>) {
    let (name, all) = (way.title.en.to_string(), &way.found);
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return };
    let nearest = all.iter().min_by(|a, b| a.fd.0.total_cmp(&b.fd.0)).unwrap_or(first);
    let widest = all.iter().max_by(|a, b| a.coverage.0.total_cmp(&b.coverage.0)).unwrap_or(first);
    let apart = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0) / a.1.hypot(b.1).max(f64::MIN_POSITIVE);
    let best =
        all.iter().map(|s| s.accuracy).fold(first.accuracy, |a, b| if b.0 > a.0 { b } else { a });
    // while γ still wins something, and from there to its largest value
    let fell = |from: f64, to: f64| {
        let steps = all.windows(2).filter(|w| w[0].gamma >= from && w[1].gamma <= to);
        steps.map(|w| apart(w[0].accuracy, w[1].accuracy)).fold(0.0, f64::max)
    };
    let (early, late) = (fell(0.0, SATURATED), fell(SATURATED, f64::MAX));
    println!("{name}:");
    println!(
        "  accuracy: {} at γ = {}, at most {}, {} at γ = {}; largest fall up to γ = {SATURATED}: {early:.1} standard errors",
        plus_minus(first.accuracy),
        first.gamma,
        plus_minus(best),
        plus_minus(last.accuracy),
        last.gamma
    );
    if late > 3.0 {
        println!(
            "  accuracy does not stay: it falls again by {late:.1} standard errors, where images leave the data"
        );
    }
    println!(
        "  FD: least at γ = {}, {}; at γ = {} it is {}, {:.0} standard errors above",
        nearest.gamma,
        plus_minus(nearest.fd),
        last.gamma,
        plus_minus(last.fd),
        apart(last.fd, nearest.fd)
    );
    println!(
        "  coverage: most at γ = {}, {}; at γ = {} it is {}",
        widest.gamma,
        plus_minus(widest.coverage),
        last.gamma,
        plus_minus(last.coverage)
    );
    lab.check(&format!("{name}: γ of the least FD"), nearest.gamma, 0.5..=3.0, 0.5..=10.0);
    lab.check(&format!("{name}: the largest accuracy"), best.0, 0.99..=1.0, 0.7..=1.0);
    let what = format!("{name}: fall of accuracy up to γ = {SATURATED}, standard errors");
    lab.check(&what, early, 0.0..=3.0, 0.0..=4.0);
    let lost = apart(widest.coverage, last.coverage);
    lab.check(
        &format!("{name}: fall of coverage, standard errors"),
        lost,
        5.0..=f64::MAX,
        0.0..=f64::MAX,
    );
}
