"""Values that can hardly be meant: each is named with row, column, value and repair."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import check_file, import_table
from planner.accounts.kinds.vocabulary import is_placeholder_name, read_weekdays
from planner.accounts.places.regions import is_known_country
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 11, 20)
GOOD = {
    "account_id": "A{n}",
    "name": "Firm {n}",
    "lat": "41.{n}",
    "lon": "-87.5",
    "region": "IL",
    "country": "US",
    "zip": "60601",
    "annual_revenue": "{n}00000",
    "rating": "B",
    "visit_class": "A",
    "open_days": "Mon;Tue",
    "opens_s": "28800",
    "closes_s": "61200",
    "last_visit_on": "2026-11-01",
    "owned_since": "2024-01-31",
}


@pytest.fixture(scope="module")
def gazetteer():
    places = pd.DataFrame({"postcode": ["60601"], "lat": [41.5], "lon": [-87.5]})
    cities = pd.DataFrame(columns=["city", "region", "lat", "lon", "population"])
    return Gazetteer.from_frames(places, cities)


def report_with(gazetteer, column=None, value="", n_rows=5, as_of=TODAY):
    """Import good rows of which the third has one other cell."""
    rows = [
        {name: text.format(n=n) for name, text in GOOD.items()}
        for n in range(1, n_rows + 1)
    ]
    if column:
        rows[2][column] = value
    text = pd.DataFrame(rows).to_csv(index=False)
    raw = read_source(text.encode(), "list.csv")
    return import_table(
        raw,
        ImportContext(kind="accounts", gazetteer=gazetteer, as_of=as_of, far_km=500),
    )


def test_good_rows_raise_no_question(gazetteer):
    assert report_with(gazetteer).verdict == "accept"


@pytest.mark.parametrize(
    ("code", "column", "value"),
    [
        ("future_date", "last_visit_on", "2026-11-21"),
        ("future_date", "owned_since", "2062-01-01"),
        ("placeholder_date", "owned_since", "1900-01-01"),
        ("unknown_country", "country", "Atlantis"),
        ("unknown_region", "region", "QZ"),
        ("placeholder_postcode", "zip", "00000"),
        ("placeholder_postcode", "zip", "99999"),
        ("unknown_postcode", "zip", "60602"),
        ("unknown_visit_class", "visit_class", "Z"),
        ("unknown_rating", "rating", "five stars"),
        ("unknown_weekday", "open_days", "Mon;Funday"),
        ("hours_backwards", "closes_s", "8:00"),
        ("placeholder_name", "name", "xxx"),
        ("placeholder_name", "name", "Test account 3"),
        ("placeholder_name", "name", "???"),
        ("outlier", "annual_revenue", "900000000000"),
    ],
)
def test_odd_value_is_questioned_by_row_column_and_value(
    gazetteer, code, column, value
):
    report = report_with(gazetteer, column, value)
    assert report.rows_accepted == 5
    assert report.verdict == "accept_warn"
    (finding,) = report.findings.to_dict("records")
    assert (finding["code"], finding["row"]) == (code, 3)
    assert (finding["severity"], finding["column"]) == ("warn", column)
    assert finding["value"] == value
    assert value in finding["message"]
    assert any(
        word in finding["message"]
        for word in ("correct", "give", "write", "check", "look", "clear")
    )


def test_today_is_no_future_and_without_today_there_is_none(gazetteer):
    assert report_with(gazetteer, "last_visit_on", "2026-11-20").findings.empty
    late = report_with(gazetteer, "last_visit_on", "2030-01-01", as_of=None)
    assert late.findings.empty


def test_days_and_hours_no_plan_could_use_are_left_out(gazetteer):
    days = report_with(gazetteer, "open_days", "Mon;Funday").accounts
    assert days["open_days"].isna().tolist() == [False, False, True, False, False]
    hours = report_with(gazetteer, "closes_s", "8:00").accounts
    assert pd.isna(hours.loc["A3", "opens_s"])
    assert pd.isna(hours.loc["A3", "closes_s"])
    assert hours.loc["A1", "closes_s"] == 61_200


def test_days_and_classes_are_respelled_and_said_so(gazetteer):
    report = report_with(gazetteer, "open_days", "Tuesday to Thursday")
    assert report.accounts.loc["A3", "open_days"] == "Tue;Wed;Thu"
    assert report.findings["code"].tolist() == ["respelled"]
    assert report_with(gazetteer, "visit_class", "b").accounts.loc[
        "A3", "visit_class"
    ] == ("B")


def test_a_column_on_no_scale_of_ours_is_told_once_or_not_at_all():
    text = "account_id,name,lat,lon,class,rating\n" + "\n".join(
        f"A{n},Firm {n},41.{n},-87,{word},{word}"
        for n, word in enumerate(["Retail", "Trade", "Retail", "Other"], start=1)
    )
    report = import_table(
        read_source(text.encode(), "a.csv"), ImportContext(kind="accounts")
    )
    assert report.findings["code"].tolist() == ["unknown_visit_class"]
    assert report.verdict == "accept_notice"


@pytest.mark.parametrize("n_rows", [1, 3, 4])
def test_few_rows_show_no_outlier(n_rows):
    values = [10.0 ** (3 * n) for n in range(n_rows)]
    text = "account_id,name,lat,lon,revenue\n" + "\n".join(
        f"A{n},Firm {n},41.{n},-87,{value:.0f}" for n, value in enumerate(values)
    )
    report = import_table(
        read_source(text.encode(), "a.csv"), ImportContext(kind="accounts")
    )
    assert report.findings.empty


def test_deals_won_in_the_future_or_closed_before_they_opened_are_questioned():
    text = (
        "deal_id,account_id,amount,opened_on,close_on,stage\n"
        "D1,A1,5,2026-01-05,2026-01-31,won\n"
        "D2,A1,5,2026-01-05,2027-01-31,won\n"
        "D3,A1,5,2026-01-05,2027-01-31,propose\n"
        "D4,A1,5,2026-03-05,2026-01-31,lost\n"
    )
    raw = read_source(text.encode(), "deals.csv")
    report = import_table(raw, ImportContext(kind="deals", as_of=TODAY))
    assert report.rows_accepted == 4
    found = report.findings[["code", "row"]].to_numpy().tolist()
    assert found == [["future_date", 2], ["closed_before_opened", 4]]


def test_the_sample_raises_no_false_alarm():
    for name, kind in (("accounts", "accounts"), ("deals", "deals"), ("reps", "reps")):
        report = check_file(
            ROOT / "data" / "sample" / f"{name}.csv",
            ImportContext(
                kind=kind, gazetteer=Gazetteer.load(ROOT / "data"), as_of=TODAY
            ),
        )
        assert report.verdict == "accept", report.findings


@pytest.mark.parametrize(
    "name", ["Testa Pumps", "NA Brewing", "Sample Room", "A", "7", "3M", "Nil Foods"]
)
def test_real_names_are_no_placeholders(name):
    assert not is_placeholder_name(pd.Series([name])).any()


def test_countries_are_known_by_code_and_name():
    known = ["US", "DEU", "Deutschland", "Côte d'Ivoire", "South Korea", "England"]
    assert is_known_country(pd.Series(known)).all()
    assert not is_known_country(pd.Series(["XX", "Atlantis", "Untied States"])).any()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mo-Fr", "Mon;Tue;Wed;Thu;Fri"),
        ("Sat, Sun and Mon", "Mon;Sat;Sun"),
        ("Fri to Mon", "Mon;Fri;Sat;Sun"),
        ("daily", "Mon;Tue;Wed;Thu;Fri;Sat;Sun"),
        ("Mon-Tue-Wed", ""),
        ("MTWTF", ""),
    ],
)
def test_weekdays_are_read_in_the_order_of_the_week(text, days):
    assert read_weekdays(pd.Series([text])).tolist() == [days]
