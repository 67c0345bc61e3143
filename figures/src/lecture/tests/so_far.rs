use super::*;

#[test]
fn samples_so_far_are_drawn_over_a_plane_over_a_line_and_as_images() {
    let figures = |name: &str| {
        with(&scene(name), Process::VP_LINEAR, |s| {
            let by_now = s.scene.mixture.sample(60, 4, Purpose::Data);
            [&by_now.y[..], &[]].map(|y| points_so_far(s, 1500, by_now.x.view(), y).unwrap())
        })
    };
    let sheet = images_so_far(
        9,
        Some(gamma(2.0)),
        Array2::zeros((20, 4)),
        (2, 2),
        &["a".into(), "b".into()],
    );
    for figure in figures("animals").iter().chain(&figures("two-1d")).chain([&sheet]) {
        for lang in [Lang::En, Lang::Vi] {
            let text = svg(figure, Theme::Light, lang, None).unwrap();
            assert!(!text.contains("NaN") && text.contains(figure.title.get(lang)), "{text}");
        }
    }
    // of a network that knows classes each has its colour
    let roles =
        |f: &Figure| f.panels[0].layers.iter().filter(|l| matches!(l.role, Role::Class(_))).count();
    assert_eq!(figures("animals").each_ref().map(roles), [4, 0]);
    assert_eq!(figures("two-1d").each_ref().map(roles), [2, 0]);
}
