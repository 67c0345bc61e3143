"""The comparison, held to small changes: what differs must be told, and what does not must not.

Nothing is built: the files are written here, and the programs of the two sides are a few lines of Python.
"""

import contextlib
import io
import json
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import build
import outputs
import png
from report import Report

CURVE = "gamma,value\n0,0.25\n1,0.5\n2,0.7512345678901234\n"
BILL = ',one each\n"µs a step and sample, one label",5.51\nparameters,53450\n'
SIDECAR = {"meta": {"seed": 0}, "recipe": '{"p_drop": 0.1}', "rows": [1, 2.5]}
SAID = "p_drop: how often?\n  ✓ share: 0.97 (must be 0.9 … 1)\n\nwritten in 1.3 s:\n  experiments/p_drop/curve.csv\n"
WIDTH, HEIGHT = 7, 6
SHADES = [bytes((17 * x + 40 * y + 5 * c * c) & 255 for x in range(WIDTH) for c in range(4)) for y in range(HEIGHT)]


def packed(rows, filters):
    """A PNG of these lines, each with a filter of its own."""
    def chunk(kind, part):
        return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))

    data, above = b"", bytes(4 * WIDTH)
    for row, kind in zip(rows, filters):
        # what the filter guesses is what it takes away again from zeros
        line = bytes(row)
        if kind == 1:
            line = bytes((v - (row[i - 4] if i >= 4 else 0)) & 255 for i, v in enumerate(row))
        elif kind == 2:
            line = bytes((v - above[i]) & 255 for i, v in enumerate(row))
        elif kind == 3:
            line = bytes((v - (((row[i - 4] if i >= 4 else 0) + above[i]) >> 1)) & 255 for i, v in enumerate(row))
        elif kind == 4:
            line = bytes((v - paeth(row[i - 4] if i >= 4 else 0, above[i], above[i - 4] if i >= 4 else 0)) & 255
                         for i, v in enumerate(row))
        data, above = data + bytes([kind]) + line, row
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
    return png.SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def paeth(left, up, corner):
    """The neighbour that is nearest to left + up − corner."""
    return min((left, up, corner), key=lambda v: abs(left + up - corner - v))


