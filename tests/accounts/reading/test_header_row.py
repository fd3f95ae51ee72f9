"""Lines around a table: Excel's own, titles above, totals and notes below."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.reading.header_row import header_place
from planner.accounts.reading.sources import read_source

TITLES = ["Customer list, 2026", "Exported on 20 Nov 2026", ""]


def report_of(content, filename="list.csv"):
    raw = read_source(
        content if isinstance(content, bytes) else content.encode(), filename
    )
    return import_table(raw, ImportContext(kind="accounts"))


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_titles_above_the_header_are_left_out_and_named(sign):
    table = ["account_id,name,lat,lon", "T1,Birch,41.88,-87.63", "T2,,41.9,-87.65"]
    lines = [*TITLES, *(line.replace(",", sign) for line in table)]
    report = report_of("\n".join(lines))
    assert report.frame.index.tolist() == ["T1"]
    assert report.rows_read == 2
    above = report.findings[report.findings["code"] == "lines_above"]
    assert above["severity"].tolist() == ["notice"]
    refused = report.findings[report.findings["code"] == "missing_name"]
    assert refused["row"].tolist() == [2]  # the second row of data


def test_titles_of_a_sheet_are_left_out_too():
    rows = [
        ["Kundenliste"],
        [],
        ["account_id", "name", "lat", "lon"],
        ["T1", "B", 41, -87],
    ]
    report = report_of(workbook(rows), "list.xlsx")
    assert report.frame.index.tolist() == ["T1"]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;\r"])
def test_excels_own_line_names_the_delimiter(first):
    report = report_of(f"{first}\naccount_id;name;lat;lon\nS1;Birke;41,5;-87,4\n")
    assert report.frame.index.tolist() == ["S1"]
    assert report.frame.loc["S1", "lat"] == 41.5


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["a", "b"], ["1", "2"]], 0),
        ([["A001", "Acme", "40.7"], ["A002", "Beta", "41.8"]], 0),
        ([["Report"], ["x y", "z"], ["1", "2"], ["3", "4"]], 1),
        (
            [
                ["", "", "Address", ""],
                ["Id", "Name", "City", "Zip"],
                ["1", "B", "C", "2"],
            ],
            1,
        ),
        ([["id", "name"], ["name", "id"], ["1", "2"]], 0),
    ],
    ids=["plain", "no header", "title", "groups above", "names in the data"],
)
def test_the_header_is_the_row_that_names_the_columns(rows, place):
    assert header_place(rows) == place


@pytest.mark.parametrize(
    "word",
    [
        "Total général",
        "Gesamtergebnis",
        "Summe",
        "Total geral",
        "Totale complessivo",
        "Eindtotaal",
        "Grand Total",
        "合計",
        "Итого",
        "Suma końcowa",
        "TOTAL:",
    ],
)
def test_a_full_row_whose_id_names_a_total_is_none_of_the_accounts(word):
    report = report_of(
        f"account_id,name,zip,revenue\nT1,Birke,60602,100\nT2,Zeder,60610,300\n"
        f"{word},2 accounts,60602,400\n"
    )
    refused = report.findings[report.findings["severity"] == "reject"]
    assert refused.loc[refused["row"] == 3, "code"].tolist() == ["total_row"]


def test_a_company_may_be_called_total():
    report = report_of("account_id,name,lat,lon\nT1,Total,41,-87\nT2,Summa,42,-87\n")
    assert report.rows_accepted == 2
