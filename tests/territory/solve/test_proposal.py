"""A proposal travels through a job's row, today's and those of years ago."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.reasons import Reason
from planner.territory.solve.proposal import Proposal

WHOLE = Proposal(
    territory_by_unit=pd.Series({"U1": "T1", "U2": "T2"}, dtype="str"),
    territory_by_account=pd.Series({"A1": "T2"}, dtype="str"),
    today_by_unit=pd.Series({"U1": None}, dtype="str"),
    today_by_account=pd.Series({"A2": "T1"}, dtype="str"),
    ended_accounts=frozenset({"A2"}),
    shares={"T1": 1.5, "T2": 0.5},
    district_by_territory={"T1": "North", "T2": "South"},
    report={"met": True, "measures": {"accounts": {"ideal": 2.0}}},
    reasons={"U1": (Reason("price_tie"), Reason("move_cost", {"cost": 2.5}))},
    move_cost={"A1": 2.5},
    summary=(Reason("measure_empty", {"measure": "accounts"}),),
    note="Hours are settled.",
    params={"seed": 0},
)


def through_a_row(proposal):
    """Write it as a job's result is kept, and read it."""
    return Proposal.from_dict(json.loads(json.dumps(proposal.to_dict())))


def test_all_of_a_proposal_comes_back_from_a_row():
    found = through_a_row(WHOLE)
    for name in (
        "territory_by_unit",
        "territory_by_account",
        "today_by_unit",
        "today_by_account",
    ):
        pd.testing.assert_series_equal(getattr(found, name), getattr(WHOLE, name))
    for name in (
        "ended_accounts",
        "shares",
        "district_by_territory",
        "report",
        "reasons",
        "move_cost",
        "summary",
        "note",
        "params",
    ):
        assert getattr(found, name) == getattr(WHOLE, name), name


def test_a_unit_that_was_in_no_territory_is_no_number_in_the_row():
    """JSON knows no NaN: strict readers refuse the whole row."""
    text = json.dumps(WHOLE.to_dict(), allow_nan=False)
    assert json.loads(text)["today_by_unit"] == {"U1": None}


def test_what_is_not_known_stays_unknown():
    """Nothing ended, and not known what ended, are two things."""
    bare = Proposal(territory_by_unit=pd.Series({"U1": "T1"}, dtype="str"))
    assert through_a_row(bare).ended_accounts is None
    assert through_a_row(bare).today_by_unit is None
    assert through_a_row(bare).district_by_territory is None
    none_ended = Proposal(
        territory_by_unit=bare.territory_by_unit, ended_accounts=frozenset()
    )
    assert through_a_row(none_ended).ended_accounts == frozenset()


def test_a_row_from_before_reasons_had_codes_keeps_its_sentences():
    found = Proposal.from_dict(
        {
            "territory_by_unit": {"U1": "T1"},
            "territory_by_account": {},
            "today_by_unit": {"U1": "T2"},
            "today_by_account": {},
            "ended_accounts": [],
            "shares": {},
            "report": {"violations": ["accounts within 5 % was not reached"]},
            "reasons": {"U1": "Staying would put T2 over its accounts"},
            "move_cost": {},
            "summary": "2 territories.\nAll within 5 %.",
            "note": "",
            "params": {"seed": 3},
        }
    )
    assert found.reasons == {"U1": ("Staying would put T2 over its accounts",)}
    assert found.summary == ("2 territories.", "All within 5 %.")
    assert through_a_row(found).summary == found.summary


@pytest.mark.parametrize("plain", [{}, {"territory_by_unit": None}, {"points": []}])
def test_a_result_without_a_plan_is_refused(plain):
    with pytest.raises(InputError, match="holds no plan: territory_by_unit must name"):
        Proposal.from_dict(plain)
