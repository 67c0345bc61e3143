//! What must come out of each method, by name: nothing stands in the catalogue without a test that a wrong twin fails.

use super::*;
use crate::common::{assert_law, max_abs, repository};
use scorelab::guidance::{Gamma, Guided};
use scorelab::noise::NoiseLevel;
use scorelab::rng::Purpose;
use scorelab::sampler::{Langevin, sample};
use scorelab::score::ScoreFn;

/// (method, file in this folder, test).
const LAWS: &[(&str, &str, &str)] = &[
    ("unconditional", "named", "the_plain_methods_are_their_scores_and_not_each_others"),
    ("conditional", "named", "the_plain_methods_are_their_scores_and_not_each_others"),
    ("classifier", "named", "a_classifiers_gradient_scaled_by_c_guides_at_gamma_times_c"),
    ("classifier-free", "named", "on_f1_ordinary_guidance_has_the_variance_of_its_closed_form"),
    ("interval", "legs", "an_interval_is_the_walk_in_parts_that_are_cut_by_hand"),
    ("linear", "named", "a_schedule_guides_at_the_scale_of_its_formula_at_every_level"),
    ("cosine", "named", "a_schedule_guides_at_the_scale_of_its_formula_at_every_level"),
    ("beta", "named", "a_schedule_guides_at_the_scale_of_its_formula_at_every_level"),
    ("autoguidance", "laws", "autoguidance_by_the_unconditional_score_is_ordinary_guidance"),
    ("and", "../combined", "without_noise_a_composition_is_the_score_of_the_product_of_powers"),
    ("or", "../combined", "any_of_the_classes_with_their_priors_is_the_mixture"),
    ("predictor-corrector", "named", "a_predictor_is_corrected_as_often_as_told"),
    (
        "characteristic",
        "characteristic",
        "of_gaussians_it_is_the_score_of_the_diffused_tilt_at_every_level_and_gamma",
    ),
    (
        "feynman-kac",
        "particles",
        "on_f1_the_variance_is_the_tilts_and_the_weights_know_their_normaliser",
    ),
    (
        "feedback",
        "pointwise",
        "feedback_undoes_a_blend_with_the_unconditional_and_no_constant_scale_does",
    ),
    ("cfg++", "renoising", "cfg_plus_plus_is_guidance_with_a_scale_that_grows_as_steps_shrink"),
    (
        "apg",
        "pointwise",
        "apg_without_the_parallel_part_has_none_and_its_difference_is_no_longer_than_told",
    ),
    ("apg-momentum", "renoising", "apgs_momentum_does_not_fade_and_tends_to_another_gamma"),
    (
        "zero-star",
        "pointwise",
        "zero_stars_scale_leaves_the_conditional_velocity_nearest_to_the_unconditional_one",
    ),
    ("tag", "pointwise", "tag_lengthens_a_step_across_x_and_leaves_it_along_x"),
    ("rescale", "pointwise", "rescaled_noise_has_the_spread_of_the_conditional_one"),
    (
        "dynamic-threshold",
        "pointwise",
        "thresholded_points_are_within_the_bound_and_points_within_it_are_left_alone",
    ),
    ("momentum", "renoising", "momentum_without_a_memory_beyond_one_step_is_adams_bashforth"),
    ("frequency-decoupled", "pointwise", "each_band_of_a_gaussian_is_guided_by_its_own_scale"),
    (
        "rectified-cfg++",
        "renoising",
        "rectified_cfg_plus_plus_is_a_schedule_to_first_order_in_the_step",
    ),
    (
        "independent",
        "pointwise",
        "a_random_condition_is_a_biased_reference_whose_bias_outgrows_the_signal_at_small_noise",
    ),
    (
        "cads",
        "noisy_label",
        "without_its_mending_it_is_on_average_guidance_at_a_smaller_scale_with_a_known_scatter",
    ),
    (
        "temporal-rescaling",
        "tempering",
        "of_a_gaussian_it_is_the_score_of_one_with_a_kth_of_the_variance_at_every_level",
    ),
    ("dps", "observing", "dps_on_a_gaussian_ends_where_its_closed_form_says"),
    (
        "pigdm",
        "observing",
        "tmpd_is_the_exact_score_of_every_gaussian_at_every_level_and_power_and_pigdm_of_the_standard_one",
    ),
    (
        "tmpd",
        "observing",
        "tmpd_is_the_exact_score_of_every_gaussian_at_every_level_and_power_and_pigdm_of_the_standard_one",
    ),
    ("replacement", "observing", "the_samplers_end_as_their_recursions_say"),
    ("repaint", "observing", "the_samplers_end_as_their_recursions_say"),
    (
        "twisted",
        "twisted",
        "the_normaliser_is_that_of_the_steps_on_average_for_any_number_of_particles",
    ),
];

/// What a test says where a wrong formula must fail it.
const TWINS: [&str; 5] = ["twin", "assert_law(", "assert_ne!(", "wrong sign", " passed"];

/// Whether a file has a test of this name with a twin in it.
fn has_law(code: &str, test: &str) -> bool {
    let body = code.split(&format!("#[test]\nfn {test}(")).nth(1);
    let body = body.and_then(|rest| rest.split("\n}\n").next());
    body.is_some_and(|body| TWINS.iter().any(|twin| body.contains(twin)))
}

