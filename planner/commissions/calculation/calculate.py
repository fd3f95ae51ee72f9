"""Credits, quotas and plan into pay lines, each with its trace, exact to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pyarrow

from planner.commissions.calculation.accumulate import (
    LINE_COLUMNS,
    TRACE_COLUMNS,
    EarlierSales,
    Walk,
)
from planner.commissions.calculation.eligibility import (
    Credit,
    by_position,
    eligible,
    floor_positions,
    spif_shares,
)
from planner.commissions.calculation.tiers import Curve
from planner.commissions.plans.calendar import PlanYear
from planner.commissions.plans.components import Component
from planner.commissions.plans.plan import CompPlan
from planner.core.results import Result, SolveStatus
from planner.core.run import RunControl

_LONG = pd.ArrowDtype(pyarrow.decimal128(38, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayParams:
    """The plan and the months [since, period] (``2026-10``) whose lines are wanted."""

    plan_id: str
    plan_hash: str
    period: str
    since: str


@dataclass(frozen=True, kw_only=True)
class PayResult(Result):
    """
    Pay of one period, or of several.

    Parameters
    ----------
    lines
        Indexed by `line_id`: position, component, entry type, rule, credit and deal,
        measure before and after, quota, amount in minor units.
    trace
        Rows of the working of each line: `line_id`, `seq`, tier, portion × rate.
    totals
        Columns `position_id`, `component_id`, `amount_minor`.
    problems
        What could not be paid: `position_id`, `component_id`, `problem`, `message`.
    """

    lines: pd.DataFrame
    trace: pd.DataFrame
    totals: pd.DataFrame
    problems: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the lines."""
        return self.lines


def calculate(
    credit_rows: pd.DataFrame,
    quotas: pd.DataFrame,
    plan: CompPlan,
    period: str,
    positions: pd.DataFrame,
    *,
    since: str | None = None,
    earlier: EarlierSales | None = None,
    run: RunControl | None = None,
) -> PayResult:
    """
    Pay a period by a plan.

    Parameters
    ----------
    credit_rows
        Credits of the whole plan year up to the period's end, as `credit_deals` gives
        them: measures run on from the earlier ones.
    quotas
        QUOTAS frame.
    plan
        The comp plan.
    period
        The month to pay, ``2026-10``.
    positions
        POSITIONS frame; its roles decide which components are for whom.
    since
        First month whose lines are returned; None: `period` alone.
    earlier
        Sales of earlier plan years that are cancelled in this one; None: there are
        none. What a plan reverses at the original rate takes back what they paid.
    run
        Run control.

    Returns
    -------
    Lines, trace, totals, and what could not be paid.

    Raises
    ------
    InputError
        If no day of the period lies in the plan.

    Notes
    -----
    A line is ``R(F(after)) − R(F(before))`` with F the exact cumulative payout and R
    half up by magnitude, in the order (date, bookings before cancellations, deal,
    credit): lines sum to the rounded payout whatever the batching. All months from the
    plan year's start are walked each time; credits of days outside the plan are left
    out. A cap counts a cancellation in the span of the deal it cancels: that span then
    pays what it would without the part taken back.
    """
    run = run or RunControl()
    first = since or period
    start, end = plan.days_to(period)
    days = credit_rows["close_on"]
    inside = (days >= start) & (days < end)
    ordered = credit_rows[inside].rename_axis("credit_id").reset_index()
    ordered = ordered.sort_values(["close_on", "event", "deal_id", "credit_id"])
    walk = Walk(plan, first, period, earlier or {})
    for number, component in enumerate(plan.components):
        if run.should_stop():
            break
        _pay_component(walk, component, ordered, quotas, positions)
        run.report((number + 1) / len(plan.components), component.name)
    lines, trace = _frames(walk)
    return PayResult(
        status=SolveStatus.of_stop(run),
        params=PayParams(
            plan_id=plan.plan_id,
            plan_hash=plan.content_hash,
            period=period,
            since=first,
        ),
        elapsed_s=run.elapsed_s,
        lines=lines,
        trace=trace,
        totals=totals_of(lines),
        problems=pd.DataFrame(
            walk.problems,
            columns=["position_id", "component_id", "problem", "message"],
        ),
    )


