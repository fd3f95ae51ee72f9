"""What is built says what is tested."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from planner.core.settings import ROOT as SERVED
from planner.ui.pages import PAGES

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BUNDLED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]


def pins():
    """Version by package of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(
        re.fullmatch(r"([\w.-]+)==(\S+).*", line).groups()
        for line in lines
        if line and not line.startswith(("#", "-"))
    )


def test_dependencies_are_those_pinned_and_take_what_is_tested():
    ranges = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    assert {need.name for need in ranges} == set(pins())
    assert [n.name for n in ranges if not n.specifier.contains(pins()[n.name])] == []


def test_all_that_the_app_reads_beside_itself_travels_along():
    """Each file of static/ and of the data a start needs has its place in the wheel."""
    assert {"app.py", "pages.py", "static", "data/sample"} <= set(BUNDLED)
    assert [name for name in BUNDLED if not (ROOT / name).exists()] == []
    places = {path.name for path in (ROOT / "data").glob("us_*")}
    assert {Path(name).name for name in BUNDLED if "us_" in name} == places


def test_pages_are_found_wherever_the_package_lies():
    """The app's script stands in the root or the bundle, its pages in the package."""
    assert (SERVED / "app.py").is_file()
    assert (SERVED / ".streamlit" / "config.toml").is_file()
    assert Path(PAGES).is_absolute()
    assert (Path(PAGES) / "home.py").is_file()
    for path in [ROOT / "pages.py", *Path(PAGES).glob("*.py")]:
        assert '"planner/ui/pages' not in path.read_text(encoding="utf-8"), path.name


def test_ci_installs_the_wheel_and_runs_the_readmes_lines():
    assert ".ci/wheel" in (ROOT / ".ci" / "run").read_text()
    step = (ROOT / ".ci" / "wheel").read_text()
    assert "planner demo --out" in step
    assert "```python" in step
