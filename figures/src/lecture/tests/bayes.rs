use super::*;
use crate::plot::Role;
use scorelab::noise::NoiseLevel;

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    with(&scene("two-1d"), Process::VP_LINEAR, |s| {
        let why = uncontrolled(s, &s.scene.mixture, 10).unwrap_err().to_string();
        assert!(why.contains("the scene two-1d") && why.contains("two-dimensional"), "{why}");
    });
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let level = s.level(1.0);
        let sum = |point, build| bayes_sum(s, point, level, gamma(1.0), build);
        assert!(sum([0.0, 0.0], Some(0)).is_err() && sum([0.0, 0.0], Some(5)).is_err());
        assert!(sum([f64::NAN, 0.0], None).is_err());
        assert!(bayes_sum(s, [0.0; 2], NoiseLevel::ve(0.0), gamma(1.0), None).is_err());
        assert!(two_scores(&Setting { class: 4, ..*s }).is_err());
        assert!(hybrid(s, &[], &[gamma(1.0)], 10).is_err());
        assert!(uncontrolled(s, &s.scene.mixture, 1).is_err());
    });
}

#[test]
fn the_bayes_sum_is_the_conditional_score() {
    with(&scene("wide"), Process::VP_LINEAR, |s| {
        for (point, ratio) in [([0.3, -0.8], 0.7), ([-2.0, 1.0], 0.3), ([1.0, 1.0], 3.0)] {
            let figure = bayes_sum(s, point, s.level(ratio), gamma(1.0), None).unwrap();
            assert!(number(&figure, "‖sum − s_γ‖") < 1e-12);
        }
        assert!(number(&bayes_plane(s, s.level(0.7)).unwrap(), "largest residual") < 1e-11);
    });
}

#[test]
fn a_larger_gamma_makes_up_its_mind_at_more_noise() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let gammas = [0.0, 1.0, 2.0, 5.0, 10.0];
        let figure =
            three_trajectories(s, exact, &exact.posterior(0), gamma(2.0), &gammas.map(gamma))
                .unwrap();
        let level = |g: f64| number(&figure, &format!("σ/α where p passes 0.9 at γ = {g}"));
        assert!(level(0.0).is_nan(), "without guidance this path never gets there");
        assert!(gammas[1..].windows(2).all(|g| level(g[0]) < level(g[1])));
    });
}

#[test]
fn the_field_bends_from_green_at_0_to_10_and_back() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let exact = &s.scene.mixture;
        let target = exact.posterior(0);
        let frames: Vec<Figure> = bending_field(s, exact, &target, 5, 5).unwrap().collect();
        let gammas: Vec<f64> = frames.iter().map(|f| number(f, "gamma")).collect();
        assert_eq!((gammas[0], gammas[2], gammas[4]), (0.0, 10.0, 0.0));
        assert!(gammas[1] > 0.0 && (gammas[1] - gammas[3]).abs() < 1e-9);
        let roles: Vec<Role> = frames.iter().map(|f| f.panels[0].layers[1].role).collect();
        assert_eq!(
            (roles[0], roles[2], roles[4]),
            (Role::Unconditional, Role::Guided, Role::Unconditional)
        );
        assert!(bending_field(s, exact, &target, 5, 1).is_err());
    });
}

#[test]
fn along_the_led_path_the_noise_falls_and_the_class_is_reached() {
    with(&scene("animals"), Process::VP_LINEAR, |s| {
        let frames: Vec<Figure> = bayes_through_time(s, 12).unwrap().collect();
        let all = |name: &str| frames.iter().map(|f| number(f, name)).collect::<Vec<f64>>();
        assert!(all("σ/α").windows(2).all(|w| w[1] < w[0]));
        let sure = all("p(y|x_t)");
        assert!(sure[0] < 0.5 && sure[11] > 0.999, "{sure:?}");
        let posterior = s.scene.mixture.posterior(0);
        let one = Classifier::new("one".into(), [posterior]);
        assert!(regions_through_noise(s, &[one], 3).is_err(), "four classes, one likelihood");
        assert!(regions_through_noise(s, &[], 3).is_err());
    });
}
