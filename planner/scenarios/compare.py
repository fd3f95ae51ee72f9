"""Two plans side by side: their figures, and every account that changes hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InputError
from planner.core.units import MIN_PER_HOUR

FACTS = ("name", "our_sales_minor", "potential_minor", "open_pipeline_minor")


@dataclass(frozen=True, kw_only=True)
class PlanReading:
    """
    What a comparison needs to know of one plan.

    Parameters
    ----------
    name
        What to call it.
    accounts
        Indexed `account_id`: `territory_id` and `owner_id`; missing where unassigned.
    balance_index
        Worst absolute deviation (share) by measure.
    travel_mean_km
        Weighted mean way to the territory's centre.
    workload_min, capacity_min
        Minutes a year by `territory_id`, needed and at hand.
    quota_variation_share
        Standard deviation ÷ mean of quota ÷ potential; None: no quotas.
    """

    name: str
    accounts: pd.DataFrame
    balance_index: Mapping[str, float]
    travel_mean_km: float
    workload_min: pd.Series
    capacity_min: pd.Series
    quota_variation_share: float | None = None


@dataclass(frozen=True, kw_only=True)
class PlanComparison:
    """
    Outcome of `compare`.

    Parameters
    ----------
    metrics
        A row for each figure: `label`, `kind` (number, money, share, hours, km), `a`,
        `b`, `less_is_better` (None: neither).
    moved
        Accounts whose owner or territory differs, most potential first, indexed
        `account_id`: `FACTS`, `a_territory`, `b_territory`, `a_owner`, `b_owner`.
    """

    metrics: pd.DataFrame
    moved: pd.DataFrame


def compare(a: PlanReading, b: PlanReading, facts: pd.DataFrame) -> PlanComparison:
    """
    Put plan `b` beside plan `a`.

    Parameters
    ----------
    a, b
        The plans; `a` is what `b` is measured against.
    facts
        Indexed `account_id`, columns `FACTS`: what is at stake at each account.

    Raises
    ------
    InputError
        If the plans do not place the same accounts.
    """
    strangers = a.accounts.index.symmetric_difference(b.accounts.index)
    if len(strangers):
        raise InputError(
            f"{a.name} and {b.name} must place the same accounts; "
            f"{len(strangers)} stand in one alone, such as {strangers[0]}"
        )
    moved = _moved(a.accounts, b.accounts.loc[a.accounts.index], facts)
    rows: list[tuple[object, ...]] = [
        ("Territories", "number", _n_territories(a), _n_territories(b), None),
        *_index_rows(a, b),
        ("Travel to the centre, mean", "km", a.travel_mean_km, b.travel_mean_km, True),
        ("Hours over capacity", "hours", _hours_over(a), _hours_over(b), True),
        ("Accounts unassigned", "number", _n_unassigned(a), _n_unassigned(b), True),
        ("Accounts that change hands", "number", 0, len(moved), True),
    ]
    for column, label in _MONEY.items():
        rows.append((label, "money", 0, int(moved[column].fillna(0).sum()), True))
    if a.quota_variation_share is not None and b.quota_variation_share is not None:
        spreads = (a.quota_variation_share, b.quota_variation_share)
        rows.append(("Quota ÷ potential, spread", "share", *spreads, True))
    columns = ["label", "kind", "a", "b", "less_is_better"]
    return PlanComparison(metrics=pd.DataFrame(rows, columns=columns), moved=moved)


_MONEY = {
    "our_sales_minor": "Our sales that change hands",
    "open_pipeline_minor": "Open pipeline that changes hands",
}


def _moved(was: pd.DataFrame, will: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    pair = pd.DataFrame(
        {
            "a_territory": was["territory_id"],
            "b_territory": will["territory_id"],
            "a_owner": was["owner_id"],
            "b_owner": will["owner_id"],
        }
    )
    text = pair.fillna("")
    differs = (text["a_territory"] != text["b_territory"]) | (
        text["a_owner"] != text["b_owner"]
    )
    moved = facts[list(FACTS)].reindex(pair.index[differs]).join(pair)
    return moved.sort_values("potential_minor", ascending=False, kind="stable")


def _index_rows(a: PlanReading, b: PlanReading) -> list[tuple[object, ...]]:
    """Set the balance indexes of the measures that both plans have side by side."""
    return [
        (
            f"{measure.removesuffix('_minor').replace('_', ' ')}, worst deviation",
            "share",
            float(index),
            float(b.balance_index[measure]),
            True,
        )
        for measure, index in a.balance_index.items()
        if measure in b.balance_index
    ]


def _n_territories(plan: PlanReading) -> int:
    return int(plan.accounts["territory_id"].nunique())


def _n_unassigned(plan: PlanReading) -> int:
    return int(plan.accounts["territory_id"].isna().sum())


def _hours_over(plan: PlanReading) -> float:
    """Sum the hours that territories need above what they have."""
    over = plan.workload_min.sub(plan.capacity_min, fill_value=0).clip(lower=0)
    return float(over.sum()) / MIN_PER_HOUR
