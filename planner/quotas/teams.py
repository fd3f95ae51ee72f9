"""Teams beside the owners: each has an alignment of its own over the same accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import pandas as pd

from planner.core.schemas import OWNERSHIP, check
from planner.quotas.ownership import ownership_of, supersede


def team_ownership(
    territory_by_account: pd.Series,
    position_by_territory: Mapping[str, str],
    valid_from: str | dt.date | pd.Timestamp,
    accounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Turn the alignment of a team beside the owners into dated overlays.

    Parameters
    ----------
    territory_by_account, position_by_territory, valid_from, accounts
        As `ownership_of` takes them.

    Returns
    -------
    OWNERSHIP frame of role ``overlay``: each position stands with the whole share
    beside the account's owner, as an overlay does that names none.
    """
    rows = ownership_of(
        territory_by_account, position_by_territory, valid_from, accounts=accounts
    )
    return rows.assign(role="overlay")


def held_by(ownership: pd.DataFrame, positions: Collection[str]) -> pd.Series:
    """Tell which rows are overlays of a team, by the positions that are the team's."""
    is_theirs = ownership["position_id"].isin(list(positions))
    return (ownership["role"].eq("overlay") & is_theirs).fillna(value=False)


def supersede_owners(
    old: pd.DataFrame,
    new: pd.DataFrame,
    effective_from: str | dt.date | pd.Timestamp,
    positions_beside: Collection[str],
) -> pd.DataFrame:
    """
    Let new owners take over from a date; the other teams' overlays run on.

    Parameters
    ----------
    old, new, effective_from
        As `supersede` takes them.
    positions_beside
        Positions of all other teams.
    """
    stays = held_by(old, positions_beside)
    return _joined(old[stays], supersede(old[~stays], new, effective_from))


def supersede_team(
    old: pd.DataFrame,
    new: pd.DataFrame,
    effective_from: str | dt.date | pd.Timestamp,
    positions: Collection[str],
) -> pd.DataFrame:
    """
    Let a team's new plan take over from a date; owners and other teams stay.

    Parameters
    ----------
    old, effective_from
        As `supersede` takes them.
    new
        What `team_ownership` returned: the team's whole plan, so that an account it
        does not name has nobody of the team any more.
    positions
        The team's positions, of this plan and of those before.
    """
    is_team = held_by(old, positions)
    changed = supersede(old[is_team], new, effective_from, is_whole=True)
    return _joined(old[~is_team], changed)


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([one, other], ignore_index=True)
    ordered = both.sort_values(
        ["account_id", "role", "valid_from", "position_id"], kind="stable"
    )
    return check(ordered.reset_index(drop=True), OWNERSHIP)
