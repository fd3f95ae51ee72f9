"""Positions and people that a list of accounts names as its owners."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.accounts.kinds.people import WORK_END_S, WORK_START_S
from planner.accounts.simulation.team import territory_places
from planner.core.schemas import POSITIONS, REPS, check, empty
from planner.services.people.owners import (
    SEAT,
    is_persons_name,
    owner_positions,
    owners_of,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class PresentTeam:
    """
    Who works the accounts of a list now.

    Parameters
    ----------
    position_by_account : shape (n_accounts,)
        Missing where the list names nobody.
    positions, reps
        Frames of the schemas: those there were, and those the list names besides.
    names
        What each of the owning positions is called: its holder's name, else the owner
        as the list writes it, by `position_id`.
    """

    position_by_account: pd.Series
    positions: pd.DataFrame
    reps: pd.DataFrame
    names: pd.Series


def present_team(
    accounts: pd.DataFrame,
    positions: pd.DataFrame,
    reps: pd.DataFrame,
    *,
    fills_gaps: bool = False,
) -> PresentTeam:
    """
    Read who works the accounts of a list now, and seat whom nobody knows yet.

    Parameters
    ----------
    accounts
        Frame of the ACCOUNTS schema.
    positions, reps
        Of the company so far.
    fills_gaps
        Whether what the list lacks is simulated: then somebody sits at each position,
        called as the list writes the owner, and lives amid the owner's accounts.

    Notes
    -----
    An owner the company does not know gets a position titled with the owner. Where the
    list writes a person's name, a person of that name sits there, of whom nothing else
    is known: no home, and the hours that a list of people without hours gets.
    """
    owners = owners_of(accounts)
    position = owner_positions(owners, positions, reps)
    new = sorted(owners[owners.notna() & position.isna()].unique())
    seats = {owner: SEAT + owner for owner in new}
    position = position.where(position.notna(), owners.map(seats).astype("str"))
    added = pd.DataFrame(
        {"title": new, "role": "rep", "parent_id": None, "territory_id": None},
        index=pd.Index(list(seats.values()), name="position_id", dtype="str"),
    )
    people = [owner for owner in new if fills_gaps or is_persons_name(owner)]
    joined = _joined(reps, _reps(people))
    if fills_gaps:
        joined = _with_homes(joined, people, territory_places(accounts, position))
    holders = reps.dropna(subset="position_id").drop_duplicates("position_id")
    by_position = dict(holders.set_index("position_id")["name"])
    owning = pd.Index(position.dropna().unique())
    titles = pd.concat([positions["title"], added["title"]])
    return PresentTeam(
        position_by_account=position,
        positions=_joined(positions, check(added, POSITIONS)),
        reps=joined,
        names=owning.to_series()
        .map(by_position)
        .astype("str")
        .fillna(titles.astype("str")),
    )


def _reps(names: list[str]) -> pd.DataFrame:
    """Make a person of each name, of whom nothing else is known."""
    frame = empty(REPS).reindex(pd.Index(names, name="rep_id", dtype="str"))
    frame = frame.assign(
        name=names,
        position_id=[SEAT + name for name in names],
        work_start_s=WORK_START_S,
        work_end_s=WORK_END_S,
        ramp_share=1.0,
    )
    return check(frame, REPS)


def _with_homes(
    reps: pd.DataFrame, people: list[str], places: pd.DataFrame
) -> pd.DataFrame:
    """Let people live at the account in the middle of those they work."""
    homes = places.reindex(reps.loc[people, "position_id"])
    reps = reps.copy()
    for column in ("lat", "lon"):
        reps.loc[people, column] = homes[column].to_numpy()
    return reps


def without_homes(reps: pd.DataFrame) -> pd.DataFrame:
    """Take back what `present_team` simulated: homes, and people who are but codes."""
    alone = is_name_alone(reps)
    remaining = reps.copy()
    remaining.loc[alone, ["lat", "lon"]] = float("nan")
    return remaining[~alone | remaining["name"].map(is_persons_name).astype(bool)]


def is_name_alone(reps: pd.DataFrame) -> pd.Series:
    """Tell who is known by an account list alone, which gave no more than a name."""
    return pd.Series(reps.index == reps["name"], index=reps.index)


def _joined(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    parts = [part for part in (old, new) if len(part)]
    return pd.concat(parts) if parts else old
