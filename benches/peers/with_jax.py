"""The networks' workloads in JAX: everything of a step inside one compiled function.

Variants of training: `step` calls the function once for each step, `scan` once for many steps; with `-rbg` the faster
generator of random numbers. Of sampling: all points in one batch, or in slices of so many.
"""

import rounds  # first, before a library counts the cores

import math
import os

os.environ["JAX_PLATFORMS"] = "cpu"
if rounds.WORKLOAD.startswith("W7"):
    os.environ["JAX_ENABLE_X64"] = "1"

import jax
import jax.numpy as jnp
from jax import random

SILU = jax.nn.silu


# --- networks -------------------------------------------------------------------------------------------------------


def linear(key, inputs, outputs):
    bound = inputs**-0.5
    return random.uniform(key, (inputs, outputs), minval=-bound, maxval=bound), jnp.zeros(outputs)


def apply(layer, h):
    return h @ layer[0] + layer[1]


def stack(key, sizes):
    keys = random.split(key, len(sizes) - 1)
    return [linear(k, i, o) for k, i, o in zip(keys, sizes, sizes[1:])]


def waves(t, count):
    """Sines and cosines of t at frequencies geometric from 1 to 1000."""
    angles = t[:, None] * jnp.geomspace(1.0, 1000.0, count // 2)
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=1)


def through(layers, h):
    for layer in layers[:-1]:
        h = SILU(apply(layer, h))
    return apply(layers[-1], h)


def plane_net(key):
    a, b = random.split(key)
    return {"labels": random.normal(a, (9, 16)), "layers": stack(b, [50, 128, 128, 128, 128, 2])}


def plane_eps(net, x, t, y):
    return through(net["layers"], jnp.concatenate([x, waves(t, 32), net["labels"][y]], axis=1))


def classifier(layers, x, t):
    return through(layers, jnp.concatenate([x, waves(t, 32)], axis=1))


def digits_net(key):
    a, b, c = random.split(key, 3)
    return {
        "labels": random.normal(a, (11, 512)),
        "time": linear(b, 64, 512),
        "layers": stack(c, [784, 512, 512, 512, 784]),
    }


def digits_eps(net, x, t, y):
    first, *rest = net["layers"]
    h = SILU(apply(first, x) + apply(net["time"], waves(t, 64)) + net["labels"][y])
    return through(rest, h)


# --- the cosine process and training --------------------------------------------------------------------------------


def level(t):
    return jnp.cos(0.5 * math.pi * t), jnp.sin(0.5 * math.pi * t)


def loss(net, eps_of, key, x, y, null):
    for_t, for_eps, for_drop = random.split(key, 3)
    t = random.uniform(for_t, (len(x),))
    eps = random.normal(for_eps, x.shape)
    alpha, sigma = level(t)
    y = jnp.where(random.uniform(for_drop, (len(x),)) < 0.1, null, y)
    noisy = alpha[:, None] * x + sigma[:, None] * eps
    return jnp.mean((eps_of(net, noisy, t, y) - eps) ** 2)


def denoising(eps_of, batch, null):
    """The loss of a step, which draws its batch."""

    def of(net, key):
        for_batch, for_loss = random.split(key)
        return loss(net, eps_of, for_loss, *batch(for_batch), null)

    return of


def explicit(layers, key):
    """The same where the answer is the gradient of a network, to hit the exact score of N(0, 0.3²)."""
    for_sigma, for_x = random.split(key)
    sigma = jnp.exp(1.5 * random.normal(for_sigma, (4096, 1)) - 2.3)
    scale, own = jnp.sqrt(0.25 + sigma**2), 0.09 + sigma**2
    x = jnp.sqrt(own) * random.normal(for_x, (4096, 2))
    seen = waves(jnp.log(sigma[:, 0]), 16)
    f = lambda scaled: through(layers, jnp.concatenate([scaled, seen], axis=1)).sum()
    score = (jax.grad(f)(x / scale) * 0.5 * sigma / scale - x * sigma**2 / scale**2) / sigma**2
    return jnp.mean((sigma * (score + x / own)) ** 2)


def start_of(net):
    zeros = jax.tree.map(jnp.zeros_like, net)
    return net, zeros, zeros, net, jnp.zeros(())


