"""What differs between two files, in one line that says where first and by how much."""

import ast
import csv
import hashlib
import io
import json
import math
import re
import struct
import zipfile

import png
import volatile

METADATA = " (metadata)"
NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# numbers of a safetensors or NumPy array, by type: struct's letter
LETTERS = {"F32": "f", "F64": "d", "U8": "B", "I64": "q", "<f4": "f", "<f8": "d", "|u1": "B", "<i8": "q", "<u8": "Q"}


class Unlike(Exception):
    """Content that is not what the end of the file's name says."""


def differences(name, old, new):
    """[(item, what differs)] of a file of two contents; none if they are equal but for what is volatile.

    An item is the name or, where what is said of the numbers differs, the name with " (metadata)": of weights their header,
    of a figure's JSON the settings under "meta".
    """
    old, new = volatile.without(name, old), volatile.without(name, new)
    if hashlib.sha256(old).digest() == hashlib.sha256(new).digest():
        return []
    ending = name.rsplit(".", 1)[-1]
    try:
        if ending == "safetensors":
            return weights(name, old, new)
        if ending == "json":
            return values(name, old, new)
        what = KINDS.get(ending, raw)(old, new)
    except (Unlike, png.Unreadable, UnicodeDecodeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        what = f"{raw(old, new)} ({error})"
    return [(name, what)] if what else []


def amount(largest):
    """By how much numbers differ."""
    return f"numbers by at most {largest:.3g}" if largest is not None else "not only in numbers"


def apart(a, b):
    """By how much two numbers differ; infinite if one of them is none."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    return abs(a - b) if math.isfinite(a) and math.isfinite(b) else math.inf


def largest_in_words(pairs):
    """The largest difference of the numbers in pairs of texts that are alike otherwise; None if they are not."""
    largest = 0.0
    for a, b in pairs:
        if NUMBER.sub("#", a) != NUMBER.sub("#", b):
            return None
        for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)):
            largest = max(largest, apart(float(x.replace("−", "-")), float(y.replace("−", "-"))))
    return largest


def around(a, b):
    """Two texts where they begin to differ, short enough for a line."""
    first = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    start = max(0, first - 20)
    return " became ".join(repr(("…" if start else "") + text[start:first + 40]) for text in (a, b))


def plain(old, new):
    """Of lines of text."""
    a, b = old.decode().splitlines(), new.decode().splitlines()
    rows = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
    if len(a) != len(b):
        first = rows[0] if rows else min(len(a), len(b))
        lines = [text[first] if first < len(text) else "" for text in (a, b)]
        return f"{len(a)} lines became {len(b)}; line {first + 1}: {around(*lines)}"
    if not rows:
        return "ends of lines"
    found = amount(largest_in_words((a[i], b[i]) for i in rows))
    return f"{len(rows)} of {len(a)} lines, {found}; line {rows[0] + 1}: {around(a[rows[0]], b[rows[0]])}"


def raw(old, new):
    """Of bytes."""
    first = next((i for i, (x, y) in enumerate(zip(old, new)) if x != y), min(len(old), len(new)))
    return f"{len(old)} bytes became {len(new)}, the first that differs is number {first + 1}"


def table(old, new):
    """Of CSV, its first row the names of the columns."""
    a, b = (list(csv.reader(io.StringIO(content.decode(), newline=""))) for content in (old, new))
    if [len(row) for row in a] != [len(row) for row in b] or not a or a[0] != b[0]:
        return plain(old, new)
    rows = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
    if not rows:
        return "the same cells, written otherwise"
    row = rows[0]
    column = next(j for j, (x, y) in enumerate(zip(a[row], b[row])) if x != y)
    title = a[0][column] if column < len(a[0]) else column + 1
    cells = ((x, y) for i in rows for x, y in zip(a[i], b[i]))
    return (f"{len(rows)} of {len(a) - 1} rows, {amount(largest_in_words(cells))}; row {row}, {title}: "
            f"{around(a[row][column], b[row][column])}")


def leaves(value, path=""):
    """The values of a JSON tree by their paths; a text that is JSON itself is opened too."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            pass
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{i}]")
    else:
        yield path, value


def trees(a, b):
    """Of two JSON trees; None if they are equal."""
    a, b = dict(leaves(a)), dict(leaves(b))
    for one, other, verb in ((a, b, "went"), (b, a, "came")):
        missing = [path for path in one if path not in other]
        if missing:
            return f"{len(missing)} values {verb}, the first {missing[0]}"
    # True equals 1 in Python, and no JSON
    unlike = [p for p in a if apart_as_json(a[p], b[p])]
    if not unlike:
        return None
    first = unlike[0]
    largest = largest_in_words((str(a[p]), str(b[p])) for p in unlike)
    return (f"{len(unlike)} of {len(a)} values, {amount(largest)}; {first}: "
            f"{around(json.dumps(a[first], ensure_ascii=False), json.dumps(b[first], ensure_ascii=False))}")


