"""Two teams over each other: who has to work with whom, on what."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.services.territories.view import TerritoryView
from planner.territory.model.teams import shared_units

SHARED = ("units", "accounts", "potential_minor", "workload_min")


@dataclass(frozen=True, kw_only=True)
class TeamOverlap:
    """
    One team's territories laid over another's, on the same accounts.

    Parameters
    ----------
    ours, theirs
        The territories of the two.
    shared
        A row for each pair of territories that share anything: `territory_id` (ours),
        `other_id` (theirs), `units` and `accounts` they share, and the accounts'
        `potential_minor` and `workload_min`; most accounts first.
    counterparts, counterparts_theirs
        With how many territories of the other team each of ours, and each of theirs,
        shares accounts; by `territory_id`.
    """

    ours: TerritoryView
    theirs: TerritoryView
    shared: pd.DataFrame
    counterparts: pd.Series
    counterparts_theirs: pd.Series


def lay_over(ours: TerritoryView, theirs: TerritoryView) -> TeamOverlap:
    """
    Lay a team's territories over another's.

    Parameters
    ----------
    ours, theirs
        Territories of two scenarios of one company.

    Notes
    -----
    Accounts named apart from their unit count where they are. Whoever shares an account
    has to agree on it, so that a plan with few counterparts is the better one; a unit
    without accounts makes nobody a counterpart.
    """
    keys = ["territory_id", "other_id"]
    layers = {
        "ours": ours.units["territory_id"],
        "theirs": theirs.units["territory_id"],
    }
    units = shared_units(layers, "ours", "theirs").rename_axis(columns="other_id")
    units = units.rename_axis(index="territory_id").reset_index()
    units = units.melt("territory_id", value_name="units").set_index(keys)["units"]
    accounts = _pairs(ours.accounts["territory_id"], theirs.accounts["territory_id"])
    sums = ours.accounts[["potential_minor", "workload_min"]]
    sums = sums.astype("Float64").fillna(0).astype(float).reindex(accounts.index)
    sums_by_pair = accounts.join(sums).assign(accounts=1).groupby(keys).sum()
    shared = sums_by_pair.join(units[units > 0], how="outer")
    shared = shared.fillna(0).reindex(columns=list(SHARED)).reset_index()
    shared = shared.astype({"units": int, "accounts": int})
    met = shared[shared["accounts"] > 0]
    return TeamOverlap(
        ours=ours,
        theirs=theirs,
        shared=shared.sort_values(
            ["accounts", "units", *keys], ascending=[False, False, True, True]
        ).reset_index(drop=True),
        counterparts=_counted(met["territory_id"], ours),
        counterparts_theirs=_counted(met["other_id"], theirs),
    )


def _pairs(ours: pd.Series, theirs: pd.Series) -> pd.DataFrame:
    """Pair the territories of what both teams serve."""
    both = pd.DataFrame({"territory_id": ours, "other_id": theirs.reindex(ours.index)})
    return both.dropna()


def _counted(names: pd.Series, view: TerritoryView) -> pd.Series:
    counts = names.value_counts().reindex(view.territories.index)
    return counts.fillna(0).astype(int).rename("counterparts")
