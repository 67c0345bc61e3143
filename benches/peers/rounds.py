"""Rounds of a workload, timed. To be imported before anything that computes: it binds the program to THREADS cores.

    PROGRAM THREADS WORKLOAD VARIANT            median, best and worst rate of seven rounds
    PROGRAM THREADS WORKLOAD VARIANT --paired   says "ready", then runs one round for each line that comes in
"""

import os
import statistics
import sys
import time

THREADS = int(sys.argv[1])
WORKLOAD, VARIANT = sys.argv[2:4]

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR"):
    os.environ[f"{library}_NUM_THREADS"] = str(THREADS)

ROUNDS, SECONDS = 7, 0.25


def run(once, units):
    """Times `once`, which does so many units and returns when they are done."""
    for _ in range(3):
        once()
    began = time.perf_counter()
    once()
    calls = max(1, int(SECONDS / (time.perf_counter() - began)))

    def rate():
        began = time.perf_counter()
        for _ in range(calls):
            once()
        return units * calls / (time.perf_counter() - began)

    if "--paired" in sys.argv:
        print("ready", flush=True)
        for _ in sys.stdin:
            print(f"{rate():.6e}", flush=True)
    else:
        rates = sorted(rate() for _ in range(ROUNDS))
        median = statistics.median(rates)
        print(f"{WORKLOAD} {VARIANT} t{THREADS} {median:.4e} best {rates[-1]:.4e} worst {rates[0]:.4e}")
