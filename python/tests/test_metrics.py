"""Measures with their errors, against the same sums in NumPy."""

import numpy as np
import pytest
import scorelab as sl


def two(n=80, m=60, apart=0.5):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, 2)), rng.normal(size=(m, 2)) + apart


def distances(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=-1)


def test_energy_distance_is_its_formula():
    x, y = two()
    n, m = len(x), len(y)
    hand = 2 * distances(x, y).mean() - distances(x, x).sum() / (n * (n - 1)) - distances(y, y).sum() / (m * (m - 1))
    value, se = sl.energy_distance(x, y)
    assert abs(value - hand) < 1e-12 and se > 0
    distance, p = sl.energy_test(x, y, 99)
    assert abs(distance - hand) < 1e-12 and p <= 0.05
    assert sl.energy_test(x, x + 0, 99)[1] > 0.05


def test_a_difference_says_which_is_nearer():
    x, y = two(300, 300, apart=0.0)
    far, se, verdict = sl.energy_difference(x + 2.0, x, y)
    assert verdict == "worse" and far > 2.5 * se
    assert sl.energy_difference(x, x + 2.0, y)[2] == "better"
    assert sl.energy_difference(x, x, y) == (0.0, 0.0, "not told apart")


def test_averages_are_their_formulas():
    x, _ = two()
    assert np.allclose(sl.spread(x)[0], np.sqrt(np.cov(x.T).trace() / 2))
    value, se = sl.mean(x[:, 0])
    assert np.allclose((value, se), (x[:, 0].mean(), x[:, 0].std(ddof=1) / np.sqrt(len(x))))
    error, _ = sl.score_error(1.1 * x, x)
    assert abs(error - 0.1) < 1e-12
    assert abs(sl.cosine(3 * x, x)[0] - 1) < 1e-12 and abs(sl.cosine(-x, x)[0] + 1) < 1e-12


def test_entropy_is_that_of_a_gaussian():
    x = np.random.default_rng(0).normal(size=(4000, 2))
    nats, se = sl.entropy(x)
    assert abs(nats - np.log(2 * np.pi * np.e)) < 5 * se and se < 0.1


def test_frechet_distance_is_that_of_gaussians():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4000, 2)), 2 * rng.normal(size=(4000, 2)) + [1, 0]
    value, se = sl.frechet_distance(x, y)
    assert abs(value - 3.0) < 5 * se  # 1 + 2·(2 − 1)²


def test_neighbours_are_sorted_distances():
    x, y = two()
    order = np.argsort(distances(x, y), axis=1)[:, :3]
    assert np.array_equal(sl.nearest(x, y, 3), order)
    labels = (y[:, 0] > 0.5).astype(int)
    assert np.array_equal(sl.knn_classify(x, y, list(labels), 1), labels[order[:, 0]])
    found = sl.prdc(x, x + 0, 5)
    assert found.precision[0] == found.recall[0] == found.coverage[0] == 1
    assert sl.prdc(x, x + 99.0, 5).precision[0] == 0


def test_shares_sum_to_one_and_have_intervals(animals):
    x = np.vstack([animals.given("dog").sample(90)[0], animals.given("cat").sample(9)[0], [[np.inf, 0]]])
    shares = sl.shares(x, animals, "dog")
    parts = [shares.target, shares.other, shares.hybrid, shares.overshoot, shares.not_finite]
    assert abs(sum(parts) - 1) < 1e-12 and shares.n == 100
    assert shares.not_finite == 0.01 and abs(shares.other - 0.09) <= 0.01
    low, high = shares.interval("target")
    assert low < shares.target < high
    assert "target" in repr(shares)
    with pytest.raises(ValueError, match="one of target"):
        shares.interval("targets")


def test_an_outcome_of_true_samples_is_nothing_out_of_order(animals):
    x = animals.given("dog").sample(1000, seed=8)[0]
    found = sl.outcome(x, animals, "dog")
    assert abs(found.energy[0]) < 5 * found.energy[1]
    assert found.confidence[0] > 0.999 and found.shares.target > 0.98
    assert np.allclose(found.spread, sl.spread(x))
    own = sl.outcome(x, animals, "dog", truth=x[:500])
    assert np.allclose(own.energy, sl.energy_distance(x, x[:500]))
    assert "energy" in repr(found)


def test_counts_of_modes_are_tested(animals):
    x = animals.mixture.sample(4000, seed=2)[0]
    counts = sl.mode_counts(x, animals.mixture)
    statistic, dof, p = sl.chi_square(counts, animals.mixture.weights)
    assert sum(counts) == 4000 and dof == 3 and p > 0.001
    expected = 4000 * animals.mixture.weights
    assert np.allclose(statistic, ((counts - expected) ** 2 / expected).sum())
    assert sl.chi_square([4000, 0, 0, 0], animals.mixture.weights)[2] < 1e-9


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: sl.energy_distance(x[:1], x), "shape of x"),
        (lambda x: sl.energy_distance(x, x[:, :1]), "columns of y"),
        (lambda x: sl.energy_distance(x, x * np.nan), r"y\[0, 0\]"),
        (lambda x: sl.energy_difference(x, x[:-1], x), "rows of other"),
        (lambda x: sl.energy_difference(x, x, x[:, :1]), "columns of y"),
        (lambda x: sl.spread(x[:1]), "shape of x"),
        (lambda x: sl.entropy(x, 0), "neighbours"),
        (lambda x: sl.entropy(x, 80), "neighbours"),
        (lambda x: sl.prdc(x, x, 80), "neighbours"),
        (lambda x: sl.nearest(x, x, 81), "neighbours"),
        (lambda x: sl.knn_classify(x, x, [0]), "number of labels"),
        (lambda x: sl.frechet_distance(x, x, blocks=2), "blocks"),
        (lambda x: sl.chi_square([1, 2], [1.0]), "weights"),
        (lambda x: sl.chi_square([0], [1.0]), "all 0"),
        (lambda x: sl.chi_square([1], [-1.0]), "weight"),
        (lambda x: sl.mean([]), "values"),
        (lambda x: sl.score_error(x, x[1:]), "rows of exact"),
        (lambda x: sl.shares(x[:0], "animals", 0), "number of samples"),
        (lambda x: sl.outcome(x, "animals", 9), "class"),
        (lambda x: sl.outcome(x, "animals", 0, truth=x[:, :1]), "columns of truth"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call(two()[0])
