"""What looking at a plan asks of the store."""

from __future__ import annotations

from planner.services.drafts.editing import open_draft
from planner.services.scenarios import listing
from planner.services.territories.view import company_facts, overview
from tests.stores import statements_of

OF_THE_COMPANY = 7  # record, accounts, last visits, segments, deals, units, edges
OF_A_PLAN = 9  # see `store.scenarios.reading.load_saved_plan`


def a_copy(ws):
    """Copy the first scenario: its plan lies in a layer below."""
    first = listing.scenarios(ws)[0]
    return listing.clone(ws, first.scenario_id, "Copy")


def test_an_overview_reads_each_thing_once(small):
    copied = a_copy(small)
    with statements_of(small.store) as asked:
        overview(small, copied.scenario_id)
    assert len(asked) <= OF_THE_COMPANY + OF_A_PLAN + 2  # positions, reps
    assert sum("RECURSIVE" in statement for statement in asked) == 1
    assert sum("FROM company" in statement for statement in asked) == 1


def test_facts_that_are_known_are_not_read_again(small):
    copied = a_copy(small)
    facts = company_facts(small)
    with statements_of(small.store) as asked:
        view = overview(small, copied.scenario_id, facts)
    assert len(asked) <= OF_A_PLAN + 2
    assert view.accounts.index.equals(facts.open_accounts.index)


def test_a_draft_is_opened_with_one_read_of_its_plan(small):
    copied = a_copy(small)
    with statements_of(small.store) as asked:
        open_draft(small, copied.scenario_id)
    assert len(asked) <= OF_A_PLAN + 3  # the company's units, the draft, its steps
    assert sum("RECURSIVE" in statement for statement in asked) == 1
