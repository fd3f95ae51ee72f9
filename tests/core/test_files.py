"""Files appear whole or not at all, and hold nothing a spreadsheet would run."""

import io

import openpyxl
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.files import csv_bytes
from planner.core.files import replacing
from planner.core.files import write_frame
from planner.core.files import write_text
from planner.core.files import xlsx_bytes

HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture
def hostile():
    """Two accounts, one named like a formula."""
    return pd.DataFrame(
        {"name": [HOSTILE, "Harbor"], "amount": [-1.5, 2.0]},
        index=pd.Index(["0001", "0002"], name="account_id"),
    )


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "plan.csv"
    write_text("old", path)
    with pytest.raises(FileNotFoundError), replacing(path) as beside:
        beside.rename(tmp_path / "gone").unlink()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_csv_text_that_starts_a_formula_is_quoted(hostile):
    lines = csv_bytes(hostile).decode().splitlines()
    assert lines[1].startswith("0001,'=cmd")
    assert lines[1].endswith(",-1.5")


def test_workbook_keeps_ids_text_and_runs_nothing(hostile):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"accounts": hostile})))
    row = [cell.value for cell in book["accounts"][2]]
    assert row == ["0001", "'" + HOSTILE, -1.5]
    assert book["accounts"]["B2"].data_type == "s"


def test_an_unknown_suffix_is_refused(hostile, tmp_path):
    with pytest.raises(InputError, match="must end in"):
        write_frame(hostile, tmp_path / "plan.docx")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "json"])
def test_every_table_format_is_written(hostile, tmp_path, suffix):
    path = tmp_path / f"plan.{suffix}"
    write_frame(hostile, path)
    assert path.stat().st_size > 0
