"""Guided diffusion held to the exact answer.

A score is a Mixture, a network, a Score, or a function ``f(x, alpha, sigma) -> (n, d)`` of points x (n, d) at the noise level
x_t = alpha * x_0 + sigma * eps. ``sample`` walks along any of them, ``method`` builds one by a guidance method of the catalogue,
``compare`` says whether an idea is better than ordinary guidance.
"""

from . import course as course
from ._page import Page as Page
from ._page import page as page
from ._scorelab import *
from ._scorelab import __version__ as __version__
