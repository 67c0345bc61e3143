"""An idea held against ordinary guidance: what is told, and how often it is right."""

import os

import numpy as np
import pytest
import scorelab as sl


def ideas(scene, label, gamma):
    c, u = scene.given(label), scene.mixture

    def guided(x, alpha, sigma):
        s_u = u(x, alpha, sigma)
        return s_u + gamma * (c(x, alpha, sigma) - s_u)

    return {"better": lambda x, a, s: c(x, a, s), "equal": guided, "worse": lambda x, a, s: u(x, a, s)}


def told(found, name, target="p(x|c)", against="guided"):
    """The verdicts beside the score of this name."""
    rows = [r for r in found.verdicts if r["score"] == name and r["nearer to"] == target]
    return [r["verdict"] for r in rows if r["against"] == against]


def test_a_better_an_equal_and_a_worse_idea_are_told_apart():
    scene = sl.Scene("three")
    found = sl.compare(ideas(scene, 0, 3.0), gamma=3, scene=scene, samples=400, steps=16)
    assert told(found, "better") == ["better", "better"]
    assert told(found, "equal") == ["not told apart", "not told apart"]
    assert told(found, "worse") == ["worse", "worse"]
    # what is better here is ordinary guidance at γ = 1, its own effective γ, which is the conditional score
    for one in ["guided, γ = 1.00", "conditional"]:
        assert told(found, "better", against=one) == ["not told apart", "not told apart"]
    assert told(found, "equal", against="conditional") == ["worse", "worse"]
    # what is equal is held to γ itself
    assert not [r for r in found.verdicts if r["score"] == "equal" and r["against"].startswith("guided, ")]
    assert "better ends nearer to p(x|c) than ordinary guidance at γ = 3" in repr(found)


def test_verdicts_are_right_for_nearly_every_seed():
    # of 12 seeds, SCORELAB_SEEDS for more, 95 in 100 must be right; where 99 in 100 are, 9 or fewer of 12 come once in 5,000 runs
    seeds = int(os.environ.get("SCORELAB_SEEDS", "12"))
    scene = sl.Scene("three")
    right = {"better": 0, "equal": 0, "worse": 0}
    want = {"better": "better", "equal": "not told apart", "worse": "worse"}
    for seed in range(seeds):
        found = sl.compare(ideas(scene, 0, 3.0), gamma=3, scene=scene, samples=400, steps=16, seed=seed)
        for name, verdict in want.items():
            right[name] += told(found, name)[0] == verdict
    assert min(right.values()) >= seeds - max(2, seeds // 20), right


def test_the_answer_shows_itself_with_its_effective_scale():
    scene = sl.Scene("three")
    mine = ideas(scene, "B" if "B" in scene.class_names else 0, 2.0)["equal"]
    found = sl.compare(mine, gamma=2, scene=scene, samples=50, steps=8)
    text = repr(found)
    for word in ["scene three", "mine", "guided", "to the tilt", "effective γ", "not told apart"]:
        assert word in text
    scale = [r["effective γ"] for r in found.effective if r["score"] == "mine"]
    ordinary = [r["effective γ"] for r in found.effective if r["score"] == "guided"]
    assert scale == ordinary and scale[0].startswith("2")
    rows = [r for r in found.table if r["score"] == "mine"]
    assert [r["steps"] for r in rows] == ["8", "16"] and [r["evals"] for r in rows] == ["8", "16"]
    names = [(name, steps, x.shape) for name, steps, x in found.samples]
    assert ("mine", 8, (50, 2)) in names and ("conditional", 16, (50, 2)) in names
    assert found.warning is None


def test_the_guided_row_is_the_walk_of_ordinary_guidance():
    scene = sl.Scene("three")
    found = sl.compare(scene.mixture, gamma=2, scene=scene, samples=60, steps=8, seed=4)
    ends = {(name, steps): x for name, steps, x in found.samples}
    guided = sl.guided(scene.given(0), scene.mixture, 2)
    assert np.array_equal(ends["guided", 8], sl.sample(guided, 60, steps=8, seed=4))
    assert np.array_equal(ends["mine", 16], sl.sample(scene.mixture, 60, steps=16, seed=4))


def test_a_rival_of_the_catalogue_stands_beside():
    found = sl.compare(lambda x, a, s: -x, gamma=2, scene="three", samples=40, steps=8, rival="interval", knobs={"high": 1.0})
    assert [r["steps"] for r in found.table if r["score"] == "interval"] == ["8", "16"]


def test_a_tilt_that_is_none_is_said():
    found = sl.compare(lambda x, a, s: -x, gamma=3, scene="wide", label=1, samples=20, steps=4)
    assert (found.warning is None) or ("warning" in repr(found))


@pytest.mark.parametrize(
    "wrong, words",
    [
        (dict(gamma=np.inf), "γ"),
        (dict(samples=3), "samples"),
        (dict(label="dogg"), "dog"),
        (dict(rival="intervall"), "interval"),
        (dict(knobs={"high": 1.0}), "rival"),
        (dict(rival="interval", knobs={"hihg": 1.0}), "high"),
        (dict(mine={}), "empty"),
        (dict(mine={"guided": lambda x, a, s: x}), "name of an idea"),
        (dict(mine=sl.Scene("two-1d").mixture), "dimension"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        sl.compare(**{"mine": lambda x, a, s: -x, **wrong})


def test_an_exception_of_the_idea_comes_back_whole():
    class Mine(Exception):
        pass

    def f(x, alpha, sigma):
        raise Mine("here")

    with pytest.raises(Mine, match="here"):
        sl.compare(f, samples=20, steps=4)
