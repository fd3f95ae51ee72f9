"""The geocoding ladder and the join to units, in the smallest worlds."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from planner.accounts.placing import (
    Gazetteer,
    city_key,
    join_units,
    km_to_postcode,
    locate,
)


@pytest.fixture
def gazetteer():
    return Gazetteer.from_frames(
        pd.DataFrame({"postcode": ["10001"], "lat": [40.75], "lon": [-74.0]}),
        pd.DataFrame(
            {
                "city": ["Troy", "Troy"],
                "region": ["NY", "NY"],
                "lat": [10.0, 42.7],
                "lon": [10.0, -73.7],
                "population": [1, 50_000],
            }
        ),
    )


def test_ladder_by_hand(gazetteer):
    places = pd.DataFrame(
        {
            "lat": [1.0, None, None, None, None],
            "lon": [2.0, None, None, None, None],
            "postcode": ["10001", "10001", "", "", "10001"],
            "city": ["Troy", "Troy", "TROY", "Troy", ""],
            "region": ["NY", "NY", "NY", "MI", ""],
            "country": ["US", "US", "US", "US", "CA"],
        }
    )
    found = locate(places, gazetteer)
    assert found["geo_source"].tolist() == ["given", "postcode", "city", "", ""]
    assert found["lat"].iloc[:3].tolist() == [1.0, 40.75, 42.7]
    assert found["lat"].iloc[3:].isna().all()


def test_rows_of_one_postcode_stand_in_the_town_that_one_of_them_names(gazetteer):
    places = pd.DataFrame(
        {
            "lat": None,
            "lon": None,
            "postcode": ["X1 2AB", "x12ab", "Y9 9ZZ"],
            "city": ["Troy", "", ""],
            "region": ["NY", "", ""],
            "country": "US",
        }
    )
    at = locate(places, gazetteer)
    assert at["geo_source"].tolist() == ["city", "list", ""]
    assert at["geo_precision"].tolist() == ["city", "city", ""]
    assert at.loc[1, "lat"] == at.loc[0, "lat"]
    assert at.loc[[2], ["lat", "lon"]].isna().all(axis=None)


def test_empty_gazetteer_knows_only_what_is_given():
    places = pd.DataFrame(
        {
            "lat": [1.0, None],
            "lon": [1.0, None],
            "postcode": ["", "10001"],
            "city": "",
            "region": "",
            "country": "US",
        }
    )
    assert locate(places, Gazetteer.empty())["geo_source"].tolist() == ["given", ""]


def test_gazetteer_is_read_from_its_files(tmp_path):
    (tmp_path / "us_zip.csv.gz").write_bytes(b"")
    pd.DataFrame({"postcode": ["01001"], "lat": [42.0], "lon": [-72.6]}).to_csv(
        tmp_path / "us_zip.csv.gz", index=False
    )
    pd.DataFrame(
        {"city": ["A"], "region": ["NA"], "lat": [1], "lon": [2], "population": [3]}
    ).to_csv(tmp_path / "us_cities.csv.gz", index=False)
    gazetteer = Gazetteer.load(tmp_path)
    assert gazetteer.postcodes.index.tolist() == ["01001"]
    assert gazetteer.cities.index.tolist() == [("a", "NA")]


def test_city_names_meet_in_their_key():
    names = pd.Series(["St. Joseph", "Saint Joseph", "Ft Wayne", "Coeur d'Alene"])
    assert city_key(names.astype("str")).tolist() == [
        "saint joseph",
        "saint joseph",
        "fort wayne",
        "coeur dalene",
    ]


def test_distance_to_the_postcode(gazetteer):
    places = pd.DataFrame(
        {"lat": [41.75, 0.0], "lon": [-74.0, 0.0], "postcode": ["10001", "99999"]}
    )
    away = km_to_postcode(places, gazetteer)
    assert away.iloc[0] == pytest.approx(111.2, abs=0.1)
    assert pd.isna(away.iloc[1])


def test_join_takes_the_unit_around_or_the_nearest_within_25_km():
    units = gpd.GeoDataFrame(
        index=pd.Index(["U1", "U2"], name="unit_id"),
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs=4326,
    )
    accounts = pd.DataFrame(
        {"lat": [0.5, 0.5, 0.5, 0.5, 0.5], "lon": [0.5, 1.5, 1.0, 2.2, 2.3]},
        index=pd.Index(["in1", "in2", "border", "off", "far"], name="account_id"),
    )
    joined = join_units(accounts, units)
    assert joined.fillna("none").tolist() == ["U1", "U2", "U1", "U2", "none"]
    assert joined.name == "unit_id"
    assert joined.index.equals(accounts.index)


def test_join_of_nothing_is_empty():
    units = gpd.GeoDataFrame(
        index=pd.Index([], name="unit_id"), geometry=gpd.GeoSeries([], crs=4326)
    )
    accounts = pd.DataFrame({"lat": [1.0], "lon": [1.0]}, index=["A"])
    assert join_units(accounts, units).isna().all()
    assert join_units(accounts.iloc[:0], units).empty
