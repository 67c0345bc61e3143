//! The buffers of a block of rows, and the blocks of a batch.

use super::net::{Net, Shape};
use crate::condition::Condition;
use crate::parallel::each;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use std::sync::{Mutex, MutexGuard};

/// The buffers of one block of rows: nothing is allocated between calls.
///
/// A row is a point, a level and a condition. What it is asked and what it answers has one form for all networks; what lies
/// between is the network's own.
#[derive(Debug, Clone)]
pub struct Workspace<N: Net> {
    /// x, filled by the caller (rows, d).
    pub input: Array2<f32>,
    /// The log-SNR of each row (rows), for [`Net::forward`].
    pub log_snr: Vec<f32>,
    /// The condition of each row (rows), for [`Net::forward`]; not read by a network without conditions.
    pub conditions: Vec<Condition>,
    /// The answer (rows, out).
    pub output: Array2<f32>,
    /// What the answer should have been (rows, out), for an objective that compares the two.
    pub target: Array2<f32>,
    /// ∂L/∂out, filled by the caller before [`Net::backward`] or [`Net::input_gradient`] (rows, out).
    pub d_output: Array2<f32>,
    /// ∂L/∂x (rows, d), filled by [`Net::input_gradient`].
    pub d_input: Array2<f32>,
    /// What the network needs between the passes.
    pub buffers: N::Buffers,
}

impl<N: Net> Workspace<N> {
    /// Buffers that fit a network, for a block of so many rows.
    ///
    /// # Panics
    /// As [`Net::buffers`].
    pub fn new(net: &N, rows: usize) -> Self {
        let (inputs, outputs) = (net.config().inputs(), net.config().outputs());
        let block = |columns: usize| Array2::zeros((rows, columns));
        Workspace {
            input: block(inputs),
            log_snr: vec![0.0; rows],
            conditions: vec![Condition::None; rows],
            output: block(outputs),
            target: block(outputs),
            d_output: block(outputs),
            d_input: block(inputs),
            buffers: net.buffers(rows),
        }
    }

    /// Rows of the block.
    pub fn rows(&self) -> usize {
        self.input.nrows()
    }

    /// Puts the rows of `x`, scaled, into the input; the rows behind them are zero.
    pub(crate) fn fill(&mut self, x: ArrayView2<f64>, scale: f64) {
        let d = x.ncols();
        self.input.slice_mut(s![x.nrows().., ..d]).fill(0.0);
        let mut rows = self.input.slice_mut(s![..x.nrows(), ..d]);
        Zip::from(&mut rows).and(x).for_each(|i, x| *i = (scale * x) as f32);
    }
}

/// Workspaces that wait to be used again, so that an answer allocates nothing but itself.
#[derive(Debug)]
pub(crate) struct Pool<N: Net>(Mutex<Vec<Workspace<N>>>);

impl<N: Net> Default for Pool<N> {
    fn default() -> Self {
        Pool(Mutex::default())
    }
}

impl<N: Net> Pool<N> {
    fn waiting(&self) -> MutexGuard<'_, Vec<Workspace<N>>> {
        self.0.lock().expect("no thread panics with the pool")
    }

    /// One for blocks of so many rows, if one waits.
    fn take(&self, rows: usize) -> Option<Workspace<N>> {
        let mut waiting = self.waiting();
        let fits = waiting.iter().rposition(|w| w.rows() == rows)?;
        Some(waiting.swap_remove(fits))
    }

    /// Runs `f` on every block of rows of `x` and of `out`, with the number of its first row and a workspace; blocks are shared out over the
    /// threads.
    pub fn for_blocks<F>(&self, net: &N, x: ArrayView2<f64>, mut out: ArrayViewMut2<f64>, f: F)
    where
        F: Fn(usize, ArrayView2<f64>, ArrayViewMut2<f64>, &mut Workspace<N>) + Sync,
    {
        let inputs = net.config().inputs();
        assert_eq!(x.ncols(), inputs, "points of dimension {inputs}");
        let n = x.nrows();
        let rows = net.block_rows(n).min(n.next_multiple_of(4)).max(4); // a few rows are no whole block
        let blocks = out.axis_chunks_iter_mut(Axis(0), rows);
        each(blocks.zip(x.axis_chunks_iter(Axis(0), rows)).enumerate(), |(block, (out, x))| {
            let mut w = self.take(rows).unwrap_or_else(|| net.workspace(rows));
            f(block * rows, x, out, &mut w);
            self.waiting().push(w);
        });
    }
}
