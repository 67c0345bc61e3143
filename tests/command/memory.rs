//! What is taken of the memory is what was estimated beforehand: every kind of work, at a size where it matters.
//!
//! The peak is read from `/proc`, so only Linux tells it.

use super::{Folder, program, run};
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

const MB: f64 = 1e6;
const GIB: f64 = (1u64 << 30) as f64;
/// By how much a peak may pass its estimate: allocators keep some of what was freed.
const SLACK: f64 = 1.2;
/// Work that needs less than this is lost in what the program takes to start and to draw anything at all.
const MATTERS: f64 = 100.0 * MB;

/// What came of some work, its estimates found or not.
struct Done {
    /// The most memory that the program held, in bytes.
    peak: f64,
    code: Option<i32>,
    /// What it said on standard error.
    said: String,
}

fn done(words: &str) -> Done {
    let mut child = program(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stderr.take().unwrap();
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        pipe.read_to_string(&mut said).map(|_| said)
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        peak = peak.max(1024.0 * kib.unwrap_or(0.0));
        if let Some(ended) = child.try_wait().unwrap() {
            return Done { peak, code: ended.code(), said: said.join().unwrap().unwrap() };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The most memory that the program held, in bytes.
fn peak(words: &str) -> f64 {
    let done = done(words);
    assert_eq!(done.code, Some(0), "{words}: {}", done.said);
    done.peak
}

/// The least `--memory` that lets the words pass, which is the largest of their estimates, and the peak at it;
/// both in bytes.
///
/// A refusal costs nothing, so the work is done once.
fn estimate_and_peak(words: &str) -> (f64, f64) {
    let mut limit = 1e-4f64;
    for _ in 0..60 {
        let done = done(&format!("{words} --memory {limit}"));
        match done.said.split("is about ").nth(1).filter(|_| done.code == Some(2)) {
            None => {
                assert_eq!(done.code, Some(0), "{words}: {}", done.said);
                return (limit * GIB, done.peak);
            }
            // what is said is rounded to a hundredth
            Some(said) => {
                let needed: f64 = said.split(' ').next().unwrap().parse().unwrap();
                limit = (1.25 * limit).max(needed + 0.005);
            }
        }
    }
    panic!("refused at any --memory: {words}");
}

/// Work with a place `{}` for its size, a size that is next to nothing, and one that matters.
///
/// Not `eval`: it takes minutes at a size where its memory matters.
fn cases(folder: &Folder) -> Vec<(String, u32, u32)> {
    let out = folder.path("out");
    let plot = |figure: &str, more: &str| format!("plot {figure} --scene three {more} --out {out}");
    let train = format!("train --scene three --steps 1 --out {out}-{{run}}");
    vec![
        ("sample --scene three --steps 2 --samples {} --format table".into(), 20, 300_000),
        ("sample --scene three --steps 2 --samples {} --format csv".into(), 20, 500_000),
        ("sample --scene three --steps 2 --samples {} --format json".into(), 20, 500_000),
        (format!("sample --scene three --steps 2 --samples {{}} --out {out}.npz"), 20, 2_000_000),
        ("data --scene three --points {} --format table".into(), 20, 200_000),
        (format!("data --data digits --points {{}} --out {out}.npy"), 20, 15_000),
        ("field --scene three --grid -1,1,{} --format table".into(), 3, 500),
        (plot("uncontrolled", "--steps 2 --format csv --samples {}"), 60, 4_000_000),
        (plot("fidelity", "--steps 2 --format csv --gamma 1,2 --samples {}"), 60, 2_000_000),
        (plot("particles", "--steps 2 --frames {}"), 2, 60),
        (plot("bending-field", "--steps 2 --frames {}"), 2, 60),
        (plot("bayes-through-time", "--frames {}"), 2, 60),
        (plot("regions", "--frames {}"), 2, 60),
        (format!("{train} --points {{}}"), 200, 6_000_000),
        (format!("{train} --points 200 --depth 3 --width {{}}"), 16, 1200),
    ]
}

#[test]
#[ignore = "takes a minute and a quiet machine: .ci/nightly"]
#[cfg(target_os = "linux")]
fn no_work_takes_more_memory_than_was_estimated() {
    let folder = Folder::new("memory");
    let mut wrong = Vec::new();
    for (k, (words, small, large)) in cases(&folder).into_iter().enumerate() {
        let run = |name: &str, n: u32| {
            words.replace("{run}", &format!("{k}{name}")).replace("{}", &n.to_string())
        };
        let start = std::time::Instant::now();
        let base = peak(&run("a", small));
        let (estimate, most) = estimate_and_peak(&run("b", large));
        let used = most - base;
        let line = format!(
            "{:>6.0} MB estimated, {:>6.0} MB used, {:>3.0} s: {words}",
            estimate / MB,
            used / MB,
            start.elapsed().as_secs_f64()
        );
        println!("{line}");
        // the wrong twin: an estimate that is far above what is used refuses work for nothing
        let right = used > MATTERS && used <= SLACK * estimate && estimate <= 6.0 * used;
        wrong.extend((!right).then_some(line));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_is_read_within_the_memory_or_refused() {
    let folder = Folder::new("answer-memory");
    let text: String = (0..4_000_000).map(|i| format!("{}\n", i % 10)).collect();
    let (small, large) = (folder.file("small.csv", "1\n2\n"), folder.file("large.csv", &text));
    let base = done(&format!("check 1 {small}")).peak;
    let most = done(&format!("check 1 {large} --memory 0.5")).peak;
    let refused = run(&format!("check 1 {large} --memory 0.1"));
    assert!(matches!(refused.code, Some(2 | 4)), "{refused:?}");
    assert!(refused.err.contains("memory"), "{refused:?}");
    assert!(most - base <= SLACK * 0.5 * GIB && most - base > 30.0 * MB, "{}", most - base);
}
