"""The docs say what the code has: columns, tables, codes, verbs, pages, links."""

import argparse
import ast
import csv
import re
import shlex
from pathlib import Path

import pandera.pandas as pa
import pytest
import yaml

from planner.accounts.findings import VERDICTS
from planner.accounts.mapping.columns import KNOWN_COLUMNS
from planner.cli import main
from planner.core import schemas
from planner.store.rows.schema import metadata

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FRAMES = {
    name: value
    for name, value in vars(schemas).items()
    if isinstance(value, pa.DataFrameSchema)
}
SAID_ONCE_FOR_ALL = {"company_id", "created_at", "created_by"}
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
FINDERS = {"Finding", "SourceError", "_file", "_rows", "_set_aside", "file", "rows"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Cut what stands under the heading that begins with some words."""
    start = re.search(rf"^(#+) {re.escape(heading)}(?!\w).*$", text, re.MULTILINE)
    assert start, f"no heading {heading}"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def missing(names, text: str) -> list[str]:
    words = set(re.findall(r"\w+", text))
    return sorted(name for name in names if name not in words)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_every_column_of_a_frame_is_described(name):
    described = section(text_of("docs/data-model.md"), name)
    assert missing(FRAMES[name].columns, described) == []


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_the_key_of_a_frame_stands_in_its_heading(name):
    schema = FRAMES[name]
    keys = list(schema.unique or [])
    if schema.index is not None:
        keys.append(schema.index.name)
    heading = re.search(rf"^### {name}\b.*$", text_of("docs/data-model.md"), re.M)
    assert heading
    assert missing(keys, heading[0]) == []


def test_every_table_of_the_store_is_described_with_its_own_columns():
    text = section(text_of("docs/data-model.md"), "The store")
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", text, re.MULTILINE))
    assert sorted(rows) == sorted(metadata.tables)
    for name, table in metadata.tables.items():
        of_frames = {
            column
            for frame, schema in FRAMES.items()
            if re.search(rf"\b{frame}\b", rows[name])
            for column in schema.columns
        }
        own = {column.name for column in table.columns} - of_frames - SAID_ONCE_FOR_ALL
        assert missing(own, rows[name]) == [], name


@pytest.mark.parametrize("kind", sorted(KNOWN_COLUMNS))
def test_every_column_an_import_knows_is_described(kind):
    described = section(text_of("docs/data-model.md"), kind.capitalize())
    assert missing(KNOWN_COLUMNS[kind], described) == []


def codes_of_findings() -> set[str]:
    codes = set()
    for path in (ROOT / "planner" / "accounts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called not in FINDERS:
                continue
            named = [key.value for key in node.keywords if key.arg == "code"]
            for value in [*named, *node.args[:3]]:
                text = getattr(value, "value", None)
                if isinstance(text, str) and re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", text):
                    codes.add(text)
    return codes - {"notice", "warn", "reject"}


def test_every_code_and_verdict_of_an_import_is_described():
    described = section(text_of("docs/data-model.md"), "The report")
    codes = codes_of_findings()
    assert {"duplicate_id", "no_place", "unclear_number", "null_island"} <= codes
    assert missing([*codes, *VERDICTS], described) == []


def test_the_sample_has_as_many_rows_as_said():
    text = section(text_of("docs/data-model.md"), "`data/`")
    said = dict(
        re.findall(r"^\| (sample/\w+\.csv|\w+\.csv) \| ([\d,]+) \|", text, re.M)
    )
    assert len(said) >= 5
    for name, number in said.items():
        with (ROOT / "data" / name).open(encoding="utf-8", newline="") as file:
            n_rows = sum(1 for _ in csv.reader(file)) - 1
        assert n_rows == int(number.replace(",", "")), name


def verbs() -> set[str]:
    actions = main._parser()._actions
    found = [a for a in actions if isinstance(a, argparse._SubParsersAction)]
    return set(found[0].choices)


def test_every_verb_stands_in_the_readme():
    assert missing(verbs(), section(text_of("README.md"), "Without a screen")) == []


def test_every_command_of_the_readme_is_understood():
    text = section(text_of("README.md"), "Without a screen")
    lines = re.findall(r"^\.venv/bin/python -m planner (.+)$", text, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        args = main._parser().parse_args(shlex.split(line, comments=True))
        assert args.verb in verbs()


def test_every_page_of_the_menu_exists_and_every_page_is_in_the_menu():
    named = re.findall(r"\{PAGES\}/(\w+)\.py", text_of("pages.py"))
    pages = (ROOT / "planner" / "ui" / "pages").glob("*.py")
    assert sorted(named) == sorted(p.stem for p in pages if p.stem != "__init__")


def test_every_page_of_the_menu_stands_in_the_readme():
    roles = section(text_of("README.md"), "Who does what")
    titles = re.findall(r'title="([^"]+)"', text_of("pages.py"))
    assert len(titles) >= 10
    assert [t for t in titles if t not in {"Home"} and t not in roles] == []


def test_the_architecture_names_every_folder():
    """The folder list is the house as built: no room is left out."""
    tree = re.findall(
        r"^```text\n(.*?)^```", text_of("docs/architecture.md"), re.S | re.M
    )[1]
    files = [path for path in (ROOT / "planner").rglob("*.py") if path.stat().st_size]
    folders = {path.parent.name for path in files} - {"planner"}
    assert len(folders) > 50
    assert folders - set(re.findall(r"\b(\w+)/", tree)) == set()
    named = set(re.findall(r"\b([\w.]+\.(?:py|json|j2))\b", tree))
    known = {
        path.name for name in ("planner", "data") for path in (ROOT / name).rglob("*.*")
    }
    assert named - known == {"app.py", "pages.py"}


def slugs(path: Path) -> set[str]:
    """Name the headings of a page as a browser of the repository does."""
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)
    broken = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        if not found.exists() or (anchor and anchor not in slugs(found)):
            broken.append(target)
    assert broken == []


def test_every_file_of_a_first_change_exists():
    """The three walks name what is there, so that a newcomer can follow them."""
    walks = section(text_of("CONTRIBUTING.md"), "A first change")
    files = re.findall(r"`([\w./]+(?:/|\.(?:py|md|csv)))`", walks)
    assert len(files) >= 18
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_the_checks_before_a_commit_are_those_of_ci():
    """Each hook runs a command of .ci/run with the tools of the environment alone."""
    (repo,) = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert repo["repo"] == "local"
    ci = text_of(".ci/run")
    for hook in repo["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].removesuffix(" --force-exclude") in ci
