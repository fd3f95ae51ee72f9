"""Cells of a file through an import: what is kept, what is warned of, what refused."""

from __future__ import annotations

import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source


def report_of(content, kind="accounts", **context):
    raw = read_source(
        content if isinstance(content, bytes) else content.encode(), "list.csv"
    )
    return import_table(raw, ImportContext(kind=kind, **context))


def accounts_with(header, *cells):
    rows = [
        f"A{place},Firm {place},41.{place},-87.6,{cell}"
        for place, cell in enumerate(cells, 1)
    ]
    return report_of("\n".join([f"account_id,name,lat,lon,{header}", *rows]))


def codes(report, severity):
    findings = report.findings
    return findings.loc[findings["severity"] == severity, "code"].tolist()


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("opens_at", "soon", "bad_time"),
        ("last_visit", "soon", "bad_date"),
        ("revenue", "lots", "bad_number"),
        ("employees", "2.5x", "bad_number"),
        ("propensity", "120%", "bad_share"),
    ],
)
def test_an_optional_cell_that_cannot_be_read_keeps_its_account(header, cell, code):
    report = accounts_with(header, cell, "")
    assert (report.rows_accepted, codes(report, "warn")) == (2, [code])


@pytest.mark.parametrize(
    ("amount", "code"), [("lots", "bad_number"), ("€900", "other_currency")]
)
def test_a_required_cell_that_cannot_be_read_refuses_its_row(amount, code):
    report = report_of(
        f"deal_id,account_id,amount,close_date\nD1,A,{amount},2026-10-05\n"
        "D2,A,5,2026-10-05\n",
        kind="deals",
    )
    assert report.frame.index.tolist() == ["D2"]
    assert code in codes(report, "reject")


def test_a_sign_of_its_own_currency_is_taken():
    report = report_of(
        "deal_id,account_id,amount,close_date\nD1,A,€900,2026-10-05\n",
        kind="deals",
        currency="EUR",
    )
    assert report.frame["amount_minor"].tolist() == [90_000]


def test_one_column_of_hours_opens_and_closes():
    accounts = accounts_with("opens", "8-17", "9am-5pm").accounts
    assert accounts["opens_s"].tolist() == [28_800, 32_400]
    assert accounts["closes_s"].tolist() == [61_200, 61_200]


def test_a_coordinate_that_is_none_is_named():
    report = report_of(
        "account_id,name,lat,lon,zip\nA1,A,unknown,unknown,\nA2,B,n/k,-87.6,\n"
    )
    named = report.findings.loc[report.findings["code"] == "bad_number", "value"]
    assert sorted(named) == ["n/k", "unknown", "unknown"]
    assert "missing_column" not in set(report.findings["code"])


def test_longitudes_of_360_degrees_are_west():
    report = report_of("account_id,name,lat,lon\nA1,A,41.88,272.37\nA2,B,41.9,272.4\n")
    assert report.accounts["lon"].round(2).tolist() == [-87.63, -87.6]
    assert codes(report, "notice") == ["longitudes_to_360"]


@pytest.mark.parametrize(
    "guarded", ['"=""00012"""', "'00012", "\t00012", " 00012\u00a0"]
)
def test_guards_of_a_spreadsheet_are_no_part_of_an_id(guarded):
    report = report_of(f"account_id,name,lat,lon\n{guarded},A,41,-87\n")
    assert report.accounts.index.tolist() == ["00012"]


@pytest.mark.parametrize("mark", ["\u200e", "\u202e", "\u2066", "\u00ad", "\u200b"])
def test_marks_that_nobody_sees_are_no_part_of_a_name(mark):
    report = report_of(f"account_id,name,lat,lon\nA1,Bir{mark}ch,41,-87\n")
    assert report.accounts["name"].tolist() == ["Birch"]
    assert codes(report, "notice") == ["cleaned_text"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("A1", "\u04101"), ("A1", "Ａ1"), ("A 1", "A1"), ("00012", "12"), ("A-1", "A–1")],
)
def test_ids_that_only_look_alike_are_named(first, second):
    report = report_of(
        f"account_id,name,lat,lon\n{first},A,41,-87\n{second},B,42,-87\n"
    )
    assert codes(report, "warn") == ["similar_id", "similar_id"]


def test_a_few_nul_bytes_are_taken_out_and_named():
    rows = b"".join(b"A%d,Firm,41,-87\n" % number for number in range(20))
    report = report_of(b"account_id,name,lat,lon\n" + rows + b"B,Bi\0rch,42,-87\n")
    assert report.accounts.loc["B", "name"] == "Birch"
    assert "nul_bytes" in codes(report, "warn")
