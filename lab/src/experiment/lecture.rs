//! The lecture: its networks, its figures in their order, and its deck.

use super::captions::without_captions;
use super::networks::P_DROP;
use super::run::Experiment;
use crate::flags::{SamplingFlags, ScoreFlags};
use crate::setup::Typed;
use crate::steering::{Spelled, Steering};
use scorelab::Result;
use scorelab::classifier::{CleanClassifier, NoisyClassifier};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_figures::lecture::{self, Arm, Classifier, Implicit, Series, Setting};
use scorelab_figures::plot::{Figure, Role, Text, words};

const CLASSIFIER: Text = Text::new("learned classifier", "bộ phân loại đã học");

/// Trains the networks of the lecture, draws its figures and its animation, and makes the deck of them. What captions give is shown
/// of the network of `--score`, if there is one.
///
/// # Errors
/// If the scene has one class, the network knows no captions, a number is not finite, or a file cannot be written.
pub fn lecture(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
    let captioned = captioned(lab)?;
    let data = lab.training_set()?;
    let (score, losses) = lab.train_score_with_losses(&data)?;
    let noisy = lab.train_classifier(&data)?;
    let clean = lab.train_clean_classifier(&data)?;
    let joint = lab.train_joint(&data, P_DROP)?;
    let s = lab.setting();
    let likelihood = noisy.given(lab.target());

    let mut figures = vec![lab.training_curve(&data, &score, &losses)];
    let one = Gamma::new(1.0)?;
    figures.push(lecture::uncontrolled(&s, &score, lab.samples)?);
    figures.push(lecture::steering(&s, &score, &likelihood, one, lab.samples)?);
    figures.push(lecture::field_over_noise(&s, Some(&score))?);
    figures.push(lecture::two_scores(&s)?);
    figures.extend(bayes(&s, one)?);
    let (large, gammas) = (lab.large_gamma(), &lab.gammas);
    figures.push(lecture::three_trajectories(&s, &score, &likelihood, large, gammas)?);
    figures.extend(hybrids(lab, &score, &likelihood)?);
    let steer = |gamma| ClassifierGuided { score: &score, likelihood: &likelihood, gamma };
    let n = lab.size(1000, 100);
    figures.extend(lecture::over_gamma(&s, CLASSIFIER, steer, lab.asked_gammas(), n)?);
    figures.extend(classifiers(lab, &noisy, &clean)?);
    figures.extend(classifier_free(lab, &likelihood, &joint)?);
    figures.extend(lecture::of_one_draw(&s, lab.samples)?);
    figures.push(lecture::exact_attention()?);
    figures.extend(captions(captioned.as_ref(), large)?);
    figures.extend(lecture::over_a_line(&s, n)?);
    let frames = lecture::guided_particles(&s, &score, &likelihood, one, 128, lab.size(72, 8))?;
    let frames: Vec<Figure> = frames.collect();
    let first = frames[0].clone();
    lab.animate_slide(ANIMATION, frames)?;
    lab.draw(&figures)?;
    check(lab, &figures);
    figures.push(Figure { stem: ANIMATION.into(), ..first });
    lab.deck(&figures)
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
fn captions(network: Option<&Steering>, gamma: Gamma) -> Result<Vec<Figure>> {
    let Some(network) = network else { return Ok(Vec::new()) };
    let images = network.image_inputs();
    let looked = lecture::word_attention(&images, gamma)?;
    Ok([vec![looked], lecture::composition(&images, gamma, network.samples)?].concat())
}

/// The stem of the animation.
const ANIMATION: &str = "A3_guided_particles";

/// Part 2: Bayes' rule at one point, step by step, and over the plane.
fn bayes(s: &Setting, gamma: Gamma) -> Result<Vec<Figure>> {
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(s, level, gamma)?;
    let build = |build| lecture::bayes_sum(s, point, level, gamma, Some(build));
    let mut figures: Vec<Figure> = (1..=lecture::BUILDS).map(build).collect::<Result<_>>()?;
    figures.push(lecture::bayes_plane(s, level)?);
    Ok(figures)
}

/// Part 4: how classifiers are trained, what one that knows noise is worth, and that each label needs its own.
fn classifiers(
    lab: &Experiment,
    noisy: &NoisyClassifier,
    clean: &CleanClassifier,
) -> Result<Vec<Figure>> {
    let (s, exact) = (lab.setting(), &lab.scene().mixture);
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
fn classifier_free(
    lab: &Experiment,
    noisy: &dyn Likelihood,
    joint: &JointNet,
) -> Result<Vec<Figure>> {
    let (s, exact, n) = (lab.setting(), &lab.scene().mixture, lab.size(2000, 200));
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
    let measure = |sigma: &f64| Implicit::measure(&s, noisy, joint, *sigma, n);
    let rows: Vec<Implicit> = Implicit::SIGMAS.iter().map(measure).collect();
    let mut figures = vec![lecture::null_label_in_training(&s)?, lecture::condition_entry(&s)];
    figures.push(Implicit::figure(&rows)?);
    figures.extend(lecture::densities_and_tilt(&s, gamma, &ways)?);
    Ok(figures)
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
