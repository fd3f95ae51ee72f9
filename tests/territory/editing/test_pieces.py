"""Pieces that lie apart, and who could take them."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.geography.adjacency import count_pieces, find_pieces
from planner.territory.editing.pieces import (
    loose_pieces,
    receivers_of,
    without_barriers,
)
from tests.small_plan import UNITS, edges

EQUAL = pd.Series(1.0, index=UNITS)


def halves(**moved):
    west = ["A" if name[1] in "01" else "B" for name in UNITS]
    return pd.Series({**dict(zip(UNITS, west, strict=True)), **moved}, dtype="str")


def test_the_piece_of_less_weight_is_the_loose_one():
    by_unit = halves(u30="A")
    found = loose_pieces(by_unit, edges(), EQUAL)
    assert found.to_dict("records") == [
        {"territory_id": "A", "unit_ids": ("u30",), "is_cut": False}
    ]
    heavy = EQUAL.copy()
    heavy["u30"] = 100
    found = loose_pieces(by_unit, edges(), heavy)
    assert set(found["unit_ids"][0]) == {n for n in UNITS if n[1] in "01"}


def test_a_barrier_parts_a_territory_only_where_no_way_leads_around():
    row = (("u00", "u01"), ("u10", "u11"))
    assert loose_pieces(halves(), edges(), EQUAL, row[:1]).empty
    found = loose_pieces(halves(), edges(), EQUAL, row)
    assert found.to_dict("records") == [
        {"territory_id": "A", "unit_ids": ("u00", "u10"), "is_cut": True}
    ]
    assert len(without_barriers(edges(), row)) == len(edges()) - 2


def test_the_longest_border_decides_who_takes():
    by_unit = halves(u10="C", u01="D")
    links = edges()
    assert receivers_of([["u00"]], by_unit, links) == ["C"]  # as long as D's: by name
    is_north = (links["unit_id"] == "u00") & (links["neighbour_id"] == "u01")
    links.loc[is_north, "border_m"] = 1001.0
    assert receivers_of([["u00"]], by_unit, links) == ["D"]
    assert receivers_of([["u00"]], by_unit, links, closed=["D"]) == ["C"]
    assert receivers_of([["u00"]], by_unit, links, closed=["C", "D"]) == [None]
    shut = without_barriers(links, [("u00", "u01")])
    assert receivers_of([["u00"], ["u10"]], by_unit, shut) == ["C", "A"]
    # A border of 2 km with B outweighs one of 1 km with D; nobody's units take nothing.
    pair = ["u02", "u12"]
    assert receivers_of([pair], halves(u02="A", u01="D"), links) == ["B"]
    assert receivers_of([pair], pd.Series(None, index=UNITS, dtype="str"), links) == [
        None
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["A", "B", "C", None]), min_size=12, max_size=12))
def test_every_piece_but_one_of_a_territory_is_loose_and_whole(labels):
    by_unit = pd.Series(labels, index=UNITS, dtype="str")
    found = loose_pieces(by_unit, edges(), EQUAL)
    extra = count_pieces(by_unit, edges())
    counted = found["territory_id"].value_counts().reindex(extra.index).fillna(0)
    assert counted.tolist() == extra.tolist()
    piece = find_pieces(by_unit, edges())
    for row in found.itertuples():
        numbers = set(piece[list(row.unit_ids)])
        assert len(numbers) == 1
        assert len(row.unit_ids) == (piece == numbers.pop()).sum()
        assert set(by_unit[list(row.unit_ids)]) == {row.territory_id}
