"""Who is covered and where the gaps are: by organisation, by region, by rep."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from planner.capacity.workload import VISITS_PER_4_WEEKS
from planner.services.people.holders import VACANT
from planner.services.people.roster import Roster
from planner.services.territories.view import TerritoryView

CoverageBy = Literal["manager", "region", "rep"]
BY: dict[CoverageBy, str] = {
    "manager": "Organisation",
    "region": "Region",
    "rep": "Rep",
}
NOBODY = ""  # the group of accounts without a territory, or without a region
UNLED = "-"  # the group of territories that report to nobody
COUNTED = (
    "territories",
    "vacant",
    "accounts",
    "unassigned",
    "needed_min",
    "capacity_min",
    "never_visited",
    "overdue",
)
_DAYS = 28  # that a cadence is told for
_MISSED = 2.0  # intervals since the last visit from which one was missed


def coverage(
    view: TerritoryView,
    roster: Roster,
    by: CoverageBy,
    after: TerritoryView | None = None,
) -> pd.DataFrame:
    """
    Add up what is covered, group by group.

    Parameters
    ----------
    view
        The plan.
    roster
        Who works it.
    by
        ``manager``: whom a territory's position reports to; ``region``: where accounts
        lie; ``rep``: who works a territory.
    after
        The plan as it would be; None: nothing is pending.

    Returns
    -------
    Indexed `group_id`, the most accounts first, `NOBODY` last: `label`, the columns of
    `COUNTED`, `load_share` (hours needed ÷ hours that can be worked; NaN: none can) and
    with `after` each of `COUNTED` before as ``<column>_before``; the others are then
    of `after`.

    Notes
    -----
    A visit is overdue where the last one lies longer ago than twice what the visit
    class asks; accounts never visited are counted beside. A territory has its whole
    capacity in its manager's group; by region it is shared as its hours are needed, and
    a territory counts in every region where it has accounts.
    """
    counts = _counted(after or view, roster, by)
    if after is not None:
        before = _counted(view, roster, by)
        counts = counts.reindex(counts.index.union(before.index))
        counts["label"] = counts["label"].fillna(before["label"])
        counts[list(COUNTED)] = counts[list(COUNTED)].fillna(0.0)
        was = before[list(COUNTED)].reindex(counts.index).fillna(0.0)
        counts = counts.join(was.add_suffix("_before"))
    can = counts["capacity_min"]
    counts["load_share"] = counts["needed_min"] / can.where(can > 0)
    counts["is_last"] = counts.index == NOBODY
    order = counts.sort_values(
        ["is_last", "accounts", "label"], ascending=[True, False, True]
    )
    return order.drop(columns="is_last")


def _counted(view: TerritoryView, roster: Roster, by: CoverageBy) -> pd.DataFrame:
    """Count one plan; a row for each group that has an account or a territory."""
    team, parts = _team(view, roster), _parts(view.accounts)
    if by == "region":
        label_by = {name: name for name in parts["region"]} | {NOBODY: "No region"}
        parts["group_id"] = parts["region"]
        seats = _seats_by_region(parts, team)
    else:
        label_by = _labels(roster, team, by)
        parts["group_id"] = parts["territory_id"].map(team[by]).fillna(NOBODY)
        seats = team.groupby(by)[["territories", "vacant", "capacity_min"]].sum()
    sums = parts.drop(columns=["territory_id", "region"]).groupby("group_id").sum()
    counts = sums.join(seats, how="outer").reindex(columns=list(COUNTED)).fillna(0.0)
    counts = counts[(counts["accounts"] > 0) | (counts["territories"] > 0)]
    counts.insert(0, "label", [label_by.get(name, name) for name in counts.index])
    return counts.rename_axis("group_id")


def _parts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Count the accounts of each territory in each region: a short table."""
    facts = accounts[["territory_id", "region"]].assign(
        accounts=1.0,
        unassigned=accounts["territory_id"].isna().astype(float),
        needed_min=accounts["workload_min"].to_numpy(dtype=float, na_value=0.0),
        never_visited=accounts["days_since_visit"].isna().astype(float),
        overdue=_is_overdue(accounts),
    )
    keys = ["territory_id", "region"]
    parts = facts.groupby(keys, dropna=False, sort=False).sum().reset_index()
    return parts.assign(region=parts["region"].astype("str").fillna(NOBODY))


def _team(view: TerritoryView, roster: Roster) -> pd.DataFrame:
    """Give each territory its position, manager, rep group, capacity and vacancy."""
    position = view.territories["position_id"]
    who = position.map(roster.owner_names).fillna(VACANT)
    # Two territories of one position share what one rep can do.
    sharing = position.groupby(position).transform("size").fillna(1.0)
    can = position.map(roster.capacity_min).astype(float).fillna(0.0) / sharing
    own = pd.Series(position.index, index=position.index, dtype="str")
    return pd.DataFrame(
        {
            "manager": position.map(roster.positions["parent_id"]).fillna(UNLED),
            "rep": position.where(position.notna(), own),
            "who": who,
            "vacant": (who == VACANT).astype(float),
            "capacity_min": can,
            "territories": 1.0,
        }
    )


def _labels(roster: Roster, team: pd.DataFrame, by: CoverageBy) -> dict[str, str]:
    """Name the groups as people know them."""
    if by == "manager":
        titles = roster.positions["title"]
        names = {
            name: f"{titles.get(name, name)}, {roster.owner_names.get(name, VACANT)}"
            for name in team["manager"].unique()
        }
        return {**names, UNLED: "No manager", NOBODY: "No territory"}
    labels = {
        str(group): f"{', '.join(map(str, rows.index))} {rows['who'].iloc[0]}"
        for group, rows in team.groupby("rep")
    }
    return {**labels, NOBODY: "No territory"}


def _seats_by_region(parts: pd.DataFrame, team: pd.DataFrame) -> pd.DataFrame:
    """Count territories where they have accounts; share out what they can do."""
    assigned = parts.dropna(subset="territory_id").set_index(["territory_id", "region"])
    load = assigned[["needed_min", "accounts"]]
    share = load / load.groupby(level="territory_id").transform("sum")
    # Where a territory needs no hours at all its accounts stand for them.
    weight = share["needed_min"].fillna(share["accounts"])
    own, region = (load.index.get_level_values(level) for level in (0, 1))
    seats = team[["territories", "vacant", "capacity_min"]].reindex(own)
    seats["capacity_min"] *= weight.to_numpy()
    return seats.groupby(region).sum()


def _is_overdue(accounts: pd.DataFrame) -> np.ndarray:
    """Tell of each account whether a visit was missed, 1.0 or 0.0."""
    visits_per_class = pd.Series(VISITS_PER_4_WEEKS, dtype=float)
    visits = accounts["visit_class"].map(visits_per_class).astype(float)
    most_days = _MISSED * _DAYS / visits.where(visits > 0)
    days = accounts["days_since_visit"].to_numpy(dtype=float, na_value=np.nan)
    return (days > most_days.to_numpy()).astype(float)
