"""Gestures on map and table become edits."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.services.drafts.gestures import (
    assign_edit,
    barrier_edit,
    held_accounts,
    home_edit,
    lock_edit,
    moved_text,
    unlock_edit,
)
from planner.territory.editing.apply import apply_edit, count_held
from planner.territory.editing.edits import (
    AddTerritory,
    DrawBarrier,
    Lock,
    MoveHome,
    Together,
)
from planner.territory.editing.moves import Move
from tests import small_plan


def assigned(draft, to, units=(), accounts=()):
    edit = assign_edit(small_plan.view(draft), draft, to, units, accounts)
    return apply_edit(draft, edit)


def test_units_go_to_a_territory_that_may_be_new():
    draft = small_plan.draft()
    edit = assign_edit(small_plan.view(draft), draft, "T01", ["u00"])
    assert edit == Together(
        edits=(AddTerritory(territory_id="T01"), Move(to="T01", unit_ids=("u00",)))
    )
    after = assigned(draft, "B", ["u00", "u01"])
    assert after.alignment.territory_by_unit[["u00", "u01"]].tolist() == ["B", "B"]
    none = assigned(draft, None, ["u00"])
    assert none.alignment.territory_by_unit.isna()["u00"]


def test_accounts_are_named_apart_only_where_their_unit_is_not():
    draft = small_plan.draft()
    after = assigned(draft, "B", ["u00"], ["w00", "w10", "w20"])
    # w00 comes with its unit, w20 is there with its unit already.
    assert after.alignment.territory_by_account.to_dict() == {"w10": "B"}
    back = assigned(after, None, [], ["w10"])
    assert back.alignment.territory_by_account.empty
    home = assigned(after, "A", [], ["w10"])
    assert home.alignment.territory_by_account.empty
    with pytest.raises(InputError, match="are there already"):
        assign_edit(small_plan.view(draft), draft, "A", [], ["w10"])
    with pytest.raises(InputError, match="choose at least one unit or account"):
        assign_edit(small_plan.view(draft), draft, "A")


def test_an_account_is_held_by_the_lock_of_its_unit_or_its_unit_s_territory():
    for lock in (Lock(what="unit", ids=("u00",)), Lock(what="territory", ids=("A",))):
        draft = apply_edit(small_plan.draft(named={"e00": "B"}), lock)
        view = small_plan.view(draft)
        assert held_accounts(view, draft, ["w00", "e00", "w20"]) == ["w00"]
        with pytest.raises(InputError, match="are there already"):
            assign_edit(view, draft, "B", [], ["w00"])
    # e00 is apart in B; it does not fall back into the locked territory of its unit.
    with pytest.raises(InputError, match="are there already"):
        assign_edit(view, draft, None, [], ["e00"])


def test_an_account_is_locked_inside_a_locked_territory():
    draft = apply_edit(small_plan.draft(), Lock(what="territory", ids=("A",)))
    edit = lock_edit(small_plan.view(draft), draft, "account", ["w00"])
    assert count_held(draft, edit) == 0
    locked = apply_edit(draft, edit)
    assert locked.locks.territory == {"A"}
    free = apply_edit(locked, Lock(what="territory", ids=("A",), is_locked=False))
    moved = apply_edit(free, Move(to="B", unit_ids=("u00",)))
    assert moved.alignment.territory_by_account.to_dict() == {"w00": "A"}


def test_what_locks_hold_back_is_counted():
    draft = apply_edit(small_plan.draft(), Lock(what="unit", ids=("u00",)))
    edit = assign_edit(small_plan.view(draft), draft, "B", ["u00", "u10"])
    assert count_held(draft, edit) == 1
    assert count_held(draft, Lock(what="unit", ids=("u10",))) == 0


def test_accounts_are_locked_where_they_are_and_follow_again_when_let_go():
    draft = small_plan.draft(named={"e00": "B"})
    view = small_plan.view(draft)
    locked = apply_edit(draft, lock_edit(view, draft, "account", ["w00", "e00"]))
    assert locked.alignment.territory_by_account.to_dict() == {"e00": "B", "w00": "A"}
    free = unlock_edit(small_plan.view(locked), locked, "account", ["w00", "e00"])
    assert count_held(locked, free) == 0
    after = apply_edit(locked, free)
    assert after.locks.account == frozenset()
    assert after.alignment.territory_by_account.to_dict() == {"e00": "B"}
    homeless = apply_edit(draft, Move(to=None, unit_ids=("u00",)))
    with pytest.raises(InputError, match="'Firm w00' is in no territory"):
        lock_edit(small_plan.view(homeless), homeless, "account", ["w00"])


def test_a_line_closes_the_borders_it_parts_and_opens_them_again():
    draft, view = small_plan.draft(), small_plan.view(small_plan.draft())
    line = [(-0.5, 2.02), (1.4, 2.02)]  # up the border of columns 1 and 2
    edit = barrier_edit(view.units, view.edges, draft, line)
    assert edit == DrawBarrier(pairs=(("u10", "u20"),))
    longer = [(-0.5, 2.02), (3.5, 1.98)]
    edit = barrier_edit(view.units, view.edges, draft, longer)
    assert edit.pairs == (("u10", "u20"), ("u11", "u21"), ("u12", "u22"))
    closed = apply_edit(draft, edit)
    again = barrier_edit(view.units, view.edges, closed, longer)
    assert not again.is_drawn
    assert apply_edit(closed, again).barriers == frozenset()
    for bad, told in (
        ([(9.0, 9.0), (9.5, 9.5)], "no two units"),
        ([(1.0, 1.0)], "two points"),
    ):
        with pytest.raises(InputError, match=told):
            barrier_edit(view.units, view.edges, draft, bad)


def test_a_home_is_moved_for_the_seat_of_its_territory():
    view = small_plan.view(small_plan.draft())
    homes = pd.DataFrame(
        {"name": ["Ada"], "lat": [1.0], "lon": [1.0], "territory_id": ["A"]},
        index=["R-A"],
    )
    object.__setattr__(view, "homes", homes)
    edit = home_edit(view, "R-A", 0.5, 0.6)
    assert edit == MoveHome(position_id="P-A", lat=0.5, lon=0.6)
    with pytest.raises(InputError, match="'R-X' works no territory"):
        home_edit(view, "R-X", 0.5, 0.6)


def test_moves_are_said_in_words():
    assert moved_text(1, 0, "T07") == "Move 1 unit to T07"
    assert moved_text(1200, 2, "T07") == "Move 1,200 units and 2 accounts to T07"
    assert moved_text(3, 0, None) == "Move 3 units to no territory"
    assert moved_text(0, 1, None) == "Move 1 account to their unit"
