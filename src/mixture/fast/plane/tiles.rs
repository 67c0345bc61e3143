//! Many components in tiles that lie together, so that a tile too far away to change a digit is passed over whole.

use super::vectors_mut;
use crate::mixture::Mixture;
use crate::mixture::fast::lanes::{LANES, Lane};
use ndarray::ArrayView2;
use pulp::Simd;
use std::sync::{Arc, OnceLock};

/// Groups of eight components that a point passes before the next point does, so that they stay in the nearest cache.
pub const TILE: usize = 32;
/// Components of a tile.
const TOGETHER: usize = TILE * LANES;
/// Up to this many components keep the order in which they were given.
const FEW: usize = 512;

/// A component as μ (2), the first axis of Σ (2), the variances along both axes (2) and π.
pub type Component = [f64; 7];

/// The components of a mixture as numbers, in an order in which those of a tile lie together; made when they are first asked for.
#[derive(Debug, Clone, Default)]
pub struct Components(Arc<OnceLock<Vec<Component>>>);

impl Components {
    /// Those of this mixture, whose own they are.
    pub fn of(&self, mixture: &Mixture) -> &[Component] {
        self.0.get_or_init(|| {
            let means = mixture.means.view();
            let mut order: Vec<usize> = (0..means.nrows()).collect();
            if order.len() > FEW {
                halve(&mut order, means);
            }
            order.into_iter().map(|k| component(mixture, k)).collect()
        })
    }
}

/// Component k.
pub fn component(mixture: &Mixture, k: usize) -> Component {
    let (axes, m) = (&mixture.axes[k], mixture.means.row(k));
    let (turn, lambda) = (axes.q.column(0), &axes.lambda);
    [m[0], m[1], turn[0], turn[1], lambda[0], lambda[1], mixture.weights[k]]
}

/// Splits components in two along their longer side, and each half again, down to tiles.
fn halve(order: &mut [usize], means: ArrayView2<f64>) {
    if order.len() <= TOGETHER {
        return;
    }
    let side = |i: usize| {
        let (low, high) = bounds(order.iter().map(|k| means[[*k, i]]));
        high - low
    };
    let axis = usize::from(side(1) > side(0));
    let middle = (order.len() / 2).next_multiple_of(TOGETHER);
    // the number decides between equals, so that the order is one
    let key = |k: &usize| (means[[*k, axis]], *k);
    order.select_nth_unstable_by(middle, |a, b| {
        let ((a, m), (b, n)) = (key(a), key(b));
        a.total_cmp(&b).then(m.cmp(&n))
    });
    let (low, high) = order.split_at_mut(middle);
    halve(low, means);
    halve(high, means);
}

/// The least and the largest.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

/// Eight components side by side, a lane for each of their N numbers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Eight<const N: usize>(pub [Lane; N]);

/// Components, eight to a group; the last group is filled up with components that no point sees.
fn side_by_side<const N: usize>(components: &[[f64; N]]) -> Vec<Eight<N>> {
    let group = |eight: &[[f64; N]]| {
        let mut group = Eight([[0.0; LANES]; N]);
        for l in 0..LANES {
            let component = eight.get(l).unwrap_or(&eight[0]);
            (0..N).for_each(|i| group.0[i][l] = component[i]);
            if l >= eight.len() {
                group.0[N - 1][l] = 0.0; // the weight
            }
        }
        group
    };
    components.chunks(LANES).map(group).collect()
}

/// The numbers of a part of a group, a vector each.
#[inline(always)]
pub fn take<S: Simd, const N: usize>(group: &Eight<N>, part: usize) -> [S::f64s; N] {
    std::array::from_fn(|i| S::as_simd_f64s(&group.0[i]).0[part])
}

/// Puts them back.
#[inline(always)]
pub fn put<S: Simd, const N: usize>(group: &mut Eight<N>, part: usize, values: [S::f64s; N]) {
    for (lane, value) in group.0.iter_mut().zip(values) {
        vectors_mut::<S>(lane)[part] = value;
    }
}

/// Components of N numbers, a mean first, that lie in a box.
pub struct Tile<const N: usize> {
    /// The components, eight to a group.
    pub groups: Vec<Eight<N>>,
    low: [f64; 2],
    high: [f64; 2],
    /// Their largest variance.
    pub widest: f64,
}

impl<const N: usize> Tile<N> {
    /// |x − m|², of the point of the box that is nearest to x once the box is scaled by α > 0.
    #[inline(always)]
    pub fn gap(&self, x: [f64; 2], alpha: f64) -> f64 {
        let beyond = |i: usize| (alpha * self.low[i] - x[i]).max(x[i] - alpha * self.high[i]);
        let [u, v] = [beyond(0).max(0.0), beyond(1).max(0.0)];
        u * u + v * v
    }
}

/// Components in tiles, each with its largest variance.
pub fn tiles<const N: usize>(components: &[([f64; N], f64)]) -> Vec<Tile<N>> {
    let tile = |own: &[([f64; N], f64)]| {
        let numbers: Vec<[f64; N]> = own.iter().map(|(c, _)| *c).collect();
        let box_of = |i: usize| bounds(numbers.iter().map(|c| c[i]));
        let [(left, right), (bottom, top)] = [box_of(0), box_of(1)];
        let widest = own.iter().fold(0.0, |most: f64, (_, v)| most.max(*v));
        Tile { groups: side_by_side(&numbers), low: [left, bottom], high: [right, top], widest }
    };
    components.chunks(TOGETHER).map(tile).collect()
}
