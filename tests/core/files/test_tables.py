"""Files appear whole or not at all, and hold nothing a spreadsheet would run."""

import hashlib
import io
import json
import os
import signal
import stat
import time
from decimal import Decimal

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.core.files import replacement
from planner.core.files.geofiles import read_note
from planner.core.files.replacement import replacing
from planner.core.files.spreadsheets import (
    csv_bytes,
    plain_cell,
    plain_frame,
    safe_cell,
    safe_frame,
    xlsx_bytes,
)
from planner.core.files.tables import (
    encode_frame,
    in_money,
    write_bytes,
    write_frame,
    write_text,
)

HOSTILE = "=cmd|' /C calc'!A0"
FORMULAS = (
    HOSTILE,
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tplain",
    "\x00x",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    '"=1+1',
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '=HYPERLINK("http://evil","x")',
    "a;=1+1",
    'a;"=1+1',
    "two\n=lines",
)
NOTE = {"export_id": "X-1", "what": 'äccounts </dc:description> &amp; "so"'}
SIGNS = "=+-@＝＋－＠'\" \t\r\n;,a0\u200b\x00"


@pytest.fixture
def hostile():
    """Two accounts, one named like a formula."""
    return pd.DataFrame(
        {"name": [HOSTILE, "Harbor"], "amount": [-1.5, 2.0]},
        index=pd.Index(["0001", "0002"], name="account_id"),
    )


@pytest.fixture
def places():
    """Two places with every type a file may hold."""
    frame = pd.DataFrame(
        {
            "account_id": ["0001", "1E5"],
            "name": [HOSTILE, None],
            "amount": [Decimal("1234567890123.45"), None],
            "count": pd.array([3, None], dtype="Int64"),
            "share": [0.1, float("nan")],
            "seen_on": pd.to_datetime(["2026-11-20", None]).astype("datetime64[s]"),
            "is_open": [True, False],
        }
    )
    shapes = gpd.points_from_xy([-89.40123456789, 0.1], [43.07, 50.0])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "plan.csv"
    write_text("old", path)
    with pytest.raises(FileNotFoundError), replacing(path) as beside:
        beside.rename(tmp_path / "gone").unlink()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_are_synced_before_and_after_the_rename(tmp_path, monkeypatch):
    steps = []
    sync, rename = os.fsync, replacement.Path.replace

    def note_sync(handle):
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        steps.append("sync folder" if is_folder else "sync file")
        sync(handle)

    def note_rename(self, target):
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(replacement.os, "fsync", note_sync)
    monkeypatch.setattr(replacement.Path, "replace", note_rename)
    write_text("new", tmp_path / "plan.csv")
    assert steps == ["sync file", "rename", "sync folder"]


