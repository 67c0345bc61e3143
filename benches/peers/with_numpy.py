"""The exact scores in NumPy: all points at once (`whole`), or in slices of so many points times components."""

import rounds  # first, before a library counts the cores

import numpy as np

import mixture

x, var, terms = mixture.workload(rounds.WORKLOAD)
size = len(x) if rounds.VARIANT == "whole" else max(1, int(rounds.VARIANT) // len(terms["w"]))
shared = rounds.WORKLOAD != "W7"


def once():
    out = np.empty_like(x)
    for i in range(0, len(x), size):
        out[i : i + size] = mixture.score(np, x[i : i + size], var[:1] if shared else var[i : i + size], terms)
    return out


rounds.run(once, len(x))
