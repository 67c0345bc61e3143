//! Every workload under criterion: `cargo bench --manifest-path benches/Cargo.toml`.
//!
//! After a workload's own report a line gives its rate and, where matrix products are the work, the fraction of the peak that
//! this machine reaches in the same minute.

use criterion::{Criterion, Throughput};
use scorelab_benches::{all, peak_flops};
use std::time::{Duration, Instant};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let threads = rayon::current_num_threads() as f64;
    println!("kernel {}, {threads} threads", scorelab::arch::kernel_name());
    for (name, make) in all() {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        let mut best = f64::INFINITY; // seconds of a call
        let mut work = None;
        group.bench_function("run", |bencher| {
            let work = work.get_or_insert_with(make); // only where this workload is asked for
            bencher.iter_custom(|calls| {
                let began = Instant::now();
                (0..calls).for_each(|_| (work.run)());
                let taken = began.elapsed();
                best = best.min(taken.as_secs_f64() / calls as f64);
                taken
            });
        });
        group.throughput(Throughput::Elements(1));
        group.finish();
        if let Some(work) = work {
            let rate = work.units / best;
            print!("{name}: {rate:.4e} {} a second at best", work.unit);
            if work.flops > 0.0 {
                print!(
                    ", {:.1} % of the peak",
                    100.0 * rate * work.flops / (threads * peak_flops())
                );
            }
            println!("\n");
        }
    }
    criterion.final_summary();
}
