"""Edits of a plan, and the log of them: pure, replayed, never patched."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.territory.editing.apply import apply_edit, difference, without_locked
from planner.territory.editing.edits import (
    AddTerritory,
    Draft,
    DrawBarrier,
    DropTerritory,
    Lock,
    Locks,
    MergeTerritories,
    MoveHome,
    Retarget,
    Together,
    edit_from_dict,
    edit_to_dict,
)
from planner.territory.editing.history import Entry, History, told
from planner.territory.editing.moves import Move
from planner.territory.model.alignment import Alignment

UNITS = [f"u{n}" for n in range(8)]


def a_draft(**more):
    by_unit = pd.Series(["A"] * 4 + ["B"] * 4, index=UNITS)
    named = pd.Series(["B"], index=["a1"])
    return Draft(
        alignment=Alignment(by_unit, named), names={"A": "Abend", "B": "Berg"}, **more
    )


def where(draft):
    return draft.alignment.territory_by_unit.fillna("-").to_dict()


def said(draft):
    """All of a draft as plain values, to compare two."""
    return (
        where(draft),
        draft.alignment.territory_by_account.to_dict(),
        dict(draft.names),
        draft.locks,
        dict(draft.homes),
        draft.barriers,
        dict(draft.districts),
        dict(draft.share_ppm),
    )


def done(*edits):
    log = History(opened=a_draft())
    for edit in edits:
        log = log.add(Entry(edit=edit, label=edit_to_dict(edit)["kind"], who="ann"))
    return log


def test_a_move_leaves_the_draft_before_as_it_was():
    draft = a_draft()
    after = apply_edit(draft, Move(to="B", unit_ids=("u0",), account_ids=("a2",)))
    assert where(after)["u0"] == "B"
    assert where(draft)["u0"] == "A"
    assert after.alignment.territory_by_account.to_dict() == {"a1": "B", "a2": "B"}


def test_what_is_locked_is_passed_over_and_counted():
    draft = a_draft()
    for what, name in (("unit", "u0"), ("account", "a1"), ("territory", "B")):
        draft = apply_edit(draft, Lock(what=what, ids=(name,)))
    draft = apply_edit(draft, AddTerritory(territory_id="C", name="Celle"))
    asked = Move(to="C", unit_ids=("u0", "u1", "u4"), account_ids=("a1", "a2"))
    free, n_held = without_locked(draft, asked)
    assert free == Move(to="C", unit_ids=("u1",), account_ids=("a2",))
    assert n_held == 3  # u0 itself, u4 in B, a1 itself
    after = apply_edit(draft, asked)
    assert where(after)["u0"] == "A"
    assert where(after)["u1"] == "C"
    assert without_locked(draft, Move(to="B", unit_ids=("u1",))) == (None, 1)
    assert said(apply_edit(draft, Move(to="B", unit_ids=("u1",)))) == said(draft)
    freed = apply_edit(draft, Lock(what="territory", ids=("B",), is_locked=False))
    assert where(apply_edit(freed, asked))["u4"] == "C"


def test_territories_are_started_merged_and_named():
    draft = apply_edit(a_draft(), AddTerritory(territory_id="C", name="Celle"))
    assert draft.names["C"] == "Celle"
    merged = apply_edit(draft, MergeTerritories(territory_id="B", into="C"))
    assert set(where(merged).values()) == {"A", "C"}
    assert list(merged.names) == ["A", "C"]
    assert merged.alignment.territory_by_account["a1"] == "C"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Move(to="X", unit_ids=("u0",)), "territory 'X' is not in the plan"),
        (Move(to="A", unit_ids=("x",)), "unit 'x' is not in the alignment"),
        (AddTerritory(territory_id="A"), "territory 'A' is there already"),
        (MergeTerritories(territory_id="A", into="A"), "with itself"),
        (MergeTerritories(territory_id="A", into="X"), "'X' is not in the plan"),
        (Lock(what="unit", ids=("x",)), "unit 'x' is not in the plan"),
        (Lock(what="territory", ids=("X",)), "territory 'X' is not in the plan"),
        (DrawBarrier(pairs=(("u0", "x"),)), "unit 'x' is not in the plan"),
    ],
)
def test_edits_that_make_no_sense_are_refused(edit, message):
    with pytest.raises(InputError, match=message):
        apply_edit(a_draft(), edit)


def test_locked_territories_and_units_are_not_merged_away():
    held = apply_edit(a_draft(), Lock(what="territory", ids=("B",)))
    with pytest.raises(InputError, match="unlock it to merge it"):
        apply_edit(held, MergeTerritories(territory_id="A", into="B"))
    held = apply_edit(a_draft(), Lock(what="unit", ids=("u1",)))
    with pytest.raises(InputError, match="1 things of territory 'A' are locked"):
        apply_edit(held, MergeTerritories(territory_id="A", into="B"))


@pytest.mark.parametrize(
    "made",
    [
        lambda: Lock(what="planet", ids=("x",)),
        lambda: Lock(what="unit", ids=()),
        lambda: MoveHome(position_id="P", lat=91.0, lon=0.0),
        lambda: DrawBarrier(pairs=()),
        lambda: Together(edits=()),
        lambda: edit_from_dict({"kind": "teleport"}),
        lambda: edit_from_dict({"kind": "lock", "colour": "red"}),
    ],
)
def test_senseless_edits_cannot_be_made(made):
    with pytest.raises(InputError):
        made()


def test_barriers_and_homes_are_kept_and_taken_back():
    draft = apply_edit(a_draft(), DrawBarrier(pairs=(("u5", "u1"), ("u1", "u5"))))
    assert draft.barriers == {("u1", "u5")}
    opened = apply_edit(draft, DrawBarrier(pairs=(("u1", "u5"),), is_drawn=False))
    assert not opened.barriers
    moved = apply_edit(draft, MoveHome(position_id="P1", lat=41.5, lon=-87.25))
    assert moved.homes == {"P1": (41.5, -87.25)}


names = st.sampled_from(UNITS)
territories = st.sampled_from(["A", "B"])
edits = st.one_of(
    st.builds(
        Move,
        to=st.one_of(st.none(), territories),
        unit_ids=st.lists(names, min_size=1, max_size=4, unique=True).map(tuple),
        account_ids=st.lists(st.sampled_from(["a1", "a2"]), unique=True).map(tuple),
    ),
    st.builds(
        Lock, what=st.just("unit"), ids=st.tuples(names), is_locked=st.booleans()
    ),
    st.builds(
        Lock,
        what=st.just("territory"),
        ids=st.tuples(territories),
        is_locked=st.booleans(),
    ),
    st.builds(
        MoveHome,
        position_id=st.just("P1"),
        lat=st.floats(-90, 90),
        lon=st.floats(-180, 180),
    ),
    st.builds(
        DrawBarrier, pairs=st.tuples(st.tuples(names, names)), is_drawn=st.booleans()
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(edits, st.builds(Together, edits=st.tuples(edits, edits)))))
def test_every_edit_survives_json_and_every_step_can_be_taken_back(asked):
    log = done(*asked)
    states = [said(log.jump(n).draft) for n in range(len(asked) + 1)]
    assert said(log.draft) == states[-1]
    through = [
        edit_from_dict(json.loads(json.dumps(edit_to_dict(entry.edit))))
        for entry in log.entries
    ]
    assert tuple(through) == tuple(asked)
    assert said(done(*through).draft) == states[-1]
    for n in reversed(range(len(asked))):
        log = log.undo()
        assert said(log.draft) == states[n]
    assert said(log.undo().draft) == states[0]
    for n in range(len(asked)):
        log = log.redo()
        assert said(log.draft) == states[n + 1]
    assert log.redo().position == len(asked)


@given(st.lists(edits), st.lists(edits))
@settings(max_examples=60, deadline=None)
def test_the_difference_leads_from_any_draft_to_any_other(these, those):
    before, after = done(*these).draft, done(*those).draft
    edit = difference(before, after)
    if edit is None:
        assert said(before) == said(after)
    else:
        assert said(apply_edit(before, edit)) == said(after)
    assert difference(after, after) is None


def test_the_difference_starts_ends_and_retargets_territories_under_locks():
    before = apply_edit(a_draft(), Lock(what="territory", ids=("A",)))
    before = apply_edit(before, Lock(what="unit", ids=("u4",)))
    after = done(
        AddTerritory(territory_id="C", name="Celle"),
        MergeTerritories(territory_id="B", into="C"),
        Move(to="C", unit_ids=("u0",)),
        Lock(what="territory", ids=("C",)),
        Retarget(districts=(("C", "North"),), share_ppm=(("A", 400_000),)),
        MoveHome(position_id="p1", lat=1.0, lon=2.0),
    ).draft
    assert said(apply_edit(before, difference(before, after))) == said(after)
    assert said(apply_edit(after, difference(after, before))) == said(before)


def test_a_territory_ends_only_when_it_is_empty_and_free():
    draft = apply_edit(a_draft(), AddTerritory(territory_id="C"))
    draft = apply_edit(draft, Retarget(districts=(("C", "North"),)))
    assert draft.names["C"] == "C"
    ended = apply_edit(draft, DropTerritory(territory_id="C"))
    assert said(ended) == said(a_draft())
    with pytest.raises(InputError, match="holds 5 units and accounts"):
        apply_edit(draft, DropTerritory(territory_id="B"))
    locked = apply_edit(draft, Lock(what="territory", ids=("C",)))
    with pytest.raises(InputError, match="is locked; unlock it to end it"):
        apply_edit(locked, DropTerritory(territory_id="C"))


def test_a_lock_on_what_is_gone_can_be_let_go():
    locks = Locks(unit=frozenset({"gone"}), territory=frozenset({"Z"}))
    draft = a_draft(locks=locks)
    for what, name in (("unit", "gone"), ("territory", "Z")):
        draft = apply_edit(draft, Lock(what=what, ids=(name,), is_locked=False))
    assert draft.locks == Locks()


def test_a_home_goes_back_to_where_the_rep_lives():
    draft = apply_edit(a_draft(), MoveHome(position_id="p1", lat=1.0, lon=2.0))
    back = apply_edit(draft, MoveHome(position_id="p1", lat=None, lon=None))
    assert said(back) == said(a_draft())


def test_two_hundred_steps_back_and_forth():
    log = done(*[Move(to="AB"[n % 2], unit_ids=("u0",)) for n in range(200)])
    for _ in range(200):
        log = log.undo()
    assert said(log.draft) == said(a_draft())
    assert where(log.jump(199).draft)["u0"] == "A"
    assert where(log.jump(200).draft)["u0"] == "B"
    with pytest.raises(InputError, match="the log has 200 steps"):
        log.jump(201)


def test_a_new_step_forgets_what_was_undone():
    log = done(Move(to="B", unit_ids=("u0",)), Move(to="B", unit_ids=("u1",))).undo()
    log = log.add(Entry(edit=Move(to=None, unit_ids=("u2",)), label="unassign"))
    assert log.redo().position == 2
    assert where(log.draft) == {**where(a_draft()), "u0": "B", "u2": "-"}


def test_a_step_that_cannot_be_done_is_not_logged():
    log = done(Move(to="B", unit_ids=("u0",)))
    with pytest.raises(InputError):
        log.add(Entry(edit=AddTerritory(territory_id="A"), label="again"))
    assert len(log.entries) == 1


def test_the_log_reads_as_a_table():
    table = told(done(Move(to="B", unit_ids=("u0",))).entries)
    assert table.loc[1, ["label", "who"]].tolist() == ["move", "ann"]
    assert told([]).empty
