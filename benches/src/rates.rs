//! `rates THREADS [--paired] [WORKLOAD …]`: a line `name metric value` for the median, the best and the worst rate of each
//! workload over seven rounds, and what fraction of the machine's peak, measured in the same run, that is. Of a single
//! workload also the program's peak resident memory, where the system tells it.
//!
//! With `--paired` and one workload it says `ready`, waits for a line before each round, and answers `rate share`, so that
//! somebody else's round can be run before and after.

use scorelab_benches::{Maker, Workload, all, peak_flops};
use std::io::BufRead;
use std::time::Instant;

const ROUNDS: usize = 7;
const SECONDS: f64 = 0.4; // of a round
const PAIRED_SECONDS: f64 = 0.25;

fn main() {
    let (flags, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let threads: usize = words.first().and_then(|t| t.parse().ok()).unwrap_or(1);
    let asked = words.get(1..).unwrap_or_default();
    let paired = flags.iter().any(|f| f == "--paired");
    let found: Vec<(&str, Maker)> = all()
        .into_iter()
        .filter(|(name, _)| asked.is_empty() || asked.iter().any(|a| a == name))
        .collect();
    let known = all().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    if flags.iter().any(|f| f != "--paired")
        || found.len() < asked.len()
        || (paired && found.len() != 1)
    {
        eprintln!(
            "error: rates THREADS [--paired] [WORKLOAD …], with --paired one of them; they are {known}"
        );
        std::process::exit(2);
    }
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("a fresh pool");
    let machine = Machine { threads };
    if paired {
        machine.answer(found[0].1());
        return;
    }
    println!("kernel {}", scorelab::arch::kernel_name());
    for (name, make) in &found {
        machine.report(name, make());
    }
    if let (1, Some(megabytes)) = (found.len(), peak_resident()) {
        println!("{}_t{threads} peak_resident_MB {megabytes:.1}", found[0].0);
    }
}

struct Machine {
    threads: usize,
}

impl Machine {
    /// Share of the peak at a rate; 0 where matrix products are not the work.
    fn share(&self, work: &Workload, rate: f64, peak: f64) -> f64 {
        rate * work.flops / (peak * self.threads as f64)
    }

    fn report(&self, name: &str, mut work: Workload) {
        let threads = self.threads;
        let calls = calls(&mut work, SECONDS);
        let mut peak = peak_flops();
        let mut rates: Vec<f64> = (0..ROUNDS).map(|_| round(&mut work, calls)).collect();
        peak = peak.max(peak_flops());
        rates.sort_by(f64::total_cmp);
        let median = rates[ROUNDS / 2];
        println!("{name}_t{threads} {}_per_s_median {median:.4e}", work.unit);
        println!("{name}_t{threads} {}_per_s_best {:.4e}", work.unit, rates[ROUNDS - 1]);
        println!("{name}_t{threads} {}_per_s_worst {:.4e}", work.unit, rates[0]);
        if work.flops > 0.0 {
            let (share, peak) = (self.share(&work, median, peak), peak * 1e-9 * threads as f64);
            println!("{name}_t{threads} share_of_peak {share:.3}  # of {peak:.1} GFLOP/s");
        }
    }

    /// One round for each line that comes in.
    fn answer(&self, mut work: Workload) {
        let calls = calls(&mut work, PAIRED_SECONDS);
        println!("ready {}", work.unit);
        for _ in std::io::stdin().lock().lines() {
            let rate = round(&mut work, calls);
            println!("{rate:.6e} {:.4}", self.share(&work, rate, peak_flops()));
        }
    }
}

/// How many calls fill a round, after two to warm up.
fn calls(work: &mut Workload, seconds: f64) -> usize {
    (work.run)();
    (work.run)();
    let began = Instant::now();
    (work.run)();
    (seconds / began.elapsed().as_secs_f64()).max(1.0) as usize
}

/// Units a second.
fn round(work: &mut Workload, calls: usize) -> f64 {
    let began = Instant::now();
    (0..calls).for_each(|_| (work.run)());
    work.units * calls as f64 / began.elapsed().as_secs_f64()
}

/// The most memory that this program has held so far, in MB of 10⁶ bytes; only Linux tells.
fn peak_resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024e-6)
}