def adam(state, gradient):
    """Adam with its usual numbers, and an average of the weights."""
    net, mean, square, average, step = state
    step = step + 1
    each = jax.tree.map
    mean = each(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = each(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
    of_mean, of_square = 1 / (1 - 0.9**step), 1 / (1 - 0.999**step)
    net = each(
        lambda p, m, v: p - 1e-3 * (m * of_mean) / (jnp.sqrt(v * of_square) + 1e-8), net, mean, square
    )
    average = each(lambda a, p: 0.999 * a + 0.001 * p, average, net)
    return net, mean, square, average, step


def train(net, of, many):
    generator = "rbg" if rounds.VARIANT.endswith("-rbg") else "threefry2x32"

    def one(state, key):
        return adam(state, jax.grad(of)(state[0], key)), None

    def step(state, key):
        key, now = random.split(key)
        return one(state, now)[0], key

    def scan(state, key):
        key, now = random.split(key)
        return jax.lax.scan(one, state, random.split(now, many))[0], key

    in_turn = rounds.VARIANT.startswith("scan")
    call = jax.jit(scan if in_turn else step, donate_argnums=0)
    kept = [jax.tree.map(jnp.copy, start_of(net)), random.key(0, impl=generator)]

    def once():
        kept[:] = call(*kept)
        jax.block_until_ready(kept)

    rounds.run(once, many if in_turn else 1)


# --- sampling -------------------------------------------------------------------------------------------------------


def ddim(x, eps, t, to):
    (alpha, sigma), (to_alpha, to_sigma) = level(t), level(to)
    return to_alpha * jnp.clip((x - sigma * eps) / alpha, -3, 3) + to_sigma * eps


def walk(eps_of, shape, times, slices):
    """From noise along the times, so many slices of the points one after the other."""

    @jax.jit
    def sample(key):
        def step(x, pair):
            return ddim(x, eps_of(x, pair[0]), *pair), None

        return jax.lax.scan(step, random.normal(key, shape), (times[:-1], times[1:]))[0]

    def once():
        for i in range(slices):
            last = sample(random.key(i))
        last.block_until_ready()

    rounds.run(once, shape[0] * slices * (len(times) - 1))


def free(net, eps_of, x, t, y, null):
    """The guided noise of a network without a classifier, γ = 3, both branches in one batch."""
    twice = jnp.concatenate
    labels = twice([y, jnp.full_like(y, null)])
    both = eps_of(net, twice([x, x]), jnp.full(2 * len(x), t), labels)
    given, without = jnp.split(both, 2)
    return without + 3.0 * (given - without)


def steered(net, layers, x, t, y):
    """The noise of the unconditional network, steered by the gradient of a classifier, γ = 3."""
    rows = jnp.full(len(x), t)

    def log_likelihood(x):
        logs = jax.nn.log_softmax(classifier(layers, x, rows))
        return jnp.take_along_axis(logs, y[:, None], axis=1).sum()

    eps = plane_eps(net, x, rows, jnp.full_like(y, 8))
    return eps - 3.0 * level(t)[1] * jax.grad(log_likelihood)(x)


# --- the workloads --------------------------------------------------------------------------------------------------

key = random.key(1)

if rounds.WORKLOAD == "W1":
    turn = jnp.arange(8) * (math.pi / 4)
    modes = jnp.stack([jnp.cos(turn), jnp.sin(turn)], axis=1)

    def batch(key):
        for_y, for_x = random.split(key)
        y = random.randint(for_y, (512,), 0, 8)
        return modes[y] + 0.1 * random.normal(for_x, (512, 2)), y

    train(plane_net(key), denoising(plane_eps, batch, 8), 100)
elif rounds.WORKLOAD in ("W3", "W4"):
    size = int(rounds.VARIANT)
    net, layers, y = plane_net(key), stack(random.key(2), [34, 128, 128, 128, 8]), jnp.arange(size) % 8
    if rounds.WORKLOAD == "W3":
        guided = lambda x, t: free(net, plane_eps, x, t, y, 8)
    else:
        guided = lambda x, t: steered(net, layers, x, t, y)
    walk(guided, (size, 2), jnp.linspace(0.999, 0.001, 257)[:17], 16384 // size)
elif rounds.WORKLOAD == "W5-training":
    images = random.uniform(random.key(5), (4096, 784), minval=-1, maxval=1)
    labels = random.randint(random.key(6), (4096,), 0, 10)

    def batch(key):
        rows = random.randint(key, (256,), 0, 4096)
        return images[rows], labels[rows]

    train(digits_net(key), denoising(digits_eps, batch, 10), 10)
elif rounds.WORKLOAD == "W5-sampling":
    net, y = digits_net(key), jnp.arange(256) % 10
    guided = lambda x, t: free(net, digits_eps, x, t, y, 10)
    walk(guided, (256, 784), jnp.linspace(0.999, 0.001, 101)[:11], 1)
elif rounds.WORKLOAD == "W8-training":
    import transformer_jax as transformer

    images = random.normal(random.key(5), (2048, 784)) * 0.5

    def batch(key):
        rows = random.randint(key, (128,), 0, 2048)
        return images[rows], rows % 60

    train(transformer.network(key), denoising(transformer.eps, batch, 60), 10)
elif rounds.WORKLOAD == "W8-sampling":
    import transformer_jax as transformer

    net, y = transformer.network(key), jnp.full(64, 33)
    guided = lambda x, t: free(net, transformer.eps, x, t, y, 60)
    walk(guided, (64, 784), jnp.linspace(0.999, 0.001, 101)[:11], 1)
elif rounds.WORKLOAD == "W9":
    train(stack(key, [18, 64, 64, 64, 64, 64, 1]), explicit, 10)
else:
    import mixture

    x, var, terms = mixture.workload(rounds.WORKLOAD)
    score = jax.jit(lambda x, var: mixture.score(jnp, x, var, terms))
    x, var = jnp.asarray(x), jnp.asarray(var)
    rounds.run(lambda: score(x, var).block_until_ready(), len(x))