def apart_as_json(a, b):
    return type(a) is not type(b) or a != b


def values(name, old, new):
    """Of JSON, the settings under "meta" apart from the rest."""
    a, b = json.loads(old), json.loads(new)
    found = []
    if isinstance(a, dict) and isinstance(b, dict):
        found.append((name + METADATA, trees(a.pop("meta", None), b.pop("meta", None))))
    found.append((name, trees(a, b)))
    return [(item, what) for item, what in found if what] or [(name, "the same values, written otherwise")]


def picture(old, new):
    """Of PNGs, pixel by pixel; None if only their packing differs."""
    (width, height, a), (new_width, new_height, b) = png.pixels(old), png.pixels(new)
    if (width, height) != (new_width, new_height):
        return f"{width} × {height} pixels became {new_width} × {new_height}"
    count, largest, first = 0, 0, None
    for y, (one, other) in enumerate(zip(a, b)):
        if one == other:
            continue
        for x in range(0, 4 * width, 4):
            if one[x:x + 4] != other[x:x + 4]:
                count += 1
                largest = max(largest, *(abs(p - q) for p, q in zip(one[x:x + 4], other[x:x + 4])))
                first = first or (x // 4, y)
    return f"{count} of {width * height} pixels, by at most {largest} of 255, the first at {first}" if count else None


def numbers(a, b, kind):
    """How the numbers of two arrays of one type differ; None if they do not."""
    letter = LETTERS.get(kind)
    if a == b:
        return None
    if letter is None or len(a) != len(b):
        return raw(a, b)
    width = struct.calcsize("<" + letter)
    unlike = [i for i in range(0, len(a), width) if a[i:i + width] != b[i:i + width]]
    pair = [[struct.unpack_from("<" + letter, x, i)[0] for x in (a, b)] for i in unlike]
    largest = max(apart(float(x), float(y)) for x, y in pair)
    return f"{len(unlike)} of {len(a) // width} numbers, by at most {largest:.3g}, the first is number {unlike[0] // width + 1}"


def tensors(content):
    """The metadata and {name: (type, shape, bytes)} of a safetensors file."""
    if len(content) < 8:
        raise Unlike("not a safetensors file")
    length = struct.unpack_from("<Q", content)[0]
    header = json.loads(content[8:8 + length])
    metadata = header.pop("__metadata__", {})
    start = 8 + length
    return metadata, {name: (t["dtype"], t["shape"], content[start + t["data_offsets"][0]:start + t["data_offsets"][1]])
                      for name, t in header.items()}


def weights(name, old, new):
    """Of a safetensors file: its tensors and its metadata apart; `sha256` is the fingerprint of both, and counts as neither."""
    (said, a), (also_said, b) = tensors(old), tensors(new)
    found = []
    a.pop("sha256", None), b.pop("sha256", None)
    what = named_arrays(a, b)
    if what:
        found.append((name, what))
    what = trees(said, also_said)
    if what:
        found.append((name + METADATA, what))
    return found or [(name + METADATA, "the same values, written otherwise")]


def named_arrays(a, b):
    """Of arrays {name: (type, shape, bytes)}; None if they are equal."""
    shapes = [{key: entry[:2] for key, entry in entries.items()} for entries in (a, b)]
    if shapes[0] != shapes[1]:
        return trees({key: str(s) for key, s in shapes[0].items()}, {key: str(s) for key, s in shapes[1].items()})
    said = {key: numbers(a[key][2], b[key][2], a[key][0]) for key in a}
    said = [f"{key}: {what}" for key, what in said.items() if what]
    return f"{len(said)} of {len(a)} arrays; {said[0]}" if said else None


def arrays(old, new):
    """Of NumPy's .npz."""
    found = []
    for content in (old, new):
        entries = {}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                if data[:6] != b"\x93NUMPY":
                    raise Unlike(f"{name} is no array")
                length = struct.unpack_from("<H", data, 8)[0]
                header = ast.literal_eval(data[10:10 + length].decode())
                entries[name] = (header["descr"], header["shape"], data[10 + length:])
        found.append(entries)
    return named_arrays(*found) or "the same arrays, packed otherwise"


# by the end of a file's name
KINDS = {"csv": table, "png": picture, "npz": arrays, "stdout": plain, "svg": plain, "html": plain, "toml": plain}
