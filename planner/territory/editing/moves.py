"""Every gesture is a move: apply it, read the moves between two alignments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.core.errors import InputError
from planner.territory.model.alignment import Alignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    Units and named accounts going to one territory.

    Parameters
    ----------
    unit_ids
        Units that go whole.
    account_ids
        Accounts that go whatever their unit does.
    to
        The territory; None: units become unassigned, accounts follow their unit.

    Raises
    ------
    InputError
        If nothing is moved.
    """

    to: str | None
    unit_ids: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.unit_ids and not self.account_ids:
            raise InputError("a move must name at least one unit or account")


def apply(alignment: Alignment, move: Move) -> Alignment:
    """
    Make the alignment that a move leads to.

    Raises
    ------
    InputError
        If the move names a unit that the alignment does not have.
    """
    return alignment.move(move.unit_ids, move.to, move.account_ids)


def moves_between(before: Alignment, after: Alignment) -> list[Move]:
    """
    List the moves that turn one alignment into another.

    Parameters
    ----------
    before, after
        Alignments of the same units.

    Returns
    -------
    One move for each territory that gains something, sorted; applied in order to
    `before` they give `after`.

    Raises
    ------
    InputError
        If the two have different units.
    """
    old, new = before.territory_by_unit, after.territory_by_unit
    if not old.index.sort_values().equals(new.index.sort_values()):
        raise InputError("the two alignments must have the same units")
    units = _changed(old, new.reindex(old.index))
    named_old, named_new = before.territory_by_account, after.territory_by_account
    both = named_old.index.union(named_new.index)
    accounts = _changed(named_old.reindex(both), named_new.reindex(both))
    targets = sorted(set(units) | set(accounts), key=lambda to: (to is None, to or ""))
    return [
        Move(
            to=to,
            unit_ids=tuple(units.get(to, ())),
            account_ids=tuple(accounts.get(to, ())),
        )
        for to in targets
    ]


def differs(was: pd.Series, now: pd.Series) -> NDArray[np.bool_]:
    """
    Tell whose territory differs; in none before and after is no difference.

    Parameters
    ----------
    was, now : shape (n,)
        Territory of the same units or accounts in the same order; missing: none.

    Returns
    -------
    shape (n,)
    """
    is_held = was.notna() | now.notna()
    return ((was != now) & is_held).to_numpy(dtype=bool)


def _changed(old: pd.Series, new: pd.Series) -> dict[str | None, list[str]]:
    """Ids by new territory, of those whose territory differs."""
    ids_by_target: dict[str | None, list[str]] = {}
    for name, to in new[differs(old, new)].items():
        ids_by_target.setdefault(None if pd.isna(to) else to, []).append(str(name))
    return ids_by_target
