//! Streams of random numbers that depend only on what they are for, never on who asked first.
//!
//! There is no global generator. A stream is named by (seed, purpose, step, index), and two names never share a number,
//! so results do not depend on the number of threads or on the batch a row travels in.

use ndarray::{Array2, Axis};
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
    generator([seed, purpose as u64, step, 0], index)
}

fn generator(name: [u64; 4], index: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip(name) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(index);
    rng
}

/// Standard normals (n, d): row r depends on the seed, the purpose, the step and r alone.
pub fn normals(seed: u64, purpose: Purpose, step: usize, (n, dim): (usize, usize)) -> Array2<f64> {
    let rows: Vec<usize> = (0..n).collect();
    Noise::new(seed, purpose, step, &rows).normals(dim)
}

/// The random numbers of one step, for some rows of a sample: drawn once, or split.
///
/// What needs more of them, or hands some on to a sampler inside, splits first. So no two draws of a step are equal, however
/// deep samplers are nested, and the compiler sees to it: a `Noise` can be neither copied nor used twice. What row r draws
/// depends on (seed, purpose, step, place in the splitting, r) alone, not on the rows beside it. Source: the splittable
/// generators of Claessen & Pałka 2013 (10.1145/2503778.2503784); here a place is written into the key of ChaCha8 as it is, so
/// that different places are different keys.
///
/// ```
/// use scorelab::rng::{Noise, Purpose};
/// let noise = Noise::new(7, Purpose::Walk, 0, &[0, 1, 2]);
/// let [one, other] = noise.split();
/// assert_ne!(one.normals(2), other.normals(2)); // (3, 2) each
/// ```
///
/// ```compile_fail,E0382
/// use scorelab::rng::{Noise, Purpose};
/// let noise = Noise::new(7, Purpose::Walk, 0, &[0, 1, 2]);
/// assert_eq!(noise.normals(2), noise.normals(2)); // use of moved value
/// ```
#[derive(Debug)]
pub struct Noise<'a> {
    seed: u64,
    purpose: Purpose,
    place: [u64; 2], // the step and the first splitting, 32 bits each; four more splittings of 16 bits
    depth: u32,
    rows: &'a [usize],
    silent: bool,
}

/// Splittings that can be told apart: one in the first word of the place, four in the second.
const DEEPEST: u32 = 5;

impl<'a> Noise<'a> {
    /// The noise of step `step` for these rows, by their numbers in the whole sample.
    ///
    /// # Panics
    /// If `step` is 2³² or more.
    pub fn new(seed: u64, purpose: Purpose, step: usize, rows: &'a [usize]) -> Self {
        let step = u32::try_from(step).expect("fewer than 2^32 steps");
        Noise { seed, purpose, place: [u64::from(step) << 32, 0], depth: 0, rows, silent: false }
    }