def safetensors(second=0.5, step=40):
    """Weights with metadata."""
    data, said = struct.pack("<3f", 1.0, second, -2.0), json.dumps({"scorelab": json.dumps({"step": step})})
    header = json.dumps({"__metadata__": json.loads(said), "w": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


def npz(last=2.0):
    """One array."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x.npy"), b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
                         + struct.pack("<2d", 1.0, last))
    return out.getvalue()


def shifted(by):
    """The picture, one pixel of it lighter."""
    return [bytes([row[0] + by]) + row[1:] if y == 3 else row for y, row in enumerate(SHADES)]


FILES = {
    "experiments/p_drop.stdout": SAID.encode(),
    "experiments/classifier_bill/classifier_bill.csv": BILL.encode(),
    "experiments/p_drop/curve.csv": CURVE.encode(),
    "experiments/p_drop/curve.json": json.dumps(SIDECAR).encode(),
    "experiments/p_drop/curve.svg": b'<svg><path d="M0,1 L2,3.25"/></svg>',
    "experiments/p_drop/curve.png": packed(SHADES, [0] * HEIGHT),
    "joint/step-00000040.safetensors": safetensors(),
    "points.npz": npz(),
    "moving.gif": b"GIF89a\x00\x01\x02",
}
# (file, its new content, what is said of it)
CHANGES = [
    ("experiments/p_drop.stdout", SAID.replace("0.97", "0.98").encode(), "1 of 5 lines, numbers by at most 0.01; line 2"),
    ("experiments/p_drop/curve.csv", CURVE.replace("1234\n", "1235\n").encode(), "1 of 3 rows, numbers by at most 1.11e-16; row 3, value"),
    ("experiments/p_drop/curve.csv", CURVE.replace("2,", "two,").encode(), "not only in numbers; row 3, gamma"),
    ("experiments/p_drop/curve.csv", (CURVE + "3,1\n").encode(), "4 lines became 5"),
    ("experiments/p_drop/curve.json", json.dumps({**SIDECAR, "rows": [1, 2.75]}).encode(), "numbers by at most 0.25; rows[1]"),
    ("experiments/p_drop/curve.json", json.dumps({**SIDECAR, "recipe": '{"p_drop": 0.2}'}).encode(), "recipe.p_drop"),
    ("experiments/p_drop/curve.json", json.dumps({"meta": {"seed": 0}}).encode(), "3 values went, the first recipe.p_drop"),
    ("experiments/p_drop/curve.json", json.dumps({**SIDECAR, "meta": {"seed": 1}}).encode(), "curve.json (metadata): 1 of 1 values"),
    ("experiments/p_drop/curve.svg", b'<svg><path d="M0,1 L2,3.26"/></svg>', "numbers by at most 0.01"),
    ("experiments/p_drop/curve.png", packed(shifted(1), [0] * HEIGHT), "1 of 42 pixels, by at most 1 of 255, the first at (0, 3)"),
    ("experiments/p_drop/curve.png", b"no picture", "no PNG"),
    ("joint/step-00000040.safetensors", safetensors(second=0.50000006), "w: 1 of 3 numbers, by at most 5.96e-08, the first is number 2"),
    ("joint/step-00000040.safetensors", safetensors(step=41), "(metadata): 1 of 1 values, numbers by at most 1; scorelab.step"),
    ("points.npz", npz(last=2.0000000000000004), "x.npy: 1 of 2 numbers, by at most 4.44e-16"),
    ("moving.gif", b"GIF89a\x00\x01\x03", "9 bytes became 9, the first that differs is number 9"),
    ("moving.gif", None, "only in the old one: moving.gif"),
    ("another.csv", b"x\n1\n", "only in the new one: another.csv"),
    # a time is a time only where programs print one
    ("experiments/classifier_bill/classifier_bill.csv", BILL.replace("53450", "53451").encode(), "numbers by at most 1; row 2, one each"),
    ("experiments/p_drop.stdout", SAID.replace("how often", "how often in 1.4 s").encode(), "not only in numbers; line 1"),
]
# what may change without a word
NO_CHANGES = [
    ("experiments/classifier_bill/classifier_bill.csv", BILL.replace("5.51", "14.1").encode()),
    ("experiments/p_drop.stdout", SAID.replace("1.3 s", "17.25 s").encode()),
    ("experiments/p_drop/curve.png", packed(SHADES, [1, 2, 3, 4, 1, 4])),
    ("experiments/p_drop/curve.png", packed(SHADES, [4, 3, 2, 1, 0, 3])),
]

COMMANDS = """
noisy   train --out {}   # a comment
clean   train --out {}
sample  sample --classifier noisy --out {}.csv
plot    plot sweep --out {}
plot-2  plot tilt
"""

# a program that says `answer`, or knows only some subcommands
PROGRAM = """
import sys
words = sys.argv[1:]
if words and words[0] in {unknown!r}:
    print("error: unrecognized subcommand", file=sys.stderr)
    sys.exit(2)
print({answer!r}, *[w for w in words if "experiments" not in w])
sys.exit({code})
"""


class Failed(Exception):
    """A law of the comparison that does not hold."""


def holds(truth, what):
    if not truth:
        raise Failed(what)


def told(old, new, allowed=()):
    """Compares two folders: (all is well, the lines)."""
    lines = []
    report = Report(allowed, lines.append)
    report.files(old, new, set())
    return report.end(0), lines


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def of_files(folder):
    """Every change of a file is told, of that file alone; what is no change is not."""
    old = folder / "old"
    for name, content in FILES.items():
        write(old, name, content)
    for count, (name, content, what) in enumerate([*CHANGES, *((*same, None) for same in NO_CHANGES), ("", None, None)]):
        new = folder / f"new-{count}"
        shutil.copytree(old, new)
        if content is not None:
            write(new, name, content)
        elif name:
            (new / name).unlink()
        well, lines = told(old, new)
        holds(well == (what is None), f"{name or 'no change'}: {'all is well' if well else 'not well'}: {lines}")
        holds(len(lines) == 1 + (what is not None), f"{name}: {lines}")
        if what is None:
            continue
        holds(name in lines[0] and what in lines[0], f"{name}: {what!r} is not in {lines[0]!r}")
        well, lines = told(old, new, ["never.csv", name.split(".")[0] + "*"])
        holds(well and lines[0].startswith("expected: "), f"{name}: what is expected is not well: {lines}")
        holds("expected to differ, but equal or not there: never.csv" in lines, f"what stays equal is not told: {lines}")
        well, _ = told(old, new, ["never.csv"])
        holds(not well, f"{name}: a pattern of another file allows it")
    # weights and what is said of them are apart
    new = folder / "metadata"
    shutil.copytree(old, new)
    write(new, "joint/step-00000040.safetensors", safetensors(second=0.25, step=41))
    well, lines = told(old, new, ["*(metadata)"])
    holds(not well and len(lines) == 3, f"weights that moved under allowed metadata: {lines}")
    empty = folder / "empty"
    empty.mkdir()
    holds(not told(empty, empty)[0], "nothing that is compared passes for equal")


def side(folder, title, answer="1.5", unknown=(), code=0, experiments=("p_drop",)):
    """The outputs of a made-up side."""
    program = folder / f"{title}.py"
    program.write_text(PROGRAM.format(answer=answer, unknown=unknown, code=code), encoding="utf-8")
    words = [sys.executable, str(program)]
    return outputs.Outputs(build.Build(title, {name: words for name in experiments}, words, folder), folder / title, keep=False)


def of_programs(folder):
    """How programs end is compared too; what the old one cannot do is passed over."""
    outputs.COMMANDS = folder / "commands.txt"
    outputs.COMMANDS.write_text(COMMANDS, encoding="utf-8")
    for title, well, differ, alone, skipped, old, new in [
        ("alike", True, 0, 0, 0, {}, {}),
        ("answer", False, 6, 0, 0, {}, {"answer": "1.6"}),
        ("check", False, 6, 0, 0, {}, {"code": 1}),
        ("new-cannot", False, 2, 0, 0, {}, {"unknown": ["plot"]}),
        ("old-cannot", True, 0, 0, 2, {"unknown": ["plot"]}, {}),
        ("neither-can", True, 0, 0, 2, {"unknown": ["plot"]}, {"unknown": ["plot"]}),
        ("less", False, 0, 1, 0, {"experiments": ["p_drop", "tilt"]}, {}),
        ("more", True, 0, 0, 1, {}, {"experiments": ["p_drop", "tilt"]}),
    ]:
        one, other, lines = side(folder, f"{title}-old", **old), side(folder, f"{title}-new", **new), []
        with contextlib.redirect_stderr(io.StringIO()):
            one.run([])
            other.run([], beside=one)
        report = Report((), lines.append)
        report.compare(one, other)
        holds(report.end(0) == well, f"{title}: {lines}")
        found = (report.differ, report.alone, report.skipped)
        holds(found == (differ, alone, skipped), f"{title}: {found}: {lines}")
        holds(skipped < 2 or "unrecognized subcommand" in lines[0], f"{title}: {lines}")
    part = side(folder, "part")
    with contextlib.redirect_stderr(io.StringIO()):
        part.run(["sam*"])
    holds(list(part.ended) == ["noisy", "sample"], f"a part and what it reads are {list(part.ended)}")


def passes():
    """Whether all of it holds; says what does not."""
    with tempfile.TemporaryDirectory() as folder:
        for law in (of_files, of_programs):
            place = Path(folder) / law.__name__
            place.mkdir()
            try:
                law(place)
            except Failed as failed:
                print(f"self-test: {failed}")
                return False
    print(f"self-test: {len(CHANGES)} changes are told, {len(NO_CHANGES)} that are none are not; programs that end otherwise are told")
    return True
