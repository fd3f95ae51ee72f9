"""Who works the territories, and the load each is to get."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from planner.capacity.workload import rep_minutes
from planner.core.errors import InfeasibleError, InputError
from planner.core.money import allocate_minor
from planner.core.reasons import Reason
from planner.core.units import MIN_PER_HOUR, PPM
from planner.services.balance.request import CAPACITY, BalanceRequest
from planner.services.people.holders import active_reps
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.territory.model.workhours import HOURS


@dataclass(frozen=True, kw_only=True, eq=False)
class Team:
    """
    Who works the territories on a day.

    Parameters
    ----------
    as_of
        The day.
    currency
        Of the company.
    capacity_min
        Minutes a year by `position_id`, of positions that are held.
    cost_minor
        A year by `position_id`.
    """

    as_of: dt.date
    currency: str
    capacity_min: pd.Series
    cost_minor: pd.Series


def load_team(ws: OpenCompany) -> Team:
    """Read who works the territories of the open company on its date."""
    company_id = ws.company_id
    with ws.store.reading() as conn:
        reps = team_rows.load_reps(conn, company_id)
        company = company_rows.load_company(conn, company_id)
    reps = active_reps(reps, company.today)
    minutes = rep_minutes(reps, pd.Timestamp(company.today)).astype(float)
    cost = reps["cost_minor_per_year"].astype("Float64").astype(float)
    seats = reps["position_id"].to_numpy()
    return Team(
        as_of=company.today,
        currency=company.currency,
        capacity_min=minutes.set_axis(seats),
        cost_minor=cost.set_axis(seats),
    )


def shares_of(view: TerritoryView, team: Team, request: BalanceRequest) -> pd.Series:
    """
    Work out what each territory of today is to get, as a multiple of the mean.

    Notes
    -----
    A territory nobody works counts as the mean of the others: the seat will be filled.
    Shares are whole millionths of the total, as the scenario keeps them afterwards.
    """
    ids = sorted(view.units["territory_id"].dropna().unique())
    even = pd.Series(1.0, index=pd.Index(ids, name="territory_id"))
    if request.shares != CAPACITY:
        return even
    seats = view.territories["position_id"].reindex(ids)
    minutes = pd.Series(team.capacity_min.reindex(seats).to_numpy(), index=even.index)
    minutes = minutes.where(minutes > 0)
    if minutes.isna().all():
        raise InputError("no territory has a rep whose capacity is known")
    minutes = minutes.fillna(minutes.mean())
    ppm = pd.Series(allocate_minor(PPM, list(minutes)), index=even.index)
    return ppm * len(ppm) / PPM


def fixed_load_of(
    accounts: pd.DataFrame, territory_by_account: pd.Series, request: BalanceRequest
) -> pd.DataFrame | None:
    """
    Add up what the accounts named apart bring to their territories, by measure.

    Parameters
    ----------
    accounts
        Open accounts by `account_id`.
    territory_by_account
        Territory of those that stay apart from their unit.
    request
        What is asked.
    """
    if territory_by_account.empty:
        return None
    own = accounts.loc[territory_by_account.index].assign(accounts=1)
    table = {}
    for column in request.columns:
        measure = "workload_min" if column == HOURS else column
        numbers = own[measure].astype("Float64").fillna(0).astype(float)
        scale = MIN_PER_HOUR if column == HOURS else 1
        table[column] = numbers.groupby(territory_by_account).sum() / scale
    return pd.DataFrame(table)


def targets_of(
    view: TerritoryView,
    team: Team,
    accounts: pd.DataFrame,
    territory_by_account: pd.Series,
    request: BalanceRequest,
) -> pd.DataFrame | None:
    """
    Work out the load each territory is to get of the rows.

    What its named accounts bring already is taken off its share of the whole.
    """
    if request.shares != CAPACITY and territory_by_account.empty:
        return None
    share = shares_of(view, team, request)
    values = accounts.assign(accounts=1)
    targets = {}
    for column in request.columns:
        measure = "workload_min" if column == HOURS else column
        numbers = values[measure].astype("Float64").fillna(0).astype(float)
        fixed_load = (
            numbers[territory_by_account.index].groupby(territory_by_account).sum()
        )
        total = numbers[accounts["unit_id"].notna()].sum()
        outside = numbers[territory_by_account.index][
            accounts.loc[territory_by_account.index, "unit_id"].isna()
        ]
        loads = share * (total + outside.sum()) / len(share)
        loads_left = loads - fixed_load.reindex(share.index).fillna(0.0)
        full = loads_left.index[(loads_left <= 0).to_numpy()]
        if len(full):
            raise InfeasibleError(
                [Reason("fixed_load_fills", {"territory": str(full[0])})]
            )
        targets[column] = loads_left
    return pd.DataFrame(targets)
