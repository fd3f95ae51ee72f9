"""Swapped coordinates: found where they are, never where the country agrees."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.places.regions import km_to_country
from planner.accounts.reading.sources import read_source

HEADER = "account_id,name,lat,lon,country"
# Where most rows lie decides nothing of those who name their country.
AT_HOME = [
    f"U{number},Firm {number},{41 + number / 50},{-87 - number / 9},US"
    for number in range(40)
]


def report_of(*rows):
    text = "\n".join([HEADER, *AT_HOME, *rows])
    return import_table(
        read_source(text.encode(), "list.csv"), ImportContext(kind="accounts")
    )


@pytest.mark.parametrize(
    "row",
    [
        "Z1,Durban Brewing,-29.8407,31.0112,South Africa",
        "Z1,Agar,-25.9189,28.1256,ZA",
        "Z1,Johannes,-26.2081,28.0381,Südafrika",
        "Z1,Cape,-34.0521,23.3564,south africa",
        "Z1,Sydney,-33.87,81.2,Australia",
    ],
)
def test_a_place_in_the_country_it_names_is_no_swapped_one(row):
    report = report_of(row)
    assert report.rows_accepted == len(AT_HOME) + 1
    assert "swapped_row" not in set(report.findings["code"])


@pytest.mark.parametrize(
    "row",
    [
        "S1,At home,-87.2,41.5,US",  # a latitude that nobody sells at
        "S1,In the south,-55.1,35.2,United States",
        "S1,Unnamed,-55.1,35.2,",
        "S1,Nowhere,-55.1,35.2,Atlantis",
    ],
)
def test_a_swapped_place_is_found_whatever_its_country(row):
    home = [line.replace(",-87", ",-55").replace(",-9", ",-5") for line in AT_HOME]
    rows = AT_HOME if "At home" in row else home
    text = "\n".join([HEADER, *rows, row])
    report = import_table(
        read_source(text.encode(), "list.csv"), ImportContext(kind="accounts")
    )
    found = report.findings.query("code == 'swapped_row'")
    assert found["row"].tolist() == [len(rows) + 1]
    assert report.rows_accepted == len(rows)


def test_kilometres_to_a_country_need_its_name_and_the_place():
    names = pd.Series(["ZA", "Südafrika", "Atlantis", "", "USA", "India"])
    lat = pd.Series([-26.25, -26.25, 1.0, 1.0, None, 22.533333])
    lon = pd.Series([28.0, 28.0, 1.0, 1.0, -87.0, 88.366667])
    away_km = km_to_country(lat, lon, names)
    assert away_km[[0, 1, 5]].tolist() == pytest.approx([0, 0, 0], abs=0.1)
    assert away_km[[2, 3, 4]].isna().all()
