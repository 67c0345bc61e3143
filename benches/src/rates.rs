//! `rates THREADS [WORKLOAD …]`: a line `name metric value` for the median, the best and the worst rate of each workload
//! over seven rounds, and what fraction of the machine's peak, measured in the same run, that is.

use scorelab_benches::{all, peak_flops};
use std::time::Instant;

const ROUNDS: usize = 7;
const SECONDS: f64 = 0.4; // of a round

fn main() {
    let mut arguments = std::env::args().skip(1);
    let threads: usize = arguments.next().and_then(|t| t.parse().ok()).unwrap_or(1);
    let asked: Vec<String> = arguments.collect();
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("a fresh pool");
    println!("kernel {}", scorelab::nn::kernel_name());
    for (name, make) in all() {
        if !asked.is_empty() && !asked.iter().any(|a| a == name) {
            continue;
        }
        let mut work = make();
        let began = Instant::now();
        (work.run)();
        (work.run)();
        let calls = (SECONDS / (0.5 * began.elapsed().as_secs_f64())).max(1.0) as usize;
        let mut peak = peak_flops();
        let mut rates: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                (0..calls).for_each(|_| (work.run)());
                work.units * calls as f64 / began.elapsed().as_secs_f64()
            })
            .collect();
        peak = peak.max(peak_flops());
        rates.sort_by(f64::total_cmp);
        let median = rates[ROUNDS / 2];
        println!("{name}_t{threads} {}_per_s_median {median:.4e}", work.unit);
        println!("{name}_t{threads} {}_per_s_best {:.4e}", work.unit, rates[ROUNDS - 1]);
        println!("{name}_t{threads} {}_per_s_worst {:.4e}", work.unit, rates[0]);
        if work.flops > 0.0 {
            let share = median * work.flops / (peak * threads as f64);
            println!("{name}_t{threads} share_of_peak {share:.3}  # of {:.1} GFLOP/s", peak * 1e-9 * threads as f64);
        }
    }
}
