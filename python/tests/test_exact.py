"""Exact scores against the same formulas in NumPy, and arrays of every kind."""

import numpy as np
import pytest
import scorelab as sl

LEVELS = [(1.0, 0.3), (0.6, 0.8), (0.05, 0.999), (1.0, 20.0)]


def slanted():
    rng = np.random.default_rng(3)
    means = rng.normal(size=(5, 3)) * 2
    roots = rng.normal(size=(5, 3, 3))
    covs = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(3)
    return np.array([0.1, 0.3, 0.2, 0.25, 0.15]), means, covs, [0, 0, 1, 1, 2]


def by_hand(weights, means, covs, x, alpha, sigma):
    """log(w_k N(x; alpha mu_k, C_k)) (n, K), and each component's own score (n, K, d)."""
    c = alpha**2 * covs + sigma**2 * np.eye(means.shape[1])
    off = alpha * means - x[:, None, :]
    own = np.einsum("kij,nkj->nki", np.linalg.inv(c), off)
    square = np.einsum("nki,nki->nk", off, own)
    log_det = np.linalg.slogdet(2 * np.pi * c)[1]
    return np.log(weights) - 0.5 * (square + log_det), own


def score_by_hand(weights, means, covs, x, alpha, sigma):
    logs, own = by_hand(weights, means, covs, x, alpha, sigma)
    top = logs.max(axis=1, keepdims=True)
    resp = np.exp(logs - top)
    resp /= resp.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkd->nd", resp, own)


def test_a_file_of_points_is_a_scene(tmp_path):
    x, y = sl.Scene("moons").sample(40)
    path = tmp_path / "mine.csv"
    path.write_text("x,y,label\n" + "".join(f"{a!r},{b!r},{'ab'[label]}\n" for (a, b), label in zip(x.tolist(), y)))
    scene = sl.Scene(str(path))
    assert np.array_equal(scene.mixture.means, x) and sorted(scene.class_names) == ["a", "b"]
    assert sl.shares(x, str(path), "a").n == 40
    with pytest.raises((ValueError, OSError), match="missing.csv"):
        sl.Scene(str(tmp_path / "missing.csv"))


@pytest.mark.parametrize("level", LEVELS)
def test_the_score_is_its_formula(level):
    weights, means, covs, labels = slanted()
    x = np.random.default_rng(0).normal(size=(300, 3)) * 3
    exact = score_by_hand(weights, means, covs, x, *level)
    found = sl.Mixture(weights, means, covs, labels).score(x, *level)
    scale = np.abs(exact).max()
    assert np.abs(found - exact).max() < 1e-12 * scale
    assert np.abs(found * (1 + 1e-9) - exact).max() > 1e-12 * scale  # the wrong twin


@pytest.mark.parametrize("level", LEVELS)
def test_the_log_density_and_the_classes_are_their_formulas(level):
    weights, means, covs, labels = slanted()
    mixture = sl.Mixture(weights, means, covs, labels)
    x = np.random.default_rng(1).normal(size=(200, 3)) * 2
    logs, _ = by_hand(weights, means, covs, x, *level)
    top = logs.max(axis=1)
    density = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    assert np.allclose(mixture.log_density(x, *level), density, rtol=1e-12, atol=1e-12)
    parts = np.exp(logs - density[:, None])
    by_class = np.stack([parts[:, np.array(labels) == y].sum(axis=1) for y in range(3)], axis=1)
    assert np.abs(mixture.class_probabilities(x, *level) - by_class).max() < 1e-12
    posterior = mixture.posterior(1)
    assert np.allclose(np.exp(posterior.log_likelihood(x, *level)), by_class[:, 1], atol=1e-12)


def test_bayes_rule_ties_score_posterior_and_class(points):
    mixture = sl.Scene("wide").mixture
    level = (0.8, 0.6)
    sum_ = mixture.score(points, *level) + mixture.posterior(1).grad_log_likelihood(points, *level)
    given = mixture.given(1).score(points, *level)
    assert np.allclose(sum_, given, atol=1e-10)
    assert not np.allclose(sum_ * 1.001, given, atol=1e-10)


def test_the_jacobian_is_the_derivative_of_the_score(points):
    mixture, level, h = sl.Scene("wide").mixture, (0.7, 0.9), 1e-5
    jacobian = mixture.jacobian(points, *level)
    for j in range(2):
        step = np.zeros(2)
        step[j] = h
        difference = (mixture(points + step, *level) - mixture(points - step, *level)) / (2 * h)
        assert np.abs(jacobian[:, :, j] - difference).max() < 1e-6 * np.abs(jacobian).max()


def test_denoised_and_eps_are_tweedies_formula(points):
    mixture, (alpha, sigma) = sl.Scene("three").mixture, (0.6, 0.8)
    score = mixture.score(points, alpha, sigma)
    assert np.allclose(mixture.denoised(points, alpha, sigma), (points + sigma**2 * score) / alpha)
    assert np.allclose(mixture.eps(points, alpha, sigma), -sigma * score)


def test_an_observation_is_the_kalman_update():
    mean, cov = np.array([[1.0, -1.0]]), np.array([[[2.0, 0.6], [0.6, 1.0]]])
    mixture = sl.Mixture([1.0], mean, cov)
    left = mixture.observed(sl.Observation.mask({0: 2.0}, 2, tau=0.5))
    gain = cov[0][:, 0] / (2.0 + 0.25)
    assert np.allclose(left.means[0], mean[0] + gain * (2.0 - 1.0), atol=1e-12)
    assert np.allclose(left.covs[0], cov[0] - np.outer(gain, cov[0][0]), atol=1e-12)
    general = mixture.observed(sl.Observation([[1.0, 0.0]], [2.0], 0.5))
    assert np.array_equal(left.means, general.means)
    x = np.zeros((1, 2))
    measured = mixture.measured(sl.Observation.point([0.0, 0.0], 1.0))
    assert np.isfinite(measured.log_likelihood(x, 1.0, 0.5)).all()


