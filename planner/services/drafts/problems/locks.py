"""Faults of locks: what is gone, and what is no longer where it was locked."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planner.services.drafts.problems.problem import BROKEN_LOCK, Problem, Seen, listed
from planner.territory.editing.edits import ACCOUNT, UNIT, Draft


def broken_locks(seen: Seen, saved: Draft | None) -> Iterator[Problem]:
    """Locked things that are gone, or no longer where they were locked."""
    locks, view = seen.locks, seen.view
    for name in sorted(locks.territory.difference(seen.draft.names)):
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{name} is locked, but there is no such territory any more",
            territory_id=name,
            fix_label="Unlock",
        )
    gone = _missing(locks.unit, seen.by_unit.index)
    if gone:
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{listed(list(gone), '; ')}: locked, but no unit of this company any "
            "more",
            unit_ids=gone,
            fix_label="Unlock",
        )
    gone = _missing(locks.account, view.accounts.index)
    if gone:
        yield Problem(
            kind=BROKEN_LOCK,
            what=f"{listed(list(gone), ', ')}: locked, but closed or no longer among "
            "the accounts",
            account_ids=gone,
            fix_label="Unlock",
        )
    if saved is not None:
        yield from _strayed(seen, saved)


def _strayed(seen: Seen, saved: Draft) -> Iterator[Problem]:
    """Things locked then and now that lie elsewhere now."""
    in_both = {
        what: getattr(seen.locks, what) & getattr(saved.locks, what)
        for what in (UNIT, ACCOUNT)
    }
    units = _known(in_both[UNIT], seen.by_unit.index)
    accounts = _known(in_both[ACCOUNT], seen.by_account.index)
    in_unit = seen.view.accounts["unit_id"].loc[accounts]
    for what, before, after in (
        (
            UNIT,
            saved.alignment.territory_by_unit.reindex(units),
            seen.by_unit.loc[units],
        ),
        (
            ACCOUNT,
            saved.alignment.territory_of(in_unit),
            seen.by_account.loc[accounts],
        ),
    ):
        moved = before[before.notna() & (before != after)]
        for place, rows in moved.groupby(moved):
            names = tuple(map(str, rows.index))
            told = seen.units_told(names) if what == UNIT else seen.accounts_told(names)
            is_there = place in seen.draft.names and place not in seen.locks.territory
            have = "has" if len(names) == 1 else "have"
            yield Problem(
                kind=BROKEN_LOCK,
                what=f"{told} {have} left {seen.called(str(place))}, where locked",
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
