"""Plan years before the one that pays: what they paid by, what arrived too late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from planner.commissions.calculation.accumulate import EarlierSales, PaidSale
from planner.commissions.ledger.corrections import entries_of_plan
from planner.commissions.ledger.entries import LedgerEntry
from planner.commissions.plans.plan import CompPlan
from planner.core.money import format_minor
from planner.core.reasons import Reason
from planner.quotas.crediting import credit_deals
from planner.quotas.exchange import PROBLEM_COLUMNS


@dataclass(frozen=True, kw_only=True)
class EarlierTerms:
    """
    What days of one plan year are paid by.

    Parameters
    ----------
    plan
        The plan in force.
    until
        The last month that it pays: ``2025-12``.
    quotas, positions
        QUOTAS and POSITIONS frames of that time.
    """

    plan: CompPlan
    until: str
    quotas: pd.DataFrame
    positions: pd.DataFrame


def earlier_spans(
    plan: CompPlan, plans: Sequence[CompPlan], period: str, first: str
) -> list[tuple[CompPlan, str]]:
    """
    Find what paid the months before the plan year of a month.

    Parameters
    ----------
    plan
        The plan of the month.
    plans
        All there are; of those that pay a month the first counts.
    period
        The month.
    first
        The first month wanted.

    Returns
    -------
    Each plan with the last month that it pays there, the newest first; a plan of
    several years stands in it once for each.
    """
    begin, _ = plan.days_to(min(period, plan.last_month))
    month = pd.Period(begin - pd.Timedelta(days=1), "M")
    spans = []
    while str(month) >= first:
        # in a month that two plans share, one is earlier only if it ends there
        until = min((month + 1).start_time, begin).date()
        ending = (each for each in plans if each.ends_by(str(month), until))
        payer = next(ending, None)
        if payer is None:
            month -= 1
            continue
        spans.append((payer, str(month)))
        begin, _ = payer.days_to(str(month))
        month = pd.Period(begin - pd.Timedelta(days=1), "M")
    return spans


def late_deals(
    deals: pd.DataFrame,
    ledger: Sequence[LedgerEntry],
    months: Sequence[str],
    plan: CompPlan,
) -> pd.DataFrame:
    """
    List the won deals of closed months that the ledger knows nothing of.

    Parameters
    ----------
    deals
        DEALS frame in the plan's currency.
    ledger
        What was posted before.
    months
        The closed months.
    plan
        The plan that pays them.

    Returns
    -------
    Rows of the DEALS frame.
    """
    posted = {entry.deal_id for entry in ledger}
    in_months = deals["close_on"].dt.strftime("%Y-%m").isin(list(months))
    is_new = ~deals.index.isin(list(posted))
    return deals[_won_within(deals, plan) & is_new & in_months]


def _won_within(deals: pd.DataFrame, plan: CompPlan) -> pd.Series:
    closed_on = deals["close_on"]
    in_plan = (closed_on >= pd.Timestamp(plan.valid_from)) & (
        closed_on < pd.Timestamp(plan.valid_to)
    )
    return deals["stage"].eq("won") & in_plan


def lost_deals(
    credit_rows: pd.DataFrame,
    ledger: Sequence[LedgerEntry],
    months: Sequence[str],
    plan: CompPlan,
    deals: pd.DataFrame,
) -> list[str]:
    """
    Name the deals that were paid in closed months and cannot be credited any more.

    A deal that is there and closed otherwise (lost, or on another day) is none of them.

    Parameters
    ----------
    credit_rows
        Credits of the months by today's data.
    ledger, months, plan, deals
        As of `late_deals`.
    """
    worth: dict[str, int] = defaultdict(int)
    for entry in entries_of_plan(ledger, plan, deals):
        if entry.origin_period in months and entry.deal_id:
            worth[entry.deal_id] += entry.amount_minor
    credited = set(credit_rows["deal_id"])
    changed = set(deals.index[~_won_within(deals, plan)])  # taken back, not lost
    return sorted(
        name
        for name, sum_ in worth.items()
        if sum_ and name not in credited and name not in changed
    )


def unplanned(
    deals: pd.DataFrame,
    ledger: Sequence[LedgerEntry],
    plan: CompPlan,
    first: str,
    earlier: Sequence[EarlierTerms],
) -> pd.DataFrame:
    """
    List the late deals of months before the plan year that no plan is given for.

    Parameters
    ----------
    deals, ledger
        As of `late_deals`.
    plan
        The plan of the year.
    first
        Its first month.
    earlier
        What earlier months are paid by.

    Returns
    -------
    Problem rows.
    """
    begun = min((entry.origin_period for entry in ledger), default=first)
    closed_on = deals["close_on"].dt.strftime("%Y-%m")
    is_unplanned = (closed_on >= begun) & (closed_on < first) & deals["stage"].eq("won")
    is_unplanned &= ~deals.index.isin([entry.deal_id for entry in ledger])
    for terms in earlier:
        start, end = terms.plan.days_to(terms.until)
        is_unplanned &= ~((deals["close_on"] >= start) & (deals["close_on"] < end))
    return _rows(deals[is_unplanned], plan, "credit_late_no_plan", [])


def no_problems() -> pd.DataFrame:
    """Make a table of problems without any."""
    return pd.DataFrame(columns=list(PROBLEM_COLUMNS))


def unsettled(
    late: pd.DataFrame,
    plan: CompPlan,
    *,
    lost: Sequence[str] = (),
    lacking: Sequence[str] = (),
) -> pd.DataFrame:
    """
    Say why late deals of an earlier plan year are not paid, and how to repair it.

    Parameters
    ----------
    late
        As of `late_deals`.
    plan
        The plan of their days.
    lost
        Deals that year paid and that are gone.
    lacking
        Positions without a quota of that year.

    Returns
    -------
    Problem rows.
    """
    code = "credit_late_lost" if lost else "credit_late_no_quota"
    return _rows(late, plan, code, list(lost or lacking))


def _rows(
    late: pd.DataFrame, plan: CompPlan, code: str, names: list[str]
) -> pd.DataFrame:
    rows = []
    for deal in late.sort_index().itertuples():
        values = {
            "deal": deal.Index,
            "day": f"{deal.close_on:%Y-%m-%d}",
            "amount": format_minor(deal.amount_minor, deal.currency),
            "currency": deal.currency,
            "plan": plan.plan_id,
            "names": names,
        }
        rows.append(
            {
                "deal_id": deal.Index,
                "account_id": deal.account_id,
                "close_on": deal.close_on,
                "amount_minor": deal.amount_minor,
                "currency": deal.currency,
                "problem": "late_unpaid",
                "message": str(Reason(code, values)),
            }
        )
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def cancelled_sales(
    credit_rows: pd.DataFrame,
    deals: pd.DataFrame,
    ownership: pd.DataFrame,
    splits: pd.DataFrame | None,
    terms: EarlierTerms,
    ledger: Sequence[LedgerEntry],
    changes: Sequence[pd.DataFrame] = (),
) -> EarlierSales:
    """
    Find what was paid for sales of earlier years that this one takes back.

    Parameters
    ----------
    credit_rows
        Credits of the plan year.
    deals, ownership, splits
        As of `credit_deals`.
    terms
        Of the plan year.
    ledger
        What was posted before.
    changes
        Lines about to be posted with this year's, which correct earlier ones.

    Returns
    -------
    By component, position and deal. A sale that was not paid is left out.
    """
    start, _ = terms.plan.days_to(terms.until)
    refunds = credit_rows[credit_rows["event"].eq("cancellation")]
    sold_on = deals["close_on"].reindex(refunds["related_deal_id"]).array
    sales = set(refunds.loc[sold_on < start, "related_deal_id"])
    if not sales:
        return {}
    part = deals[deals.index.isin(list(sales)) | deals["related_deal_id"].isin(sales)]
    old = credit_deals(part, ownership, splits, terms.positions, None, start).credits
    credit_by_key: dict[tuple[str, str], int] = defaultdict(int)
    back_by_key: dict[tuple[str, str], int] = defaultdict(int)
    for row in old.itertuples():
        if row.event == "booking":
            credit_by_key[(row.position_id, row.deal_id)] += row.amount_minor
        else:
            back_by_key[(row.position_id, row.related_deal_id)] += row.amount_minor
    paid: dict[tuple[str, str, str], int] = defaultdict(int)
    for entry in ledger:
        if entry.deal_id in sales:
            paid[(entry.component_id, entry.position_id, entry.deal_id)] += (
                entry.amount_minor
            )
    for lines in changes:
        for row in lines[lines["deal_id"].isin(list(sales))].itertuples():
            paid[(row.component_id, row.position_id, row.deal_id)] += row.amount_minor
    return {
        key: PaidSale(
            credit_minor=credit_by_key[key[1:]],
            amount_minor=amount,
            cancelled_minor=back_by_key.get(key[1:], 0),
        )
        for key, amount in paid.items()
        if credit_by_key.get(key[1:])
    }
