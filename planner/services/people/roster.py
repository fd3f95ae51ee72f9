"""Who works for the open company on its date, and what they can do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from planner.capacity.workload import rep_minutes
from planner.core.units import PPM
from planner.services.people.holders import active_reps, owner_names, reps_here
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import team as team_rows
from planner.store.scenarios import quotas as quota_rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Roster:
    """
    Positions and people of a company on a day.

    Parameters
    ----------
    as_of
        The day.
    positions
        POSITIONS frame.
    here
        REPS frame of all who hold a position, also of two who hold the same.
    capacity_min
        Minutes a year by `position_id`, of positions that are held.
    owner_names
        Who holds each position, by `position_id`; ``vacant`` where nobody does.
    owned_twice
        Owning positions (tuple) by `account_id`, of accounts whose owners have more
        than the whole of them.
    """

    as_of: dt.date
    positions: pd.DataFrame
    here: pd.DataFrame
    capacity_min: pd.Series
    owner_names: pd.Series
    owned_twice: pd.Series


def load_roster(ws: OpenCompany) -> Roster:
    """Read who works for the open company on its date."""
    company_id = ws.company_id
    with ws.store.reading() as conn:
        as_of = company_rows.load_company(conn, company_id).today
        positions = team_rows.load_positions(conn, company_id)
        reps = team_rows.load_reps(conn, company_id)
        owned = quota_rows.load_ownership(conn, company_id, on=as_of)
    active = active_reps(reps, as_of)
    minutes = rep_minutes(active, pd.Timestamp(as_of)).astype(float)
    return Roster(
        as_of=as_of,
        positions=positions,
        here=reps_here(reps, as_of),
        capacity_min=minutes.set_axis(active["position_id"].to_numpy()),
        owner_names=owner_names(positions, reps, as_of),
        owned_twice=_owned_twice(owned),
    )


def _owned_twice(owned: pd.DataFrame) -> pd.Series:
    """List the owners of accounts of which more than the whole is owned."""
    owners = owned[owned["role"] == "owner"]
    share = owners.groupby("account_id")["share_ppm"].sum()
    twice = owners[owners["account_id"].isin(share.index[share > PPM])]
    return twice.groupby("account_id")["position_id"].agg(tuple)
