//! The shape of a perceptron, and where its parameters lie in the one flat block.

use super::net::{Part, Shape, few_enough};
use crate::condition::Condition;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The shape of an [`Mlp`](super::Mlp).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MlpConfig {
    /// d, the width of a point.
    pub inputs: usize,
    /// How many numbers describe the log-SNR: sines and cosines at half as many frequencies. 0: the level is not seen.
    pub features: usize,
    /// Rows of the label table: the classes and, last, ∅. 0: no label is seen.
    pub labels: usize,
    /// The width of a label's embedding.
    pub embedding: usize,
    /// The width of a hidden layer.
    pub width: usize,
    /// The number of hidden layers, at least 1.
    pub depth: usize,
    /// Whether each hidden layer after the first adds to its input instead of replacing it.
    pub residual: bool,
    /// The width of the answer.
    pub outputs: usize,
}

impl Default for MlpConfig {
    fn default() -> Self {
        MlpConfig {
            inputs: 2,
            features: 32,
            labels: 0,
            embedding: 16,
            width: 128,
            depth: 4,
            residual: false,
            outputs: 2,
        }
    }
}

impl Shape for MlpConfig {
    /// Checks the shape.
    ///
    /// # Errors
    /// If a width or the depth is 0, the number of features is odd, or the network would have over 10⁸ parameters.
    fn validated(&self) -> Result<()> {
        let c = self;
        for (what, n) in
            [("inputs", c.inputs), ("width", c.width), ("depth", c.depth), ("outputs", c.outputs)]
        {
            if n == 0 || n > 1 << 20 {
                return Err(Error::value(
                    format!("the network's {what}"),
                    n,
                    "at least 1 and at most 2^20",
                ));
            }
        }
        if !c.features.is_multiple_of(2)
            || c.features > 4096
            || c.embedding > 4096
            || c.labels > 1 << 20
        {
            let what = "(features, embedding, labels) of the network";
            let value = format!("({}, {}, {})", c.features, c.embedding, c.labels);
            return Err(Error::value(
                what,
                value,
                "at most (4096, 4096, 2^20), with an even number of features",
            ));
        }
        few_enough(c.parameters())
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn parameters(&self) -> usize {
        layout(self).1 + self.labels * self.embedding
    }

    /// The tensors of which the flat block of parameters consists, in its order.
    ///
    /// `layers.0.weight` (in, out), `layers.0.bias` (out), …, and last, if labels are seen, `labels.weight` (labels,
    /// embedding).
    fn parts(&self) -> Vec<Part> {
        let (layers, table) = layout(self);
        let mut parts = Vec::with_capacity(2 * layers.len() + 1);
        for (l, layer) in layers.into_iter().enumerate() {
            let shape = vec![layer.inputs, layer.outputs];
            parts.push(Part { name: format!("layers.{l}.weight"), shape, range: layer.weights });
            let (name, shape) = (format!("layers.{l}.bias"), vec![layer.outputs]);
            parts.push(Part { name, shape, range: layer.bias });
        }
        if self.labels > 0 {
            let range = table..table + self.labels * self.embedding;
            let shape = vec![self.labels, self.embedding];
            parts.push(Part { name: "labels.weight".into(), shape, range });
        }
        parts
    }

    fn sees_level(&self) -> bool {
        self.features > 0
    }

    fn conditional(&self) -> bool {
        self.labels > 1 && self.embedding > 0
    }

    fn takes(&self, condition: &Condition) -> Result<()> {
        let classes = if self.conditional() { self.labels - 1 } else { 0 };
        match condition {
            Condition::None => Ok(()),
            Condition::Class(y) if *y < classes => Ok(()),
            Condition::Class(y) => {
                let must = format!("below {classes}, the number of the network's classes");
                Err(Error::value("the label", y, must))
            }
            Condition::Words(_) | Condition::Observed(_) => {
                let must = "a class or none, which is what the network was made for";
                Err(Error::value("the condition", condition.kind(), must))
            }
        }
    }
}

impl MlpConfig {
    /// The row of the label table that a condition has: a class its own, ∅ the last.
    pub(super) fn label(&self, condition: &Condition) -> usize {
        match condition {
            Condition::None => self.labels - 1,
            asked => asked.class_of(self.labels - 1),
        }
    }

    /// How many columns of h₀ belong to the same group (point, features, label) as column i.
    pub(super) fn group(&self, i: usize) -> usize {
        if i < self.inputs {
            self.inputs
        } else if i < self.inputs + self.features {
            self.features
        } else {
            self.embedding
        }
    }
}

/// Where a layer's parameters lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    pub weights: Range<usize>,
    pub bias: Range<usize>,
}

impl Layer {
    /// W, row by row (in, out).
    pub fn weights<'a>(&self, params: &'a [f32]) -> &'a [f32] {
        &params[self.weights.clone()]
    }

    /// b (out), or nothing if the layer has none.
    pub fn bias<'a>(&self, params: &'a [f32]) -> &'a [f32] {
        &params[self.bias.clone()]
    }
}

/// The ranges of all layers in the flat block, and where the label table starts.
pub(super) fn layout(c: &MlpConfig) -> (Vec<Layer>, usize) {
    let embedding = if c.labels > 0 { c.embedding } else { 0 };
    let mut at = 0;
    let mut take = |n: usize| {
        at += n;
        at - n..at
    };
    let layers: Vec<Layer> = (0..=c.depth)
        .map(|l| {
            let inputs = if l == 0 { c.inputs + c.features + embedding } else { c.width };
            let outputs = if l == c.depth { c.outputs } else { c.width };
            Layer { inputs, outputs, weights: take(inputs * outputs), bias: take(outputs) }
        })
        .collect();
    (layers, at)
}
