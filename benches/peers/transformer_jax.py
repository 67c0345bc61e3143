"""The Transformer of W8 in JAX: 16 patches of 7 × 7, width 96, 3 layers, 4 heads, attention to at most three words."""

import jax
import jax.numpy as jnp
from jax import random

SIDE, PATCH, WIDTH, HEADS, DEPTH, HIDDEN, FEATURES, WORDS = 28, 7, 96, 4, 3, 384, 32, 17
ACROSS = SIDE // PATCH
# a caption's tokens by its number, the start token first; 60 is the empty caption
CAPTIONS = jnp.array([[0, 1 + k % 10, 11 + k % 6] for k in range(60)] + [[0, 0, 0]])
THERE = jnp.array([[True] * 3] * 60 + [[True, False, False]])


def linear(key, inputs, outputs):
    return random.normal(key, (inputs, outputs)) * inputs**-0.5


def network(key):
    keys = iter(random.split(key, 100))
    w = WIDTH
    biased = lambda i, o: (linear(next(keys), i, o), jnp.zeros(o))
    closed = lambda i, o: (jnp.zeros((i, o)), jnp.zeros(o))
    layer = lambda: {
        "modulation": closed(w, 9 * w),
        "in": linear(next(keys), w, 3 * w),
        "out": biased(w, w),
        "query": linear(next(keys), w, w),
        "key_value": linear(next(keys), w, 2 * w),
        "word_out": biased(w, w),
        "up": biased(w, HIDDEN),
        "down": biased(HIDDEN, w),
    }
    return {
        "level": biased(FEATURES, w),
        "patches": biased(PATCH**2, w),
        "places": random.normal(next(keys), (ACROSS**2, w)) * 0.5,
        "words": random.normal(next(keys), (WORDS, w)),
        "layers": [layer() for _ in range(DEPTH)],
        "modulation": closed(w, 2 * w),
        "out": closed(w, PATCH**2),
    }


def apply(layer, h):
    return h @ layer[0] + layer[1]


def seen(h, shift, scale):
    mean = h.mean(-1, keepdims=True)
    var = ((h - mean) ** 2).mean(-1, keepdims=True)
    return (h - mean) * jax.lax.rsqrt(var + 1e-5) * (1 + scale[:, None]) + shift[:, None]


def attention(q, k, v, there=None):
    split = lambda a: a.reshape(*a.shape[:2], HEADS, -1)
    q, k, v = split(q), split(k), split(v)
    scores = jnp.einsum("bihc,bjhc->bhij", q, k) * (WIDTH // HEADS) ** -0.5
    if there is not None:
        scores = jnp.where(there[:, None, None], scores, -1e9)
    mixed = jnp.einsum("bhij,bjhc->bihc", jax.nn.softmax(scores), v)
    return mixed.reshape(*mixed.shape[:2], WIDTH)


def eps(net, x, t, y):
    n = len(x)
    angles = t[:, None] * jnp.geomspace(1.0, 1000.0, FEATURES // 2)
    e = jax.nn.silu(apply(net["level"], jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], 1)))
    words, there = net["words"][CAPTIONS[y]], THERE[y]
    cut = lambda x: x.reshape(n, ACROSS, PATCH, ACROSS, PATCH).transpose(0, 1, 3, 2, 4)
    h = apply(net["patches"], cut(x).reshape(n, ACROSS**2, PATCH**2)) + net["places"]
    for layer in net["layers"]:
        m = jnp.split(apply(layer["modulation"], e), 9, 1)
        own = attention(*jnp.split(seen(h, m[0], m[1]) @ layer["in"], 3, -1))
        h = h + m[2][:, None] * apply(layer["out"], own)
        asked = seen(h, m[3], m[4]) @ layer["query"]
        told = attention(asked, *jnp.split(words @ layer["key_value"], 2, -1), there)
        h = h + m[5][:, None] * apply(layer["word_out"], told)
        hidden = jax.nn.silu(apply(layer["up"], seen(h, m[6], m[7])))
        h = h + m[8][:, None] * apply(layer["down"], hidden)
    out = apply(net["out"], seen(h, *jnp.split(apply(net["modulation"], e), 2, 1)))
    return out.reshape(n, ACROSS, ACROSS, PATCH, PATCH).transpose(0, 1, 3, 2, 4).reshape(n, SIDE**2)