def child(work):
    """Run something in a process of its own; return its id."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


CONTENTS = {letter: letter.encode() * 40_000_000 for letter in "AB"}
WHOLE = {hashlib.sha256(content).digest() for content in CONTENTS.values()}


@pytest.mark.parametrize("seed", range(8))
def test_a_kill_in_the_middle_leaves_a_whole_file(tmp_path, seed):
    """Killed at a seeded moment of writing 40 MB, the name holds an old or new file."""
    path = tmp_path / "plan.csv"
    write_bytes(CONTENTS["A"], path)

    def write_on():
        while True:
            for content in CONTENTS.values():
                write_bytes(content, path)

    pid = child(write_on)
    while not list(tmp_path.glob(".plan-*")):  # it has begun
        time.sleep(0.001)
    time.sleep(np.random.default_rng(seed).uniform(0, 0.12))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert hashlib.sha256(path.read_bytes()).digest() in WHOLE
    strangers = [p.name for p in tmp_path.iterdir() if p != path]
    assert all(name.startswith(".plan-") for name in strangers)


@pytest.mark.parametrize(("call", "is_new"), [(1, False), (2, True)])
def test_a_kill_at_each_sync_leaves_a_whole_file(tmp_path, call, is_new):
    """Killed before the rename the old file stands, after it the new one."""
    path = tmp_path / "plan.csv"
    write_text("old", path)

    def die_at_sync():
        calls = []

        def sync(handle):
            calls.append(handle)
            if len(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)

        replacement.os.fsync = sync
        write_text("new", path)

    _, status = os.waitpid(child(die_at_sync), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert path.read_text() == ("new" if is_new else "old")


def test_csv_text_that_starts_a_formula_is_quoted(hostile):
    lines = csv_bytes(hostile).decode().splitlines()
    assert lines[1].startswith("0001,'=cmd")
    assert lines[1].endswith(",-1.5")


@pytest.mark.parametrize("text", FORMULAS)
def test_every_formula_is_guarded_and_comes_back(text):
    safe = safe_cell(text)
    assert safe != text
    assert plain_cell(safe) == text


@pytest.mark.parametrize(
    "text", ["Harbor", "0001", "1E5", "a - b", "x@y.org", "O'Hare"]
)
def test_other_text_is_left_alone(text):
    assert safe_cell(text) == text
    assert plain_cell(text) == text


@given(st.text(alphabet=SIGNS))
def test_guarding_loses_nothing(text):
    assert plain_cell(safe_cell(text)) == text


@given(st.text(alphabet=SIGNS))
def test_no_guarded_text_starts_a_formula_under_any_delimiter(text):
    for delimiter in ("\x1f", ";", "\t", "\n", "\r"):
        for cell in safe_cell(text).split(delimiter):
            assert not cell.strip('\u200b\x00 \t\r\n"').startswith(
                tuple("=+-@＝＋－＠")
            )


def test_a_frame_is_guarded_in_cells_index_and_header_and_comes_back():
    frame = pd.DataFrame({"=h": ["=1", "x"], "n": [1, 2]}, index=["-a", "b"])
    safe = safe_frame(frame)
    assert list(safe.columns) == ["'=h", "n"]
    assert list(safe.index) == ["'-a", "b"]
    pd.testing.assert_frame_equal(plain_frame(safe), frame)


def test_workbook_keeps_ids_text_and_runs_nothing(hostile):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"accounts": hostile})))
    row = [cell.value for cell in book["accounts"][2]]
    assert row == ["0001", "'" + HOSTILE, -1.5]
    assert book["accounts"]["B2"].data_type == "s"


def test_no_text_of_a_workbook_is_a_formula_a_link_or_a_number():
    texts = [*FORMULAS[:5], "1E5", "MARCH1", "0001", "12", "http://a.example", "TRUE"]
    texts += ["mailto:a@b.c", "internal:Sheet1!A1", "{=SUM(A1)}"]
    content = xlsx_bytes({"t": pd.DataFrame({"x": texts})}, index=False)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["t"]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(texts))]
    assert [cell.data_type for cell in cells] == ["s"] * len(texts)
    assert [cell.number_format for cell in cells] == ["@"] * len(texts)
    assert [cell.hyperlink for cell in cells] == [None] * len(texts)
    assert [plain_cell(cell.value) for cell in cells] == texts


def test_workbook_keeps_amounts_counts_and_dates(places):
    content = xlsx_bytes({"p": places.drop(columns="geometry")}, index=False)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["p"]
    assert [cell.value for cell in sheet[2]][2:] == [
        1234567890123.45,
        3,
        0.1,
        pd.Timestamp("2026-11-20").to_pydatetime(),
        True,
    ]
    assert [cell.value for cell in sheet[3]] == ["1E5", *[None] * 5, False]


def test_what_a_sheet_cannot_hold_is_said():
    frame = pd.DataFrame({"x": ["y" * 40_000]})
    with pytest.raises(InputError, match="40,000 characters"):
        xlsx_bytes({"s": frame})


@pytest.mark.parametrize("form", ["geojson", "gpkg", "parquet"])
def test_files_for_programs_keep_texts_types_and_places(places, form, tmp_path):
    path = tmp_path / f"places.{form}"
    write_frame(places, path, index=False)
    read = gpd.read_parquet(path) if form == "parquet" else gpd.read_file(path)
    assert read["account_id"].tolist() == ["0001", "1E5"]
    assert read["name"].tolist()[0] == HOSTILE
    assert float(read["amount"][0]) == 1234567890123.45
    assert str(read["seen_on"][0])[:10] == "2026-11-20"
    assert read.geometry.x[0] == -89.40123456789
    assert read.crs.equals("EPSG:4326")
    assert len(read.dropna(subset="amount")) == 1


@pytest.mark.parametrize("form", ["xlsx", "geojson", "gpkg", "parquet"])
def test_a_note_is_found_again(places, form):
    frame = places.drop(columns="geometry") if form == "xlsx" else places
    content = encode_frame(frame, form, name="places", note=NOTE)
    assert read_note(content) == NOTE
    assert read_note(content[: len(content) // 2]) is None
    assert read_note(encode_frame(frame, form, name="places")) is None


def test_a_note_is_not_looked_for_in_other_files():
    assert read_note(b"a,b\n1,2\n") is None
    assert read_note(json.dumps(["planner"]).encode()) is None


def test_amounts_a_year_are_money_too():
    frame = pd.DataFrame({"cost_minor_per_year": [1250], "rate_minor": [5]})
    shown = in_money(frame, "EUR")
    assert list(shown.columns) == ["cost_per_year", "rate"]
    assert shown["cost_per_year"][0] == Decimal("12.50")


def test_an_unknown_suffix_is_refused(hostile, tmp_path):
    with pytest.raises(InputError, match="must end in"):
        write_frame(hostile, tmp_path / "plan.docx")


def test_a_layer_without_shapes_is_refused(hostile, tmp_path):
    with pytest.raises(InputError, match="no shapes"):
        write_frame(hostile, tmp_path / "plan.gpkg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "json"])
def test_every_table_format_is_written(hostile, tmp_path, suffix):
    path = tmp_path / f"plan.{suffix}"
    write_frame(hostile, path)
    assert path.stat().st_size > 0
