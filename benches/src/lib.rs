//! The workloads: what is run, how much work it is, and how much the machine could do at most.
//!
//! FLOPs are counted as two for each multiply-add of the matrix products, nothing else, and as a plain implementation
//! would do them: what is shared or left out counts as done.

mod peak;
pub mod transformer;
pub mod work;

pub use peak::peak_flops;
pub use work::{Maker, Workload, all};
