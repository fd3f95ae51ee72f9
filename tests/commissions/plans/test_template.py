"""The form of a usual plan makes a document that the engine pays by."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from pay_worlds import POSITIONS, credit, credits_of, quotas_of

from planner.commissions.calculation.calculate import calculate
from planner.commissions.plans.plan import load_plan
from planner.commissions.plans.template import PlanForm, document_text, plan_of_form
from planner.core.errors import ParamsError

FORM = PlanForm(
    currency="EUR",
    valid_from=dt.date(2026, 1, 1),
    valid_to=dt.date(2027, 1, 1),
    base_rate=Decimal("0.05"),
    accelerators=((Decimal(1), Decimal("0.08")),),
    bonus=Decimal(1000),
    cap=Decimal(700),
    manager_rate=Decimal("0.01"),
)
SIMPLE = replace(FORM, accelerators=(), bonus=None, cap=None, manager_rate=None)


def compiled(form):
    return load_plan(document_text(plan_of_form(form)))


def test_the_document_compiles_to_what_was_filled_in():
    plan = compiled(replace(FORM, first_month=7, name="Außendienst Süd", vp_rate=0))
    assert (plan.currency, plan.year.first_month) == ("EUR", 7)
    assert (plan.valid_from, plan.valid_to) == (FORM.valid_from, FORM.valid_to)
    assert plan.name == "Außendienst Süd"
    commission, bonus, manager = plan.components
    tiers = [(t.lower, t.upper, t.rate_ppm) for t in commission.table.tiers]
    assert tiers == [(0, 1_000_000, 50_000), (1_000_000, None, 80_000)]
    assert (commission.cap.amount_minor, commission.cap.per) == (700_00, "month")
    assert (bonus.bonus_minor, bonus.roles) == (1000_00, ("rep",))
    assert (manager.roles, manager.table.tiers[0].rate_ppm) == (("manager",), 10_000)


def test_it_pays_what_one_works_out_by_hand():
    """
    Quota 10,000: 5 % to it, 8 % above, at most 700 a month, 1,000 for reaching it.

    January 8,000: 400. February 6,000: 2,000 at 5 % + 4,000 at 8 % = 420, and the
    bonus. March 10,000: 800, capped at 700. The manager has 1 % of each.
    """
    days = (("2026-01-10", 8_000_00), ("2026-02-10", 6_000_00), ("2026-03-10", 1000000))
    rows = [
        credit(f"D{number}", day, amount, currency="EUR")
        for number, (day, amount) in enumerate(days)
    ]
    rows += [row | {"position_id": "P-M1", "kind": "rolled"} for row in rows]
    quotas = quotas_of({"P-R01": 10_000_00})
    result = calculate(
        credits_of(*rows), quotas, compiled(FORM), "2026-03", POSITIONS, since="2026-01"
    )
    assert result.problems.empty
    paid = result.lines.groupby(["component_id", "period"])["amount_minor"].sum()
    assert paid.to_dict() == {
        ("commission", "2026-01"): 400_00,
        ("commission", "2026-02"): 420_00,
        ("commission", "2026-03"): 700_00,
        ("quota_bonus", "2026-02"): 1000_00,
        ("manager_override", "2026-01"): 80_00,
        ("manager_override", "2026-02"): 60_00,
        ("manager_override", "2026-03"): 100_00,
    }


def test_without_accelerators_no_quota_is_needed():
    rows = credits_of(credit("D1", "2026-01-10", 200_00, currency="EUR"))
    result = calculate(rows, quotas_of({}), compiled(SIMPLE), "2026-01", POSITIONS)
    assert result.problems.empty
    assert result.lines["amount_minor"].tolist() == [10_00]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_rate": Decimal(5)}, "base rate must be at least 0 % and below 100 %"),
        ({"manager_rate": Decimal(-1)}, "managers' share must be at least 0 %"),
        (
            {"accelerators": ((Decimal(1), Decimal("0.08")),) * 2},
            "attainment 100% must lie above 100%",
        ),
        ({"bonus": Decimal(0)}, "bonus must be above 0, got 0"),
        ({"cap_per": "week"}, "a cap is per month or year, got week"),
        ({"valid_to": FORM.valid_from}, "2026-01-01 must lie after 2026-01-01"),
    ],
)
def test_what_makes_no_plan_is_named(change, words):
    with pytest.raises(ParamsError, match=words):
        replace(FORM, **change)
