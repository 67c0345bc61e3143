//! The first half of the lecture: separate classifiers whose input gradient steers an unconditional score.
//!
//! ```text
//! s_γ(x) = ∇ₓ log p_t(x) + γ·∇ₓ log p_φ(y | x_t),   with γ = 1 and the exact classifier ∇ₓ log p_t(x | y)
//! ```
//!
//! The score network never hears of labels; the classifier never hears of scores. They meet only in
//! [`ClassifierGuided`](crate::guidance::ClassifierGuided).

mod clean;
mod noisy;

pub use clean::CleanClassifier;
pub use noisy::{NoisyClassifier, OneVsRest};

use crate::condition::Condition;
use crate::mixture::Labelled;
use crate::nn::pool::Pool;
use crate::nn::{Mlp, MlpConfig, Net, Shape, Workspace};
use crate::noise::NoiseLevel;
use crate::score::{Likelihood, log_sum_exp};
use crate::train::{BlockRows, Levels, Objective, TrainConfig, run};
use crate::{Error, Result, train::TrainStep};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a classifier is made and trained.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierConfig {
    /// The width of a hidden layer.
    pub width: usize,
    /// The number of hidden layers.
    pub depth: usize,
    /// The noise levels used in training; a clean classifier has none.
    pub levels: Levels,
    /// The training.
    pub train: TrainConfig,
}

impl Default for ClassifierConfig {
    fn default() -> Self {
        ClassifierConfig {
            width: 64,
            depth: 3,
            levels: Levels::default(),
            train: TrainConfig::default(),
        }
    }
}

/// A trained network with one logit for each class.
///
/// It sees c·x/α with c = 1/√(σ_data² + r²), r = σ/α, and the log-SNR; a clean one takes x_t itself
/// for x₀: it sees c(0)·x whatever the level.
#[derive(Debug)]
pub(crate) struct LogitNet<N: Net> {
    pub(crate) network: N,
    pub(crate) scaling: Scaling,
    pool: Pool<N>,
}

/// Input and output scales of a classifier, which bring both sides of the network to unit size at every level.
///
/// ```text
/// logits = g(r)·F(c(r)·x/α, log-SNR),   c = 1/√(s² + r²),   g = s·√(s² + r²)/(s_w² + r²)
/// ```
///
/// s is the root mean square of a coordinate of the data and s_w its standard deviation within a class. For two Gaussian classes of
/// width s_w the log-odds are linear in x with slope (μ₁ − μ₀)/(s_w² + r²), so F is one linear map for all levels. Without
/// g the network would have to grow that factor by itself, and a classifier's loss falls silent just where the factor
/// is large: where the noise is low every label is already certain. Source: linear discriminant analysis (Fisher
/// 1936); the scheme is that of Karras et al. 2022 (2206.00364), table 1, for a classifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// s.
    pub sigma_data: f64,
    /// s_w.
    pub sigma_within: f64,
}

impl Scaling {
    /// Measured on a labelled data set.
    fn of(data: &Labelled, classes: usize) -> Self {
        let mut sums = Array2::<f64>::zeros((classes, data.x.ncols()));
        let mut counts = vec![0.0; classes];
        for (x, y) in data.x.outer_iter().zip(&data.y) {
            sums.row_mut(*y).scaled_add(1.0, &x);
            counts[*y] += 1.0;
        }
        let square = data.x.iter().map(|x| x * x).sum::<f64>();
        let between: f64 =
            sums.outer_iter().zip(&counts).map(|(s, n)| s.dot(&s) / f64::max(*n, 1.0)).sum();
        let n = data.x.len().max(1) as f64;
        let floor = 1e-3 * (square / n).sqrt(); // a class of identical points has no width
        Scaling {
            sigma_data: (square / n).sqrt().max(f64::MIN_POSITIVE),
            sigma_within: ((square - between).max(0.0) / n)
                .sqrt()
                .max(floor)
                .max(f64::MIN_POSITIVE),
        }
    }

    fn input(&self, r: f64) -> f64 {
        1.0 / (self.sigma_data.powi(2) + r * r).sqrt()
    }

    fn output(&self, r: f64) -> f64 {
        self.sigma_data * (self.sigma_data.powi(2) + r * r).sqrt()
            / (self.sigma_within.powi(2) + r * r)
    }
}

