"""The figures by which two plans are compared: balance, way, hours, heads, quotas."""

from __future__ import annotations

import pandas as pd

from planner.core.units import MIN_PER_HOUR
from planner.quotas.setting import equity
from planner.scenarios.compare import PlanReading
from planner.services.balance.inputs import balance_inputs
from planner.services.balance.request import BalanceRequest
from planner.services.balance.team import Team, load_team
from planner.services.people.holders import VACANT
from planner.services.territories.view import TerritoryView, travel_of
from planner.services.workspace import OpenCompany
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows
from planner.territory.model.measures import centroids
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.model.unit_table import MEASURES
from planner.territory.model.workhours import HoursParams, work_hours

WEEKS_PER_YEAR = 52


def plan_reading(ws: OpenCompany, view: TerritoryView) -> PlanReading:
    """Read the figures of one scenario for a comparison."""
    road_h, over_h = _hours(load_team(ws), view)
    spread, idle_minor = _quotas(ws, view)
    return PlanReading(
        name=view.scenario.name,
        accounts=view.accounts,
        n_territories=len(view.territories),
        n_vacant=int((view.territories["rep_name"] == VACANT).sum()),
        balance_index={
            MEASURES[name]: float(view.index[name]) for name in view.measures
        },
        has_shares=view.has_shares,
        travel_mean_km=travel_of(view)["weighted_mean_km"],
        compactness_mean=float(view.territories["compactness"].mean()),
        road_h_per_week=road_h,
        hours_over=over_h,
        busiest_h=float(view.territories["workload_min"].max()) / MIN_PER_HOUR,
        quota_variation_share=spread,
        quota_idle_minor=idle_minor,
    )


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
    assigned = units.loc[by_unit.index]
    centres = centroids(assigned, assigned["accounts"], by_unit)
    hours = work_hours(assigned, by_unit, centres, HoursParams())
    road_h = float(hours.sum() - assigned["service_min"].sum() / MIN_PER_HOUR)
    needed = hours.groupby(by_unit).sum()
    seats = view.territories["position_id"].reindex(needed.index)
    minutes = team.capacity_min.reindex(seats.to_numpy()).to_numpy(dtype=float)
    can = pd.Series(minutes / MIN_PER_HOUR, index=needed.index)
    can = can.where(can > 0)
    over = (needed - can.fillna(can.mean())).clip(lower=0).sum(skipna=False)
    return road_h / WEEKS_PER_YEAR, float(over)


def _quotas(ws: OpenCompany, view: TerritoryView) -> tuple[float, int]:
    """
    Read a plan's quotas of its latest year.

    Returns
    -------
    Standard deviation ÷ mean of quota ÷ potential over the territories, and the quota
    of reps' positions that have no territory in the plan.
    """
    with ws.store.reading() as conn:
        quotas = quota_rows.load_quotas(conn, view.scenario.scenario_id)
        positions = team_rows.load_positions(conn, ws.company_id)
    yearly = quotas_by_year(quotas)
    latest = yearly[yearly["period"] == yearly["period"].max()]
    amount = latest.groupby("position_id")["amount_minor"].sum()
    quota = view.territories["position_id"].map(amount)
    potential = view.territories["potential_minor"]
    is_measured = quota.notna() & (potential > 0)
    spread = float("nan")
    if is_measured.any():
        spread = equity(quota[is_measured], potential[is_measured]).variation_share
    reps = positions.index[positions["role"] == "rep"]
    idle = amount.index.intersection(reps).difference(view.territories["position_id"])
    return spread, int(amount[idle].sum())
