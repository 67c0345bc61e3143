//! The lecture: its networks, its figures in their order, and its deck.

use super::networks::P_DROP;
use super::run::Experiment;
use scorelab::Result;
use scorelab::classifier::{CleanClassifier, NoisyClassifier};
use scorelab::guidance::{ClassifierGuided, Gamma, GradientScaled, Guided};
use scorelab::null_label::JointNet;
use scorelab::score::{Likelihood, ScoreFn};
use scorelab_figures::lecture::{self, Arm, Classifier, Implicit, Series};
use scorelab_figures::plot::{Figure, Role, Text, words};

const CLASSIFIER: Text = Text::new("learned classifier", "bộ phân loại đã học");

/// Trains the networks of the lecture, draws its figures and its animation, and makes the deck of them.
///
/// # Errors
/// If the scene has one class, a number is not finite, or a file cannot be written.
pub fn lecture(lab: &mut Experiment) -> Result<()> {
    lab.needs_two_classes()?;
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
    let level = s.level_by_radius(0.6);
    let point = lecture::open_point(&s, level, one)?;
    for build in 1..=lecture::BUILDS {
        figures.push(lecture::bayes_sum(&s, point, level, one, Some(build))?);
    }
    figures.push(lecture::bayes_plane(&s, level)?);
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

/// The stem of the animation.
const ANIMATION: &str = "A3_guided_particles";

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
