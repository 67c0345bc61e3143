"""The Transformer of W8 in PyTorch, layer for layer that of `transformer_jax.py`."""

import torch
from torch import nn
from torch.nn import functional

SIDE, PATCH, WIDTH, HEADS, DEPTH, HIDDEN, FEATURES, WORDS = 28, 7, 96, 4, 3, 384, 32, 17
ACROSS = SIDE // PATCH
# a caption's tokens by its number, the start token first; 60 is the empty caption
CAPTIONS = torch.tensor([[0, 1 + k % 10, 11 + k % 6] for k in range(60)] + [[0, 0, 0]])
THERE = torch.tensor([[True] * 3] * 60 + [[True, False, False]])


def closed(inputs, outputs):
    """A layer that answers 0 until it has learned something."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def seen(h, shift, scale):
    return functional.layer_norm(h, (WIDTH,)) * (1 + scale[:, None]) + shift[:, None]


def attention(q, k, v, there=None):
    split = lambda a: a.unflatten(-1, (HEADS, -1)).transpose(1, 2)
    mixed = functional.scaled_dot_product_attention(split(q), split(k), split(v), attn_mask=there)
    return mixed.transpose(1, 2).flatten(2)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        w = WIDTH
        self.modulation = closed(w, 9 * w)
        self.inward, self.out = nn.Linear(w, 3 * w, bias=False), nn.Linear(w, w)
        self.query, self.key_value = nn.Linear(w, w, bias=False), nn.Linear(w, 2 * w, bias=False)
        self.word_out = nn.Linear(w, w)
        self.up, self.down = nn.Linear(w, HIDDEN), nn.Linear(HIDDEN, w)

    def forward(self, h, e, words, there):
        m = self.modulation(e).chunk(9, 1)
        own = attention(*self.inward(seen(h, m[0], m[1])).chunk(3, -1))
        h = h + m[2][:, None] * self.out(own)
        told = attention(self.query(seen(h, m[3], m[4])), *self.key_value(words).chunk(2, -1), there)
        h = h + m[5][:, None] * self.word_out(told)
        hidden = functional.silu(self.up(seen(h, m[6], m[7])))
        return h + m[8][:, None] * self.down(hidden)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        w = WIDTH
        self.level, self.patches = nn.Linear(FEATURES, w), nn.Linear(PATCH**2, w)
        self.places = nn.Parameter(0.5 * torch.randn(ACROSS**2, w))
        self.words = nn.Embedding(WORDS, w)
        self.layers = nn.ModuleList(Layer() for _ in range(DEPTH))
        self.modulation, self.out = closed(w, 2 * w), closed(w, PATCH**2)
        self.register_buffer("frequencies", torch.logspace(0, 3, FEATURES // 2))

    def forward(self, x, t, y):
        n = len(x)
        angles = t[:, None] * self.frequencies
        e = functional.silu(self.level(torch.cat([angles.cos(), angles.sin()], 1)))
        words, there = self.words(CAPTIONS[y]), THERE[y][:, None, None]
        cut = x.reshape(n, ACROSS, PATCH, ACROSS, PATCH).transpose(2, 3)
        h = self.patches(cut.reshape(n, ACROSS**2, PATCH**2)) + self.places
        for layer in self.layers:
            h = layer(h, e, words, there)
        out = self.out(seen(h, *self.modulation(e).chunk(2, 1)))
        return out.reshape(n, ACROSS, ACROSS, PATCH, PATCH).transpose(2, 3).reshape(n, SIDE**2)
