"""What the tests share."""

import numpy as np
import pytest
import scorelab as sl


@pytest.fixture(scope="session")
def animals():
    return sl.Scene("animals")


@pytest.fixture()
def points():
    return np.random.default_rng(7).normal(size=(50, 2)) * 3


@pytest.fixture(scope="session")
def joint():
    return sl.train("joint", "three", steps=5, width=16, depth=2, points=500, batch=64)
