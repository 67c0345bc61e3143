//! Do small networks make digits, and does γ steer them, with a classifier and without one?
//!
//! ```text
//! cargo run --example digits
//! cargo run --example digits -- --data FOLDER        # MNIST's own files instead of drawn digits
//! ```
//!
//! One joint network that trains for some minutes, a noisy classifier, and a judge that guides nothing. Expect: at the
//! γ that is printed at least 95 % of the samples are judged to be what was asked for, and their Fréchet distance from
//! held-out images is at most a quarter of that of a full-covariance Gaussian fitted to the pixels of each class;
//! without guidance no class has under 5 % of the samples. The networks are kept for the other three experiments on
//! digits.

use scorelab::Result;
use scorelab::data::{from_pixels, to_pixels};
use scorelab::guidance::Gamma;
use scorelab::metrics::Judgement;
use scorelab::mixture::sample_fitted;
use scorelab::number::significant;
use scorelab_figures::lecture;
use scorelab_lab::{
    Defaults, Guide, ImageExperiment, ImageNets, JudgementTable, plus_minus, run_images, share,
    yes_or_no,
};
use std::process::ExitCode;

const QUESTION: &str =
    "do small networks make digits, and does γ steer them, with a classifier and without one?";
const GUIDES: [(&str, Guide); 2] =
    [("classifier", Guide::Classifier(1.0)), ("classifier-free", Guide::Free)];

fn main() -> ExitCode {
    let unused = &["scene", "gradient-scale", "all", "class"];
    let defaults = Defaults { unused, ..Defaults::IMAGES };
    run_images("digits", QUESTION, "digits_hybrid", defaults, experiment)
}

fn experiment(lab: &mut ImageExperiment) -> Result<()> {
    let nets = lab.nets()?;
    let wanted = lab.wanted(lab.samples);
    let mut table = JudgementTable::default();
    let floor = lab.floor(&nets);
    let fitted = sample_fitted(&lab.training.labelled(), &wanted, lab.seed);
    let gaussian = lab.judged(&nets, &to_pixels(fitted.view()), &wanted);
    table.add("held-out images", "", &floor, &floor);
    table.add("Gaussian of each class", "", &gaussian, &floor);
    let (mut found, mut figures) = (Vec::new(), Vec::new());
    for (name, guide) in GUIDES {
        let mut sheets = Vec::new();
        for gamma in lab.gammas.clone() {
            let pixels = lab.steered(&nets, guide, gamma, &wanted)?;
            let judged = lab.judged(&nets, &pixels, &wanted);
            table.add(name, &gamma.value().to_string(), &judged, &floor);
            sheets.push((
                gamma.value(),
                pixels.select(ndarray::Axis(0), &in_rows(&wanted, lab.classes())),
            ));
            found.push((name, gamma.value(), judged));
        }
        let size = (lab.training.height, lab.training.width);
        let stem = format!("digits_{}", name.replace('-', "_"));
        let shown = &sheets[..sheets.len().min(6)];
        figures.push(lecture::contact_sheets(&stem, guide.name(), size, lab.classes(), shown)?);
    }
    println!("\n{}, {} samples in each row", lab.training.name, lab.samples);
    lab.show("digits", &table.0)?;
    check(lab, &nets, &floor, &gaussian, &found)?;
    lab.draw(&figures)
}

/// Rows of the samples for a contact sheet: the first few of each class.
fn in_rows(wanted: &[usize], classes: usize) -> Vec<usize> {
    const EACH: usize = 3;
    let of = |class| (0..wanted.len()).filter(move |i| wanted[*i] == class).take(EACH);
    (0..classes).flat_map(of).collect()
}

/// The numbers this experiment promises, at the γ of least FD where the label is right.
fn check(
    lab: &mut ImageExperiment,
    nets: &ImageNets,
    floor: &Judgement,
    gaussian: &Judgement,
    found: &[(&str, f64, Judgement)],
) -> Result<()> {
    let least = lab.size(0.95, 0.7);
    let right = found.iter().filter(|(_, _, j)| j.accuracy.value >= least);
    let best = right.min_by(|a, b| a.2.fd.0.total_cmp(&b.2.fd.0));
    if let Some((name, gamma, best)) = best {
        let (fd, of_floor) = (best.fd.0, best.fd.0 / floor.fd.0);
        println!(
            "least FD where {:.0} % are right: {name}, γ = {gamma}: {} ({of_floor:.1} × the floor, {:.3} × the Gaussian's)",
            100.0 * least,
            plus_minus(best.fd),
            fd / gaussian.fd.0
        );
    }
    let told = |gamma_and: Option<&(&str, f64, Judgement)>| {
        gamma_and.map_or("–".into(), |(_, gamma, judged)| {
            format!("{} % (γ = {gamma})", share(judged.accuracy))
        })
    };
    let first = |guide: &str| found.iter().find(|f| f.0 == guide);
    let top = |guide: &str| {
        let own = found.iter().filter(|f| f.0 == guide);
        own.max_by(|a, b| a.2.accuracy.value.total_cmp(&b.2.accuracy.value))
    };
    let [a, b, c, d] =
        [first("classifier"), top("classifier"), first("classifier-free"), top("classifier-free")]
            .map(told);
    let fd = best.map_or("–".into(), |(_, _, j)| significant(j.fd.0 / floor.fd.0, 2));
    lab.answer(yes_or_no(best.is_some()).then((
        format!(
            ": judged to be what was asked for are, with a classifier, {a} to {b}, and without one {c} to {d}; where enough are right the least Fréchet distance is {fd} times that of other held-out images"
        ),
        format!(
            ": trọng tài thấy đúng yêu cầu từ {a} đến {b} khi có bộ phân loại, từ {c} đến {d} khi không có; ở nơi đủ nhiều ảnh đúng, khoảng cách Fréchet nhỏ nhất bằng {fd} lần của những ảnh để riêng khác"
        ),
    )));
    let (accuracy, ratio) =
        best.map_or((0.0, f64::NAN), |(_, _, j)| (j.accuracy.value, j.fd.0 / gaussian.fd.0));
    lab.check("judged right at this γ", accuracy, 0.95..=1.0, 0.7..=1.0);
    lab.check("FD at this γ, of the Gaussian's", ratio, 0.0..=0.25, 0.0..=1.5);
    lab.check("the judge on held-out images", floor.accuracy.value, 0.99..=1.0, 0.9..=1.0);
    let unguided = lab.steered(nets, Guide::Free, Gamma::new(0.0)?, &lab.wanted(lab.samples))?;
    let classes = nets.judge.classes(from_pixels(unguided.view()).view());
    let share =
        |class| classes.iter().filter(|c| **c == Some(class)).count() as f64 / classes.len() as f64;
    let shares: Vec<f64> = (0..lab.classes()).map(share).collect();
    let words: Vec<String> = shares.iter().map(|s| format!("{:.1}", 100.0 * s)).collect();
    println!("unconditional samples by class, %: {}", words.join(" "));
    let rarest = shares.iter().copied().fold(1.0, f64::min);
    lab.check("the rarest class of unconditional samples", rarest, 0.05..=0.1, 0.0..=0.1);
    Ok(())
}
