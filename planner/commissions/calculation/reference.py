"""
The same pay by Decimal, line by line and from scratch: the oracle of the tests.

Slow and plain on purpose; it shares no arithmetic with the engine, only the plan's
records and the choice of credits.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from planner.commissions.calculation.accumulate import EarlierSales, PaidSale
from planner.commissions.calculation.eligibility import eligible, floor_positions
from planner.commissions.plans.components import Component, Limit, RateTable
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
    earlier: EarlierSales | None = None,
) -> Amounts:
    """
    Pay the months from `first` to `last`.

    Parameters
    ----------
    credit_rows
        Credits of one plan year up to `last`; those outside the plan are left out.
    quotas, plan, positions
        As for `calculate`.
    first, last
        Months, ``2026-10``; `first` must be the plan year's first for floors to match.
    earlier
        As for `calculate`.

    Returns
    -------
    Minor units by position, component, credit, entry type and month, zeros left out.
    """
    amounts: Amounts = {}
    days_of = credit_rows["close_on"]
    inside = [plan.valid_from <= on.date() < plan.valid_to for on in days_of]
    ordered = (
        credit_rows[pd.Series(inside, credit_rows.index, dtype=bool)]
        .rename_axis("credit_id")
        .reset_index()
    )
    ordered = ordered.sort_values(["close_on", "event", "deal_id", "credit_id"])
    for component in plan.components:
        mine = eligible(ordered, component, positions)
        names = set(mine["position_id"]) | floor_positions(component, positions)
        for name in sorted(names):
            rows = list(mine[mine["position_id"].eq(name)].itertuples())
            spans = _Spans(plan.year.first_month)
            before = {
                deal_id: sale
                for (part, whose, deal_id), sale in (earlier or {}).items()
                if (part, whose) == (component.component_id, name)
            }
            lines = _position(component, name, rows, mine, quotas, spans, before)
            for key, amount in lines.items():
                amounts[(name, component.component_id, *key)] = amount
            if component.floor is not None:
                _floors(amounts, component, name, first, last)
    return {
        key: amount for key, amount in amounts.items() if amount and key[4] >= first
    }


class _Spans:
    """Spans by the fiscal calendar of pandas, which calls years after their end."""

    def __init__(self, first_month: int) -> None:
        self.first_month = first_month
        self.last = calendar.month_abbr[(first_month - 2) % 12 + 1].upper()

    def of(self, on: pd.Timestamp, per: str) -> str:
        frequency = {"year": f"Y-{self.last}", "quarter": f"Q-{self.last}"}
        return str(on.to_period(frequency.get(per, "M")))


def _cents(amount: Decimal) -> int:
    """Round half up by magnitude."""
    return int(amount.to_integral_value(rounding=ROUND_HALF_UP))


def _position(
    component: Component,
    name: str,
    rows: list[Any],
    mine: pd.DataFrame,
    quotas: pd.DataFrame,
    spans: _Spans,
    before: Mapping[str, PaidSale],
) -> dict[tuple[str, str, str], int]:
    lines: dict[tuple[str, str, str], int] = {}
    capped: list[Any] = []  # what was cancelled of earlier years, their caps counted
    for number, row in enumerate(rows):
        month = f"{row.close_on:%Y-%m}"
        refund = _of_earlier_year(component, rows, number, before)
        if refund is not None:
            lines[(row.credit_id, "clawback", month)] = refund
            continue
        parts = _credit(component, name, rows, number, mine, quotas, lines, spans)
        for entry_type, amount in parts.items():
            lines[(row.credit_id, entry_type, month)] = amount
        if component.cap is not None:
            key = _cap_key(component.cap.per, row, capped, spans)
            lines[(row.credit_id, "cap_withheld", month)] = -_over(
                component.cap, key, [*capped, row], lines, spans
            ) + _over(component.cap, key, capped, lines, spans)
            capped.append(row)
    return lines


def _of_earlier_year(
    component: Component,
    rows: list[Any],
    number: int,
    before: Mapping[str, PaidSale],
) -> int | None:
    """Take back what an earlier plan year paid for the deal that is cancelled."""
    row = rows[number]
    sale = before.get(str(row.related_deal_id))
    if row.event != "cancellation" or component.reversal != "original_rate":
        return None
    if sale is None or not sale.credit_minor:
        return None
    earlier = sale.cancelled_minor + sum(
        other.amount_minor
        for other in rows[:number]
        if other.related_deal_id == row.related_deal_id and other.event != "booking"
    )
    paid, whole = Decimal(sale.amount_minor), Decimal(sale.credit_minor)
    upto = _cents(paid * (earlier + row.amount_minor) / whole)
    return upto - _cents(paid * earlier / whole)


def _cap_key(per: str, row: Any, earlier: list[Any], spans: _Spans) -> str:
    """Name the span of a cap: of the deal itself, or of the one that it cancels."""
    for other in earlier:
        is_sale = other.event == "booking" and other.deal_id == row.related_deal_id
        if row.event == "cancellation" and is_sale:
            row = other
            break
    return row.deal_id if per == "deal" else spans.of(row.close_on, per)


def _over(
    cap: Limit,
    key: str,
    rows: list[Any],
    lines: dict[tuple[str, str, str], int],
    spans: _Spans,
) -> int:
    """Sum what these credits earned above the cap of one of its spans."""
    inside = {
        row.credit_id
        for number, row in enumerate(rows)
        if _cap_key(cap.per, row, rows[:number], spans) == key
    }
    gross = sum(
        amount
        for (credit_id, entry_type, _), amount in lines.items()
        if credit_id in inside and entry_type != "cap_withheld"
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
    spans: _Spans,
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
    quota = _quota(component, name, row, quotas, spans)
    if component.is_cliff:
        rate = _reached(component.table, abs(amount), quota)
        return {kind: _cents(amount * rate)}
    before = _measure(component, rows, number, spans)
    if component.measure.accumulation == "none" and amount < 0:
        return {kind: -_cents(_banded(component.table, -amount, quota))}
    after = before + amount
    if component.type == "bonus":
        goal = Decimal(_cents(quota * component.table.tiers[1].lower / PPM))
        times = int(after >= goal) - int(before >= goal)
        return {kind: times * component.bonus_minor}
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


def _measure(
    component: Component, rows: list[Any], number: int, spans: _Spans
) -> Decimal:
    """Add up the credits before this one in the same span."""
    accumulation = component.measure.accumulation
    if accumulation == "none":
        return Decimal(0)
    here = spans.of(rows[number].close_on, accumulation)
    return Decimal(
        sum(
            row.amount_minor
            for row in rows[:number]
            if spans.of(row.close_on, accumulation) == here
        )
    )


def _quota(
    component: Component, name: str, row: Any, quotas: pd.DataFrame, spans: _Spans
) -> Decimal:
    if component.quota_measure is None:
        return Decimal(0)
    accumulation = component.measure.accumulation
    here = spans.of(row.close_on, accumulation)
    months, stated = 0, 0
    for quota in quotas.itertuples():
        if quota.position_id == name and quota.measure == component.quota_measure:
            is_year = len(quota.period) == 4
            month = f"-{spans.first_month:02d}" if is_year else ""
            on = pd.Timestamp(f"{quota.period}{month}-01")
            if spans.of(on, accumulation) != here:
                continue
            if is_year and accumulation == "year":
                stated += int(quota.amount_minor)
            elif not is_year:
                months += int(quota.amount_minor)
    return Decimal(stated or months)


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
