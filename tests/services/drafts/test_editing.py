"""A planner's draft: edits, undo, accept, reject, and another planner beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from planner.core.errors import ConflictError, InputError
from planner.services.balance import decisions
from planner.services.balance.accept import answer_of, take
from planner.services.drafts.editing import (
    accept,
    do,
    jump,
    open_draft,
    read_notice,
    redo,
    reject,
    reject_all,
    stamp_of,
    undo,
)
from planner.services.drafts.gestures import assign_edit, lock_edit, unlock_edit
from planner.services.drafts.view import drafted, held_of, pending_changes
from planner.services.scenarios import listing, publishing
from planner.services.territories import view as territory_view
from planner.services.territories.plan_rows import plan_hash
from planner.services.visits import plans
from planner.store.company import team as team_rows
from planner.store.scenarios import plans as scenario_rows
from planner.territory.editing.apply import apply_edit, difference
from planner.territory.editing.edits import (
    AddTerritory,
    DrawBarrier,
    Lock,
    MergeTerritories,
    MoveHome,
    Together,
)
from planner.territory.editing.moves import Move
from planner.territory.solve.proposal import Proposal
from tests.gestures import a_job
from tests.services.conftest import BROWN, DANE, MILWAUKEE

FROM = dt.date(2027, 1, 1)
T1_T2 = Together(
    edits=(
        AddTerritory(territory_id="T1", name="South"),
        AddTerritory(territory_id="T2", name="North"),
        Move(to="T1", unit_ids=(DANE, MILWAUKEE)),
        Move(to="T2", unit_ids=(BROWN,)),
    )
)


@pytest.fixture
def plan(small):
    """Open a saved scenario of two territories."""
    made = listing.start(small, "Workbench")
    opened = open_draft(small, made.scenario_id)
    return accept(small, do(small, opened, T1_T2, "Two territories"))


def again(ws, opened):
    return open_draft(ws, opened.scenario.scenario_id)


def places(plan):
    return plan.alignment.territory_by_unit.fillna("-").to_dict()


def bob_of(ws):
    return replace(ws, user="bob")


def test_an_empty_scenario_is_drawn_saved_and_staffed(small, plan):
    assert places(plan.saved) | {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"} == places(
        plan.saved
    )
    with small.store.reading() as conn:
        rows = scenario_rows.load_territories(conn, plan.scenario.scenario_id)
    assert rows["name"].to_dict() == {"T1": "South", "T2": "North"}
    assert rows["position_id"].notna().all()
    log = listing.history(small, plan.scenario.scenario_id)
    assert log["action"].iloc[0] == "accept: Two territories"


def test_a_step_is_pending_survives_a_reload_and_nobody_else_sees_it(small, plan):
    move = Move(to="T2", unit_ids=(MILWAUKEE,))
    opened = do(small, plan, move, "Move Milwaukee to T2")
    found = again(small, opened)
    assert found.stamp == opened.stamp
    assert places(found.draft)[MILWAUKEE] == "T2"
    assert places(found.saved)[MILWAUKEE] == "T1"
    assert found.pending == move
    theirs = again(bob_of(small), opened)
    assert theirs.pending is None
    rows = pending_changes(found)
    assert rows[["what", "id", "was", "will", "label"]].to_numpy().tolist() == [
        ["unit", MILWAUKEE, "T1", "T2", "Move Milwaukee to T2"]
    ]
    assert rows["step"].tolist() == [2]
    view = drafted(
        territory_view.overview(small, plan.scenario.scenario_id), found.draft
    )
    n = view.territories["accounts"].to_dict()
    assert n == {"T1": 3.0, "T2": 9.0}


def test_undo_and_redo_go_beyond_what_was_saved(small, plan):
    opened = do(small, plan, Move(to="T2", unit_ids=(MILWAUKEE,)), "one")
    opened = accept(small, opened)
    assert opened.pending is None
    opened = undo(small, again(small, opened))
    assert opened.pending == Move(to="T1", unit_ids=(MILWAUKEE,))
    opened = redo(small, again(small, opened))
    assert opened.pending is None
    opened = undo(small, opened)
    opened = accept(small, opened)
    assert places(again(small, opened).saved)[MILWAUKEE] == "T1"
    opened = jump(small, again(small, opened), 0)
    assert opened.draft.names == {}
    opened = jump(small, opened, 2)
    assert places(opened.draft)[MILWAUKEE] == "T2"


def test_a_step_after_saved_ones_were_undone_keeps_them_in_the_log(small, plan):
    opened = accept(small, do(small, plan, Move(to="T2", unit_ids=(DANE,)), "one"))
    opened = undo(small, opened)
    opened = do(small, opened, Move(to="T2", unit_ids=(MILWAUKEE,)), "two")
    labels = [entry.label for entry in again(small, opened).history.entries]
    assert labels == ["Two territories", "one", "Take saved steps back", "two"]
    assert places(opened.draft) | {DANE: "T1", MILWAUKEE: "T2"} == places(opened.draft)
    back = undo(small, undo(small, again(small, opened)))
    assert plan_hash(back.draft) == plan_hash(opened.saved)


def test_a_hundred_and_fifty_steps_are_undone_one_by_one_after_a_reload(small, plan):
    opened = plan
    for n in range(150):
        move = Move(to=("T2", "T1")[n % 2], unit_ids=(DANE,))
        opened = do(small, opened, move, f"step {n}")
    opened = again(small, opened)
    assert len(opened.history.entries) == 151
    for _ in range(150):
        opened = undo(small, opened)
    assert plan_hash(opened.draft) == plan_hash(plan.draft)


def test_some_changes_are_accepted_and_the_rest_stays_pending(small, plan):
    both = Move(to="T2", unit_ids=(DANE, MILWAUKEE))
    opened = do(small, plan, both, "both")
    opened = do(small, opened, Move(to="T2", account_ids=("A000",)), "Firm 0")
    opened = accept(small, opened, [DANE])
    found = again(small, opened)
    assert places(found.saved)[DANE] == "T2"
    assert places(found.saved)[MILWAUKEE] == "T1"
    assert pending_changes(found)["id"].tolist() == [MILWAUKEE, "A000"]
    opened = accept(small, found, [], ["A000"])
    named = again(small, opened).saved.alignment.territory_by_account
    assert named.to_dict() == {"A000": "T2"}


def test_rejecting_is_a_step_that_can_be_undone_and_can_lock(small, plan):
    both = Move(to="T2", unit_ids=(DANE, MILWAUKEE))
    opened = do(small, plan, both, "both")
    opened = reject(small, opened, [DANE], is_locking=True)
    assert places(opened.draft)[DANE] == "T1"
    assert opened.draft.locks.unit == {DANE}
    assert pending_changes(opened)["id"].tolist() == [MILWAUKEE]
    assert opened.history.entries[-1].label == "Reject 1 change and lock it"
    assert undo(small, opened).draft.locks.unit == frozenset()
    opened = reject_all(small, redo(small, again(small, opened)))
    assert opened.pending is None
    with pytest.raises(InputError, match="nothing is pending"):
        accept(small, opened)
    with pytest.raises(InputError, match="none of these is pending"):
        reject(small, opened, [DANE])


def test_locks_homes_and_barriers_are_saved_with_the_scenario(small, plan):
    with small.store.reading() as conn:
        rows = scenario_rows.load_territories(conn, plan.scenario.scenario_id)
    position = rows["position_id"].iloc[0]
    edit = Together(
        edits=(
            Lock(what="territory", ids=("T2",)),
            Lock(what="unit", ids=(DANE,)),
            MoveHome(position_id=position, lat=43.0, lon=-89.0),
            DrawBarrier(pairs=((DANE, MILWAUKEE),)),
        )
    )
    opened = accept(small, do(small, plan, edit, "marks"))
    found = again(bob_of(small), opened).saved
    assert found.locks.territory == {"T2"}
    assert found.locks.unit == {DANE}
    assert found.homes == {position: (43.0, -89.0)}
    assert found.barriers == {tuple(sorted((DANE, MILWAUKEE)))}
    view = territory_view.overview(small, plan.scenario.scenario_id)
    homes = drafted(view, found).homes
    assert (43.0, -89.0) in set(zip(homes["lat"], homes["lon"], strict=True))
    assert (43.0, -89.0) in set(zip(view.homes["lat"], view.homes["lon"], strict=True))
    week = {"start_on": "2026-11-23"}
    inputs = plans.visit_inputs(small, plan.scenario.scenario_id, week)
    rep_id = inputs.rep_of[position]
    assert inputs.reps.loc[rep_id, ["lat", "lon"]].tolist() == [43.0, -89.0]
    with small.store.reading() as conn:
        lives = team_rows.load_reps(conn, small.company_id).loc[rep_id]
    assert (lives["lat"], lives["lon"]) != (43.0, -89.0), "only this scenario moved it"
    homes = drafted(view, replace(found, homes={})).homes
    assert homes.loc[rep_id, ["lat", "lon"]].tolist() == [lives["lat"], lives["lon"]]
    copy = listing.clone(small, plan.scenario.scenario_id, "Copy")
    assert plan_hash(open_draft(small, copy.scenario_id).saved) == plan_hash(found)
    with pytest.raises(InputError, match="nothing changes: all of it is locked"):
        do(small, opened, Move(to="T2", unit_ids=(MILWAUKEE,)), "to a locked one")


def test_what_a_draft_shows_is_what_is_then_saved(small, plan):
    scenario_id = plan.scenario.scenario_id
    before = territory_view.overview(small, scenario_id)
    opened = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    shown = drafted(before, opened.draft)
    accept(small, opened)
    saved = territory_view.overview(small, scenario_id)
    pd.testing.assert_frame_equal(shown.territories, saved.territories)
    assert before.units.loc[DANE, "territory_id"] == "T1"


def test_units_nobody_knows_and_none_at_all_are_refused(small, plan):
    version = plan.scenario.version
    with pytest.raises(InputError, match="99999"):
        do(small, plan, Move(to="T2", unit_ids=("99999",)), "unknown")
    view = territory_view.overview(small, plan.scenario.scenario_id)
    with pytest.raises(InputError, match="at least one unit"):
        assign_edit(view, plan.draft, "T2")
    assert again(small, plan).scenario.version == version


def test_who_lost_a_territory_to_a_merge_has_no_home_on_the_map(small, plan):
    view = territory_view.overview(small, plan.scenario.scenario_id)
    assert set(view.homes["territory_id"]) == {"T1", "T2"}
    merge = MergeTerritories(territory_id="T2", into="T1")
    merged = do(small, plan, merge, "merge").draft
    assert set(drafted(view, merged).homes["territory_id"]) == {"T1"}


def test_a_locked_account_stays_when_its_unit_goes(small, plan):
    view = territory_view.overview(small, plan.scenario.scenario_id)
    opened = do(
        small, plan, lock_edit(view, plan.draft, "account", ["A000"]), "lock Firm 0"
    )
    opened = do(small, opened, Move(to="T2", unit_ids=(DANE,)), "move Dane")
    shown = drafted(view, opened.draft).accounts["territory_id"]
    dane = view.accounts.index[view.accounts["unit_id"] == DANE]
    assert shown[dane].value_counts().to_dict() == {"T2": len(dane) - 1, "T1": 1}
    assert shown["A000"] == "T1"
    free = unlock_edit(view, opened.draft, "account", ["A000"])
    opened = do(small, opened, free, "unlock")
    assert opened.draft.locks.account == frozenset()
    assert drafted(view, opened.draft).accounts["territory_id"]["A000"] == "T1"
    # Where it is as its unit is, it follows it again.
    opened = undo(small, undo(small, opened))
    free = unlock_edit(view, opened.draft, "account", ["A000"])
    opened = do(small, opened, free, "unlock")
    assert opened.draft.alignment.territory_by_account.empty


def test_two_planners_on_one_scenario_lose_nothing(small, plan):
    bob = bob_of(small)
    mine = do(small, plan, Move(to="T2", unit_ids=(DANE, MILWAUKEE)), "both to T2")
    theirs = do(bob, again(bob, plan), AddTerritory(territory_id="T3"), "T3")
    theirs = do(bob, theirs, Move(to="T3", unit_ids=(DANE,)), "Dane to T3")
    accept(bob, theirs)
    with pytest.raises(ConflictError, match="bob at"):
        accept(small, mine)
    found = again(small, mine)
    assert found.notice["who"] == "bob"
    assert found.notice["lost"] == []
    assert found.notice["contested"] == [
        {"what": "unit", "id": DANE, "was": "T1", "theirs": "T3", "mine": "T2"}
    ]
    assert places(found.saved)[DANE] == "T3"
    assert places(found.draft) | {DANE: "T2", MILWAUKEE: "T2"} == places(found.draft)
    kept = reject(small, found, [DANE])  # theirs stays
    saved = accept(small, read_notice(small, kept))
    assert places(saved.saved) | {DANE: "T3", MILWAUKEE: "T2"} == places(saved.saved)
    assert again(small, saved).notice is None


def test_a_step_another_planner_made_impossible_is_told(small, plan):
    bob = bob_of(small)
    mine = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    merged = do(
        bob, again(bob, plan), MergeTerritories(territory_id="T2", into="T1"), "merge"
    )
    accept(bob, merged)
    found = again(small, mine)
    assert found.notice["lost"] == ["Dane to T2"]
    assert found.pending is None


def test_saved_steps_taken_back_stay_pending_under_another_save(small, plan):
    bob = bob_of(small)
    mine = undo(
        small, accept(small, do(small, plan, Move(to="T2", unit_ids=(DANE,)), "a"))
    )
    theirs = do(bob, again(bob, mine), Move(to=None, unit_ids=(BROWN,)), "Brown out")
    accept(bob, theirs)
    found = again(small, mine)
    assert places(found.draft)[DANE] == "T1"
    assert places(found.saved)[DANE] == "T2"
    assert found.history.entries[0].label == "Take saved steps back"


def test_another_kind_of_save_leaves_the_log_as_it_is(small, plan):
    mine = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    listing.rename(
        bob_of(small), plan.scenario.scenario_id, mine.scenario.version, "FY27"
    )
    found = again(small, mine)
    assert found.notice is None
    assert len(found.history.entries) == 2
    assert accept(small, found).scenario.name == "FY27"


def test_two_windows_of_one_user_go_on_from_each_other(small, plan):
    one = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "one")
    other = do(small, plan, Move(to=None, unit_ids=(BROWN,)), "other")
    assert [entry.label for entry in other.history.entries[1:]] == ["one", "other"]
    with pytest.raises(ConflictError, match="in another window"):
        accept(small, one)
    assert stamp_of(small, plan.scenario.scenario_id)[1:] == other.stamp


def test_a_published_scenario_takes_no_step(small, plan):
    publishing.publish(small, plan.scenario.scenario_id, plan.scenario.version, FROM)
    found = again(small, plan)
    with pytest.raises(InputError, match="is published and does not change"):
        do(small, found, Move(to="T2", unit_ids=(DANE,)), "late")


def result_of(moves, **more):
    plain = {"territory_by_unit": moves} | {"territory_by_account": {}} | more
    return Proposal.from_dict(plain)


def test_an_answer_leaves_what_was_drawn_since_it_was_asked(small, plan):
    result = result_of(
        {DANE: "T2", MILWAUKEE: "T2", BROWN: "T1"},
        today_by_unit={DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"},
    )
    opened = do(small, plan, Move(to=None, unit_ids=(DANE,)), "Dane out")
    opened = do(small, opened, Lock(what="unit", ids=(BROWN,)), "lock Brown")
    answer = answer_of(opened.draft, result)
    assert (answer.n_moved, answer.n_own) == (1, 2)
    job_id = a_job(small, plan.scenario.scenario_id)
    opened = take(small, opened, result, job_id)
    assert places(opened.draft) | {DANE: "-", MILWAUKEE: "T2", BROWN: "T2"} == places(
        opened.draft
    )
    rows = pending_changes(opened).set_index("id")["job_id"]
    assert rows.fillna("by hand").to_dict() == {DANE: "by hand", MILWAUKEE: job_id}
    assert decisions.is_decided(small, job_id)
    held = held_of(opened, keeps_drawn=True)
    assert held.units == {BROWN}
    assert DANE not in held.units  # in no territory: free to be given one


def test_an_answer_brings_territories_districts_shares_and_ends_empty_ones(small, plan):
    opened = do(small, plan, Move(to="T2", account_ids=("A000",)), "Firm 0")
    result = result_of(
        dict.fromkeys((DANE, MILWAUKEE, BROWN), "T3"),
        ended_accounts=["A000"],
        shares={"T3": 1.0},
        district_by_territory={"T3": "East"},
    )
    answer = answer_of(opened.draft, result)
    after = apply_edit(opened.draft, answer.edit)
    assert after.names == {"T3": "T3"}
    assert after.alignment.territory_by_account.empty
    assert after.districts == {"T3": "East"}
    assert after.share_ppm == {"T3": 1_000_000}


def test_drawn_changes_are_held_and_a_balance_s_own_are_not(small, plan):
    opened = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "by hand")
    opened = do(small, opened, Move(to="T2", unit_ids=(MILWAUKEE,)), "job", "J1")
    assert held_of(opened, keeps_drawn=True).units == {DANE}
    assert held_of(opened, keeps_drawn=False).is_empty
    assert isinstance(pending_changes(opened), pd.DataFrame)


def test_another_s_lock_on_what_was_pending_is_told(small, plan):
    bob = bob_of(small)
    mine = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    lock = Lock(what="unit", ids=(DANE,))
    accept(bob, do(bob, again(bob, plan), lock, "lock Dane"))
    found = again(small, mine)
    assert found.pending is None
    assert found.notice["lost"] == [
        "1 unit or account is locked now, or gone, and did not move"
    ]


def test_what_was_accepted_is_not_done_again_over_another_s_save(small, plan):
    bob = bob_of(small)
    both = Move(to="T2", unit_ids=(DANE, MILWAUKEE))
    mine = accept(small, do(small, plan, both, "both"), [DANE])
    back = Move(to="T1", unit_ids=(DANE,))
    accept(bob, do(bob, again(bob, mine), back, "Dane back"))
    found = again(small, mine)
    assert found.pending == Move(to="T2", unit_ids=(MILWAUKEE,))


def test_a_lock_that_another_opened_stays_open(small, plan):
    lock = Lock(what="territory", ids=("T2",))
    opened = accept(small, do(small, plan, lock, "lock T2"))
    opened = do(small, opened, AddTerritory(territory_id="T3"), "T3")
    opened = do(small, opened, Move(to="T3", unit_ids=(DANE, MILWAUKEE)), "two")
    mine = reject(small, opened, [DANE])
    bob = bob_of(small)
    free = Lock(what="territory", ids=("T2",), is_locked=False)
    accept(bob, do(bob, again(bob, opened), free, "unlock T2"))
    found = again(small, mine)
    assert found.draft.locks.territory == frozenset()


def test_a_lock_on_what_is_gone_stands_in_nobody_s_way(plan):
    gone = replace(plan.saved.locks, unit=frozenset({"gone"}))
    saved = replace(plan.saved, locks=gone)
    after = apply_edit(saved, Move(to="T2", unit_ids=(DANE,)))
    assert plan_hash(apply_edit(after, difference(after, saved))) == plan_hash(saved)


def test_a_plan_that_moves_nothing_leaves_what_was_drawn_meanwhile(small, plan):
    same = plan.draft.alignment.territory_by_unit.dropna().to_dict()
    result = result_of(same, today_by_unit={}, today_by_account={}, ended_accounts=[])
    opened = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    opened = do(small, opened, AddTerritory(territory_id="T9"), "start T9")
    opened = do(small, opened, Move(to="T2", account_ids=("A001",)), "Firm 1")
    assert answer_of(opened.draft, result).edit is None


def test_an_answer_leaves_accounts_of_locked_territories(small, plan):
    opened = do(small, plan, Move(to="T2", account_ids=("A000",)), "Firm 0")
    named = opened.draft.alignment.territory_by_account.to_dict()
    opened = do(small, opened, Lock(what="territory", ids=("T2",)), "lock T2")
    result = result_of(
        {BROWN: "T1"},
        territory_by_account={"A001": "T2"},
        today_by_unit={BROWN: "T2"},
        today_by_account=named,
        ended_accounts=["A000"],
    )
    answer = answer_of(opened.draft, result)
    assert answer.edit is None
    assert answer.n_own == 1


def test_a_history_that_went_on_is_not_jumped_in_blindly(small, plan):
    bob = bob_of(small)
    mine = do(small, plan, Move(to="T2", unit_ids=(DANE,)), "Dane to T2")
    accept(bob, do(bob, again(bob, plan), AddTerritory(territory_id="T3"), "T3"))
    with pytest.raises(InputError, match="the history went on meanwhile"):
        jump(small, mine, 1)
