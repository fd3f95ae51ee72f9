"""Lasso, brush and dividing line, against counting by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import box

from planner.core.errors import InputError
from planner.geography.selecting import inside
from planner.geography.selecting import left_of
from planner.geography.selecting import touched

LAT, LON = (axis.ravel() for axis in np.meshgrid(np.arange(10.0), np.arange(10.0)))


def test_a_lasso_takes_what_it_encloses():
    square = [(1.5, 1.5), (1.5, 4.5), (4.5, 4.5), (4.5, 1.5)]
    taken = inside(LAT, LON, square)
    assert taken.sum() == 9
    assert (LAT[taken].min(), LON[taken].max()) == (2, 4)


def test_a_lasso_that_crosses_itself_takes_all_within():
    turn = np.linspace(0, 4 * np.pi, 6)[:5] + np.pi / 2  # a five-pointed star
    star = [(4.5 + 4 * np.sin(t), 4.5 + 4 * np.cos(t)) for t in turn]
    taken = inside([4.5, 4.5, 0.1], [4.5, 0.1, 0.1], star)
    assert taken.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("lasso", "said"),
    [
        ([(0, 0), (1, 1)], "at least 3 points"),
        ([(0, 0), (1, 1), (2, 2)], "encloses nothing"),
        ([(0, 0), (1, float("nan")), (2, 2)], "without a place"),
        ([(0.0, float(n)) for n in range(20_001)], "20,001 points"),
    ],
)
def test_lassos_that_mean_nothing_are_refused(lasso, said):
    with pytest.raises(InputError, match=said):
        inside(LAT, LON, lasso)


def test_a_brush_paints_what_it_runs_over():
    units = gpd.GeoSeries([box(n, 0, n + 1, 1) for n in range(6)], crs=4326)
    assert np.flatnonzero(touched(units, [(0.5, 1.5), (0.5, 3.5)])).tolist() == [
        1,
        2,
        3,
    ]
    assert np.flatnonzero(touched(units, [(0.5, 4.5)])).tolist() == [4]
    assert not touched(units, [(7.0, 7.0)]).any()


def test_a_line_divides_left_from_right():
    north = left_of(LAT, LON, [(4.5, 3.0), (4.5, 6.0)])  # drawn eastwards
    assert (north == (LAT > 4.5)).all()
    west = left_of(LAT, LON, [(1.0, 6.5), (8.0, 6.5)])  # drawn northwards
    assert (west == (LON < 6.5)).all()
    south = left_of(LAT, LON, [(4.5, 6.0), (4.5, 3.0)])  # drawn westwards
    assert (south == (LAT < 4.5)).all()


def test_a_bent_line_follows_its_bends():
    bent = [(-3.0, 4.5), (4.5, 4.5), (4.5, 12.0)]  # north, then east
    assert (left_of(LAT, LON, bent) == ((LON < 4.5) | (LAT > 4.5))).all()


def test_a_line_may_leave_where_it_came():
    bay = [(8.0, 3.0), (3.0, 3.0), (3.0, 7.0), (8.0, 7.0)]  # open to the north
    within = (LAT > 3.0) & (LON > 3.0) & (LON < 7.0)
    off = (LAT != 3.0) & (LON != 3.0) & (LON != 7.0)
    assert (left_of(LAT, LON, bay) == within)[off].all()
    assert (left_of(LAT, LON, bay[::-1]) != within)[off].all()


@settings(max_examples=80, deadline=None)
@given(
    st.floats(0, 2 * np.pi),
    st.floats(-2, 2),
    st.integers(2, 6),
)
def test_a_straight_line_agrees_with_the_cross_product(turn, off, n):
    way = np.array([np.sin(turn), np.cos(turn)])  # lat, lon
    side = np.array([way[1], -way[0]])  # to the left of it: (lat, lon)
    start = np.array([4.5, 4.5]) + off * side
    line = [tuple(start + way * at) for at in np.linspace(-3, 3, n)]
    away = (LAT - start[0]) * side[0] + (LON - start[1]) * side[1]
    sure = np.abs(away) > 1e-6
    assert (left_of(LAT, LON, line)[sure] == (away > 0)[sure]).all()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([(50.0, 0.0), (50.0, 9.0)], "all on one side"),
        ([(0, 0), (5, 5), (5, 0), (0, 5)], "must not cross itself"),
        ([(4.5, 1.0), (4.5, 1.0), (4.5, 3.0)], "doubled point"),
        ([(4.5, 1.0)], "at least 2 points"),
    ],
)
def test_lines_that_divide_nothing_are_refused(line, said):
    with pytest.raises(InputError, match=said):
        left_of(LAT, LON, line)
    with pytest.raises(InputError, match="nothing to divide"):
        left_of([], [], [(0, 0), (1, 1)])
