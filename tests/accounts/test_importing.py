"""Importing: every row accepted or refused with its reason, nothing lost or guessed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.accounts.context import ImportContext
from planner.accounts.findings import SourceError
from planner.accounts.importing import check_file, import_table
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source
from planner.accounts.reading.tables import where as keep_where
from planner.accounts.reading.values.texts import clean_text
from planner.core.errors import InputError, ParamsError
from planner.core.schemas import ACCOUNTS, DEALS, REPS, check

SHARED = Path(__file__).parents[3] / "shared"
HEADER = "account_id,name,lat,lon"


@pytest.fixture
def gazetteer():
    """Chicago and Milwaukee, one postcode each; Gary by name only."""
    return Gazetteer.from_frames(
        pd.DataFrame(
            {
                "postcode": ["60601", "53202", "02134"],
                "lat": [41.886, 43.05, 42.36],
                "lon": [-87.622, -87.9, -71.13],
            }
        ),
        pd.DataFrame(
            {
                "city": ["Chicago", "Gary", "St. Joseph"],
                "region": ["IL", "IN", "MI"],
                "lat": [41.85, 41.59, 42.1],
                "lon": [-87.65, -87.35, -86.48],
                "population": [2_700_000, 68_000, 8_000],
            }
        ),
    )


def report_of(text, gazetteer=None, kind="accounts", **params):
    raw = read_source(text.encode(), "list.csv")
    places = gazetteer or Gazetteer.empty()
    return import_table(raw, ImportContext(kind=kind, gazetteer=places, **params))


def codes(report, severity=None):
    found = report.findings
    if severity is not None:
        found = found[found["severity"] == severity]
    return found["code"].tolist()


def test_clean_list_is_accepted_without_a_word():
    report = report_of(f"{HEADER},revenue,tier\n0001,A,41,-87,1250.50,Gold\n")
    assert report.verdict == "accept"
    assert report.findings.empty
    account = report.accounts.loc["0001"]
    assert account["annual_revenue_minor"] == 125_050
    assert account["geo_source"] == "given"
    assert json.loads(account["custom"]) == {"tier": "Gold"}
    assert check(report.accounts, ACCOUNTS).index.name == "account_id"
    assert report.given_columns == (
        "account_id",
        "name",
        "lat",
        "lon",
        "annual_revenue_minor",
    )


def test_json_is_that_of_the_contract():
    report = report_of(f"{HEADER}\n1,A,41,-87\n2,,41,-87\n")
    answer = json.loads(report.to_json())
    assert list(answer) == [
        "file",
        "kind",
        "verdict",
        "rows_read",
        "rows_accepted",
        "rows_rejected",
        "findings",
    ]
    assert (answer["rows_read"], answer["rows_accepted"]) == (2, 1)
    (finding,) = answer["findings"]
    assert finding == {
        "code": "missing_name",
        "severity": "reject",
        "row": 2,
        "column": "name",
        "value": "",
        "message": "name must not be empty",
    }


def test_ladder_places_by_coordinates_then_postcode_then_city(gazetteer):
    report = report_of(
        "account_id,name,lat,lon,postcode,city,state\n"
        "1,A,41.9,-87.6,60601,Chicago,IL\n"
        "2,B,,,53202-1234,Nowhere,WI\n"
        "3,C,,,99999,gary,Indiana\n"
        "4,D,,,99999,Nowhere,IN\n"
        "5,E,,,,Saint Joseph,Michigan\n",
        gazetteer,
    )
    accounts = report.accounts
    sources = ["given", "postcode", "city", "none", "city"]
    assert accounts["geo_source"].tolist() == sources
    assert accounts["geo_precision"].tolist() == ["exact", *sources[1:]]
    assert accounts["region"].tolist() == ["IL", "WI", "IN", "IN", "MI"]
    assert accounts.loc["2", "lat"] == 43.05
    assert accounts.loc["2", "postcode"] == "53202"
    assert accounts.loc["4", ["lat", "lon"]].isna().all()
    assert codes(report, "reject") == []
    assert set(codes(report, "warn")) == {"placeholder_postcode", "no_place"}
    assert report.verdict == "accept_warn"


def test_postcodes_are_mended_and_said_so(gazetteer):
    report = report_of(
        "account_id,name,zip\n1,A,60601-\n2,B,2134\n3,C,60601-1234\n4,D,606\n",
        gazetteer,
    )
    assert report.accounts["postcode"].tolist() == ["60601", "02134", "60601", "606"]
    mended = report.findings.query("code == 'postcode_mended'")
    assert mended["row"].tolist() == [1, 2]
    assert set(codes(report, "warn")) == {"no_place", "postcode_malformed"}


def test_a_postcode_of_another_country_is_no_zip(gazetteer):
    report = report_of(
        "account_id,name,postcode,country,lat,lon\n"
        "1,A,53202,Germany,,\n2,B,60601,Germany,50.1,8.7\n",
        gazetteer,
    )
    assert report.accounts["geo_source"].tolist() == ["none", "given"]
    assert codes(report) == ["no_place"]


def test_country_is_assumed_only_where_the_place_agrees():
    report = report_of(f"{HEADER}\n1,A,41,-87\n2,B,50,8\n", country="US")
    assert report.accounts["country"].fillna("").tolist() == ["US", ""]


def test_far_from_postcode_is_questioned_and_kept(gazetteer):
    report = report_of(
        "account_id,name,lat,lon,zip\n1,A,43.05,-87.9,60601\n2,B,41.9,-87.6,60601\n",
        gazetteer,
    )
    assert report.rows_accepted == 2
    assert codes(report) == ["far_from_postcode"]
    assert report.findings["row"].tolist() == [1]


def test_null_island_goes_down_the_ladder_or_waits(gazetteer):
    report = report_of(
        "account_id,name,lat,lon,zip\n1,A,0,0,60601\n2,B,0,0,\n",
        gazetteer,
        country="US",
    )
    assert report.accounts["geo_source"].tolist() == ["postcode", "none"]
    assert codes(report) == ["null_island", "null_island", "no_place"]


def test_one_swapped_row_is_held_and_a_swapped_file_refused(gazetteer):
    rows = [f"{i},N{i},41.{i},-87.{i}" for i in range(1, 6)]
    one = report_of("\n".join([HEADER, *rows, "9,X,-87.5,41.5"]), gazetteer)
    assert (one.rows_accepted, one.rows_rejected) == (5, 1)
    assert codes(one) == ["swapped_row"]
    swapped = [f"{i},N{i},-87.{i},41.{i}" for i in range(1, 6)]
    whole = report_of("\n".join([HEADER, *swapped]))
    assert whole.verdict == "reject_file"
    assert codes(whole) == ["swapped_columns"]
    assert (whole.rows_accepted, whole.rows_rejected) == (0, 5)


def test_swap_is_known_by_the_postcode(gazetteer):
    # 41.886 N, 87.622 E lies in China: only the postcode tells that the order is wrong.
    report = report_of(
        "account_id,name,lat,lon,zip\n1,A,-71.13,42.36,02134\n2,B,42.36,-71.13,02134\n"
        "3,C,42.361,-71.13,02134\n",
        gazetteer,
    )
    assert report.rows_accepted == 2
    assert codes(report) == ["swapped_row"]


def test_closed_and_planned_places_are_kept_as_closed():
    report = report_of(
        f"{HEADER},brewery_type,our_sales\n1,A,41,-87,planning,\n2,B,41.1,-87,micro,5\n"
        "3,C,41.2,-87,micro,\n"
    )
    assert report.accounts["status"].tolist() == ["closed", "customer", "prospect"]
    assert codes(report) == ["closed"]


def test_decimal_commas_are_read_and_said_so():
    report = report_of("account_id;name;lat;lon;revenue\n1;A;41,5;-87,25;125000,00\n")
    assert report.verdict == "accept_notice"
    assert report.accounts["annual_revenue_minor"].tolist() == [12_500_000]
    assert report.accounts["lat"].tolist() == [41.5]
    assert codes(report).count("decimal_comma") == 3


def test_amounts_in_another_currency_are_refused():
    rows = report_of(f"{HEADER},revenue,currency\n1,A,41,-87,5,EUR\n2,B,41,-87,5,USD\n")
    assert rows.accounts.index.tolist() == ["2"]
    whole = report_of(f"{HEADER},revenue_eur\n1,A,41,-87,5\n")
    assert codes(whole) == ["other_currency"]
    euro = report_of(f"{HEADER},revenue_eur\n1,A,41,-87,5\n", currency="EUR")
    assert euro.accounts["annual_revenue_minor"].tolist() == [500]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"  \n \n", "empty_file"),
        (b"account_id,name,lat,lon\n", "no_rows"),
        (b"account_id,lat,lon\n1,41,-87\n", "missing_column"),
        (b"1,Acme,41,-87\n2,Beta,42,-88\n", "no_header"),
        (b"account_id,name,lat,lon,x,x\n1,A,41,-87,1,2\n", "duplicate_column"),
        (bytes(range(256)) * 20, "not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_text"),
        (
            b"account_id,name,lat,lon\n1," + b"A" * 200_000 + b",41,-87\n",
            "field_too_long",
        ),
        (b'account_id,name,lat,lon\n1,"Acme,41,-87\n2,B,41,-87\n', "open_quote"),
        (b"account_id,name,lat,lon\n1,A,4100000,-8700000\n", "projected_coordinates"),
        (b"account_id,name,lat,lon\n1,,41,-87\n", "no_row_accepted"),
    ],
)
def test_file_is_refused_with_one_clear_finding(content, code, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    report = check_file(path, ImportContext(kind="accounts"))
    assert report.verdict == "reject_file"
    assert code in codes(report, "reject")
    assert report.rows_accepted == 0
    assert report.rows_rejected == report.rows_read
    assert all(report.findings["message"].str.len() > 20)


def test_missing_file_and_wrong_kind_are_errors_of_use(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        check_file(tmp_path / "none.csv", ImportContext(kind="accounts"))
    with pytest.raises(InputError, match="kind must be"):
        check_file(tmp_path / "none.csv", ImportContext(kind="colours"))
    with pytest.raises(ParamsError, match="decimal"):
        ImportContext(kind="accounts", decimal="x")


def test_where_sets_rows_aside_and_keeps_their_numbers():
    raw = read_source(f"{HEADER},country\n1,A,4,5,X\n2,,4,5,Y\n".encode(), "a.csv")
    report = import_table(
        keep_where(raw, "country = y"), ImportContext(kind="accounts")
    )
    assert (report.rows_read, report.rows_rejected) == (1, 1)
    assert report.findings["row"].dropna().tolist() == [2]
    assert keep_where(raw, "country!=Y").frame.index.tolist() == [1]
    with pytest.raises(InputError, match="has only"):
        keep_where(raw, "land=Y")
    with pytest.raises(InputError, match="column=value"):
        keep_where(raw, "country")


def test_mapping_of_the_user_wins_and_is_checked():
    raw = read_source(b"no,firm,a,b\n1,Acme,41,-87\n", "a.csv")
    mapping = {"account_id": "no", "name": "firm", "lat": "a", "lon": "b"}
    assert import_table(raw, ImportContext(kind="accounts", mapping=mapping)).accounts[
        "name"
    ].tolist() == ["Acme"]
    with pytest.raises(InputError, match="'c'"):
        import_table(
            raw, ImportContext(kind="accounts", mapping=mapping | {"city": "c"})
        )


def test_damaged_text_is_kept_and_questioned():
    report = report_of(f"{HEADER}\n1,CafÃ© MÃ¼ller,41,-87\n2,Ânima São,41.5,-87\n")
    assert report.rows_accepted == 2
    assert report.findings[["code", "row"]].to_numpy().tolist() == [["damaged_text", 1]]


def test_workbook_keeps_ids_as_text():
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["account_id", "name", "lat", "lon", "employees", "last visit"])
    sheet.append(["0001", "A", 41.5, -87.25, 12, pd.Timestamp("2026-03-01")])
    sheet.append([7, "B", 41, -87, None, None])
    sheet["A3"].number_format = "0000"
    book.create_sheet("more")
    buffer = io.BytesIO()
    book.save(buffer)
    report = import_table(
        read_source(buffer.getvalue(), "a.xlsx"), ImportContext(kind="accounts")
    )
    assert report.accounts.index.tolist() == ["0001", "0007"]
    assert report.accounts["employees"].iloc[0] == 12
    assert report.accounts["last_visit_on"].iloc[0] == pd.Timestamp("2026-03-01")
    assert codes(report) == ["first_sheet"]


def test_geojson_polygon_gives_a_place_inside_it():
    square = [[[-88, 41], [-87, 41], [-87, 42], [-88, 42], [-88, 41]]]
    features = [
        {
            "type": "Feature",
            "properties": {"account_id": "1", "name": "A"},
            "geometry": {"type": "Polygon", "coordinates": square},
        },
        {"type": "Feature", "properties": {"account_id": "2"}, "geometry": None},
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    report = import_table(
        read_source(text.encode(), "a.geojson"), ImportContext(kind="accounts")
    )
    account = report.accounts.loc["1"]
    assert -88 < account["lon"] < -87
    assert 41 < account["lat"] < 42
    assert report.rows_rejected == 1


def test_units_are_checked_shape_by_shape():
    def feature(name, ring):
        shape = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"geoid": name}, "geometry": shape}

    features = [
        feature("1", [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]),
        feature("2", [[0.5, 0], [2, 0], [2, 1], [0.5, 1], [0.5, 0]]),
        feature("3", [[5, 5], [6, 6], [6, 5], [5, 6], [5, 5]]),
        feature("4", [[177, -19], [-178, -19], [-178, -16], [177, -16], [177, -19]]),
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    report = import_table(
        read_source(text.encode(), "a.geojson"), ImportContext(kind="units")
    )
    assert report.frame.index.tolist() == ["1", "2", "4"]
    assert codes(report) == ["overlap", "invalid_shape", "crosses_180"]
    pacific = report.frame.loc["4", "geometry"]
    assert pacific.area == pytest.approx(15)
    assert pacific.bounds[0] == -180


def test_reps_and_deals_pass_their_schemas():
    reps = report_of(
        "rep_id,name,lat,lon,work_start,work_end,cost_per_year,ramp\n"
        "R1,Ann,41,-87,8:00,16:30,90000,50%\nR2,Bo,,,,,,\nR3,Cy,41,-87,17:00,8:00,,\n",
        kind="reps",
    )
    assert check(reps.frame, REPS)["work_start_s"].tolist() == [28_800, 30_600]
    assert reps.frame["ramp_share"].tolist() == [0.5, 1.0]
    assert codes(reps) == ["hours_backwards"]
    deals = report_of(
        "deal_id,account_id,amount,close_date,stage\n"
        "D1,A1,-12.50,2026-01-31,Closed Won\nD2,A1,1.0055,2026-01-31,won\n"
        "D3,A1,5,2026-02-30,won\nD4,A1,,2026-02-01,won\nD5,A1,5,2026-02-01,maybe\n",
        kind="deals",
    )
    frame = check(deals.frame, DEALS)
    assert frame["stage"].to_dict() == {"D1": "won", "D5": "qualify"}
    assert frame.loc["D1", "amount_minor"] == -1250
    assert codes(deals) == [
        "unknown_stage",
        "too_many_decimals",
        "bad_date",
        "missing_amount",
    ]


CELL = st.text(max_size=8) | st.sampled_from(
    [
        "",
        "0",
        "41.5",
        "-87.2",
        "NaN",
        "inf",
        "1,234",
        "1.234,5",
        "01/02/2026",
        "46031",
        "2026-01-15",
        "60601",
        "closed",
        "A1",
        "a1",
        "=1+1",
        "-5",
        "99999999999999999999",
    ]
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=9), min_size=0, max_size=8),
    st.sampled_from([",", ";", "\t"]),
)
def test_accepted_and_rejected_add_up_to_read_on_dirty_tables(rows, delimiter):
    header = [
        "account_id",
        "name",
        "lat",
        "lon",
        "zip",
        "revenue",
        "last_visit",
        "x_on",
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    try:
        raw = read_source(buffer.getvalue().encode("utf-8", "replace"), "dirty.csv")
    except SourceError:  # no rows were read, so none is lost
        return
    report = import_table(raw, ImportContext(kind="accounts"))
    assert report.rows_accepted + report.rows_rejected == report.rows_read
    reasons = report.findings[report.findings["severity"] == "reject"]
    # Rows that were made one account all count, and go with it where it is refused.
    is_rolled_up = "rolled_up" in set(report.findings["code"])
    assert is_rolled_up or report.rows_accepted == len(report.accounts)
    if report.mapping.get("account_id") in raw.columns:  # else ids are made
        ids = clean_text(raw.frame[report.mapping["account_id"]])
        is_taken = ids.isin(report.accounts.index) & ~ids.index.isin(reasons["row"])
        assert report.rows_accepted == int(is_taken.sum())
    if report.verdict != "reject_file":
        assert reasons["row"].nunique() == report.rows_rejected
        check(report.accounts, ACCOUNTS)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_every_bad_input_gets_the_verdict_of_its_manifest():
    folder = SHARED / "bad_inputs"
    kinds = {"accounts": "accounts", "territories": "units"}
    wrong = []
    for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")):
        report = check_file(
            folder / row["file"], ImportContext(kind=kinds[row["kind"]])
        )
        fits = (
            report.verdict == row["verdict"]
            and str(report.rows_accepted) in row["rows_accepted"].split(" or ")
            and str(report.rows_rejected) in row["rows_rejected"].split(" or ")
        )
        if not fits:
            wrong.append((row["file"], report.verdict, report.rows_accepted))
    assert wrong == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_no_american_brewery_vanishes():
    data_dir = Path(__file__).parents[2] / "data"
    report = check_file(
        SHARED / "datasets" / "breweries_openbrewerydb.csv",
        ImportContext(kind="accounts", gazetteer=Gazetteer.load(data_dir)),
        condition="country=United States",
    )
    assert report.rows_read == 8224
    assert report.rows_accepted + report.rows_rejected == 8224
    assert report.rows_rejected <= 10
    assert (report.accounts["status"] == "closed").sum() == 1057
