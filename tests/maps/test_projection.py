from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod, Transformer

from planner.maps.projection import page_crs

CORNERS = {
    "the middle west": [(-92, 36), (-80, 48)],
    "the equator": [(-2, -1), (2, 1)],
    "the south": [(140, -43), (150, -30)],
    "the antimeridian": [(176, -20), (-178, -14)],
    "the far north": [(-160, 78), (160, 84)],
    "the world": [(-120, -50), (150, 60)],
    "one place": [(11, 48), (11, 48)],
}


@pytest.mark.parametrize("corners", CORNERS.values(), ids=CORNERS)
def test_areas_are_equal_and_north_is_up_anywhere(corners):
    places = np.array(corners, dtype=float)
    to_page = Transformer.from_crs(4326, page_crs(places), always_xy=True)
    for lon, lat in places:
        step, side = np.linspace(-0.1, 0.1, 50), np.full(50, 0.1)
        ring_lon = lon + np.concatenate([step, side, -step, -side])
        ring_lat = lat + np.concatenate([-side, step, side, -step])
        x, y = to_page.transform(ring_lon, ring_lat)
        drawn = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        true = abs(Geod(ellps="WGS84").polygon_area_perimeter(ring_lon, ring_lat)[0])
        assert drawn == pytest.approx(true, rel=2e-3)
    # On the middle meridian a step to the north goes straight up.
    parameters = page_crs(places).coordinate_operation.params
    middle = next(p.value for p in parameters if "ongitude" in p.name)
    lat = float(places[:, 1].mean())
    (x_south, x_north), (y_south, y_north) = to_page.transform(
        [middle, middle], [lat - 0.1, lat + 0.1]
    )
    assert x_north == pytest.approx(x_south, abs=1)
    assert y_north > y_south


def test_a_map_across_the_antimeridian_is_not_torn():
    places = np.array([[179.0, -17], [-179.0, -16]])
    to_page = Transformer.from_crs(4326, page_crs(places), always_xy=True)
    x, _ = to_page.transform(*places.T)
    assert abs(x[0] - x[1]) < 300_000  # two degrees, not 358
