"""One position's credits in order: the running measure, caps, reversals, lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from planner.commissions.calculation.eligibility import Credit
from planner.commissions.calculation.payouts import (
    Step,
    bonus,
    cliff,
    each_alone,
    marginal,
    retroactive,
)
from planner.commissions.calculation.tiers import Curve
from planner.commissions.plans.components import Component
from planner.commissions.plans.plan import CompPlan
from planner.core.money import round_ratio
from planner.core.units import PPM
from planner.quotas.crediting import stable_id

LINE_COLUMNS = (
    "position_id",
    "period",
    "origin_period",
    "component_id",
    "entry_type",
    "rule",
    "credit_id",
    "deal_id",
    "account_id",
    "close_on",
    "measure",
    "credit_minor",
    "measure_before_minor",
    "measure_after_minor",
    "quota_minor",
    "amount_minor",
    "currency",
)
TRACE_COLUMNS = (
    "line_id",
    "seq",
    "formula",
    "tier_no",
    "portion_minor",
    "rate_ppm",
    "exact_micro",
)
ENTRY_TYPE = {"override": "override", "spif": "spif"}

Curves = Mapping[str, tuple[Curve, int | None]]


@dataclass(slots=True)
class PaidSale:
    """
    What a deal paid a position, and how much of it is cancelled by now.

    Parameters
    ----------
    credit_minor, amount_minor
        The position's credit of the deal, and what it was paid for it.
    period
        The month it was paid for; empty: in an earlier plan year, after all caps.
    cancelled_minor
        Credit taken back so far, below 0.
    """

    credit_minor: int
    amount_minor: int
    period: str = ""
    cancelled_minor: int = 0


# By component, position and deal: what earlier plan years paid for sales that this one
# takes back.
EarlierSales = Mapping[tuple[str, str, str], PaidSale]


@dataclass(slots=True)
class _Capped:
    """What a span of a cap earned so far, and how much of it lies above the cap."""

    gross_minor: int = 0
    over_minor: int = 0


@dataclass(slots=True)
class _State:
    """Where a position stands in the spans of its measure and its limits."""

    component: Component
    position_id: str
    span: str = ""
    measure_minor: int = 0
    capped_by_span: dict[str, _Capped] = field(default_factory=dict)
    paid_by_deal: dict[str, PaidSale] = field(default_factory=dict)
    month_minor: dict[str, int] = field(default_factory=dict)


class Walk:
    """
    Collects the lines of a plan, position by position.

    Parameters
    ----------
    plan
        The plan.
    first, last
        Months whose lines are kept; earlier months only move the measures.
    earlier
        Sales of earlier plan years that cancellations of this one take back.
    """

    def __init__(
        self, plan: CompPlan, first: str, last: str, earlier: EarlierSales
    ) -> None:
        self.earlier = earlier
        self.plan = plan
        self.first = first
        self.last = last
        self.lines: list[tuple[Any, ...]] = []
        self.trace: list[tuple[Any, ...]] = []
        self.problems: list[tuple[str, str, str, str]] = []

    def position(
        self,
        component: Component,
        position_id: str,
        rows: Sequence[Credit],
        curves: Curves,
        spifs: Mapping[str, int],
    ) -> None:
        """
        Pay one position by one component.

        Parameters
        ----------
        component
            The component.
        position_id
            Who is paid.
        rows
            Its credits in the order they are paid in.
        curves
            Payout function and quota by span; under the empty name where all share one.
        spifs
            Minor units by `credit_id`, for a spif.
        """
        state = _State(component, position_id)
        for (part, name, deal_id), sale in self.earlier.items():
            is_ours = (part, name) == (component.component_id, position_id)
            if is_ours and component.reversal == "original_rate":
                state.paid_by_deal[deal_id] = replace(sale)
        for row in rows:
            period = row.period
            span = self.plan.year.span(period, component.measure.accumulation)
            if span != state.span:
                state.span, state.measure_minor = span, 0
            curve, quota = curves.get(span) or curves.get("") or (None, None)
            before = state.measure_minor
            if component.measure.accumulation == "none":
                before = 0
            entries = self._entries(state, row, before, curve, spifs)
            state.measure_minor = before + row.amount_minor
            gross = sum(amount for _, amount, _ in entries)
            if row.event == "booking":
                state.paid_by_deal[row.deal_id] = PaidSale(
                    row.amount_minor, gross, period
                )
            entries += self._withheld(state, row, gross)
            paid = sum(amount for _, amount, _ in entries)
            state.month_minor[period] = state.month_minor.get(period, 0) + paid
            if period >= self.first:
                for entry_type, amount, steps in entries:
                    facts = (before, before + row.amount_minor, quota)
                    self._add(state, period, entry_type, amount, steps, row, facts)
        self._top_up(state)

    def _entries(
        self,
        state: _State,
        row: Credit,
        before: int,
        curve: Curve | None,
        spifs: Mapping[str, int],
    ) -> list[tuple[str, int, list[Step]]]:
        """Say what a credit pays: entry type, minor units, steps."""
        component = state.component
        if row.event == "cancellation" and component.reversal == "original_rate":
            original = state.paid_by_deal.get(str(row.related_deal_id))
            if original is not None and original.credit_minor:
                entry = _mirrored(original, row.amount_minor)
                return [entry] if curve is not None or entry[1] else []
        if curve is None:
            amount = spifs.get(row.credit_id, 0)
            step = ("per deal", None, row.amount_minor, None, amount * PPM)
            return [("spif", amount, [step])] if amount else []
        kind = ENTRY_TYPE.get(component.type, "earning")
        if row.event == "cancellation":
            kind = "clawback"
        if component.is_cliff:
            return [(kind, *cliff(curve, row.amount_minor))]
        if component.measure.accumulation == "none":
            return [(kind, *each_alone(curve, row.amount_minor))]
        after = before + row.amount_minor
        if component.bonus_minor:
            amount, steps = bonus(curve, component.bonus_minor, before, after)
            return [(kind, amount, steps)] if amount else []
        if component.is_retroactive:
            return retroactive(curve, before, after, kind)
        return [(kind, *marginal(curve, before, after))]

    def _withheld(
        self, state: _State, row: Credit, gross: int
    ) -> list[tuple[str, int, list[Step]]]:
        """Hold back what a cap does not let through, or give it free again."""
        cap = state.component.cap
        if cap is None:
            return []
        deal_id, period = row.deal_id, row.period
        sale = state.paid_by_deal.get(str(row.related_deal_id))
        if row.event == "cancellation" and sale is not None:
            if not sale.period:
                return []  # its cap was counted in its own year
            # it counts where its deal did: what was above the cap was never paid
            deal_id, period = str(row.related_deal_id), sale.period
        span = deal_id if cap.per == "deal" else self.plan.year.span(period, cap.per)
        capped = state.capped_by_span.setdefault(span, _Capped())
        capped.gross_minor += gross
        over = max(0, capped.gross_minor - cap.amount_minor)
        change = over - capped.over_minor
        capped.over_minor = over
        if not change:
            return []
        step: Step = ("cap", None, cap.amount_minor, None, -change * PPM)
        return [("cap_withheld", -change, [step])]

    def _top_up(self, state: _State) -> None:
        """Raise each month of the walk to the floor."""
        floor = state.component.floor
        if floor is None:
            return
        for month in pd.period_range(self.first, self.last, freq="M").astype(str):
            missing = floor.amount_minor - state.month_minor.get(month, 0)
            if missing > 0:
                step = ("floor", None, floor.amount_minor, None, missing * PPM)
                self._add(state, month, "floor_topup", missing, [step], None, None)

    def _add(
        self,
        state: _State,
        period: str,
        entry_type: str,
        amount: int,
        steps: list[Step],
        row: Credit | None,
        facts: tuple[int, int, int | None] | None,
    ) -> None:
        """Keep a line and its trace."""
        component, plan = state.component, self.plan
        credit_id = "" if row is None else row.credit_id
        line_id = stable_id(
            plan.plan_id,
            component.component_id,
            state.position_id,
            credit_id,
            entry_type,
            period,
        )
        before, after, quota = facts or (None, None, None)
        self.lines.append(
            (
                line_id,
                state.position_id,
                period,
                period,
                component.component_id,
                entry_type,
                f"{plan.plan_id}/{component.component_id}",
                credit_id,
                "" if row is None else row.deal_id,
                "" if row is None else row.account_id,
                pd.NaT if row is None else row.close_on,
                component.measure.code,
                0 if row is None else row.amount_minor,
                before,
                after,
                quota,
                amount,
                plan.currency,
            )
        )
        self.trace += [(line_id, seq, *step) for seq, step in enumerate(steps, start=1)]


def _mirrored(original: PaidSale, amount_minor: int) -> tuple[str, int, list[Step]]:
    """Take back what a deal paid, in proportion to what of it is cancelled."""
    whole = original.credit_minor
    before = original.cancelled_minor
    original.cancelled_minor = after = before + amount_minor
    refund_minor = round_ratio(original.amount_minor * after, whole) - round_ratio(
        original.amount_minor * before, whole
    )
    step = ("as first paid", None, amount_minor, None, refund_minor * PPM)
    return "clawback", refund_minor, [step]
