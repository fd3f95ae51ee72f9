"""Shape measures."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point
from shapely.geometry import box

from planner.core.errors import CrsError
from planner.geography.compactness import polsby_popper
from planner.geography.compactness import reock


@pytest.mark.parametrize(
    ("shape", "expected"),
    [(box(0, 0, 10, 10), np.pi / 4), (box(0, 0, 100, 1), 400 * np.pi / 202**2)],
    ids=["square", "ribbon"],
)
def test_known_shapes(shape, expected):
    """Each shape scores what its area and perimeter give."""
    score = polsby_popper(gpd.GeoSeries({"T1": shape}, crs="EPSG:32632"))
    assert score["T1"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (box(0, 0, 10, 10), 2 / np.pi),
        (Point(0, 0).buffer(5, quad_segs=64), 1.0),
    ],
    ids=["square", "circle"],
)
def test_share_of_the_enclosing_circle(shape, expected):
    score = reock(gpd.GeoSeries({"T1": shape}, crs="EPSG:32632"))
    assert score["T1"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("measure", [polsby_popper, reock])
def test_degrees_are_refused(measure):
    with pytest.raises(CrsError, match="metres"):
        measure(gpd.GeoSeries({"T1": box(0, 0, 1, 1)}, crs=4326))
