//! The blocks of a batch, each in a workspace.

use super::net::{Net, Shape, Workspace};
use crate::parallel::each;
use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use std::sync::{Mutex, MutexGuard};

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
