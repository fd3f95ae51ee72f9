"""Cells of files of commands: one reader, all faults by row, column, value, rule."""

import pandas as pd
import pytest

from planner.core.errors import InputError, SchemaError
from planner.core.files import cells


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.number, "-1.5", -1.5),
        (cells.number, "1e-05", 1e-05),
        (cells.number_from_0, "0", 0.0),
        (cells.flag, "Yes", True),
        (cells.flag, "", False),
        (cells.flag, "0.0", False),
        (cells.text_or_none, "NaN", None),
        (cells.text_or_none, "Nan Smith", "Nan Smith"),
        (cells.share_ppm, "0.25", 250_000),
        (cells.day, "2026-01-31", pd.Timestamp("2026-01-31")),
    ],
)
def test_a_cell_is_what_it_says(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "rule"),
    [
        (cells.number, "", "must be a number"),
        (cells.number, "inf", "must be a number"),
        (cells.number, "1,5", "must be a number"),
        (cells.number_from_0, "-0.1", "not below 0"),
        (cells.number_from_0, "many", "must be a number not below 0"),
        (cells.flag, "2", "must be 0 or 1"),
        (cells.share_ppm, "25%", "must be a decimal number"),
        (cells.day, "31.01.2026", "must be a day"),
    ],
)
def test_a_cell_that_cannot_be_read_says_the_rule(read, text, rule):
    with pytest.raises(ValueError, match=rule):
        read(text)


def test_all_faults_of_a_column_are_named(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("id,n\nA,1\nB,x\nC,-2\n")
    with pytest.raises(SchemaError) as error:
        cells.read_table(path).each("n", cells.number_from_0)
    assert str(error.value) == (
        "units.csv: row 2, n = 'x': must be a number not below 0; "
        "row 3, n = '-2': must be a number not below 0"
    )


def test_csv_and_parquet_hold_the_same_cells(tmp_path):
    frame = pd.DataFrame({"id": ["01", "NA"], "n": [1.5, None], "is": [True, False]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        table = cells.read_table(tmp_path / name, ["id"])
        assert table.each("id", cells.filled) == ["01", "NA"]
        assert table.each("n", cells.number, "0") == [1.5, 0.0]
        assert table.each("is", cells.flag) == [True, False]
        assert table.each("more", str, "x") == ["x", "x"]


def test_ids_come_once():
    table = cells.Table("a.csv", pd.DataFrame({"id": ["A", "B", "A"], "n": [1, 1, 1]}))
    with pytest.raises(SchemaError, match="row 3, id = 'A': must be unique"):
        table.unique(["id"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        (b"", "is no table"),
        (b"id\n\xff\xfe\n", "must be UTF-8"),
        (b"name\nA\n", "a.csv has no column 'id'; it has name"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, message):
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        cells.read_table(path, ["id"])


def test_what_is_no_parquet_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"id,n\nA,1\n")
    with pytest.raises(InputError, match=r"a\.parquet"):
        cells.read_table(path)
