//! The lecture: its networks, its figures in their order, and its deck.

use super::captions::without_captions;
use super::lesson_networks::LessonNetworks;
use super::run::Experiment;
use crate::flags::{SamplingFlags, ScoreFlags};
use crate::setup::Typed;
use crate::steering::{Spelled, Steering};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::score::ScoreFn;
use scorelab::{Error, Result};
use scorelab_figures::deck::figure_name;
use scorelab_figures::lecture::{self, Arm, Classifier, Implicit, Series};
use scorelab_figures::plot::{Figure, Role, Text, words};

const CLASSIFIER: Text = Text::new("learned classifier", "bộ phân loại đã học");

/// Trains the networks of the lecture, draws its figures and its animation, and makes the deck of them. What captions give is shown
/// of the network of `--score`, if there is one.
///
/// # Errors
/// If the scene has one class, the network knows no captions, a number is not finite, or a file cannot be written.
pub fn lecture(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    captioned(lab)?; // refused before anything is trained
    let nets = LessonNetworks::new(lab)?;
    let (mut figures, frames) = (drawn(lab, &nets, |_| true)?, frames(lab, &nets)?);
    let first = Figure { stem: ANIMATION.into(), ..frames[0].clone() };
    lab.animate_slide(ANIMATION, frames)?;
    lab.draw(&figures)?;
    check(lab, &figures);
    figures.push(first);
    lab.deck(&figures)
}

/// Draws the one figure of this name as the deck has it, with no other networks than it needs.
///
/// # Errors
/// If the lecture has no such figure, and as [`lecture`].
pub fn one_figure(lab: &mut Experiment, name: &str) -> Result<()> {
    let all: Vec<&str> = PARTS.iter().flat_map(|(names, _)| *names).copied().collect();
    if name != ANIMATED && !all.contains(&name) {
        let must = format!("one of the lecture: {}, {ANIMATED}", all.join(", "));
        return Err(Error::value("--figure", name, must));
    }
    lab.needs_two_classes()?;
    let nets = LessonNetworks::new(lab)?;
    if name == ANIMATED {
        let frames = frames(lab, &nets)?;
        return lab.animate_slide(ANIMATION, frames);
    }
    let mut figures = drawn(lab, &nets, |names| names.contains(&name))?;
    figures.retain(|figure| figure_name(&figure.stem) == Some(name));
    if figures.is_empty() {
        let must = "drawn with --score, a network for captions";
        return Err(Error::value("--figure", name, must));
    }
    lab.draw(&figures)
}

/// Draws figures of the lecture.
type Draw = fn(&Experiment, &LessonNetworks) -> Result<Vec<Figure>>;

/// The figures that are drawn together, by their names, in the order of their making.
const PARTS: [(&[&str], Draw); 14] = [
    (&["training-curve"], training),
    (&["uncontrolled"], |lab, nets| {
        Ok(vec![lecture::uncontrolled(&lab.setting(), nets.score()?, lab.samples)?])
    }),
    (&["steering"], steering),
    (&["field"], |lab, nets| {
        Ok(vec![lecture::field_over_noise(&lab.setting(), Some(nets.score()?))?])
    }),
    (&["two-scores"], |lab, _| Ok(vec![lecture::two_scores(&lab.setting())?])),
    (&["bayes-sum", "bayes-plane"], bayes),
    (&["trajectories"], trajectories),
    (&["hybrid"], hybrids),
    (&["sweep", "overshoot", "away"], over_gamma),
    (&["classifier-training", "one-each", "clean-classifier"], classifiers),
    (&["null-label", "condition-entry", "implicit", "tilt"], classifier_free),
    (&["mask-and-point", "exact-attention"], |lab, _| {
        let mut figures = lecture::of_one_draw(&lab.setting(), lab.samples)?;
        figures.push(lecture::exact_attention()?);
        Ok(figures)
    }),
    (&["word-attention", "composition"], captions),
    (
        &["samplers", "interval"],
        |lab, _| Ok(lecture::over_a_line(&lab.setting(), few(lab))?.into()),
    ),
];

/// The name of the animation, and its stem.
const ANIMATED: &str = "particles";
const ANIMATION: &str = "A3_guided_particles";

/// The figures of the parts for whose names this holds.
fn drawn(
    lab: &Experiment,
    nets: &LessonNetworks,
    asked: impl Fn(&[&str]) -> bool,
) -> Result<Vec<Figure>> {
    let parts = PARTS.iter().filter(|(names, _)| asked(names));
    let figures = parts.map(|(_, draw)| draw(lab, nets)).collect::<Result<Vec<_>>>()?;
    Ok(figures.concat())
}

/// Samples of the figures that draw them at many γ.
fn few(lab: &Experiment) -> usize {
    lab.size(1000, 100)
}

/// The frames of the animation.
fn frames(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let likelihood = nets.noisy()?.given(lab.target());
    let (s, one, frames) = (lab.setting(), Gamma::new(1.0)?, lab.size(72, 8));
    Ok(lecture::guided_particles(&s, nets.score()?, &likelihood, one, 128, frames)?.collect())
}

/// Part 1 and 2: how the score is learned.
fn training(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    Ok(vec![lab.training_curve(nets.data(), nets.score()?, nets.losses()?)])
}

