"""A Transformer's file read by Python's safetensors, and its forward pass in NumPy beside the answers that the file holds.

By hand, from the root of the project, in an environment with numpy and safetensors:

    python tests/interop/transformer.py [FILE]

Without FILE it is `tests/interop/transformer.safetensors`, which `SCORELAB_WRITE=1 cargo test -p scorelab other_programs` writes. Fails if
an answer is off by more than 1e-12, and also if a wrong network (words without their positions) is not.
"""

import sys

import numpy as np
from field import features, read, silu

TOLERANCE = 1e-12


def normalise(h):
    centred = h - h.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)


def attention(q, k, v, heads):
    split = lambda a: np.stack(np.split(a, heads, axis=1))
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    return np.concatenate(list(weights @ v), axis=1)


def network(weights, config, x, log_snr, words):
    """F(x, log-SNR, words) of one image (side²)."""
    side, patch, w = config["side"], config["patch"], config["width"]
    across = side // patch

    def linear(name, x):
        return x @ weights[f"{name}.weight"] + weights.get(f"{name}.bias", 0)

    def seen(h, m):
        return normalise(h) * (1 + m[1]) + m[0]

    e = silu(linear("level", features(log_snr, config["features"])))
    caption = weights["words.weight"][[0] + [1 + word for word in words]]
    if config["ordered"]:
        caption = caption + weights["positions.weight"][: len(caption)]
    patches = x.reshape(across, patch, across, patch).transpose(0, 2, 1, 3).reshape(across**2, patch**2)
    h = linear("patches", patches) + weights["places.weight"]
    for layer in range(config["depth"]):
        name = f"layers.{layer}"
        m = linear(f"{name}.modulation", e).reshape(9, w)
        q, k, v = np.split(linear(f"{name}.self.in", seen(h, m[0:])), 3, axis=1)
        h = h + m[2] * linear(f"{name}.self.out", attention(q, k, v, config["heads"]))
        q = linear(f"{name}.cross.query", seen(h, m[3:]))
        k, v = np.split(linear(f"{name}.cross.key_value", caption), 2, axis=1)
        h = h + m[5] * linear(f"{name}.cross.out", attention(q, k, v, config["heads"]))
        h = h + m[8] * linear(f"{name}.mlp.out", silu(linear(f"{name}.mlp.in", seen(h, m[6:]))))
    m = linear("last.modulation", e).reshape(2, w)
    patches = linear("last.out", seen(h, m))
    return patches.reshape(across, across, patch, patch).transpose(0, 2, 1, 3).reshape(side**2)


def worst(weights, config):
    """The largest difference from the answers that the file holds."""
    pixels = config["side"] ** 2
    x, answer = (weights[f"extra.{name}"].reshape(-1, pixels) for name in ("x", "answer"))
    captions = weights["extra.words"].reshape(len(x), -1).astype(int)
    rows = zip(x, weights["extra.log-snr"], captions, answer)
    return max(np.abs(network(weights, config, x, l, [w for w in words if w >= 0]) - a).max() for x, l, words, a in rows)


def main(path):
    weights, header = read(path)
    assert header["network"] == "transformer", header["network"]
    error = worst(weights, header["config"])
    twin = worst(weights, {**header["config"], "ordered": False})
    good = error <= TOLERANCE < twin
    print(f"{'✓' if good else '✗'} {path}: {error:.1e} (without positions {twin:.1e})")
    sys.exit(not good)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "tests/interop/transformer.safetensors")
