"""Runs the experiments and the commands of one side, each in the same empty folder and in the same order."""

import fnmatch
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from build import Trouble, surroundings

HERE = Path(__file__).resolve().parent
COMMANDS, INPUTS = HERE / "commands.txt", HERE / "inputs"
EXPERIMENTS = "experiments"
# an experiment at --quick takes seconds
HANGS = 1800


def commands():
    """The commands of the list: {name: words}, where {} in the list stands for the name."""
    found = {}
    for number, line in enumerate(COMMANDS.read_text(encoding="utf-8").splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        name = words[0]
        if name in found or len(words) < 2:
            raise Trouble(f"{COMMANDS.name}:{number}: a name of its own and a subcommand are needed")
        found[name] = [word.replace("{}", name) for word in words[1:]]
    return found


def needed(chosen, every):
    """The chosen names and those of the earlier commands whose files they read, in order."""
    names = {part.split("/")[0].split(".")[0]: None for name in chosen for word in every.get(name, [])
             for part in word.split(",")}
    more = [name for name in names if name in every and name not in chosen]
    chosen = set(chosen) | set(more)
    return needed(chosen, every) if more else chosen


def plan(build, only):
    """What is to be run of a side: {name: words}, the experiments first; all, or what the patterns of `only` need."""
    flags = ["--quick", "--formats", "svg,png,csv,json", "--out"]
    every = {f"{EXPERIMENTS}/{name}": [*program, *flags, f"{EXPERIMENTS}/{name}"]
             for name, program in sorted(build.experiments.items())}
    every.update({name: [*build.scorelab, *words] for name, words in commands().items()})
    if only:
        chosen = {name for name in every if any(fnmatch.fnmatchcase(name, pattern) for pattern in only)}
        if not chosen:
            raise Trouble(f"nothing that is run is called {' or '.join(only)}")
        chosen = needed(chosen, every)
        every = {name: words for name, words in every.items() if name in chosen}
    return every


def is_experiment(name):
    return name.startswith(f"{EXPERIMENTS}/")


def went_well(end):
    """Whether a program came to its end; 1 is a check that failed, or a wrong answer."""
    return end["code"] in (0, 1)


def key():
    """What decides the outputs beside the programs."""
    inputs = [path.name.encode() + b"\0" + path.read_bytes() for path in sorted(INPUTS.iterdir())]
    parts = [COMMANDS.read_bytes(), Path(__file__).read_bytes(), surroundings().encode(), *inputs]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


class Outputs:
    """The files of one side in `folder`, and {name: {code, error, seconds}} of what was run."""

    def __init__(self, build, folder, keep):
        self.build, self.folder, self.record = build, folder, folder.parent / f"{folder.name}.json"
        kept = json.loads(self.record.read_text(encoding="utf-8")) if keep and self.record.is_file() else {}
        self.key = key() if keep else None
        if keep and kept.get("key") == self.key:
            self.ended = kept["ended"]
            return
        self.ended = {}
        shutil.rmtree(folder, ignore_errors=True)
        (folder / EXPERIMENTS).mkdir(parents=True)
        shutil.copytree(INPUTS, folder / INPUTS.name)

    def run(self, only, beside=None):
        """Runs what has not been run; no command that fails on the side that it is compared with."""
        failed = {name for name, end in (beside.ended if beside else {}).items() if not is_experiment(name) and not went_well(end)}
        todo = {name: words for name, words in plan(self.build, only).items() if name not in self.ended and name not in failed}
        began = time.monotonic()
        for count, (name, words) in enumerate(todo.items(), 1):
            if sys.stderr.isatty():
                print(f"\r\x1b[Kgolden: {self.build.title}: {count} of {len(todo)}, {name}", end="", file=sys.stderr, flush=True)
            self.ended[name] = self.one(name, words)
            self.record.write_text(json.dumps({"key": self.key, "ended": self.ended}), encoding="utf-8")
        erase = "\r\x1b[K" if sys.stderr.isatty() else ""
        print(f"{erase}golden: {self.build.title}: {len(todo)} runs in {time.monotonic() - began:.0f} s", file=sys.stderr)

    def one(self, name, words):
        # colours, and a width of the terminal, are no results
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
        began = time.monotonic()
        try:
            done = subprocess.run(words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=HANGS)
        except subprocess.TimeoutExpired:
            return {"code": None, "error": f"ended after {HANGS} s", "seconds": HANGS}
        (self.folder / f"{name}.stdout").write_bytes(done.stdout)
        errors = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith("error:")]
        return {"code": done.returncode, "error": (errors or [""])[-1], "seconds": time.monotonic() - began}