def test_a_data_set_pulls_to_its_points():
    data = np.array([[0.0, 0.0], [4.0, 0.0]])
    empirical = sl.Empirical(data)
    near = empirical.denoised(np.array([[3.9, 0.2]]), 1.0, 0.1)
    assert np.allclose(near, [[4.0, 0.0]], atol=1e-12)
    same = sl.Mixture([1, 1], data, sds=[1e-9, 1e-9])
    x = np.array([[1.0, 1.0]])
    assert np.allclose(empirical.log_density(x, 1.0, 1.0), same.log_density(x, 1.0, 1.0))


def test_noising_twice_is_noising_once():
    mixture = sl.Scene("wide").mixture
    once = mixture.noised(1.0, 0.5)
    x = np.ones((1, 2))
    assert np.allclose(once.score(x, 1.0, 1.2), mixture.score(x, 1.0, np.hypot(0.5, 1.2)))


def test_the_tilt_is_the_class_at_gamma_one():
    mixture = sl.Scene("three").mixture
    tilt = sl.Tilt(mixture, 0, 1.0)
    assert np.allclose(tilt.mean, mixture.given(0).mean, atol=1e-3)
    assert abs(tilt.density.sum() * (tilt.axes[0][1] - tilt.axes[0][0]) ** 2 - 1) < 1e-9
    assert tilt.sample(100, 3).shape == (100, 2)
    assert np.allclose(np.cov(tilt.sample(20000).T), tilt.covariance, atol=0.05)
    assert tilt.entropy > sl.Tilt(mixture, 0, 3.0).entropy
    whole = sl.Tilt.of([(1.0, mixture)])
    assert np.allclose(whole.mean, mixture.mean, atol=1e-3)


def test_float32_lists_strides_and_orders_are_the_same_points(points):
    mixture, level = sl.Scene("animals").mixture, (0.8, 0.6)
    exact = mixture.score(points, *level)
    wide = np.zeros((50, 6))
    wide[:, 1:5:3] = points
    for same in [points.tolist(), np.asfortranarray(points), wide[:, 1:5:3], points[::-1][::-1]]:
        assert np.array_equal(mixture.score(same, *level), exact)
    assert np.array_equal(mixture.score(points[::-1], *level), exact[::-1])
    single = mixture.score(points.astype(np.float32), *level)
    assert single.dtype == np.float64
    assert np.array_equal(single, mixture.score(points.astype(np.float32).astype(float), *level))
    swapped = points.astype(">f8")
    assert np.array_equal(mixture.score(swapped, *level), exact)
    whole = np.arange(6).reshape(3, 2)
    assert np.array_equal(mixture.score(whole, *level), mixture.score(whole.astype(float), *level))


def test_what_is_given_is_not_changed_and_may_be_read_only(points):
    kept = points.copy()
    points.flags.writeable = False
    sl.Scene("animals").mixture.score(points, 0.5, 0.5)
    assert np.array_equal(points, kept)


def test_no_points_are_no_answers():
    for none in [np.zeros((0, 2)), np.ones((5, 2))[:0], np.ones((5, 4))[5:, ::-2]]:
        assert sl.Scene("animals").mixture.score(none, 1.0, 1.0).shape == (0, 2)


@pytest.mark.parametrize(
    "x, words",
    [
        (np.zeros(2), r"shape of x is \(2,\), but it must be \(n, d\)"),
        (np.zeros((3, 3)), r"\(3, 3\), but it must be \(n, 2\)"),
        (np.zeros((2, 1, 2)), r"\(2, 1, 2\)"),
        (3.0, r"shape of x is \(\)"),
    ],
)
def test_a_wrong_shape_is_refused_in_words(x, words):
    with pytest.raises(ValueError, match=words):
        sl.Scene("animals").mixture.score(x, 1.0, 1.0)


@pytest.mark.parametrize("x", [np.zeros((2, 2), complex), [["a", "b"]], np.array([[None, None]])])
def test_what_are_no_real_numbers_is_refused_in_words(x):
    with pytest.raises(TypeError, match="dtype of x"):
        sl.Scene("animals").mixture.score(x, 1.0, 1.0)


@pytest.mark.parametrize("level", [(0.0, 1.0), (-1.0, 1.0), (1.0, -0.1), (np.nan, 1.0), (1.0, np.inf)])
def test_a_level_that_cannot_be_is_refused(level):
    with pytest.raises(ValueError, match="alpha|sigma"):
        sl.Scene("animals").mixture.score(np.zeros((1, 2)), *level)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (dict(weights=[-1.0], means=[[0.0]], sds=[1.0]), r"weights\[0\] is -1"),
        (dict(weights=[1.0], means=[[0.0]], covs=[[[-1.0]]]), "covariance"),
        (dict(weights=[1.0, 1.0], means=[[0.0]], sds=[1.0]), "the number of"),
        (dict(weights=[1.0], means=[[0.0]]), "covs or sds"),
        (dict(weights=[1.0], means=[0.0], sds=[1.0]), "shape of means"),
    ],
)
def test_a_mixture_that_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        sl.Mixture(**arguments)


def test_a_class_that_is_not_there_is_refused():
    scene = sl.Scene("animals")
    for ask in [scene.mixture.given, scene.mixture.posterior, scene.given, scene.posterior]:
        with pytest.raises(ValueError):
            ask(4)
    with pytest.raises(ValueError, match="dog"):
        scene.given("dogg")
    with pytest.raises(ValueError, match="did you mean|animals"):
        sl.Scene("animal")
