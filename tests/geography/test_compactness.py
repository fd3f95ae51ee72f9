"""Compactness of territories, from their units and the borders between these."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from planner.core.errors import CrsError
from planner.geography.adjacency import find_edges
from planner.geography.boundaries import dissolve
from planner.geography.compactness import polsby_popper, unit_outlines

SIDE = 0.1  # degrees, on the equator: nearly squares


def grid(n_rows, n_columns):
    cells = {
        f"u{row}{column}": box(
            column * SIDE, row * SIDE, (column + 1) * SIDE, (row + 1) * SIDE
        )
        for row in range(n_rows)
        for column in range(n_columns)
    }
    return gpd.GeoDataFrame(
        geometry=list(cells.values()),
        index=pd.Index(cells, name="unit_id"),
        crs=4326,
    )


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["u00"], np.pi / 4),
        (["u00", "u01", "u10", "u11"], np.pi / 4),
        (["u00", "u01"], 4 * np.pi * 2 / 6**2),
        (["u00", "u01", "u02", "u10"], 4 * np.pi * 4 / 10**2),
        (["u00", "u11"], 4 * np.pi * 2 / 8**2),
    ],
    ids=["unit", "square", "ribbon", "L", "corner to corner"],
)
def test_known_shapes(chosen, expected):
    """Each shape scores what its area and perimeter give; 1 % for the projection."""
    units = grid(2, 3)
    score = polsby_popper(
        unit_outlines(units), find_edges(units), pd.Series("T1", index=chosen)
    )
    assert score.to_dict() == {"T1": pytest.approx(expected, rel=0.01)}


def test_it_is_what_the_dissolved_shapes_score():
    units = grid(6, 6)
    rng = np.random.default_rng(0)
    plan = pd.Series(rng.choice(["T1", "T2", "T3"], len(units)), index=units.index)
    plan.iloc[:4] = None
    score = polsby_popper(unit_outlines(units), find_edges(units), plan)
    shapes = dissolve(units, plan).geometry.to_crs("+proj=laea +lat_0=0.3 +lon_0=0.3")
    expected = 4 * np.pi * shapes.area / shapes.length**2
    assert score.to_dict() == pytest.approx(expected.to_dict(), rel=0.001)


def test_nothing_to_measure():
    units = grid(1, 2)
    edges, outlines = find_edges(units), unit_outlines(units)
    none = pd.Series(dtype="str", index=pd.Index([], dtype="str"))
    assert polsby_popper(outlines, edges, none).empty
    assert unit_outlines(units.iloc[:0]).empty
    flat = units.set_geometry([shapely.Point(0, 0)] * 2, crs=4326)
    plan = pd.Series("T1", index=units.index)
    assert polsby_popper(unit_outlines(flat), edges.iloc[:0], plan).isna().all()


def test_metres_are_refused():
    with pytest.raises(CrsError, match="EPSG:4326"):
        unit_outlines(grid(1, 1).to_crs(3857))