impl LogitNet<Mlp> {
    /// Trains on a data set, at every noise level or, without `levels`, on the data itself.
    fn train(
        data: &Labelled,
        levels: Option<Levels>,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(TrainStep),
    ) -> Result<Self> {
        let objective = CrossEntropy::new(data, levels)?;
        let network =
            run(objective.untrained(config)?, &objective, config.train.clone(), progress)?;
        Ok(LogitNet::of(network, objective.scaling))
    }
}

impl<N: Net> LogitNet<N> {
    /// A network with the given weights.
    pub(crate) fn of(network: N, scaling: Scaling) -> Self {
        LogitNet { network, scaling, pool: Pool::default() }
    }

    /// What multiplies x before the network sees it, and its answer afterwards.
    fn scales(&self, level: NoiseLevel) -> (f64, f64) {
        if self.network.config().sees_level() {
            (self.scaling.input(level.ratio()) / level.alpha, self.scaling.output(level.ratio()))
        } else {
            (self.scaling.input(0.0), self.scaling.output(0.0))
        }
    }

    /// The logits of every row: (n, d) → (n, classes).
    fn logits(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let classes = self.network.config().outputs();
        self.forward(x, level, classes, |w| w.output.clone()) * self.scales(level).1
    }

    /// One of the network's layers for every row: (n, d) → (n, width of the layer).
    fn forward(
        &self,
        x: ArrayView2<f64>,
        level: NoiseLevel,
        width: usize,
        layer: impl Fn(&Workspace<N>) -> Array2<f32> + Sync,
    ) -> Array2<f64> {
        let (input, _) = self.scales(level);
        let log_snr = level.log_snr() as f32;
        let mut out = Array2::zeros((x.nrows(), width));
        self.pool.for_blocks(&self.network, x, out.view_mut(), |_, x, mut out, w| {
            w.fill(x, input);
            self.network.forward_at(w, log_snr, &Condition::None);
            out.zip_mut_with(&layer(w).slice(s![..x.nrows(), ..]), |o, v| *o = *v as f64);
        });
        out
    }

    /// P(y | x_t) of every class: (n, d) → (n, classes).
    fn probabilities(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut p = self.logits(x, level);
        p.outer_iter_mut().for_each(|mut row| {
            let log_sum = log_sum_exp(row.view());
            row.mapv_inplace(|l| (l - log_sum).exp());
        });
        p
    }
}

/// One class of a classifier, as a likelihood to steer by.
///
/// ```text
/// log p(y | x) = l_y/T − log Σ_j e^{l_j/T},   its gradient by one backward pass to the input
/// ```
///
/// T = 1 is the classifier as trained. T divides the logits before the softmax, which bends the field; to make a
/// gradient weaker without bending it use [`GradientScaled`](crate::guidance::GradientScaled).
#[derive(Debug, Clone)]
pub struct ClassLikelihood<N: Net = Mlp> {
    net: Arc<LogitNet<N>>,
    /// y.
    pub class: usize,
    /// T > 0.
    pub temperature: f64,
}

impl<N: Net> ClassLikelihood<N> {
    fn new(net: &Arc<LogitNet<N>>, condition: Condition) -> Self {
        let class = condition.class_of(net.network.config().outputs());
        ClassLikelihood { net: net.clone(), class, temperature: 1.0 }
    }

    /// Leaves ∂ log p(y | x)/∂l in the workspace, l = g·F being the logits: (1[j = y] − softmax(l/T)_j)/T.
    fn set_gradient(&self, w: &mut Workspace<N>, g: f64) {
        let t = self.temperature;
        for (answer, mut d) in w.output.outer_iter().zip(w.d_output.outer_iter_mut()) {
            softmax(answer, g / t, d.view_mut());
            d.mapv_inplace(|p| -p / t as f32);
            d[self.class] += 1.0 / t as f32;
        }
    }
}