def totals_of(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum lines by position and component, in their order."""
    return lines.groupby(["position_id", "component_id"], as_index=False)[
        "amount_minor"
    ].sum()


def _pay_component(
    walk: Walk,
    component: Component,
    ordered: pd.DataFrame,
    quotas: pd.DataFrame,
    positions: pd.DataFrame,
) -> None:
    """Walk the credits of one component, position by position."""
    mine = eligible(ordered, component, positions)
    rows_by_position = by_position(mine)
    spifs = spif_shares(mine, component) if component.table is None else {}
    quota_by_key = _quotas_of(quotas, component, walk.plan.year)
    owed = floor_positions(component, positions)
    for position_id in sorted(owed.union(rows_by_position)):
        rows = rows_by_position.get(position_id, [])
        curves = _curves(walk, component, position_id, rows, quota_by_key)
        if curves is not None:
            walk.position(component, position_id, rows, curves, spifs)


def _quotas_of(
    quotas: pd.DataFrame, component: Component, year: PlanYear
) -> dict[tuple[str, str], int]:
    """Look up quotas by position and span of the component's measure."""
    if component.quota_measure is None:
        return {}
    rows = quotas[quotas["measure"].eq(component.quota_measure)]
    span = component.measure.accumulation
    is_year = rows["period"].str.len() == len("2026")
    by_months = _summed(rows[~is_year], span, year)
    if span != "year":
        return by_months
    # a stated year stands above the sum of its months
    return by_months | _summed(rows[is_year], span, year)


def _summed(
    rows: pd.DataFrame, span: str, year: PlanYear
) -> dict[tuple[str, str], int]:
    keys = [year.span(period, span) for period in rows["period"]]
    summed = rows.assign(span=keys).groupby(["position_id", "span"])["amount_minor"]
    return {key: int(amount) for key, amount in summed.sum().items()}


def _curves(
    walk: Walk,
    component: Component,
    position_id: str,
    rows: Sequence[Credit],
    quota_by_key: Mapping[tuple[str, str], int],
) -> dict[str, tuple[Curve, int | None]] | None:
    """Make the payout function of each span; None where a quota is missing."""
    if component.table is None:
        return {}
    if component.quota_measure is None:
        return {"": (Curve(component.table), None)}
    curves: dict[str, tuple[Curve, int | None]] = {}
    span, year = component.measure.accumulation, walk.plan.year
    months = dict.fromkeys(row.period for row in rows)
    for key in dict.fromkeys(year.span(month, span) for month in months):
        quota = quota_by_key.get((position_id, key), 0)
        if quota <= 0:
            walk.problems.append(
                (
                    position_id,
                    component.component_id,
                    "no_quota",
                    f"position {position_id} has no {component.quota_measure} quota "
                    f"above 0 for {key}{_months_of(key, year)}; "
                    f"{component.name} cannot be paid without it",
                )
            )
            return None
        curves[key] = (Curve(component.table, quota), quota)
    return curves


def _months_of(key: str, year: PlanYear) -> str:
    """Say which months a year or quarter has that is not of the calendar."""
    is_month = len(key) == len("2026-10") and "Q" not in key
    if year.first_month == 1 or is_month:
        return ""
    begin = pd.Period(year.first(key[:4]), freq="M")
    months = 12
    if "-Q" in key:
        begin, months = begin + 3 * (int(key[-1]) - 1), 3
    return f" ({begin} to {begin + months - 1})"


def _frames(walk: Walk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn the walk's rows into the two tables."""
    lines = pd.DataFrame(walk.lines, columns=["line_id", *LINE_COLUMNS])
    for column in ("measure_before_minor", "measure_after_minor", "quota_minor"):
        lines[column] = lines[column].astype("Int64")
    lines["amount_minor"] = lines["amount_minor"].astype("int64")
    lines["close_on"] = lines["close_on"].astype("datetime64[s]")
    trace = pd.DataFrame(walk.trace, columns=list(TRACE_COLUMNS))
    for column in ("tier_no", "portion_minor", "rate_ppm"):
        trace[column] = trace[column].astype("Int64")
    if trace["exact_micro"].dtype == object:  # beyond 64 bits: sums of rupiah, dong
        trace["exact_micro"] = trace["exact_micro"].map(Decimal).astype(_LONG)
    return lines.set_index("line_id"), trace
