"""Proposals: told in plain words, decided once for everyone."""

import pandas as pd

from planner.jobs import queue
from planner.services.balance import decisions
from planner.services.balance import proposal
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.territories import wording
from planner.store.scenarios import editing

BROWN, MILWAUKEE = "55009", "55079"


def drawn(ws):
    """Draw two territories; keep one account of Brown County by name in the other."""
    scenario = listing.scenarios(ws)[0]
    view = territory_view.overview(ws, scenario.scenario_id)
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[MILWAUKEE] = "T02"
    result = {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": ""}
    proposal.accept_proposal(ws, scenario.scenario_id, 1, result)
    return scenario, by_unit


def test_measures_are_told_by_name_not_by_column():
    said = wording.in_words("T03: 13.3 % over its potential_minor (limit 5 %)")
    assert said == "T03: 13.3 % over its potential (limit 5 %)"
    assert wording.in_words("2 accounts move") == "2 accounts move"
    told = "at most 1,234,500 potential_minor: T1 has 7,260 workload_min"
    said = wording.in_words(told, currency="EUR")
    assert said == "at most €12,345 potential: T1 has 121 hours of workload"
    for plain in ("by accounts, potential_minor", "of T12 workload_min"):
        assert "€" not in wording.in_words(plain, currency="EUR")
        assert "hours" not in wording.in_words(plain, currency="EUR")


def test_the_engine_speaks_of_units_and_hours_as_people_do():
    names = {"17031": "Cook, IL", "17043": "DuPage, IL"}
    said = wording.in_words("work_hours: unit '17031'; units 17031, 17043", names)
    assert said == "hours: unit Cook, IL; units Cook, IL; DuPage, IL"
    told = wording.in_words("a tie by the model's prices: either would do")
    assert told == "a tie on the whole: either would do"
    cut = wording.in_words("barriers cut the map: drop a barrier there or unlock")
    assert cut == "state borders cut the map: let territories cross them or unlock"


def test_an_account_apart_from_its_unit_is_an_exception():
    accounts = pd.DataFrame(
        {
            "unit_id": ["a", "a", "b", None],
            "territory_id": ["T1", "T2", None, "T2"],
        }
    )
    found = wording.exceptions(accounts, pd.Series({"a": "T1", "b": "T1"}))
    assert list(found) == [False, True, False, True]


def test_a_proposal_says_which_exceptions_it_ends(small):
    from planner.store.scenarios import plans as rows

    scenario, by_unit = drawn(small)
    view = territory_view.overview(small, scenario.scenario_id)
    account_id = view.accounts.index[view.accounts["unit_id"] == BROWN][0]
    named = pd.DataFrame({"territory_id": ["T02"]}, index=[account_id])
    named.index.name = "account_id"
    with (
        small.store.transaction() as conn,
        editing.editing(
            conn, scenario.scenario_id, version=2, user="ann", action="name one"
        ) as edit,
    ):
        rows.save_named_accounts(conn, edit, named)
    result = {
        "territory_by_unit": by_unit.to_dict(),
        "report": {"blocking": [{"reason": "over its potential_minor"}]},
        "summary": "potential_minor: at most 5 %",
    }
    found = proposal.proposal(small, scenario.scenario_id, result)
    assert found.n_exceptions == 1
    assert list(found.moved_accounts.index) == [account_id]
    assert "by name" in found.moved_accounts.loc[account_id, "reason"]
    assert found.report["blocking"][0]["reason"] == "over its potential"
    assert "_minor" not in found.summary


def test_what_one_discards_nobody_is_offered_again(small):
    scenario, _ = drawn(small)
    submit = (small.store, small.company_id, scenario.scenario_id, "balance", {}, "ann")
    first, second = queue.submit(*submit), queue.submit(*submit)
    decisions.discard(small, first)
    assert decisions.is_decided(small, first)
    assert not decisions.is_decided(small, second)


def test_what_is_accepted_is_decided(small):
    scenario, by_unit = drawn(small)
    result = {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": ""}
    proposal.accept_proposal(small, scenario.scenario_id, 2, result, "J-1")
    assert decisions.is_decided(small, "J-1")
