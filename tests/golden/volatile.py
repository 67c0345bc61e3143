"""What differs from one run to the next of the same program: times that a clock measured, and nothing else."""

import fnmatch
import re

NUMBER = rb"[0-9]+(?:\.[0-9]+)?"

# (files, the line, what of it is left out)
LINES = [
    ("experiments/*.stdout", rb"^written in .* s:$", NUMBER),
]
# files that are pictures of such a time
FILES = []


def left_out(name):
    """Whether a file is left out altogether."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in FILES)


def without(name, content):
    """The content of a file without what is volatile in it."""
    for files, line, part in LINES:
        if fnmatch.fnmatchcase(name, files):
            lines = content.split(b"\n")
            content = b"\n".join(re.sub(part, b"*", text) if re.search(line, text) else text for text in lines)
    return content
