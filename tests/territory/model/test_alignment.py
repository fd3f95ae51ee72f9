"""Alignment and moves: nothing is changed in place, everything can be undone."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.territory.editing.moves import Move, apply, moves_between
from planner.territory.model.alignment import Alignment

UNITS = list("abcde")


@pytest.fixture
def two():
    """Give a and b to T1, c and d to T2, e to none."""
    return Alignment(pd.Series(["T1", "T1", "T2", "T2", None], index=UNITS))


def test_move_leaves_the_old_alignment_alone(two):
    moved = two.move(["a"], "T2")
    assert two.territory_by_unit["a"] == "T1"
    assert moved.territory_by_unit["a"] == "T2"
    assert moved.parent is two


def test_named_account_stays_apart_from_its_unit(two):
    named = two.move([], "T9", ["acme"]).move(["a"], "T2")
    units = pd.Series({"acme": "a", "bolt": "a", "far": None, "late": "e"})
    territory = named.territory_of(units)
    assert territory["acme"] == "T9"
    assert territory["bolt"] == "T2"
    assert territory[["far", "late"]].isna().all()


def test_named_account_can_follow_its_unit_again(two):
    free = two.move([], "T9", ["acme"]).move([], None, ["acme"])
    assert free.territory_by_account.empty
    assert free.territory_of(pd.Series({"acme": "a"}))["acme"] == "T1"


def test_unit_can_be_unassigned(two):
    assert pd.isna(two.move(["a"], None).territory_by_unit["a"])


def test_unknown_unit_is_named(two):
    with pytest.raises(InputError, match="'z' is not in the alignment"):
        two.move(["a", "z"], "T1")


def test_double_unit_is_named():
    with pytest.raises(InputError, match="'a' is aligned twice"):
        Alignment(pd.Series(["T1", "T2"], index=["a", "a"]))


def test_named_account_needs_a_territory():
    with pytest.raises(InputError, match="acme"):
        Alignment(pd.Series(dtype="str"), pd.Series({"acme": None}))


def test_territories_in_use(two):
    assert two.move([], "T9", ["acme"]).territory_ids == ["T1", "T2", "T9"]


def test_empty_move_is_refused():
    with pytest.raises(InputError, match="at least one"):
        Move(to="T1")


moves = st.builds(
    Move,
    to=st.sampled_from(["T1", "T2", "T3", None]),
    unit_ids=st.lists(st.sampled_from(UNITS), min_size=1, max_size=4, unique=True).map(
        tuple
    ),
    account_ids=st.lists(
        st.sampled_from(["acme", "bolt"]), max_size=2, unique=True
    ).map(tuple),
)


@settings(deadline=None)
@given(st.lists(moves, min_size=1, max_size=6))
def test_the_parents_of_every_move_lead_to_the_start(made):
    start = Alignment(pd.Series(["T1", "T1", "T2", "T2", None], index=UNITS))
    there = start
    for move in made:
        there = apply(there, move)
    back = there
    for _ in made:
        back = back.parent
    assert back is start


@settings(deadline=None)
@given(st.lists(moves, min_size=1, max_size=6))
def test_moves_between_two_alignments_turn_one_into_the_other(made):
    start = Alignment(
        pd.Series(["T1", "T1", "T2", "T2", None], index=UNITS),
        pd.Series({"bolt": "T1"}),
    )
    there = start
    for move in made:
        there = apply(there, move)
    redone = start
    for move in moves_between(start, there):
        redone = apply(redone, move)
    pd.testing.assert_series_equal(redone.territory_by_unit, there.territory_by_unit)
    pd.testing.assert_series_equal(
        redone.territory_by_account.sort_index(),
        there.territory_by_account.sort_index(),
    )


def test_different_units_have_no_moves_between(two):
    with pytest.raises(InputError, match="same units"):
        moves_between(two, Alignment(pd.Series({"a": "T1"})))
