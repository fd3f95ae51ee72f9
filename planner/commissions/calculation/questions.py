"""What can be paid but hardly be meant: asked about, never passed over."""

from __future__ import annotations

import pandas as pd

from planner.commissions.calculation.eligibility import eligible
from planner.commissions.plans.plan import CompPlan
from planner.core.money import format_minor, round_ratio
from planner.core.reasons import Reason
from planner.quotas.exchange import PROBLEM_COLUMNS

HIGHEST_ATTAINMENT = 10  # a thousand per cent of a year's quota


def outside_plan(deals: pd.DataFrame, plan: CompPlan, period: str) -> pd.DataFrame:
    """
    List the deals of a month that another plan has to pay.

    Parameters
    ----------
    deals
        DEALS frame in the plan's currency.
    plan, period
        The plan, and the month it pays.

    Returns
    -------
    Problem rows of the won deals of the month that closed before the plan begins or
    after it ends.
    """
    month = pd.Period(period, freq="M")
    closed_on = deals["close_on"]
    in_month = (closed_on >= month.start_time) & (closed_on <= month.end_time)
    in_plan = (closed_on >= pd.Timestamp(plan.valid_from)) & (
        closed_on < pd.Timestamp(plan.valid_to)
    )
    left = deals[deals["stage"].eq("won") & in_month & ~in_plan]
    rows = [
        {
            "deal_id": deal.Index,
            "account_id": deal.account_id,
            "close_on": deal.close_on,
            "amount_minor": deal.amount_minor,
            "currency": deal.currency,
            "problem": "outside_plan",
            "message": str(
                Reason(
                    "credit_outside_plan",
                    {
                        "deal": deal.Index,
                        "day": f"{deal.close_on:%Y-%m-%d}",
                        "amount": format_minor(deal.amount_minor, deal.currency),
                        "currency": deal.currency,
                        "plan": plan.plan_id,
                        "first": plan.valid_from.isoformat(),
                        "end": plan.valid_to.isoformat(),
                    },
                )
            ),
        }
        for deal in left.sort_index().itertuples()
    ]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def questioned_quotas(
    credit_rows: pd.DataFrame,
    quotas: pd.DataFrame,
    plan: CompPlan,
    period: str,
    positions: pd.DataFrame,
) -> pd.DataFrame:
    """
    Question quotas of a year that sales are far above.

    Parameters
    ----------
    credit_rows
        Credits of the plan year to the month's end.
    quotas, positions
        QUOTAS and POSITIONS frames.
    plan, period
        The plan, and the month it pays.

    Returns
    -------
    Problem rows `position_id`, `problem`, `message`: quotas below a tenth of the sales
    of their measure; one that no component uses is held against all revenue.
    """
    year = plan.year.span(period, "year")
    years = quotas["period"].map(lambda of: plan.year.span(of, "year"))
    goals = quotas[years.eq(year)]
    is_year = goals["period"].str.len().eq(len(year))
    months = goals[~is_year].groupby(["measure", "position_id"])["amount_minor"].sum()
    stated = goals[is_year].set_index(["measure", "position_id"])["amount_minor"]
    asked = stated.combine_first(months)
    used = {part.quota_measure: part for part in plan.components}
    rows = []
    for measure in sorted(set(goals["measure"])):
        part = used.get(measure)
        mine = credit_rows[credit_rows["credit_type"].eq("revenue")]
        if part is not None:
            mine = eligible(credit_rows, part, positions)
        sales = mine.groupby("position_id")["amount_minor"].sum()
        for position_id, quota in asked.loc[measure].items():
            sold = int(sales.get(position_id, 0))
            if 0 < quota * HIGHEST_ATTAINMENT < sold:
                values = {
                    "position": position_id,
                    "measure": measure,
                    "quota": format_minor(int(quota), plan.currency),
                    "sales": format_minor(sold, plan.currency),
                    "currency": plan.currency,
                    "times": round_ratio(sold, int(quota)),
                    "year": year,
                }
                reason = Reason("pay_tiny_quota", values)
                rows.append((position_id, "tiny_quota", str(reason)))
    return pd.DataFrame(rows, columns=["position_id", "problem", "message"])
