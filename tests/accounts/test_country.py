"""Which country a list is from, and where its rows lie then."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.placing import Gazetteer
from planner.accounts.reading.sources import read_source
from planner.core.settings import ROOT

GAZETTEER = Gazetteer.load(ROOT / "data")


def report_of(text, **params):
    raw = read_source(text.encode(), "list.csv")
    context = ImportContext(kind="accounts", gazetteer=GAZETTEER, **params)
    return import_table(raw, context)


def codes(report):
    return set(report.findings["code"])


GERMAN = "10115,Berlin\n80331,München\n20095,Hamburg\n01067,Dresden\n4109,Leipzig"
FRENCH = "75011,Paris\n69003,Lyon\n13001,Marseille\n33000,Bordeaux"
ITALIAN = "20121,Milano\n70121,Bari\n10121,Torino\n00184,Roma"
BRAZILIAN = "01310100,São Paulo\n20040020,Rio de Janeiro\n80010000,Curitiba"
MEXICAN = "44100,Guadalajara\n64000,Monterrey\n72000,Puebla"


@pytest.mark.parametrize(
    ("rows", "country"),
    [
        (GERMAN, "DE"),
        (FRENCH, "FR"),
        (ITALIAN, "IT"),
        (BRAZILIAN, "BR"),
        (MEXICAN, "MX"),
    ],
    ids=["german", "french", "italian", "brazilian", "mexican"],
)
def test_towns_say_whose_postcodes_these_are(rows, country):
    """Five digits under the header of the USA are no ZIPs beside other towns."""
    lines = [f"{n},Firm {n},{row}" for n, row in enumerate(rows.splitlines())]
    report = report_of("\n".join(["account_id,name,zip,city", *lines]))
    accounts = report.accounts
    assert set(accounts["country"]) == {country}
    assert set(accounts["geo_precision"]) == {"city"}
    assert "country_guessed" in codes(report)


def test_bare_five_digits_are_asked_about():
    """Three numbers may be German: no row lies anywhere, and the list is questioned."""
    text = "account_id,name,zip\n1,Birke,10115\n2,Zeder,80331\n3,Delta,20095\n"
    report = report_of(text)
    assert report.accounts["lat"].isna().all()
    assert "country_unknown" in codes(report)
    assert set(report_of(text, country="US").accounts["country"]) == {"US"}


def test_a_company_decides_where_its_list_does_not():
    text = "account_id,name,zip\n1,Birke,60601\n2,Zeder,02134\n3,Delta,10001\n"
    report = report_of(text, likely_country="US")
    assert report.accounts["geo_source"].tolist() == ["postcode"] * 3


def test_zips_that_agree_with_their_cities_need_no_question():
    rows = "1,Birch,02134,Boston,MA\n2,Cedar,60601,Chicago,IL\n"
    report = report_of(f"account_id,name,zip,city,state\n{rows}")
    assert report.verdict == "accept"
    assert report.accounts["geo_source"].tolist() == ["postcode", "postcode"]


def test_a_zip_of_another_state_places_nothing():
    """Boston with a ZIP of Los Angeles lies in Boston, and is questioned."""
    rows = "1,Birch,90210,Boston,MA\n2,Cedar,77001,Houston,TX\n"
    report = report_of(f"account_id,name,zip,city,state\n{rows}")
    assert report.findings.query("code == 'postcode_conflict'")["row"].tolist() == [1]
    first = report.accounts.loc["1"]
    assert (first["geo_source"], round(first["lat"])) == ("city", 42)


def test_rows_of_the_list_place_their_neighbours():
    """A row without coordinates lies where its postcode, else its city, does."""
    report = report_of(
        "account_id,name,postcode,city,country,lat,lon\n"
        "1,A,70122,Bari,IT,41.10,16.80\n2,B,70122,Bari,IT,41.20,16.90\n"
        "3,C,70122,Bari,IT,,\n4,D,70199,Bari,IT,,\n5,E,99999,Nulla,IT,,\n"
    )
    accounts = report.accounts
    assert accounts.loc["3", ["lat", "lon"]].tolist() == pytest.approx([41.15, 16.85])
    assert accounts["geo_source"].tolist() == ["given", "given", "list", "list", "none"]
    assert accounts.loc["3":, "geo_precision"].tolist() == ["postcode", "city", "none"]
    assert report.rows_rejected == 0


NO_MINUS = "1,A,41.88,87.63,Chicago,IL\n2,B,42.355,71.132,Boston,MA\n"


@pytest.mark.parametrize(
    "text",
    [
        f"account_id,name,lat,lon,city,state\n{NO_MINUS}",
        "account_id,name,lat,lon,country\n1,A,41.88,87.63,US\n2,B,42.355,71.132,USA\n",
        "account_id,name,lat,lon,city,country\n"
        "1,A,33.87,151.21,Sydney,Australia\n2,B,23.55,46.63,São Paulo,BR\n",
    ],
    ids=["by city and state", "by country", "in the south"],
)
def test_a_lost_minus_is_questioned_and_turned_if_wanted(text):
    report = report_of(text)
    assert report.findings.query("code == 'lost_sign'")["row"].tolist() == [1, 2]
    turned = report_of(text, turn_signs=True)
    assert "warn" not in set(turned.findings["severity"])
    flipped = turned.accounts[["lat", "lon"]] * report.accounts[["lat", "lon"]]
    assert (flipped.min(axis=1) < 0).all()


def test_a_place_in_another_state_or_country_is_questioned():
    report = report_of(
        "account_id,name,lat,lon,state,country\n"
        "1,A,41.88,-87.63,IL,US\n2,B,41.88,-87.63,TX,US\n3,C,48.86,2.35,,Germany\n"
    )
    found = report.findings.set_index("row")["code"].to_dict()
    assert found == {2: "outside_region", 3: "outside_country"}


def test_a_list_of_several_countries_keeps_each():
    report = report_of(
        "account_id,name,postcode,city,country\n"
        "1,A,10115,Berlin,Germany\n2,B,60601,Chicago,USA\n3,C,1010,Wien,Österreich\n"
    )
    lat = report.accounts["lat"].round(0).tolist()
    assert lat == pytest.approx([53, 42, 48])
    assert pd.notna(report.accounts["lon"]).all()
