//! A network's weights in panels, made when they are first asked for and kept until the parameters change.

use super::panels::Panels;
use crate::nn::shape::Layer;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, OnceLock, PoisonError};

/// All parameters of a network in one flat block, which reads and writes as the slice it is.
///
/// The panels that the products read are made from it once; whoever writes makes them out of date.
#[derive(Debug, Default)]
pub struct Params {
    values: Vec<f32>,
    layers: Kept<Vec<Packed>>,
    transposed: Kept<Vec<Panels>>,
}

/// A layer in panels.
#[derive(Debug)]
pub(in crate::nn) struct Packed {
    /// W (in, out).
    pub weights: Panels,
    /// b, or zeros where there is none, filled up with zeros to whole panels.
    pub bias: Vec<f32>,
}

impl Params {
    /// W and b of every layer.
    pub(in crate::nn) fn layers(&self, layers: &[Layer]) -> &[Packed] {
        self.layers.get(|old| {
            let mut all = old.unwrap_or_else(|| layers.iter().map(empty).collect());
            for (layer, packed) in layers.iter().zip(&mut all) {
                packed.weights.pack(layer.weights(&self.values), layer.outputs);
                let bias = layer.bias(&self.values);
                packed.bias[..bias.len()].copy_from_slice(bias);
            }
            all
        })
    }

    /// Wᵀ of every layer, which the backward pass reads.
    pub(in crate::nn) fn transposed(&self, layers: &[Layer]) -> &[Panels] {
        self.transposed.get(|old| {
            let empty = |l: &Layer| Panels::zeros(l.outputs, l.inputs);
            let mut all = old.unwrap_or_else(|| layers.iter().map(empty).collect());
            for (layer, packed) in layers.iter().zip(&mut all) {
                packed.pack_transposed(layer.weights(&self.values));
            }
            all
        })
    }
}

fn empty(layer: &Layer) -> Packed {
    let weights = Panels::zeros(layer.inputs, layer.outputs);
    let bias = vec![0.0; weights.count() * weights.width];
    Packed { weights, bias }
}

impl From<Vec<f32>> for Params {
    fn from(values: Vec<f32>) -> Self {
        Params { values, ..Params::default() }
    }
}

impl Clone for Params {
    fn clone(&self) -> Self {
        self.values.clone().into()
    }
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Deref for Params {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values
    }
}

impl DerefMut for Params {
    fn deref_mut(&mut self) -> &mut [f32] {
        self.layers.forget();
        self.transposed.forget();
        &mut self.values
    }
}

/// Something made once, and the memory of the one before it.
#[derive(Debug)]
struct Kept<T> {
    now: OnceLock<T>,
    before: Mutex<Option<T>>,
}

impl<T> Kept<T> {
    fn get(&self, make: impl FnOnce(Option<T>) -> T) -> &T {
        self.now
            .get_or_init(|| make(self.before.lock().unwrap_or_else(PoisonError::into_inner).take()))
    }

    fn forget(&mut self) {
        if let Some(old) = self.now.take() {
            *self.before.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(old);
        }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept { now: OnceLock::new(), before: Mutex::default() }
    }
}
