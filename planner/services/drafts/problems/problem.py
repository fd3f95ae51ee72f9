"""One fault of a plan, and what all who look for faults need of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from planner.services.territories import wording
from planner.services.territories.view import TerritoryView
from planner.territory.editing.edits import Draft
from planner.territory.editing.pieces import receivers_of, without_barriers

UNASSIGNED = "unassigned"
ISLAND = "island"
BARRIER = "barrier"
OVER_CAPACITY = "over_capacity"
BROKEN_LOCK = "broken_lock"
OUTSIDE = "outside"
DUPLICATE_OWNER = "duplicate_owner"
KINDS = {
    UNASSIGNED: "Unassigned",
    ISLAND: "Island",
    BARRIER: "Barrier crossed",
    BROKEN_LOCK: "Broken lock",
    DUPLICATE_OWNER: "Two owners",
    OVER_CAPACITY: "Over capacity",
    OUTSIDE: "Apart from its unit",
}
BALANCE = "Balance"  # no single edit cures it: the page offers to balance
_TOLD = 3  # names of a list that are told; the rest are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One fault of a plan.

    Parameters
    ----------
    kind
        One of `KINDS`.
    what
        The fault in a sentence, names as people know them.
    territory_id
        Whose fault; None: of none.
    unit_ids, account_ids
        What to show, and what the cure is about.
    to
        The territory that would get it; None: none.
    fix_label
        What curing it is called; "": it cannot be cured here.
    """

    kind: str
    what: str
    territory_id: str | None = None
    unit_ids: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    to: str | None = None
    fix_label: str = ""


class Seen:
    """A plan with what all who look for faults need of it."""

    def __init__(self, view: TerritoryView, draft: Draft) -> None:
        self.view, self.draft, self.locks = view, draft, draft.locks
        self.by_unit = view.units["territory_id"]
        self.by_account = view.accounts["territory_id"]
        rows = view.territories
        who = (
            rows["rep_name"].where(rows["position_id"].notna(), "").str.split().str[-1]
        )
        self._labels = {
            str(name): f"{name} {last}" for name, last in who.dropna().items()
        }
        self.edges = (
            without_barriers(view.edges, draft.barriers)
            if draft.barriers
            else view.edges
        )

    @cached_property
    def unit_name(self) -> dict[str, str]:
        """Units as people know them; a sound plan needs none of their names."""
        return wording.unit_names(self.view.units)

    def called(self, territory_id: str) -> str:
        """Name a territory with who works it: ``T03 Reyes``."""
        return self._labels.get(territory_id, territory_id)

    def units_told(self, unit_ids: tuple[str, ...]) -> str:
        """Name units: ``Cook, IL; Lake, IL``, three at most."""
        return listed([self.unit_name.get(name, name) for name in unit_ids], "; ")

    def accounts_told(self, account_ids: tuple[str, ...]) -> str:
        """Name accounts, three at most."""
        names = self.view.accounts["name"]
        labels = [str(names.get(name, name)) for name in account_ids[:_TOLD]]
        return listed(labels, ", ", len(account_ids))

    def to_whom(self, pieces: Sequence[tuple[str, ...]]) -> list[str | None]:
        """Find who could take each piece; nobody where a lock holds some of it."""
        locks = self.locks.territory
        takers = receivers_of(pieces, self.by_unit, self.edges, locks)
        own = [self.by_unit[units[0]] for units in pieces]
        return [
            taker if mine not in locks and self.locks.unit.isdisjoint(units) else None
            for taker, mine, units in zip(takers, own, pieces, strict=True)
        ]


def listed(names: list[str], joint: str, n_all: int | None = None) -> str:
    """Tell the first names of a list, and how many more there are."""
    rest = (len(names) if n_all is None else n_all) - _TOLD
    if rest <= 0:
        return joint.join(names)
    return f"{joint.join(names[:_TOLD])} and {rest:,} more"


def counted(n: int, noun: str) -> str:
    """Tell how many there are of something: ``1 account``, ``12 accounts``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
