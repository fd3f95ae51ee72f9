"""Areas that share ground, and borders that miss each other."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

from planner.geography.topology import gaps, overlapping


def shapes(**areas):
    return gpd.GeoSeries(areas, crs=4326)


def test_areas_that_share_ground_are_found():
    pairs = overlapping(
        shapes(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), C=box(0.9, 0, 1.1, 1))
    )
    assert pairs[["unit_id", "other_id"]].to_numpy().tolist() == [
        ["A", "C"],
        ["B", "C"],
    ]
    assert pairs["area_km2"].tolist() == pytest.approx([1231, 1231], rel=0.01)


@pytest.mark.parametrize(
    ("other", "is_same"), [(box(0, 0, 1, 1), True), (box(0.2, 0.2, 0.4, 0.4), False)]
)
def test_the_same_area_and_one_inside_another_overlap_too(other, is_same):
    pairs = overlapping(shapes(A=box(0, 0, 1, 1), B=other))
    assert pairs["is_same"].tolist() == [is_same]


def test_borders_a_metre_apart_are_found_and_a_road_is_not():
    metre = 1 / 111_195
    near = gaps(shapes(A=box(0, 0, 1, 1), B=box(1 + metre, 0, 2, 1)))
    assert near["gap_m"].tolist() == pytest.approx([1.0], abs=0.01)
    assert gaps(shapes(A=box(0, 0, 1, 1), B=box(1 + 30 * metre, 0, 2, 1))).empty
    assert gaps(shapes(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1))).empty
