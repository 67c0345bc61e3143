//! The Transformer in f32, a block of images at a time.

use super::attention::{Rows, attend};
use super::buffers::{Branch, Buffers, Grads, size, to_images, to_patches};
use super::plain::Plain;
use super::shape::{LEVEL, Layout, PATCHES, Role, TransformerConfig, at};
use super::tokens::{add, gather, leave};
use crate::Result;
use crate::condition::Condition;
use crate::nn::fast::finish::{Activated, Biased};
use crate::nn::fast::packed::Params;
use crate::nn::fast::panels::Panels;
use crate::nn::fast::product::product;
use crate::nn::level::fourier;
use crate::nn::net::Workspace;
use crate::nn::net::{Batch, Gradients, Net, Shape, as_many};
use crate::rng::{Purpose, stream};
use ndarray::Array2;
use rand_distr::{Distribution, StandardNormal};

/// A Transformer for square images that sees the noise level and the words of a caption; [`super::plain`] has the formulas.
///
/// ```text
/// patches → tokens;   each layer: tokens ask tokens, tokens ask the caption's words, a perceptron for each token;   tokens → patches
/// ```
///
/// Its condition is a caption, [`Condition::Words`]; under ∅ only the start token is
/// there to be asked. Source: Peebles & Xie 2023 (2212.09748); Chen et al. 2024 (2310.00426) for the words.
#[derive(Debug, Clone, PartialEq)]
pub struct Transformer {
    /// The shape.
    pub config: TransformerConfig,
    /// θ, in the order of [`Shape::parts`].
    pub params: Params,
    pub(super) layout: Layout,
}

impl Transformer {
    /// A network with random weights: normal with variance 1/in, zero biases, and an answer of zero.
    ///
    /// What turns the noise level into shifts, scales and gates starts at zero, so that each branch starts closed. The rows of
    /// the words are standard normal, those of places and positions half as long. Source: Peebles & Xie 2023 (2212.09748),
    /// section 3.2.
    ///
    /// # Errors
    /// As [`Shape::validated`].
    pub fn new(config: TransformerConfig, seed: u64) -> Result<Self> {
        config.validated()?;
        let mut params = vec![0.0; config.parameters()];
        let mut rng = stream(seed, Purpose::Weights, 0, 0);
        for part in config.parts() {
            let size = match part.name.as_str() {
                name if name.ends_with("bias") || name.ends_with("modulation.weight") => 0.0,
                "last.out.weight" => 0.0,
                "words.weight" => 1.0,
                "places.weight" | "positions.weight" => 0.5,
                _ => 1.0 / (part.shape[0] as f32).sqrt(),
            };
            for p in params[part.range].iter_mut().filter(|_| size > 0.0) {
                let z: f32 = StandardNormal.sample(&mut rng);
                *p = size * z;
            }
        }
        Transformer::of(config, params)
    }
}

impl Net for Transformer {
    type Config = TransformerConfig;
    type Buffers = Buffers;

    fn of(config: TransformerConfig, params: Vec<f32>) -> Result<Self> {
        config.validated()?;
        as_many(&params, &config)?;
        let layout = Layout::of(&config);
        Ok(Transformer { config, params: params.into(), layout })
    }

    fn config(&self) -> &TransformerConfig {
        &self.config
    }

    fn params(&self) -> &[f32] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [f32] {
        &mut self.params
    }

    fn buffers(&self, rows: usize) -> Buffers {
        Buffers::new(&self.config, rows)
    }

    fn forward(&self, w: &mut Workspace<Self>) {
        self.see(w);
        let b = &mut w.buffers;
        for (rows, condition) in b.rows.iter_mut().zip(&w.conditions) {
            self.config.rows(condition, rows);
        }
        self.layers::<true>(b);
        self.last_seen(b);
        self.answer(w);
    }

    /// Fills `w.output` with Σᵢ wᵢ·F(x, λ, yᵢ), Σᵢ wᵢ = 1, from `w.input`; gradients cannot follow.
    ///
    /// The conditions share what comes before the first question to the words, and the last linear map.
    fn blend(&self, w: &mut Workspace<Self>, log_snr: f32, terms: &[(Condition, f32)]) {
        w.log_snr.fill(log_snr);
        self.see(w);
        let b = &mut w.buffers;
        // the way back, which cannot follow, leaves its room
        b.room.d_h.copy_from_slice(&b.h);
        b.room.d_a.data_mut().fill(0.0);
        for (condition, weight) in terms {
            b.h.copy_from_slice(&b.room.d_h);
            b.rows.iter_mut().for_each(|rows| self.config.rows(condition, rows));
            self.layers::<false>(b);
            self.last_seen(b);
            let mixed = b.room.d_a.data_mut().iter_mut().zip(b.last.a.data());
            mixed.for_each(|(mixed, a)| *mixed += weight * a);
        }
        b.last.a.data_mut().copy_from_slice(b.room.d_a.data());
        self.answer(w);
    }

