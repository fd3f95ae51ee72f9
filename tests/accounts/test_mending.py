"""Cells typed anew: what they replace, what they lift, and which rows ask for them."""

from __future__ import annotations

import pytest

from planner.accounts.context import ImportContext
from planner.accounts.corrections import Correction, read_corrections
from planner.accounts.importing import import_table
from planner.accounts.reading.mending import edits_of, rows_to_mend
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError, SchemaError

LIST = (
    "Customer No,Company,Latitude,Longitude,Last visit\n"
    "1,Alpha,43.07,-89.40,2026-10-01\n"
    "2,,43.04,-87.91,2026-10-01\n"
    "3,Gamma,43.04,-87.95,soon\n"
    "1,Delta,44.51,-88.01,2026-10-01\n"
)


def typed(*cells):
    return tuple(Correction(row=r, column=c, value=v) for r, c, v in cells)


def report_of(text=LIST, *cells):
    raw = read_source(text.encode(), "list.csv")
    context = ImportContext(kind="accounts", corrections=typed(*cells))
    return import_table(raw, context), raw


def test_refused_rows_are_taken_once_their_cells_are_typed():
    report, _ = report_of()
    assert (report.rows_accepted, report.rows_rejected) == (1, 3)
    report, raw = report_of(LIST, (2, "Company", "Beta"), (4, "Customer No", "4"))
    assert report.rows_rejected == 0
    assert report.frame["name"].tolist() == ["Alpha", "Beta", "Gamma", "Delta"]
    assert report.corrections.to_dict("records") == [
        {"row": 2, "column": "Company", "was": "", "value": "Beta"},
        {"row": 4, "column": "Customer No", "was": "1", "value": "4"},
    ]
    notes = report.findings[report.findings["code"] == "mended"]
    assert notes["row"].tolist() == [2, 4]
    assert notes["value"].tolist() == ["", "1"]  # what the file says
    assert raw.frame.at[2, "Company"] == ""


def test_a_cell_can_be_named_by_our_column_and_emptied():
    report, _ = report_of(LIST, (3, "last_visit_on", ""))
    assert "bad_date" not in set(report.findings["code"])
    assert report.corrections["column"].item() == "Last visit"


def test_a_value_typed_as_it_stands_is_no_correction():
    report, _ = report_of(LIST, (1, "Company", "Alpha"))
    assert report.corrections.empty


def test_a_column_that_is_not_there_and_a_row_that_is_not():
    with pytest.raises(InputError, match="row 1 names column 'Colour'"):
        report_of(LIST, (1, "Colour", "red"))
    report, _ = report_of(LIST, (99, "Company", "x"))
    aside = report.findings[report.findings["code"] == "correction_aside"]
    assert aside["severity"].item() == "warn"


def test_a_row_of_another_width_is_taken_once_it_was_looked_at():
    text = LIST + "5,Elm, Inc,43.04,-87.90,2026-10-01\n"
    report, raw = report_of(text)
    assert 5 in rows_to_mend(report, raw).cells.index
    report, _ = report_of(
        text,
        (5, "Company", "Elm, Inc"),
        (5, "Latitude", "43.04"),
        (5, "Longitude", "-87.90"),
        (5, "Last visit", "2026-10-01"),
    )
    assert "5" in report.frame.index


def test_the_rows_to_mend_show_the_columns_at_fault_and_the_reasons():
    report, raw = report_of()
    rows = rows_to_mend(report, raw)
    assert rows.cells.index.tolist() == [1, 2, 4, 3]  # the refused first
    assert rows.is_refused.tolist() == [True, True, True, False]
    assert set(rows.cells) == {"Company", "Customer No", "Last visit"}
    assert rows.reasons[2] == "name must not be empty"
    edited = rows.cells.copy()
    edited.loc[2, "Company"] = "Beta"
    assert edits_of(rows.cells, edited) == list(typed((2, "Company", "Beta")))


def test_totals_and_notes_are_no_rows_to_mend():
    report, raw = report_of(LIST + "Total,,,,\n")
    assert 5 not in rows_to_mend(report, raw).cells.index


def test_the_table_shows_what_was_typed_last():
    report, raw = report_of(LIST, (3, "Last visit", "later"))
    assert rows_to_mend(report, raw).cells.at[3, "Last visit"] == "later"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("row,column,value\n0,Company,x\n", "from 1 up"),
        ("row,column,value\n1,Company,x\n1,Company,y\n", "must be unique"),
        ("row,value\n1,x\n", "no column 'column'"),
    ],
)
def test_a_file_of_corrections_is_read_or_refused(tmp_path, text, says):
    path = tmp_path / "corrections.csv"
    path.write_text(text)
    with pytest.raises((InputError, SchemaError), match=says):
        read_corrections(path)
    path.write_text("row,column,value\n2,Company,NA\n")
    assert read_corrections(path) == typed((2, "Company", "NA"))


def test_a_row_without_a_name_is_told_by_its_id_and_town():
    report, raw = report_of("id,name,city\n7,,Madison\n8,Beta,Madison\n")
    cells = rows_to_mend(report, raw).cells
    assert cells.columns[:3].tolist() == ["id", "name", "city"]
    assert cells.loc[1, ["id", "city"]].tolist() == ["7", "Madison"]
