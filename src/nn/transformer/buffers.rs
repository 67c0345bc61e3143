//! What a block of images needs: what the forward pass leaves for the backward one, and room to work in.

use super::attention::{Scratch, Size};
use super::shape::TransformerConfig;
use super::tokens::{DModulation, Modulation, Seen};
use crate::nn::fast::panels::Panels;
use crate::nn::level::frequencies;
use ndarray::Array2;

/// Images (n, side²) as the rows of their patches, one image after the other; `pixels` says which pixel is which.
pub(super) fn to_patches(images: &Array2<f32>, pixels: &[usize], rows: &mut [f32]) {
    for (image, row) in images.outer_iter().zip(rows.chunks_exact_mut(pixels.len())) {
        row.iter_mut().zip(pixels).for_each(|(v, pixel)| *v = image[*pixel]);
    }
}

/// The way back.
pub(super) fn to_images(rows: &[f32], pixels: &[usize], images: &mut Array2<f32>) {
    for (row, mut image) in rows.chunks_exact(pixels.len()).zip(images.outer_iter_mut()) {
        row.iter().zip(pixels).for_each(|(v, pixel)| image[*pixel] = *v);
    }
}

/// What a [`Transformer`](super::Transformer) has in a [`Workspace`](crate::nn::Workspace).
#[derive(Debug, Clone)]
pub struct Buffers {
    pub(super) pixels: Vec<usize>,
    pub(super) frequencies: Vec<f32>,
    pub(super) features: Panels,     // of the level (images, features)
    pub(super) level: Panels,        // e (images, w)
    pub(super) level_slopes: Panels, // silu' (images, w)
    pub(super) modulations: Vec<Modulated>, // of each layer, and of the answer
    pub(super) rows: Vec<Vec<[Option<usize>; 2]>>, // of the table, for each word of each image
    pub(super) table: Panels,        // words and positions, filled up to whole tiles (rows, w)
    pub(super) patches: Panels,      // (tokens, pixels of a patch)
    pub(super) h: Vec<f32>,          // the tokens (tokens, w)
    pub(super) layers: Vec<Layer>,
    pub(super) last: Branch,
    pub(super) answer: Panels, // (tokens, pixels of a patch), and then ∂L/∂out
    pub(super) room: Room,
}

/// Shift, scale and gate of the branches of a layer (images, columns).
#[derive(Debug, Clone)]
pub(super) struct Modulated {
    pub values: Vec<f32>,
    pub columns: usize,
}

/// What a branch keeps.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub seen: Seen,
    pub a: Panels,      // what it sees (tokens, w)
    pub result: Panels, // F (tokens, w)
}

/// What attention keeps.
#[derive(Debug, Clone)]
pub(super) struct Attention {
    pub queries: Vec<f32>, // with keys and values beside them where an image asks itself
    pub weights: Vec<f32>, // of every image
    pub mixed: Panels,     // O (tokens, w)
}

/// What a layer keeps.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub branches: [Branch; 3],
    pub own: Attention,
    pub words: Attention,
    pub keys_values: Vec<f32>, // of the table (rows, 2w)
    pub hidden: Panels,
    pub hidden_slopes: Panels,
}

