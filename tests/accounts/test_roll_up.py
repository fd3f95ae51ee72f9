"""Rows of one account made one: what is added, averaged, listed, and what is not."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.kinds.rolling.columns import day_columns
from planner.accounts.kinds.rolling.deals import deal_columns, deals_of_rows
from planner.accounts.reading.sources import read_source
from planner.core.errors import ParamsError

HEADER = "account_id,name,lat,lon,Procedure,Cases,Average Payment,our_sales"
ROWS = (
    "K1,Juniper,41,-87,Hip,12,9100.50,100.10\n"
    "K2,Oxbow,42,-87,Spine,9,20500.00,7\n"
    "K1,Juniper,41,-87,Knee,30,8200.00,0.20\n"
)


DATED = """account_id,name,lat,lon,Invoice date,Product,Net
K1,Juniper,41,-87,2026-03-01,Hip,10.50
K1,Juniper,41,-87,2026-01-01,Spine,20
K2,Oxbow,42,-87,2026-02-01,Hip,7
K3,,42,-86,2026-02-01,Hip,7
"""


def report_of(text, **context):
    raw = read_source(text.encode(), "list.csv")
    return import_table(raw, ImportContext(kind="accounts", **context))


def own(report, account_id):
    return json.loads(report.frame.loc[account_id, "custom"])


def test_rows_of_an_account_become_one():
    report = report_of(f"{HEADER}\n{ROWS}")
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (3, 3, 0)
    assert report.frame.index.tolist() == ["K1", "K2"]
    assert report.frame.loc["K1", "our_sales_minor"] == 10_030
    assert own(report, "K1") == {
        "Procedure": "Hip; Knee",
        "Cases": "42",
        "Average Payment": "8650.25",
    }
    notice = report.findings[report.findings["code"] == "rolled_up"]["message"].item()
    assert notice.startswith("2 rows of 1 accounts")


def test_the_user_says_what_becomes_of_a_column():
    report = report_of(
        f"{HEADER}\n{ROWS}", roll_up={"Cases": "mean", "Procedure": "count"}
    )
    assert own(report, "K1")["Cases"] == "21"
    assert own(report, "K1")["Procedure"] == "2"
    with pytest.raises(ParamsError, match="roll_up must say sum"):
        ImportContext(kind="accounts", roll_up={"Cases": "most"})


def test_a_number_equal_in_all_rows_is_taken_once():
    report = report_of(
        "account_id,name,lat,lon,Product,Beds\nK1,A,41,-87,x,400\nK1,A,41,-87,y,400\n"
    )
    assert own(report, "K1")["Beds"] == "400"


@pytest.mark.parametrize(
    "second",
    ["K1,Juniper,41,-87,Hip,12,9100.50,999", "K1,Other,41,-87,Knee,1,1,1"],
    ids=["nothing tells them apart", "another name"],
)
def test_rows_that_contradict_each_other_are_refused(second):
    report = report_of(f"{HEADER}\n{ROWS.splitlines()[0]}\n{second}\n")
    assert set(report.findings["code"]) >= {"duplicate_id"}
    assert report.rows_accepted == 0


def test_the_same_row_twice_is_added_once():
    report = report_of(f"{HEADER}\n{ROWS}{ROWS.splitlines()[0]}\n")
    assert own(report, "K1")["Cases"] == "42"
    assert (report.rows_accepted, report.rows_rejected) == (3, 1)


def test_a_refused_account_takes_its_rows_along():
    report = report_of(f"{HEADER}\n{ROWS}".replace("K1,Juniper,41,-87", "K1,Juniper,,"))
    assert (report.rows_accepted, report.rows_rejected) == (1, 2)


def test_the_last_is_that_of_the_latest_day():
    report = report_of(DATED, roll_up={"Net": "last"})
    assert own(report, "K1")["Net"] == "10.50"
    assert report.rolled == {"Net": "last"}
    assert report_of(DATED).rolled == {"Net": "sum"}


def test_choices_for_what_is_not_there_or_no_number_are_refused():
    with pytest.raises(ParamsError, match="sum of 'Colour'"):
        report_of(DATED, roll_up={"Colour": "sum"})
    with pytest.raises(ParamsError, match="sum of 'Product'"):
        report_of(DATED, roll_up={"Product": "sum"})


def test_rows_are_kept_as_deals_the_same_at_each_load():
    raw = read_source(DATED.encode(), "list.csv")
    context = ImportContext(kind="accounts")
    report = import_table(raw, context)
    assert deal_columns(raw, report) == (("Invoice date",), ("Net",))
    by = {"date": "Invoice date", "amount": "Net"}
    deals = deals_of_rows(raw, context, report, **by)
    frame = deals.frame
    assert frame["account_id"].tolist() == ["K1", "K1", "K2"]  # K3 was refused
    assert frame["amount_minor"].tolist() == [1_050, 2_000, 700]
    assert frame["product"].tolist() == ["Hip", "Spine", "Hip"]
    assert set(frame["stage"]) == {"won"}
    dearer = read_source(DATED.replace("10.50", "12").encode(), "list.csv")
    again = deals_of_rows(dearer, context, import_table(dearer, context), **by)
    assert again.frame.index.tolist() == frame.index.tolist()
    with pytest.raises(ParamsError, match="no column 'Day'"):
        deals_of_rows(raw, context, report, date="Day", amount="Net")


def test_a_zip_is_no_day_though_a_spreadsheet_counts_days_so():
    zips = pd.DataFrame({"Zip": ["43210", "45219"], "Sent on": ["46100", "46101"]})
    assert list(day_columns(zips, ["Zip", "Sent on"])) == ["Sent on"]
