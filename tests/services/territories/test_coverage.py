"""Coverage adds up: by manager, by region, by rep, before and after."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.services.territories.coverage import BY, COUNTED, NOBODY, UNLED, coverage
from tests import small_plan
from tests.small_plan import UNITS

ALL_A = dict.fromkeys(UNITS, "A")
HALVES = {name: "A" if name[1] in "01" else "B" for name in UNITS}
H = 60 * small_plan.HOURS  # minutes that an account needs


def rows():
    """Weekly, fortnightly and unplanned accounts; some are long not visited."""
    frame = small_plan.accounts().assign(visit_class="A", days_since_visit=14)
    frame["days_since_visit"] = frame["days_since_visit"].astype("Int64")
    frame.loc["w00", "days_since_visit"] = 15  # weekly: more than two weeks
    frame.loc["e00", ["visit_class", "days_since_visit"]] = ["B", 28]
    frame.loc["w10", ["visit_class", "days_since_visit"]] = ["D", 900]
    frame.loc["e10", ["visit_class", "days_since_visit"]] = ["", 900]
    frame.loc["w30", "days_since_visit"] = pd.NA
    return frame


ROWS = rows()


def plan(by_unit=None, named=None):
    draft = small_plan.draft(by_unit, named)
    return small_plan.view(draft, ROWS), small_plan.roster(draft, capacity_h=1000)


def test_by_rep_each_territory_stands_beside_its_hours():
    found = coverage(*plan({**HALVES, "u00": None}), "rep")
    assert found.index.tolist() == ["P-B", "P-A", NOBODY]
    assert found["label"].tolist() == ["B Rep Bson", "A Rep Ason", "No territory"]
    assert found["accounts"].tolist() == [12, 10, 2]
    assert found["unassigned"].tolist() == [0, 0, 2]
    assert found["needed_min"].tolist() == [12 * H, 10 * H, 2 * H]
    assert found["load_share"].tolist()[:2] == [1.2, 1.0]
    assert pd.isna(found["load_share"].iloc[2])
    assert found["never_visited"].tolist() == [1, 0, 0]
    assert found["overdue"].tolist() == [0, 0, 1]


def test_by_manager_positions_are_gathered_and_vacancies_counted():
    view, people = plan()
    positions = people.positions.assign(parent_id=["M1", None])
    positions.loc["M1", ["title", "role"]] = ["Head", "manager"]
    draft = small_plan.draft()
    names = people.owner_names.drop("P-B")
    names["M1"] = "Kim"
    led = small_plan.roster(
        draft,
        positions=positions,
        owner_names=names,
        capacity_min=people.capacity_min.drop("P-B"),
    )
    found = coverage(view, led, "manager")
    assert found["label"].to_dict() == {"M1": "Head, Kim", UNLED: "No manager"}
    assert found["vacant"].to_dict() == {"M1": 0, UNLED: 1}
    assert found["capacity_min"].to_dict() == {"M1": 60_000, UNLED: 0}


def test_by_region_a_rep_is_shared_as_the_hours_are_needed():
    found = coverage(*plan(ALL_A), "region")
    assert found["label"].tolist() == ["OH", "PA"]
    assert found["territories"].tolist() == [1, 1]
    assert found["capacity_min"].tolist() == [30_000, 30_000]
    idle = ROWS.assign(workload_min=0)
    idle["region"] = idle["region"].mask(idle.index != "w00", "PA")
    draft = small_plan.draft(ALL_A)
    view = small_plan.view(draft, idle)
    found = coverage(view, small_plan.roster(draft, capacity_h=24), "region")
    assert found["capacity_min"].to_dict() == {"PA": 23 * 60, "OH": 60}


def test_one_rep_of_two_territories_is_counted_once():
    view, people = plan()
    view.territories["position_id"] = "P-A"
    found = coverage(view, people, "rep")
    assert found["label"].tolist() == ["A, B Rep Ason"]
    assert found["capacity_min"].tolist() == [60_000]
    assert found["territories"].tolist() == [2]


def test_before_stands_beside_after_also_for_groups_that_are_gone():
    before, people = plan()
    draft = small_plan.draft(ALL_A)
    after = small_plan.view(draft, ROWS)
    found = coverage(before, people, "rep", after)
    assert found.index.tolist() == ["P-A", "P-B"]
    assert found["accounts"].tolist() == [24, 0]
    assert found["accounts_before"].tolist() == [12, 12]
    assert found["label"].tolist() == ["A Rep Ason", "B Rep Bson"]


@pytest.mark.parametrize(("by", "n_rows"), [("manager", 1), ("region", 0), ("rep", 2)])
def test_a_plan_without_accounts_is_counted(by, n_rows):
    draft = small_plan.draft()
    bare = small_plan.view(draft, ROWS.iloc[:0])
    found = coverage(bare, small_plan.roster(draft), by)
    assert len(found) == n_rows
    assert found["accounts"].sum() == 0
    assert [name for name in found if name in COUNTED] == list(COUNTED)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(["A", "B", None]), min_size=12, max_size=12))
def test_every_grouping_adds_up_to_the_same(labels):
    view, people = plan(dict(zip(UNITS, labels, strict=True)))
    for by in BY:
        found = coverage(view, people, by)
        assert found["accounts"].sum() == 24
        assert found["needed_min"].sum() == 24 * H
        assert found["unassigned"].sum() == 2 * labels.count(None)
        assert found["overdue"].sum() == 1
        used = len(view.territories)
        assert found["capacity_min"].sum() == pytest.approx(60_000 * used)