impl<N: Net> Likelihood for ClassLikelihood<N> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let scaled = self.net.logits(x, level) / self.temperature;
        scaled.outer_iter().map(|l| l[self.class] - log_sum_exp(l)).collect()
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let network = &self.net.network;
        let (input, output) = self.net.scales(level);
        let log_snr = level.log_snr() as f32;
        let mut out = Array2::zeros(x.raw_dim());
        self.net.pool.for_blocks(
            network,
            x,
            out.view_mut(),
            |_, x, mut out: ArrayViewMut2<f64>, w| {
                w.fill(x, input);
                network.forward_at(w, log_snr, &Condition::None);
                self.set_gradient(w, output);
                network.input_gradient(w);
                out.zip_mut_with(&w.d_input.slice(s![..x.nrows(), ..]), |o, d| {
                    *o = input * output * *d as f64
                });
            },
        );
        out
    }
}

/// Cross-entropy of a classifier on noised data.
///
/// ```text
/// L = −E log softmax(logits(x₀ + σ·ε))_y
/// ```
///
/// Its minimum is the exact p(y | x_t) at every level, where L is the conditional entropy and not 0. Without `levels`, σ
/// is 0: the classifier sees data only.
pub struct CrossEntropy<'a> {
    data: &'a Labelled,
    levels: Option<Levels>,
    classes: usize,
    /// The scales of the classifier, measured on the data.
    pub scaling: Scaling,
}

impl<'a> CrossEntropy<'a> {
    /// The objective of a labelled data set.
    ///
    /// # Errors
    /// If the data has fewer than two classes.
    pub fn new(data: &'a Labelled, levels: Option<Levels>) -> Result<Self> {
        let classes = data.y.iter().max().map_or(0, |y| y + 1);
        assert_eq!(data.x.nrows(), data.y.len(), "a class for each point");
        if classes < 2 {
            return Err(Error::value(
                "the number of classes in the classifier's data",
                classes,
                "at least 2",
            ));
        }
        Ok(CrossEntropy { data, levels, classes, scaling: Scaling::of(data, classes) })
    }

    /// The network before its first step.
    ///
    /// # Errors
    /// As [`Mlp::new`].
    pub fn untrained(&self, config: &ClassifierConfig) -> Result<Mlp> {
        let shape = MlpConfig {
            inputs: self.data.x.ncols(),
            features: if self.levels.is_some() { MlpConfig::default().features } else { 0 },
            labels: 0,
            width: config.width,
            depth: config.depth,
            outputs: self.classes,
            ..MlpConfig::default()
        };
        Mlp::new(shape, config.train.seed.wrapping_add(1)) // other weights than the score's
    }
}

impl<N: Net> Objective<N> for CrossEntropy<'_> {
    fn block(&self, net: &N, w: &mut Workspace<N>, rng: &mut ChaCha8Rng, rows: BlockRows) -> f64 {
        let (mut classes, mut gains) = (vec![0; w.rows()], vec![1.0; w.rows()]);
        for row in 0..w.rows() {
            let sigma = self.levels.map_or(0.0, |l| l.draw(rng, rows.first + row, rows.batch));
            let i = rng.random_range(0..self.data.y.len());
            for (j, x0) in self.data.x.row(i).iter().enumerate() {
                let z: f64 = StandardNormal.sample(rng);
                w.input[[row, j]] = (self.scaling.input(sigma) * (x0 + sigma * z)) as f32;
            }
            if self.levels.is_some() {
                w.log_snr[row] = NoiseLevel::ve(sigma).log_snr() as f32;
            }
            gains[row] = self.scaling.output(sigma);
            classes[row] = self.data.y[i];
        }
        net.forward(w);
        let mut loss = 0.0;
        let answers = w.output.outer_iter().zip(w.d_output.outer_iter_mut());
        for (((answer, mut d), class), gain) in answers.zip(classes).zip(gains) {
            let log_sum = softmax(answer, gain, d.view_mut());
            loss += log_sum - gain * f64::from(answer[class]);
            d[class] -= 1.0;
            d.mapv_inplace(|d| d * (gain / rows.batch as f64) as f32);
        }
        loss / rows.batch as f64
    }
}

/// Leaves softmax(scale·answer) in `p` and returns log Σ exp(scale·answer).
fn softmax(answer: ArrayView1<f32>, scale: f64, mut p: ArrayViewMut1<f32>) -> f64 {
    let top = answer.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let mut sum = 0.0;
    for (p, a) in p.iter_mut().zip(answer) {
        *p = (scale as f32 * (a - top)).exp();
        sum += *p;
    }
    p /= sum;
    scale * f64::from(top) + f64::from(sum).ln()
}
