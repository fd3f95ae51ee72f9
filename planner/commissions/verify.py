"""A month's pay recalculated by the Decimal engine, line against line."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.commissions.calculation.reference import reference_amounts
from planner.commissions.ledger.corrections import entries_of_plan
from planner.commissions.month import MonthInputs, MonthPay, YearPay
from planner.core.money import format_minor
from planner.quotas.crediting import stable_id


def differing_lines(
    inputs: MonthInputs, paid: MonthPay, period: str
) -> list[dict[str, Any]]:
    """
    List the lines of a month that the Decimal engine pays otherwise.

    Parameters
    ----------
    inputs, paid, period
        What the month was paid from, its pay, and the month.

    Returns
    -------
    `line_id`, `position_id`, `component_id`, `deal_id`, `origin_period`, `paid` and
    `decimal` (decimal text); empty: all agree. Both engines take the same credits and
    the same choice of who is paid; corrections are held against the same ledger.
    """
    exact: dict[str, int] = defaultdict(int)
    facts: dict[str, tuple[str, str, str, str]] = {}
    for number, year in enumerate(paid.years):
        _add_year(exact, facts, inputs, year, period, is_now=number == 0)
    engine: dict[str, int] = defaultdict(int)
    for row in paid.lines.itertuples():
        engine[row.stable_id] += int(row.amount_minor)
        facts[row.stable_id] = (
            row.position_id,
            row.component_id,
            row.deal_id,
            row.origin_period,
        )
    names = ("position_id", "component_id", "deal_id", "origin_period")
    currency = inputs.plan.currency
    return [
        {
            "line_id": line_id,
            **dict(zip(names, facts[line_id], strict=True)),
            "paid": format_minor(engine[line_id], currency),
            "decimal": format_minor(exact[line_id], currency),
        }
        for line_id in sorted(exact.keys() | engine.keys())
        if exact[line_id] != engine[line_id]
    ]


def _add_year(
    exact: dict[str, int],
    facts: dict[str, tuple[str, str, str, str]],
    inputs: MonthInputs,
    year: YearPay,
    period: str,
    *,
    is_now: bool,
) -> None:
    """Add what a plan year pays in the month, and the differences of closed months."""
    plan, until = year.terms.plan, year.terms.until
    start, _ = plan.days_to(until)
    amounts = reference_amounts(
        year.credits,
        year.terms.quotas,
        plan,
        year.terms.positions,
        f"{start:%Y-%m}",
        until,
        year.sales,
    )
    deal_by_credit = year.credits["deal_id"].to_dict()
    months = {*year.months, *([period] if is_now else [])}
    for (position, component, credit_id, entry_type, month), amount in amounts.items():
        key = (plan.plan_id, component, position, credit_id, entry_type, month)
        line_id = stable_id(*key)
        is_unpaid = line_id in year.vacant or (position, component) in year.unpaid
        if month in months and not is_unpaid:
            exact[line_id] += amount
            deal_id = deal_by_credit.get(credit_id, "")  # a floor is of no deal
            facts.setdefault(line_id, (position, component, deal_id, month))
    for entry in entries_of_plan(inputs.ledger, plan, inputs.deals):
        is_before = entry.period < period and entry.origin_period in year.months
        if entry.stable_id and is_before:
            exact[entry.stable_id] -= entry.amount_minor
            facts.setdefault(
                entry.stable_id,
                (
                    entry.position_id,
                    entry.component_id,
                    entry.deal_id,
                    entry.origin_period,
                ),
            )
