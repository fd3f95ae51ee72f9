from __future__ import annotations

import numpy as np
import pytest

from planner.geography.albers import albers
from planner.geography.albers import fit_albers


def test_albers_keeps_areas_equal():
    places = np.array([[-100.0, 30], [-80, 50]])
    project = albers(places)

    def area_of(south: float) -> float:
        edge = np.linspace(0, 1, 200)
        ring = np.vstack(
            [
                np.column_stack([-91 + edge, np.full(200, south)]),
                np.column_stack([np.full(200, -90.0), south + edge]),
                np.column_stack([-90 - edge, np.full(200, south + 1)]),
                np.column_stack([np.full(200, -91.0), south + 1 - edge]),
            ]
        )
        x, y = project(ring).T
        return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2

    def on_sphere(south: float) -> float:
        return np.radians(1) * (
            np.sin(np.radians(south + 1)) - np.sin(np.radians(south))
        )

    assert area_of(32) == pytest.approx(on_sphere(32), rel=1e-3)
    assert area_of(48) == pytest.approx(on_sphere(48), rel=1e-3)


def test_north_is_up_and_east_is_right():
    places = np.array([[-2.0, -1], [2, 1]])
    north_40 = np.array([0, 40])
    for corners in (places, places + north_40, places - north_40):
        project = fit_albers(corners, 400, 300, 10)
        (west, south), (east, north) = project(corners)
        assert east > west
        assert north < south
