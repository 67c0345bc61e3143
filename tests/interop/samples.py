"""Writes tests/interop/samples.npz: 400 points of the scene `two-1d` and their classes, as PyTorch and NumPy save them.

    x = ±1 + ε, ε ~ N(0, 1), in float32; y = 0 for plus, 1 for minus, in int64; compressed
"""

import numpy as np

rng = np.random.default_rng(1)
y = rng.integers(0, 2, 400)
x = (1 - 2 * y + rng.standard_normal(400)).astype(np.float32)[:, None]
np.savez_compressed("tests/interop/samples.npz", x=x, y=y)
print("mean", x.mean(dtype=np.float64), "plus", int((y == 0).sum()), "mean of plus", x[y == 0].mean(dtype=np.float64))
