"""The package and the command give the same bits. SCORELAB is the path of the program."""

import os
import subprocess

import numpy as np
import pytest
import scorelab as sl

PROGRAM = os.environ.get("SCORELAB")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="SCORELAB does not name the program")


def run(*words):
    told = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def flags(scene, process, sampler, steps, seed, n):
    words = [f"--scene={scene}", f"--process={process}", f"--steps={steps}", f"--seed={seed}", f"--samples={n}"]
    return words + ([f"--sampler={sampler}"] if sampler else [])


# these take the steps themselves, and the command refuses a sampler beside them
OWN_STEPS = ("feynman-kac", "cfg++", "apg-momentum", "momentum", "rectified-cfg++", "repaint", "twisted")


# scene, class, process, sampler, steps, seed, n, method, knobs
EXACT = [
    ("animals", None, "vp-linear", "dpm2m", 16, 0, 200, "unconditional", {}),
    ("animals", 0, "vp-cosine", "heun", 8, 1, 130, "conditional", {}),
    ("animals", 1, "ve", "ddim", 12, 2, 64, "classifier-free", {"gamma": 3}),
    ("three", 2, "flow", "sde", 16, 3, 257, "classifier-free", {"gamma": 0.5}),
    ("three", 0, "vp-linear", "ancestral", 16, 4, 129, "classifier", {"gamma": 2}),
    ("wide", 1, "vp-linear", "dpm2m", 9, 5, 50, "interval", {"gamma": 4, "high": 1.5, "low": 0.1}),
    ("ring8", 3, "ve", "heun", 10, 6, 40, "cosine", {"gamma": 2}),
    ("moons", 1, "vp-linear", "dpm2m", 6, 7, 30, "apg", {}),
    ("two-1d", 0, "flow", "ddim", 20, 8, 100, "classifier-free", {"gamma": 2}),
    ("circles", 1, "vp-cosine", "sde", 7, 9, 33, "conditional", {}),
]
METHODS = {m["name"]: any("mask" in need for need in m["needs"]) for m in sl.methods()}
NAMED = [
    ("three", 1, "vp-linear", None if method in OWN_STEPS else "dpm2m", 8, 10 + i, 70, method, {})
    for i, method in enumerate(METHODS)
    if method not in ("autoguidance", "unconditional")
]


@pytest.mark.parametrize("setting", EXACT + NAMED, ids=lambda s: f"{s[0]}-{s[7]}")
def test_samples_have_the_bits_of_the_command(setting, tmp_path):
    scene, label, process, sampler, steps, seed, n, method, knobs = setting
    path = tmp_path / "x.npy"
    words = [f"--class={label}"] if label is not None else []
    words += [f"--method={method}"] + [f"--set={k}={v}" for k, v in knobs.items()]
    words += ["--classifier=exact"] if method == "classifier" else []
    seen = sl.Observation.mask({1: -0.5}, 2) if METHODS[method] else None
    words += ["--mask=x2=-0.5"] if seen else []
    run("sample", *flags(scene, process, sampler, steps, seed, n), *words, f"--out={path}")
    knobs = {k.replace("-", "_"): v for k, v in knobs.items()}
    plan = sl.method(method, sl.Scene(scene), label, observation=seen, **knobs)
    found = sl.sample(plan, n, process=process, sampler=sampler, steps=steps, seed=seed)
    assert np.array_equal(found, np.load(path))
    other = sl.sample(plan, n, process=process, sampler=sampler, steps=steps, seed=seed + 1)
    assert not np.array_equal(other, np.load(path))


def test_trajectories_have_the_bits_of_the_command(tmp_path):
    path = tmp_path / "x.npz"
    run("sample", *flags("three", "ve", "sde", 6, 3, 20), "--class=0", "--trajectory", f"--out={path}")
    times, way = sl.trajectories(sl.Scene("three").given(0), 20, process="ve", sampler="sde", steps=6, seed=3)
    kept = np.load(path)
    assert np.array_equal(times, kept["t"]) and np.array_equal(way, kept["x"])


def test_data_have_the_bits_of_the_command(tmp_path):
    path = tmp_path / "x.npz"
    run("data", "--scene=wide", "--points=50", "--seed=3", f"--out={path}")
    x, y = sl.Scene("wide").sample(50, seed=3)
    assert np.array_equal(x, np.load(path)["x"]) and np.array_equal(y, np.load(path)["y"])


@pytest.mark.parametrize("model", ["score", "joint", "noisy", "clean"])
def test_networks_have_the_bits_of_the_command_and_walk_as_there(model, tmp_path):
    settings = dict(steps=4, width=16, depth=2, points=300, batch=64, seed=5)
    run("train", f"--model={model}", "--scene=three", *[f"--{k}={v}" for k, v in settings.items()], f"--out={tmp_path / 'run'}")
    kept, own = sl.load(tmp_path / "run"), sl.train(model, "three", **settings)
    assert np.array_equal(kept.params, own.params)
    assert {**kept.info} == own.info
    if model in ("score", "joint"):
        path = tmp_path / "x.npy"
        words = ["--class=1", "--gamma=2"] if model == "joint" else []
        run("sample", f"--score={tmp_path / 'run'}", "--steps=6", "--samples=30", *words, f"--out={path}")
        score = own.guided(1, 2.0) if model == "joint" else own
        assert np.array_equal(sl.sample(score, 30, steps=6), np.load(path))


def test_a_figure_has_the_bytes_of_the_command(tmp_path):
    words = ["--scene=three", "--class=0", "--samples=40", "--steps=8"]
    run("plot", "steering", *words, "--format=svg", f"--out={tmp_path}")
    figure = sl.figure("steering", scene="three", label=0, samples=40, steps=8)
    figures = figure if isinstance(figure, list) else [figure]
    for figure in figures:
        assert (tmp_path / f"{figure.stem}.svg").read_text() == figure.svg()


def test_the_page_has_the_bytes_of_the_command(tmp_path):
    run("page", "--scene=three", "--lang=vi", f"--out={tmp_path / 'page.html'}")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == sl.page("three", lang="vi").html
