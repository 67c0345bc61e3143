//! A second network, whose condition enters in another way than a perceptron's: what a new one has to say of itself.

use crate::common::normals;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use scorelab::checkpoint::Architecture;
use scorelab::condition::Condition;
use scorelab::nn::{Batch, Gradients, Net, Part, Shape, Workspace};
use scorelab::{Error, Result};
use serde::{Deserialize, Serialize};

/// The shape of an [`Affine`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffineConfig {
    pub dim: usize,
    pub classes: usize,
}

/// An affine map, which a level gates a condition's shift into.
///
/// ```text
/// out = x·A + tanh(a·λ/12) ⊙ E_y + b
/// ```
#[derive(Debug, Clone)]
pub struct Affine {
    config: AffineConfig,
    params: Vec<f32>,
}

impl Shape for AffineConfig {
    fn validated(&self) -> Result<()> {
        match (1..1000).contains(&self.dim) && (1..1000).contains(&self.classes) {
            true => Ok(()),
            false => {
                Err(Error::value("the affine network", format!("{self:?}"), "of 1 to 999 each"))
            }
        }
    }

    fn inputs(&self) -> usize {
        self.dim
    }

    fn outputs(&self) -> usize {
        self.dim
    }

    fn parameters(&self) -> usize {
        self.dim * (self.dim + self.classes + 3)
    }

    fn parts(&self) -> Vec<Part> {
        let (d, mut at) = (self.dim, 0);
        let shapes = [
            ("map", vec![d, d]),
            ("gate", vec![d]),
            ("shift", vec![self.classes + 1, d]),
            ("bias", vec![d]),
        ];
        let part = |(name, shape): (&str, Vec<usize>)| {
            at += shape.iter().product::<usize>();
            Part { name: name.into(), range: at - shape.iter().product::<usize>()..at, shape }
        };
        shapes.map(part).into()
    }

    fn sees_level(&self) -> bool {
        true
    }

    fn conditional(&self) -> bool {
        true
    }

    fn takes(&self, condition: &Condition) -> Result<()> {
        match condition {
            Condition::None => Ok(()),
            Condition::Class(y) if *y < self.classes => Ok(()),
            other => Err(Error::value("the condition", format!("{other:?}"), "a class of its own")),
        }
    }
}

/// What the log-SNR is divided by, so that it runs over about ±1.
const SPAN: f64 = 12.0;

/// λ/12 (n, 1).
fn levels(batch: &Batch) -> Array2<f64> {
    (&batch.log_snr / SPAN).insert_axis(Axis(1))
}

/// A, a, E and b of one flat block.
struct Parts<'a, T> {
    map: ArrayView2<'a, T>,
    gate: ArrayView1<'a, T>,
    shift: ArrayView2<'a, T>,
    bias: ArrayView1<'a, T>,
}

impl AffineConfig {
    fn split<'a, T>(&self, params: &'a [T]) -> Parts<'a, T> {
        let parts = self.parts();
        let part = |i: usize| &params[parts[i].range.clone()];
        let matrix = |i: usize| {
            ArrayView2::from_shape((parts[i].shape[0], parts[i].shape[1]), part(i)).unwrap()
        };
        Parts { map: matrix(0), gate: part(1).into(), shift: matrix(2), bias: part(3).into() }
    }

    /// The row of E that a condition has.
    fn row(&self, condition: &Condition) -> usize {
        match condition {
            Condition::Class(y) => *y,
            _ => self.classes,
        }
    }
}

impl Affine {
    pub fn new(dim: usize, classes: usize) -> Affine {
        let config = AffineConfig { dim, classes };
        let params = normals(config.parameters(), 1).iter().map(|z| 0.3 * *z as f32).collect();
        Affine { config, params }
    }
}

impl Architecture for Affine {
    const NAME: &'static str = "affine";
}

impl Net for Affine {
    type Config = AffineConfig;
    type Buffers = ();

    fn of(config: AffineConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        match params.len() == config.parameters() {
            true => Ok(Affine { config, params }),
            false => Err(Error::value("the parameters", params.len(), "as many as the shape has")),
        }
    }

    fn config(&self) -> &AffineConfig {
        &self.config
    }

    fn params(&self) -> &[f32] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [f32] {
        &mut self.params
    }

    fn buffers(&self, _rows: usize) {}

    fn forward(&self, w: &mut Workspace<Self>) {
        let Parts { map, gate, shift, bias } = self.config.split(&self.params);
        w.output = w.input.dot(&map) + bias;
        for (row, mut out) in w.output.outer_iter_mut().enumerate() {
            let e = shift.row(self.config.row(&w.conditions[row]));
            out += &(gate.mapv(|a| (w.log_snr[row] / SPAN as f32 * a).tanh()) * e);
        }
    }

    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        let Parts { gate, shift, .. } = self.config.split(&self.params);
        let (mut d_gate, mut d_shift) = (Array1::zeros(gate.len()), Array2::zeros(shift.dim()));
        for (row, d) in w.d_output.outer_iter().enumerate() {
            let (y, t) = (self.config.row(&w.conditions[row]), w.log_snr[row] / SPAN as f32);
            let tanh = gate.mapv(|a| (t * a).tanh());
            d_shift.row_mut(y).scaled_add(1.0, &(&d * &tanh));
            d_gate += &(&d * &shift.row(y) * tanh.mapv(|h| t * (1.0 - h * h)));
        }
        let (d_map, d_bias) = (w.input.t().dot(&w.d_output), w.d_output.sum_axis(Axis(0)));
        let all = d_map.into_iter().chain(d_gate).chain(d_shift).chain(d_bias);
        grads.iter_mut().zip(all).for_each(|(g, d)| *g = if ADD { *g + d } else { d });
    }

    fn input_gradient(&self, w: &mut Workspace<Self>) {
        w.d_input = w.d_output.dot(&self.config.split(&self.params).map.t());
    }

    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64> {
        let Parts { map, gate, shift, bias } = self.config.split(params);
        let labels: Vec<usize> = batch.conditions.iter().map(|y| self.config.row(y)).collect();
        let phases = levels(batch).dot(&gate.insert_axis(Axis(0)));
        batch.x.dot(&map) + phases.mapv(f64::tanh) * shift.select(Axis(0), &labels) + bias
    }

    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        let Parts { map, gate, shift, .. } = self.config.split(params);
        let labels: Vec<usize> = batch.conditions.iter().map(|y| self.config.row(y)).collect();
        let levels = levels(batch);
        let tanh = levels.dot(&gate.insert_axis(Axis(0))).mapv(f64::tanh);
        let d_tanh = d_output * &shift.select(Axis(0), &labels);
        let d_gate = (d_tanh * tanh.mapv(|h| 1.0 - h * h) * levels).sum_axis(Axis(0));
        let mut d_shift = Array2::zeros(shift.dim());
        for (y, d) in labels.iter().zip((d_output * &tanh).outer_iter()) {
            d_shift.row_mut(*y).scaled_add(1.0, &d);
        }
        let (d_map, d_bias) = (batch.x.t().dot(d_output), d_output.sum_axis(Axis(0)));
        let all = d_map.into_iter().chain(d_gate).chain(d_shift).chain(d_bias);
        Gradients { params: all.collect(), x: d_output.dot(&map.t()) }
    }
}
