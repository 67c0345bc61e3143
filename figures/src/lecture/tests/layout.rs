//! Words stand where no line runs through them.

use super::catalogue::{drawn, inputs, of_images, untrained, with_images};
use super::*;
use crate::plot::{Axis, Curve, Labels, Lang, Layer, Panel, Role, Side, crossed, cut, strayed};
use scorelab::data::ClassName;

/// A scene whose classes have long names.
fn with_long_names(name: &str) -> Scene {
    let mut scene = scene(name);
    for (k, name) in scene.class_names.iter_mut().enumerate() {
        let of = |text: &str| format!("{text} {}", "abcdefgh".chars().nth(k).unwrap());
        let en = of("an unusually long class name, which goes on and on, of the kind");
        *name = ClassName {
            en,
            vi: of("một cái tên lớp dài khác thường, dài mãi không hết, thuộc loại"),
        };
    }
    scene.class_names[1].en = "short".into();
    scene
}

/// Every figure of a scene, from few samples.
fn all(scene: &Scene, mut each: impl FnMut(Figure)) {
    with(scene, Process::VP_LINEAR, |s| {
        let joint = untrained(s, 2);
        let mut figures = vec![];
        for spec in FIGURES {
            let inputs = if of_images(spec) { with_images(s, &joint) } else { inputs(s, &joint) };
            let mut drawn = drawn(spec, Inputs { samples: 120, frames: 2, ..inputs });
            figures.extend(drawn.drain(if spec.moves() { drawn.len() - 1 } else { 0 }..));
        }
        figures
    })
    .into_iter()
    .for_each(&mut each);
}

#[test]
fn no_line_runs_through_a_word_and_no_word_covers_another() {
    let (mut found, mut twin) = (vec![], vec![]);
    for scene in [scene("animals"), scene("ring8"), with_long_names("animals")] {
        all(&scene, |figure| {
            for lang in [Lang::En, Lang::Vi] {
                found.extend(crossed(&figure, lang, true));
                twin.extend(crossed(&figure, lang, false));
            }
        });
    }
    assert!(found.is_empty(), "{} of {}:\n{}", found.len(), twin.len(), found.join("\n"));
    // where the figures would put them
    assert!(twin.len() > 10, "{twin:?}");
}

#[test]
fn a_name_stands_nearest_to_what_it_names_and_is_whole_if_it_is_short() {
    let (mut found, mut twin) = (vec![], vec![]);
    all(&scene("ring8"), |figure| {
        for lang in [Lang::En, Lang::Vi] {
            found.extend([strayed(&figure, lang, true), cut(&figure, lang)].concat());
            twin.extend(strayed(&figure, lang, false));
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
    // words that may go anywhere do stray
    assert!(twin.len() > 5, "{twin:?}");
}

#[test]
fn no_number_and_no_formula_loses_its_middle() {
    let (mut found, mut twin) = (vec![], vec![]);
    for lang in [Lang::En, Lang::Vi] {
        all(&scene("animals"), |figure| found.extend(cut(&figure, lang)));
        all(&with_long_names("animals"), |figure| twin.extend(cut(&figure, lang)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(twin.len() > 10, "names that are too long do: {twin:?}");
    let numbers = twin.iter().filter(|word| word.contains(['%', '→']));
    assert_eq!(numbers.count(), 0, "{twin:?}");
}

#[test]
fn a_word_without_any_room_is_found() {
    let zigzag = Array2::from_shape_fn((400, 2), |(i, j)| match j {
        0 => i as f64 / 400.0,
        _ => (i % 2) as f64,
    });
    let labels =
        Labels { at: vec![([0.5, 0.5], "a word".into())], side: Side::On, ..Labels::default() };
    let panel = Panel {
        x: Axis::new("", (0.0, 1.0)),
        y: Axis::new("", (0.0, 1.0)),
        layers: vec![
            Layer::new("word", "", Role::Neutral, labels),
            Layer::new("line", "", Role::Guided, Curve { at: zigzag, ..Curve::default() }),
        ],
        ..Panel::default()
    };
    let figure = Figure { panels: vec![panel], ..Figure::default() };
    assert_eq!(crossed(&figure, Lang::En, true).len(), 1);
}
