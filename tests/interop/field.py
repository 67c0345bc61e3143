"""The weights that `scorelab train` writes, read by Python's safetensors, and a forward pass in NumPy beside `scorelab field`.

By hand, from the root of the project, in an environment with numpy and safetensors:

    cargo build && python tests/interop/field.py target/debug/scorelab

Trains a small network of every kind of score and compares their scores at 400 points and four noise levels. Fails if a
score is off by more than 1e-5 of the largest at its level, and also if a wrong network (one bias left out) is not.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

TOLERANCE = 1e-5
GAMMA = 2.5
CLASS = 1


def silu(x):
    return x / (1 + np.exp(-x))


def features(log_snr, count):
    """cos and sin of 2π·f·λ, side by side, f geometric from 1/64 to 1/4."""
    half = count // 2
    f = 2.0 ** (-6 + 4 * np.arange(half) / max(half - 1, 1))
    turns = 2 * np.pi * f * log_snr
    return np.concatenate([np.cos(turns), np.sin(turns)])


def network(weights, config, x, log_snr, label):
    """F(x, log-SNR, label): rows in, rows out, in f64."""
    seen = [x, np.tile(features(log_snr, config["features"]), (len(x), 1))]
    if config["labels"]:
        seen.append(np.tile(weights["labels.weight"][label], (len(x), 1)))
    h = np.concatenate(seen, axis=1)
    for layer in range(config["depth"] + 1):
        z = h @ weights[f"layers.{layer}.weight"] + weights[f"layers.{layer}.bias"]
        if layer == config["depth"]:
            return z
        h = silu(z) + (h if config["residual"] and layer > 0 else 0)


def coefficients(target, r, s):
    """c_skip, c_out, c_in at σ/α = r with σ_data = s."""
    root = np.sqrt(s * s + r * r)
    skip, out = {
        "Edm": (s * s / root**2, s * r / root),
        "Eps": (1.0, -r),
        "X0": (0.0, 1.0),
        "V": (1 / (1 + r * r), -r / np.sqrt(1 + r * r)),
    }[target]
    return skip, out, 1 / root


def denoised(weights, header, x, alpha, sigma, label):
    scales, r = header["scales"]["score"], sigma / alpha
    skip, out, scale = coefficients(scales["target"], r, scales["sigma_data"])
    answer = network(weights, header["config"], scale * x / alpha, -2 * np.log(r), label)
    return skip * x / alpha + out * answer


def score(weights, header, x, alpha, sigma, gamma):
    """The score, of a joint network steered to CLASS."""
    labels = header["config"]["labels"]
    d = denoised(weights, header, x, alpha, sigma, labels - 1)
    if labels:
        d = d + gamma * (denoised(weights, header, x, alpha, sigma, CLASS) - d)
    return (alpha * d - x) / sigma**2


def read(path):
    """The weights in f64, the header, and the checksum held to the bytes."""
    data = Path(path).read_bytes()
    assert hashlib.sha256(data[:-32]).digest() == data[-32:], "the checksum"
    with safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["scorelab"])
    return {name: t.astype(np.float64) for name, t in load_file(path).items()}, header


def worst(rows, weights, header):
    """The largest difference from the program's scores, as a share of the largest score at its level."""
    error = 0.0
    for level in {(row["alpha"], row["sigma"]) for row in rows}:
        here = [row for row in rows if (row["alpha"], row["sigma"]) == level]
        x = np.array([[row["x1"], row["x2"]] for row in here])
        told = np.array([[row["score1"], row["score2"]] for row in here])
        found = score(weights, header, x, *level, GAMMA)
        error = max(error, np.abs(found - told).max() / np.abs(told).max())
    return error


def main(program):
    def run(*words):
        done = subprocess.run([program, *words], check=True, capture_output=True, text=True)
        return done.stdout

    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, (model, extra) in enumerate([
            ("score", ["--target", "edm"]),
            ("score", ["--target", "eps", "--residual"]),
            ("score", ["--target", "x0", "--features", "6"]),
            ("score", ["--target", "v", "--depth", "1"]),
            ("joint", ["--target", "edm"]),
            ("joint", ["--target", "v", "--residual", "--width", "300"]),
        ]):
            out = f"{folder}/{number}"
            run("train", "--model", model, "--steps", "300", "--out", out, *extra)
            path = json.loads(run("info", out, "--format", "json"))[0]["value"]
            steer = ["--class", str(CLASS), "--gamma", str(GAMMA)] if model == "joint" else []
            field = run("field", "--score", out, "--grid=-4,4,20", "--t", "0.02,0.2,0.5,1", "--format", "json", *steer)
            rows = json.loads(field)
            weights, header = read(path)
            error = worst(rows, weights, header)
            weights["layers.0.bias"] = 0 * weights["layers.0.bias"]
            wrong = worst(rows, weights, header)
            good = error <= TOLERANCE < wrong
            failed |= not good
            print(f"{'✓' if good else '✗'} {model} {' '.join(extra)}: {len(rows)} points, {error:.1e} (without a bias {wrong:.1e})")
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1])
