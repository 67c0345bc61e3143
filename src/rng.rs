//! Streams of random numbers that depend only on what they are for, never on who asked first.
//!
//! There is no global generator. A stream is named by (seed, purpose, step, index), and two names never share a number,
//! so results do not depend on the number of threads or on the batch a row travels in.

use ndarray::ArrayViewMut2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream of random numbers is for. Two purposes never share a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Drawing a data set from a distribution.
    Data = 1,
    /// Initial weights of a network.
    Weights = 2,
    /// Rows, levels and noise of a training batch.
    Training = 3,
    /// The starting noise of a walk.
    Start = 4,
    /// Noise added along a walk.
    Walk = 5,
    /// Permutations of a test.
    Permutation = 6,
    /// A reference sample that something is compared with.
    Reference = 7,
}

/// The stream of (seed, purpose, step, index).
///
/// The four numbers are the key and the stream number of ChaCha8, a counter-based generator, so making a stream costs
/// nothing and the streams of different names are disjoint.
pub fn stream(seed: u64, purpose: Purpose, step: u64, index: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    key[16..24].copy_from_slice(&step.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(index);
    rng
}

/// Standard normals for a block of rows of a walk: row r of the block is row `first_row + r` of the whole sample.
///
/// A sampler's step draws from it as often as it needs, with a different `draw` each time.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// The seed of the whole run.
    pub seed: u64,
    /// What the normals are for.
    pub purpose: Purpose,
    /// The step of the walk, counted from 0.
    pub step: usize,
    /// The absolute number of the block's first row.
    pub first_row: usize,
}

impl Noise {
    /// Fills `out` (n, d) with standard normals of the draw number `draw` within this step.
    ///
    /// # Panics
    /// If `draw` is 2³² or more.
    pub fn fill(&self, draw: usize, mut out: ArrayViewMut2<f64>) {
        assert!(draw < 1 << 32, "a step draws less than 2^32 times");
        let step = ((self.step as u64) << 32) | draw as u64;
        for (row, mut values) in out.outer_iter_mut().enumerate() {
            let mut rng = stream(self.seed, self.purpose, step, (self.first_row + row) as u64);
            values.mapv_inplace(|_| StandardNormal.sample(&mut rng));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    fn noise(first_row: usize) -> Noise {
        Noise { seed: 3, purpose: Purpose::Walk, step: 5, first_row }
    }

    #[test]
    fn a_row_does_not_depend_on_the_block_it_is_drawn_in() {
        let (mut whole, mut part) = (Array2::zeros((10, 3)), Array2::zeros((4, 3)));
        noise(0).fill(1, whole.view_mut());
        noise(6).fill(1, part.view_mut());
        assert_eq!(whole.slice(s![6.., ..]), part);
        noise(5).fill(1, part.view_mut());
        assert_ne!(whole.slice(s![6.., ..]), part);
    }

    #[test]
    fn different_names_give_different_numbers() {
        let first = |mut rng: ChaCha8Rng| rand::Rng::random::<u64>(&mut rng);
        let base = first(stream(1, Purpose::Data, 2, 3));
        assert_eq!(base, first(stream(1, Purpose::Data, 2, 3)));
        for other in [(0, 2, 3), (1, 3, 3), (1, 2, 4)] {
            assert_ne!(base, first(stream(other.0, Purpose::Data, other.1, other.2)));
        }
        assert_ne!(base, first(stream(1, Purpose::Start, 2, 3)));
    }
}
