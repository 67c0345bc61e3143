use super::*;
use crate::plot::{Lang, Role, Theme, svg};
use scorelab::Result;
use scorelab::checkpoint::Recipe;
use scorelab::guidance::Guided;
use scorelab::metrics::{Judgement, Prdc};
use scorelab::mixture::Noiseless;
use scorelab::nn::{Target, Transformer, TransformerConfig};
use scorelab::null_label::JointNet;
use scorelab::score::Likelihood;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Networks that cost this, and losses of a training.
struct Trained;

impl Trainer for Trained {
    fn losses(&self) -> Result<(Vec<f64>, f64)> {
        Ok(((1..=40).map(|k| 0.2 + 1.0 / f64::from(k)).collect(), 0.2))
    }

    fn bills(&self) -> Result<[Bill; 2]> {
        Ok([training::bill(5), training::bill(1)])
    }
}

/// A judge that is sure of the first class of every image.
struct Sure;

impl ImageJudge for Sure {
    fn wanted(&self) -> Option<Vec<usize>> {
        Some(vec![0; 30])
    }

    fn probabilities(&self, pixels: &Array2<u8>) -> Array2<f64> {
        Array2::from_shape_fn((pixels.nrows(), 2), |(_, class)| 1.0 - class as f64)
    }

    fn judged(&self, _: &Array2<u8>) -> Judgement {
        self.floor()
    }

    fn floor(&self) -> Judgement {
        let coverage = (0.8, 0.02);
        let prdc = Prdc { precision: coverage, recall: coverage, density: coverage, coverage };
        let accuracy = (0.9, 0.01).into();
        Judgement { accuracy, confidence: (0.9, 0.01), fd: (1.5, 0.1), prdc }
    }
}

/// A joint network before its first step, for a scene.
pub(super) fn untrained(s: &Setting, seed: u64) -> JointNet {
    let (mixture, recipe) = (s.exact(), Recipe::default());
    let shape = recipe.shape(mixture.dim(), 0);
    JointNet::new(shape, mixture.classes(), recipe.target, mixture.radius(), seed).unwrap()
}

/// All that the figures of a scene may need, the exact score being what steers.
pub(super) fn inputs<'a>(s: &Setting<'a>, joint: &'a JointNet) -> Inputs<'a> {
    let (exact, class) = (&s.scene.mixture, s.class);
    let posterior = |class| Arc::new(exact.posterior(class)) as Arc<dyn Likelihood>;
    let blind = |class| Arc::new(Noiseless(exact.posterior(class))) as Arc<dyn Likelihood>;
    let classes = 0..exact.classes();
    let steered = move |gamma| -> Arc<dyn ScoreFn> {
        let (main, guiding) = (exact.given(class), exact.clone());
        Arc::new(Guided { main, guiding, gamma })
    };
    Inputs {
        setting: Some(*s),
        class: Some(class),
        observation: None,
        every_class: false,
        samples: 80,
        frames: 3,
        gammas: [0.0, 1.0, 2.0].map(gamma).into(),
        method: "exact".into(),
        role: Role::Guided,
        own_method: true,
        learned: true,
        score: Arc::new(exact.clone()),
        guided: Box::new(steered),
        classifier: Some(posterior(class)),
        noisy: Some(posterior(class)),
        with_and_without_noise: Some([
            Classifier::new("noisy".into(), classes.clone().map(posterior)),
            Classifier::new("clean".into(), classes.map(blind)),
        ]),
        joint: Some(joint),
        one_score: true,
        named: false,
        guiding: true,
        runs: vec![(0.1, untrained(s, 3)), (0.5, untrained(s, 4))],
        trainer: Some(Box::new(Trained)),
        images: None,
        judge: None,
    }
}

