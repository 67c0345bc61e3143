//! The catalogue of methods at the command line: one way to choose, and the flags that spell the same.

use super::{Folder, SMALL, answer, json, run};
use scorelab::methods::{METHODS, Need, Walks, rows};

/// A walk of a moment.
const WALK: &str = "--scene three --class 0 --steps 8 --samples 40 --format csv";

#[test]
fn flags_that_spell_a_method_are_the_method_to_the_bit() {
    for (spelled, named) in [
        ("--gamma 2", "--method classifier-free --set gamma=2"),
        ("--gamma 2", "--method classifier-free --gamma 2"),
        ("", "--method classifier-free --set gamma=1"),
        ("--gamma 2 --classifier exact", "--method classifier --gamma 2 --classifier exact"),
        (
            "--gamma 2 --classifier exact --gradient-scale 0.5",
            "--method classifier --classifier exact --set gamma=2,gradient-scale=0.5",
        ),
        (
            "--gamma 4 --interval 0.3,3",
            "--method interval --set gamma=4 --set low=0.3 --set high=3",
        ),
        ("--gamma 4 --interval 0.3,3", "--method interval --interval 0.3,3 --gamma 4"),
        ("--gamma 2 --also 1:0.5", "--method and --set gamma=2 --also 1:0.5"),
        (
            "--gamma 2 --also 1:0.5 --interval 0.3,3",
            "--method interval --interval 0.3,3 --gamma 2 --also 1:0.5",
        ),
    ] {
        let [a, b] = [spelled, named].map(|flags| answer(&format!("sample {WALK} {flags}")));
        assert_eq!(a, b, "{spelled} and {named}");
        let twin = answer(&format!("sample {WALK} {named} --seed 1"));
        assert_ne!(a, twin, "{named}: the twin, another seed");
    }
    let field = |flags: &str| answer(&format!("field --scene three --class 1 {flags}"));
    assert_eq!(field("--gamma 3"), field("--method classifier-free"), "3 is the knob's own");
    assert_ne!(field("--gamma 3"), field("--method apg"));
}

#[test]
fn every_method_samples_or_is_refused_for_what_it_needs() {
    let flags = |method: &str, more: &str| format!("sample {WALK} --method {method} {more}");
    let plain = answer(&format!("sample {WALK}"));
    let mut refused = 0;
    for about in METHODS.iter().map(|method| method.about()) {
        let has = |need: Need| about.needs.contains(&need);
        if has(Need::Guiding) || has(Need::Classifier) {
            let ended = run(&flags(about.name, ""));
            let flag = if has(Need::Guiding) { "(--guiding)" } else { "(--classifier and" };
            assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
            assert!(ended.err.contains(about.name) && ended.err.contains(flag), "{ended:?}");
            refused += 1;
            continue;
        }
        if has(Need::Observation) || has(Need::Mask) {
            let ended = run(&flags(about.name, ""));
            assert!(ended.code == Some(2) && ended.err.contains("(--mask"), "{ended:?}");
            refused += 1;
        }
        let mask = if has(Need::Observation) || has(Need::Mask) { "--mask x1=0.5" } else { "" };
        let found = answer(&flags(about.name, mask));
        assert_eq!(found.lines().count(), 41, "{}", about.name);
        assert_eq!(found == plain, about.name == "conditional", "{}", about.name);
    }
    assert_eq!(refused, 2 + 6);
}

#[test]
fn what_a_method_lacks_is_said_alike_by_every_subcommand() {
    let lacks = "but it must be given a guiding score, worse than the conditional one (--guiding)";
    for sub in ["sample", "eval", "field", "plot sweep"] {
        let ended = run(&format!("{sub} --scene three --class 0 --method autoguidance"));
        assert!(ended.err.contains(lacks), "{sub}: {ended:?}");
        let ended = run(&format!("{sub} --scene three --class 0 --method apgg"));
        assert!(ended.err.contains("'apg'") && ended.err.lines().count() == 1, "{sub}: {ended:?}");
        let set = "--method apg --set etaa=1";
        let ended = run(&format!("{sub} --scene three --class 0 {set}"));
        assert!(ended.err.contains("(did you mean \"eta\"?)"), "{sub}: {ended:?}");
    }
    for (words, sentence) in [
        ("sample --method interval", "a conditional score (a --class, and a --score that has seen"),
        ("sample --class 0 --method conditional --gamma 2", "the method conditional has no gamma"),
        ("sample --class 0 --method apg --interval 1,2", "the method apg has no low"),
        ("sample --class 0 --method apg --gamma 2 --set gamma=3", "--set says gamma too"),
        (
            "sample --class 0 --method apg --also 1:1",
            "the method apg takes none; interval and and do",
        ),
        ("sample --class 0 --method interval --set low=3", "below high, which is 2"),
        ("sample --class 0 --set gamma", "written as knob=number"),
        ("sample --class 0 --set eta=1", "a knob of the method classifier-free is eta"),
        ("sample --class 0 --method or --classifier exact", "the exact densities of a scene"),
        ("sample --class 0 --method cfg++ --sampler heun", "with a step of its own, whatever"),
        ("field --class 0 --method cfg++", "its own way to walk"),
        ("plot sweep --class 0 --method momentum", "this figure walks along a score"),
        ("plot hybrid --class 0 --method apg", "--method cannot be given here: this figure"),
        ("plot sweep --class 0 --method or", "one that has a γ"),
        ("plot sweep --class 0 --method apg --set gamma=2", "drawn over --gamma"),
    ] {
        let ended = run(words);
        assert_eq!(ended.code, Some(2), "{words}: {ended:?}");
        assert!(ended.err.contains(sentence), "{words}: {ended:?}");
        assert_eq!(ended.err.lines().count(), 1, "{words}: {ended:?}");
    }
}

