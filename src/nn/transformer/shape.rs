//! The shape of a Transformer, and where its parameters lie in the one flat block.

use crate::condition::Condition;
use crate::nn::net::{Part, Shape, few_enough};
use crate::nn::shape::Layer;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The shape of a [`Transformer`](super::Transformer).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerConfig {
    /// Lines of an image, which are also its columns.
    pub side: usize,
    /// Lines of a patch, which are also its columns; they divide the side.
    pub patch: usize,
    /// How many numbers describe the log-SNR: sines and cosines at half as many frequencies.
    pub features: usize,
    /// How many different words there are. 0: no caption is seen.
    pub vocabulary: usize,
    /// The most words of a caption.
    pub words: usize,
    /// Whether a word's place in the caption is added to it; if not, a caption is a set.
    pub ordered: bool,
    /// w, the width of a token.
    pub width: usize,
    /// Heads of an attention; they divide the width.
    pub heads: usize,
    /// The number of layers, each of self-attention, attention to the words, and a perceptron for each token.
    pub depth: usize,
    /// The width of the hidden layer of that perceptron.
    pub hidden: usize,
}

impl Default for TransformerConfig {
    /// For captioned digits: 16 patches of 7 × 7, the digit and two attributes.
    fn default() -> Self {
        TransformerConfig {
            side: 28,
            patch: 7,
            features: 32,
            vocabulary: 16,
            words: 3,
            ordered: false,
            width: 96,
            heads: 4,
            depth: 3,
            hidden: 384,
        }
    }
}

impl Shape for TransformerConfig {
    /// Checks the shape.
    ///
    /// # Errors
    /// If a size is 0 or above 4096, the patches do not divide the side or the heads the width, there are more than 4096 patches,
    /// since each asks each, the number of features is odd, or the network would have over 10⁸ parameters.
    fn validated(&self) -> Result<()> {
        let c = self;
        for (what, n) in [
            ("side", c.side),
            ("patch", c.patch),
            ("features", c.features),
            ("width", c.width),
            ("heads", c.heads),
            ("depth", c.depth),
            ("hidden", c.hidden),
        ] {
            if n == 0 || n > 4096 {
                let what = format!("the Transformer's {what}");
                return Err(Error::value(what, n, "at least 1 and at most 4096"));
            }
        }
        for (what, n) in [("vocabulary", c.vocabulary), ("words", c.words)] {
            if n > 4096 {
                return Err(Error::value(format!("the Transformer's {what}"), n, "at most 4096"));
            }
        }
        let divides = |what: &str, n: usize, whole: usize| match whole.is_multiple_of(n) {
            true => Ok(()),
            false => Err(Error::value(what, n, format!("a divisor of {whole}"))),
        };
        divides("the side of the Transformer's patches", c.patch, c.side)?;
        divides("the number of the Transformer's heads", c.heads, c.width)?;
        if c.tokens() > 4096 {
            let what = "the number of the Transformer's patches";
            return Err(Error::value(
                what,
                c.tokens(),
                "at most 4096: larger patches, or a smaller side",
            ));
        }
        if !c.features.is_multiple_of(2) {
            return Err(Error::value("the Transformer's features", c.features, "even"));
        }
        few_enough(c.parameters())
    }

    fn inputs(&self) -> usize {
        self.side * self.side
    }

    fn outputs(&self) -> usize {
        self.inputs()
    }

    fn parameters(&self) -> usize {
        Layout::of(self).parameters
    }

    /// The tensors of which the flat block of parameters consists, in its order: `NAME.weight` (in, out) and `NAME.bias` (out)
    /// of each linear map, and then the tables `places.weight` (patches, w), `words.weight` (vocabulary + 1, w), whose first
    /// row is the start token, and, if words have an order, `positions.weight` (words + 1, w).
    fn parts(&self) -> Vec<Part> {
        let layout = Layout::of(self);
        let mut parts = Vec::new();
        for (linear, layer) in linears(self).into_iter().zip(layout.layers) {
            let shape = vec![layer.inputs, layer.outputs];
            let name = format!("{}.weight", linear.name);
            parts.push(Part { name, shape, range: layer.weights });
            if linear.biased {
                let (name, shape) = (format!("{}.bias", linear.name), vec![layer.outputs]);
                parts.push(Part { name, shape, range: layer.bias });
            }
        }
        let tables =
            [("places", layout.places), ("words", layout.words), ("positions", layout.positions)];
        for (name, range) in tables.into_iter().filter(|(_, range)| !range.is_empty()) {
            let shape = vec![range.len() / self.width, self.width];
            parts.push(Part { name: format!("{name}.weight"), shape, range });
        }
        parts
    }

