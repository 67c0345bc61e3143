"""The programs of a commit, or of the working tree, built by cargo."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# One folder for the sources of whichever commit is being built, and one for what cargo makes of them: so the packages that
# both commits need are compiled once, and the folder does not grow with every commit.
CACHE = Path(os.environ.get("SCORELAB_GOLDEN") or ROOT / "target" / "golden")
# a commit's programs and files take 700 MB
KEPT = 3


class Trouble(Exception):
    """What keeps the comparison from being made, in one sentence."""


class Build:
    """The programs of one side, as words of a command line: `experiments` by name, and `scorelab`; and a folder of its own."""

    def __init__(self, title, experiments, scorelab, folder):
        self.title, self.experiments, self.scorelab, self.folder = title, experiments, scorelab, folder


@contextlib.contextmanager
def alone():
    """Keeps a second comparison out of the folder."""
    lock = CACHE / "lock"
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        lock.mkdir()
    except FileExistsError:
        raise Trouble(f"another comparison is under way in {CACHE}; if it is not, remove {lock}")
    try:
        yield
    finally:
        lock.rmdir()


def said(*words):
    """What a program prints, without the last end of line."""
    try:
        return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True).stdout.strip()
    except FileNotFoundError:
        raise Trouble(f"{words[0]} was not found")
    except subprocess.CalledProcessError as error:
        raise Trouble(f"`{' '.join(words)}`: {error.stderr.strip()}")


def commit(name):
    """The full hash of a commit."""
    try:
        return said("git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except Trouble:
        raise Trouble(f"{name} names no commit")


def surroundings():
    """What else decides the bits: the compiler, its flags, the kernel that is asked for."""
    flags = sorted(f"{k}={v}" for k, v in os.environ.items()
                   if k in ("RUSTFLAGS", "SCORELAB_KERNEL") or k.startswith("CARGO_PROFILE_"))
    return "\n".join([said("rustc", "-vV"), *flags])


def cargo(folder, **environment):
    """The experiments by name and the program `scorelab` that cargo builds in a folder."""
    print(f"golden: building in {folder}", file=sys.stderr, flush=True)
    words = ["cargo", "build", "--locked", "--bins", "--examples", "--message-format=json-render-diagnostics"]
    built = subprocess.run(words, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        raise Trouble(f"`{' '.join(words)}` fails in {folder}")
    experiments, scorelab = {}, None
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") != "compiler-artifact" or not message.get("executable"):
            continue
        target, program = message["target"], Path(message["executable"])
        if target["kind"] == ["example"]:
            experiments[target["name"]] = [str(program)]
        elif target["kind"] == ["bin"] and target["name"] == "scorelab":
            scorelab = [str(program)]
    if scorelab is None or not experiments:
        raise Trouble(f"cargo built {len(experiments)} experiments and {'no' if scorelab is None else 'the'} program "
                      f"scorelab in {folder}")
    return experiments, scorelab


def of_tree():
    """The working tree as it is, built where its owner builds."""
    experiments, scorelab = cargo(ROOT)
    folder = CACHE / "tree"
    shutil.rmtree(folder, ignore_errors=True)
    return Build("the working tree", experiments, scorelab, folder)


def of_commit(name):
    """A commit; built once for each compiler."""
    sha = commit(name)
    folder = CACHE / sha[:12]
    title = name if sha.startswith(name) else f"{name} ({sha[:12]})"
    programs, stamp = folder / "bin", folder / "built-with"
    key = hashlib.sha256(surroundings().encode()).hexdigest()
    if not (stamp.is_file() and stamp.read_text() == key):
        shutil.rmtree(folder, ignore_errors=True)
        source = CACHE / "source"
        shutil.rmtree(source, ignore_errors=True)
        unpack(sha, source)
        experiments, scorelab = cargo(source, CARGO_TARGET_DIR=str(CACHE / "build"), CARGO_INCREMENTAL="0",
                                      CARGO_PROFILE_DEV_DEBUG="0")
        (programs / "examples").mkdir(parents=True)
        for [program] in experiments.values():
            shutil.copy2(program, programs / "examples")
        shutil.copy2(scorelab[0], programs)
        stamp.write_text(key)
        forget_all_but(KEPT)
    os.utime(folder)
    experiments = {path.stem: [str(path)] for path in sorted((programs / "examples").iterdir())}
    return Build(title, experiments, [str(next(p for p in programs.iterdir() if p.is_file()))], folder)


def unpack(sha, folder):
    """The files of a commit, with the time of now: cargo goes by times, and a commit's own may be before its last build."""
    folder.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", sha], cwd=ROOT, stdout=subprocess.PIPE)
    unpacked = subprocess.run(["tar", "-x", "-m", "-f", "-"], cwd=folder, stdin=archive.stdout)
    archive.stdout.close()
    if archive.wait() or unpacked.returncode:
        raise Trouble(f"the files of {sha} cannot be unpacked into {folder}")


def forget_all_but(count):
    """Removes the programs of the commits that were compared longest ago."""
    stamps = sorted(CACHE.glob("*/built-with"), key=lambda stamp: stamp.parent.stat().st_mtime, reverse=True)
    for stamp in stamps[count:]:
        shutil.rmtree(stamp.parent)
