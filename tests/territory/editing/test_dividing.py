"""A line drawn through a territory makes two of it; two are made one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.errors import InputError
from planner.territory.editing.apply import apply_edit
from planner.territory.editing.dividing import (
    crossed_territory,
    divide,
    merge,
    next_territory_id,
)
from planner.territory.editing.edits import (
    Lock,
    Locks,
    MergeTerritories,
    Together,
    edit_from_dict,
    edit_to_dict,
)
from tests import small_plan
from tests.small_plan import UNITS

ACCOUNTS = small_plan.accounts()
SQUARES = small_plan.view(small_plan.draft()).units
ALL_A = dict.fromkeys(UNITS, "A")
SOUTH = [(1.1, -0.5), (1.1, 4.5)]  # the southmost row of four lies below it
STEEP = [(-0.5, 0.6), (3.5, 0.6)]  # between the two accounts of the westmost column


def divided(draft, line, **more):
    found = divide(SQUARES, ACCOUNTS, draft, line, **more)
    after = apply_edit(draft, found.edit)
    return found, after, after.alignment.territory_of(ACCOUNTS["unit_id"])


def of(territory, name):
    return set(territory.index[territory == name])


def test_the_smaller_side_begins_a_territory():
    draft = small_plan.draft(ALL_A)
    found, after, _ = divided(draft, SOUTH)
    assert (found.territory_id, found.new_id) == ("A", "T01")
    assert (found.n_units, found.n_accounts, found.n_held) == (4, 8, 0)
    by_unit = after.alignment.territory_by_unit
    assert of(by_unit, "T01") == {"u00", "u10", "u20", "u30"}
    assert after.alignment.territory_by_account.empty
    assert list(after.names) == ["A", "T01"]
    assert edit_from_dict(edit_to_dict(found.edit)) == found.edit


def test_account_by_account_the_line_is_kept_to_the_account():
    draft = small_plan.draft(ALL_A)
    found, after, by_account = divided(draft, STEEP, by="account")
    assert of(by_account, found.new_id) == {"w00", "w01", "w02"}
    assert of(by_account, "A") == set(by_account.index) - {"w00", "w01", "w02"}
    assert (found.n_accounts, found.n_held) == (3, 0)
    # By its middle each unit is east of the line, so whole units cannot be divided.
    with pytest.raises(InputError, match="divide account by account"):
        divided(draft, [(-0.5, 0.4), (3.5, 0.4)])
    by_unit = after.alignment.territory_by_unit
    assert found.n_units == len(of(by_unit, found.new_id))


def test_the_line_divides_the_territory_it_runs_through_longest():
    draft = small_plan.draft()
    assert crossed_territory(SQUARES, draft, [(1.5, 0.2), (1.5, 2.9)]) == "A"
    assert crossed_territory(SQUARES, draft, [(1.5, 1.2), (1.5, 3.9)]) == "B"
    found, after, _ = divided(draft, [(1.1, 1.2), (1.1, 3.9)])
    assert found.territory_id == "B"
    assert of(after.alignment.territory_by_unit, "T01") == {"u20", "u30"}
    nobodys = small_plan.draft({**ALL_A, "u00": None})
    with pytest.raises(InputError, match="crosses no territory"):
        crossed_territory(SQUARES, nobodys, [(0.2, 0.2), (0.7, 0.7)])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([(-1.0, -1.0), (-1.0, 5.0)], "crosses no territory"),
        ([(0.1, 0.1), (0.1, 3.9)], "all on one side"),
        ([(0.5, 0.5)], "at least 2 points"),
        ([(0.2, 1.0), (1.5, 3.0), (1.5, 1.0), (0.2, 3.0)], "must not cross itself"),
    ],
    ids=["beside", "along the edge", "a click", "a loop"],
)
def test_a_line_that_does_not_divide_says_what_to_do(line, said):
    with pytest.raises(InputError, match=said):
        divided(small_plan.draft(ALL_A), line)


def test_named_accounts_go_by_their_own_place():
    west = {n: "A" if n[1] in "01" else "B" for n in UNITS}
    draft = small_plan.draft(west, {"w20": "A", "w22": "A", "w00": "B"})
    found, after, by_account = divided(draft, SOUTH, territory_id="A")
    assert of(by_account, found.new_id) == {"e00", "w10", "e10", "w20"}
    assert by_account["w22"] == "A"
    assert by_account["w00"] == "B"
    assert (found.n_units, found.n_accounts) == (2, 4)
    named = after.alignment.territory_by_account
    assert named.to_dict() == {"w20": "T01", "w22": "A", "w00": "B"}


def test_what_is_locked_stays_and_is_counted():
    draft = small_plan.draft(
        ALL_A, locks=Locks(unit=frozenset({"u00"}), account=frozenset({"w10"}))
    )
    found, after, by_account = divided(draft, SOUTH)
    assert found.n_held == 2
    assert of(by_account, "T01") == {"e10", "w20", "e20", "w30", "e30"}
    assert found.n_accounts == 5
    assert after.locks == draft.locks
    assert after.alignment.territory_by_account.to_dict() == {"w10": "A"}
    whole = apply_edit(draft, Lock(what="territory", ids=("A",)))
    with pytest.raises(InputError, match="unlock it to divide it"):
        divided(whole, SOUTH)
    row = apply_edit(draft, Lock(what="unit", ids=("u10", "u20", "u30")))
    with pytest.raises(InputError, match="unlock some of it"):
        divided(row, SOUTH)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-0.5, 3.5), st.floats(-0.5, 4.5)), min_size=2, max_size=3
    ),
    st.sampled_from(["unit", "account"]),
    st.dictionaries(
        st.sampled_from(["w00", "e21", "w12"]), st.sampled_from("AB"), max_size=2
    ),
    st.sets(st.sampled_from(["w00", "e10", "w21"])),
)
def test_a_division_loses_nobody_and_touches_no_other(line, by, named, locked):
    draft = small_plan.draft(None, named, locks=Locks(account=frozenset(locked)))
    before = draft.alignment.territory_of(ACCOUNTS["unit_id"])
    try:
        found, after, by_account = divided(draft, line, by=by)
    except InputError:
        return
    gone = of(by_account, found.new_id)
    assert len(gone) == found.n_accounts
    assert gone < of(before, found.territory_id) or found.n_units
    stays = before[~before.index.isin(gone)]
    assert by_account[stays.index].equals(stays)
    assert not gone & locked
    assert after.locks == draft.locks
    assert len(of(after.alignment.territory_by_unit, found.new_id)) == found.n_units


def test_the_largest_of_those_merged_remains():
    counts = pd.Series({"A": 3, "B": 9, "C": 1})
    assert merge(["A", "B"], counts) == MergeTerritories(territory_id="A", into="B")
    assert merge(["C", "A", "B"], counts, into="C") == Together(
        edits=(
            MergeTerritories(territory_id="A", into="C"),
            MergeTerritories(territory_id="B", into="C"),
        )
    )
    with pytest.raises(InputError, match="at least two"):
        merge(["A", "A"], counts)


def test_a_new_territory_takes_the_first_free_name():
    assert next_territory_id(["T01", "T03", "North"]) == "T02"
    assert next_territory_id([f"T{n:02d}" for n in range(1, 100)]) == "T100"