    /// Noise whose normals, and those of all its parts, are 0: a step without its noise.
    pub fn silent(self) -> Noise<'a> {
        Noise { silent: true, ..self }
    }

    /// Standard normals (rows, `dim`).
    pub fn normals(self, dim: usize) -> Array2<f64> {
        let mut out = Array2::zeros((self.rows.len(), dim));
        if self.silent {
            return out;
        }
        for (row, mut values) in self.rows.iter().zip(out.axis_iter_mut(Axis(0))) {
            let mut rng = self.generator(*row as u64);
            values.mapv_inplace(|_| StandardNormal.sample(&mut rng));
        }
        out
    }

    /// A generator of numbers that are the same for every row, in whatever block it travels: for what is decided once for
    /// all particles.
    pub fn shared(self) -> ChaCha8Rng {
        self.generator(u64::MAX) // the number of no row
    }

    /// N independent ones. The first of them draws what the whole would have drawn.
    ///
    /// # Panics
    /// As [`Noise::each`].
    pub fn split<const N: usize>(self) -> [Noise<'a>; N] {
        std::array::from_fn(|k| self.child(k))
    }

    /// Independent ones without end, as [`Noise::split`] has the first N of them.
    ///
    /// # Panics
    /// If noise is split more than five times over, or the k-th of a second splitting is asked for with k ≥ 2¹⁶.
    pub fn each(self) -> impl Iterator<Item = Noise<'a>> {
        (0..).map(move |k| self.child(k))
    }

    fn child(&self, k: usize) -> Noise<'a> {
        assert!(self.depth < DEEPEST, "noise is split at most {DEEPEST} times over");
        let [mut first, mut second] = self.place;
        match self.depth {
            0 => first |= u64::from(u32::try_from(k).expect("fewer than 2^32 parts")),
            depth => {
                let k = u16::try_from(k).expect("fewer than 2^16 parts of a part");
                second |= u64::from(k) << (16 * (depth - 1));
            }
        }
        Noise { place: [first, second], depth: self.depth + 1, ..*self }
    }

    fn generator(&self, index: u64) -> ChaCha8Rng {
        let [first, second] = self.place;
        generator([self.seed, self.purpose as u64, first, second], index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::s;
    use std::collections::HashSet;

    fn noise(rows: &[usize]) -> Noise<'_> {
        Noise::new(3, Purpose::Walk, 5, rows)
    }

    #[test]
    fn a_row_does_not_depend_on_the_rows_beside_it() {
        let whole = noise(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).normals(3);
        assert_eq!(whole.slice(s![6.., ..]), noise(&[6, 7, 8, 9]).normals(3));
        assert_ne!(whole.slice(s![6.., ..]), noise(&[5, 6, 7, 8]).normals(3));
        assert_eq!(whole.select(Axis(0), &[7, 2]), noise(&[7, 2]).normals(3));
    }

    /// Draws from every end of a tree of splittings; a leaf's numbers as bits.
    fn leaves(noise: Noise, widths: &[usize], found: &mut Vec<[u64; 2]>) {
        match widths {
            [] => {
                let z = noise.normals(1);
                found.push([z[[0, 0]].to_bits(), z[[1, 0]].to_bits()]);
            }
            [width, rest @ ..] => {
                noise.each().take(*width).for_each(|part| leaves(part, rest, found));
            }
        }
    }

    #[test]
    fn no_two_draws_of_a_step_are_equal_however_deep_it_is_split() {
        let mut found = Vec::new();
        leaves(noise(&[0, 1]), &[4, 3, 2, 3, 2], &mut found);
        // parts that were split less, beside the first one, which was split to the end
        noise(&[0, 1]).each().skip(4).take(4).enumerate().for_each(|(k, part)| {
            leaves(part, &[2, 3, 2, 2][..k], &mut found);
        });
        let all = found.len();
        assert_eq!(all, 144 + 1 + 2 + 6 + 12);
        let values: HashSet<u64> = found.iter().flatten().copied().collect();
        assert_eq!(values.len(), 2 * all);
        // the twin: a part that is split as if it were the whole
        leaves(noise(&[0, 1]), &[4], &mut found);
        let values: HashSet<u64> = found.iter().flatten().copied().collect();
        assert_eq!((found.len(), values.len()), (all + 4, 2 * all), "all four come again");
    }

    #[test]
    fn what_is_drawn_is_what_is_drawn_of_the_first_part_at_any_depth() {
        let [one] = noise(&[1, 8]).split();
        let [again] = one.split();
        let [a, b] = again.split();
        let whole = noise(&[1, 8]).normals(2);
        assert_eq!(a.normals(2), whole);
        assert_ne!(b.normals(2), whole);
    }

    #[test]
    fn what_all_rows_share_does_not_depend_on_the_block() {
        let first = |noise: Noise| rand::Rng::random::<u64>(&mut noise.shared());
        assert_eq!(first(noise(&[0, 1])), first(noise(&[130, 131, 132])));
        let [a, b] = noise(&[0, 1]).split();
        assert_ne!(first(a), first(b));
    }

    #[test]
    #[should_panic(expected = "at most 5 times over")]
    fn a_sixth_splitting_is_refused_and_does_not_collide() {
        let mut part = noise(&[0]);
        for _ in 0..6 {
            [part] = part.split();
        }
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
