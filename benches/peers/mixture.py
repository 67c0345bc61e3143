"""Exact scores of a mixture of Gaussians in the plane with full covariances, in double precision."""

import numpy as np


def workload(name):
    """Points (n, 2), σ² of each (n, 1), and the mixture: log weights, means and covariances, each (K,)."""
    components, n = (4, 16384) if name == "W7-small" else (1016, 4096)
    at = 0.05 + 4.0 * (np.arange(components) + 0.5) / components
    terms = {
        "w": np.full(components, -np.log(components)),
        "x": at * np.cos(3 * at),
        "y": at * np.sin(3 * at),
        "xx": 0.01 + 0.002 * at,
        "xy": 0.004 * np.sin(5 * at),
        "yy": np.full(components, 0.015),
    }
    rng = np.random.default_rng(1)
    k = rng.integers(0, components, n)
    cov = np.stack([terms["xx"], terms["xy"], terms["xy"], terms["yy"]], axis=1).reshape(-1, 2, 2)
    x = np.einsum("nij,nj->ni", np.linalg.cholesky(cov[k]), rng.standard_normal((n, 2)))
    x += np.stack([terms["x"], terms["y"]], axis=1)[k]
    sigma = 0.01 * 500.0 ** (np.arange(n) / n)
    if name != "W7":
        sigma = np.full(n, sigma[n // 2])
    return x, sigma[:, None] ** 2, terms


def score(np, x, var, terms):
    """∇ log Σ w·N(x; m, C + σ²), (n, 2); the inverse of each 2 × 2 matrix is written out, nothing loops."""
    xx, yy, xy = terms["xx"] + var, terms["yy"] + var, terms["xy"]  # (n, K), or (1, K) where all share a level
    det = xx * yy - xy * xy
    u, v = terms["x"] - x[:, :1], terms["y"] - x[:, 1:]
    p, q = (yy * u - xy * v) / det, (xx * v - xy * u) / det  # (C + σ²)⁻¹·(m − x)
    log = terms["w"] - 0.5 * (np.log(det) + u * p + v * q)
    share = np.exp(log - log.max(axis=1, keepdims=True))
    total = share.sum(axis=1)
    return np.stack([(share * p).sum(axis=1) / total, (share * q).sum(axis=1) / total], axis=1)
