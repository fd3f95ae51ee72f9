"""Neighbours, bridges and pieces in worlds small enough to draw."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from planner.core.errors import CrsError, InputError
from planner.core.schemas import EDGES, check, empty
from planner.geography.adjacency import (
    connect,
    count_pieces,
    edge_pairs,
    find_edges,
    point_edges,
)

STEP = 0.01  # degrees


def squares(n_rows, n_columns, *, shift=0.0):
    """Draw squares named r0c0, r0c1 ...; `shift` moves odd rows sideways."""
    shapes = {
        f"r{row}c{column}": box(
            10 + (column + shift * (row % 2)) * STEP,
            50 + row * STEP,
            10 + (column + 1 + shift * (row % 2)) * STEP,
            50 + (row + 1) * STEP,
        )
        for row in range(n_rows)
        for column in range(n_columns)
    }
    return gpd.GeoDataFrame(
        geometry=list(shapes.values()), index=list(shapes), crs=4326
    )


def pair_set(edges):
    return {
        frozenset(pair)
        for pair in zip(edges["unit_id"], edges["neighbour_id"], strict=True)
    }


def places(xy):
    return pd.DataFrame(
        xy, columns=["x_km", "y_km"], index=[f"u{i}" for i in range(len(xy))]
    )


def test_grid_has_rook_neighbours_only():
    """5 × 5 squares share 40 sides; corners do not count."""
    edges = check(find_edges(squares(5, 5)), EDGES)
    assert len(edges) == 40
    assert frozenset(("r0c0", "r1c1")) not in pair_set(edges)
    assert not edges["is_bridge"].any()


def test_border_is_measured_in_metres():
    """A hundredth of a degree of latitude is some 1,112 m."""
    edges = find_edges(squares(1, 2))
    assert edges["border_m"].tolist() == pytest.approx([1112], rel=0.01)


def test_borders_without_common_corners_are_found():
    """Bricks: each upper one rests on two lower ones, and no corner is shared."""
    edges = find_edges(squares(2, 2, shift=0.5))
    assert pair_set(edges) == {
        frozenset(("r0c0", "r0c1")),
        frozenset(("r1c0", "r1c1")),
        frozenset(("r0c0", "r1c0")),
        frozenset(("r0c1", "r1c0")),
        frozenset(("r0c1", "r1c1")),
    }


def test_rounding_to_three_decimals_keeps_the_neighbours():
    units = squares(4, 4)
    rounded = units.set_geometry(units.geometry.transform(lambda xy: np.round(xy, 3)))
    assert pair_set(find_edges(rounded)) == pair_set(find_edges(units))


def test_projected_units_are_refused():
    with pytest.raises(CrsError, match="EPSG:4326"):
        find_edges(squares(1, 2).to_crs(5070))


def test_shortest_bridge_joins_two_islands():
    """Two pairs of points; 2 and 3 are the nearest ones across."""
    shore = places([(0, 0), (1, 0), (2, 0), (5, 0), (6, 0)])
    land = point_edges(shore)
    kept = land[~((land["unit_id"] == "u2") & (land["neighbour_id"] == "u3"))]
    whole = check(connect(kept, shore), EDGES)
    bridges = whole[whole["is_bridge"]]
    assert pair_set(bridges) == {frozenset(("u2", "u3"))}


def test_units_without_any_edge_are_bridged():
    lonely = places([(0, 0), (3, 1), (9, 9), (1, 7)])
    whole = connect(empty(EDGES), lonely)
    assert len(whole) == 3
    assert whole["is_bridge"].all()
    assert count_pieces(pd.Series("T1", index=lonely.index), whole).sum() == 0


def _islands(xy):
    """Make units that touch nothing."""
    ids = pd.Index([f"U{n}" for n in range(len(xy))], name="unit_id", dtype="str")
    places = pd.DataFrame(xy, columns=["x_km", "y_km"], index=ids, dtype=float)
    none = pd.DataFrame(columns=["unit_id", "neighbour_id", "border_m", "is_bridge"])
    bridges = connect(none, places)
    return {
        frozenset(pair)
        for pair in zip(bridges["unit_id"], bridges["neighbour_id"], strict=True)
    }


def test_a_grid_of_islands_is_bridged_like_a_grid():
    """Nine islands: twelve bridges side by side, no diagonal, not a bare tree."""
    grid = [(x * 10, y * 10) for y in range(3) for x in range(3)]
    bridges = _islands(grid)
    assert len(bridges) == 12
    assert frozenset({"U0", "U4"}) not in bridges


def test_a_far_island_gets_one_bridge():
    """A ring of four is closed; the island far off hangs on its nearest alone."""
    bridges = _islands([(0, 0), (10, 0), (10, 10), (0, 11), (100, 10)])
    sides = [("U0", "U1"), ("U1", "U2"), ("U2", "U3"), ("U0", "U3"), ("U2", "U4")]
    assert bridges == {frozenset(side) for side in sides}


def test_a_whole_map_gets_no_bridge():
    grid = squares(3, 3)
    edges = find_edges(grid)
    around = places([(i % 3, i // 3) for i in range(9)]).set_axis(grid.index)
    assert not connect(edges, around)["is_bridge"].any()


@pytest.mark.parametrize(
    "xy",
    [
        [(0, 0)],
        [(0, 0), (0, 0)],
        [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)],
        [(0, 0), (0, 0), (5, 5), (5, 5), (5, 5)],
        [(4, 1), (0, 0), (2, 9)],
    ],
    ids=["one", "twins", "line", "two places", "triangle"],
)
def test_degenerate_points_stay_connected(xy):
    points = places(xy)
    whole = pd.Series("T1", index=points.index)
    assert count_pieces(whole, point_edges(points)).tolist() == [0]


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=40)
)
def test_point_neighbours_always_connect_everything(xy):
    points = places(xy)
    edges = point_edges(points)
    assert count_pieces(pd.Series("T1", index=points.index), edges).tolist() == [0]
    assert (edges["unit_id"] != edges["neighbour_id"]).all()


def test_point_without_place_is_named():
    with pytest.raises(InputError, match="u1"):
        point_edges(places([(0, 0), (np.nan, 1)]))


def test_pieces_are_counted_by_territory():
    """A row of five: A B A A B leaves one extra piece each."""
    row = places([(i, 0) for i in range(5)])
    alignment = pd.Series(list("ABAAB"), index=row.index)
    pieces = count_pieces(alignment, point_edges(row))
    assert pieces.to_dict() == {"A": 1, "B": 1}


def test_units_without_territory_do_not_count():
    row = places([(i, 0) for i in range(3)])
    alignment = pd.Series(["A", None, "A"], index=row.index)
    assert count_pieces(alignment, point_edges(row)).to_dict() == {"A": 1}


def test_edges_of_unknown_units_and_doubles_fall_away():
    edges = pd.DataFrame(
        {"unit_id": ["u0", "u1", "u0", "u2"], "neighbour_id": ["u1", "u0", "x", "u2"]}
    )
    assert edge_pairs(edges, pd.Index(["u0", "u1", "u2"])).tolist() == [[0, 1]]
