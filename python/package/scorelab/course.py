"""The exercises of the course, marked against the exact answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import _scorelab


def check(n: int, answer: object, *, lang: str = "en") -> bool:
    """Whether the answer to exercise n, counted from 1, is right; prints what is said of it."""
    right, said = _scorelab._mark(n, answer, lang)
    print("✓" if right else "✗", said)
    return right


def points(n: int) -> tuple[npt.NDArray[np.float64], float, float] | None:
    """The points (m, d) of exercise n and their noise level, as x, alpha, sigma; None if it is about no points."""
    return _scorelab._points(n)


def problem() -> tuple[_scorelab.Scene, int]:
    """The scene and the class of the exercises."""
    name, label = _scorelab._problem()
    return _scorelab.Scene(name), label
