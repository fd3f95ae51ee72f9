"""A whole statement in one sentence: the pay, and what made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from planner.commissions.plans.components import Component
from planner.commissions.plans.plan import CompPlan
from planner.commissions.wording import money_text, month_text, rate_text, short_money

MOST_PARTS = 6
_WORDS = {
    "clawback": "for cancelled deals",
    "retroactive": "on earlier deals by the tier now reached",
    "cap_withheld": "by the cap",
    "floor_topup": "up to the floor",
    "delta": "for what changed in earlier months",
}


def pay_sentence(
    lines: Sequence[Any],
    steps_by_line: Mapping[str, Sequence[Any]],
    plan: CompPlan,
    period: str,
) -> str:
    """
    Say a position's pay of a month.

    Parameters
    ----------
    lines
        Its pay lines, as records.
    steps_by_line
        The trace's records of each line.
    plan
        The plan; its components are told in their order.
    period
        The month.

    Returns
    -------
    ``Your pay for October 2026 is 4,312.50 USD: 62,000 of bookings at 8 %, ...``
    """
    total_minor = sum(int(line.amount_minor) for line in lines)
    amount = money_text(total_minor, plan.currency)
    opening = f"Your pay for {month_text(period)} is {amount} {plan.currency}"
    if not lines:
        return f"{opening}: no credit in this month."
    parts = [
        part
        for component in plan.components
        for part in _parts(component, lines, steps_by_line, plan.currency)
    ]
    first_parts = parts[:MOST_PARTS]
    if len(parts) > MOST_PARTS:
        first_parts.append(f"and {len(parts) - MOST_PARTS} more")
    return f"{opening}: {', '.join(first_parts)}." if first_parts else f"{opening}."


def _parts(
    component: Component,
    lines: Sequence[Any],
    steps_by_line: Mapping[str, Sequence[Any]],
    currency: str,
) -> Iterator[str]:
    """Word a component's tiers, then what was added or taken."""
    portions: dict[int, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    n_spifs = 0
    for line in lines:
        if line.component_id != component.component_id:
            continue
        sums[line.entry_type] += int(line.amount_minor)
        n_spifs += line.entry_type == "spif"
        if line.entry_type in {"earning", "override"} and not component.bonus_minor:
            for step in steps_by_line.get(line.Index, ()):
                if not pd.isna(step.rate_ppm):
                    portions[int(step.rate_ppm)] += int(step.portion_minor)
    for rate_ppm, portion in sorted(portions.items()):
        worth = short_money(portion, currency)
        yield f"{worth} of {component.measure.name} at {rate_text(rate_ppm)}"
    if n_spifs:
        deals = f"{n_spifs} deal{'s' if n_spifs > 1 else ''}"
        yield f"{money_text(sums['spif'], currency)} {component.name} for {deals}"
    if component.bonus_minor and sums["earning"]:
        yield f"{money_text(sums['earning'], currency)} {component.name}"
    for entry_type, words in _WORDS.items():
        if sums[entry_type]:
            sign = "less" if sums[entry_type] < 0 else "plus"
            yield f"{sign} {money_text(abs(sums[entry_type]), currency)} {words}"