/// The same for images of 28 × 28 pixels, of two classes, and under captions all alike.
pub(super) fn with_images<'a>(s: &Setting<'a>, joint: &'a JointNet) -> Inputs<'a> {
    let images = |n| Array2::from_shape_fn((n, 784), |(i, j)| (20 * i + j) as u8);
    let shape = TransformerConfig {
        width: 8,
        heads: 2,
        depth: 1,
        hidden: 8,
        features: 4,
        ..TransformerConfig::default()
    };
    let captions = JointNet::of(Transformer::new(shape, 1).unwrap(), Target::Edm, 0.5);
    let images = ImageInputs {
        size: (28, 28),
        classes: 2,
        target: "three".into(),
        process: s.process,
        grid: s.grid,
        sampler: s.sampler,
        seed: s.seed,
        pixels: Box::new(move |x| images(x.nrows())),
        samples: Box::new(move |_, wanted| Ok(images(wanted.map_or(30, |w| w.len())))),
        captions: Some(captions),
    };
    let judge: Option<Box<dyn ImageJudge>> = Some(Box::new(Sure));
    Inputs { setting: None, images: Some(images), judge, ..inputs(s, joint) }
}

/// The figures of one entry, from what it says it needs and nothing more.
pub(super) fn drawn(spec: &Spec, inputs: Inputs) -> Vec<Figure> {
    let all = [
        Need::Captions,
        Need::Class,
        Need::Classifier,
        Need::Joint,
        Need::Noisy,
        Need::Clean,
        Need::Guiding,
        Need::Runs,
        Need::Judge,
        Need::Trains,
    ];
    let of_class = spec.needs.contains(&Need::OneClass);
    let unneeded = |need: &Need| !(spec.needs.contains(need) || *need == Need::Class && of_class);
    let inputs = all.into_iter().filter(unneeded).fold(inputs, |i, need| without(need, i));
    spec.figures(&inputs).unwrap_or_else(|why| panic!("{}: {why}", spec.name))
}

pub(super) fn of_images(spec: &Spec) -> bool {
    spec.needs.contains(&Need::Images)
}

#[test]
fn every_figure_is_drawn_in_both_languages_and_has_its_own_stem() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let joint = untrained(s, 2);
        let mut stems = BTreeSet::new();
        for spec in FIGURES {
            let inputs = if of_images(spec) { with_images(s, &joint) } else { inputs(s, &joint) };
            let mut figures = drawn(spec, inputs);
            figures.drain(..if spec.moves() { figures.len() - 1 } else { 0 });
            for figure in &figures {
                assert!(stems.insert(figure.stem.clone()), "{} twice", figure.stem);
                assert!(!figure.caption.is_empty() && figure.caption.en != figure.caption.vi);
                for lang in [Lang::En, Lang::Vi] {
                    let text = svg(figure, Theme::Light, lang, None).unwrap();
                    resvg::usvg::roxmltree::Document::parse(&text).unwrap();
                    // the letters of an embedded image may spell anything
                    let whole = |line: &str| !line.split("base64,").next().unwrap().contains("NaN");
                    assert!(text.lines().all(whole), "{}", figure.stem);
                    assert!(!text.contains("<text></text>"), "{}", figure.stem);
                }
            }
        }
    });
}

#[test]
fn every_scene_of_the_plane_and_every_process_can_be_drawn() {
    for (name, process) in [
        ("three", Process::VpCosine),
        ("ring8", Process::VE),
        ("wide", Process::Flow),
        ("moons", Process::VP_LINEAR),
    ] {
        with(&scene(name), process, |s| {
            let joint = untrained(s, 2);
            // the quadrature over 200 components takes seconds
            let slow = |spec: &Spec| spec.name == "tilt" && s.exact().weights().len() > 10;
            let of_plane = |spec: &&&Spec| spec.needs.contains(&Need::Plane) && !slow(spec);
            for spec in FIGURES.iter().filter(of_plane) {
                let few = Inputs { samples: 120, frames: 2, ..inputs(s, &joint) };
                for figure in drawn(spec, few) {
                    let text = svg(&figure, Theme::Dark, Lang::En, None);
                    text.unwrap_or_else(|why| panic!("{name}, {}: {why}", spec.name));
                }
            }
        });
    }
}

