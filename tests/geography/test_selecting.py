"""Lasso, brush and dividing line, against counting by hand."""

from __future__ import annotations

import tracemalloc

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from planner.core.errors import InputError
from planner.geography.selecting import inside, left_of, stations, touched

RNG = np.random.default_rng(3)
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


def test_what_is_gone_around_twice_counts_but_not_once_each_way():
    """As the map fills it: the lens of two loops is empty if they turn against."""
    loop = [(1.0, 1.0), (1.0, 6.0), (6.0, 6.0), (6.0, 1.0), (1.0, 1.0)]
    other = [(lat + 3, lon + 3) for lat, lon in loop]
    only, lens, only_other = (2.0, 3.0), (5.0, 5.5), (8.0, 7.0)  # off the join
    lat, lon = zip(only, lens, only_other, (9.5, 1.0), strict=True)
    assert inside(lat, lon, loop + other).tolist() == [True, True, True, False]
    turned = inside(lat, lon, loop + other[::-1])
    assert turned.tolist() == [True, False, True, False]


def winding(place, ring) -> int:
    """Add up the angles under which a place sees the ring pass by."""
    sight = ring - place
    turns = np.angle(np.roll(sight, -1) * sight.conjugate())
    return round(turns.sum() / (2 * np.pi))


LATTICE = st.tuples(st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=120, deadline=None)
@given(st.lists(LATTICE, min_size=3, max_size=9))
def test_any_lasso_takes_the_faces_it_winds_around(lasso):
    """Against every face that its lines cut out, each looked at by itself."""
    ring = shapely.LineString([(lon, lat) for lat, lon in [*lasso, lasso[0]]])
    faces = shapely.polygonize([shapely.unary_union(ring)]).geoms
    edge = np.array([complex(lon, lat) for lat, lon in lasso])
    lat, lon = np.concatenate([LAT, LAT + 0.5]), np.concatenate([LON, LON + 0.5])
    expected = np.zeros(len(lat), dtype=bool)
    for face in faces:
        middle = face.representative_point()
        if winding(complex(middle.x, middle.y), edge):
            expected |= shapely.contains_xy(face, lon, lat)
    expected[shapely.distance(ring, shapely.points(lon, lat)) < 1e-12] = False
    if len(faces):
        assert (inside(lat, lon, lasso) == expected).all()
    else:
        try:
            assert not inside(lat, lon, lasso).any()
        except InputError as error:
            assert "encloses nothing" in str(error)  # noqa: PT017 - or is refused


def test_what_lies_nowhere_is_not_enclosed():
    around = [(-9.0, -9.0), (-9.0, 19.0), (19.0, 19.0), (19.0, -9.0)]
    assert inside([5.0, np.nan], [5.0, 5.0], around).tolist() == [True, False]


def scrawl(n):
    """Cross the places up and down: every edge crosses nearly every other."""
    lat = np.where(np.arange(n) % 2, 9.5, -0.5)
    return list(zip(lat, RNG.uniform(-0.5, 9.5, n), strict=True))


def test_a_lasso_that_crosses_itself_millions_of_times_needs_no_memory():
    """Its lines cut each other 1,100,000 times; nothing is kept of that."""
    lasso = scrawl(1500)
    tracemalloc.start()
    taken = inside(LAT, LON, lasso)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    edge = np.array([complex(lon, lat) for lat, lon in lasso])
    expected = [
        winding(complex(x, y), edge) != 0 for x, y in zip(LON, LAT, strict=True)
    ]
    assert taken.tolist() == expected


def test_a_lasso_over_too_many_places_too_often_is_refused_before_the_work():
    lat, lon = RNG.uniform(0, 9, (2, 100_000))
    with pytest.raises(InputError, match="to and fro over 100,000 places"):
        inside(lat, lon, scrawl(10_000))


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


@settings(max_examples=60, deadline=None)
@given(st.lists(LATTICE, min_size=1, max_size=6), st.integers(1, 7))
def test_any_brush_takes_what_it_meets(path, n_across):
    width = 9 / n_across
    grid = np.arange(n_across) * width
    cells = [box(x, y, x + width, y + width) for x in grid for y in grid]
    units = gpd.GeoSeries(cells, crs=4326)
    drawn = [(lon, lat) for lat, lon in path]
    shape = shapely.LineString(drawn) if len(path) > 1 else shapely.Point(drawn[0])
    # A corner grazed at a rounded place may fall to either side.
    sure = np.abs(shapely.distance(units, shape)) > 1e-9
    sure |= shapely.intersects(shapely.buffer(units, -1e-9), shape)
    assert (touched(units, path) == units.intersects(shape))[sure].all()


def test_a_brush_to_and_fro_over_all_is_refused_before_the_work():
    """10,000 strokes corner to corner: each was compared with each unit."""
    units = gpd.GeoSeries([box(x, y, x + 1, y + 1) for x in range(9) for y in range(9)])
    end = np.where(np.arange(10_000) % 2, 9.0, 0.0)
    with pytest.raises(InputError, match="as long as 129,987 units are wide"):
        touched(units, list(zip(end, end, strict=True)))


def test_a_path_is_looked_at_in_equal_steps():
    steps = stations([(0.0, 0.0), (0.0, 3.0), (0.0, 4.0)], 4)
    assert steps.tolist() == [[0.5, 0.0], [1.5, 0.0], [2.5, 0.0], [3.5, 0.0]]
    north = stations([(59.0, 0.0), (61.0, 0.0), (61.0, 4.0)], 4)  # 2 up, 2 wide: cos
    assert north.round(1).tolist() == [[0, 59.5], [0, 60.5], [1, 61], [3, 61]]


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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.1, 8.9), min_size=2, max_size=8), st.booleans())
def test_any_line_from_west_to_east_has_the_north_on_its_left(lats, is_turned):
    lons = np.linspace(-1, 10, len(lats))
    height = np.interp(LON, lons, lats)
    line = list(zip(lats, lons, strict=True))
    is_left = left_of(LAT, LON, line[::-1] if is_turned else line)
    sure = np.abs(LAT - height) > 1e-6
    assert (is_left == ((height < LAT) != is_turned))[sure].all()


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
