"""What is wrong with a plan under work: each fault said plainly, with its cure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

import pandas as pd
import shapely

from planner.services.drafts.problems import locks, people, places
from planner.services.drafts.problems.problem import (
    BALANCE,
    BROKEN_LOCK,
    DUPLICATE_OWNER,
    KINDS,
    OUTSIDE,
    UNASSIGNED,
    Problem,
    Seen,
)
from planner.services.people.roster import Roster
from planner.services.territories.view import TerritoryView
from planner.territory.editing.edits import (
    ACCOUNT,
    TERRITORY,
    UNIT,
    Draft,
    Edit,
    Lock,
    MergeTerritories,
    Together,
)
from planner.territory.editing.moves import Move

__all__ = ["BALANCE", "KINDS", "Problem", "find_problems", "fix_of"]


def find_problems(
    view: TerritoryView,
    draft: Draft,
    roster: Roster | None = None,
    base: Draft | None = None,
    *,
    divided: Collection[str] = (),
) -> pd.DataFrame:
    """
    Find what is wrong with a plan under work.

    Parameters
    ----------
    view
        The plan as it would be: of `draft`.
    draft
        The plan under work.
    roster
        Who works the territories; None: capacity and owners are not looked at.
    base
        The plan it began with; None: whether locked things moved is not looked at.
    divided
        Units that a balance divided by their accounts on purpose: that these lie in
        several territories is no problem.

    Returns
    -------
    A row for each problem, in the order of `KINDS`: the fields of `Problem`.

    Notes
    -----
    What is locked is settled: an account locked apart from its unit is no problem. A
    unit without accounts needs no territory.
    """
    scene = Seen(view, draft)
    problems = [
        *places.unassigned(scene),
        *places.apart(scene),
        *locks.broken_locks(scene, base),
        *(people.two_owners(scene, roster) if roster is not None else ()),
        *(people.over_capacity(scene, roster) if roster is not None else ()),
        *places.outside(scene, divided),
    ]
    order = list(KINDS)
    problems.sort(key=lambda problem: order.index(problem.kind))
    names = [field.name for field in fields(Problem)]
    rows = [[getattr(problem, name) for name in names] for problem in problems]
    return pd.DataFrame(rows, columns=names, dtype=object)


def fix_of(
    problem: Mapping[str, Any], view: TerritoryView, draft: Draft
) -> Edit | None:
    """
    Make the edit that cures a problem.

    Parameters
    ----------
    problem
        A row of `find_problems`, found in this view and draft.

    Returns
    -------
    The edit; None where no single one cures it.
    """
    units, accounts = tuple(problem["unit_ids"]), tuple(problem["account_ids"])
    kind, to = problem["kind"], problem["to"]
    if not problem["fix_label"] or problem["fix_label"] == BALANCE:
        return None
    if kind == DUPLICATE_OWNER:
        return MergeTerritories(territory_id=problem["territory_id"], into=to)
    if kind == OUTSIDE:
        return Move(to=None, account_ids=accounts)
    if kind == BROKEN_LOCK:
        return _mended_lock(problem)
    if kind == UNASSIGNED and not units:
        return _to_the_nearest(view, draft, accounts)
    return Move(to=to, unit_ids=units)


def _mended_lock(problem: Mapping[str, Any]) -> Edit:
    """Let go what is gone; put back where it was what strayed, and lock it again."""
    units, accounts, to = problem["unit_ids"], problem["account_ids"], problem["to"]
    what, ids = (
        (UNIT, units)
        if units
        else (ACCOUNT, accounts)
        if accounts
        else (TERRITORY, (problem["territory_id"],))
    )
    unlock = Lock(what=what, ids=tuple(ids), is_locked=False)
    if to is None:
        return unlock
    back = Move(to=to, unit_ids=tuple(units), account_ids=tuple(accounts))
    return Together(edits=(unlock, back, Lock(what=what, ids=tuple(ids))))


def _to_the_nearest(
    view: TerritoryView, draft: Draft, account_ids: tuple[str, ...]
) -> Edit | None:
    """Name accounts apart to the territory of the unit that lies nearest to each."""
    by_unit = view.units["territory_id"]
    is_open = by_unit.notna() & ~by_unit.isin(list(draft.locks.territory))
    if not is_open.any():
        return None
    accounts = view.accounts.loc[list(account_ids)]
    units = view.units.geometry[is_open.to_numpy()]
    points = shapely.points(accounts["lon"].to_numpy(), accounts["lat"].to_numpy())
    row, near = units.sindex.nearest(points, return_all=False)
    to = pd.Series(by_unit[is_open].to_numpy()[near], index=accounts.index[row])
    moves = tuple(
        Move(to=str(territory_id), account_ids=tuple(map(str, rows.index)))
        for territory_id, rows in to.groupby(to)
    )
    return moves[0] if len(moves) == 1 else Together(edits=moves)
