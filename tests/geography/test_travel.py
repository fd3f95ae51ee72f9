"""Travel estimates: known distances, known times, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.errors import InputError, ParamsError
from planner.geography.travel import CrowFlyProvider, TravelMatrix

DEGREE_M = 111_195  # a degree of latitude on the mean sphere


def test_one_degree_of_latitude_is_111_km_times_the_detour():
    matrix = CrowFlyProvider(detour=1.0).matrix([40.0, 41.0], [-87.0, -87.0])
    assert matrix.distance_m[0, 1] == pytest.approx(DEGREE_M, abs=2)
    longer = CrowFlyProvider(detour=1.3).matrix([40.0, 41.0], [-87.0, -87.0])
    assert longer.distance_m[0, 1] == pytest.approx(1.3 * DEGREE_M, abs=2)


def test_each_kilometre_is_driven_at_the_speed_of_its_band():
    provider = CrowFlyProvider(
        detour=1.0, bands=((10.0, 30.0), (float("inf"), 60.0)), parking_min=3
    )
    lat = 40.0 + 20_000 / DEGREE_M
    seconds = provider.matrix([40.0, lat], [-87.0, -87.0]).duration_s[0, 1]
    assert seconds == pytest.approx(3 * 60 + 1200 + 600, abs=2)


def test_no_parking_between_accounts_in_one_building():
    matrix = CrowFlyProvider().matrix([40.0, 40.0], [-87.0, -87.0])
    assert matrix.duration_s.tolist() == [[0, 0], [0, 0]]


def test_says_that_it_is_estimated():
    assert CrowFlyProvider().matrix([40.0], [-87.0]).label == "estimated"


@given(
    st.lists(st.tuples(st.floats(38, 46), st.floats(-92, -80)), min_size=3, max_size=3)
)
def test_a_third_place_on_the_way_never_saves_time(places):
    lat, lon = zip(*places, strict=True)
    seconds = CrowFlyProvider().matrix(lat, lon).duration_s
    assert seconds[0, 2] <= seconds[0, 1] + seconds[1, 2] + 1  # rounding up
    assert (seconds == seconds.T).all()


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        ([91.0], [0.0], "place 1 has lat 91"),
        ([0.0, np.nan], [0.0, 0.0], "place 2 has lat nan"),
        ([0.0], [0.0, 1.0], "lists of one length"),
    ],
    ids=["no latitude", "missing", "unpaired"],
)
def test_bad_places_are_named(lat, lon, words):
    with pytest.raises(InputError, match=words):
        CrowFlyProvider().matrix(lat, lon)


@pytest.mark.parametrize(
    "options",
    [
        {"detour": 0.5},
        {"parking_min": -1},
        {"bands": ()},
        {"bands": ((5.0, 0.0),)},
        {"bands": ((9.0, 30.0), (5.0, 50.0))},
    ],
    ids=["detour", "parking", "no band", "no speed", "disorder"],
)
def test_settings_out_of_range_are_refused(options):
    with pytest.raises(ParamsError):
        CrowFlyProvider(**options)


def test_a_matrix_must_be_square():
    with pytest.raises(InputError, match="square"):
        TravelMatrix(np.zeros((2, 3), np.int64), np.zeros((2, 3), np.int64))