#[test]
fn the_catalogue_is_listed_as_text_as_data_and_in_the_help() {
    let (text, all) = (answer("methods"), json("methods"));
    assert_eq!(all, serde_json::to_value(rows()).unwrap().as_array().unwrap().clone());
    let (csv, help) = (answer("methods --format csv"), answer("sample --help"));
    let completions = answer("completions bash");
    for about in METHODS.iter().map(|method| method.about()) {
        for place in [&text, &csv, &help, &completions] {
            assert!(place.contains(about.name), "{}", about.name);
        }
        let one = answer(&format!("methods {}", about.name));
        for told in [about.title, about.formula, about.source, about.walks.words()] {
            assert!(one.contains(told), "{}: {told}", about.name);
        }
        for knob in about.knobs {
            assert!(one.contains(&format!("--set {} ", knob.name)) && one.contains(knob.meaning));
        }
    }
    let one = answer("methods apg --format json");
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["knobs"][0]["name"], "gamma");
    let ended = run("methods apgg");
    assert!(ended.code == Some(2) && ended.err.contains("'apg'"), "{ended:?}");
}

#[test]
fn eval_tells_the_effective_scale_of_a_method_that_is_named() {
    let words = "eval --scene three --class 0 --steps 16 --samples 100 --method";
    let found = |flags: &str, metric: &str| {
        let rows = json(&format!("{words} {flags}"));
        rows.into_iter().find(|row| row["metric"] == metric)
    };
    let told = |flags: &str| found(flags, "effective_gamma").unwrap()["value"].as_f64();
    assert!((told("classifier-free --gamma 2.5").unwrap() - 2.5).abs() < 1e-9);
    let shorter = told("interval --gamma 2.5").unwrap();
    assert!((1.0..2.4).contains(&shorter), "{shorter}");
    let particles = METHODS.iter().map(|m| m.about()).find(|m| m.walks == Walks::Particles);
    assert_eq!(told(particles.unwrap().name), None, "particles have none");
    assert!(found("classifier-free", "energy_to_tilt").is_some());
    assert!(found("feynman-kac", "energy_to_tilt").is_some());
    assert!(found("interval", "energy_to_tilt").is_none());
    let wide = |gamma: &str| {
        run(&format!("eval --scene wide --class narrow --gamma={gamma} --steps 4 --samples 40"))
    };
    let (none, some) = (wide("-1"), wide("3"));
    assert!(none.err.contains("warning: no energy_to_tilt at γ = -1: γ is -1"), "{none:?}");
    assert!(
        !none.out.contains("energy_to_tilt") && some.out.contains("energy_to_tilt"),
        "{some:?}"
    );
    assert_eq!(some.err, "");
    let unnamed = answer("eval --scene three --class 0 --steps 16 --samples 100");
    assert!(!unnamed.contains("effective"), "the numbers of before");
}

#[test]
fn a_sweep_goes_over_methods_and_their_knobs() {
    let folder = Folder::new("methods-sweep");
    let grid = folder.file(
        "grid.toml",
        "[eval]\nscene = \"three\"\nclass = 0\nsteps = 8\nsamples = 40\n[grid.eval]\nmethod = [\"apg\", \"classifier-free\"]\n\
         set = [\"gamma=2\", \"gamma=4\"]\n",
    );
    let out = folder.path("out");
    answer(&format!("sweep {grid} --out {out}"));
    let results = std::fs::read_to_string(folder.0.join("out/results.csv")).unwrap();
    let told = |method: &str, set: &str| {
        results.lines().filter(|l| l.contains(&format!("{method},{set},"))).count()
    };
    for set in ["gamma=2", "gamma=4"] {
        // what is plain guidance is held to its tilt, too
        assert!(told("apg", set) > 5, "{results}");
        assert_eq!(told("classifier-free", set), told("apg", set) + 1, "{results}");
    }
}

#[test]
fn a_joint_network_and_a_learned_classifier_are_parts_of_any_method() {
    let folder = Folder::new("methods-learned");
    let [joint, noisy] = ["joint", "noisy"].map(|model| {
        let out = folder.path(model);
        answer(&format!("train --scene three --model {model} --out {out} {SMALL}"));
        out
    });
    let walk = "sample --class 0 --steps 8 --samples 20 --format csv";
    for way in [format!("--score {joint}"), format!("--scene three --classifier {noisy}")] {
        for method in ["apg", "interval", "cfg++", "feynman-kac", "independent"] {
            let found = answer(&format!("{walk} {way} --method {method}"));
            assert_eq!(found.lines().count(), 21, "{way} {method}");
        }
        let ordinary = answer(&format!("{walk} {way} --gamma 3"));
        let free = answer(&format!("{walk} {way} --method classifier-free"));
        assert_eq!(ordinary, free, "{way}");
    }
}
