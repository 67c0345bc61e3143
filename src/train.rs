//! Training as an iterator of steps: the same loop for a score network and for a classifier.

mod denoising;
mod explicit;

pub use denoising::{Denoising, Levels, loss_floor, train_score};
pub use explicit::{Explicit, train_potential};

use crate::nn::{Adam, LearningRate, Net, Workspace};
use crate::parallel::{each, within};
use crate::rng::{Purpose, stream};
use crate::{Error, Result};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How long and how fast to train.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainConfig {
    /// Updates of the weights.
    pub steps: usize,
    /// Rows of a batch; rounded up to whole blocks of rows.
    pub batch: usize,
    /// The largest learning rate.
    pub learning_rate: f64,
    /// Steps over which the learning rate rises to it.
    pub warmup: usize,
    /// The largest norm of a gradient; larger ones are scaled down to it.
    pub clip: f64,
    /// The decay of the average of the weights.
    pub ema: f64,
    /// The seed of every random number of the training.
    pub seed: u64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        TrainConfig {
            steps: 3000,
            batch: 512,
            learning_rate: 3e-3,
            warmup: 100,
            clip: 10.0,
            ema: 0.99,
            seed: 0,
        }
    }
}

impl TrainConfig {
    /// Checks the settings.
    ///
    /// # Errors
    /// If steps or batch is 0 or absurd, or the rate, the clip or the decay is out of range.
    pub fn validated(&self) -> Result<()> {
        for (what, n) in [("training steps", self.steps), ("the batch", self.batch)] {
            if n == 0 || n > 10_000_000 {
                return Err(Error::value(
                    format!("the number of {what}"),
                    n,
                    "at least 1 and at most 10^7",
                ));
            }
        }
        for (what, v) in
            [("the learning rate", self.learning_rate), ("the largest gradient norm", self.clip)]
        {
            if !(v.is_finite() && v > 0.0) {
                return Err(Error::value(what, v, "a finite number above 0"));
            }
        }
        if !(0.0..1.0).contains(&self.ema) {
            return Err(Error::value(
                "the decay of the average",
                self.ema,
                "at least 0 and below 1",
            ));
        }
        Ok(())
    }
}

/// What one step of training reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainStep {
    /// Counted from 0.
    pub step: usize,
    /// The mean loss of the batch, before the update.
    pub loss: f64,
    /// The learning rate of the update.
    pub learning_rate: f64,
}

/// Which rows of the batch a block holds.
#[derive(Debug, Clone, Copy)]
pub struct BlockRows {
    /// The number of the block's first row.
    pub first: usize,
    /// Rows of the whole batch.
    pub batch: usize,
}

/// What a network is trained to do: it draws its own rows and says how wrong the answers are.
pub trait Objective<N: Net>: Sync {
    /// Draws the rows of one block, runs `net` forward on them and leaves ∂L/∂output in `w`, L being the *mean* over the
    /// whole batch. Returns the block's part of L.
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64;
}

/// Where a training stands after some steps: all that it needs to go on as if it had never stopped.
///
/// The random numbers of a step are those of (seed, step, block), so the step is also their position.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Steps done.
    pub step: usize,
    /// The loss of the first step, by which divergence is recognised.
    pub first_loss: f64,
    /// θ.
    pub params: Vec<f32>,
    /// The moments and the averaged weights.
    pub adam: Adam,
}

/// Training as an iterator: each item is a step done. Stop whenever you like and take the network with `finish`.
///
/// A batch is cut into blocks of rows, each with its own random stream, and groups of blocks are shared out over the
/// threads; their gradients are added in order. So the result depends on the seed alone, not on the number of threads.
pub struct Training<'a, N: Net, O> {
    net: N,
    objective: &'a O,
    config: TrainConfig,
    rate: LearningRate,
    adam: Adam,
    groups: Vec<Group<N>>,
    blocks: usize,
    step: usize,
    first_loss: f64,
    broken: bool,
}

/// Consecutive blocks of the batch, done one after the other on one thread, their gradients added up.
#[derive(Clone)]
struct Group<N: Net> {
    workspace: Workspace<N>,
    grads: Vec<f32>,
    loss: f64,
}

/// Parameters whose gradients one thread adds up at a time.
const CHUNK: usize = 1 << 14;

/// Σ g², in eight sums side by side, so that the additions need not wait for each other.
fn squares(grads: &[f32]) -> f64 {
    let mut sums = [0.0; 8];
    for eight in grads.chunks(8) {
        sums.iter_mut().zip(eight).for_each(|(s, g)| *s += f64::from(*g) * f64::from(*g));
    }
    sums.iter().sum()
}

/// How many blocks a group has: as few as the gradients are cheap to add, whatever the number of threads.
fn blocks_of_a_group(blocks: usize, params: usize) -> usize {
    blocks.div_ceil(if params > 500_000 { 2 } else { 4 })
}

impl<'a, N: Net, O: Objective<N>> Training<'a, N, O> {
    /// Prepares to train `net` from its present weights.
    ///
    /// # Errors
    /// As [`TrainConfig::validated`].
    pub fn new(net: N, objective: &'a O, config: TrainConfig) -> Result<Self> {
        config.validated()?;
        let (rows, parameters) = (net.block_rows(config.batch), net.params().len());
        let (workspace, grads) = (net.workspace(rows), vec![0.0; parameters]);
        let group = Group { workspace, grads, loss: 0.0 };
        let blocks = config.batch.div_ceil(rows);
        let together = blocks_of_a_group(blocks, parameters);
        let groups = vec![group; blocks.div_ceil(together)]; // none is empty
        let rate =
            LearningRate { peak: config.learning_rate, warmup: config.warmup, steps: config.steps };
        let adam = Adam::new(net.params(), config.ema);
        Ok(Training {
            net,
            objective,
            config,
            rate,
            adam,
            groups,
            blocks,
            step: 0,
            first_loss: 0.0,
            broken: false,
        })
    }