    fn backward<const ADD: bool>(&self, w: &mut Workspace<Self>, grads: &mut [f32]) {
        self.back(w, if ADD { Grads::Added(grads) } else { Grads::Left(grads) });
    }

    fn input_gradient(&self, w: &mut Workspace<Self>) {
        self.back(w, Grads::No);
        let Buffers { pixels, room, .. } = &mut w.buffers;
        let rows = &mut room.rows[..pixels.len() * w.d_input.nrows()];
        room.patches.unpack(rows, room.patches.columns);
        to_images(rows, pixels, &mut w.d_input);
    }

    fn plain(&self, params: &[f64], batch: &Batch) -> Array2<f64> {
        Plain::new(&self.config, params).answers(batch)
    }

    fn plain_gradients(&self, params: &[f64], batch: &Batch, d_output: &Array2<f64>) -> Gradients {
        Plain::new(&self.config, params).gradients(batch, d_output)
    }

    /// As many images as have about 256 tokens together.
    fn block_rows(&self, _n: usize) -> usize {
        const TOKENS: usize = 256;
        (TOKENS / self.config.tokens()).next_multiple_of(4).clamp(4, 64)
    }
}

impl Transformer {
    /// From images and levels to the modulations, the table and the tokens that ask the words for the first time.
    fn see(&self, w: &mut Workspace<Self>) {
        let (c, b) = (&self.config, &mut w.buffers);
        self.level(&w.log_snr, b);
        for (row, words) in self.params[self.layout.table()].chunks_exact(c.width).enumerate() {
            b.table.set(row, 0, words);
        }
        for (l, layer) in b.layers.iter_mut().enumerate() {
            self.linear(at(l, Role::KeyValue), &b.table, &mut b.room.keys_values);
            b.room.keys_values.unpack(&mut layer.keys_values, 2 * c.width);
        }
        let size = c.patch * c.patch;
        to_patches(&w.input, &b.pixels, &mut b.room.rows);
        b.patches.pack(&b.room.rows[..b.patches.rows * size], size);
        self.linear(PATCHES, &b.patches, &mut b.room.tokens);
        b.room.tokens.unpack(&mut b.h, c.width);
        let places = &self.params[self.layout.places.clone()];
        for h in b.h.chunks_exact_mut(places.len()) {
            add(h, places);
        }
        self.branch(b, 0, 0, Self::own_attention);
    }

    /// All branches but the first; with `KEEP` also what only the way back needs.
    fn layers<const KEEP: bool>(&self, b: &mut Buffers) {
        for l in 0..self.config.depth {
            if l > 0 {
                self.branch(b, l, 0, Self::own_attention);
            }
            if KEEP || b.rows.iter().any(|rows| rows.len() > 1) {
                self.branch(b, l, 1, Self::word_attention);
            } else {
                self.one_word(b, l);
            }
            self.branch(b, l, 2, Self::perceptron::<KEEP>);
        }
    }

    /// e, and what it makes of every branch.
    fn level(&self, log_snr: &[f32], b: &mut Buffers) {
        let mut features = vec![0.0; self.config.features];
        for (row, log_snr) in log_snr.iter().enumerate() {
            fourier(&b.frequencies, *log_snr, &mut features);
            b.features.set(row, 0, &features);
        }
        let packed = &self.params.layers(&self.layout.layers)[LEVEL];
        let finish =
            Activated { bias: &packed.bias, passing: &[], slopes: b.level_slopes.data_mut() };
        product(&b.features, &packed.weights, self.config.features, b.level.whole(), finish);
        for (l, m) in b.modulations.iter_mut().enumerate() {
            let last = l == self.config.depth;
            let (number, room) = match last {
                false => (at(l, Role::Modulation), &mut b.room.modulation),
                true => (self.layout.last()[0], &mut b.room.last),
            };
            self.linear(number, &b.level, room);
            room.unpack(&mut m.values, m.columns);
        }
    }

    /// Branch i of layer l: h ← h + gate ⊙ F(what it sees of h), F leaving its result in the branch.
    fn branch(&self, b: &mut Buffers, l: usize, i: usize, f: impl Fn(&Self, &mut Buffers, usize)) {
        let (w, tokens) = (self.config.width, self.config.tokens());
        let m = b.modulations[l].branch(i, w);
        let Branch { seen, a, .. } = &mut b.layers[l].branches[i];
        seen.enter(&b.h, m, tokens, a);
        f(self, b, l);
        let result = &b.layers[l].branches[i].result;
        leave(&mut b.h, b.modulations[l].branch(i, w), tokens, (result, 1));
    }

