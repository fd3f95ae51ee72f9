from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.maps.sheet import MapSheet, Route, Swatch
from tests.maps.sheets import areas, full


@pytest.mark.parametrize("colour", ["red", '#77AADD"/>', "#12345", "#77AADD\n"])
@pytest.mark.parametrize("part", ["areas", "points", "routes", "legend"])
def test_a_colour_that_is_none_is_refused(part, colour):
    stops = pd.DataFrame({"lon": [0.0], "lat": [0.0], "label": ["a"]})
    wrong = {
        "areas": areas().assign(colour=colour),
        "points": stops.assign(colour=colour),
        "routes": [Route(stops=stops, colour=colour)],
        "legend": [Swatch(label="a", colour=colour)],
    }
    with pytest.raises(InputError, match="#RRGGBB"):
        full(**{part: wrong[part]})


def test_nothing_to_draw_is_said():
    with pytest.raises(InputError, match="at least one"):
        MapSheet(title="empty")


@pytest.mark.parametrize("place", [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0)])
def test_a_place_off_the_earth_is_refused(place):
    points = pd.DataFrame({"lon": [place[0]], "lat": [place[1]], "label": ["a"]})
    with pytest.raises(InputError, match="degrees"):
        MapSheet(title="x", points=points.assign(colour="#1F2933"))


def test_more_than_eight_facts_are_refused():
    eight = {f"fact {i}": "1" for i in range(8)}
    assert full(areas=areas(**eight)).areas is not None
    with pytest.raises(InputError, match="leave out ninth"):
        full(areas=areas(**eight, ninth="1"))


def test_layers_are_told_apart():
    frame = pd.concat([areas().assign(layer="A"), areas().assign(layer="B")])
    sheet = full(areas=frame)
    assert sheet.layers == ["A", "B"]
    assert len(sheet.areas_of("B")) == 3
    assert full().layers == [""]
