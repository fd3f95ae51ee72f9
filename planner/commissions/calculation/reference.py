"""
The same pay by Decimal, line by line and from scratch: the oracle of the tests.

Slow and plain on purpose; it shares no arithmetic with the engine, only the plan's
records and the choice of credits.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from planner.commissions.calculation.eligibility import (
    eligible,
    floor_positions,
    span_of,
)
from planner.commissions.plans.components import Component, RateTable
from planner.commissions.plans.plan import CompPlan
from planner.core.units import PPM

Amounts = dict[tuple[str, str, str, str, str], int]


def reference_amounts(
    credit_rows: pd.DataFrame,
    quotas: pd.DataFrame,
    plan: CompPlan,
    positions: pd.DataFrame,
    first: str,
    last: str,
) -> Amounts:
    """
    Pay the months from `first` to `last`.

    Parameters
    ----------
    credit_rows
        Credits of one plan year up to `last`.
    quotas, plan, positions
        As for `calculate`.
    first, last
        Months, ``2026-10``; `first` must be the plan year's first for floors to match.

    Returns
    -------
    Minor units by position, component, credit, entry type and month, zeros left out.
    """
    amounts: Amounts = {}
    ordered = credit_rows.rename_axis("credit_id").reset_index()
    ordered = ordered.sort_values(["close_on", "event", "deal_id", "credit_id"])
    for component in plan.components:
        mine = eligible(ordered, component, positions)
        names = set(mine["position_id"]) | floor_positions(component, positions)
        for name in sorted(names):
            rows = list(mine[mine["position_id"].eq(name)].itertuples())
            for key, amount in _position(component, name, rows, mine, quotas).items():
                amounts[(name, component.component_id, *key)] = amount
            if component.floor is not None:
                _floors(amounts, component, name, first, last)
    return {
        key: amount for key, amount in amounts.items() if amount and key[4] >= first
    }


def _cents(amount: Decimal) -> int:
    """Round half up by magnitude."""
    return int(amount.to_integral_value(rounding=ROUND_HALF_UP))


def _position(
    component: Component,
    name: str,
    rows: list[Any],
    mine: pd.DataFrame,
    quotas: pd.DataFrame,
) -> dict[tuple[str, str, str], int]:
    lines: dict[tuple[str, str, str], int] = {}
    for number, row in enumerate(rows):
        month = f"{row.close_on:%Y-%m}"
        parts = _credit(component, name, rows, number, mine, quotas, lines)
        for entry_type, amount in parts.items():
            lines[(row.credit_id, entry_type, month)] = amount
        if component.cap is not None:
            lines[(row.credit_id, "cap_withheld", month)] = -_over(
                component, rows, number, lines
            ) + _over(component, rows, number - 1, lines, of=row)
    return lines


def _over(
    component: Component,
    rows: list[Any],
    number: int,
    lines: dict[tuple[str, str, str], int],
    of: Any = None,
) -> int:
    """Sum what the credits up to `number` earned above the cap of the span of `of`."""
    cap = component.cap
    if cap is None or number < 0:
        return 0
    span = span_of(f"{(of or rows[number]).close_on:%Y-%m}", cap.per)
    known = {
        row.credit_id
        for row in rows[: number + 1]
        if span_of(f"{row.close_on:%Y-%m}", cap.per) == span
    }
    gross = sum(
        amount
        for (credit_id, entry_type, _), amount in lines.items()
        if credit_id in known and entry_type != "cap_withheld"
    )
    return max(0, gross - cap.amount_minor)


def _credit(
    component: Component,
    name: str,
    rows: list[Any],
    number: int,
    mine: pd.DataFrame,
    quotas: pd.DataFrame,
    lines: dict[tuple[str, str, str], int],
) -> dict[str, int]:
    """Pay one credit: entry type to minor units."""
    row = rows[number]
    cancels = row.event == "cancellation"
    kind = {"override": "override", "spif": "spif"}.get(component.type, "earning")
    if cancels and component.reversal == "original_rate":
        refund = _taken_back(rows, number, lines)
        if refund is not None:
            return {"clawback": refund}
    if component.table is None:
        return {} if cancels else {kind: _spif(component, row, mine)}
    kind = "clawback" if cancels else kind
    amount = Decimal(row.amount_minor)
    quota = _quota(component, name, row, quotas)
    if component.is_cliff:
        rate = _reached(component.table, abs(amount), quota)
        return {kind: _cents(amount * rate)}
    before = _measure(component, rows, number)
    if component.measure.accumulation == "none" and amount < 0:
        return {kind: -_cents(_banded(component.table, -amount, quota))}
    after = before + amount
    if component.is_retroactive:
        rate = _reached(component.table, after, quota)
        shift = _cents(before * rate) - _cents(
            before * _reached(component.table, before, quota)
        )
        return {
            kind: _cents(after * rate) - _cents(before * rate),
            "retroactive": shift,
        }
    paid = _cents(_banded(component.table, after, quota))
    return {kind: paid - _cents(_banded(component.table, before, quota))}


def _taken_back(
    rows: list[Any], number: int, lines: dict[tuple[str, str, str], int]
) -> int | None:
    """Take back the paid amount of the deal that a cancellation names."""
    row = rows[number]
    bookings = [
        other
        for other in rows[:number]
        if other.deal_id == row.related_deal_id and other.event == "booking"
    ]
    if not bookings or not bookings[0].amount_minor:
        return None
    paid = sum(
        amount
        for (credit_id, entry_type, _), amount in lines.items()
        if credit_id == bookings[0].credit_id and entry_type != "cap_withheld"
    )
    earlier = sum(
        other.amount_minor
        for other in rows[:number]
        if other.related_deal_id == row.related_deal_id and other.event != "booking"
    )
    whole = Decimal(bookings[0].amount_minor)
    upto = Decimal(paid) * (earlier + row.amount_minor) / whole
    return _cents(upto) - _cents(Decimal(paid) * earlier / whole)


def _spif(component: Component, row: Any, mine: pd.DataFrame) -> int:
    day = row.close_on.date()
    start, end = component.from_on or day, component.to_on
    if day < start or (end is not None and day >= end):
        return 0
    sharing = mine[mine["deal_id"].eq(row.deal_id)].sort_values("position_id")
    before = sharing.loc[sharing["position_id"] < row.position_id, "share_ppm"].sum()
    amount = Decimal(component.spif_minor)
    upto = _cents(amount * (int(before) + row.share_ppm) / PPM)
    return upto - _cents(amount * int(before) / PPM)


def _measure(component: Component, rows: list[Any], number: int) -> Decimal:
    """Add up the credits before this one in the same span."""
    accumulation = component.measure.accumulation
    if accumulation == "none":
        return Decimal(0)
    span = span_of(f"{rows[number].close_on:%Y-%m}", accumulation)
    return Decimal(
        sum(
            row.amount_minor
            for row in rows[:number]
            if span_of(f"{row.close_on:%Y-%m}", accumulation) == span
        )
    )


def _quota(component: Component, name: str, row: Any, quotas: pd.DataFrame) -> Decimal:
    if component.quota_measure is None:
        return Decimal(0)
    accumulation = component.measure.accumulation
    length = 4 if accumulation == "year" else 7
    span = span_of(f"{row.close_on:%Y-%m}", accumulation)
    total = 0
    for quota in quotas.itertuples():
        if quota.position_id == name and quota.measure == component.quota_measure:
            same = len(quota.period) == length
            if same and span_of(quota.period, accumulation) == span:
                total += int(quota.amount_minor)
    return Decimal(total)


def _bounds(table: RateTable, quota: Decimal) -> list[tuple[Decimal, Decimal]]:
    """List lower bound in minor units and rate of each tier."""
    by_quota = table.dimension == "attainment"
    return [
        (
            Decimal(_cents(quota * tier.lower / PPM))
            if by_quota
            else Decimal(tier.lower),
            Decimal(tier.rate_ppm) / PPM,
        )
        for tier in table.tiers
    ]


def _banded(table: RateTable, total: Decimal, quota: Decimal) -> Decimal:
    tiers = _bounds(table, quota)
    paid = Decimal(0)
    for number, (lower, rate) in enumerate(tiers):
        is_last = number + 1 == len(tiers)
        top = total if is_last else min(total, tiers[number + 1][0])
        if number == 0 or top > lower:
            paid += (top - lower) * rate
    return paid


def _reached(table: RateTable, total: Decimal, quota: Decimal) -> Decimal:
    tiers = _bounds(table, quota)
    rate = tiers[0][1]
    for lower, tier_rate in tiers[1:]:
        if total > lower or (total == lower and table.bound == "upper"):
            rate = tier_rate
    return rate


def _floors(
    amounts: Amounts, component: Component, name: str, first: str, last: str
) -> None:
    floor = component.floor
    if floor is None:
        return
    for month in pd.period_range(first, last, freq="M").astype(str):
        paid = sum(
            amount
            for (position_id, component_id, _, _, when), amount in amounts.items()
            if (position_id, component_id, when)
            == (name, component.component_id, month)
        )
        amounts[(name, component.component_id, "", "floor_topup", month)] = max(
            0, floor.amount_minor - paid
        )
