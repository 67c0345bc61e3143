"""Networks: trained, told, stopped, saved, loaded, steering."""

import numpy as np
import pytest
import scorelab as sl

SMALL = dict(steps=5, width=16, depth=2, points=500, batch=64)
LEVEL = (0.8, 0.6)


def test_the_same_settings_give_the_same_bits(joint):
    again = sl.train("joint", "three", **SMALL)
    assert np.array_equal(joint.params, again.params)
    assert not np.array_equal(joint.params, sl.train("joint", "three", seed=1, **SMALL).params)


def test_a_joint_network_steers_itself_in_one_pass(joint, points):
    u, c = joint.given(), joint.given(1)
    guided = joint.guided(1, 3.0).score(points, *LEVEL)
    by_two = u(points, *LEVEL) + 3 * (c(points, *LEVEL) - u(points, *LEVEL))
    assert np.allclose(guided, by_two, atol=1e-4 * np.abs(by_two).max())
    plan = sl.method("classifier-free", joint, 1, gamma=3)
    way = dict(samples=20, steps=8)
    assert np.array_equal(sl.sample(plan, **way), sl.sample(joint.guided(1, 3.0), **way))
    assert joint.classes == 3 and joint.dim == 2
    with pytest.raises(ValueError, match="below 3"):
        joint.given(3)


@pytest.mark.parametrize("model", ["score", "joint", "noisy", "clean"])
def test_what_is_saved_is_loaded(model, tmp_path, points):
    net = sl.train(model, "three", **SMALL)
    path = tmp_path / "net.safetensors"
    net.save(path)
    again = sl.load(str(path))
    assert type(again) is type(net)
    assert np.array_equal(again.params, net.params)
    assert again.info == net.info and net.info["data"] == "three" and net.info["steps"] == 5
    if model == "score":
        assert np.array_equal(again.score(points, *LEVEL), net.score(points, *LEVEL))
        assert np.array_equal(net.points(points), points)
    if model == "noisy":
        p = net.probabilities(points, *LEVEL)
        assert np.allclose(p.sum(axis=1), 1) and np.array_equal(p, again.probabilities(points, *LEVEL))
        told = net.given(2).log_likelihood(points, *LEVEL)
        assert np.allclose(np.exp(told), p[:, 2], atol=1e-5)
        with pytest.raises(ValueError, match="sigma"):
            net.probabilities(points, 1.0, 0.0)
    if model == "clean":
        assert np.allclose(net.probabilities(points).sum(axis=1), 1)
        assert net.features(points).shape == (50, 16)
        assert net.given(0).grad_log_likelihood(points, *LEVEL).shape == (50, 2)


def test_a_network_learns_the_score():
    exact = sl.Scene("three").mixture
    x = exact.sample(500, seed=9)[0] + np.random.default_rng(0).normal(size=(500, 2)) * 0.5
    errors = []
    for steps in (1, 300):
        net = sl.train("score", "three", steps=steps, width=32, depth=2)
        errors.append(sl.score_error(net.score(x, 1.0, 0.5), exact.score(x, 1.0, 0.5)))
    (before, before_se), (after, after_se) = errors
    assert after + 5 * after_se < before - 5 * before_se
    assert after < 0.3


def test_points_of_ones_own_are_learned():
    x, y = sl.Scene("three").sample(400, seed=5)
    net = sl.train("joint", (x, list(y)), steps=3, width=16, depth=2, batch=64)
    assert net.classes == 3 and net.info["points"] == 400
    single = sl.train("score", (x.astype(np.float32), [0] * 400), steps=2, width=16, depth=2, batch=64)
    assert single.dim == 2
    with pytest.raises(ValueError, match="one for each point"):
        sl.train("joint", (x, [0, 1]), **SMALL)
    with pytest.raises(ValueError, match="class 0"):
        sl.train("joint", (x, [1] * 400), steps=2)
    with pytest.raises(ValueError, match="finite"):
        sl.train("score", (x * np.nan, [0] * 400), steps=2)


def test_progress_is_told_and_can_stop():
    told = []
    net = sl.train("score", "three", progress=lambda *now: told.append(now), **SMALL)
    assert told[0] == (0, 5, None) and told[-1][:2] == (5, 5) and np.isfinite(told[-1][2])
    stopped = sl.train("score", "three", progress=lambda *now: False, **SMALL)
    untrained = sl.train("score", "three", progress=lambda step, *_: step < 0, **SMALL)
    assert np.array_equal(stopped.params, untrained.params)
    assert not np.array_equal(stopped.params, net.params)


def test_an_exception_of_progress_comes_back_whole():
    def progress(step, steps, loss):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        sl.train("score", "three", progress=progress, **SMALL)


@pytest.mark.parametrize(
    "wrong, words",
    [
        (dict(model="scor"), "score"),
        (dict(data="threee"), "three"),
        (dict(stepz=3), "steps"),
        (dict(steps=0), "training steps"),
        (dict(learning_rate=-1.0), "learning rate"),
        (dict(p_drop=1.5), "p_drop"),
        (dict(target="x1"), "target"),
        (dict(memory=1e-6), "memory"),
    ],
)
def test_a_training_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        sl.train(**{"model": "joint", "data": "three", **wrong})


def test_a_file_that_is_no_network_is_refused(tmp_path):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"no network")
    with pytest.raises(ValueError, match="net.safetensors"):
        sl.load(path)
    with pytest.raises((ValueError, OSError), match="missing"):
        sl.load(tmp_path / "missing")


def test_digits_are_learned_and_seen_again():
    net = sl.train("score", "digits", steps=2, width=16, depth=2, points=200, components=8, batch=64)
    assert net.dim == 8
    pixels = net.points(sl.sample(net, 3, steps=4))
    assert pixels.shape == (3, 784)
