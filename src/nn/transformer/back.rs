//! The way back through the Transformer in f32, from ∂L/∂out to ∂L/∂θ and ∂L/∂x: each step as in [`super::plain`].

use super::attention::{Rows, attend_back};
use super::buffers::{Buffers, Grads, d_branch, size, to_patches};
use super::net::Transformer;
use super::shape::{LEVEL, PATCHES, Role, at};
use super::tokens::{add, gather, leave_back};
use crate::nn::fast::finish::{Finish, Nothing, Passing, Sloped};
use crate::nn::fast::panels::Panels;
use crate::nn::fast::product::{column_sums, product, weight_gradient};
use crate::nn::net::Workspace;

impl Transformer {
    /// Leaves ∂L/∂θ in `grads`, or with [`Grads::No`] ∂L/∂patches in `room.patches`.
    pub(super) fn back(&self, w: &mut Workspace<Self>, mut grads: Grads) {
        let b = &mut w.buffers;
        if let Grads::Left(grads) = &mut grads {
            grads[self.layout.places.start..].fill(0.0); // tables are added to
        }
        to_patches(&w.d_output, &b.pixels, &mut b.room.rows);
        b.answer.pack(&b.room.rows, b.answer.columns);
        b.room.d_level.fill(0.0);
        b.room.d_table.fill(0.0);
        self.answer_back(b, &mut grads);
        for l in (0..self.config.depth).rev() {
            b.room.d_m.fill(0.0);
            self.branch_back(b, (l, 2), &mut grads, Self::perceptron_back);
            self.branch_back(b, (l, 1), &mut grads, Self::word_attention_back);
            self.branch_back(b, (l, 0), &mut grads, Self::own_attention_back);
            self.modulation_back(b, l, &mut grads);
        }
        self.first_back(b, &mut grads);
    }

    fn answer_back(&self, b: &mut Buffers, grads: &mut Grads) {
        let (c, room) = (&self.config, &mut b.room);
        self.linear_back(self.layout.last()[1], &b.last.a, &b.answer, &mut room.d_a, grads);
        room.d_h.fill(0.0);
        room.d_m.fill(0.0);
        let m = &b.modulations[c.depth];
        let d_m = d_branch(&mut room.d_m, m.columns, 0, c.width);
        b.last.seen.enter_back(m.branch(0, c.width), c.tokens(), &room.d_a, &mut room.d_h, d_m);
        self.modulation_back(b, c.depth, grads);
    }

    /// Branch i of layer l: `f` goes from ∂L/∂F in `room.tokens` to ∂L/∂a in `room.d_a`.
    fn branch_back(
        &self,
        b: &mut Buffers,
        (l, i): (usize, usize),
        grads: &mut Grads,
        f: impl Fn(&Self, &mut Buffers, usize, &mut Grads),
    ) {
        let (w, tokens) = (self.config.width, self.config.tokens());
        let (m, room) = (&b.modulations[l], &mut b.room);
        let result = &b.layers[l].branches[i].result;
        let d_m = d_branch(&mut room.d_m, m.columns, i, w);
        leave_back(&room.d_h, m.branch(i, w), tokens, result, &mut room.tokens, d_m);
        f(self, b, l, grads);
        let (m, room) = (&b.modulations[l], &mut b.room);
        let d_m = d_branch(&mut room.d_m, m.columns, i, w);
        let seen = &b.layers[l].branches[i].seen;
        seen.enter_back(m.branch(i, w), tokens, &room.d_a, &mut room.d_h, d_m);
    }

    fn perceptron_back(&self, b: &mut Buffers, l: usize, grads: &mut Grads) {
        let (layer, room) = (&b.layers[l], &mut b.room);
        let finish = Sloped { slopes: layer.hidden_slopes.data(), passing: Passing::No };
        let (down, up) = (at(l, Role::Down), at(l, Role::Up));
        self.learn(down, &layer.hidden, &room.tokens, grads);
        self.product_back(down, &room.tokens, &mut room.hidden, finish);
        self.linear_back(up, &layer.branches[2].a, &room.hidden, &mut room.d_a, grads);
    }

    fn own_attention_back(&self, b: &mut Buffers, l: usize, grads: &mut Grads) {
        let (c, w) = (&self.config, self.config.width);
        let (layer, room) = (&b.layers[l], &mut b.room);
        let own = &layer.own;
        self.linear_back(at(l, Role::SelfOut), &own.mixed, &room.tokens, &mut room.d_a, grads);
        room.d_a.unpack(&mut room.rows, w);
        let size = size(c, c.tokens());
        let images = own.queries.chunks_exact(c.tokens() * 3 * w);
        let weights = own.weights.chunks_exact(size.weights());
        let d_out = room.rows.chunks_exact(c.tokens() * w);
        let d_rows = room.d_rows.chunks_exact_mut(c.tokens() * 3 * w);
        for (((image, weights), d_out), d_rows) in images.zip(weights).zip(d_out).zip(d_rows) {
            let q_k_v = [0, 1, 2].map(|i| Rows { values: &image[i * w..], stride: 3 * w });
            attend_back(size, q_k_v, weights, d_out, &mut room.d_q_k_v, &mut room.attention);
            for (t, d_row) in d_rows.chunks_exact_mut(3 * w).enumerate() {
                for (to, from) in d_row.chunks_exact_mut(w).zip(&room.d_q_k_v) {
                    to.copy_from_slice(&from[t * w..][..w]);
                }
            }
        }
        room.three.pack(&room.d_rows, 3 * w);
        let a = &layer.branches[0].a;
        self.linear_back(at(l, Role::SelfIn), a, &room.three, &mut room.d_a, grads);
    }

