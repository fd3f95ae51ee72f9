"""What is built says what is tested."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

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
