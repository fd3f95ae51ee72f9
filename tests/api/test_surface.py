"""What `import planner` promises: its names, its lightness, its examples."""

import doctest
import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import planner
from planner import api

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "numpy", "geopandas", "sqlalchemy", "streamlit", "matplotlib")
EXAMPLES = (
    "planner.api.lists",
    "planner.api.payroll",
    "planner.api.plans",
    "planner.api.stored",
    "planner.api.weeks",
    "planner.territory.model.instance",
)


def modules_after(code):
    """Name what a fresh Python has loaded after some code."""
    said = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(said.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    loaded = modules_after("import planner")
    assert "planner" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert not [name for name in loaded if name.startswith("planner.")]


def test_errors_and_run_control_are_light_too():
    loaded = modules_after("import planner; planner.InputError, planner.RunControl")
    assert "planner.core.errors" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_every_name_has_a_home_and_a_docstring():
    assert planner.__all__ == api.__all__ == sorted(api._HOMES)
    assert set(planner.__all__) <= set(dir(planner))
    for name in planner.__all__:
        assert getattr(planner, name) is getattr(api, name)
        assert getattr(planner, name).__doc__


def test_no_other_name_is_promised():
    for module in (planner, api):
        with pytest.raises(AttributeError, match="no attribute 'balanse'"):
            module.balanse  # noqa: B018


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_docstrings_run(name, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def readme_code():
    """Cut the one block of Python out of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    return blocks[0]


def test_the_readmes_ten_lines_lead_from_a_list_to_a_map(tmp_path, monkeypatch):
    """Forty shops on a grid, in four territories of ten within 5 %."""
    rows = [
        f"S{x}{y},Shop {x}-{y},{43 + y / 10},{-89 - x / 10}"
        for x in range(8)
        for y in range(5)
    ]
    text = "\n".join(["Id,Name,Latitude,Longitude", *rows])
    (tmp_path / "shops.csv").write_text(text)
    code = readme_code()
    assert len([line for line in code.splitlines() if line]) <= 10
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code, names)  # noqa: S102 - the README's own
    plan = (tmp_path / "plan.csv").read_text().splitlines()
    assert len(plan) == 1 + len(rows)
    assert names["plan"].is_met
    assert names["plan"].to_frame()["territory_id"].value_counts().tolist() == [10] * 4
    assert "L.map" in (tmp_path / "map.html").read_text()
    assert (tmp_path / "territories.geojson").stat().st_size > 1000
