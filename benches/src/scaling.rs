//! `scaling [THREADS]`: how the time of a training step and of a sampling step grows with its size.
//!
//! In each table one size grows. The last column is the time for each FLOP beside that of the table's first row from
//! width 64 up: 1.00 is growth in proportion to the FLOPs.

use scorelab::nn::MlpConfig;
use scorelab_benches::{Workload, peak_flops, work};
use std::time::Instant;

const ROUNDS: usize = 7;
const SECONDS: f64 = 0.1; // of a round of one size

fn main() {
    let threads: usize = std::env::args().nth(1).and_then(|t| t.parse().ok()).unwrap_or(1);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("a fresh pool");
    let peak = peak_flops() * threads as f64;
    println!(
        "kernel {}, {threads} threads, peak {:.0} GFLOP/s",
        scorelab::arch::kernel_name(),
        peak * 1e-9
    );

    let base = MlpConfig::default;
    let wide = |width| MlpConfig { width, ..base() };
    let deep = |depth| MlpConfig { depth, ..base() };
    let train = |config, batch| work::training("W1", config, batch);
    let walk = |config, points| work::classifier_free("W3", config, points);
    const WIDTHS: [usize; 4] = [64, 128, 256, 512];
    const DEPTHS: [usize; 3] = [2, 4, 8];
    const FEW: usize = 2048; // points, where another size grows

    table(
        "W1: a training step, batch",
        [256, 512, 1024, 2048].map(|n| (n, train(base(), n))),
        peak,
    );
    table("W1: a training step, width", WIDTHS.map(|n| (n, train(wide(n), 512))), peak);
    table("W1: a training step, depth", DEPTHS.map(|n| (n, train(deep(n), 512))), peak);
    table(
        "W3: a sampling step, points",
        [2048, 4096, 8192, 16384].map(|n| (n, walk(base(), n))),
        peak,
    );
    table("W3: a sampling step, width", WIDTHS.map(|n| (n, walk(wide(n), FEW))), peak);
    table("W3: a sampling step, depth", DEPTHS.map(|n| (n, walk(deep(n), FEW))), peak);
}

/// Times the sizes in turn, so that a slow moment of the machine falls on all of them.
fn table<const N: usize>(title: &str, mut sizes: [(usize, Workload); N], peak: f64) {
    let mut seconds = vec![Vec::new(); N];
    let calls: Vec<usize> =
        sizes.iter_mut().map(|(_, w)| (SECONDS / call(w, 2)).max(1.0) as usize).collect();
    for _ in 0..ROUNDS {
        for (i, (_, work)) in sizes.iter_mut().enumerate() {
            seconds[i].push(call(work, calls[i]));
        }
    }
    println!("\n{title:<28}      ms     MFLOP   GFLOP/s  of peak  beside linear");
    let mut first = None; // seconds for each FLOP
    for ((size, work), mut taken) in sizes.iter().zip(seconds) {
        taken.sort_by(f64::total_cmp);
        let (median, flops) = (taken[ROUNDS / 2], work.units * work.flops);
        let cost = median / flops;
        let beside = cost / *first.get_or_insert(cost);
        let mark = if (beside - 1.0).abs() <= 0.15 { "" } else { "  more than 15 % off" };
        println!(
            "{size:>28} {:>7.3} {:>9.1} {:>9.1} {:>7.1}% {beside:>14.2}{mark}",
            median * 1e3 / steps(work),
            flops * 1e-6 / steps(work),
            1e-9 / cost,
            100.0 / cost / peak,
        );
    }
}

/// Steps in a call.
fn steps(work: &Workload) -> f64 {
    if work.name == "W1" { 1.0 } else { work::SAMPLING_STEPS as f64 }
}

/// Seconds of a call, the mean of so many.
fn call(work: &mut Workload, calls: usize) -> f64 {
    let began = Instant::now();
    (0..calls).for_each(|_| (work.run)());
    began.elapsed().as_secs_f64() / calls as f64
}