    /// Tokens ask the tokens of their image.
    fn own_attention(&self, b: &mut Buffers, l: usize) {
        let (c, w) = (&self.config, self.config.width);
        let (layer, room) = (&mut b.layers[l], &mut b.room);
        self.linear(at(l, Role::SelfIn), &layer.branches[0].a, &mut room.three);
        let own = &mut layer.own;
        room.three.unpack(&mut own.queries, 3 * w);
        let size = size(c, c.tokens());
        let images = own.queries.chunks_exact(c.tokens() * 3 * w);
        let weights = own.weights.chunks_exact_mut(size.weights());
        let out = room.rows.chunks_exact_mut(c.tokens() * w);
        for ((image, weights), out) in images.zip(weights).zip(out) {
            let q_k_v = [0, 1, 2].map(|i| Rows { values: &image[i * w..], stride: 3 * w });
            attend(size, q_k_v, weights, out, &mut room.attention);
        }
        own.mixed.pack(&room.rows[..own.mixed.rows * w], w);
        self.linear(at(l, Role::SelfOut), &own.mixed, &mut layer.branches[0].result);
    }

    /// Tokens ask the words of their caption.
    fn word_attention(&self, b: &mut Buffers, l: usize) {
        let (c, w) = (&self.config, self.config.width);
        let (layer, room) = (&mut b.layers[l], &mut b.room);
        self.linear(at(l, Role::Query), &layer.branches[1].a, &mut room.tokens);
        let words = &mut layer.words;
        room.tokens.unpack(&mut words.queries, w);
        let images = words.queries.chunks_exact(c.tokens() * w).zip(&b.rows);
        let weights = words.weights.chunks_exact_mut(size(c, c.words + 1).weights());
        let out = room.rows.chunks_exact_mut(c.tokens() * w);
        for (((image, rows), weights), out) in images.zip(weights).zip(out) {
            gather(&layer.keys_values, rows, 2 * w, &mut room.words);
            let q = Rows { values: image, stride: w };
            let [k, v] = [0, w].map(|from| Rows { values: &room.words[from..], stride: 2 * w });
            attend(size(c, rows.len()), [q, k, v], weights, out, &mut room.attention);
        }
        words.mixed.pack(&room.rows[..words.mixed.rows * w], w);
        self.linear(at(l, Role::CrossOut), &words.mixed, &mut layer.branches[1].result);
    }

    /// The branch of [`Self::word_attention`] where each image has one word to ask, as under ∅: whatever its tokens ask, the
    /// answer is that word's value. Nothing is left for the way back.
    fn one_word(&self, b: &mut Buffers, l: usize) {
        let (w, tokens) = (self.config.width, self.config.tokens());
        let (layer, room) = (&mut b.layers[l], &mut b.room);
        for (image, rows) in b.rows.iter().enumerate() {
            gather(&layer.keys_values, rows, 2 * w, &mut room.words);
            room.values.set(image, 0, &room.words[w..2 * w]);
        }
        self.linear(at(l, Role::CrossOut), &room.values, &mut room.told);
        leave(&mut b.h, b.modulations[l].branch(1, w), tokens, (&room.told, tokens));
    }

    /// The perceptron of each token.
    fn perceptron<const KEEP: bool>(&self, b: &mut Buffers, l: usize) {
        let layer = &mut b.layers[l];
        let packed = &self.params.layers(&self.layout.layers)[at(l, Role::Up)];
        let slopes = if KEEP { layer.hidden_slopes.data_mut() } else { &mut [] };
        let finish = Activated { bias: &packed.bias, passing: &[], slopes };
        let Branch { a, result, .. } = &mut layer.branches[2];
        product(a, &packed.weights, self.config.width, layer.hidden.whole(), finish);
        self.linear(at(l, Role::Down), &layer.hidden, result);
    }

    /// What the answer is made of.
    fn last_seen(&self, b: &mut Buffers) {
        let m = b.modulations[self.config.depth].branch(0, self.config.width);
        b.last.seen.enter(&b.h, m, self.config.tokens(), &mut b.last.a);
    }

    /// From there to the images.
    fn answer(&self, w: &mut Workspace<Self>) {
        let b = &mut w.buffers;
        self.linear(self.layout.last()[1], &b.last.a, &mut b.answer);
        let rows = &mut b.room.rows[..b.answer.rows * b.answer.columns];
        b.answer.unpack(rows, b.answer.columns);
        to_images(rows, &b.pixels, &mut w.output);
    }

    /// x·W (+ b) of a linear map.
    fn linear(&self, number: usize, x: &Panels, out: &mut Panels) {
        let packed = &self.params.layers(&self.layout.layers)[number];
        product(x, &packed.weights, x.columns, out.whole(), Biased(&packed.bias));
    }
}
