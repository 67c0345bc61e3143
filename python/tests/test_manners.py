"""Pickle, interrupts, names and their documentation."""

import copy
import inspect
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import scorelab as sl

KEPT = {
    "level": lambda: sl.NoiseLevel(0.6, 0.8),
    "process": lambda: sl.Process("ve", low=0.01, high=40.0),
    "fixed process": lambda: sl.Process("flow"),
    "grid": lambda: sl.Grid("ve", 9, spacing="uniform"),
    "sampler": lambda: sl.Sampler("ddim", eta=0.25),
    "plain sampler": lambda: sl.Sampler("heun"),
    "caption": lambda: sl.Caption.every()[77],
}


@pytest.mark.parametrize("name", KEPT)
def test_configurations_are_pickled(name):
    made = KEPT[name]()
    for again in [pickle.loads(pickle.dumps(made)), copy.deepcopy(made)]:
        assert again == made and repr(again) == repr(made)


@pytest.mark.parametrize("scene", [lambda: sl.Scene("wide"), lambda: sl.Scene.of(sl.Mixture([1, 2], [[0.0], [1.0]], sds=[1, 2], labels=[0, 1]), ["a", "b"], "mine")])
def test_scenes_and_mixtures_are_pickled_with_their_bits(scene):
    scene = scene()
    again = pickle.loads(pickle.dumps(scene))
    assert again.name == scene.name and again.class_names == scene.class_names
    x = np.linspace(-2, 2, 2 * scene.mixture.dim).reshape(2, -1)
    for m, n in [(scene.mixture, again.mixture), (scene.mixture, pickle.loads(pickle.dumps(scene.mixture)))]:
        assert np.array_equal(m.score(x, 0.5, 0.5), n.score(x, 0.5, 0.5))
        assert np.array_equal(m.sample(9)[0], n.sample(9)[0])
    assert again.given(1).classes == 1


MADE = {
    "guided": lambda s, net: sl.guided(s.given(0), s.mixture, 2.0),
    "classifier": lambda s, net: sl.classifier_guided(s.mixture, sl.gradient_scaled(s.posterior(1), 0.5), 2.0),
    "noisy": lambda s, net: sl.classifier_guided(s.mixture, sl.train("noisy", "three", steps=2, width=16, depth=2).given(1), 2.0),
    "composed": lambda s, net: sl.composed(s.mixture, [(2.0, s.given(0)), (-0.5, sl.guided(s.given(1), s.mixture, 3.0))]),
    "any": lambda s, net: sl.any_of([(0.3, s.given(0)), (0.7, s.given(2))]),
    "of a network": lambda s, net: net.given(1),
    "of a network, guided": lambda s, net: net.guided(1, 3.0),
    "function": lambda s, net: sl.guided(sl.Score(negative_score, 2), s.mixture, 2.0),
}


@pytest.mark.parametrize("name", MADE)
def test_scores_made_of_others_are_pickled_with_their_bits(name, joint, points):
    made = MADE[name](sl.Scene("three"), joint)
    again = pickle.loads(pickle.dumps(made))
    assert np.array_equal(again(points, 0.8, 0.6), made(points, 0.8, 0.6))


