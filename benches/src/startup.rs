//! `startup PROGRAM`: the median time that `PROGRAM --help` takes from its start to its end, of twenty runs.

use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 20;

fn main() {
    let Some(program) = std::env::args().nth(1) else {
        eprintln!("error: startup PROGRAM");
        std::process::exit(2);
    };
    let once = |_| {
        let began = Instant::now();
        let ended = Command::new(&program).arg("--help").stdout(Stdio::null()).status();
        assert!(ended.is_ok_and(|e| e.success()), "{program} --help failed");
        began.elapsed().as_secs_f64() * 1e3
    };
    let mut taken: Vec<f64> = (0..RUNS).map(once).collect();
    taken.sort_by(f64::total_cmp);
    let median = 0.5 * (taken[RUNS / 2 - 1] + taken[RUNS / 2]);
    println!("startup_ms median {median:.1} best {:.1} worst {:.1}", taken[0], taken[RUNS - 1]);
}