/// What becomes of ∂L/∂θ: it is left in place of what was there or added to it; or it is not asked for.
pub(super) enum Grads<'a> {
    Left(&'a mut [f32]),
    Added(&'a mut [f32]),
    No,
}

/// Room to work in.
#[derive(Debug, Clone)]
pub(super) struct Room {
    pub tokens: Panels,          // (tokens, w)
    pub d_a: Panels,             // (tokens, w)
    pub patches: Panels,         // ∂L/∂patches (tokens, pixels of a patch)
    pub three: Panels,           // (tokens, 3w)
    pub hidden: Panels,          // (tokens, hidden)
    pub modulation: Panels,      // (images, 9w)
    pub last: Panels,            // (images, 2w)
    pub level: Panels,           // (images, w)
    pub values: Panels,          // of the one word of each image (images, w)
    pub told: Panels,            // what it tells (images, w)
    pub table: Panels,           // (rows, w)
    pub keys_values: Panels,     // (rows, 2w)
    pub rows: Vec<f32>,          // (tokens, 3w)
    pub d_h: Vec<f32>,           // (tokens, w)
    pub d_rows: Vec<f32>,        // (tokens, 3w)
    pub d_m: Vec<f32>,           // (images, 9w)
    pub d_level: Vec<f32>,       // (images, w)
    pub d_keys_values: Vec<f32>, // of the table (rows, 2w)
    pub d_table: Vec<f32>,       // (rows, w)
    pub words: Vec<f32>,         // keys and values of a caption (words + 1, 2w)
    pub d_q_k_v: [Vec<f32>; 3],  // of an image (T or words + 1, w)
    pub attention: Scratch,
}

impl Buffers {
    pub(super) fn new(c: &TransformerConfig, images: usize) -> Self {
        assert!(images.is_multiple_of(4), "rows in whole tiles");
        let (w, t) = (c.width, images * c.tokens());
        let table = c.table_rows().next_multiple_of(4);
        let tokens = |columns: usize| Panels::zeros(t, columns);
        let level = Panels::zeros(images, w);
        let branch = Branch { seen: Seen::zeros(t, w), a: tokens(w), result: tokens(w) };
        let attention = |keys: usize, columns: usize| Attention {
            queries: vec![0.0; t * columns],
            weights: vec![0.0; images * size(c, keys).weights()],
            mixed: tokens(w),
        };
        let layer = Layer {
            branches: [branch.clone(), branch.clone(), branch.clone()],
            own: attention(c.tokens(), 3 * w),
            words: attention(c.words + 1, w),
            keys_values: vec![0.0; table * 2 * w],
            hidden: tokens(c.hidden),
            hidden_slopes: tokens(c.hidden),
        };
        let modulated = |columns: usize| Modulated { values: vec![0.0; images * columns], columns };
        let mut modulations = vec![modulated(9 * w); c.depth];
        modulations.push(modulated(2 * w));
        Buffers {
            pixels: c.pixels(),
            frequencies: frequencies(c.features / 2),
            features: Panels::zeros(images, c.features),
            level: level.clone(),
            level_slopes: level,
            modulations,
            rows: vec![Vec::new(); images],
            table: Panels::zeros(table, w),
            patches: tokens(c.patch * c.patch),
            h: vec![0.0; t * w],
            layers: vec![layer; c.depth],
            last: branch,
            answer: tokens(c.patch * c.patch),
            room: Room::new(c, images, table),
        }
    }
}

impl Room {
    fn new(c: &TransformerConfig, images: usize, table: usize) -> Self {
        let (w, t) = (c.width, images * c.tokens());
        let zeros = |n: usize| vec![0.0; n];
        Room {
            tokens: Panels::zeros(t, w),
            d_a: Panels::zeros(t, w),
            patches: Panels::zeros(t, c.patch * c.patch),
            three: Panels::zeros(t, 3 * w),
            hidden: Panels::zeros(t, c.hidden),
            modulation: Panels::zeros(images, 9 * w),
            last: Panels::zeros(images, 2 * w),
            level: Panels::zeros(images, w),
            values: Panels::zeros(images, w),
            told: Panels::zeros(images, w),
            table: Panels::zeros(table, w),
            keys_values: Panels::zeros(table, 2 * w),
            rows: zeros((t * (3 * w).max(c.patch * c.patch)).max(table * w)),
            d_h: zeros(t * w),
            d_rows: zeros(t * 3 * w),
            d_m: zeros(images * 9 * w),
            d_level: zeros(images * w),
            d_keys_values: zeros(table * 2 * w),
            d_table: zeros(table * w),
            words: zeros((c.words + 1) * 2 * w),
            d_q_k_v: [0, 1, 2].map(|_| zeros(c.tokens().max(c.words + 1) * w)),
            attention: Scratch::new(size(c, c.tokens().max(c.words + 1))),
        }
    }
}

impl Modulated {
    /// The part of branch i.
    pub fn branch(&self, i: usize, width: usize) -> Modulation<'_> {
        Modulation { values: &self.values, columns: self.columns, at: 3 * i * width, width }
    }
}

/// The derivative of the part of branch i.
pub(super) fn d_branch(d_m: &mut [f32], columns: usize, i: usize, width: usize) -> DModulation<'_> {
    DModulation { values: d_m, columns, at: 3 * i * width, width }
}

/// An image's tokens asking so many keys.
pub(super) fn size(c: &TransformerConfig, keys: usize) -> Size {
    Size { queries: c.tokens(), keys, heads: c.heads, width: c.width }
}