#[test]
fn every_method_has_a_law_with_a_twin() {
    let names: Vec<&str> = METHODS.iter().map(|m| m.about().name).collect();
    assert_eq!(names, LAWS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    assert!(names.len() >= 20);
    for (name, file, test) in LAWS {
        let path = repository(&format!("tests/guidance/methods/{file}.rs"));
        let code = std::fs::read_to_string(&path).unwrap();
        assert!(has_law(&code, test), "{name}: {test} in {}", path.display());
    }
    assert!(!has_law("#[test]\nfn a() {\n    assert!(true);\n}\n", "a"), "no twin");
    assert!(!has_law("fn a() {\n    twin();\n}\n", "a"), "no test");
}

/// What a plan answers at points of F3 minus what a score does, at its largest.
fn off(plan: &Plan, score: &dyn ScoreFn, ratio: f64) -> f64 {
    let level = NoiseLevel::ve(ratio);
    let x = cases::f3().noised(level).sample(40, 2, Purpose::Reference).x;
    max_abs(&(plan.score().unwrap().score(x.view(), level) - score.score(x.view(), level)))
}

/// Ordinary guidance of class 0 of F3.
fn ordinary(gamma: f64) -> Guided<Mixture, Mixture> {
    let f3 = cases::f3();
    Guided { main: f3.given(0), guiding: f3, gamma: Gamma::new(gamma).unwrap() }
}

#[test]
fn the_plain_methods_are_their_scores_and_not_each_others() {
    let f3 = cases::f3();
    let scores: [(&str, Mixture); 2] =
        [("unconditional", f3.clone()), ("conditional", f3.given(0))];
    for ratio in [0.1, 1.0, 10.0] {
        for i in 0..2 {
            let plan = plan_on(&f3, scores[i].0, &[]);
            let [own, twin] = [&scores[i].1, &scores[1 - i].1].map(|s| off(&plan, s, ratio));
            assert_law(scores[i].0, own, twin, 1e-12);
        }
    }
}

#[test]
fn a_classifiers_gradient_scaled_by_c_guides_at_gamma_times_c() {
    let set = [("gamma", 4.0), ("gradient-scale", 0.3)];
    let plan = plan_on(&cases::f3(), "classifier", &set);
    for ratio in [0.3, 1.0, 3.0] {
        let found = |gamma: f64| off(&plan, &ordinary(gamma), ratio);
        assert_law("classifier", found(1.2), found(1.201), 1e-10);
    }
}

#[test]
fn on_f1_ordinary_guidance_has_the_variance_of_its_closed_form() {
    for gamma in [0.0, 0.5, 1.0, 2.0, 3.0] {
        let plan = renoising::on_f1("classifier-free", &[("gamma", gamma)]);
        let found = renoising::variance(&plan, &Process::VE, 4096);
        let off = |gamma: f64| (found / 2f64.powf(1.0 - gamma) - 1.0).abs();
        assert_law(&format!("γ = {gamma}"), off(gamma), off(gamma + 0.05), 1e-2);
    }
}

#[test]
fn a_schedule_guides_at_the_scale_of_its_formula_at_every_level() {
    let (gamma, power, first, last) = (3.0f64, 2.0, 0.05f64, 5.0f64);
    let set = [("gamma", gamma), ("power", power), ("first", first), ("last", last)];
    let place = |ratio: f64| ((ratio / first).ln() / (last / first).ln()).clamp(0.0, 1.0);
    type Shape = fn(f64) -> f64;
    let shapes: [(&str, Shape); 3] = [
        ("linear", |u| 1.0 - u),
        ("cosine", |u| (0.5 * std::f64::consts::PI * u).cos().powi(2)),
        ("beta", |u| 1.0 - (2.0 * u - 1.0).powi(2)),
    ];
    for (name, shape) in shapes {
        let plan = plan_on(&cases::f3(), name, &set);
        for ratio in [0.08, 0.4, 1.0] {
            let at = |power: f64| 1.0 + (gamma - 1.0) * shape(place(ratio)).powf(power);
            let found = |power: f64| off(&plan, &ordinary(at(power)), ratio);
            assert_law(&format!("{name} at {ratio}"), found(power), found(power + 0.1), 1e-10);
        }
        let beyond = |ratio: f64, u: f64| {
            off(&plan, &ordinary(1.0 + (gamma - 1.0) * shape(u).powf(power)), ratio)
        };
        assert!(beyond(0.01, 0.0) < 1e-10 && beyond(20.0, 1.0) < 1e-10, "{name} beyond its ends");
    }
}

#[test]
fn a_predictor_is_corrected_as_often_as_told() {
    let (f3, course) = (cases::f3(), Course::new(2, 24));
    let set = [("gamma", 3.0), ("corrections", 2.0), ("step", 0.04)];
    let plan = plan_on(&f3, "predictor-corrector", &set);
    let found = course.ends(&plan, &AnySampler::new(Ddim { eta: 0.0 }));
    let given = f3.given(0);
    let by_hand = |steps: usize| {
        let corrector = ordinary(3.0);
        let sampler =
            Langevin { inner: Ddim { eta: 0.0 }, corrector: &corrector, steps, step_size: 0.04 };
        let Course { process, grid, start } = &course;
        sample(&sampler, &given, process, grid, start.view(), 5)
    };
    assert_eq!(found, by_hand(2));
    assert_ne!(found, by_hand(1));
}
