//! Experiments with a scene or a γ of their own, and the warning where nothing is left to sample.

use super::{Folder, run_experiment};

/// Runs an experiment with few samples: exit code, what it said, its warnings and errors.
fn few(name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = Folder::new(&format!("own-{name}-{}", arguments.join("")));
    let out = folder.0.to_str().unwrap();
    let few = ["--quick", "--samples", "100", "--steps", "8", "--out", out];
    let ended = run_experiment(name, &[&few[..], arguments].concat());
    (ended.code, ended.out, ended.err)
}

#[test]
fn an_experiment_over_a_line_refuses_a_plane_and_the_other_way_round() {
    for (name, scene, own) in [("interval", "animals", "1"), ("your_guidance", "two-1d", "2")] {
        let (code, out, err) = few(name, &["--scene", scene]);
        assert_eq!(code, Some(2), "{out}{err}");
        assert!(err.contains(scene) && err.contains(&format!("must be {own}, as for")), "{err}");
    }
    let (code, out, err) = few("interval", &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("(--steps 8 --samples 100)"),
        "its own scene and γ are its defaults: {out}"
    );
}

#[test]
fn a_negation_without_a_target_is_warned_of_and_one_with_a_target_is_not() {
    // "not narrow" in a scene whose other modes are wider: the product of powers grows far out
    let warned = |gamma: &str| {
        let (code, out, err) =
            few("your_guidance", &["--scene", "wide", "--class", "narrow", "--gamma", gamma]);
        assert_eq!(code, Some(0), "{out}{err}");
        assert!(out.contains("conditional"), "{out}");
        err.lines().any(|l| l.starts_with("warning:") && l.contains("improper"))
    };
    assert!(warned("-1"));
    assert!(!warned("3"));
}

#[test]
fn a_method_of_the_catalogue_is_a_rival_of_ones_own_guidance_and_of_no_other_experiment() {
    let (code, out, err) = few("your_guidance", &["--method", "apg", "--set", "eta=0.5"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let rows = |name: &str| out.lines().filter(|l| l.trim_start().starts_with(name)).count();
    // the two parts of the table at two numbers of steps; in the verdicts two targets at each, beside the conditional score,
    // ordinary guidance at γ and, of what has another effective scale, at that; the effective scale
    assert_eq!((rows("apg "), rows("mine ")), (2 * 2 + 3 * 4 + 1, 2 * 2 + 2 * 4 + 1), "{out}");
    let effective = out.split("across").nth(1).unwrap();
    let guided = effective.lines().find(|l| l.trim_start().starts_with("guided ")).unwrap();
    assert!(guided.contains("3.0"), "{guided}");
    let (code, _, err) = few("your_guidance", &["--method", "autoguidance"]);
    assert!(code == Some(2) && err.contains("a guiding score"), "{err}");
    let (code, _, err) = few("your_guidance", &["--set", "eta=0.5"]);
    assert!(code == Some(2) && err.contains("with the --method"), "{err}");
    let (code, _, err) = few("interval", &["--method", "apg"]);
    assert!(code == Some(2) && err.contains("does not use it"), "{err}");
}
