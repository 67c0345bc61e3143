//! Every figure there is, in the lecture's order, with a page to show them from.
//!
//! ```text
//! cargo run --example lecture_figures
//! ```
//!
//! Trains the score network, the noisy classifier and the clean one once, draws all figures and the animation, and ends
//! with the path of `index.html`: each picture with its caption, its part of the lecture and its formula to copy.

use scorelab::Result;
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled};
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_figures::lecture::{self, Arm, Classifier, Entry};
use scorelab_figures::plot::{Figure, Format, Text, words};
use scorelab_lab::{Defaults, Experiment, run};
use std::process::ExitCode;

const QUESTION: &str = "what does the whole lecture look like?";
const CLASSIFIER: Text = Text::new("learned classifier", "bộ phân loại đã học");

fn main() -> ExitCode {
    let defaults = Defaults { samples: (4000, 500), ..Defaults::default() };
    run("lecture_figures", QUESTION, "classifier_guidance -- --scene ring8", defaults, experiment)
}

fn experiment(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let data = lab.training_set()?;
    let (score, losses) = lab.train_score_with_losses(&data)?;
    let noisy = lab.train_classifier(&data)?;
    let clean = lab.train_clean_classifier(&data)?;
    let s = lab.setting();
    let likelihood = noisy.given(lab.target());

    let mut figures = vec![lab.training_curve(&data, &score, &losses)];
    let one = Gamma::new(1.0)?;
    figures.push(lecture::uncontrolled(&s, &score, lab.samples)?);
    figures.push(lecture::steering(&s, &score, &likelihood, one, lab.samples)?);
    figures.push(lecture::field_over_noise(&s, Some(&score))?);
    figures.push(lecture::two_scores(&s)?);
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(&s, level, one)?;
    for build in [Some(1), Some(2), Some(3), Some(4), None] {
        figures.push(lecture::bayes_sum(&s, point, level, one, build)?);
    }
    figures.push(lecture::bayes_plane(&s, level)?);
    figures.push(lecture::three_trajectories(
        &s,
        &score,
        &likelihood,
        lab.large_gamma(),
        &lab.gammas,
    )?);
    figures.extend(hybrids(lab, &score, &likelihood)?);
    let steer = |gamma| ClassifierGuided { score: &score, likelihood: &likelihood, gamma };
    let [sweep, past, away] =
        lecture::over_gamma(&s, CLASSIFIER, steer, lab.asked_gammas(), lab.size(1000, 100))?;
    figures.extend([sweep, past]);
    let classes = 0..lab.scene().mixture.classes();
    let (sees, blind) = (
        Text::new("sees the noise", "thấy nhiễu"),
        Text::new("clean data only", "chỉ dữ liệu sạch"),
    );
    let noisy_judge = Classifier::new(sees, classes.clone().map(|c| noisy.given(c)));
    let clean_judge = Classifier::new(blind, classes.map(|c| clean.given(c)));
    let (n, exact) = (lab.size(300, 40), &lab.scene().mixture);
    figures.extend(lecture::clean_classifier(&s, exact, &noisy_judge, &clean_judge, n)?);
    figures.push(away);
    figures.extend(lecture::over_a_line(&s, lab.size(1000, 100))?);
    let frames = lecture::guided_particles(&s, &score, &likelihood, one, 128, lab.size(72, 8))?;
    let frames: Vec<Figure> = frames.collect();
    lab.animate("A3_guided_particles", frames.clone())?;
    lab.draw(&figures)?;
    check(lab, &figures);
    page(lab, &figures, &frames[0])
}

/// The numbers printed on the figures that are known beforehand.
fn check(lab: &mut Experiment, figures: &[Figure]) {
    for figure in figures {
        for (name, value) in &figure.numbers {
            let what = format!("{}: {name}", figure.stem);
            if name.contains("residual") || name.starts_with("‖sum") {
                lab.check(&what, *value, 0.0..=1e-12, 0.0..=1e-12);
            } else if figure.stem.starts_with("01") && name.starts_with("share") {
                lab.check(&what, *value, 0.22..=0.28, 0.15..=0.35);
            }
        }
    }
}

/// F8: the weak classifier above, the exact one below.
fn hybrids(lab: &Experiment, score: &dyn ScoreFn, noisy: &dyn Likelihood) -> Result<Vec<Figure>> {
    let exact = lab.scene().mixture.posterior(lab.target());
    let weak = GradientScaled { likelihood: noisy, scale: lab.flags.gradient_scale };
    let arms = [
        Arm {
            title: Text::new("learned, gradient too weak", "đã học, gradient quá yếu"),
            score,
            likelihood: &weak,
        },
        Arm { title: words::BY_THE_EXACT_SCORE, score: &lab.scene().mixture, likelihood: &exact },
    ];
    lecture::hybrid(&lab.setting(), &arms, &lab.three_gammas(), lab.samples)
}

/// `index.html`, whose path is the last thing that is printed.
fn page(lab: &mut Experiment, figures: &[Figure], animation: &Figure) -> Result<()> {
    let picture = |format: &&Format| matches!(format, Format::Svg | Format::Png);
    let ending = lab.output.formats.iter().find(picture).map_or("svg", |f| f.ending());
    let drawn = figures.iter().filter(|f| lab.output.panel.is_none_or(|p| p < f.panels.len()));
    let mut entries: Vec<Entry> = drawn
        .map(|f| match lab.output.panel {
            None => Entry::of(f, ending),
            Some(p) => Entry::of(
                &Figure { stem: format!("{}_panel{}", f.stem, p + 1), ..f.clone() },
                ending,
            ),
        })
        .collect();
    entries.push(Entry::of(animation, "gif"));
    let html = lecture::lecture_index(&entries, lab.output.lang);
    let path = lab.write("index.html", html.as_bytes())?;
    lab.last_line = Some(format!("open {}", path.display()));
    Ok(())
}