LEFT = {
    "a class": lambda m: m.given(1),
    "a mask that is exact": lambda m: m.observed(sl.Observation.mask({0: 0.3}, 2)),
    "a point": lambda m: m.observed(sl.Observation.point([0.1, 0.2], 0.3)),
    "noised": lambda m: m.noised(0.6, 0.8),
    "a class of an observation": lambda m: m.observed(sl.Observation([[1.0, 2.0]], [0.4], 0.1)).given(0),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_of_a_mixture_is_pickled_with_its_bits(name, points):
    made = LEFT[name](sl.Scene("three").mixture)
    again = pickle.loads(pickle.dumps(made))
    assert np.array_equal(again(points, 0.8, 0.6), made(points, 0.8, 0.6)) and again.classes == made.classes
    assert np.array_equal(again.weights, made.weights) and np.array_equal(again.covs, made.covs)


def negative_score(x, alpha, sigma):
    return -x


@pytest.mark.parametrize("model", ["score", "joint", "noisy", "clean"])
def test_networks_are_pickled_with_their_bits(model):
    net = sl.train(model, "three", steps=2, width=16, depth=2, points=300, batch=64)
    for again in [pickle.loads(pickle.dumps(net)), copy.copy(net)]:
        assert type(again) is type(net) and again.info == net.info
        assert np.array_equal(again.params, net.params)
    damaged = bytearray(pickle.dumps(net))
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(ValueError, match="pickled network"):
        pickle.loads(damaged)


def test_other_things_are_pickled_or_say_why_not():
    empirical = pickle.loads(pickle.dumps(sl.Empirical([[0.0, 1.0], [2.0, 3.0]])))
    assert empirical.score([[0.0, 0.0]], 1.0, 1.0).shape == (1, 2)
    wrapped = pickle.loads(pickle.dumps(sl.Score(np.negative, 2, batch=7)))
    assert wrapped.dim == 2
    three = sl.Scene("three")
    plan = sl.method("classifier-free", three, 0)
    measured = three.mixture.measured(sl.Observation.mask({0: 1.0}, 2, tau=0.1))
    x = np.array([[0.2, -0.4]])
    again = pickle.loads(pickle.dumps(measured))
    assert np.array_equal(again.log_likelihood(x, 0.8, 0.6), measured.log_likelihood(x, 0.8, 0.6))
    with pytest.raises(TypeError, match="cannot be pickled; pickle what it is made of"):
        pickle.dumps(plan.score)
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(plan)


def test_a_level_unpacks():
    alpha, sigma = level = sl.Process().level(0.5)
    assert (alpha, sigma) == (level.alpha, level.sigma)
    assert abs(alpha**2 + sigma**2 - 1) < 1e-12
    assert abs(level.log_snr - 2 * np.log(alpha / sigma)) < 1e-12 and level.ratio == sigma / alpha
    assert sl.Scene("three").mixture.score([[0.0, 0.0]], *level).shape == (1, 2)


def test_a_process_is_its_formula():
    process, t, h = sl.Process("vp-linear"), 0.4, 1e-6
    a, b, here = process.level(t - h), process.level(t + h), process.level(t)
    assert abs(process.drift(t) - (np.log(b.alpha) - np.log(a.alpha)) / (2 * h)) < 1e-6
    g2 = (b.sigma**2 - a.sigma**2) / (2 * h) - 2 * process.drift(t) * here.sigma**2
    assert abs(process.g2(t) - g2) < 1e-5
    assert abs(process.t_of_log_snr(here.log_snr) - t) < 1e-9
    assert 0 < process.t_min < process.t_max <= 1 and process.name == "vp-linear"
    with pytest.raises(ValueError, match="time"):
        process.level(1.5)
    with pytest.raises(ValueError, match="no parameters"):
        sl.Process("flow", low=1.0)
    with pytest.raises(ValueError):
        sl.Process("ve", low=3.0, high=2.0)


def interrupted(work):
    """How long after Ctrl-C the work ends, in seconds."""
    pressed = []

    def press():
        time.sleep(0.3)
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    # what a shell starts in the background is deaf to Ctrl-C until it says otherwise
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        ended = time.monotonic()
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    return ended - pressed[0]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of one's own process")
@pytest.mark.parametrize(
    "work",
    [
        lambda: sl.sample(sl.Scene("tree").mixture, 200_000, steps=200),
        lambda: sl.sample(lambda x, a, s: -x, 1000, dim=2, steps=1_000_000, sampler="ddim"),
        lambda: sl.train("joint", "three", steps=1_000_000),
        lambda: sl.energy_distance(np.random.rand(60_000, 2), np.random.rand(60_000, 2)),
        lambda: sl.compare(lambda x, a, s: -x, samples=100_000, steps=5_000),
    ],
    ids=["exact", "function", "training", "measure", "compare"],
)
def test_ctrl_c_is_heard_within_a_second(work):
    # a second on a machine that does nothing else; a loaded one may take ten times as long
    assert interrupted(work) < 10


PUBLIC = [name for name in dir(sl) if not name.startswith("_") and name != "course"]


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_documented(name):
    thing = getattr(sl, name)
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        own = [m for m in vars(thing) if not m.startswith("_") and callable(getattr(thing, m))]
        assert all(inspect.getdoc(getattr(thing, m)) for m in own), name


def test_the_number_of_threads_changes_no_bit():
    code = (
        "import scorelab as sl; s = sl.Scene('three');"
        "x = sl.sample(sl.method('classifier-free', s, 0, gamma=2), 300, sampler='sde', steps=8);"
        "n = sl.train('joint', 'three', steps=3, width=16, depth=2, points=300);"
        "print(x.tobytes().hex()[-64:], n.params.tobytes().hex()[-64:], sl.energy_distance(x, x + 1))"
    )

    def run(threads):
        told = dict(os.environ, RAYON_NUM_THREADS=threads)
        return subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, check=True).stdout

    assert run("1") == run("3") != b""


