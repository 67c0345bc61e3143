//! What a figure exports is the data, not the drawing.

use super::*;
use crate::plot::{Arrows, Layer, Mark, Panel};
use std::collections::BTreeSet;

/// The arrows of the first layer of that name in a panel.
fn arrows<'a>(panel: &'a Panel, name: &str) -> &'a Arrows {
    let of = |layer: &'a Layer| match &layer.mark {
        Mark::Arrows(arrows) if layer.name == name => Some(arrows),
        _ => None,
    };
    panel.layers.iter().find_map(of).unwrap_or_else(|| panic!("arrows {name}"))
}

/// The largest component of a difference, relative to the largest of `a`.
fn off(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let size = a.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    (a - b).iter().fold(0.0f64, |m, v| m.max(v.abs())) / size
}

#[test]
fn the_arrows_of_the_bayes_plane_add_up_at_every_place() {
    for name in ["animals", "wide", "moons"] {
        with(&scene(name), Process::VP_LINEAR, |s| {
            let f = bayes_plane(s, s.level_by_radius(0.4)).unwrap();
            let names = ["unconditional", "push", "conditional"];
            let [u, push, c] = [0, 1, 2].map(|k| arrows(&f.panels[k], names[k]));
            assert!(u.from == push.from && push.from == c.from, "{name}: one grid");
            assert!(off(&c.vec, &(&u.vec + &push.vec)) < 1e-12, "{name}");
            // wrong twin: what is drawn, where some of it is cut
            let cut = |a: &Arrows| {
                let mut vec = &a.vec * a.scale;
                for mut v in vec.rows_mut() {
                    let length = v[0].hypot(v[1]);
                    v *= (a.cap / length).min(1.0);
                }
                vec
            };
            assert!(off(&cut(c), &(cut(u) + cut(push))) > 1e-3, "{name}: the wrong twin passed");
        });
    }
}

#[test]
fn the_arrows_of_the_fields_are_the_scores_at_their_places() {
    with(&scene("three"), Process::VP_LINEAR, |s| {
        let f = two_scores(s).unwrap();
        let (level, given) = (s.level_by_radius(0.6), s.exact().given(s.class));
        let both = &f.panels[2];
        for (panel, name, score) in [
            (&f.panels[0], "unconditional", s.exact() as &dyn ScoreFn),
            (&f.panels[1], "conditional", &given),
            (both, "unconditional", s.exact()),
            (both, "conditional", &given),
        ] {
            let shown = arrows(panel, name);
            assert_eq!(score.score(shown.from.view(), level), shown.vec, "{name}");
        }
        let places = |a: &Arrows| -> BTreeSet<[u64; 2]> {
            a.from.rows().into_iter().map(|r| [r[0].to_bits(), r[1].to_bits()]).collect()
        };
        let (fine, few) =
            (places(arrows(&f.panels[0], "unconditional")), places(arrows(both, "conditional")));
        assert!(few.is_subset(&fine) && few.len() == 100, "one grid");
        let f = field_over_noise(s, Some(&given)).unwrap();
        for (panel, share) in f.panels.iter().zip([1.5, 0.6, 0.25, 0.1]) {
            let shown = arrows(panel, "learned");
            assert_eq!(given.score(shown.from.view(), s.level_by_radius(share)), shown.vec);
        }
    });
}
