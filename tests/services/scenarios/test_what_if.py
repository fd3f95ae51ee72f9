"""One head more or fewer: what the copy begins with, and that its answer is taken."""

import pandas as pd
import pytest

from planner.core.errors import ConflictError, InputError
from planner.services.balance.reasons import reasons_of
from planner.services.balance.request import CAPACITY
from planner.services.drafts import editing as drafts
from planner.services.quotas import setting
from planner.services.scenarios import listing, what_if
from planner.services.territories import view as territory_view
from planner.store.scenarios import editing
from planner.store.scenarios import plans as scenario_rows
from planner.territory.editing.edits import AddTerritory
from planner.territory.model.params import BalanceMeasure
from planner.territory.solve.proposal import Proposal
from tests.gestures import a_job, accepted
from tests.services.conftest import BROWN, DANE, MILWAUKEE
from tests.stores import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # layers of both databases are tested in tests/store
EMPTY = "55001"  # Adams: no account lies there
WITHIN = (BalanceMeasure(column="accounts", tolerance=0.5),)


@pytest.fixture
def drawn(small):
    """Draw two territories: T1 with two counties, T2 with one and a named account."""
    scenario = listing.scenarios(small)[0]
    answer = {
        "territory_by_unit": {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"},
        "territory_by_account": {"A001": "T2"},
    }
    accepted(small, scenario.scenario_id, 1, answer)
    return listing.scenario(small, scenario.scenario_id)


def start(ws, scenario_id, name, **more):
    view = territory_view.overview(ws, scenario_id)
    return what_if.start_what_if(ws, view, name, **more)


def lock(ws, scenario, *things):
    """Lock things, each a kind and an id."""
    marks = pd.DataFrame(
        [(kind, thing, None, None, None) for kind, thing in things],
        columns=["kind", "thing", "other", "lat", "lon"],
        index=pd.Index([f"M{n}" for n in range(len(things))], name="mark_id"),
    )
    with (
        ws.store.transaction() as conn,
        editing.editing(
            conn,
            scenario.scenario_id,
            version=scenario.version,
            user="ann",
            action="lock",
        ) as edit,
    ):
        scenario_rows.save_marks(conn, edit, marks)


def test_one_more_begins_as_a_light_unit_of_the_heaviest_with_a_vacant_seat(
    small, drawn
):
    made = start(small, drawn.scenario_id, "3 reps")
    view = territory_view.overview(small, made.scenario_id)
    by_unit = view.units["territory_id"].dropna().to_dict()
    assert by_unit == {DANE: "T01", MILWAUKEE: "T1", BROWN: "T2"}
    assert view.territories.loc["T01", "rep_name"] == "vacant"
    assert view.territories["position_id"].is_unique
    assert made.parent_id == drawn.scenario_id
    before = territory_view.overview(small, drawn.scenario_id)
    assert before.units.loc[DANE, "territory_id"] == "T1"
    assert list(before.territories.index) == ["T1", "T2"]


def test_one_fewer_leaves_its_units_to_all_and_takes_its_locks_off(small, drawn):
    lock(small, drawn, ("lock_territory", "T2"), ("lock_unit", DANE))
    made = start(small, drawn.scenario_id, "1 rep", dropped="T2")
    view = territory_view.overview(small, made.scenario_id)
    assert list(view.territories.index) == ["T1"]
    assert view.units["territory_id"].dropna().to_dict() == {
        DANE: "T1",
        MILWAUKEE: "T1",
    }
    # The account that was in T2 by name follows its unit again.
    assert view.accounts.loc["A001", "territory_id"] == "T1"
    with small.store.reading() as conn:
        marks = scenario_rows.load_marks(conn, made.scenario_id)
    assert marks[["kind", "thing"]].to_numpy().tolist() == [["lock_unit", DANE]]


def test_what_is_locked_gives_no_unit(small, drawn):
    lock(small, drawn, ("lock_unit", DANE))
    made = start(small, drawn.scenario_id, "3 reps")
    after = territory_view.overview(small, made.scenario_id)
    assert after.units["territory_id"][[DANE, MILWAUKEE]].tolist() == ["T1", "T01"]


def test_shares_by_capacity_are_worked_out_anew(small, drawn):
    answer = {
        "territory_by_unit": {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"},
        "shares": {"T1": 1.2, "T2": 0.8},
    }
    accepted(small, drawn.scenario_id, drawn.version, answer)
    view = territory_view.overview(small, drawn.scenario_id)
    assert what_if.request_of(view, WITHIN).shares == CAPACITY


def test_what_cannot_be_is_refused_before_anything_is_copied(small, drawn):
    with pytest.raises(InputError, match="'T9' is not in the plan"):
        start(small, drawn.scenario_id, "X", dropped="T9")
    with pytest.raises(InputError, match="exists: choose another name"):
        start(small, drawn.scenario_id, drawn.name)
    one = start(small, drawn.scenario_id, "1 rep", dropped="T2")
    with pytest.raises(InputError, match="only territory"):
        start(small, one.scenario_id, "none", dropped="T1")
    each = start(small, drawn.scenario_id, "3 reps")
    with pytest.raises(InputError, match="can spare a unit"):
        start(small, each.scenario_id, "4 reps")
    assert len(listing.scenarios(small)) == 3


def test_vacant_seats_end_first_then_the_smallest(small, drawn):
    view = territory_view.overview(small, drawn.scenario_id)
    assert what_if.first_to_end(view, "accounts") == ["T2", "T1"]
    made = start(small, drawn.scenario_id, "3 reps")
    after = territory_view.overview(small, made.scenario_id)
    assert what_if.first_to_end(after, "accounts")[0] == "T01"


def test_a_copy_is_named_after_its_heads(small, drawn):
    assert what_if.free_name(small, drawn, 3) == "Draft 1, 3 reps"
    made = start(small, drawn.scenario_id, "Draft 1, 3 reps")
    assert what_if.free_name(small, drawn, 3) == "Draft 1, 3 reps (2)"
    assert what_if.free_name(small, made, 2) == "Draft 1, 2 reps"


def test_the_answer_is_taken_once_and_told_with_reasons(small, drawn):
    made = start(small, drawn.scenario_id, "1 rep", dropped="T1")
    result = {
        "territory_by_unit": dict.fromkeys((DANE, MILWAUKEE, BROWN), "T2"),
        "reasons": {},
    }
    result = Proposal.from_dict(result)
    job_id = a_job(small, made.scenario_id)
    taken = what_if.take_answer(small, made.scenario_id, made.version, job_id, result)
    assert taken.version == made.version + 1
    again = what_if.take_answer(small, made.scenario_id, made.version, job_id, result)
    assert again.version == taken.version
    found = listing.compare(small, drawn.scenario_id, made.scenario_id)
    why = what_if.why_moved(small, found, result)
    assert len(why) == 8
    assert set(why) == {"T1 ends"}
    other = a_job(small, made.scenario_id)
    with pytest.raises(ConflictError):
        what_if.take_answer(small, made.scenario_id, made.version, other, result)


def test_a_balance_that_is_left_pending_is_not_saved(small, drawn):
    made = start(small, drawn.scenario_id, "1 rep", dropped="T1")
    by_unit = dict.fromkeys((DANE, MILWAUKEE, BROWN), "T2")
    result = Proposal.from_dict({"territory_by_unit": by_unit})
    assert not what_if.is_saved(small, made.scenario_id, result)
    opened = drafts.open_draft(small, made.scenario_id)
    drafts.do(small, opened, AddTerritory(territory_id="T9"), "T9 begins")
    ask = (small, made.scenario_id, made.version, a_job(small, made.scenario_id))
    assert what_if.take_answer(*ask, result).version == made.version
    assert not what_if.is_saved(small, made.scenario_id, result)


def test_a_balance_that_changes_nothing_is_saved_already(small, drawn):
    by_unit = {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"}
    plain = {"territory_by_unit": by_unit, "territory_by_account": {"A001": "T2"}}
    result = Proposal.from_dict(plain)
    assert what_if.is_saved(small, drawn.scenario_id, result)


def test_a_unit_that_moves_has_the_reason_of_the_job(small, drawn):
    made = start(small, drawn.scenario_id, "3 reps")
    result = {
        "territory_by_unit": {DANE: "T01", MILWAUKEE: "T2", BROWN: "T2", EMPTY: "T1"},
        "reasons": {
            MILWAUKEE: [
                {
                    "code": "bound_of_unit",
                    "values": {
                        "unit": MILWAUKEE,
                        "share": 1.5,
                        "measure": "potential_minor",
                    },
                }
            ]
        },
    }
    result = Proposal.from_dict(result)
    job_id = a_job(small, made.scenario_id)
    what_if.take_answer(small, made.scenario_id, made.version, job_id, result)
    found = listing.compare(small, drawn.scenario_id, made.scenario_id)
    why = what_if.why_moved(small, found, result)
    units = found.a.accounts.loc[why.index, "unit_id"]
    assert set(why[units == DANE]) == {"T01 begins here"}
    assert set(why[units == MILWAUKEE]) == {
        "Unit Milwaukee, WI alone is 150 % of a territory's potential"
    }


def test_checking_refuses_locks_that_leave_no_room(small, drawn):
    lock(small, drawn, ("lock_territory", "T1"))
    view = territory_view.overview(small, drawn.scenario_id)
    request = what_if.request_of(view, WITHIN)
    with pytest.raises(InputError, match="can spare a unit"):
        what_if.check(small, view, request, None)
    assert what_if.check(small, view, request, "T2") == []


def test_roads_seats_and_idle_quotas_are_compared(small, drawn):
    setting.set_quotas(
        small, drawn.scenario_id, drawn.version, target_minor=10**8, year=2027
    )
    more = start(small, drawn.scenario_id, "3 reps")
    found = listing.compare(small, drawn.scenario_id, more.scenario_id)
    figures = found.metrics.set_index("label")[["a", "b"]]
    assert figures.loc["Territories"].tolist() == [2, 3]
    assert figures.loc["Territories without a rep"].tolist() == [0, 1]
    # Each has its accounts in one county now, and a way of nothing to its middle.
    assert figures.loc["On the road, a week", "a"] > 0
    assert figures.loc["On the road, a week", "b"] == pytest.approx(0)
    assert "Quota without a territory" not in figures.index
    fewer = start(small, drawn.scenario_id, "1 rep", dropped="T2")
    found = listing.compare(small, drawn.scenario_id, fewer.scenario_id)
    figures = found.metrics.set_index("label")[["a", "b"]]
    seat = found.a.territories.loc["T2", "position_id"]
    amount = setting.quota_view(small, drawn.scenario_id).positions["quota_minor"][seat]
    assert figures.loc["Quota without a territory"].tolist() == [0, amount]
    assert figures.loc["Accounts unassigned", "b"] == 3


def test_reasons_are_told_of_units_and_of_accounts_of_divided_units(small, drawn):
    view = territory_view.overview(small, drawn.scenario_id)
    tie = [{"code": "price_tie", "values": {}}]
    reasons = {BROWN: "T1 is nearer", f"{MILWAUKEE}/A001": tie}
    result = Proposal.from_dict({"territory_by_unit": {}, "reasons": reasons})
    ids = pd.Series([BROWN, "A001", "A002", DANE], index=[4, 3, 2, 1])
    said = reasons_of(small, view, result, ids)
    assert said.to_dict() == {
        4: "T1 is nearer",
        3: "A tie on the whole: either would do",
        2: "",
        1: "",
    }