    /// Resumes a training of a network of this shape, with this objective and these settings.
    ///
    /// k steps, a stop and N − k more are N steps, bit for bit.
    ///
    /// # Errors
    /// As [`TrainConfig::validated`], and if the state is not one of such a training.
    pub fn resume(mut net: N, objective: &'a O, config: TrainConfig, state: State) -> Result<Self> {
        let (adam, n) = (&state.adam, net.params().len());
        let sizes = [&state.params, &adam.ema, &adam.m, &adam.v].map(Vec::len);
        if sizes != [n; 4] {
            return Err(Error::value(
                "the state of the training",
                format!("of {sizes:?} numbers"),
                format!("of {n} each, as many as the network has parameters"),
            ));
        }
        if state.step > config.steps || i32::try_from(state.step) != Ok(adam.updates) {
            return Err(Error::value(
                "the state of the training",
                format!("at step {} after {} updates", state.step, adam.updates),
                format!("within a training of {} steps", config.steps),
            ));
        }
        net.params_mut().copy_from_slice(&state.params);
        let decay = config.ema as f32;
        let mut training = Training::new(net, objective, config)?;
        training.adam = Adam { decay, ..state.adam };
        (training.step, training.first_loss) = (state.step, state.first_loss);
        Ok(training)
    }

    /// Where it stands; after a divergence, before the step that diverged.
    pub fn state(&self) -> State {
        State {
            step: self.step,
            first_loss: self.first_loss,
            params: self.net.params().to_vec(),
            adam: self.adam.clone(),
        }
    }

    /// A copy of the network with the averaged weights so far.
    pub fn averaged(&self) -> N {
        let mut net = self.net.clone();
        net.params_mut().copy_from_slice(&self.adam.ema);
        net
    }

    /// The network with the averaged weights.
    pub fn finish(self) -> N {
        N::of(self.net.config().clone(), self.adam.ema).expect("as many averages as parameters")
    }

    /// The loss, the norm of its gradient and, in the first group, the gradient of the whole batch.
    fn gradient(&mut self) -> (f64, f64) {
        let (net, objective, blocks) = (&self.net, self.objective, self.blocks);
        let together = blocks_of_a_group(blocks, net.params().len());
        let rows = net.block_rows(self.config.batch);
        let (seed, step) = (self.config.seed, self.step as u64);
        each(self.groups.iter_mut().enumerate(), |(g, group)| {
            group.loss = 0.0;
            for b in g * together..blocks.min((g + 1) * together) {
                let mut rng = stream(seed, Purpose::Training, step, b as u64);
                let rows = BlockRows { first: b * rows, batch: blocks * rows };
                group.loss += objective.block(net, &mut group.workspace, &mut rng, rows);
                if b == g * together {
                    net.backward::<false>(&mut group.workspace, &mut group.grads);
                } else {
                    net.backward::<true>(&mut group.workspace, &mut group.grads);
                }
            }
        });
        let (first, rest) = self.groups.split_first_mut().expect("at least one group");
        let squares: Vec<f64> = each(first.grads.chunks_mut(CHUNK).enumerate(), |(c, sum)| {
            for group in rest.iter() {
                let part = &group.grads[c * CHUNK..][..sum.len()];
                sum.iter_mut().zip(part).for_each(|(a, b)| *a += b);
            }
            squares(sum)
        });
        let loss = first.loss + rest.iter().map(|g| g.loss).sum::<f64>();
        (loss, squares.iter().sum::<f64>().sqrt())
    }
}

impl<N: Net, O: Objective<N>> Iterator for Training<'_, N, O> {
    type Item = Result<TrainStep>;

    /// The next step; after an error, and after the last step, nothing.
    fn next(&mut self) -> Option<Self::Item> {
        if self.step >= self.config.steps || self.broken {
            return None;
        }
        // one visit to the threads for all that a step does
        Some(within(|| self.advance()))
    }
}

impl<N: Net, O: Objective<N>> Training<'_, N, O> {
    /// One step.
    fn advance(&mut self) -> Result<TrainStep> {
        let (step, learning_rate) = (self.step, self.rate.at(self.step));
        let (loss, norm) = self.gradient();
        let grads = &self.groups[0].grads;
        if step == 0 {
            self.first_loss = loss;
        }
        // a loss a thousand times its first value has left for good
        if !loss.is_finite() || !norm.is_finite() || loss > 1e3 * (1.0 + self.first_loss) {
            self.broken = true;
            return Err(Error::Diverged { step, loss, learning_rate });
        }
        let clip = (self.config.clip / norm).min(1.0);
        self.adam.update(self.net.params_mut(), grads, clip as f32, learning_rate);
        self.step += 1;
        Ok(TrainStep { step, loss, learning_rate })
    }
}

/// Trains a network on an objective to its end.
///
/// # Errors
/// As [`TrainConfig::validated`], and if training diverges.
pub fn run<N: Net, O: Objective<N>>(
    net: N,
    objective: &O,
    config: TrainConfig,
    progress: &mut dyn FnMut(TrainStep),
) -> Result<N> {
    let mut training = Training::new(net, objective, config)?;
    for step in &mut training {
        progress(step?);
    }
    Ok(training.finish())
}
