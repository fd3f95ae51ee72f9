"""What a target can be split by: potential, sales, last attainment, or evenly."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.core.errors import InputError
from planner.quotas.crediting import credit_deals
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows

ATTAINMENT, EVENLY = "last_attainment", "evenly"
# In the order of preference: the first that the list has is offered first.
BASES: Mapping[str, str] = {
    "potential_minor": "Potential",
    "our_sales_minor": "Our sales",
    "annual_revenue_minor": "Annual revenue",
    "workload_min": "Workload",
    "accounts": "Accounts",
    ATTAINMENT: "Last attainment",
    EVENLY: "Evenly",
}


def base_weights(
    positions: pd.DataFrame, by_position: pd.DataFrame, credited: pd.Series
) -> dict[str, pd.Series]:
    """
    Weigh the positions by all that holds anything.

    Parameters
    ----------
    positions
        Those that work a territory, indexed `position_id`.
    by_position
        Figures of their territories, indexed `position_id`.
    credited
        What each was credited with in the last twelve months, minor units.

    Returns
    -------
    The weights, ≥ 0, by base, in the order of `BASES`; ``evenly`` is always there.
    """
    weights = {}
    for base in BASES:
        if base == EVENLY:
            weights[base] = pd.Series(1.0, index=positions.index)
            continue
        figures = credited if base == ATTAINMENT else by_position.get(base)
        if figures is None:
            continue
        weight = figures.reindex(positions.index).astype("Float64").fillna(0.0)
        weight = weight.astype(float).clip(lower=0.0)
        if weight.sum() > 0:
            weights[base] = weight
    return weights


def credited_last_year(ws: OpenCompany) -> pd.Series:
    """Sum what each position was credited with in the twelve months up to today."""
    with ws.store.reading() as conn:
        today = company_rows.load_company(conn, ws.company_id).today
        ownership = quota_rows.load_ownership(conn, ws.company_id)
        deals = deal_rows.load_deals(conn, ws.company_id)
        splits = deal_rows.load_splits(conn, ws.company_id)
        positions = team_rows.load_positions(conn, ws.company_id)
    if ownership.empty and splits.empty:  # nothing was ever published
        return pd.Series(dtype="float64")
    end = pd.Timestamp(today) + pd.Timedelta(days=1)
    start = end - pd.DateOffset(years=1)
    credits_ = credit_deals(deals, ownership, splits, positions, start, end).credits
    own = credits_[
        (credits_["kind"] == "direct") & (credits_["credit_type"] == "revenue")
    ]
    return own.groupby("position_id")["amount_minor"].sum().clip(lower=0)


def chosen_weights(weights: Mapping[str, pd.Series], base: str | None) -> pd.Series:
    """
    Return the weights of a base; None: the first there is.

    Raises
    ------
    InputError
        If there is no such base, or no territory has anything of it.
    """
    if base is None:
        return next(iter(weights.values()))
    if base not in BASES:
        raise InputError(f"by must be one of {', '.join(BASES)}, got {base!r}")
    if base not in weights:
        others = ", ".join(BASES[name].lower() for name in weights)
        raise InputError(
            f"no territory of this scenario has any {BASES[base].lower()} to split a "
            f"target by; split it by {others}"
        )
    return weights[base]
