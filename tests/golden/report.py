"""Says how the outputs of two sides differ."""

import fnmatch

import compare
import volatile
from outputs import INPUTS, is_experiment, went_well


class Report:
    """Lines about what differs, and the counts of the last line."""

    def __init__(self, allowed=(), say=print):
        self.allowed = {pattern: 0 for pattern in allowed}
        self.say = say
        self.equal = self.differ = self.alone = self.expected = self.skipped = self.left_out = 0

    def allows(self, item):
        """Whether a difference is on the list; its pattern is then known to be needed."""
        found = [pattern for pattern in self.allowed if fnmatch.fnmatchcase(item, pattern)]
        for pattern in found:
            self.allowed[pattern] += 1
        return bool(found)

    def tell(self, word, item, what):
        """One line; True if it is a fault, False if it is on the list."""
        expected = self.allows(item)
        self.say(f"{'expected: ' if expected else ''}{word}: {item}{': ' if what else ''}{what}")
        return not expected

    def count(self, faults):
        """Counts a file by what was said of it."""
        if any(faults):
            self.differ += 1
        elif faults:
            self.expected += 1
        else:
            self.equal += 1

    def compare(self, old, new):
        """Compares the outputs of two sides."""
        self.files(old.folder, new.folder, self.ends(old.ended, new.ended))

    def ends(self, old, new):
        """How the programs ended, {name: {code, error}}; returns the names whose files are not to be compared."""
        unlike = set()
        for name, before in old.items():
            after = new.get(name)
            if not is_experiment(name) and not went_well(before):
                self.say(f"skipped: {name}: the old one cannot do it: {before['error'] or before['code']}")
                self.skipped += 1
                unlike.add(name)
            elif after is None:
                self.alone += self.tell("only in the old one", name, "")
                unlike.add(name)
            elif before["code"] != after["code"]:
                what = f"exit code {before['code']} became {after['code']} {after['error']}".rstrip()
                self.differ += self.tell("differs", name, what)
                if not went_well(after):
                    unlike.add(name)
        for name in new:
            if name not in old:
                self.say(f"skipped: {name}: the old one does not have it")
                self.skipped += 1
                unlike.add(name)
        return unlike

    def files(self, old, new, unlike):
        """Compares the files of two folders, but for those of the names in `unlike`."""
        names = {path.relative_to(side).as_posix() for side in (old, new) for path in side.rglob("*") if path.is_file()}
        for name in sorted(names):
            if name.startswith(f"{INPUTS.name}/") or any(name.startswith((f"{u}/", f"{u}.")) for u in unlike):
                continue
            one, other = old / name, new / name
            if one.is_file() != other.is_file():
                side = "old" if one.is_file() else "new"
                self.alone += self.tell(f"only in the {side} one", name, "")
            elif volatile.left_out(name):
                self.left_out += 1
            else:
                found = compare.differences(name, one.read_bytes(), other.read_bytes())
                self.count([self.tell("differs", item, what) for item, what in found])

    def end(self, seconds):
        """The last lines; True if all is as it must be."""
        for pattern in (p for p, count in self.allowed.items() if not count):
            self.say(f"expected to differ, but equal or not there: {pattern}")
        more = [f"{count} {what}" for count, what in ((self.expected, "differ as expected"), (self.skipped, "skipped"),
                                                      (self.left_out, "left out as times")) if count]
        self.say(f"{self.equal} files equal, {self.differ} differ, {self.alone} only in one"
                 f"{' (' if more else ''}{', '.join(more)}{')' if more else ''}, {seconds:.0f} s")
        return self.equal > 0 and not self.differ and not self.alone
