"""Ours and a peer's in turn: PYTHON pairs.py RATES THREADS ROUNDS [WORKLOAD …]

Both programs stay alive and wait while the other's round runs, on the same cores. A row's ratio is the median of the
rounds' ratios, ours over theirs.
"""

import importlib.util
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SLICES = ["16384", "1024"]
MIXTURE = ["with_numpy whole", "with_numpy 4096", "with_numpy 12288", "with_jax whole"]
PEERS = {
    "W1": ["with_jax step", "with_jax scan", "with_jax step-rbg", "with_jax scan-rbg"],
    "W3": [f"with_jax {n}" for n in SLICES],
    "W4": [f"with_jax {n}" for n in SLICES],
    "W5-training": ["with_jax step", "with_jax scan"],
    "W5-sampling": ["with_jax whole"],
    "W8-training": ["with_jax step", "with_jax scan"],
    "W8-sampling": ["with_jax whole"],
    "W9": ["with_jax step", "with_jax scan", "with_jax step-rbg", "with_jax scan-rbg"],
    "W7": MIXTURE,
    "W7-one-level": MIXTURE,
    "W7-small": MIXTURE,
}
if importlib.util.find_spec("torch"):
    for name in ("W1", "W5-training", "W8-training"):
        PEERS[name] += [f"with_torch {way}" for way in ("eager", "fused", "compile")]
    PEERS["W9"] += [f"with_torch {way}" for way in ("eager", "fused")]
    for name in ("W3", "W4"):
        PEERS[name] += [f"with_torch {way}-{n}" for way in ("eager", "compile") for n in SLICES]
    for name in ("W5-sampling", "W8-sampling"):
        PEERS[name] += ["with_torch eager", "with_torch compile"]


class Program:
    """A program that runs one round for each line it is sent; a context, so that it ends with its block."""

    def __init__(self, command, threads):
        def bind():
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, preexec_fn=bind)

    def __enter__(self):
        while line := self.process.stdout.readline():
            if line.startswith("ready"):
                self.unit = line.split()[-1]
                return self
        self.process.wait()
        raise OSError(f"exit status {self.process.returncode}")

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def round(self):
        """Its answer: the rate, and whatever it adds."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise OSError("ended in the middle")
        return [float(word) for word in line.split()]


def compare(ours, peer, count):
    """Our rates, theirs, their ratios and our shares of the peak."""
    ours.round(), peer.round()
    pairs = [(ours.round(), peer.round()) for _ in range(count)]
    return (
        statistics.median(a for (a, _), _ in pairs),
        statistics.median(b for _, (b,) in pairs),
        statistics.quantiles([a / b for (a, _), (b,) in pairs], n=4, method="inclusive"),
        statistics.median(share for (_, share), _ in pairs),
    )


def main():
    rates, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    asked = sys.argv[4:] or list(PEERS)
    for name in asked:
        if name not in PEERS:
            sys.exit(f"error: workload is {name!r}, but it must be one of {', '.join(PEERS)}")
    for name in asked:
        rows = []
        with Program([rates, str(threads), "--paired", name], threads) as ours:
            for variant in PEERS[name]:
                script, way = variant.split()
                command = [sys.executable, os.path.join(HERE, script + ".py"), str(threads), name, way, "--paired"]
                try:
                    with Program(command, threads) as peer:
                        rows.append((variant.removeprefix("with_"), *compare(ours, peer, count)))
                except OSError as why:
                    print(f"{name:<13} {threads:>7} {variant.removeprefix('with_'):<20} failed: {why}")
            unit = ours.unit
        fastest = max(rows, key=lambda row: row[2], default=None)
        for row in rows:
            peer, our_rate, peer_rate, (low, median, high), share = row
            part = f"{100 * share:>6.1f} %" if share > 0 else f"{'–':>8}"
            mark = "  fastest peer" if row is fastest else ""
            print(
                f"{name:<13} {threads:>7} {peer:<20} {our_rate:>10.4g} {peer_rate:>10.4g} {unit + '/s':<14}"
                f"{median:>7.2f}  {low:>6.2f} … {high:<7.2f}{part}{mark}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:] == ["--head"]:
        print(
            f"{'workload':<13} {'threads':>7} {'peer':<20} {'ours':>10} {'theirs':>10} {'unit':<14}"
            f"{'ratio':>7}  {'quartiles':<16}{'of peak':>8}"
        )
    else:
        main()