/// The inputs less what a need asks for.
fn without(need: Need, mut inputs: Inputs) -> Inputs {
    match need {
        Need::Scene | Need::Plane => inputs.setting = None,
        Need::Images => inputs.images = None,
        Need::Captions => {
            if let Some(images) = &mut inputs.images {
                images.captions = None;
            }
        }
        Need::Class | Need::OneClass => inputs.class = None,
        Need::Classifier => inputs.classifier = None,
        Need::Joint => inputs.joint = None,
        Need::Noisy => inputs.noisy = None,
        Need::Clean => inputs.with_and_without_noise = None,
        Need::Guiding => inputs.guiding = false,
        Need::Runs => inputs.runs.clear(),
        Need::OneScore => inputs.one_score = false,
        Need::Judge => inputs.judge = None,
        Need::Trains => inputs.trainer = None,
        Need::Frames => inputs.frames = 1,
        Need::Line | Need::LastGamma => {}
    }
    inputs
}

#[test]
fn a_figure_without_what_it_needs_is_refused_with_a_sentence_and_with_it_is_not() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let joint = untrained(s, 2);
        for spec in FIGURES {
            let all = || {
                let mut all =
                    if of_images(spec) { with_images(s, &joint) } else { inputs(s, &joint) };
                all.guiding &= !spec.needs.contains(&Need::Classifier);
                all
            };
            assert!(spec.check(&all()).is_ok(), "{}", spec.name);
            for need in spec.needs {
                let refused = spec.check(&without(*need, all()));
                if matches!(need, Need::Line | Need::LastGamma) {
                    assert!(refused.is_ok(), "{}: {need:?}", spec.name);
                    continue;
                }
                let why = refused.expect_err(spec.name).to_string();
                assert!(why.contains(": this figure"), "{why}");
            }
        }
        let line = scene("two-1d");
        let on_line = Inputs { setting: Some(Setting { scene: &line, ..*s }), ..inputs(s, &joint) };
        let why = uncontrolled::SPEC.check(&on_line).unwrap_err().to_string();
        assert_eq!(
            why,
            "the scene two-1d is 1-dimensional: this figure needs a two-dimensional one"
        );
        let few = Inputs { samples: 1, ..inputs(s, &joint) };
        let why = implicit::SPEC.figures(&few).unwrap_err().to_string();
        assert!(why.contains("samples of the class"), "{why}");
        let all = Inputs { every_class: true, ..with_images(s, &joint) };
        assert!(denoising::SPEC.check(&all).is_err() && sheets::SPEC.check(&all).is_ok());
    });
}

#[test]
fn what_is_said_of_a_figure_is_said_once_and_is_its_own() {
    let mut said = BTreeSet::new();
    for spec in FIGURES {
        assert!(said.insert((spec.name, of_images(spec))), "{} twice", spec.name);
        assert!(!spec.part.is_empty() && !spec.latex.is_empty(), "{}", spec.name);
        assert!(spec.title.en != spec.title.vi, "{}", spec.name);
        assert!(!spec.row().contains('\n') && !spec.summary().contains('`'));
    }
    let id = |spec: &Spec| spec.id().unwrap_or_default();
    assert_eq!(id(&training_curve::SPEC), "F0");
    assert_eq!((id(&hybrid::SPEC), id(&tilt::SPEC)), ("F8".into(), "F12".into()));
    assert_eq!((id(&regions::SPEC), id(&sheets::SPEC)), ("A4".into(), String::new()));
    assert_eq!(
        hybrid_images::SPEC.summary(),
        "F8: The same z at several γ [needs a --score trained on images; one --class; a --judge]"
    );
}
