"""Cells around places: on land, within borders, called after towns."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from planner.accounts.placing import join_units
from planner.geography.basemap import BaseMap
from planner.geography.cells import make_cells


def seaside():
    """Two countries side by side, sea around them, one town in the west."""
    outlines = gpd.GeoDataFrame(
        {"name": ["West", "East"]},
        geometry=[box(10.0, 50.0, 11.0, 51.0), box(11.0, 50.0, 12.0, 51.0)],
        index=["W", "E"],
        crs=4326,
    )
    towns = pd.DataFrame(
        {"name": ["Mark", "Tiny"], "lat": [50.5, 50.52], "lon": [10.5, 10.52]}
    ).assign(population=[90_000, 6_000])
    return BaseMap(outlines, towns)


def test_cells_end_at_the_coast_and_at_the_border():
    """A place on a pier keeps its ground; nobody else's land is taken."""
    places = pd.DataFrame(
        {"lat": [50.2, 50.5, 50.8, 50.9], "lon": [10.2, 10.5, 10.7, 9.99]}
    )
    cells = make_cells(places, base=seaside())
    land = box(10.0, 50.0, 11.0, 51.0).buffer(0.06)
    assert land.contains(cells.union_all())
    assert join_units(places, cells).notna().all()
    lonely = make_cells(places)
    assert not land.contains(lonely.union_all())


def test_cells_are_called_after_their_largest_town():
    places = pd.DataFrame({"lat": [50.2, 50.5, 50.8], "lon": [10.2, 10.5, 10.7]})
    names = make_cells(places, base=seaside())["name"]
    assert sorted(names)[-1] == "Mark"
    assert names.str.startswith("Area").sum() == 2


def test_a_name_that_stands_twice_gets_a_number():
    base = seaside()
    towns = base.towns.assign(name="Neustadt", lon=[10.2, 10.7], lat=[50.2, 50.8])
    places = towns[["lat", "lon"]]
    names = make_cells(places, base=BaseMap(base.outlines, towns))["name"]
    assert sorted(names) == ["Neustadt", "Neustadt 2"]


def test_a_stray_place_does_not_bring_in_its_country():
    """One of two hundred lies across the border: its ground is kept, no more."""
    rng = np.random.default_rng(0)
    near = pd.DataFrame(
        {"lat": rng.uniform(50.1, 50.9, 200), "lon": rng.uniform(10.1, 10.9, 200)}
    )
    places = pd.concat([near, pd.DataFrame({"lat": [50.5], "lon": [11.5]})])
    cells = make_cells(places, n_cells=20, base=seaside())
    abroad = cells.clip(box(11.1, 50.0, 12.0, 51.0)).to_crs(3035).area.sum() / 1e6
    assert 20 < abroad < 35  # km²: a circle of 3 km
