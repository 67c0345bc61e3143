use super::combinations::Combinations;
use super::command::{Program, usage};
use super::config;
#[path = "../../../tests/common/damage.rs"]
mod damage;

use clap::{CommandFactory, FromArgMatches};
use damage::damaged;
use rand::Rng;
use rayon::prelude::*;
use scorelab::rng::{Purpose, stream};
use std::ffi::OsString;

const MANY: u64 = 100_000;

#[test]
fn no_damage_to_a_configuration_or_a_grid_is_a_panic() {
    let whole = "seed = 5\nclass = \"dog\"\ngamma = [0, 1.5]\n[sample]\nsamples = 30\nsteps = 8\n[train]\nresidual = true\n\
                 learning-rate = 3e-3\n[grid.train]\nwidth = [8, 16]\nrepeats = 2\n[grid.eval]\ngamma = [[1, 2], 3]\n";
    let words = [
        "[",
        "]",
        "=",
        "\"",
        "1e999",
        "nan",
        "-",
        "9999999999999999999999",
        "[[",
        "grid",
        "train",
        "repeats = 7",
        "\n",
    ];
    let program = Program::command();
    let refused = |i: u64| {
        let bytes = damaged(whole.as_bytes(), &words, &mut stream(9, Purpose::Reference, 1, i));
        let text = String::from_utf8_lossy(&bytes);
        let table = match config::parse(&text) {
            Ok(table) => table,
            Err(why) => return Some(why),
        };
        // of what is left of a grid every run is looked at; one in eight, for a run takes a while
        let grid = i.is_multiple_of(8).then(|| Combinations::of(&table).err()).flatten();
        grid.or_else(|| config::check(&table, &program).err())
    };
    let told: Vec<Option<String>> = (0..MANY).into_par_iter().map(refused).collect();
    let said: Vec<&String> = told.iter().flatten().collect();
    assert!(said.iter().all(|why| why.lines().count() == 1), "each is one sentence");
    assert!(
        said.len() > 50_000 && said.iter().any(|s| s.contains("did you mean")),
        "{}",
        said.len()
    );
}

#[test]
fn no_damage_to_a_command_line_is_a_panic() {
    let lines = [
        "train --model joint --scene three --steps 40 --learning-rate 1e-3 --residual --p-drop 0.2 --out x",
        "train --resume out/x --threads 2 --memory 3",
        "sample --score exact --class dog --gamma 2 --interval 0.1,1 --sampler heun --process ve --format json",
        "eval --class 1 --gamma=-1,0,2.5 --classifier exact --gradient-scale 0.5 --sigma 1,2",
        "field --grid=-1,1,3 --t 0.5 --points p.csv",
        "sweep grid.toml --shard 1/6 --merge",
        "data --scene ring8 --points 10 --out x.npz",
        "info x",
        "check 3 0.5 --lang vi",
        "check 1 --points --out p.csv",
    ];
    let words = [
        "--",
        "-",
        "=",
        "nan",
        "-inf",
        "1e999",
        "99999999999999999999",
        ",",
        "\u{0}",
        "é",
        "--steps",
        "--help",
    ];
    let told: Vec<(usize, usize)> = (0..rayon::current_num_threads() as u64)
        .into_par_iter()
        .map(|thread| {
            let mut program = Program::command();
            let (mut refused, mut understood) = (0, 0);
            for i in (thread..MANY).step_by(rayon::current_num_threads()) {
                let mut rng = stream(9, Purpose::Reference, 2, i);
                let bytes = damaged(lines[i as usize % lines.len()].as_bytes(), &words, &mut rng);
                let mut all: Vec<OsString> = vec!["scorelab".into()];
                all.extend(String::from_utf8_lossy(&bytes).split(' ').map(OsString::from));
                if rng.random_range(0..4) == 0 {
                    let (a, b) = (rng.random_range(1..all.len()), rng.random_range(1..all.len()));
                    all.swap(a, b);
                }
                let parsed = program.try_get_matches_from_mut(all);
                match parsed.and_then(|m| Program::from_arg_matches(&m)) {
                    Ok(_) => understood += 1,
                    Err(e) if e.use_stderr() => {
                        assert_eq!(usage(&e).to_string().lines().count(), 1, "{e}");
                        refused += 1;
                    }
                    Err(_) => {} // help was asked for
                }
            }
            (refused, understood)
        })
        .collect();
    let (refused, understood) = told.iter().fold((0, 0), |(a, b), (r, u)| (a + r, b + u));
    assert!(refused > 30_000 && understood > 5_000, "{refused} refused, {understood} understood");
}
