"""Market values become five shades beneath the accounts, blank where unknown."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from planner.core.formats import Formats
from planner.ui.components.planmap import NONE, Entry, MapData, Units, shapes_of
from planner.ui.maps.market import SHADES, circles, with_market

FMT = Formats(locale="en_US", currency="USD", distance_unit="mi")


def drawn(n_units):
    units = gpd.GeoDataFrame(
        {"name": [f"Unit {n}" for n in range(n_units)]},
        geometry=[box(n, 0, n + 1, 1) for n in range(n_units)],
        index=pd.Index([f"U{n}" for n in range(n_units)], name="unit_id"),
        crs="EPSG:4326",
    )
    legend = [Entry(label="T01", colour="#112233")]
    return MapData(label="map", units=Units(shapes=shapes_of(units)), legend=legend)


def test_values_are_shaded_by_fifths_after_the_classes_of_the_accounts():
    values = pd.Series({f"U{n}": float(n) for n in range(10)})
    shaded = with_market(drawn(11), values, "Households", "k", FMT)
    codes = shaded.units.codes
    assert codes[:10].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert codes[10] == NONE
    assert [entry.colour for entry in shaded.legend[1:]] == list(SHADES)
    assert [entry.count for entry in shaded.legend[1:]] == ["2"] * 5


def test_equal_values_are_one_class():
    values = pd.Series({"U0": 7.0, "U1": 7.0})
    shaded = with_market(drawn(2), values, "Rate", "%", FMT)
    assert len(set(np.asarray(shaded.units.codes).tolist())) == 1


def test_a_layer_without_these_units_leaves_the_map_alone():
    before = drawn(2)
    assert with_market(before, pd.Series({"X": 1.0}), "Rate", "", FMT) is before


def test_circles_are_shares_of_the_largest_and_none_where_unknown():
    shapes = drawn(3).units.shapes
    values = pd.Series({"U0": 50.0, "U1": 200.0})
    fields = circles(shapes, values, "Households", "k", FMT)
    assert fields["market_label"] == "Households, to 200 k"
    np.testing.assert_array_equal(fields["market"], [0.25, 1.0, np.nan])
    assert circles(shapes, values * 0, "Households", "k", FMT) == {}
