//! What a network is to those who train it, save it and ask it.

use crate::condition::Condition;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Zip, s};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::ops::Range;

/// Refuses more parameters than a network may have.
pub(super) fn few_enough(parameters: usize) -> Result<()> {
    match parameters {
        0..=100_000_000 => Ok(()),
        _ => {
            let what = "the number of the network's parameters";
            Err(Error::value(what, parameters, "at most 10^8; make it narrower or shallower"))
        }
    }
}

/// Refuses parameters that are not as many as a shape has.
pub(super) fn as_many(params: &[f32], shape: &impl Shape) -> Result<()> {
    let (own, total) = (params.len(), shape.parameters());
    if own == total {
        return Ok(());
    }
    let must = format!("{total}, as its shape says");
    Err(Error::value("the number of a network's parameters", own, must))
}

/// The shape of a network: how many parameters it has, what they are called, and what it sees.
pub trait Shape: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync {
    /// Checks the shape.
    ///
    /// # Errors
    /// If no network can have it, or only one with over 10⁸ parameters.
    fn validated(&self) -> Result<()>;

    /// d, the width of a point.
    fn inputs(&self) -> usize;

    /// The width of the answer.
    fn outputs(&self) -> usize;

    /// How many parameters there are.
    fn parameters(&self) -> usize;

    /// The tensors of which the flat block of parameters consists, in its order.
    fn parts(&self) -> Vec<Part>;

    /// Whether the answer depends on the noise level.
    fn sees_level(&self) -> bool;

    /// Whether the answer depends on the condition; if not, conditions are not read.
    fn conditional(&self) -> bool;

    /// Refuses a condition that the network was not made for; ∅ never is.
    ///
    /// # Errors
    /// If it was not made for it.
    fn takes(&self, condition: &Condition) -> Result<()>;
}

/// One tensor of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is called outside the program.
    pub name: String,
    /// Its shape; the last axis runs fastest.
    pub shape: Vec<usize>,
    /// Its place in the flat block.
    pub range: Range<usize>,
}

/// A network F_θ(x, λ, y): a point, the log-SNR λ and a condition in, an answer out, a block of rows at a time.
///
/// Its parameters θ are one flat block, in which Adam, files and averages need no shape. How a row becomes what the first
/// layer sees is the network's own affair: one looks a class up in a table, another may cut x into tokens and read the
/// condition by attention. It computes in f32; beside it stands the same in f64 as its formulas say it, by which the tests
/// judge it. A new network is these methods; training, checkpoints, scores, classifiers and the laws take any.
pub trait Net: Clone + Debug + Send + Sync {
    /// The shape.
    type Config: Shape;

    /// What a pass needs and leaves for the gradients, beside the [`Workspace`] that all networks have.
    type Buffers: Clone + Debug + Send + Sync;

    /// A network with the given parameters.
    ///
    /// # Errors
    /// As [`Shape::validated`], and if there are more or fewer parameters than the shape has.
    fn of(config: Self::Config, params: Vec<f32>) -> Result<Self>;

    /// The shape.
    fn config(&self) -> &Self::Config;

    /// θ.
    fn params(&self) -> &[f32];

    /// θ, to be changed.
    fn params_mut(&mut self) -> &mut [f32];

    /// Buffers for a block of so many rows.
    ///
    /// # Panics
    /// If the rows are not a multiple of four.
    fn buffers(&self, rows: usize) -> Self::Buffers;

    /// Fills `w.output` from `w.input`, `w.log_snr` and `w.conditions`, keeping what the gradients need.
    ///
    /// # Panics
    /// If the network does not take a row's condition, as [`Shape::takes`] says.
    fn forward(&self, w: &mut Workspace<Self>);

    /// From `w.d_output`, after [`Net::forward`]: leaves ∂L/∂θ in `grads` or, with `ADD`, adds it to what is there.
    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]);

    /// From `w.d_output`, after [`Net::forward`] or [`Net::forward_at`]: fills `w.d_input` with ∂L/∂x.
    fn input_gradient(&self, w: &mut Workspace<Self>);

    /// The answer in f64 at parameters of its shape, its own or others: (n, out).
    ///
    /// # Panics
    /// If they are of another shape, and as [`Net::forward`].
    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64>;

    /// In f64 the gradients of a loss of which ∂L/∂out is known (n, out).
    ///
    /// # Panics
    /// As [`Net::plain`].
    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients;

    /// As [`Net::forward`] where all rows share a level and a condition: only `w.input` is read.
    ///
    /// # Panics
    /// As [`Net::forward`].
    fn forward_at(&self, w: &mut Workspace<Self>, log_snr: f32, condition: &Condition) {
        w.log_snr.fill(log_snr);
        w.conditions.fill(condition.clone());
        self.forward(w);
    }

    /// Fills `w.output` with Σᵢ wᵢ·F(x, λ, yᵢ), Σᵢ wᵢ = 1, from `w.input`; gradients cannot follow.
    ///
    /// # Panics
    /// As [`Net::forward`].
    fn blend(&self, w: &mut Workspace<Self>, log_snr: f32, terms: &[(Condition, f32)]) {
        if let [(condition, _)] = terms {
            return self.forward_at(w, log_snr, condition);
        }
        let mut sum = Array2::zeros(w.output.raw_dim());
        for (condition, weight) in terms {
            self.forward_at(w, log_snr, condition);
            sum.scaled_add(*weight, &w.output);
        }
        w.output.assign(&sum);
    }

    /// Rows of a block, the height at which the network works: of a batch of `n` rows 128 each, or 64 where 128 would mean
    /// more rows behind the last.
    ///
    /// More rows use a weight more often for each time that it is fetched, and the layers of fewer stay in a nearer cache.
    fn block_rows(&self, n: usize) -> usize {
        const HIGH: usize = 128;
        const LOW: usize = 64;
        if n.next_multiple_of(HIGH) > n.next_multiple_of(LOW) { LOW } else { HIGH }
    }

    /// The buffers of one block of so many rows.
    ///
    /// # Panics
    /// As [`Net::buffers`].
    fn workspace(&self, rows: usize) -> Workspace<Self> {
        Workspace::new(self, rows)
    }
}

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

/// What the rows of a batch see; level and condition may differ from row to row.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The points (n, d).
    pub x: Array2<f64>,
    /// λ, the log-SNR of each (n); not read by a network that does not see the level.
    pub log_snr: Array1<f64>,
    /// y, the condition of each (n); not read by a network without conditions.
    pub conditions: Vec<Condition>,
}

/// The derivatives of a loss.
#[derive(Debug, Clone)]
pub struct Gradients {
    /// ∂L/∂θ, in the order of the parameters.
    pub params: Vec<f64>,
    /// ∂L/∂x (n, d).
    pub x: Array2<f64>,
}
