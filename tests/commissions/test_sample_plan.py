"""The sample company's own plan pays its own deals."""

from __future__ import annotations

from pathlib import Path

from planner.accounts.sample import load_sample
from planner.commissions.calculation.calculate import calculate
from planner.commissions.plans.plan import load_plan
from planner.quotas.crediting import credit_deals
from planner.quotas.ownership import problems

DATA = Path(__file__).parents[2] / "data"


def test_october_of_the_sample_company_is_paid_to_the_cent():
    """Every won deal has its owner, every rep its quota; a month is some thousands."""
    company = load_sample(DATA)
    plan = load_plan(DATA / "sample/comp_plan.yaml")
    credited = credit_deals(
        company.deals,
        company.ownership,
        company.splits,
        company.positions,
        "2026-01-01",
        "2026-11-01",
    )
    paid = calculate(
        credited.credits, company.quotas, plan, "2026-10", company.positions
    )
    assert problems(company.ownership).empty
    assert credited.problems.empty
    assert paid.problems.empty
    won = company.deals.query("stage == 'won' and '2026' <= close_on < '2026-11'")
    direct = credited.credits.query("kind == 'direct' and credit_type == 'revenue'")
    assert direct["amount_minor"].sum() == won["amount_minor"].sum()
    assert set(paid.totals["position_id"]) == set(company.positions.index)
    by_position = paid.totals.groupby("position_id")["amount_minor"].sum()
    assert by_position.between(500_00, 40_000_00).all()
