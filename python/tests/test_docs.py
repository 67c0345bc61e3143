"""What is written about the package is what it does."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import scorelab as sl

HERE = Path(__file__).resolve().parents[1]


def test_the_ten_lines_of_the_readme_run(capsys):
    text = (HERE / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 10
    exec(compile(code.replace("gamma=3))", "gamma=3, samples=200, steps=8))"), "README.md", "exec"), {})
    told = capsys.readouterr().out
    assert "Shares(n=1000" in told and "mine" in told and "effective γ" in told


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
