//! Networks that are trained to be the guided score.

use ndarray::Array2;
use scorelab::data::Scene;
use scorelab::guidance::Gamma;
use scorelab::guided_training::{Distilled, Rule, train_guided};
use scorelab::mixture::{Labelled, Mixture};
use scorelab::nn::{MlpConfig, Target};
use scorelab::noise::NoiseLevel;
use scorelab::null_label::{JointNet, train_joint};
use scorelab::rng::Purpose;
use scorelab::score::ScoreFn;
use scorelab::train::{Levels, TrainConfig};

const P_DROP: f64 = 0.2;
/// Around the level at which answers are compared.
const LEVELS: Levels = Levels { location: 0.0, width: 0.3 };

struct Lesson {
    mixture: Mixture,
    data: Labelled,
}

fn lesson() -> Lesson {
    let mixture = Scene::named("two-1d").unwrap().mixture;
    let data = mixture.sample(20_000, 3, Purpose::Data);
    Lesson { mixture, data }
}

fn untrained(mixture: &Mixture) -> JointNet {
    let config = MlpConfig {
        inputs: 1,
        outputs: 1,
        features: 4,
        embedding: 4,
        width: 32,
        depth: 2,
        ..MlpConfig::default()
    };
    JointNet::new(config, 2, Target::Edm, mixture.radius(), 5).unwrap()
}

fn config(steps: usize) -> TrainConfig {
    TrainConfig { steps, batch: 512, ema: 0.99, ..TrainConfig::default() }
}

/// The γ of exact ordinary guidance that a denoiser is nearest to at σ = 1, where the data are.
fn nearest(mixture: &Mixture, score: &dyn ScoreFn) -> f64 {
    let level = NoiseLevel::ve(1.0);
    let x = Array2::from_shape_fn((41, 1), |(i, _)| -2.0 + 0.1 * i as f64);
    let u = mixture.denoised(x.view(), level);
    let apart = mixture.given(0).denoised(x.view(), level) - &u;
    let moved = score.denoised(x.view(), level) - &u;
    (&moved * &apart).sum() / (&apart * &apart).sum()
}

#[test]
fn networks_taught_by_a_rule_are_ordinary_guidance_at_its_scale_and_plain_ones_are_not() {
    let Lesson { mixture, data } = lesson();
    let net = untrained(&mixture);
    let plain =
        train_joint(net.clone(), &data, LEVELS, P_DROP, config(1_500), &mut |_| ()).unwrap();
    let gamma = nearest(&mixture, &plain.given(0));
    assert!((gamma - 1.0).abs() < 0.1, "{gamma}");
    for rule in [Rule::GuidanceFree { beta: 0.4 }, Rule::ModelGuidance { w: 0.6 }] {
        let asked = (rule, LEVELS, P_DROP);
        let net = train_guided(net.clone(), &data, asked, config(1_500), &mut |_| ()).unwrap();
        let gamma = nearest(&mixture, &net.given(0));
        assert!((gamma / 2.5 - 1.0).abs() < 0.1, "{rule:?}: {gamma}");
        // s_u is learned as ever
        let null = nearest(&mixture, &net.unconditional());
        assert!(null.abs() < 0.1, "{rule:?}: {null}");
    }
}

#[test]
fn a_distilled_network_is_its_teacher_at_every_scale_of_its_range_and_refuses_others() {
    let Lesson { mixture, data } = lesson();
    let net = untrained(&mixture);
    let teacher = train_joint(net, &data, LEVELS, P_DROP, config(600), &mut |_| ()).unwrap();
    let range = ((0.0, 4.0), LEVELS);
    let student = Distilled::train(&teacher, &data, range, config(1_500), &mut |_| ()).unwrap();
    let of = |g: f64| nearest(&mixture, &student.guided(0, Gamma::new(g).unwrap()).unwrap());
    for g in [0.5, 1.0, 2.5, 3.5] {
        let own = nearest(&mixture, &teacher.guided(0, Gamma::new(g).unwrap()));
        assert!((of(g) - own).abs() < 0.15, "γ = {g}: {} and {own}", of(g));
    }
    assert!(of(3.5) - of(0.5) > 2.0, "the twin: a student that does not see γ");
    for g in [-0.1, 4.1] {
        let refused = student.guided(0, Gamma::new(g).unwrap());
        assert!(refused.unwrap_err().to_string().contains("from 0 to 4"));
    }
    assert!(student.guided(2, Gamma::new(1.0).unwrap()).is_err(), "there are two classes");
    let empty = ((3.0, 3.0), LEVELS);
    assert!(Distilled::train(&teacher, &data, empty, config(1), &mut |_| ()).is_err());
}
