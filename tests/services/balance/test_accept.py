"""A proposal is accepted in one way: through the draft of who accepts it."""

from __future__ import annotations

import pytest

from planner.core.errors import ConflictError, NotFoundError
from planner.services.balance import decisions
from planner.services.balance.accept import take
from planner.services.balance.studies import proposal_in
from planner.services.drafts import editing
from planner.services.scenarios import listing
from planner.store.audit.log import load_audit
from planner.territory.editing.edits import AddTerritory
from planner.territory.solve.proposal import Proposal
from tests.gestures import a_job, accepted

DANE, MILWAUKEE, BROWN = "55025", "55079", "55009"
PLAN = {"territory_by_unit": {DANE: "T1", MILWAUKEE: "T1", BROWN: "T2"}}
OTHER = {"territory_by_unit": {DANE: "T1", MILWAUKEE: "T2", BROWN: "T2"}}


@pytest.fixture
def scenario(small):
    return listing.scenarios(small)[0]


def opened(ws, scenario):
    return editing.open_draft(ws, scenario.scenario_id)


def test_what_is_accepted_is_a_saved_step_that_can_be_undone(small, scenario):
    job_id = a_job(small, scenario.scenario_id)
    assert accepted(small, scenario.scenario_id, scenario.version, PLAN, job_id) == 2
    draft = opened(small, scenario)
    assert draft.pending is None
    assert [entry.job_id for entry in draft.history.entries] == [job_id]
    back = editing.undo(small, draft)
    assert back.draft.alignment.territory_by_unit.isna().all()
    assert back.pending is not None


def test_a_draft_with_changes_of_its_own_keeps_all_pending(small, scenario):
    edit = AddTerritory(territory_id="T9")
    editing.do(small, opened(small, scenario), edit, "T9 begins")
    job_id = a_job(small, scenario.scenario_id)
    version = accepted(small, scenario.scenario_id, scenario.version, PLAN, job_id)
    assert version == scenario.version
    draft = opened(small, scenario)
    assert draft.saved.alignment.territory_by_unit.isna().all()
    assert draft.draft.alignment.territory_by_unit[BROWN] == "T2"
    assert decisions.is_decided(small, job_id)


def test_a_proposal_that_changes_nothing_is_decided_and_saves_nothing(small, scenario):
    accepted(small, scenario.scenario_id, scenario.version, PLAN)
    job_id = a_job(small, scenario.scenario_id)
    assert accepted(small, scenario.scenario_id, 2, PLAN, job_id) == 2
    assert decisions.is_decided(small, job_id)


def test_an_old_version_is_refused_and_nothing_is_decided(small, scenario):
    accepted(small, scenario.scenario_id, scenario.version, PLAN)
    job_id = a_job(small, scenario.scenario_id)
    with pytest.raises(ConflictError, match="saved by someone else"):
        accepted(small, scenario.scenario_id, scenario.version, OTHER, job_id)
    assert not decisions.is_decided(small, job_id)
    assert opened(small, scenario).pending is None


def test_a_job_that_is_not_there_takes_the_step_back_too(small, scenario):
    """The step and the decision are one transaction."""
    draft, plan = opened(small, scenario), Proposal.from_dict(PLAN)
    with pytest.raises(NotFoundError, match="no job 'J-0'"):
        take(small, draft, plan, "J-0")
    assert opened(small, scenario).history.entries == ()


def test_the_log_tells_what_the_row_decides(small, scenario):
    """The audit log is written to, and not read: the job's row holds the state."""
    job_id = a_job(small, scenario.scenario_id)
    decisions.discard(small, job_id)
    with small.store.reading() as conn:
        lines = load_audit(conn, subject=f"job {job_id}")
    assert lines["action"].tolist() == ["discard a proposal"]


def test_plans_are_read_out_of_results_by_name():
    study = {"points": [], "plans": {"10": PLAN}}
    found = proposal_in(study, "10")
    assert found.territory_by_unit.to_dict() == PLAN["territory_by_unit"]
    assert proposal_in(study, "25") is None
    assert proposal_in(None) is None
    assert proposal_in(PLAN).territory_by_unit[BROWN] == "T2"


def test_an_answer_takes_the_place_of_the_one_it_replaces(small, scenario):
    """The first stays pending until the second is there; then it is one step."""
    first, second = (
        a_job(small, scenario.scenario_id),
        a_job(small, scenario.scenario_id),
    )
    draft = take(small, opened(small, scenario), Proposal.from_dict(PLAN), first)
    assert draft.pending is not None
    answer = {**OTHER, "params": {"replaces": first}}
    after = take(small, draft, Proposal.from_dict(answer), second)
    done = after.history.entries[: after.history.position]
    assert [entry.job_id for entry in done] == [second]
    assert after.draft.alignment.territory_by_unit[MILWAUKEE] == "T2"


def test_what_was_drawn_on_top_of_the_first_answer_is_not_lost(small, scenario):
    """Only the last step is replaced, and only where it is that answer."""
    first, second = (
        a_job(small, scenario.scenario_id),
        a_job(small, scenario.scenario_id),
    )
    draft = take(small, opened(small, scenario), Proposal.from_dict(PLAN), first)
    edit = AddTerritory(territory_id="T9")
    draft = editing.do(small, draft, edit, "T9 begins")
    answer = {**OTHER, "params": {"replaces": first}}
    after = take(small, draft, Proposal.from_dict(answer), second)
    done = after.history.entries[: after.history.position]
    assert [entry.job_id for entry in done] == [first, None, second]