def test_a_label_that_is_a_number_is_a_number_whatever_the_classes_are_called(tmp_path):
    # a file whose labels are numbers names its classes by them, here "1", "2" and "3": class 1 is called "2"
    path = tmp_path / "numbered.csv"
    path.write_text("x,y,label\n" + "".join(f"{5 * k},{i},{k + 1}\n" for k in range(3) for i in range(4)))
    scene = sl.Scene(str(path))
    assert scene.class_names == ["1", "2", "3"]
    x, y = scene.sample(60)
    for label in range(3):
        assert scene.label(label) == label and scene.label(str(label + 1)) == label
        assert np.array_equal(scene.given(label).mean, scene.mixture.given(label).mean)
        assert sl.shares(x[y == label], scene, label).target > 0.9
        assert sl.shares(x[y == label], scene, str(label + 1)).target > 0.9
    assert scene.given("1").mean[0] < 1 < scene.given(1).mean[0]
    with pytest.raises(ValueError, match="the class is 3, but it must be below 3"):
        scene.given(3)
    with pytest.raises(ValueError, match="name of two classes is a"):
        sl.Scene.of(scene.mixture, ["a", "b", "a"], "twice")


@pytest.mark.parametrize(
    "ask, words",
    [
        (lambda m: m.score(np.ma.masked_array([[1.0, 2.0]], mask=[[True, False]]), 1.0, 1.0), "x is partly masked"),
        (lambda m: m.score([[1.0, 2.0], [3.0]], 1.0, 1.0), "x cannot be made an array"),
        (lambda m: m.score([[1.0, 2.0]], 1e-200, 1.0), "alpha is"),
        (lambda m: m.score([[1.0, 2.0]], 1.0, 1e200), "sigma is"),
        (lambda m: m.noised(1e-200, 0.0), "alpha is"),
        (lambda m: sl.composed(m, [(float("nan"), m.given(0))]), "a weight is NaN"),
        (lambda m: sl.method("and", m, 0, also=[(float("inf"), m.given(1))]), "a weight of also is inf"),
        (lambda m: sl.Sampler("ddim", eta=1.5), "eta is 1.5, but it must be from 0 to 1"),
        (lambda m: sl.sample(m, start=[[0.0, float("nan")]]), r"start\[0, 1\] is NaN"),
        (lambda m: sl.sample(lambda x, a, s: -x, 3, dim=0), "dim is 0"),
        (lambda m: sl.start(3, 0), "dim is 0"),
        (lambda m: sl.sample(lambda x, a, s: x * np.nan, 3, dim=2), "not finite; use more steps or a smaller gamma"),
    ],
)
def test_what_means_nothing_is_refused_by_its_name(ask, words):
    with pytest.raises(ValueError, match=words):
        ask(sl.Scene("three").mixture)


def test_nothing_of_a_masked_array_is_masked():
    m, x = sl.Scene("three").mixture, np.array([[1.0, 2.0]])
    assert np.array_equal(m.score(np.ma.masked_array(x), 1.0, 1.0), m.score(x, 1.0, 1.0))
