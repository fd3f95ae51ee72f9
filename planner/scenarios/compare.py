"""Two plans side by side: their figures, and every account that changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.core.errors import InputError

FACTS = ("name", "our_sales_minor", "potential_minor", "open_pipeline_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReading:
    """
    What a comparison needs to know of one plan.

    Parameters
    ----------
    name
        What to call it.
    accounts
        Indexed `account_id`: `territory_id`, `owner_name` and `FACTS`; territory and
        owner missing where unassigned.
    n_territories, n_vacant
        Territories, and those without a rep.
    balance_index
        Worst absolute deviation (share) by what the measure is called.
    has_shares
        Whether deviations are from wanted shares instead of equal ones.
    travel_mean_km
        Weighted mean way to the territory's centre.
    compactness_mean
        Mean compactness of the territories, 0 to 1.
    road_h_per_week, hours_over, busiest_h
        Hours driven, those a year that nobody has time for, and the most work of one
        territory in a year.
    quota_variation_share
        Standard deviation ÷ mean of quota ÷ potential.
    quota_idle_minor
        Quota of positions without a territory.
    """

    name: str
    accounts: pd.DataFrame
    n_territories: int
    n_vacant: int
    balance_index: Mapping[str, float]
    has_shares: bool
    travel_mean_km: float
    compactness_mean: float
    road_h_per_week: float
    hours_over: float
    busiest_h: float
    quota_variation_share: float
    quota_idle_minor: int

    @property
    def n_unassigned(self) -> int:
        """Accounts that no territory holds."""
        return int(self.accounts["territory_id"].isna().sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanComparison:
    """
    Outcome of `compare`.

    Parameters
    ----------
    metrics
        A row for each figure: `label`, `kind` (how to format it: number, money, share,
        hours, km), `a`, `b`, `less_is_better` (None: neither).
    moved
        Accounts whose territory differs, most potential first, indexed `account_id`:
        `FACTS`, `a_territory`, `b_territory`, `a_owner`, `b_owner`.
    """

    metrics: pd.DataFrame
    moved: pd.DataFrame


def compare(a: PlanReading, b: PlanReading) -> PlanComparison:
    """
    Put plan `b` beside plan `a`, which it is measured against.

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
    moves = _moved(a.accounts, b.accounts.loc[a.accounts.index])
    columns = ["label", "kind", "a", "b", "less_is_better"]
    metrics = pd.DataFrame(_rows(a, b, moves), columns=columns)
    return PlanComparison(metrics=metrics, moved=moves)


def _moved(was: pd.DataFrame, will: pd.DataFrame) -> pd.DataFrame:
    differs = was["territory_id"].fillna("") != will["territory_id"].fillna("")
    moves = was.loc[differs, list(FACTS)].assign(
        a_territory=was.loc[differs, "territory_id"],
        b_territory=will.loc[differs, "territory_id"],
        a_owner=was.loc[differs, "owner_name"],
        b_owner=will.loc[differs, "owner_name"],
    )
    return moves.sort_values("potential_minor", ascending=False, kind="stable")


def _rows(
    a: PlanReading, b: PlanReading, moves: pd.DataFrame
) -> Iterable[tuple[Any, ...]]:
    """Line up the figures: label, kind, of `a`, of `b`, whether less is better."""
    yield "Territories", "number", a.n_territories, b.n_territories, None
    yield "Territories without a rep", "number", a.n_vacant, b.n_vacant, True
    note = " from wanted shares" if a.has_shares or b.has_shares else ""
    for measure, index in a.balance_index.items():
        if measure in b.balance_index:
            label = f"{measure}, worst deviation{note}"
            yield label, "share", index, b.balance_index[measure], True
    yield "Travel to the centre, mean", "km", a.travel_mean_km, b.travel_mean_km, True
    shapes = (a.compactness_mean, b.compactness_mean)
    yield "Compactness, mean", "share", *shapes, False
    hours = {
        "On the road, a week": (a.road_h_per_week, b.road_h_per_week),
        "Hours a year beyond what reps can work": (a.hours_over, b.hours_over),
        "Workload of the busiest": (a.busiest_h, b.busiest_h),
    }
    for label, (of_a, of_b) in hours.items():
        if of_a == of_b == 0:  # no visits are planned, so there is no work
            continue
        yield label, "hours", of_a, of_b, True
    yield "Accounts unassigned", "number", a.n_unassigned, b.n_unassigned, True
    yield "Accounts with another territory", "number", 0, len(moves), True
    if (a.accounts["our_sales_minor"].fillna(0) != 0).any():
        sales_minor = int(moves["our_sales_minor"].fillna(0).sum())
        yield "Our sales that change hands", "money", 0, sales_minor, True
    spreads = (a.quota_variation_share, b.quota_variation_share)
    yield "Quota ÷ potential, spread", "share", *spreads, True
    if a.quota_idle_minor or b.quota_idle_minor:
        idle = (a.quota_idle_minor, b.quota_idle_minor)
        yield "Quota without a territory", "money", *idle, True