    fn sees_level(&self) -> bool {
        true
    }

    fn conditional(&self) -> bool {
        self.vocabulary > 0 && self.words > 0
    }

    fn takes(&self, condition: &Condition) -> Result<()> {
        let most = if self.conditional() { self.words } else { 0 };
        match condition {
            Condition::None => Ok(()),
            Condition::Words(words) if words.len() > most => {
                let must =
                    format!("at most {most}, as in the captions that the network was made for");
                Err(Error::value("the number of the caption's words", words.len(), must))
            }
            Condition::Words(words) => match words.iter().find(|w| **w >= self.vocabulary) {
                None => Ok(()),
                Some(word) => {
                    let must = format!("below {}, the size of the vocabulary", self.vocabulary);
                    Err(Error::value("a word of the caption", word, must))
                }
            },
            Condition::Class(_) | Condition::Observed(_) => {
                let must = "a caption or none, which is what the network was made for";
                Err(Error::value("the condition", condition.kind(), must))
            }
        }
    }
}

impl TransformerConfig {
    /// Odd sizes, so that no two of them can be confused.
    #[cfg(test)]
    pub(crate) fn tiny(ordered: bool) -> Self {
        TransformerConfig {
            side: 6,
            patch: 2,
            features: 4,
            vocabulary: 5,
            words: 3,
            ordered,
            width: 15,
            heads: 3,
            depth: 2,
            hidden: 18,
        }
    }

    /// FLOP of one forward pass of one image under a caption of so many tokens, the start token included: two for each
    /// multiply-add of the matrix products, and nothing else.
    pub fn forward_flops(&self, tokens: usize) -> f64 {
        let (w, t, pixels) = (self.width, self.tokens(), self.patch * self.patch);
        let own = 4 * t * w * w + 2 * t * t * w;
        let words = 2 * t * w * w + 2 * tokens * w * w + 2 * t * tokens * w;
        let layer = 9 * w * w + own + words + 2 * t * w * self.hidden;
        let ends = self.features * w + 2 * w * w + 2 * t * pixels * w;
        2.0 * (self.depth * layer + ends) as f64
    }

    /// T, the number of an image's patches.
    pub fn tokens(&self) -> usize {
        (self.side / self.patch).pow(2)
    }

    /// The pixels of an image in the order of its patches: pixel j of patch t is pixel `[t·patch² + j]` of the image.
    pub(super) fn pixels(&self) -> Vec<usize> {
        let (p, across) = (self.patch, self.side / self.patch);
        let pixel = |t: usize, j: usize| {
            let (line, column) = (t / across * p + j / p, t % across * p + j % p);
            line * self.side + column
        };
        (0..self.tokens()).flat_map(|t| (0..p * p).map(move |j| pixel(t, j))).collect()
    }

    /// The rows of the tables of words and positions, one below the other, that a condition adds up for each of its tokens: the
    /// start token, and then its words. Without a vocabulary the condition is not read.
    ///
    /// # Panics
    /// If the network does not take the condition.
    pub(super) fn rows(&self, condition: &Condition, rows: &mut Vec<[Option<usize>; 2]>) {
        let asked = if self.conditional() { condition } else { &Condition::None };
        self.takes(asked).unwrap_or_else(|e| panic!("{e}"));
        let words: &[usize] = if let Condition::Words(words) = asked { words } else { &[] };
        let position = |i: usize| self.ordered.then_some(self.vocabulary + 1 + i);
        rows.clear();
        rows.push([Some(0), position(0)]);
        rows.extend(words.iter().enumerate().map(|(i, word)| [Some(word + 1), position(i + 1)]));
    }

    /// The rows of both tables together.
    pub(super) fn table_rows(&self) -> usize {
        self.vocabulary + 1 + if self.ordered { self.words + 1 } else { 0 }
    }
}

