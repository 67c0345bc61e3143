//! A perceptron whose condition is an observation: one network for every mask, and for none.

use super::mlp::Mlp;
use super::net::Workspace;
use super::net::{Batch, Gradients, Net, Part, Shape};
use super::shape::MlpConfig;
use crate::condition::Condition;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate, s};
use serde::{Deserialize, Serialize};

/// The shape of an [`Observing`] network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservingConfig {
    /// The perceptron inside, of 3d inputs and d outputs, without labels.
    pub inner: MlpConfig,
    /// What Aᵀy is divided by, above 0: the root mean square of a coordinate of the data.
    pub scale: f64,
}

impl ObservingConfig {
    /// For points of d coordinates, everything else as `like` has it.
    pub fn new(d: usize, scale: f64, like: &MlpConfig) -> Self {
        let inner = MlpConfig { inputs: 3 * d, outputs: d, labels: 0, ..like.clone() };
        ObservingConfig { inner, scale }
    }
}

impl Shape for ObservingConfig {
    fn validated(&self) -> Result<()> {
        let (inputs, outputs) = (self.inner.inputs, self.inner.outputs);
        if inputs != 3 * outputs {
            let must = format!("{}, three for each output", 3 * outputs);
            return Err(Error::value(
                "the inputs of a network that sees observations",
                inputs,
                must,
            ));
        }
        if !(self.scale.is_finite() && self.scale > 0.0) {
            return Err(Error::value("the scale of what is observed", self.scale, "above 0"));
        }
        self.inner.validated()
    }

    #[allow(clippy::misnamed_getters)] // of a point; the inner network sees three numbers for each coordinate
    fn inputs(&self) -> usize {
        self.inner.outputs
    }

    fn outputs(&self) -> usize {
        self.inner.outputs
    }

    fn parameters(&self) -> usize {
        self.inner.parameters()
    }

    fn parts(&self) -> Vec<Part> {
        self.inner.parts()
    }

    fn sees_level(&self) -> bool {
        self.inner.sees_level()
    }

    fn conditional(&self) -> bool {
        true
    }

    fn takes(&self, condition: &Condition) -> Result<()> {
        let d = self.inputs();
        match condition {
            Condition::None => Ok(()),
            Condition::Observed(o) if o.values().nrows() > 1 => {
                let must = "one for each point: a network is asked by a list of conditions";
                Err(Error::value("the observations of a condition", o.values().nrows(), must))
            }
            Condition::Observed(o) if o.map().ncols() == d => Ok(()),
            Condition::Observed(o) => {
                let must = format!("{d}, as many as a point has coordinates");
                Err(Error::value("the width of the observation", o.map().ncols(), must))
            }
            other => {
                let must = "an observation or none, which is what the network was made for";
                Err(Error::value("the condition", other.kind(), must))
            }
        }
    }
}

/// A perceptron that sees a point, the noise level, and what is observed of the data.
///
/// ```text
/// F(x, λ, y) = MLP([x | Aᵀy/scale | diag AᵀA], λ),   under ∅ the last two are zero
/// ```
///
/// y = A·x₀ + τ·n reaches it as Aᵀy, which has d numbers however many were observed, and as how much of each coordinate was: for a
/// mask of coordinates these are the known values and the mask itself, as networks for inpainting are given them. τ it does not see.
/// Its condition is a [`Condition::Observed`]. Source: Lugmayr et al. 2022 (2201.09865), section 2, for the input; Ho & Salimans 2022
/// (2207.12598) for the training with ∅.
#[derive(Debug, Clone)]
pub struct Observing {
    config: ObservingConfig,
    inner: Mlp,
}

impl Observing {
    /// A network with random weights.
    ///
    /// # Errors
    /// As [`Shape::validated`].
    pub fn new(config: ObservingConfig, seed: u64) -> Result<Self> {
        config.validated()?;
        let inner = Mlp::new(config.inner.clone(), seed)?;
        Ok(Observing { config, inner })
    }

