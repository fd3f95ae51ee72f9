"""Faults of a plan are found, said in people's words, and cured by one edit."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.services.drafts.problems import BALANCE, KINDS, find_problems, fix_of
from planner.services.people.roster import load_roster
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.territories.plan_rows import load_plan
from planner.territory.editing.edits import (
    Draft,
    Lock,
    Locks,
    MergeTerritories,
    Together,
)
from planner.territory.editing.history import Entry, History
from planner.territory.editing.moves import Move
from tests import small_plan
from tests.small_plan import UNITS
from tests.stores import SQLITE_ONLY

HALVES = {name: "A" if name[1] in "01" else "B" for name in UNITS}


def found_in(draft, **more):
    return find_problems(small_plan.view(draft), draft, **more)


def the_one(draft, **more):
    found = found_in(draft, **more)
    assert len(found) == 1
    return found.iloc[0]


def after(draft, *edits):
    log = History(opened=draft)
    for edit in edits:
        log = log.add(Entry(edit=edit, label=""))
    return log.draft


def cured(draft, problem, **more):
    """Cure a problem; what is left."""
    edit = fix_of(problem, small_plan.view(draft), draft)
    return found_in(after(draft, edit), **more)


def test_a_whole_plan_has_no_problem():
    draft = small_plan.draft()
    assert found_in(draft, roster=small_plan.roster(draft), base=draft).empty


def test_units_without_a_territory_go_to_whom_they_touch_most():
    draft = small_plan.draft({**HALVES, "u30": None, "u31": None})
    problem = the_one(draft)
    assert problem["kind"] == "unassigned"
    assert problem["what"] == "u30; u31: 4 accounts in 2 units without a territory"
    assert problem["fix_label"] == "Give to B"
    assert cured(draft, problem).empty
    locked = after(draft, Lock(what="territory", ids=("B",)))
    assert the_one(locked)["fix_label"] == ""


def test_more_than_a_territory_without_one_asks_for_balancing():
    draft = small_plan.draft({name: "A" if name == "u00" else None for name in UNITS})
    problem = the_one(draft)
    assert problem["fix_label"] == BALANCE
    assert fix_of(problem, small_plan.view(draft), draft) is None


def test_a_unit_without_accounts_needs_no_territory():
    draft = small_plan.draft({**HALVES, "u30": None})
    rows = small_plan.accounts()
    rows = rows[rows["unit_id"] != "u30"]
    assert find_problems(small_plan.view(draft, rows), draft).empty


def test_accounts_outside_all_units_go_to_the_nearest():
    draft = small_plan.draft()
    rows = small_plan.accounts()
    rows.loc[["w00", "e32"], "unit_id"] = pd.NA
    rows.loc[["w00", "e32"], "lon"] = [-2.0, 9.0]
    view = small_plan.view(draft, rows)
    problem = find_problems(view, draft).iloc[0]
    assert problem["what"] == (
        "Firm w00, Firm e32 lie outside all units, without a territory"
    )
    edit = fix_of(problem, view, draft)
    assert edit == Together(
        edits=(
            Move(to="A", account_ids=("w00",)),
            Move(to="B", account_ids=("e32",)),
        )
    )
    done = after(draft, edit)
    assert find_problems(small_plan.view(done, rows), done).empty


def test_an_island_goes_to_its_neighbour_unless_locked():
    draft = small_plan.draft({**HALVES, "u30": "A"})
    problem = the_one(draft)
    assert problem["kind"] == "island"
    assert problem["what"] == "u30 is apart from the rest of A Ason (2 accounts)"
    assert problem["to"] == "B"
    assert cured(draft, problem).empty
    locked = the_one(after(draft, Lock(what="unit", ids=("u30",))))
    assert (locked["kind"], locked["fix_label"]) == ("island", "")


def test_a_territory_beyond_a_barrier_is_told_apart_from_an_island():
    shut = frozenset({("u00", "u01"), ("u10", "u11")})
    draft = small_plan.draft(barriers=shut)
    problem = the_one(draft)
    assert problem["kind"] == "barrier"
    assert problem["what"].startswith("u00; u10 lies beyond a barrier from the rest of")
    assert problem["to"] == "B"
    assert cured(draft, problem).empty
    assert found_in(small_plan.draft(barriers=frozenset({("u00", "u01")}))).empty


def test_an_account_apart_from_its_unit_follows_it_again():
    draft = small_plan.draft(named={"w00": "B", "e00": "B"})
    problem = the_one(draft)
    assert problem["kind"] == "outside"
    assert problem["what"] == (
        "Firm w00, Firm e00: in B Bson, though the unit belongs to A Ason"
    )
    assert cured(draft, problem).empty
    settled = after(draft, Lock(what="account", ids=("w00",)))
    assert the_one(settled)["account_ids"] == ("e00",)


def test_accounts_of_a_unit_that_was_divided_are_no_problem():
    """What the app divided on purpose has no button that undoes it."""
    draft = small_plan.draft(named={"w00": "B", "e00": "B"})
    view = small_plan.view(draft)
    assert len(find_problems(view, draft)) == 1
    unit_id = view.accounts.at["w00", "unit_id"]
    assert find_problems(view, draft, divided={unit_id}).empty


def test_a_locked_account_that_left_with_its_unit_is_put_back():
    saved = after(small_plan.draft(), Lock(what="account", ids=("w10",)))
    draft = after(saved, Move(to="B", unit_ids=("u10",)))
    problem = the_one(draft, base=saved)
    assert problem["kind"] == "broken_lock"
    assert problem["what"] == "Firm w10 has left A Ason, where locked"
    edit = fix_of(problem, small_plan.view(draft), draft)
    back = after(draft, edit)
    assert back.alignment.territory_by_account.to_dict() == {"w10": "A"}
    assert back.locks == saved.locks
    assert found_in(back, base=saved).empty


def test_locks_on_what_is_gone_are_let_go():
    gone = Locks(unit=frozenset({"u99"}), account=frozenset({"x1"}))
    draft = small_plan.draft(locks=gone)
    found = found_in(draft)
    assert found["kind"].tolist() == ["broken_lock"] * 2
    edit = fix_of(found.iloc[1], small_plan.view(draft), draft)
    assert edit == Lock(what="account", ids=("x1",), is_locked=False)
    draft = small_plan.draft(locks=Locks(territory=frozenset({"Z"})))
    problem = the_one(draft)
    assert problem["what"] == "Z is locked, but there is no such territory any more"
    assert fix_of(problem, small_plan.view(draft), draft) == Lock(
        what="territory", ids=("Z",), is_locked=False
    )


def test_more_work_than_hours_asks_for_balancing():
    draft = small_plan.draft()
    busy = small_plan.roster(draft, capacity_h=1000)
    found = found_in(draft, roster=busy)
    assert found["what"].iloc[0] == (
        "A Ason: 1,200 hours of work a year, 20 % more than the 1,000 its rep can do"
    )
    assert set(found["fix_label"]) == {BALANCE}
    assert found_in(draft, roster=small_plan.roster(draft, capacity_h=1200)).empty
    vacant = small_plan.roster(draft, capacity_min=pd.Series({"P-B": 60.0}))
    assert found_in(draft, roster=vacant)["territory_id"].tolist() == ["B"]


def test_two_territories_of_one_position_are_merged():
    draft = small_plan.draft({**HALVES, "u00": "C"})
    view = small_plan.view(draft)
    view.territories["position_id"] = ["P-A", "P-B", "P-A"]
    people = small_plan.roster(draft)
    problem = find_problems(view, draft, people).iloc[0]
    assert problem["kind"] == "duplicate_owner"
    assert problem["what"] == "A and C both belong to Seat A, Rep Ason"
    edit = fix_of(problem, view, draft)
    assert edit == MergeTerritories(territory_id="C", into="A")


def test_two_people_on_a_seat_and_one_on_two_are_told():
    draft = small_plan.draft()
    people = small_plan.roster(draft)
    twins = people.here.assign(position_id="P-A")
    found = found_in(draft, roster=small_plan.roster(draft, here=twins))
    assert found["what"].tolist() == [
        "Rep Ason and Rep Bson both hold Seat A; end one of the two in the team"
    ]
    alike = people.here.assign(name="Kim", lat=1.0)
    found = found_in(draft, roster=small_plan.roster(draft, here=alike))
    assert found["what"].tolist() == [
        "Kim works A and B: two positions held by one person"
    ]
    twice = pd.Series({"w00": ("P-A", "P-B")})
    found = found_in(draft, roster=small_plan.roster(draft, owned_twice=twice))
    assert found["what"].tolist() == [
        "Firm w00: owned by Rep Ason and Rep Bson today; publishing a plan leaves one "
        "owner"
    ]
    assert found["fix_label"].tolist() == [""]


@pytest.mark.parametrize("n_names", [3, 5])
def test_long_lists_are_counted(n_names):
    names = [f"w{name[1:]}" for name in UNITS if name[1] in "01"][:n_names]
    problem = the_one(small_plan.draft(named=dict.fromkeys(names, "B")))
    said = "Firm w00, Firm w10, Firm w01"
    assert problem["what"].startswith(f"{said}:" if n_names == 3 else f"{said} and 2 m")
    assert len(problem["account_ids"]) == n_names


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from(["A", "B", None]), min_size=12, max_size=12),
    st.dictionaries(
        st.sampled_from([f"w{name[1:]}" for name in UNITS]),
        st.sampled_from(["A", "B"]),
        max_size=4,
    ),
    st.lists(st.sampled_from(UNITS), max_size=2),
    st.data(),
)
def test_every_cure_can_be_done_and_ends_its_problem(labels, named, locked, data):
    by_unit = dict(zip(UNITS, labels, strict=True)) | {"u00": "A", "u32": "B"}
    draft = small_plan.draft(by_unit, named, locks=Locks(unit=frozenset(locked)))
    view = small_plan.view(draft)
    found = find_problems(view, draft)
    assert set(found["kind"]) <= set(KINDS)
    edits = {at: fix_of(row, view, draft) for at, row in found.iterrows()}
    curable = [at for at, edit in edits.items() if edit is not None]
    if not curable:
        return
    at = data.draw(st.sampled_from(curable))
    done, problem = after(draft, edits[at]), found.loc[at]
    left = find_problems(small_plan.view(done), done)
    field = "unit_ids" if problem["unit_ids"] else "account_ids"
    same = left.loc[left["kind"] == problem["kind"], field]
    assert set(problem[field]) not in [set(ids) for ids in same]


@SQLITE_ONLY
def test_the_sample_tells_who_is_over_capacity_and_what_is_apart(sample):
    drawn = next(s for s in listing.scenarios(sample) if s.status == "draft")
    view = territory_view.overview(sample, drawn.scenario_id)
    with sample.store.reading() as conn:
        draft = load_plan(conn, drawn.scenario_id)
    draft = Draft(alignment=draft.alignment, names=dict(view.territories["name"]))
    found = find_problems(view, draft, load_roster(sample), draft)
    counts = found["kind"].value_counts()
    assert set(counts.index) == {"over_capacity", "outside"}
    n_apart = found.loc[found["kind"] == "outside", "account_ids"].map(len).sum()
    assert n_apart == 36
    assert found["what"][0].startswith("T15 Farrowdene: 2,314 hours of work a year, 82")
