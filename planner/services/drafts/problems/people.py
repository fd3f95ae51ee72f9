"""Faults of people: two owners of one thing, more work than hours."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.core.units import MIN_PER_HOUR
from planner.services.drafts.problems.problem import (
    BALANCE,
    DUPLICATE_OWNER,
    OVER_CAPACITY,
    Problem,
    Seen,
    listed,
)
from planner.services.people.roster import Roster

_NEARLY_MIN = 0.5  # minutes over capacity that are rounding


def two_owners(scene: Seen, roster: Roster) -> Iterator[Problem]:
    """Territories of one position, positions of one person or two, accounts of two."""
    table = scene.view.territories
    seats = table["position_id"].dropna()
    for position, names in seats[seats.duplicated(keep=False)].groupby(seats):
        ids = sorted(names.index, key=lambda name: (-table["accounts"][name], name))
        who = roster.owner_names.get(position, "vacant")
        title = str(roster.positions["title"].get(position, position))
        for name in ids[1:]:
            is_free = not {name, ids[0]} & scene.locks.territory
            yield Problem(
                kind=DUPLICATE_OWNER,
                what=f"{ids[0]} and {name} both belong to {title}, {who}",
                territory_id=str(name),
                to=str(ids[0]),
                fix_label=f"Merge into {ids[0]}" if is_free else "",
            )
    here = roster.here[roster.here["position_id"].isin(seats)]
    territory = pd.Series(seats.index, index=seats).groupby(level=0).first()
    crowded = here[here["position_id"].duplicated(keep=False)]
    for position, people in crowded.groupby("position_id"):
        title = str(roster.positions["title"].get(position, position))
        yield Problem(
            kind=DUPLICATE_OWNER,
            what=f"{listed(list(people['name']), ' and ')} both hold {title}; end "
            "one of the two in the team",
            territory_id=str(territory[position]),
        )
    person = here[["lat", "lon"]].assign(name=here["name"].str.casefold())
    alike = here[person.duplicated(keep=False)]
    for _, same in alike.groupby([alike["name"].str.casefold(), "lat", "lon"]):
        territories = sorted({str(territory[name]) for name in same["position_id"]})
        if len(territories) > 1:
            yield Problem(
                kind=DUPLICATE_OWNER,
                what=f"{same['name'].iloc[0]} works {listed(territories, ' and ')}: "
                "two positions held by one person",
                territory_id=territories[0],
            )
    twice = roster.owned_twice
    twice = twice[scene.view.accounts.index.get_indexer(twice.index) >= 0]
    for positions, rows in twice.groupby(twice):
        account_ids = tuple(map(str, rows.index))
        owners = [str(roster.owner_names.get(name, name)) for name in positions]
        yield Problem(
            kind=DUPLICATE_OWNER,
            what=f"{scene.accounts_told(account_ids)}: owned by "
            f"{listed(owners, ' and ')} today; publishing a plan leaves one owner",
            account_ids=account_ids,
        )


def over_capacity(scene: Seen, roster: Roster) -> Iterator[Problem]:
    """Positions whose territories need more hours than their rep can work."""
    table = scene.view.territories
    needed = table["workload_min"].groupby(table["position_id"]).sum()
    can = roster.capacity_min.reindex(needed.index).astype(float)
    over = (needed / can - 1)[(can > 0) & (needed > can + _NEARLY_MIN)]
    rows_by_position = table.groupby("position_id").groups
    for position, share in over.sort_values(ascending=False).items():
        ids = list(map(str, rows_by_position[position]))
        labels = listed([scene.called(name) for name in ids], " and ")
        yield Problem(
            kind=OVER_CAPACITY,
            what=f"{labels}: {needed[position] / MIN_PER_HOUR:,.0f} hours of work a "
            f"year, {100 * share:,.0f} % more than the "
            f"{can[position] / MIN_PER_HOUR:,.0f} its rep can do",
            territory_id=ids[0],
            fix_label=BALANCE,
        )
