"""Proposals: told in plain words, decided once for everyone."""

from dataclasses import replace

import pandas as pd
import pytest

from planner.core.errors import InfeasibleError, InputError, SchemaError
from planner.core.reasons import Reason
from planner.jobs import queue
from planner.services.balance import decisions
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.territories import wording
from planner.store.scenarios import editing
from tests.gestures import a_job, accepted, looked_at

BROWN, MILWAUKEE = "55009", "55079"


def drawn(ws):
    """Draw two territories; keep one account of Brown County by name in the other."""
    scenario = listing.scenarios(ws)[0]
    view = territory_view.overview(ws, scenario.scenario_id)
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[MILWAUKEE] = "T02"
    result = {"territory_by_unit": by_unit.to_dict(), "report": {}, "summary": ""}
    accepted(ws, scenario.scenario_id, 1, result)
    return scenario, by_unit


def test_reasons_are_worded_in_names_money_and_hours(small):
    """As the settings say: figures by locale, distances in the user's unit."""
    settings = replace(small.settings, locale="de_DE", distance_unit="km")
    ws = replace(small, settings=settings)
    view = territory_view.overview(ws, listing.scenarios(ws)[0].scenario_id)
    language = wording.language_of(ws, view.units)
    load = {"territory": "T1", "load": 7260.0, "measure": "workload_min"}
    loads = [Reason("territory_load", load)]
    values = {"limit": 1_234_500.0, "measure": "potential_minor", "loads": loads}
    assert language.clause(Reason("maximum_missed", values)) == (
        "at most $12.345 potential was not reached everywhere: T1 has 121 hours of "
        "workload"
    )
    unit = Reason("plan_unit_missing", {"unit": MILWAUKEE})
    assert language.clause(unit) == "the plan leaves unit Milwaukee, WI out"
    hours = Reason("measure_empty", {"measure": "work_hours"})
    assert language.clause(hours).startswith("measure 'hours' is 0")
    nearer = {"territory": "T1", "nearer_km": 12.0, "nearer_min": 1.2}
    assert language.sentence([Reason("centre_nearer", nearer)]) == (
        "The centre of T1 is 12 km nearer, about 1 minute"
    )


def test_what_the_engine_refuses_is_worded_once(small):
    view = territory_view.overview(small, listing.scenarios(small)[0].scenario_id)
    language = wording.language_of(small, view.units)
    twice = Reason("lock_twice", {"unit": MILWAUKEE})
    for error in (InputError(twice), InfeasibleError([twice])):
        with (
            pytest.raises(type(error), match=r"^unit Milwaukee, WI is locked twice$"),
            wording.refusals_in(language),
        ):
            raise error
    with pytest.raises(SchemaError), wording.refusals_in(language):
        raise SchemaError("units", [])  # not ours to word: it keeps its rows


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
        "report": {
            "blocking": [
                {
                    "territory": "T02",
                    "unit": MILWAUKEE,
                    "measure": "potential_minor",
                    "code": "over_share",
                    "values": {
                        "deviation": 0.1,
                        "limit": 0.05,
                        "measure": "potential_minor",
                    },
                }
            ]
        },
        "summary": [
            {"code": "measure_empty", "values": {"measure": "potential_minor"}}
        ],
    }
    found = looked_at(small, scenario.scenario_id, result)
    assert found.n_exceptions == 1
    assert list(found.moved_accounts.index) == [account_id]
    assert "by name" in found.moved_accounts.loc[account_id, "reason"]
    row = found.report["blocking"][0]
    assert row["reason"] == "10.0 % over its share of potential (limit 5 %)"
    assert row["unit_name"] == "Milwaukee, WI"
    assert (
        found.summary == "measure 'potential' is 0 in every unit: nothing to share out"
    )


def test_a_proposal_from_before_reasons_had_codes_is_shown_as_it_was(small):
    """Job rows stay for years: their sentences are read as they stand."""
    scenario, by_unit = drawn(small)
    moved = by_unit.mask(by_unit.index == BROWN, "T02")
    result = {
        "territory_by_unit": moved.to_dict(),
        "report": {
            "violations": ["accounts within 5 % was not reached"],
            "blocking": [{"territory": "T02", "unit": BROWN, "reason": "is over"}],
        },
        "reasons": {BROWN: "Staying would put T01 over its share of accounts"},
        "summary": "2 territories of 72 units.",
    }
    found = looked_at(small, scenario.scenario_id, result)
    assert found.report["violations"] == ["accounts within 5 % was not reached"]
    assert found.report["blocking"][0]["reason"] == "is over"
    assert found.summary == "2 territories of 72 units."
    reasons = found.moved_accounts["reason"]
    assert reasons.str.startswith(
        "Staying would put T01 over its share of accounts"
    ).all()
    assert len(reasons)


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
    job_id = a_job(small, scenario.scenario_id)
    accepted(small, scenario.scenario_id, 2, result, job_id)
    assert decisions.is_decided(small, job_id)
