from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from planner.maps.territories import territory_areas

UNITS = gpd.GeoDataFrame(
    geometry=[box(i, 0, i + 1, 1) for i in range(4)], index=list("abcd"), crs=4326
)
EDGES = pd.DataFrame({"unit_id": list("abc"), "neighbour_id": list("bcd")})


def test_units_are_joined_coloured_apart_and_named():
    by_unit = pd.Series({"a": "T1", "b": "T1", "c": "T2", "d": None})
    facts = pd.DataFrame({"Accounts": ["2", "1"]}, index=["T1", "T2"])
    areas = territory_areas(
        UNITS, by_unit, EDGES, labels={"T1": "T1 Reyes"}, facts=facts
    )
    assert areas.index.tolist() == ["T1", "T2", "unassigned"]
    assert areas["label"].tolist() == ["T1 Reyes", "T2", ""]
    assert areas.geometry["T1"].equals(box(0, 0, 2, 1))
    assert areas["colour"]["T1"] != areas["colour"]["T2"]
    assert pd.isna(areas["colour"]["unassigned"])
    assert areas["Accounts"]["T2"] == "1"


def test_given_colours_are_kept():
    by_unit = pd.Series({"a": "T1", "b": "T1", "c": "T2", "d": "T2"})
    areas = territory_areas(
        UNITS, by_unit, EDGES, colours={"T1": "#000001", "T2": "#000002"}
    )
    assert areas["colour"].to_dict() == {"T1": "#000001", "T2": "#000002"}
