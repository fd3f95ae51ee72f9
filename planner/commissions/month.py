"""A month's pay: deals credited, paid, held against what was posted before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from planner.commissions.calculation.accumulate import EarlierSales
from planner.commissions.calculation.calculate import PayResult, calculate
from planner.commissions.calculation.questions import outside_plan, questioned_quotas
from planner.commissions.calculation.vacancy import is_held
from planner.commissions.earlier_years import (
    EarlierTerms,
    cancelled_sales,
    late_deals,
    lost_deals,
    no_problems,
    unplanned,
    unsettled,
)
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
    earlier
        What the months before this plan year were paid by, the newest first: what
        changed in them since is posted as differences, too.
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
    earlier: Sequence[EarlierTerms] = ()


@dataclass(frozen=True, kw_only=True)
class YearPay:
    """
    Days of one plan year (or of a plan that begins or ends in it), paid from scratch.

    Parameters
    ----------
    terms
        By what: plan, last month, quotas, positions.
    credits
        Of all its days.
    months
        Closed ones that are held against the ledger.
    lines
        Of these months, of the plan's last one by this year too; only of positions
        that somebody held.
    changes, changes_trace
        Lines that bring what was posted to these lines, and their trace.
    sales
        What earlier years paid for what is cancelled in this one.
    vacant
        Lines that nobody is paid.
    unpaid
        Positions and components that cannot be paid.
    """

    terms: EarlierTerms
    credits: pd.DataFrame
    months: list[str]
    lines: pd.DataFrame
    changes: pd.DataFrame
    changes_trace: pd.DataFrame
    sales: EarlierSales
    vacant: frozenset[str] = frozenset()
    unpaid: frozenset[tuple[str, str]] = frozenset()


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
    years
        The plan year of the month, then the earlier ones it was corrected in.
    """

    credits: pd.DataFrame
    lines: pd.DataFrame
    trace: pd.DataFrame
    credit_problems: pd.DataFrame
    pay_problems: pd.DataFrame
    corrected: list[str]
    years: tuple[YearPay, ...] = ()

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

    Notes
    -----
    An earlier plan year is held against the ledger only as a whole: if a deal that it
    paid is not among the deals or has no owner any more, tiers would count from less
    than was sold, so nothing of that year is posted and its late deals are told.
    """
    run = run or RunControl()
    plan = inputs.plan
    deals, unrated = convert_deals(inputs.deals, inputs.rates, plan.currency)
    before = [entry for entry in inputs.ledger if entry.period < period]
    own = entries_of_plan(before, plan, deals)
    # a plan that has ended pays no month any more, but corrects those it paid
    until = min(period, plan.last_month) if own else period
    start, end = plan.days_to(until)
    now_terms = EarlierTerms(
        plan=plan, until=until, quotas=inputs.quotas, positions=inputs.positions
    )
    months = closed_months(own, period, f"{start:%Y-%m}")
    months = [month for month in months if month <= until]
    credited = credit_deals(
        deals,
        inputs.ownership,
        inputs.splits,
        inputs.positions,
        start,
        end,
        run.part(0, 0.4),
    )
    earlier: list[YearPay] = []
    late = [unplanned(deals, before, plan, f"{start:%Y-%m}", inputs.earlier)]
    for terms in reversed(inputs.earlier):  # a year takes back what older ones paid
        one, questions = _earlier_year(inputs, deals, terms, before, earlier, period)
        late.append(questions)
        earlier += [] if one is None else [one]
    sales = cancelled_sales(
        credited.credits,
        deals,
        inputs.ownership,
        inputs.splits,
        now_terms,
        before,
        [one.changes for one in earlier],
    )
    paid, year = _paid_year(
        inputs,
        deals,
        now_terms,
        credited.credits,
        months,
        sales,
        before,
        period,
        run=run.part(0.4, 0.8),
    )
    years = [year, *earlier]
    lines = year.lines[year.lines["period"].eq(period)]
    lines = lines.assign(stable_id=lines.index)
    trace = paid.trace[paid.trace["line_id"].isin(lines.index)]
    unrated = unrated[unrated["close_on"] < end] if len(unrated) else unrated
    questions = questioned_quotas(
        credited.credits, inputs.quotas, plan, until, inputs.positions
    )
    run.report(1.0, "corrected")
    return MonthPay(
        credits=credited.credits,
        lines=pd.concat([lines, *(one.changes for one in years)]),
        trace=pd.concat(
            [trace, *(one.changes_trace for one in years)], ignore_index=True
        ),
        credit_problems=pd.concat(
            [unrated, credited.problems, outside_plan(deals, plan, period), *late],
            ignore_index=True,
        ),
        pay_problems=pd.concat([paid.problems, questions], ignore_index=True),
        corrected=sorted({month for one in years for month in one.months}),
        years=tuple(years),
    )


def _paid_year(
    inputs: MonthInputs,
    deals: pd.DataFrame,
    terms: EarlierTerms,
    credit_rows: pd.DataFrame,
    months: list[str],
    sales: EarlierSales,
    before: Sequence[LedgerEntry],
    period: str,
    *,
    paid_for: Collection[tuple[str, str]] = (),
    run: RunControl | None = None,
) -> tuple[PayResult, YearPay]:
    """
    Pay a plan year's credits; what closed where nobody sat is left out.

    `paid_for` are positions and months that somebody was paid for, whoever sits there.
    """
    paid = calculate(
        credit_rows,
        terms.quotas,
        terms.plan,
        terms.until,
        terms.positions,
        since=min([*months, terms.until]),
        earlier=sales,
        run=run,
    )
    is_paid = is_held(paid.lines, deals, inputs.tenures)
    if paid_for:  # people of that time may be gone from the list of today
        keys = zip(paid.lines["position_id"], paid.lines["origin_period"], strict=True)
        is_paid |= pd.Series([key in paid_for for key in keys], paid.lines.index)
    lines = paid.lines[is_paid]
    own = entries_of_plan(before, terms.plan, deals)
    changes, changes_trace = deltas(lines, paid.trace, own, months, period)
    return paid, YearPay(
        terms=terms,
        credits=credit_rows,
        months=months,
        lines=lines,
        changes=changes,
        changes_trace=changes_trace,
        sales=sales,
        vacant=frozenset(paid.lines.index[~is_paid]),
        unpaid=frozenset(
            zip(
                paid.problems["position_id"], paid.problems["component_id"], strict=True
            )
        ),
    )


def _earlier_year(
    inputs: MonthInputs,
    deals: pd.DataFrame,
    terms: EarlierTerms,
    before: Sequence[LedgerEntry],
    older: Sequence[YearPay],
    period: str,
) -> tuple[YearPay | None, pd.DataFrame]:
    """Pay an earlier year again, or say why its late deals cannot be paid."""
    start, end = terms.plan.days_to(terms.until)
    own = entries_of_plan(before, terms.plan, deals)
    months = closed_months(own, period, f"{start:%Y-%m}")
    months = [month for month in months if month <= terms.until]
    if not months:
        return None, no_problems()
    credited = credit_deals(
        deals, inputs.ownership, inputs.splits, terms.positions, start, end
    )
    late = late_deals(deals, before, months, terms.plan)
    lost = lost_deals(credited.credits, before, months, terms.plan, deals)
    if lost:
        return None, unsettled(late, terms.plan, lost=lost)
    sales = cancelled_sales(
        credited.credits,
        deals,
        inputs.ownership,
        inputs.splits,
        terms,
        before,
        [one.changes for one in older],
    )
    paid, year = _paid_year(
        inputs,
        deals,
        terms,
        credited.credits,
        months,
        sales,
        before,
        period,
        paid_for={(entry.position_id, entry.origin_period) for entry in own},
    )
    without_quota = paid.problems["problem"].eq("no_quota")
    lacking = set(paid.problems.loc[without_quota, "position_id"])
    if lacking:
        return None, unsettled(late, terms.plan, lacking=sorted(lacking))
    problems = credited.problems[credited.problems["deal_id"].isin(late.index)]
    return year, problems
