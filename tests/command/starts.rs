//! A start that does not fit the data, and numbers without a square, are told at every door.

use super::{Folder, answer, run};

const FAR: &str = "name = \"far\"\n[[component]]\nweight = 1\nmean = [18.0, 0.0]\nsd = 0.5\nlabel = \"a\"\n\
                   [[component]]\nweight = 1\nmean = [18.0, 3.0]\nsd = 0.5\nlabel = \"b\"\n";

#[test]
fn every_door_says_the_same_of_a_start_that_does_not_fit() {
    let folder = Folder::new("starts");
    let scene = folder.file("far.toml", FAR);
    let out = folder.path("out");
    let grid = folder.file(
        "grid.toml",
        &format!("[eval]\nscene = {scene:?}\nprocess = \"ve\"\nsamples = 100\nsteps = 4\nclass = \"a\"\n[grid.eval]\ngamma = [1]\n"),
    );
    let told = |words: &str| {
        let ended = run(words);
        assert_eq!(ended.code, Some(0), "{words}: {ended:?}");
        let lines = ended.err.lines().filter(|l| l.starts_with("warning: the process"));
        lines.map(str::to_string).collect::<Vec<_>>()
    };
    let walk = "--process ve --steps 4";
    let doors = [
        format!("sample --scene {scene} {walk} --samples 5"),
        format!("eval --scene {scene} --class a --gamma 0,1,2 {walk} --samples 100"),
        format!("plot uncontrolled --scene {scene} {walk} --samples 50 --formats json --out {out}"),
    ];
    let said: Vec<_> = doors.iter().map(|words| told(words)).collect();
    assert!(said.iter().all(|s| s.len() == 1 && *s == said[0]), "{said:?}");
    assert!(said[0][0].contains("0.23 standard deviations off"), "{said:?}");
    let swept = run(&format!("sweep {grid} --out {}", folder.path("sweep")));
    assert!(swept.err.contains(&said[0][0]), "{swept:?}");
    // the wrong twins: a process with more noise, and a scene about 0
    assert!(
        told(&format!("sample --scene {scene} --process flow --steps 4 --samples 5")).is_empty()
    );
    assert!(told("sample --scene three --process ve --steps 4 --samples 5").is_empty());
}

#[test]
fn numbers_without_a_square_are_refused_and_those_with_one_give_numbers() {
    for (words, sentence) in [
        ("eval --sigma 1e200", "--sigma is 1e200"),
        ("eval --sigma 1e-200", "--sigma is 1e-200"),
        ("field --sigma 1e200", "--sigma is 1e200"),
        ("field --grid=-1e200,1e200,3", "1e50 or less"),
    ] {
        let ended = run(words);
        assert_eq!(ended.code, Some(2), "{words}: {ended:?}");
        assert!(ended.err.contains(sentence), "{words}: {}", ended.err);
    }
    for words in [
        "field --scene three --grid=-1,1,2 --sigma 1e50,1e-50",
        "field --scene three --grid=-1e50,1e50,2",
    ] {
        let out = answer(&format!("{words} --format csv"));
        assert!(!out.contains("NaN") && !out.contains("inf"), "{words}: {out}");
    }
}
