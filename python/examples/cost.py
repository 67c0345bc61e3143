"""What the package costs: a call over the library's own time, and a Python function as a score beside its own time.

`python cost.py`, on a quiet machine, with a wheel built by the release profile. The call is of one point, for which the library
needs a fraction of a microsecond; the walk with a function is compared with the same walk in Rust plus the time that was spent
within the function. Where SCORELAB is the path of the program, built by the same profile, a walk of the package is compared with
the program's, by turns.
"""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import scorelab as sl

scene = sl.Scene("animals")
mixture = scene.mixture


def per_call(n: int = 2000, repeats: int = 25) -> float:
    """The median over repeats of the mean of n calls, in microseconds."""
    x = np.zeros((1, 2))
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        for _ in range(n):
            mixture.score(x, 0.8, 0.6)
        times.append((time.perf_counter() - began) / n * 1e6)
    return statistics.median(times)


def with_function(samples: int = 16_384, steps: int = 64) -> tuple[float, float, float]:
    """Seconds of a walk along a function, of those within it, and of the same walk in Rust."""
    inside = 0.0

    def f(x, alpha, sigma):
        nonlocal inside
        began = time.perf_counter()
        answer = mixture.score(x, alpha, sigma)
        inside += time.perf_counter() - began
        return answer

    began = time.perf_counter()
    sl.sample(f, samples, dim=2, steps=steps)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    sl.sample(mixture, samples, steps=steps)
    return whole, inside, time.perf_counter() - began


def beside_the_program(program: str, samples: int = 16_384, steps: int = 256, pairs: int = 9) -> tuple[float, float, float]:
    """Medians over pairs: seconds of the program, seconds of the package, and the ratio of the package's to the program's."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "x.npy"
        words = [program, "sample", "--scene=animals", f"--samples={samples}", f"--steps={steps}", f"--out={out}"]

        def of_program() -> float:
            began = time.perf_counter()
            subprocess.run(words, check=True, capture_output=True)
            return time.perf_counter() - began

        def of_package() -> float:
            began = time.perf_counter()
            np.save(out, sl.sample(mixture, samples, steps=steps))
            return time.perf_counter() - began

        both = [(of_program(), of_package()) for _ in range(pairs)]
    ratios = [own / other for other, own in both]
    return statistics.median(a for a, _ in both), statistics.median(b for _, b in both), statistics.median(ratios)


if __name__ == "__main__":
    print(f"a call of one point: {per_call():.2f} µs")
    runs = [with_function() for _ in range(5)]
    whole, inside, rust = (statistics.median(column) for column in zip(*runs))
    print(f"16,384 points, 64 steps along a function: {whole:.3f} s, of which {inside:.3f} s within it; in Rust alone {rust:.3f} s")
    if program := os.environ.get("SCORELAB"):
        other, own, ratio = beside_the_program(program)
        print(f"16,384 points, 256 steps: program {other:.3f} s, package {own:.3f} s, ratio {ratio:.3f}")
