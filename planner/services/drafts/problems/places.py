"""Faults of the map: what nobody has, what lies apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from planner.geography.adjacency import find_pieces
from planner.services.drafts.problems.problem import (
    BALANCE,
    BARRIER,
    ISLAND,
    OUTSIDE,
    UNASSIGNED,
    Problem,
    Seen,
    counted,
)
from planner.territory.editing.pieces import loose_pieces


def unassigned(scene: Seen) -> Iterator[Problem]:
    """Units with accounts that nobody has, by piece; accounts outside all units."""
    view = scene.view
    nobodys = view.accounts.loc[scene.by_account.isna(), "unit_id"]
    counts = nobodys.value_counts()
    n_by_unit = counts.reindex(scene.by_unit.index).dropna()
    n_held = len(view.accounts) - len(nobodys)
    n_usual = n_held / max(len(view.territories), 1)
    pieces = _pieces(n_by_unit, view.edges)
    of_unit = counts.to_dict()
    for ids, taker in zip(pieces, scene.to_whom(pieces), strict=True):
        n = sum(of_unit[name] for name in ids)
        is_many = n > n_usual  # more than a territory of its own
        to = None if is_many else taker
        label = BALANCE if is_many else f"Give to {to}" if to else ""
        what = (
            f"{scene.units_told(ids)}: {counted(n, 'account')} in "
            f"{counted(len(ids), 'unit')} without a territory"
        )
        yield Problem(kind=UNASSIGNED, what=what, unit_ids=ids, to=to, fix_label=label)
    outside = nobodys.index[nobodys.isna()]
    if len(outside):
        ids = tuple(map(str, outside))
        verb = "lies" if len(ids) == 1 else "lie"
        has_open = bool(set(scene.by_unit.dropna()) - scene.locks.territory)
        yield Problem(
            kind=UNASSIGNED,
            what=f"{scene.accounts_told(ids)} {verb} outside all units, without a "
            "territory",
            account_ids=ids,
            fix_label="Give to the nearest" if has_open else "",
        )


def apart(scene: Seen) -> Iterator[Problem]:
    """Pieces of territories apart from the main one, by water or by a barrier."""
    n_accounts = scene.view.accounts["unit_id"].value_counts()
    barriers = scene.draft.barriers
    loose = loose_pieces(scene.by_unit, scene.view.edges, n_accounts, barriers)
    takers = scene.to_whom(list(loose["unit_ids"]))
    of_unit = n_accounts.to_dict()
    for row, to in zip(loose.itertuples(), takers, strict=True):
        ids: tuple[str, ...] = row.unit_ids
        n = sum(of_unit.get(name, 0) for name in ids)
        name = scene.called(row.territory_id)
        lies = (
            f"lies beyond a barrier from the rest of {name}"
            if row.is_cut
            else f"is apart from the rest of {name}"
        )
        yield Problem(
            kind=BARRIER if row.is_cut else ISLAND,
            what=f"{scene.units_told(ids)} {lies} ({counted(n, 'account')})",
            territory_id=row.territory_id,
            unit_ids=ids,
            to=to,
            fix_label=f"Give to {to}" if to else "",
        )


def outside(scene: Seen, divided: Collection[str]) -> Iterator[Problem]:
    """Accounts named apart from their unit, by whose the unit is and who has them."""
    unit_id = scene.view.accounts["unit_id"]
    of_unit = unit_id.map(scene.by_unit)
    own = scene.by_account
    is_apart = own.notna() & of_unit.notna() & (own != of_unit)
    is_apart &= ~unit_id.isin(list(divided))
    strays = pd.DataFrame({"own": own, "unit": of_unit})[is_apart]
    strays = strays[~strays.index.isin(scene.locks.account)]
    groups = strays.groupby(["own", "unit"]).groups
    for holder, unit_holder in sorted(groups, key=lambda pair: -len(groups[pair])):
        ids = tuple(map(str, groups[holder, unit_holder]))
        is_free = not {holder, unit_holder} & scene.locks.territory
        yield Problem(
            kind=OUTSIDE,
            what=f"{scene.accounts_told(ids)}: in {scene.called(str(holder))}, though "
            f"the unit belongs to {scene.called(str(unit_holder))}",
            territory_id=str(holder),
            account_ids=ids,
            to=str(unit_holder),
            fix_label="Follow the unit" if is_free else "",
        )


def _pieces(weight: pd.Series, edges: pd.DataFrame) -> list[tuple[str, ...]]:
    """Gather units that touch; the heaviest piece first."""
    if weight.empty:
        return []
    piece = find_pieces(weight.map(lambda _: "all"), edges)
    total = weight.groupby(piece).sum().sort_values(ascending=False, kind="stable")
    groups = piece.groupby(piece).groups
    return [tuple(map(str, groups[name])) for name in total.index]
