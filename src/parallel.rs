//! Work shared out over the threads.
//!
//! Every loop that runs on several threads passes through here. Parts are independent and their answers come back in the order
//! of the parts, so neither the number of threads nor which of them took a part changes a bit. And rayon's machinery is
//! compiled once, not once for each loop.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::sync::{Mutex, PoisonError};

/// f of every part, in the order of the parts; of no parts, nothing.
///
/// ```
/// use scorelab::parallel::each;
///
/// let mut numbers = [1, 2, 3, 4, 5];
/// let sums = each(numbers.chunks_mut(2), |pair| {
///     pair[0] = 0;
///     pair.iter().sum::<i32>()
/// });
/// assert_eq!((sums, numbers), (vec![2, 4, 0], [0, 2, 0, 4, 0]));
/// ```
///
/// A part should take a microsecond or more: that is what handing it over costs.
///
/// # Panics
/// If `f` does.
pub fn each<P: Send, T: Send>(
    parts: impl IntoIterator<Item = P>,
    f: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    let cells: Vec<Mutex<Cell<P, T>>> =
        parts.into_iter().map(|part| Mutex::new(Cell::Waiting(part))).collect();
    let put = |i: usize, cell| {
        std::mem::replace(&mut *cells[i].lock().unwrap_or_else(PoisonError::into_inner), cell)
    };
    shared_out(cells.len(), &|i| {
        if let Cell::Waiting(part) = put(i, Cell::Taken) {
            put(i, Cell::Done(f(part)));
        }
    });
    let answer = |cell: Mutex<Cell<P, T>>| match cell.into_inner() {
        Ok(Cell::Done(answer)) => answer,
        _ => unreachable!("every part is done, or its panic has gone on"),
    };
    cells.into_iter().map(answer).collect()
}

/// What is left of a part.
enum Cell<P, T> {
    Waiting(P),
    Taken,
    Done(T),
}

/// f(0) … f(n − 1), on all threads.
fn shared_out(n: usize, f: &(dyn Fn(usize) + Sync)) {
    (0..n).into_par_iter().for_each(f);
}

/// `f` on one of the threads, so that the loops within need not be handed over to them one by one.
pub(crate) fn within<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    let mut f = Some(f);
    let mut answer = None;
    visit(&mut || answer = f.take().map(|f| f()));
    answer.expect("the visit is over")
}

fn visit(f: &mut (dyn FnMut() + Send)) {
    rayon::scope(|_| f());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a pool of so many threads.
    fn on<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
    }

    #[test]
    fn answers_come_in_the_order_of_the_parts_on_any_number_of_threads() {
        let squares: Vec<u64> = (0..1000).map(|i| i * i).collect();
        for threads in [1, 2, 3, 8] {
            assert_eq!(on(threads, || each(0..1000_u64, |i| i * i)), squares);
        }
        assert!(each(0..0, |i: u64| i).is_empty());
    }

    #[test]
    fn a_panic_of_one_part_is_the_caller_s() {
        let all = || each(0..100, |i| assert_ne!(i, 57, "number 57"));
        let panic = std::panic::catch_unwind(|| on(2, all)).unwrap_err();
        assert!(panic.downcast_ref::<String>().unwrap().contains("number 57"));
    }

    #[test]
    fn within_answers_what_was_answered_there() {
        assert_eq!(within(|| each([1, 2, 3], |i| 2 * i)), [2, 4, 6]);
    }
}
