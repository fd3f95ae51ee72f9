from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Polygon, box

from planner.maps.outlines import coarsened, name_places


def test_a_shared_border_stays_shared():
    wavy = [(1, y / 50 + 0) if y % 2 else (1.001, y / 50) for y in range(51)]
    left = Polygon([(0, 0), *wavy, (0, 1)])
    right = Polygon([(2, 0), *wavy, (2, 1)])
    coarse = coarsened(gpd.GeoSeries({"a": left, "b": right}), 0.05)
    assert shapely.get_num_coordinates(coarse.to_numpy()).max() < 10
    assert coarse["a"].intersection(coarse["b"]).area == 0
    assert np.isclose(coarse.union_all().area, 2)


def test_the_budget_of_vertices_is_kept():
    circle = shapely.Point(0, 0).buffer(1, quad_segs=2_000)
    coarse = coarsened(gpd.GeoSeries([circle]), 1e-4, most_vertices=100)
    assert 4 <= shapely.get_num_coordinates(coarse.iloc[0]) <= 100


def test_a_name_stands_inside_the_largest_part():
    hook = box(0, 0, 10, 10).difference(box(2, 2, 10, 10))
    shapes = gpd.GeoSeries([hook, shapely.union(box(0, 0, 4, 4), box(9, 9, 10, 10))])
    places = name_places(shapes)
    assert shapes.iloc[0].contains(shapely.Point(places[0]))
    assert np.allclose(places[1], 2, atol=0.3)
