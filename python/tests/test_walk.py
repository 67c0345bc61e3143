"""Samplers, trajectories, methods, and Python functions as scores."""

import threading
import time

import numpy as np
import pytest
import scorelab as sl

FAST = dict(steps=16, seed=3)


def test_exact_samples_of_a_class_are_on_its_mode(animals):
    x = sl.sample(animals.given("dog"), 2000, seed=1)
    shares = sl.shares(x, animals, "dog")
    # 0.22 % of a mode's own samples are farther out than 3.5 standard deviations
    assert shares.target > 1 - 0.0022 - 5 * np.sqrt(0.0022 / 2000)
    assert sl.shares(x, animals, "cat").target < 0.01


def test_the_first_rows_of_many_are_a_run_of_few(animals):
    few, many = (sl.sample(animals.mixture, n, **FAST) for n in (40, 400))
    assert np.array_equal(few, many[:40])
    assert not np.array_equal(few, sl.sample(animals.mixture, 40, steps=16, seed=4))


def test_z_goes_in_and_out(animals):
    z = sl.start(30, 2, **FAST)
    kept = z.copy()
    times, way = sl.trajectories(animals.mixture, start=z, **FAST)
    assert way.shape == (17, 30, 2) and times.shape == (17,)
    assert np.array_equal(z, kept) and np.array_equal(way[0], z)
    assert np.array_equal(way[-1], sl.sample(animals.mixture, 30, **FAST))
    assert times[-1] == 0 and (np.diff(times) < 0).all()


@pytest.mark.parametrize("sampler", sl.samplers())
def test_every_sampler_walks(animals, sampler):
    x = sl.sample(animals.given(0), 200, sampler=sampler, steps=64)
    assert sl.shares(x, animals, 0).target > 0.9
    assert np.array_equal(x, sl.sample(animals.given(0), 200, sampler=sl.Sampler(sampler), steps=64))


@pytest.mark.parametrize("process", sl.processes())
def test_every_process_walks(animals, process):
    x = sl.sample(animals.given(0), 200, process=process)
    assert sl.shares(x, animals, 0).target > 0.95


def test_samplers_have_their_parameters(animals):
    ancestral = sl.sample(animals.mixture, 20, sampler="ancestral", **FAST)
    assert np.array_equal(ancestral, sl.sample(animals.mixture, 20, sampler=sl.Sampler("ddim", eta=1.0), **FAST))
    for wrong in [dict(name="heun", eta=1.0), dict(name="ddim", eta=-1.0), dict(name="sde", eta=0.5), dict(name="euler")]:
        with pytest.raises(ValueError):
            sl.Sampler(**wrong)


def test_a_grid_says_process_and_times(animals):
    grid = sl.Grid("ve", 12, spacing="uniform")
    x = sl.sample(animals.mixture, 10, grid=grid)
    assert np.array_equal(x, sl.sample(animals.mixture, 10, grid=sl.Grid.of("ve", grid.times)))
    for wrong in [dict(steps=3), dict(process="ve")]:
        with pytest.raises(ValueError, match="grid"):
            sl.sample(animals.mixture, 10, grid=grid, **wrong)
    for wrong in [dict(spacing="even"), dict(steps=0), dict(rho=-1.0)]:
        with pytest.raises(ValueError):
            sl.Grid("ve", **wrong)
    with pytest.raises(ValueError, match="times"):
        sl.Grid.of("ve", [0.5, 0.6])


@pytest.mark.parametrize(
    "wrong, words",
    [
        (dict(samples=0), "samples"),
        (dict(samples=3, start=np.zeros((4, 2))), "as many as start has rows"),
        (dict(start=np.zeros((4, 3))), r"\(n, 2\)"),
        (dict(sampler="hoin"), "sampler"),
        (dict(process="vp"), "process"),
        (dict(steps=0), "steps"),
    ],
)
def test_a_walk_that_cannot_be_is_refused(animals, wrong, words):
    with pytest.raises(ValueError, match=words):
        sl.sample(animals.mixture, **wrong)


