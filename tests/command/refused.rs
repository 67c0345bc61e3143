//! Absurd settings: each is refused with one sentence, at once.

use super::{Folder, run};
use std::time::{Duration, Instant};

/// What is asked, and a part of the answer.
const ABSURD: &[(&str, &str)] = &[
    ("", "subcommand"),
    ("trian", "'train'"),
    ("train --stps 5", "'--steps'"),
    ("train --steps", "value is required"),
    ("train --steps 0", "training steps is 0"),
    ("train --steps -3", "'-3'"),
    ("train --steps 1e3", "it is not a whole number"),
    ("train --steps 99999999999", "at most 10^7"),
    ("train --steps 99999999999999999999999", "too large"),
    ("train --batch 0", "the batch is 0"),
    ("train --batch 10000001", "at most 10^7"),
    ("train --learning-rate 0", "the learning rate is 0"),
    ("train --learning-rate=-1", "the learning rate is -1"),
    ("train --learning-rate nan", "the learning rate is NaN"),
    ("train --learning-rate inf", "the learning rate is inf"),
    ("train --clip 0", "gradient norm is 0"),
    ("train --ema 1", "decay of the average is 1"),
    ("train --ema=-0.1", "decay of the average is -0.1"),
    ("train --warmup 99999999999", "--warmup"),
    ("train --points 0", "--points is 0"),
    ("train --points 999999999", "--points is 999999999"),
    ("train --points 99999999", "the memory for training is about"),
    ("train --model gan", "possible values"),
    ("train --model joint --p-drop 1.5", "--p-drop is 1.5"),
    ("train --model caption --data digits", "--data is \"digits\", but it must be captions"),
    (
        "train --model caption --scene three",
        "a network for captions learns digits drawn by the lab",
    ),
    ("train --model caption --components 9", "a network for captions is a Transformer"),
    ("train --model caption --width 10", "heads is 4, but it must be a divisor of 10"),
    ("train --model caption --features 7", "features is 7, but it must be even"),
    ("train --model caption --patch 5", "patches is 5, but it must be a divisor of 28"),
    ("train --model joint --patch 4", "changes nothing: only a network for captions sees patches"),
    ("train --target y", "possible values"),
    ("train --width 0", "the network's width is 0"),
    ("train --width 10000000", "the network's width is 10000000"),
    ("train --width 100000", "at most 10^8; make it narrower"),
    ("train --depth 0", "the network's depth is 0"),
    ("train --features 7", "even number of features"),
    ("train --features 99998", "even number of features"),
    ("train --model joint --embedding 0", "--embedding is 0"),
    ("train --level-width 0", "--level-width is 0"),
    ("train --level-location 1e9", "--level-location is 1000000000"),
    ("train --every 0", "--every is 0"),
    ("train --show 0", "--show is 0"),
    ("train --show=-1", "--show is -1"),
    ("train --show nan", "--show is NaN"),
    ("train --show 1e300", "--show is 1"),
    ("train --model clean --show 30", "a classifier has no samples"),
    ("train --memory 0", "--memory is 0"),
    ("train --memory nan", "--memory is NaN"),
    ("train --memory 0.001", "at most 0.001 GiB"),
    ("train --threads 0", "--threads is 0"),
    ("train --threads 99999", "--threads is 99999"),
    ("train --scene animal", "did you mean \"animals\""),
    ("train --scene three --points 1 --model noisy", "large enough to include the class"),
    ("train --seed -1", "'-1'"),
    ("train --resume /dev/null", "not a folder"),
    ("sample --samples 0", "--samples is 0"),
    ("sample --samples 99999999", "the memory for the samples is about"),
    ("sample --steps 0", "--steps is 0"),
    ("sample --steps 1000000000", "--steps is 1000000000"),
    ("sample --gamma 2", "--gamma is 2"),
    ("sample --class dog --gamma nan", "a finite number"),
    ("sample --class dogg", "did you mean \"dog\""),
    ("sample --caption three", "--score that knows captions"),
    ("sample --caption three --class dog", "--caption says what is wanted"),
    ("eval --caption three", "--score that knows captions"),
    ("sample --class 4", "a number from 0 to 3"),
    ("sample --sampler rk4", "possible values"),
    ("sample --process cosine", "possible values"),
    ("sample --interval 2,1", "--interval is 2,1"),
    ("sample --interval 1", "--interval is 1"),
    ("sample --interval nan,2", "--interval is NaN,2"),
    ("sample --class dog --classifier exact --gradient-scale 0", "--gradient-scale is 0"),
    ("sample --class dog --method cfgg", "a similar value exists"),
    ("sample --class dog --method apg --set eta", "written as knob=number"),
    ("sample --class dog --method apg --set eta=nan", "eta, "),
    ("sample --method cfg++", "a conditional score (a --class"),
    ("sample --class dog --method autoguidance", "(--guiding)"),
    ("methods cfgg", "possible values"),
    ("sample --classifier exact", "with the --class"),
    ("sample --class dog --classifier exact --guiding /dev/null", "not a file"),
    ("sample --score /dev/null", "not a file"),
    ("sample --format xml", "possible values"),
    ("eval --samples 5", "at least 20"),
    ("eval --classifier exact", "with the --class"),
    ("eval --sigma 0", "--sigma is 0"),
    ("eval --class dog --gamma 1,2,x", "it is not a number"),
    ("sample --class dog --also -1:0.5", "is \"-1\", but it must be one of dog"),
    ("sample --class dog --gamma -1x", "for '--gamma"),
    ("field --grid=-1,1", "three numbers"),
    ("field --grid=1,-1,5", "LOW below HIGH"),
    ("field --grid=-1,1,2.5", "whole N"),
    ("field --grid=-1,1,99999", "whole N"),
    ("field --sigma=-1", "--sigma is -1"),
    ("field --t 2", "--t is 2"),
    ("info", "required"),
    ("info x --memory nan", "--memory is NaN"),
    ("check 8 1 --memory -1", "--memory is -1"),
    ("sample --interval 1,2", "it must be given a conditional score (a --class"),
    ("eval --sigma 1", "changes nothing: only a learned score"),
    ("sample --mask x5=1", "must be one from x1 to x2"),
    ("sample --mask x0=1", "must be one from x1 to x2"),
    ("sample --scene two-1d --mask y=1", "x1, the only one"),
    ("sample --mask x1=1,x1=2", "x1 of --mask is given twice"),
    ("sample --mask x1", "a coordinate and its value, as x1=0.5"),
    ("sample --mask x1=one", "a coordinate and its value, as x1=0.5"),
    ("sample --mask=", "a coordinate and its value, as x1=0.5"),
    ("sample --mask x1=nan", "x1 of --mask is NaN"),
    ("sample --mask x1=1,x2=0", "nothing would be left to draw"),
    ("sample --mask x1=40", "--mask is 152 standard deviations away from the nearest component"),
    ("sample --mask x1=1e9", "standard deviations away from the nearest"),
    ("sample --mask x1=1e300", "standard deviations away from the nearest"),
    ("sample --point 1,2", "--tolerance is left out"),
    ("sample --point 1,2 --tolerance 0", "nothing would be left to draw"),
    ("sample --point 1,2,3 --tolerance 1", "--point is of 3 coordinates, but it must be of 2"),
    ("sample --point 1,inf --tolerance 1", "a coordinate of --point is inf"),
    ("field --point 1e9,0 --tolerance 1", "widen --tolerance"),
    ("eval --point=-1,0 --tolerance=-1", "--tolerance is -1"),
    ("eval --mask x1=1 --tolerance nan", "--tolerance is NaN"),
    ("eval --mask x1=1 --tolerance 1e200", "--tolerance is 1e200"),
    ("eval --tolerance 1", "given together with --mask or --point"),
    ("sample --mask x1=1 --gamma=-1", "a distribution only there"),
    ("sample --class 0 --mask x1=1 --also 1:1", "without --guiding, --mask and --point"),
    ("sample --mask x1=1 --method independent", "the scores of all classes"),
    ("field --process ve", "changes nothing: it is the process of --t"),
    ("field --t 0.5 --sigma 1", "changes nothing: the levels are those of --t"),
    ("data --data digits --scene three", "changes nothing: the images of --data"),
    ("data --data digits --idx x --format csv", "changes nothing: IDX files"),
    ("train --p-drop 0.2", "changes nothing: only a joint network"),
    ("train --model noisy --target eps", "changes nothing: only a network for a score"),
    ("train --model clean --level-width 2", "changes nothing: a clean classifier"),
    ("train --components 5", "changes nothing: only networks for images"),
    ("check 8 1 --header", "changes nothing: the answer is not a table"),
    (
        "plot steering --gamma 4",
        "changes nothing: steering does not depend on it; these figures do: trajectories",
    ),
    ("plot two-scores --samples 5", "changes nothing: two-scores does not depend on it"),
    ("plot particles --format svg", "changes nothing: an animation is a GIF"),
    ("plot particles --frames 200 --memory 0.1", "the memory for the frames is about"),
    ("plot field --out f.png", "a folder; choose how figures are written"),
    ("sample --scene /", "it is a folder"),
    ("sample --config /", "it is a folder"),
    ("sweep /", "it is a folder"),
    ("lecture --scene two-1d", "this experiment draws nothing else"),
    ("lecture --class nobody", "nobody"),
    ("lecture --samples 3", "samples"),
    ("lecture --out deck.pdf", "a folder; choose how figures are written"),
    ("lecture --train-steps 5", "'--train-steps'"),
    ("page --scene tree", "at most 256"),
    ("page --scene far-mode-1d", "the page is a plane"),
    ("sample --out -", "left out, for standard output"),
    ("field --out -", "left out, for standard output"),
    ("plot field --out -", "the name of a folder"),
    ("lecture --out -", "the name of a folder"),
    ("page --out -", "ends in .html"),
    ("page --out g.png", "ends in .html"),
    ("page --out g", "ends in .html"),
    ("page --sd 0.5", "left out"),
    ("page --score /dev/null", "not a file"),
    ("page --classifier /dev/null", "not a file"),
    ("page --theme blue", "possible values"),
    ("plot bayes-sum --format png --svg-text text", "no SVG is written"),
    ("plot bayes-sum --svg-text path", "possible values"),
    ("completions tcsh", "possible values"),
];

