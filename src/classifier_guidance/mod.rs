//! The first half of the lecture: separate classifiers whose input gradient steers an unconditional score.
//!
//! ```text
//! ∇ₓ log p_t(x | y) = ∇ₓ log p_t(x) + γ·∇ₓ log p_φ(y | x_t)
//! ```
//!
//! The score network never hears of labels; the classifier never hears of scores. They meet only in
//! [`ClassifierGuided`](crate::guidance::ClassifierGuided).

mod clean;
mod noisy;

pub use clean::CleanClassifier;
pub use noisy::{NoisyClassifier, OneVsRest};

use crate::mixture::Labelled;
use crate::nn::mlp::BLOCK;
use crate::nn::score_net::{Pool, fill, for_blocks};
use crate::nn::{Mlp, MlpConfig, Workspace};
use crate::noise::NoiseLevel;
use crate::score::Likelihood;
use crate::train::{Levels, Objective, Share, TrainConfig, run};
use crate::{Error, Result, train::Step};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// How a classifier is made and trained.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierConfig {
    /// The width of a hidden layer.
    pub width: usize,
    /// The number of hidden layers.
    pub depth: usize,
    /// Which noise levels are practised; without meaning for a clean classifier.
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
/// It sees c·x/α with c = 1/√(σ_data² + (σ/α)²) and the log-SNR; a clean one sees x/σ_data whatever the level.
#[derive(Debug)]
struct LogitNet {
    mlp: Mlp,
    sigma_data: f64,
    pool: Pool,
}

impl LogitNet {
    /// Trains on a data set, at every noise level or, without `levels`, on the data itself.
    fn train(
        data: &Labelled,
        levels: Option<Levels>,
        config: &ClassifierConfig,
        progress: &mut dyn FnMut(Step),
    ) -> Result<Self> {
        let classes = data.y.iter().max().map_or(0, |y| y + 1);
        if classes < 2 || data.x.nrows() != data.y.len() {
            return Err(Error::value(
                "the classifier's data",
                format!("of {classes} class"),
                "of at least two classes",
            ));
        }
        let shape = MlpConfig {
            inputs: data.x.ncols(),
            features: if levels.is_some() { MlpConfig::default().features } else { 0 },
            labels: 0,
            width: config.width,
            depth: config.depth,
            outputs: classes,
            ..MlpConfig::default()
        };
        let sigma_data =
            (data.x.mapv(|x| x * x).mean().unwrap_or(1.0)).sqrt().max(f64::MIN_POSITIVE);
        let mlp = Mlp::new(shape, config.train.seed.wrapping_add(1))?; // other weights than the score's
        let objective = CrossEntropy { data, sigma_data, levels };
        let mlp = run(mlp, &objective, config.train.clone(), progress)?;
        Ok(LogitNet { mlp, sigma_data, pool: Pool::default() })
    }

    /// What multiplies x before the network sees it.
    fn scale(&self, level: NoiseLevel) -> f64 {
        if self.mlp.config.features == 0 {
            1.0 / self.sigma_data
        } else {
            input_scale(level.ratio(), self.sigma_data) / level.alpha
        }
    }

