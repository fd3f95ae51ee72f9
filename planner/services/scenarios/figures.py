"""The figures by which two plans are compared: balance, way, hours, heads, quotas."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.core.units import MIN_PER_HOUR
from planner.services.balance.inputs import balance_inputs
from planner.services.balance.request import BalanceRequest
from planner.services.balance.team import Team
from planner.services.balance.team import load_team
from planner.services.people.holders import VACANT
from planner.services.territories.view import TerritoryView
from planner.services.territories.view import travel_of
from planner.services.workspace import Workspace
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows
from planner.territory.model.measures import centroids
from planner.territory.model.params import BalanceMeasure
from planner.territory.model.params import BalanceParams
from planner.territory.model.workhours import HoursParams
from planner.territory.model.workhours import work_hours

WEEKS_PER_YEAR = 52
_INDEXES = {
    "potential_minor": "Potential, worst deviation",
    "our_sales_minor": "Our sales, worst deviation",
    "accounts": "Accounts, worst deviation",
    "workload_min": "Workload, worst deviation",
}


def figures(
    ws: Workspace, a: TerritoryView, b: TerritoryView, moved: pd.DataFrame
) -> pd.DataFrame:
    """
    Put the figures of two plans side by side.

    Parameters
    ----------
    a, b
        The plans.
    moved
        Accounts whose territory differs, with `our_sales_minor`.

    Returns
    -------
    `label`, `kind` (how to format it: number, money, share, hours, km), `a`, `b`,
    `less_is_better` (None: neither); a row for each figure.
    """
    sales_minor = int(moved["our_sales_minor"].fillna(0).sum())
    rows = [
        ("Territories", "number", len(a.territories), len(b.territories), None),
        ("Territories without a rep", "number", _n_vacant(a), _n_vacant(b), True),
        *_index_rows(a, b),
        ("Travel to the centre, mean", "km", _mean_km(a), _mean_km(b), True),
        *_hour_rows(load_team(ws), a, b),
        ("Workload of the busiest", "hours", _top_hours(a), _top_hours(b), True),
        ("Accounts unassigned", "number", *_n_unassigned(a, b), True),
        ("Accounts with another territory", "number", 0, len(moved), True),
        ("Our sales that change hands", "money", 0, sales_minor, True),
        *_quota_rows(ws, a, b),
    ]
    return pd.DataFrame(rows, columns=["label", "kind", "a", "b", "less_is_better"])


def quotas_by_year(quotas: pd.DataFrame) -> pd.DataFrame:
    """
    Bring quotas to whole years.

    Parameters
    ----------
    quotas
        QUOTAS frame; a year stands there itself, or only by its months.

    Returns
    -------
    `position_id`, `measure`, `period` (a year), `amount_minor`: the year's own row
    where there is one, else the sum of its months.
    """
    keys = ["position_id", "measure", "period"]
    is_year = quotas["period"].str.len() == len("2026")
    months = quotas[~is_year].assign(period=quotas["period"].str[: len("2026")])
    summed = months.groupby(keys, as_index=False)["amount_minor"].sum()
    both = pd.concat([quotas.loc[is_year, [*keys, "amount_minor"]], summed])
    return both.drop_duplicates(keys, ignore_index=True)


def _index_rows(a: TerritoryView, b: TerritoryView) -> list[tuple[Any, ...]]:
    wanted = " from wanted shares" if a.has_shares or b.has_shares else ""
    return [
        (f"{label}{wanted}", "share", float(a.index[name]), float(b.index[name]), True)
        for name, label in _INDEXES.items()
    ]


def _n_vacant(view: TerritoryView) -> int:
    return int((view.territories["rep_name"] == VACANT).sum())


def _n_unassigned(a: TerritoryView, b: TerritoryView) -> tuple[int, int]:
    return a.n_unassigned_accounts, b.n_unassigned_accounts


def _mean_km(view: TerritoryView) -> float:
    return travel_of(view)["weighted_mean_km"]


def _top_hours(view: TerritoryView) -> float:
    return float(view.territories["workload_min"].max()) / MIN_PER_HOUR


def _hour_rows(team: Team, a: TerritoryView, b: TerritoryView) -> list[tuple[Any, ...]]:
    (road_a, over_a), (road_b, over_b) = _hours(team, a), _hours(team, b)
    return [
        ("On the road, a week", "hours", road_a, road_b, True),
        ("Hours a year beyond what reps can work", "hours", over_a, over_b, True),
    ]


def _hours(team: Team, view: TerritoryView) -> tuple[float, float]:
    """
    Work out the hours driven in a week, and those a year that nobody has time for.

    Notes
    -----
    Ways are from the middle of each territory, as `work_hours` estimates them. A vacant
    seat counts as the mean of the others: it will be filled.
    """
    by_unit = view.units["territory_id"].dropna()
    if by_unit.empty:
        return float("nan"), float("nan")
    params = BalanceParams(measures=(BalanceMeasure(column="accounts"),))
    units = balance_inputs(view, team, BalanceRequest(params=params)).instance.units
    held = units.loc[by_unit.index]
    centres = centroids(held, held["accounts"], by_unit)
    hours = work_hours(held, by_unit, centres, HoursParams())
    road_h = float(hours.sum() - held["service_min"].sum() / MIN_PER_HOUR)
    needed = hours.groupby(by_unit).sum()
    seats = view.territories["position_id"].reindex(needed.index)
    minutes = team.capacity_min.reindex(seats.to_numpy()).to_numpy(dtype=float)
    can = pd.Series(minutes / MIN_PER_HOUR, index=needed.index)
    can = can.where(can > 0)
    over = (needed - can.fillna(can.mean())).clip(lower=0).sum(skipna=False)
    return road_h / WEEKS_PER_YEAR, float(over)


def _quota_rows(
    ws: Workspace, a: TerritoryView, b: TerritoryView
) -> list[tuple[Any, ...]]:
    """Compare quota ÷ potential, and what quota lies on seats without territory."""
    spread_a, left_a = _quotas(ws, a)
    spread_b, left_b = _quotas(ws, b)
    rows: list[tuple[Any, ...]] = [
        ("Quota ÷ potential, spread", "share", spread_a, spread_b, True)
    ]
    if left_a or left_b:
        rows.append(("Quota without a territory", "money", left_a, left_b, True))
    return rows


def _quotas(ws: Workspace, view: TerritoryView) -> tuple[float, int]:
    """
    Read a plan's quotas of its latest year.

    Returns
    -------
    Standard deviation ÷ mean of quota ÷ potential over the territories, and the quota
    of reps' positions that have no territory in the plan.
    """
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, view.scenario.scenario_id)
        positions = team_rows.load_positions(conn, str(ws.company_id))
    yearly = quotas_by_year(quotas)
    latest = yearly[yearly["period"] == yearly["period"].max()]
    amount = latest.groupby("position_id")["amount_minor"].sum()
    quota = view.territories["position_id"].map(amount).astype(float)
    ratio = quota / view.territories["potential_minor"].replace(0, float("nan"))
    reps = positions.index[positions["role"] == "rep"]
    idle = amount.index.intersection(reps).difference(view.territories["position_id"])
    return float(ratio.std(ddof=0) / ratio.mean()), int(amount[idle].sum())