/// What is refused before anything is built takes some milliseconds; a slow machine takes a hundred times as long, and a
/// training or a walk of that size for ever.
const AT_ONCE: Duration = Duration::from_secs(1);

#[test]
fn absurd_settings_are_refused_with_one_sentence_at_once() {
    let folder = Folder::new("absurd");
    assert!(ABSURD.len() >= 60);
    let mut slowest = Duration::ZERO;
    for (words, sentence) in ABSURD {
        let words = match words.starts_with("train") && !words.contains("--resume") {
            true => format!("{words} --out {}", folder.path("out"))
                .replace("train --steps --out", "train --out x --steps --every"),
            false => words.to_string(),
        };
        // the best of three: a machine that is busy with something else is not our doing
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let began = Instant::now();
            let ended = run(&words);
            least = least.min(began.elapsed());
            assert!(matches!(ended.code, Some(2 | 4)), "{words}: {ended:?}");
            assert!(
                ended.err.starts_with("error: ") && ended.err.contains(sentence),
                "{words}: {ended:?}"
            );
            assert_eq!(
                (ended.err.lines().count(), ended.out.as_str()),
                (1, ""),
                "{words}: {ended:?}"
            );
            if least <= AT_ONCE {
                break;
            }
        }
        assert!(least <= AT_ONCE, "{words}: {least:?}");
        slowest = slowest.max(least);
    }
    println!("{} settings refused, the slowest in {slowest:?}", ABSURD.len());
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_wrong_configuration_names_the_file_the_key_and_the_nearest() {
    let folder = Folder::new("wrong-config");
    for (text, sentence) in [
        ("stepz = 3", "\"stepz\" is not a flag of any subcommand (did you mean \"steps\"?)"),
        (
            "[train]\nlerning-rate = 3",
            "\"lerning-rate\" in [train] is not a flag of scorelab train (did you mean \"learning-rate\"?)",
        ),
        ("[trian]\nsteps = 3", "(did you mean \"train\"?)"),
        ("[sample]\nlearning-rate = 3", "is not a flag of scorelab sample"),
        ("train = 3", "write its flags under [train]"),
        ("steps = ", "line 1"),
        ("seed = 1\nseed = 2", "line 2"),
        ("steps = \"many\"", "invalid value 'many' for '--steps"),
        ("steps = 0", "--steps is 0"),
        ("steps = 2026-11-24", "steps is a datetime"),
        ("samples = 1.5", "invalid value '1.5'"),
        ("gamma = [[1]]", "--gamma is 1"),
        ("config = \"more.toml\"", "one file cannot name another"),
        ("[sample]\nconfig = \"more.toml\"", "one file cannot name another"),
    ] {
        let file = folder.file("lab.toml", text);
        let ended = run(&format!("sample --config {file}"));
        assert!(matches!(ended.code, Some(2 | 4)), "{text}: {ended:?}");
        assert!(ended.err.contains(sentence), "{text}: {ended:?}");
        assert_eq!(ended.err.lines().count(), 1, "{text}: {ended:?}");
        assert!(ended.err.contains("lab.toml") || ended.code == Some(2), "{text}: {ended:?}");
    }
    let ended = run(&format!("sample --config {}", folder.path("nosuch.toml")));
    assert_eq!(ended.code, Some(3), "{ended:?}");
}