    fn word_attention_back(&self, b: &mut Buffers, l: usize, grads: &mut Grads) {
        let (c, w) = (&self.config, self.config.width);
        let (layer, room) = (&b.layers[l], &mut b.room);
        let words = &layer.words;
        self.linear_back(at(l, Role::CrossOut), &words.mixed, &room.tokens, &mut room.d_a, grads);
        room.d_a.unpack(&mut room.rows, w);
        room.d_keys_values.fill(0.0);
        let images = words.queries.chunks_exact(c.tokens() * w).zip(&b.rows);
        let weights = words.weights.chunks_exact(size(c, c.words + 1).weights());
        let d_out = room.rows.chunks_exact(c.tokens() * w);
        let d_q = room.d_rows.chunks_exact_mut(c.tokens() * w);
        for ((((image, rows), weights), d_out), d_q) in images.zip(weights).zip(d_out).zip(d_q) {
            gather(&layer.keys_values, rows, 2 * w, &mut room.words);
            let q = Rows { values: image, stride: w };
            let [k, v] = [0, w].map(|from| Rows { values: &room.words[from..], stride: 2 * w });
            let (size, d) = (size(c, rows.len()), &mut room.d_q_k_v);
            attend_back(size, [q, k, v], weights, d_out, d, &mut room.attention);
            d_q.copy_from_slice(&d[0][..d_q.len()]);
            for (j, rows) in rows.iter().enumerate() {
                for row in rows.iter().flatten() {
                    let (d_k, d_v) = room.d_keys_values[row * 2 * w..][..2 * w].split_at_mut(w);
                    add(d_k, &d[1][j * w..][..w]);
                    add(d_v, &d[2][j * w..][..w]);
                }
            }
        }
        room.tokens.pack(&room.d_rows, w);
        let a = &layer.branches[1].a;
        self.linear_back(at(l, Role::Query), a, &room.tokens, &mut room.d_a, grads);
        self.words_back(b, l, grads);
    }

    /// From the derivatives of keys and values to that of the table, which all layers share.
    fn words_back(&self, b: &mut Buffers, l: usize, grads: &mut Grads) {
        if let Grads::No = grads {
            return;
        }
        let (w, room) = (self.config.width, &mut b.room);
        room.keys_values.pack(&room.d_keys_values, 2 * w);
        let number = at(l, Role::KeyValue);
        self.linear_back(number, &b.table, &room.keys_values, &mut room.table, grads);
        let d_table = &mut room.rows[..room.d_table.len()];
        room.table.unpack(d_table, w);
        add(&mut room.d_table, d_table);
    }

    /// From the derivatives of shifts, scales and gates of layer l, or of the answer, to that of e.
    fn modulation_back(&self, b: &mut Buffers, l: usize, grads: &mut Grads) {
        if let Grads::No = grads {
            return;
        }
        let (columns, room) = (b.modulations[l].columns, &mut b.room);
        let (number, d_m) = match l == self.config.depth {
            false => (at(l, Role::Modulation), &mut room.modulation),
            true => (self.layout.last()[0], &mut room.last),
        };
        d_m.pack(&room.d_m, columns);
        self.linear_back(number, &b.level, d_m, &mut room.level, grads);
        let d_level = &mut room.rows[..room.d_level.len()];
        room.level.unpack(d_level, self.config.width);
        add(&mut room.d_level, d_level);
    }

    /// From the derivatives of the first tokens, of the table and of e to what they are made of.
    fn first_back(&self, b: &mut Buffers, grads: &mut Grads) {
        let (w, room) = (self.config.width, &mut b.room);
        room.tokens.pack(&room.d_h, w);
        self.learn(PATCHES, &b.patches, &room.tokens, grads);
        let (Grads::Left(all) | Grads::Added(all)) = grads else {
            return self.product_back(PATCHES, &room.tokens, &mut room.patches, Nothing);
        };
        let places = &mut all[self.layout.places.clone()];
        for d_h in room.d_h.chunks_exact(places.len()) {
            add(places, d_h);
        }
        add(&mut all[self.layout.table()], &room.d_table); // which is filled up with rows
        room.level.pack(&room.d_level, w);
        let slopes = b.level_slopes.data();
        room.level.data_mut().iter_mut().zip(slopes).for_each(|(d, slope)| *d *= slope);
        self.learn(LEVEL, &b.features, &room.level, grads);
    }

    /// ∂L/∂(W, b) and ∂L/∂x of a linear map.
    fn linear_back(
        &self,
        number: usize,
        x: &Panels,
        d: &Panels,
        d_x: &mut Panels,
        grads: &mut Grads,
    ) {
        self.learn(number, x, d, grads);
        self.product_back(number, d, d_x, Nothing);
    }

    /// d_x ← finish(d·Wᵀ).
    fn product_back(&self, number: usize, d: &Panels, d_x: &mut Panels, finish: impl Finish) {
        let transposed = &self.params.transposed(&self.layout.layers)[number];
        product(d, transposed, d.columns, d_x.whole(), finish);
    }

    /// d_W = xᵀ·d, d_b = Σ_rows d.
    fn learn(&self, number: usize, x: &Panels, d: &Panels, grads: &mut Grads) {
        let layer = &self.layout.layers[number];
        match grads {
            Grads::No => {}
            Grads::Left(all) => {
                weight_gradient::<false>(x, d, &mut all[layer.weights.clone()]);
                if !layer.bias.is_empty() {
                    column_sums::<false>(d, &mut all[layer.bias.clone()]);
                }
            }
            Grads::Added(all) => {
                weight_gradient::<true>(x, d, &mut all[layer.weights.clone()]);
                if !layer.bias.is_empty() {
                    column_sums::<true>(d, &mut all[layer.bias.clone()]);
                }
            }
        }
    }
}
