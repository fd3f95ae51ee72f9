"""Faults of locks: what is gone, and what is no longer where it was locked."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.services.drafts.problems.problem import BROKEN_LOCK, Problem, Seen, listed
from planner.territory.editing.edits import ACCOUNT, UNIT, Draft


def broken_locks(scene: Seen, base: Draft | None) -> Iterator[Problem]:
    """Locked things that are gone, or no longer where they were locked."""
    locks, view = scene.locks, scene.view
    for name in sorted(locks.territory.difference(scene.draft.names)):
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{name} is locked, but there is no such territory any more",
            territory_id=name,
            fix_label="Unlock",
        )
    missing = _missing(locks.unit, scene.by_unit.index)
    if missing:
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{listed(list(missing), '; ')}: locked, but no unit of this "
            "company any more",
            unit_ids=missing,
            fix_label="Unlock",
        )
    missing = _missing(locks.account, view.accounts.index)
    if missing:
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{listed(list(missing), ', ')}: locked, but closed or no longer "
            "among the accounts",
            account_ids=missing,
            fix_label="Unlock",
        )
    if base is not None:
        yield from _strayed(scene, base)


def _strayed(scene: Seen, base: Draft) -> Iterator[Problem]:
    """Things locked then and now that lie elsewhere now."""
    in_both = {
        what: getattr(scene.locks, what) & getattr(base.locks, what)
        for what in (UNIT, ACCOUNT)
    }
    units = _known(in_both[UNIT], scene.by_unit.index)
    accounts = _known(in_both[ACCOUNT], scene.by_account.index)
    in_unit = scene.view.accounts["unit_id"].loc[accounts]
    for what, before, after in (
        (
            UNIT,
            base.alignment.territory_by_unit.reindex(units),
            scene.by_unit.loc[units],
        ),
        (
            ACCOUNT,
            base.alignment.territory_of(in_unit),
            scene.by_account.loc[accounts],
        ),
    ):
        movers = before[before.notna() & (before != after)]
        for place, rows in movers.groupby(movers):
            names = tuple(map(str, rows.index))
            labels = (
                scene.units_told(names) if what == UNIT else scene.accounts_told(names)
            )
            is_there = place in scene.draft.names and place not in scene.locks.territory
            have = "has" if len(names) == 1 else "have"
            yield Problem(
                kind=BROKEN_LOCK,
                what=f"{labels} {have} left {scene.called(str(place))}, where locked",
                territory_id=str(place),
                unit_ids=names if what == UNIT else (),
                account_ids=names if what == ACCOUNT else (),
                to=str(place) if is_there else None,
                fix_label="Put back" if is_there else "Unlock",
            )


def _known(ids: frozenset[str], index: pd.Index) -> list[str]:
    """Keep what is in an index; the index is long, the ids are few."""
    return sorted(name for name in ids if name in index)


def _missing(ids: frozenset[str], index: pd.Index) -> tuple[str, ...]:
    return tuple(sorted(name for name in ids if name not in index))