TOO_MUCH = {
    "start": lambda: sl.start(10**13, 2),
    "width": lambda: sl.start(3, 10**13),
    "scene": lambda: sl.Scene("three").sample(10**13),
    "mixture": lambda: sl.Scene("three").mixture.sample(10**13),
    "tilt": lambda: sl.Tilt(sl.Scene("three").mixture, 0, 2.0).sample(10**13),
    "walk": lambda: sl.sample(sl.Scene("three").mixture, 10**13),
    "paths": lambda: sl.trajectories(sl.Scene("three").mixture, 1000, steps=1_000_000),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_does_not_fit_into_the_memory_is_refused_in_words(what):
    with pytest.raises(ValueError, match="do not fit into 4 GiB"):
        TOO_MUCH[what]()


def test_samples_that_are_not_finite_are_refused_in_words():
    with pytest.raises(ValueError, match="3 of 3 samples are not finite"):
        sl.sample(lambda x, alpha, sigma: x * np.nan, 3, dim=2, steps=4)


def test_gamma_of_guided_is_that_of_the_formula(animals, points):
    c, u = animals.given("dog"), animals.mixture
    level = (0.5, 0.7)
    for gamma in [-1.0, 0.0, 1.0, 2.5]:
        guided = sl.guided(c, u, gamma).score(points, *level)
        assert np.allclose(guided, u(points, *level) + gamma * (c(points, *level) - u(points, *level)))
        steered = sl.classifier_guided(u, animals.posterior("dog"), gamma).score(points, *level)
        assert np.allclose(steered, guided, atol=1e-9)
    scaled = sl.gradient_scaled(animals.posterior("dog"), 2.0)
    half = sl.classifier_guided(u, scaled, 0.5).score(points, *level)
    assert np.allclose(half, c(points, *level), atol=1e-9)
    with pytest.raises(ValueError, match="γ"):
        sl.guided(c, u, np.nan)


def test_compositions_are_their_formulas(animals, points):
    u, a, b = animals.mixture, animals.given(0), animals.given(1)
    level = (0.5, 0.7)
    s = [m(points, *level) for m in (u, a, b)]
    found = sl.composed(u, [(2.0, a), (-0.5, b)]).score(points, *level)
    assert np.allclose(found, s[0] + 2.0 * (s[1] - s[0]) - 0.5 * (s[2] - s[0]))
    priors = u.class_weights
    every = sl.any_of([(w, u.given(y)) for y, w in enumerate(priors)])
    assert np.allclose(every.score(points, *level), s[0], atol=1e-10)
    with pytest.raises(ValueError, match="terms"):
        sl.any_of([])
    with pytest.raises(ValueError, match="dimension"):
        sl.guided(u, sl.Scene("two-1d").mixture, 2.0)


NAMES = {m["name"]: any("mask" in need for need in m["needs"]) for m in sl.methods()}
MASK = sl.Observation.mask({0: 2.0}, 2)


@pytest.mark.parametrize("name", NAMES)
def test_every_method_is_built_by_name_and_walks(animals, name):
    weak = animals.given("dog").noised(1.0, 0.5)
    plan = sl.method(name, animals, "dog", guiding=weak, observation=MASK if NAMES[name] else None)
    x = sl.sample(plan, 64, steps=16)
    assert x.shape == (64, 2) and np.isfinite(x).all()
    assert plan.name == name and plan.dim == 2
    own = {m["name"]: m for m in sl.methods()}[name]["knobs"]
    assert plan.knobs == {knob: told["default"] for knob, told in own.items()}


def test_a_method_has_knobs_and_refuses_others(animals):
    plan = sl.method("interval", animals, "dog", gamma=4, high=1.0)
    assert plan.knobs["gamma"] == 4 and plan.knobs["high"] == 1
    scale = sl.method("classifier", animals, "dog", gradient_scale=0.5)
    assert scale.knobs["gradient-scale"] == 0.5
    for wrong in [dict(gama=3), dict(gamma=np.inf), dict(low=-1)]:
        with pytest.raises(ValueError, match="interval"):
            sl.method("interval", animals, "dog", **wrong)
    with pytest.raises(ValueError, match="classifier-free"):
        sl.method("classifier-fre", animals, "dog")
    with pytest.raises(ValueError, match="conditional"):
        sl.method("classifier-free", animals)
    with pytest.raises(TypeError):
        sl.method("classifier-free", 3)


def test_what_is_observed_is_steered_to_as_the_exact_posterior_says(animals):
    exact = animals.given("dog").observed(MASK)
    of = lambda name, **knobs: sl.sample(sl.method(name, animals, "dog", observation=MASK, **knobs), 400, **FAST)  # noqa: E731
    want = sl.sample(exact, 400, **FAST)
    assert np.array_equal(of("conditional"), want)
    guided = sl.guided(exact, animals.given("dog"), 2.0)
    assert np.array_equal(of("classifier-free", gamma=2), sl.sample(guided, 400, **FAST))
    assert np.array_equal(of("dps", gamma=0), sl.sample(animals.given("dog"), 400, **FAST))
    # a single Gaussian, for which TMPD is exact: nearer to the posterior's mean than to the prior's by far
    one = sl.Mixture([1.0], [[0.0, 1.0]], [[[1.0, 0.6], [0.6, 1.0]]])
    seen = sl.Observation.mask({0: 1.5}, 2, tau=0.3)
    x = sl.sample(sl.method("tmpd", one, observation=seen), 4000, steps=64, seed=1)
    off = lambda mean: np.abs(x.mean(axis=0) - mean).max()  # noqa: E731
    assert off(one.observed(seen).mean) < 0.05 < 0.5 < off(one.mean)
    masked = sl.sample(sl.method("replacement", animals, observation=MASK), 50, **FAST)
    assert np.abs(masked[:, 0] - 2).max() < 1e-12 < np.abs(want[:, 0] - want[:, 1]).max()


def test_an_observation_goes_with_any_score_and_is_refused_where_it_does_not_fit(animals, joint):
    exact = animals.mixture
    want = sl.sample(sl.method("dps", animals, observation=MASK), 100, **FAST)
    assert np.array_equal(sl.sample(sl.method("dps", exact, observation=MASK), 100, **FAST), want)
    assert np.array_equal(sl.sample(sl.method("dps", unconditional=exact, observation=MASK), 100, **FAST), want)
    other = sl.Observation.mask({0: 2.1}, 2)
    assert not np.array_equal(sl.sample(sl.method("dps", exact, observation=other), 100, **FAST), want)
    # the Jacobian of a function is taken by differences
    of_function = sl.sample(sl.method("dps", lambda x, a, s: exact(x, a, s), observation=MASK, dim=2), 100, **FAST)
    assert 0 < np.abs(of_function - want).max() < 1e-3
    net = sl.sample(sl.method("replacement", joint, 1, observation=MASK), 30, **FAST)
    assert np.abs(net[:, 0] - 2).max() < 1e-12
    with pytest.raises(ValueError, match="conditional"):
        sl.method("conditional", joint, observation=MASK)
    with pytest.raises(ValueError, match="an observation: a mask or a point"):
        sl.method("dps", animals)
    with pytest.raises(ValueError, match="a mask that is exact"):
        sl.method("repaint", animals, observation=sl.Observation.point([1.0, 2.0], tau=0.1))
    for of in (dict(of=animals), dict(unconditional=exact)):
        with pytest.raises(ValueError, match="width of the observation"):
            sl.method("tmpd", observation=sl.Observation.mask({0: 2.0}, 3), **of)
    with pytest.raises(TypeError):
        sl.method("tmpd", animals, observation={0: 2.0})


def test_a_function_that_a_method_steers_gets_all_rows_in_one_call(animals):
    calls = []

    def f(x, alpha, sigma):
        calls.append(len(x))
        return animals.mixture(x, alpha, sigma)

    way = dict(samples=300, steps=5, sampler="ddim")
    x = sl.sample(sl.method("unconditional", sl.Score(f, 2)), **way)
    assert np.array_equal(x, sl.sample(sl.method("unconditional", f, dim=2), **way))
    assert calls == [300] * 10
    with pytest.raises(ValueError, match="dim="):
        sl.method("unconditional", f)
    with pytest.raises(ValueError, match="no classes"):
        sl.method("classifier-free", sl.Score(f, 2), 1)


def test_classifier_free_by_name_is_guided(animals):
    plan = sl.method("classifier-free", animals, "dog", gamma=3)
    guided = sl.guided(animals.given("dog"), animals.mixture, 3)
    assert np.array_equal(sl.sample(plan, 50, **FAST), sl.sample(guided, 50, **FAST))
    assert plan.score is not None
    assert np.array_equal(plan.score(np.ones((1, 2)), 1.0, 1.0), guided(np.ones((1, 2)), 1.0, 1.0))


# Python functions


def test_a_function_that_asks_the_exact_score_walks_as_it(animals):
    exact = animals.mixture
    for sampler in sl.samplers():
        of_function = sl.sample(lambda x, a, s: exact(x, a, s), 300, dim=2, sampler=sampler, **FAST)
        assert np.array_equal(of_function, sl.sample(exact, 300, sampler=sampler, **FAST))


def test_a_function_gets_all_rows_in_one_call_from_the_thread_that_asked(animals):
    calls = []

    def f(x, alpha, sigma):
        assert type(alpha) is float and type(sigma) is float
        assert x.dtype == np.float64 and x.flags.writeable
        calls.append((len(x), threading.get_ident()))
        return animals.mixture(x, alpha, sigma)

    sl.sample(f, 300, dim=2, steps=5, sampler="ddim")
    assert calls == [(300, threading.get_ident())] * 5
    calls.clear()
    sl.sample(sl.Score(f, 2, batch=128), 300, steps=5, sampler="ddim")
    assert [n for n, _ in calls] == [128, 128, 44] * 5


def test_a_function_stands_wherever_a_score_is_taken(animals):
    c, u = animals.given("dog"), animals.mixture
    f = lambda x, a, s: c(x, a, s)  # noqa: E731
    want = sl.sample(sl.guided(c, u, 3), 200, **FAST)
    assert np.array_equal(sl.sample(sl.guided(f, u, 3), 200, **FAST), want)
    assert np.array_equal(sl.sample(sl.composed(u, [(3, f)]), 200, **FAST), want)
    plan = sl.method("classifier-free", unconditional=u, conditional=f, gamma=3)
    assert np.array_equal(sl.sample(plan, 200, **FAST), want)
    both = sl.method("autoguidance", conditional=f, guiding=f, gamma=3, dim=2)
    assert np.array_equal(sl.sample(both, 200, **FAST), sl.sample(c, 200, **FAST))
    times, way = sl.trajectories(f, 200, dim=2, **FAST)
    assert np.array_equal(way[-1], sl.sample(c, 200, **FAST))


def test_an_answer_in_single_precision_is_cast(animals):
    single = lambda x, a, s: animals.mixture(x, a, s).astype(np.float32)  # noqa: E731
    x = sl.sample(single, 50, dim=2, **FAST)
    exact = sl.sample(animals.mixture, 50, **FAST)
    assert x.dtype == np.float64 and 0 < np.abs(x - exact).max() < 1e-3
    listed = lambda x, a, s: animals.mixture(x, a, s).tolist()  # noqa: E731
    assert np.array_equal(sl.sample(listed, 50, dim=2, **FAST), exact)


@pytest.mark.parametrize(
    "answer, error, words",
    [
        (lambda x: x[:-1], ValueError, r"\(9, 2\), but it must be \(10, 2\)"),
        (lambda x: x[:, :1], ValueError, r"\(10, 1\)"),
        (lambda x: x.sum(axis=1), ValueError, r"\(10,\)"),
        (lambda x: None, ValueError, "shape"),
        (lambda x: x + 1j, TypeError, "complex"),
    ],
)
def test_a_wrong_answer_is_refused_in_words(answer, error, words):
    with pytest.raises(error, match=words):
        sl.sample(lambda x, a, s: answer(x), 10, dim=2, steps=3)


class Mine(Exception):
    pass


def test_an_exception_comes_back_whole():
    error = Mine("at the third call")
    calls = iter(range(99))

    def f(x, alpha, sigma):
        if next(calls) == 2:
            raise error
        return -x

    with pytest.raises(Mine) as caught:
        sl.sample(f, 10, dim=2, steps=9, sampler="ddim")
    assert caught.value is error
    assert any("f" == entry.name for entry in caught.traceback)
    with pytest.raises(Mine):
        next_call = iter([2])
        calls = next_call
        sl.Score(f, 2)(np.zeros((1, 2)), 1.0, 1.0)


def test_what_is_no_score_is_refused():
    with pytest.raises(TypeError, match="not int"):
        sl.sample(3, 10)
    with pytest.raises(TypeError, match=r"\.given\(…\).*not Scene"):
        sl.sample(sl.Scene("three"), 10)
    with pytest.raises(ValueError, match="dim="):
        sl.sample(lambda x, a, s: x, 10)
    for wrong in [dict(dim=0), dict(dim=2, batch=0)]:
        with pytest.raises(ValueError):
            sl.Score(lambda x, a, s: x, **wrong)
    with pytest.raises(TypeError):
        sl.Score("score", 2)


def test_a_function_may_walk_itself(animals):
    def f(x, alpha, sigma):
        inner = sl.sample(lambda y, a, s: -y, 2, dim=2, steps=2)
        return animals.mixture(x, alpha, sigma) + 0 * inner.sum()

    x = sl.sample(f, 20, dim=2, steps=4)
    assert np.array_equal(x, sl.sample(animals.mixture, 20, steps=4))


def test_threads_walk_side_by_side(animals):
    want = sl.sample(animals.mixture, 100, **FAST)
    found = [None] * 6

    def walk(i):
        score = animals.mixture if i % 2 else (lambda x, a, s: animals.mixture(x, a, s))
        found[i] = sl.sample(score, 100, dim=2, **FAST)

    threads = [threading.Thread(target=walk, args=(i,)) for i in range(6)]
    [t.start() for t in threads]
    [t.join(60) for t in threads]
    assert all(np.array_equal(x, want) for x in found)


def test_other_threads_of_python_run_while_rust_works(animals):
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.monotonic()
    sl.sample(sl.Scene("tree").mixture, 2000, steps=24)
    took = time.monotonic() - began
    done.set()
    thread.join()
    during = [t for t in ticks if began <= t <= began + took]
    # with the lock held there would be none but the first; a loaded machine gets a tenth of its ticks
    assert took < 0.1 or len(during) > 0.1 * took / 0.005
