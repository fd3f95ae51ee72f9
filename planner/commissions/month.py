"""A month's pay: deals credited, paid, held against what was posted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.commissions.calculation.calculate import calculate
from planner.commissions.calculation.questions import outside_plan, questioned_quotas
from planner.commissions.calculation.vacancy import is_held
from planner.commissions.ledger.corrections import (
    closed_months,
    deltas,
    entries_of_plan,
)
from planner.commissions.ledger.entries import LedgerEntry
from planner.commissions.plans.plan import CompPlan
from planner.core.run import RunControl
from planner.quotas.crediting import credit_deals
from planner.quotas.exchange import convert_deals


@dataclass(frozen=True, kw_only=True)
class MonthInputs:
    """
    What a month is paid from.

    Parameters
    ----------
    plan
        The comp plan.
    deals
        DEALS frame in any currencies, of the whole plan year.
    ownership, splits, positions, quotas
        Frames of these names; splits None: there are none.
    rates
        Exchange rates as `convert_deals` takes them; None: there are none.
    tenures
        Who holds a position from when to when: `position_id`, `hired_on`, `left_on`;
        what closed in a vacant position is not paid. None: all are held.
    ledger
        Everything posted so far.
    """

    plan: CompPlan
    deals: pd.DataFrame
    ownership: pd.DataFrame
    splits: pd.DataFrame | None
    positions: pd.DataFrame
    quotas: pd.DataFrame
    rates: pd.DataFrame | None = None
    tenures: pd.DataFrame | None = None
    ledger: Sequence[LedgerEntry] = ()


@dataclass(frozen=True, kw_only=True)
class MonthPay:
    """
    The pay of a month.

    Parameters
    ----------
    credits
        Of the plan year to the month's end.
    lines, trace
        Of the month, corrections of closed months among them; `stable_id` names the
        line that one corrects, else the line itself.
    credit_problems, pay_problems
        What could not be credited or paid, and what is questioned.
    corrected
        Closed months that were calculated again.
    """

    credits: pd.DataFrame
    lines: pd.DataFrame
    trace: pd.DataFrame
    credit_problems: pd.DataFrame
    pay_problems: pd.DataFrame
    corrected: list[str]

    @property
    def problems(self) -> pd.DataFrame:
        """All problems in one table."""
        return pd.concat([self.credit_problems, self.pay_problems], ignore_index=True)


def pay_month(
    inputs: MonthInputs, period: str, run: RunControl | None = None
) -> MonthPay:
    """
    Credit and pay the plan year to a month, and correct what was posted before.

    Parameters
    ----------
    inputs
        What it is paid from.
    period
        The month, ``2026-10``.
    run
        Run control.

    Raises
    ------
    InputError
        If no day of the month lies in the plan, and it has posted nothing before that
        could be corrected.
    """
    run = run or RunControl()
    plan = inputs.plan
    deals, unrated = convert_deals(inputs.deals, inputs.rates, plan.currency)
    earlier = entries_of_plan(
        [entry for entry in inputs.ledger if entry.period < period], plan, deals
    )
    # a plan that has ended pays no month any more, but corrects those it paid
    until = min(period, plan.last_month) if earlier else period
    start, end = plan.days_to(until)
    months = closed_months(earlier, period, f"{start:%Y-%m}")
    months = [month for month in months if month <= until]
    credited = credit_deals(
        deals,
        inputs.ownership,
        inputs.splits,
        inputs.positions,
        start,
        end,
        run.part(0, 0.5),
    )
    paid = calculate(
        credited.credits,
        inputs.quotas,
        plan,
        until,
        inputs.positions,
        since=min([*months, until]),
        run=run.part(0.5, 1),
    )
    lines = paid.lines[is_held(paid.lines, deals, inputs.tenures)]
    now = lines[lines["period"].eq(period)]
    now = now.assign(stable_id=now.index)
    changed, changed_trace = deltas(lines, paid.trace, earlier, months, period)
    trace = paid.trace[paid.trace["line_id"].isin(now.index)]
    unrated = unrated[unrated["close_on"] < end] if len(unrated) else unrated
    outside = outside_plan(deals, plan, period)
    questions = questioned_quotas(
        credited.credits, inputs.quotas, plan, until, inputs.positions
    )
    return MonthPay(
        credits=credited.credits,
        lines=pd.concat([now, changed]),
        trace=pd.concat([trace, changed_trace], ignore_index=True),
        credit_problems=pd.concat(
            [unrated, credited.problems, outside], ignore_index=True
        ),
        pay_problems=pd.concat([paid.problems, questions], ignore_index=True),
        corrected=months,
    )