/// The linear maps of a layer, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The noise level → shift, scale and gate of the three branches (9w).
    Modulation,
    /// Tokens → queries, keys and values (3w).
    SelfIn,
    SelfOut,
    /// Tokens → queries.
    Query,
    /// Words → keys and values (2w).
    KeyValue,
    CrossOut,
    Up,
    Down,
}

const ROLES: [(Role, &str); 8] = [
    (Role::Modulation, "modulation"),
    (Role::SelfIn, "self.in"),
    (Role::SelfOut, "self.out"),
    (Role::Query, "cross.query"),
    (Role::KeyValue, "cross.key_value"),
    (Role::CrossOut, "cross.out"),
    (Role::Up, "mlp.in"),
    (Role::Down, "mlp.out"),
];

/// The number of the linear map that embeds the level.
pub(super) const LEVEL: usize = 0;
/// The number of the one that embeds a patch.
pub(super) const PATCHES: usize = 1;

/// The number of a linear map of layer l.
pub(super) fn at(layer: usize, role: Role) -> usize {
    2 + ROLES.len() * layer + role as usize
}

/// A linear map by name: x ↦ x·W (+ b).
struct Linear {
    name: String,
    inputs: usize,
    outputs: usize,
    biased: bool,
}

/// All linear maps in the order of their parameters.
///
/// Queries and keys have no bias: one on all keys would change no answer.
fn linears(c: &TransformerConfig) -> Vec<Linear> {
    let (w, pixels) = (c.width, c.patch * c.patch);
    let linear = |name: String, inputs, outputs, biased| Linear { name, inputs, outputs, biased };
    let mut all = vec![
        linear("level".into(), c.features, w, true),
        linear("patches".into(), pixels, w, true),
    ];
    for l in 0..c.depth {
        all.extend(ROLES.map(|(role, name)| {
            let (inputs, outputs, biased) = match role {
                Role::Modulation => (w, 9 * w, true),
                Role::SelfIn => (w, 3 * w, false),
                Role::Query => (w, w, false),
                Role::KeyValue => (w, 2 * w, false),
                Role::SelfOut | Role::CrossOut => (w, w, true),
                Role::Up => (w, c.hidden, true),
                Role::Down => (c.hidden, w, true),
            };
            linear(format!("layers.{l}.{name}"), inputs, outputs, biased)
        }));
    }
    all.push(linear("last.modulation".into(), w, 2 * w, true));
    all.push(linear("last.out".into(), w, pixels, true));
    all
}

/// Where all parameters lie in the flat block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// The linear maps; of one without a bias its range is empty.
    pub layers: Vec<Layer>,
    /// What tells the patches' places (T, w).
    pub places: Range<usize>,
    /// The start token and the words (vocabulary + 1, w).
    pub words: Range<usize>,
    /// What tells the words' places (words + 1, w), or nothing.
    pub positions: Range<usize>,
    pub parameters: usize,
}

impl Layout {
    pub fn of(c: &TransformerConfig) -> Layout {
        let mut end = 0;
        let mut take = |n: usize| {
            end += n;
            end - n..end
        };
        let layer = |linear: Linear, take: &mut dyn FnMut(usize) -> Range<usize>| {
            let Linear { inputs, outputs, biased, .. } = linear;
            let weights = take(inputs * outputs);
            Layer { inputs, outputs, weights, bias: take(if biased { outputs } else { 0 }) }
        };
        let layers = linears(c).into_iter().map(|linear| layer(linear, &mut take)).collect();
        let (places, words) = (take(c.tokens() * c.width), take((c.vocabulary + 1) * c.width));
        let positions = take(if c.ordered { (c.words + 1) * c.width } else { 0 });
        Layout { layers, places, words, parameters: positions.end, positions }
    }

    /// The numbers of the last two linear maps: the modulation of the last tokens, and the answer.
    pub fn last(&self) -> [usize; 2] {
        [self.layers.len() - 2, self.layers.len() - 1]
    }

    /// The tables of words and positions, one below the other.
    pub fn table(&self) -> Range<usize> {
        self.words.start..self.positions.end
    }
}
