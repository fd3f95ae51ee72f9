"""What a sheet hides from its reader is used, held or said."""

from __future__ import annotations

import io

import openpyxl
import pytest
import xlsxwriter

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source

HEADER = ["account_id", "name", "lat", "lon", "our_sales"]
ROWS = [[f"A{n}", f"Shop {n}", 40.0 + n, -80.0, 100 * n] for n in (1, 2, 3, 4)]


def workbook(rows=ROWS, cells=None, change=None) -> bytes:
    """Write a sheet of accounts; `cells` replaces some, `change` does the rest."""
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    for place, value in (cells or {}).items():
        book.active[place] = value
    if change is not None:
        change(book.active)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def imported(content: bytes) -> ImportReport:
    report = import_table(
        read_source(content, "a.xlsx"), ImportContext(kind="accounts")
    )
    assert report.rows_accepted + report.rows_rejected == report.rows_read
    return report


def told(report: ImportReport, code: str):
    return report.findings[report.findings["code"] == code]


def test_the_value_a_formula_had_when_saved_is_used_and_said():
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate((HEADER, *ROWS)):
            sheet.write_row(place, 0, row)
        sheet.write_formula("E2", "=100+23", None, 123)
    report = imported(kept.getvalue())
    assert report.accounts["our_sales_minor"].tolist() == [12300, 20000, 30000, 40000]
    assert told(report, "formula")["column"].tolist() == ["our_sales"]


def test_a_formula_never_computed_holds_its_row():
    report = imported(workbook(cells={"E3": "=1+1"}))
    assert told(report, "formula_not_computed")["row"].tolist() == [2]
    assert report.accounts.index.tolist() == ["A1", "A3", "A4"]


def test_a_broken_reference_holds_its_row():
    report = imported(workbook(cells={"C3": "#REF!"}))
    assert report.accounts.index.tolist() == ["A1", "A3", "A4"]
    error = told(report, "cell_error")
    assert (error["row"].tolist(), error["value"].tolist()) == ([2], ["#REF!"])


def test_merged_cells_are_said_and_fill_no_other_row():
    def merge(sheet):
        sheet.merge_cells("E2:E3")

    report = imported(workbook(change=merge))
    assert told(report, "merged_cells")["severity"].tolist() == ["warn"]
    assert "E2:E3" in told(report, "merged_cells")["message"].iloc[0]
    sales = report.accounts["our_sales_minor"]
    assert sales[sales.isna()].index.tolist() == ["A2"]


def test_hidden_rows_are_read_and_said():
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    report = imported(workbook(change=hide))
    assert told(report, "hidden_rows")["severity"].tolist() == ["notice"]
    assert report.rows_accepted == 4
    assert told(imported(workbook()), "hidden_rows").empty


def test_numbers_stored_as_text_are_read_as_numbers_and_said():
    report = imported(workbook(cells={"E3": "250"}))
    assert report.accounts["our_sales_minor"].tolist() == [10000, 25000, 30000, 40000]
    assert told(report, "numbers_as_text")["column"].tolist() == ["our_sales"]


def test_a_blank_row_keeps_the_numbers_of_the_rows_below():
    report = imported(workbook(rows=[ROWS[0], [], *ROWS[1:]], cells={"C5": "north"}))
    assert told(report, "blank_rows")["value"].tolist() == ["1"]
    held = report.findings[report.findings["severity"] == "reject"]
    assert held["row"].tolist() == [4]  # A3, in row 5 of the sheet
    assert report.accounts.index.tolist() == ["A1", "A2", "A4"]


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        ({"Read me": [["Lists of 2026"], ["Ask Kim"]], "Accounts": None}, "Accounts"),
        ({"Accounts": None, "Notes": [["id", "why"], ["A1", "new"]]}, "Accounts"),
        ({"One": [["a", "b"], ["1", "2"]], "Two": [["c", "d"], ["3", "4"]]}, "One"),
        ({"Empty list": [["account_id", "name", "zip"]], "Accounts": None}, "Accounts"),
    ],
)
def test_the_sheet_that_looks_like_a_list_is_read(sheets, chosen):
    rows = [["account_id", "name", "zip"], ["A1", "Birch", "60601"]]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells or rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    assert read_source(content.getvalue(), "list.xlsx").layer == chosen
    other = next(title for title in sheets if title != chosen)
    assert read_source(content.getvalue(), "list.xlsx", layer=other).layer == other
