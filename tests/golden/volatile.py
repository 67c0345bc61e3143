"""What differs from one run to the next of the same program: times that a clock measured, and nothing else.

`tests/golden/run COMMIT COMMIT` runs one commit twice, and must find nothing.
"""

import fnmatch
import re

BILL = "experiments/classifier_bill"
NUMBER = r"[0-9]+(\.[0-9]+)?"
# (files, which of their lines, what in such a line is left out)
LINES = [
    ("experiments/*.stdout", r"^written in .* s:$", NUMBER),
    ("experiments/drawn_digits.stdout", r"^[0-9]+ drawings each second$", NUMBER),
    # the seconds of both trainings, and the microseconds of a step
    (f"{BILL}.stdout", r"^  (seconds to train|µs a step|new label: seconds)", rf" +{NUMBER}"),
    ("experiments/*.stdout", r"^answer: .* s( of training| and|$|,)", rf"{NUMBER} s( of training| and|,|$)"),
    (f"{BILL}/classifier_bill.csv", r"^\"?(seconds to train|µs a step|new label: seconds)", rf",{NUMBER}"),
    (f"{BILL}/*_classifier_bill.csv", r"^1,line-[3458],labels,[0-9]", rf"labels,{NUMBER}"),
    (f"{BILL}/*_classifier_bill.json", r"^ *\"(apart|joint): (seconds|µs)", rf": {NUMBER}"),
]
# pictures of such times; the numbers that they show are in the tables beside them
FILES = [f"{BILL}/*_classifier_bill.svg", f"{BILL}/*_classifier_bill.png"]


def left_out(name):
    """Whether a file is left out altogether."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in FILES)


def without(name, content):
    """The content of a file without what is volatile in it."""
    for files, line, part in LINES:
        if fnmatch.fnmatchcase(name, files):
            line, part = re.compile(line.encode()), re.compile(part.encode())
            content = b"\n".join(part.sub(b"*", text) if line.search(text) else text for text in content.split(b"\n"))
    return content
