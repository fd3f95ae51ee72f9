"""A plan reads as terms: each part of it with its rates, limits and conditions."""

from __future__ import annotations

import pytest
from pay_worlds import MARGINAL, plan_of

from planner.commissions.plans.plan import load_plan
from planner.commissions.plans.readable import parts_for, readable_terms
from planner.core.formats import Formats
from planner.core.languages import Language

LANGUAGE = Language(formats=Formats(locale="en_US", currency="USD"))
STEPS = """
  - id: steps
    dimension: amount
    bound_belongs_to: upper
    tiers: [{from: 0, to: 5000, rate: 0.0325}, {from: 5000, to: null, rate: 0.06125}]
"""
BACK = "; a cancelled deal takes back what it paid"


def sentences(plan):
    return [LANGUAGE.sentence([part]) for part in readable_terms(plan)]


def test_tiers_by_attainment_name_the_quota_of_their_span():
    assert sentences(load_plan(MARGINAL)) == [
        "Commission (reps): 4 % of bookings up to 50 % of the year's quota, 8 % from "
        "there up to 100 % of the year's quota, 12 % above" + BACK
    ]


@pytest.mark.parametrize(
    ("component", "words"),
    [
        ("flat, measure: bookings, rate: 0.05", "C: 5 % of bookings" + BACK),
        (
            "flat, measure: bookings, rate: 5%, roles: [rep, overlay], "
            "cap: {amount: 6500, per: month}",
            "C (reps, specialists): 5 % of bookings; at most $6,500 a month" + BACK,
        ),
        (
            "marginal, measure: monthly, rates: steps",
            "C: 3.25 % of monthly up to $5,000 in the month, 6.125 % above" + BACK,
        ),
        (
            "retroactive, measure: monthly, rates: steps",
            "C: on all monthly by the tier reached: 3.25 % of monthly up to $5,000 in "
            "the month, 6.125 % above; a cancelled deal is taken back by the tier then "
            "reached",
        ),
        (
            "cliff, measure: each, rates: steps",
            "C: on each deal by its own size: 3.25 % of each up to $5,000 a deal, "
            "6.125 % above" + BACK,
        ),
        (
            "bonus, measure: bookings, quota: {measure: bookings}, amount: 900, "
            "at: 80%",
            "C: $900 at 80 % of the year's quota; taken back if cancellations fall "
            "below it again",
        ),
        (
            "spif, measure: each, amount: 33.33, "
            "window: {from: 2026-07-01, to: 2027-01-01}, "
            "where: [{field: product, op: in, value: [Core, Plus]}, "
            "{field: deal_amount, op: ge, value: 2500}]",
            "C: $33.33 for each deal of each, closed from 1 Jul 2026 to before 1 Jan "
            "2027; only where the product is one of Core, Plus and the deal's amount "
            "is at least $2,500" + BACK,
        ),
        (
            "override, measure: team, rate: 0.006, positions: [P-M1, P-VP], "
            "floor: {amount: 100, per: month}",
            "C (P-M1, P-VP): 0.6 % of team; at least $100 a month" + BACK,
        ),
    ],
)
def test_each_kind_of_part_is_worded(component, words):
    assert sentences(plan_of(f"  - {{id: c, type: {component}}}", STEPS)) == [words]


def test_one_position_reads_its_own_parts_only():
    plan = plan_of(
        "  - {id: a, type: flat, measure: bookings, rate: 0.05, roles: [rep]}\n"
        "  - {id: b, type: flat, measure: bookings, rate: 0.04, positions: [P-O1]}\n"
        "  - {id: c, type: flat, measure: bookings, rate: 0.03}"
    )

    def names(position_id, role):
        return [part.values["name"] for part in parts_for(plan, position_id, role)]

    assert names("P-R01", "rep") == ["a", "c"]
    assert names("P-O1", "overlay") == ["b", "c"]
    assert names("P-M1", "manager") == ["c"]
