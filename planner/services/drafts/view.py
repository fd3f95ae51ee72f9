"""A draft as a planner sees it: the map and table as it would be, what is pending."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from planner.core.units import PPM
from planner.services.drafts.log import TAKEN_BACK, OpenDraft
from planner.services.territories.view import TerritoryView, as_if
from planner.territory.editing.edits import (
    ACCOUNT,
    LOCKABLE,
    UNIT,
    Draft,
    Edit,
    MergeTerritories,
    Together,
)
from planner.territory.editing.history import Entry
from planner.territory.editing.moves import Move, moves_between

COLUMNS = ["what", "id", "was", "will", "step", "label", "job_id"]


def drafted(view: TerritoryView, draft: Draft) -> TerritoryView:
    """
    Show a scenario as a draft has it; all figures are worked out anew.

    Parameters
    ----------
    view
        The scenario as it is saved.
    draft
        The plan under work.
    """
    share_ppm = pd.Series(dict(draft.share_ppm), dtype="Int64")
    n = len(draft.names)
    after = as_if(
        view,
        draft.alignment.territory_by_unit,
        draft.alignment.territory_of(view.accounts["unit_id"]),
        shares={str(key): ppm * n / PPM for key, ppm in share_ppm.items()},
        districts=draft.districts,
        names=draft.names,
    )
    return replace(after, homes=moved_homes(view, draft))


def moved_homes(view: TerritoryView, draft: Draft) -> pd.DataFrame:
    """Put the homes of reps where a draft has them; who has no territory has none."""
    homes = view.homes[view.homes["territory_id"].isin(list(draft.names))].copy()
    homes[["lat", "lon"]] = homes[["lives_lat", "lives_lon"]].to_numpy()
    seats = view.territories["position_id"].dropna()
    territory_of = pd.Series(seats.index, index=seats.to_numpy())
    for position_id, (lat, lon) in draft.homes.items():
        is_theirs = homes["territory_id"] == territory_of.get(position_id)
        homes.loc[is_theirs, ["lat", "lon"]] = lat, lon
    return homes


def pending_changes(opened: OpenDraft) -> pd.DataFrame:
    """
    List what would move if the draft were accepted.

    Returns
    -------
    A row for each unit and each account that moves by itself: `what` (``unit`` or
    ``account``), `id`, `was`, `will` (territories; missing: none, of accounts: with
    their unit), and of the last step that moved it: `step` (its number), `label`,
    `job_id` (missing: by hand).
    """
    base, draft = opened.saved.alignment, opened.draft.alignment
    log = opened.history
    moved_by, merged_into = _last_steps(log.entries[: log.position])
    is_taken_back = log.position < opened.n_saved
    rows: list[tuple[object, ...]] = []
    for move in moves_between(base, draft):
        for what, ids, places in (
            (UNIT, move.unit_ids, base.territory_by_unit),
            (ACCOUNT, move.account_ids, base.territory_by_account),
        ):
            was = places.reindex(list(ids)).tolist()
            merged = merged_into.get(str(move.to), 0)
            for name, place in zip(ids, was, strict=True):
                number = 0 if is_taken_back else moved_by.get((what, name), merged)
                entry = log.entries[number - 1] if number else None
                label = entry.label if entry else TAKEN_BACK if is_taken_back else ""
                job_id = entry.job_id if entry else None
                rows.append((what, name, place, move.to, number, label, job_id))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    texts = [name for name in COLUMNS if name != "step"]
    return frame.astype(dict.fromkeys(texts, "str"))


def _last_steps(
    entries: Iterable[Entry],
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Find the number of the last step that moved, or merged into, each thing."""
    step_by_thing: dict[tuple[str, str], int] = {}
    merged: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        for part in _flat(entry.edit):
            if isinstance(part, Move):
                step_by_thing |= dict.fromkeys(
                    ((UNIT, name) for name in part.unit_ids), number
                )
                accounts = ((ACCOUNT, name) for name in part.account_ids)
                step_by_thing |= dict.fromkeys(accounts, number)
            elif isinstance(part, MergeTerritories):
                merged[part.into] = number
    return step_by_thing, merged


def _flat(edit: Edit) -> Iterable[Edit]:
    if isinstance(edit, Together):
        for part in edit.edits:
            yield from _flat(part)
    else:
        yield edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """
    What a balance is to leave as it is.

    Parameters
    ----------
    territories, units, accounts
        Ids of what stays where the draft has it.
    barriers
        Pairs of units whose border no territory crosses.
    """

    territories: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    barriers: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stays, borders aside."""
        return not (self.territories or self.units or self.accounts)


NOTHING = Held()


def held_of(opened: OpenDraft, *, keeps_drawn: bool) -> Held:
    """
    Find what is locked, and if asked what was drawn by hand and is pending.

    What a balance moved and nobody touched since is free for the next one.
    """
    draft = opened.draft
    units, accounts = draft.locks.unit, draft.locks.account
    if keeps_drawn:
        changes = pending_changes(opened)
        by_hand = changes[changes["job_id"].isna() & changes["will"].notna()]
        units |= frozenset(by_hand.loc[by_hand["what"] == UNIT, "id"])
        accounts |= frozenset(by_hand.loc[by_hand["what"] == ACCOUNT, "id"])
    return Held(
        territories=draft.locks.territory,
        units=units,
        accounts=accounts,
        barriers=draft.barriers,
    )


def n_locked(draft: Draft) -> dict[str, int]:
    """Count what is locked, by kind."""
    return {what: len(getattr(draft.locks, what)) for what in LOCKABLE}
