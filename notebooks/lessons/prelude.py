# Once, in a terminal: pip install {root}/python
import numpy as np
import scorelab as sl


def check(n, answer):
    """Says whether the answer to exercise n is right."""
    sl.course.check(n, answer, lang="{language}")


def figure(name, **flags):
    """A figure of the lecture, with the flags of `scorelab plot`."""
    return sl.figure(name, lang="{language}", **flags)