fn steering(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let likelihood = nets.noisy()?.given(lab.target());
    let one = Gamma::new(1.0)?;
    Ok(vec![lecture::steering(&lab.setting(), nets.score()?, &likelihood, one, lab.samples)?])
}

/// Part 2: Bayes' rule at a point, step by step, and over the plane.
fn bayes(lab: &Experiment, _: &LessonNetworks) -> Result<Vec<Figure>> {
    let (s, one) = (lab.setting(), Gamma::new(1.0)?);
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(&s, level, one)?;
    let build = |k| lecture::bayes_sum(&s, point, level, one, Some(k));
    let mut figures = (1..=lecture::BUILDS).map(build).collect::<Result<Vec<_>>>()?;
    figures.push(lecture::bayes_plane(&s, level)?);
    Ok(figures)
}

/// Part 3: one path, and what γ makes of it.
fn trajectories(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let likelihood = nets.noisy()?.given(lab.target());
    let (large, gammas) = (lab.large_gamma(), lab.growing_gammas());
    let (s, score) = (lab.setting(), nets.score()?);
    Ok(vec![lecture::three_trajectories(&s, score, &likelihood, large, &gammas)?])
}

/// F8: the weak classifier above, the exact one below.
fn hybrids(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let (score, noisy) = (nets.score()?, nets.noisy()?.given(lab.target()));
    let exact = lab.scene().mixture.posterior(lab.target());
    let weak = GradientScaled { likelihood: &noisy, scale: lab.flags.gradient_scale };
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

fn over_gamma(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let (score, likelihood) = (nets.score()?, nets.noisy()?.given(lab.target()));
    let steer = |gamma| ClassifierGuided { score, likelihood: &likelihood, gamma };
    let (s, asked) = (lab.setting(), lab.asked_gammas());
    Ok(lecture::over_gamma(&s, CLASSIFIER, steer, asked, few(lab))?.into())
}

/// Part 4: how classifiers are trained, what one that knows noise is worth, and that each label needs its own.
fn classifiers(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let (s, exact) = (lab.setting(), &lab.scene().mixture);
    let (noisy, clean) = (nets.noisy()?, nets.clean()?);
    let classes = 0..exact.classes();
    let noisy = Classifier::new(
        Text::new("knows the noise", "biết mức nhiễu"),
        classes.clone().map(|c| noisy.given(c)),
    );
    let clean = Classifier::new(
        Text::new("clean data only", "chỉ dữ liệu sạch"),
        classes.map(|c| clean.given(c)),
    );
    let mut figures = vec![lecture::classifier_training(&s)?, lecture::one_each(&s)];
    figures.extend(lecture::clean_classifier(&s, exact, &noisy, &clean, lab.size(300, 40))?);
    Ok(figures)
}

/// Part 5: the null label, how a condition goes into a network, and what its two scores are worth.
fn classifier_free(lab: &Experiment, nets: &LessonNetworks) -> Result<Vec<Figure>> {
    let (s, exact, n) = (lab.setting(), &lab.scene().mixture, lab.size(2000, 200));
    let (noisy, joint) = (nets.noisy()?.given(lab.target()), nets.joint()?);
    let gamma = lab.large_gamma();
    let given = exact.given(lab.target());
    let exactly = Guided { main: &given, guiding: exact, gamma };
    let free = joint.guided(lab.target(), gamma);
    let series =
        |title, role, score: &dyn ScoreFn| Series { title, role, found: s.sample(score, n) };
    let ways = [
        series(words::BY_THE_EXACT_SCORE, Role::Neutral, &exactly),
        series(words::CLASSIFIER_FREE_GUIDANCE, Role::Guided, &free),
    ];
    let measure = |sigma: &f64| Implicit::measure(&s, &noisy, joint, *sigma, n);
    let rows: Vec<Implicit> = Implicit::SIGMAS.iter().map(measure).collect();
    let mut figures = vec![lecture::null_label_in_training(&s)?, lecture::condition_entry(&s)];
    figures.push(Implicit::figure(&rows)?);
    figures.extend(lecture::densities_and_tilt(&s, gamma, &ways)?);
    Ok(figures)
}

/// The network for captions that `--score` names, with as many samples as the figure of composition takes.
fn captioned(lab: &Experiment) -> Result<Option<Steering>> {
    let Some(path) = &lab.flags.score else { return Ok(None) };
    let score = path.display().to_string();
    let walk = SamplingFlags { samples: lab.size(700, 70), ..lab.flags.walk.clone() };
    let typed = Typed::new(lab.program, (&walk, &lab.flags.machine), &lab.flags);
    let flags = ScoreFlags { score, ..ScoreFlags::default() };
    let steering = Steering::open(&flags, Spelled::default(), typed)?;
    match steering.captions() {
        Some(_) => Ok(Some(steering)),
        None => Err(without_captions(&flags.score)),
    }
}

/// Part 6, where a network knows captions: where its patches look, and what it composes.
fn captions(lab: &Experiment, _: &LessonNetworks) -> Result<Vec<Figure>> {
    let Some(network) = captioned(lab)? else { return Ok(Vec::new()) };
    let (images, gamma) = (network.image_inputs(), lab.large_gamma());
    let looked = lecture::word_attention(&images, None, gamma)?;
    Ok([vec![looked], lecture::composition(&images, gamma, network.samples)?].concat())
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
