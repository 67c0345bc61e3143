"""What is written about the package is what it does."""

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scorelab as sl

HERE = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", ["README.md", "../docs/researcher.md", "../docs/researcher.vi.md"])
def test_the_ten_lines_of_the_documents_run(name, capsys):
    text = (HERE / name).read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 10
    exec(compile(code.replace("gamma=3))", "gamma=3, samples=200, steps=8))"), name, "exec"), {})
    told = capsys.readouterr().out
    assert ("Shares(n=1000" in told or "docs" in name) and "mine" in told and "effective γ" in told


def test_every_name_of_the_readme_is_there():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ")]
    names = {name for line in table for name in re.findall(r"`(\w+)", line.split("|", 2)[2])}
    assert len(names) > 25
    assert all(hasattr(sl, name) for name in names), [n for n in names if not hasattr(sl, n)]


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_the_examples_run_where_their_library_is_installed(name):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    path = HERE / "examples" / f"{name}_score.py"
    told = subprocess.run([sys.executable, str(path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert name in told.stdout


def with_arrays(body, owner=()):
    """The names of everything in the stubs that takes or gives an array."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from with_arrays(node.body, (node.name,))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            types = [arg.annotation for arg in node.args.args + node.args.kwonlyargs] + [node.returns]
            named = {n.id for t in types if t for n in ast.walk(t) if isinstance(n, ast.Name)}
            if named & {"_Array", "NDArray", "ArrayLike"}:
                yield (*owner, node.name)


STUBS = ast.parse((HERE / "package" / "scorelab" / "_scorelab.pyi").read_text(encoding="utf-8")).body
ARRAYS = list(with_arrays(STUBS))
SHAPE = re.compile(r"\((n|m|d|k|K|N|steps \+ 1|cells|classes|parameters|samples|height|28),[^()]*\)| × \(d, d\)")


@pytest.mark.parametrize("name", ARRAYS, ids=".".join)
def test_what_takes_or_gives_arrays_says_their_shapes(name):
    thing = sl
    for part in name:
        thing = getattr(thing, part)
    assert SHAPE.search(inspect.getdoc(thing)), inspect.getdoc(thing)


def test_shapes_are_looked_for():
    assert len(ARRAYS) > 50 and ("Mixture", "score") not in ARRAYS and ("Score", "score") in ARRAYS
    # wrong twins: a pair that is no shape, and a word that is none
    assert not SHAPE.search("a distance, with its standard error") and not SHAPE.search("pairs are (value, standard error)")


def one_page():
    spec = importlib.util.spec_from_file_location("one_page", HERE / "examples" / "one_page.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


def of_the_package(page, gamma, shift=0.0):
    """The shares of ordinary guidance on the page's mixture from the page's own noise, along its levels; by the package."""
    scene = sl.Scene.of(sl.Mixture([1.0] * 3, page.MEANS, sds=[page.S] * 3, labels=[0, 1, 2]), ["a", "b", "c"], "page")
    high, low = 80 ** (1 / 7), 0.002 ** (1 / 7)
    sigmas = (high + np.arange(page.STEPS + 1) / page.STEPS * (low - high)) ** 7
    z = 80 * np.random.default_rng(8).normal(size=(2000, 2))
    guided = sl.guided(scene.given(0), scene.mixture, gamma + shift)
    grid = sl.Grid.of(sl.Process("ve", low=0.001), sigmas / 80)
    found = sl.shares(sl.sample(guided, start=z, grid=grid, sampler="ddim"), scene, 0)
    return [100 * s for s in (found.target, found.other, found.overshoot, found.hybrid)]


def test_one_page_has_the_shares_of_the_package(capsys):
    page = one_page()
    page.main()
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == 9
    for line in lines:
        *name, gamma, target, other, past, hybrid = line.split()
        own = np.array([float(v) for v in (target, other, past, hybrid)])
        library = np.array(of_the_package(page, float(gamma)))
        assert np.abs(own - library).max() < (0.11 if name == ["exact"] else 2.0), (line, library)
    wrong = np.array(of_the_package(page, 0.0, shift=0.3))
    assert np.abs(wrong - of_the_package(page, 0.0)).max() > 2.0  # the wrong twin


def test_one_page_uses_numpy_alone():
    text = (HERE / "examples" / "one_page.py").read_text(encoding="utf-8")
    assert re.findall(r"^ *(?:import|from) .*$", text, re.M) == ["import numpy as np"]
    assert len(text.splitlines()) <= 250
