use super::over_gamma::methods;
use super::*;
use crate::plot::{Lang, Mark, Role, Theme, svg};
use scorelab::metrics::Interval;
use scorelab::rng::Purpose;

/// A bill of so many networks.
pub fn bill(networks: usize) -> Bill {
    Bill {
        networks,
        parameters: 100 * networks,
        seconds: 1.5,
        one_label: 0.5,
        two_labels: 0.75,
        new_networks: 1,
        new_parameters: 16,
        new_seconds: 0.5,
    }
}

/// A batch of ten labels, each class or ∅ in turn; one in five is ∅ if there are four classes.
fn labels(classes: usize) -> Array2<usize> {
    Array2::from_shape_fn((2, 10), |(i, j)| (10 * i + j) % (classes + 1))
}

/// Two curves of three points, the second without standard errors.
fn errors(y: [f64; 3]) -> [Series<Vec<Measured>>; 2] {
    let found = |se: f64| [0.0, 0.1, 0.9].into_iter().zip(y).map(|(x, y)| [x, y, se]).collect();
    let way =
        |title: &'static str, role, se| Series { title: title.into(), role, found: found(se) };
    [way("∅", Role::Unconditional, 0.01), way("y", Role::Guided, f64::NAN)]
}

#[test]
fn curves_that_are_missing_or_too_many_are_refused() {
    let some = errors([0.1, 0.2, 0.3]);
    let many = [&some[..], &some, &some].concat();
    assert!(implicit_classifier(&[], &some).is_err() && implicit_classifier(&many, &some).is_err());
    assert!(implicit_classifier(&errors([0.0, 0.0, f64::NAN]), &some).is_err());
    assert!(p_drop_sweep(&[]).is_err() && p_drop_sweep(&[(1.0, vec![])]).is_err());
    with(&scene("three"), Process::VP_LINEAR, |s| {
        let samples = methods(s, &[1.0], |mut ends| ends.remove(0));
        assert!(densities_and_tilt(s, gamma(1.0), &[]).is_err());
        let why = densities_and_tilt(s, gamma(-30.0), &samples).map(|_| ());
        assert!(why.is_ok(), "modes of one width leave a tilt at every γ: {why:?}");
    });
    with(&scene("wide"), Process::VP_LINEAR, |s| {
        let samples = methods(s, &[1.0], |mut ends| ends.remove(0));
        let why = densities_and_tilt(s, gamma(-30.0), &samples).unwrap_err().to_string();
        assert!(why.contains("improper"), "{why}");
    });
}

#[test]
fn a_batch_says_how_often_its_label_was_dropped() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let figure = null_label(s, labels(4).view(), 0.1).unwrap();
        assert_eq!(number(&figure, "share of ∅"), 0.2);
        assert_eq!(number(&figure, "se of that share"), Interval::share(0.2, 20).half());
        let chips = figure.panels[0].layers.iter().find(|l| l.name == "chips-4").unwrap();
        let Mark::Boxes(boxes) = &chips.mark else { panic!("chips are boxes") };
        assert_eq!(boxes.at.len(), 2 + 1, "two rows of the first batch are ∅, and the key");
        assert!(null_label(s, labels(5).view(), 0.1).is_err(), "5 is no label of four classes");
        assert!(null_label(s, Array2::zeros((0, 10)).view(), 0.1).is_err());
    });
}

#[test]
fn the_bill_grows_with_the_compositions() {
    let figure = classifier_bill(&bill(5), &bill(1));
    assert_eq!(
        (number(&figure, "apart: networks"), number(&figure, "joint: networks")),
        (5.0, 1.0)
    );
    let last = |name: &str| {
        let layer = figure.panels[1].layers.iter().find(|l| l.name == name).unwrap();
        let Mark::Curve(curve) = &layer.mark else { panic!("{name} is a curve") };
        curve.at.row(curve.at.nrows() - 1).to_vec()
    };
    assert_eq!(last("compositions"), [10.0, 1024.0]);
    assert_eq!((last("apart"), last("joint")), (vec![10.0, 11.0], vec![10.0, 1.0]));
}

#[test]
fn samples_of_a_training_are_drawn_over_a_plane_over_a_line_and_as_images() {
    let figures = |name: &str| {
        with(&scene(name), Process::VP_LINEAR, |s| {
            let by_now = s.scene.mixture.sample(60, 4, Purpose::Data);
            [&by_now.y[..], &[]].map(|y| training_points(s, 1500, by_now.x.view(), y).unwrap())
        })
    };
    let sheet = training_images(
        9,
        Some(gamma(2.0)),
        Array2::zeros((20, 4)),
        (2, 2),
        &["a".into(), "b".into()],
    );
    for figure in figures("animals").iter().chain(&figures("two-1d")).chain([&sheet]) {
        for lang in [Lang::En, Lang::Vi] {
            let text = svg(figure, Theme::Light, lang, None).unwrap();
            assert!(
                !text.contains("NaN") && (lang == Lang::Vi || text.contains(&*figure.title.en)),
                "{text}"
            );
        }
    }
    // of a network that knows classes each has its colour
    let roles =
        |f: &Figure| f.panels[0].layers.iter().filter(|l| matches!(l.role, Role::Class(_))).count();
    assert_eq!(figures("animals").each_ref().map(roles), [4, 0]);
    assert_eq!(figures("two-1d").each_ref().map(roles), [2, 0]);
}