    /// The logits of every row: (n, d) → (n, classes).
    fn logits(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mut out = Array2::zeros((x.nrows(), self.mlp.config.outputs));
        for_blocks(&self.mlp, &self.pool, x, out.view_mut(), |x, mut out, w| {
            fill(w, x, self.scale(level), level);
            self.mlp.forward(w);
            out.zip_mut_with(&w.output.slice(s![..x.nrows(), ..]), |o, l| *o = *l as f64);
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
#[derive(Debug, Clone, Copy)]
pub struct ClassLikelihood<'a> {
    net: &'a LogitNet,
    /// y.
    pub class: usize,
    /// T > 0.
    pub temperature: f64,
}

impl<'a> ClassLikelihood<'a> {
    fn new(net: &'a LogitNet, class: usize) -> Self {
        assert!(class < net.mlp.config.outputs, "class {class} of {}", net.mlp.config.outputs);
        ClassLikelihood { net, class, temperature: 1.0 }
    }

    /// Leaves ∂ log p(y | x)/∂ logits in the workspace: (1[j = y] − softmax(l/T)_j)/T.
    fn set_gradient(&self, w: &mut Workspace) {
        let t = self.temperature;
        for (logits, mut d) in w.output.outer_iter().zip(w.d_output.outer_iter_mut()) {
            let scaled = logits.mapv(|l| l as f64 / t);
            let log_sum = log_sum_exp(scaled.view());
            Zip::indexed(&mut d).and(&scaled).for_each(|j, d, l| {
                let own = if j == self.class { 1.0 } else { 0.0 };
                *d = ((own - (l - log_sum).exp()) / t) as f32;
            });
        }
    }
}

impl Likelihood for ClassLikelihood<'_> {
    fn log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array1<f64> {
        let scaled = self.net.logits(x, level) / self.temperature;
        scaled.outer_iter().map(|l| l[self.class] - log_sum_exp(l)).collect()
    }

    fn grad_log_likelihood(&self, x: ArrayView2<f64>, level: NoiseLevel) -> Array2<f64> {
        let mlp = &self.net.mlp;
        let scale = self.net.scale(level);
        let mut out = Array2::zeros(x.raw_dim());
        for_blocks(mlp, &self.net.pool, x, out.view_mut(), |x, mut out: ArrayViewMut2<f64>, w| {
            fill(w, x, scale, level);
            mlp.forward(w);
            self.set_gradient(w);
            mlp.backward(w, None);
            out.zip_mut_with(&w.d_input.slice(s![..x.nrows(), ..x.ncols()]), |o, d| {
                *o = scale * *d as f64
            });
        });
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
struct CrossEntropy<'a> {
    data: &'a Labelled,
    sigma_data: f64,
    levels: Option<Levels>,
}

impl Objective for CrossEntropy<'_> {
    fn block(&self, mlp: &Mlp, w: &mut Workspace, rng: &mut ChaCha8Rng, share: Share) -> f64 {
        let mut classes = [0; BLOCK];
        for (row, class) in classes.iter_mut().enumerate() {
            let sigma = self.levels.map_or(0.0, |l| l.draw(rng, share.first + row, share.batch));
            let i = rng.random_range(0..self.data.y.len());
            for (j, x0) in self.data.x.row(i).iter().enumerate() {
                let z: f64 = StandardNormal.sample(rng);
                w.input[[row, j]] = (input_scale(sigma, self.sigma_data) * (x0 + sigma * z)) as f32;
            }
            w.log_snr[row] = if sigma > 0.0 { NoiseLevel::ve(sigma).log_snr() as f32 } else { 0.0 };
            *class = self.data.y[i];
        }
        mlp.forward(w);
        let mut loss = 0.0;
        for (row, class) in classes.iter().enumerate() {
            let logits = w.output.index_axis(Axis(0), row).mapv(|l| l as f64);
            let log_sum = log_sum_exp(logits.view());
            loss += (log_sum - logits[*class]) / share.batch as f64;
            for (j, l) in logits.iter().enumerate() {
                let own = if j == *class { 1.0 } else { 0.0 };
                w.d_output[[row, j]] = (((l - log_sum).exp() - own) / share.batch as f64) as f32;
            }
        }
        loss
    }
}

/// c = 1/√(σ_data² + r²), which brings what the network sees to unit size at every level r = σ/α.
fn input_scale(r: f64, sigma_data: f64) -> f64 {
    1.0 / (sigma_data * sigma_data + r * r).sqrt()
}

/// log Σ exp, by its largest term.
fn log_sum_exp(logs: ArrayView1<f64>) -> f64 {
    let top = logs.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    top + logs.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
}