    /// Aᵀy/scale and diag AᵀA, one after the other (2d).
    ///
    /// # Panics
    /// If the network does not take the condition.
    fn told(&self, condition: &Condition) -> Array1<f64> {
        self.config.takes(condition).unwrap_or_else(|e| panic!("{e}"));
        let d = self.config.inputs();
        let Condition::Observed(observation) = condition else { return Array1::zeros(2 * d) };
        let a = observation.map();
        let known = (&a * &a).sum_axis(Axis(0));
        concatenate![Axis(0), observation.values().row(0).dot(&a) / self.config.scale, known]
    }

    /// The perceptron's inputs of a batch (n, 3d).
    fn wide(&self, batch: &Batch) -> Batch {
        let (n, d) = batch.x.dim();
        let mut x = Array2::zeros((n, 3 * d));
        x.slice_mut(s![.., ..d]).assign(&batch.x);
        for (mut x, condition) in x.outer_iter_mut().zip(&batch.conditions) {
            x.slice_mut(s![d..]).assign(&self.told(condition));
        }
        Batch { x, log_snr: batch.log_snr.clone(), conditions: vec![Condition::None; n] }
    }

    /// Fills the perceptron's inputs: each row's point, and what each is told.
    fn see<'a>(w: &mut Workspace<Self>, told: impl Iterator<Item = ArrayView1<'a, f64>>) {
        let d = w.input.ncols();
        w.buffers.input.slice_mut(s![.., ..d]).assign(&w.input);
        for (mut row, told) in w.buffers.input.outer_iter_mut().zip(told) {
            row.slice_mut(s![d..]).zip_mut_with(&told, |i, t| *i = *t as f32);
        }
    }
}

impl Net for Observing {
    type Config = ObservingConfig;
    type Buffers = Workspace<Mlp>;

    fn of(config: ObservingConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        let inner = Mlp::of(config.inner.clone(), params)?;
        Ok(Observing { config, inner })
    }

    fn config(&self) -> &ObservingConfig {
        &self.config
    }

    fn params(&self) -> &[f32] {
        self.inner.params()
    }

    fn params_mut(&mut self) -> &mut [f32] {
        self.inner.params_mut()
    }

    fn buffers(&self, rows: usize) -> Workspace<Mlp> {
        self.inner.workspace(rows)
    }

    fn forward(&self, w: &mut Workspace<Self>) {
        let told: Vec<Array1<f64>> = w.conditions.iter().map(|y| self.told(y)).collect();
        Observing::see(w, told.iter().map(|told| told.view()));
        w.buffers.log_snr.copy_from_slice(&w.log_snr);
        self.inner.forward(&mut w.buffers);
        w.output.assign(&w.buffers.output);
    }

    fn forward_at(&self, w: &mut Workspace<Self>, log_snr: f32, condition: &Condition) {
        let told = self.told(condition);
        Observing::see(w, std::iter::repeat(told.view()));
        self.inner.forward_at(&mut w.buffers, log_snr, &Condition::None);
        w.output.assign(&w.buffers.output);
    }

    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        w.buffers.d_output.assign(&w.d_output);
        self.inner.backward::<ADD>(&mut w.buffers, grads);
    }

    fn input_gradient(&self, w: &mut Workspace<Self>) {
        w.buffers.d_output.assign(&w.d_output);
        self.inner.input_gradient(&mut w.buffers);
        let d = w.d_input.ncols();
        w.d_input.assign(&w.buffers.d_input.slice(s![.., ..d]));
    }

    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64> {
        self.inner.plain(params, &self.wide(batch))
    }

    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        let Gradients { params, x } =
            self.inner.plain_gradients(params, &self.wide(batch), d_output);
        Gradients { params, x: x.slice(s![.., ..batch.x.ncols()]).to_owned() }
    }
}
