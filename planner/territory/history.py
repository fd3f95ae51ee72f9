"""The log of a planner's edits: undo, redo and jump, with nothing ever patched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import cached_property
from typing import Self

import pandas as pd

from planner.core.errors import InputError
from planner.territory.applying import apply_edit
from planner.territory.applying import without_locked
from planner.territory.edits import Draft
from planner.territory.edits import Edit
from planner.territory.edits import Together
from planner.territory.moves import Move
from planner.territory.moves import moves_between

MOST_KNOWN, RECENT, EACH_OLDER = 96, 48, 16  # states of a log kept for steps back


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One step of the log.

    Parameters
    ----------
    edit
        What was done.
    label
        The same in a user's words.
    who, at
        Who did it and when, UTC in ISO form.
    job_id
        The job whose answer it is; None: done by hand.
    """

    edit: Edit
    label: str
    who: str = ""
    at: str = ""
    job_id: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """
    All steps since a plan was opened; never changed, only replaced.

    Parameters
    ----------
    opened
        The plan as it was then.
    entries
        The steps, the oldest first; those from `position` on are undone.
    position
        How many steps are done.

    Notes
    -----
    A state is what replaying its steps gives. Some that were replayed are kept, so that
    a step back in a long log need not begin with the first one.
    """

    opened: Draft
    entries: tuple[Entry, ...] = ()
    position: int = 0
    _known: dict[int, Draft] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.position <= len(self.entries):
            raise InputError(
                f"the log has {len(self.entries)} steps, got position {self.position}"
            )

    @cached_property
    def draft(self) -> Draft:
        """The plan after the steps that are done."""
        near = max((n for n in self._known if n <= self.position), default=0)
        draft = self._known.get(near, self.opened)
        for number in range(near, self.position):
            draft = apply_edit(draft, self.entries[number].edit)
            self._known[number + 1] = draft
        return draft

    def add(self, entry: Entry) -> Self:
        """
        Do a step; what was undone before it is forgotten.

        Raises
        ------
        InputError
            If the step cannot be done.
        """
        after = apply_edit(self.draft, entry.edit)
        kept = (*self.entries[: self.position], entry)
        known = {n: draft for n, draft in self._known.items() if n < len(kept)}
        known[len(kept)] = after
        return replace(
            self, entries=kept, position=len(kept), _known=_thinned(known, len(kept))
        )

    def undo(self) -> Self:
        """Take the last step back; the log itself where there is none."""
        return replace(self, position=max(0, self.position - 1))

    def redo(self) -> Self:
        """Do the step again that was undone last; the log itself where none was."""
        return replace(self, position=min(len(self.entries), self.position + 1))

    def jump(self, position: int) -> Self:
        """
        Go to the plan after so many steps.

        Raises
        ------
        InputError
            If the log has fewer.
        """
        return replace(self, position=position)

    def rebased(self, saved: Draft, n_kept: int = 0) -> tuple[Self, list[Entry]]:
        """
        Begin anew from a plan somebody else saved, with one's own steps upon it.

        Parameters
        ----------
        saved
            The plan as it is saved now.
        n_kept
            Steps at the beginning that are in `saved` already.

        Returns
        -------
        log
            From `saved`, with the steps done since that can still be done.
        lost
            The steps that cannot, or of which locks now hold more than before, in
            order: to be shown, not dropped in silence.
        """
        log = replace(self, opened=saved, entries=(), position=0, _known={})
        lost, before = [], self.jump(n_kept)
        for entry in self.entries[n_kept : self.position]:
            try:
                after = log.add(entry)
            except InputError:
                lost.append(entry)
            else:
                if _n_held(log.draft, entry.edit) > _n_held(before.draft, entry.edit):
                    lost.append(entry)
                log = after
            before = before.redo()
        return log, lost


def _thinned(known: dict[int, Draft], position: int) -> dict[int, Draft]:
    """Keep the latest states, and of the older ones each so many."""
    if len(known) <= MOST_KNOWN:
        return known
    return {
        n: draft
        for n, draft in known.items()
        if n > position - RECENT or n % EACH_OLDER == 0
    }


def _n_held(draft: Draft, edit: Edit) -> int:
    """Count what locks hold back of an edit, step by step."""
    if isinstance(edit, Together):
        n_held = 0
        for part in edit.edits:
            n_held += _n_held(draft, part)
            draft = apply_edit(draft, part)
        return n_held
    return without_locked(draft, edit)[1] if isinstance(edit, Move) else 0


def pending(saved: Draft, draft: Draft) -> list[Move]:
    """List the moves of units and accounts that a draft has beyond what is saved."""
    return moves_between(saved.alignment, draft.alignment)


def contested(opened: Draft, saved: Draft, draft: Draft) -> pd.DataFrame:
    """
    Find what two planners gave to different territories.

    Parameters
    ----------
    opened
        The plan both began with.
    saved
        The other's, saved since.
    draft
        One's own.

    Returns
    -------
    Indexed by `unit_id` or `account_id`: `was`, `theirs`, `mine` (missing: none, for
    accounts: with their unit) and `what` (``unit`` or ``account``).
    """
    tables = []
    for what, part in (
        ("unit", "territory_by_unit"),
        ("account", "territory_by_account"),
    ):
        three = pd.DataFrame(
            {
                "was": getattr(opened.alignment, part),
                "theirs": getattr(saved.alignment, part),
                "mine": getattr(draft.alignment, part),
            }
        ).fillna("")
        is_both = (three["was"] != three["theirs"]) & (three["was"] != three["mine"])
        differ = three[is_both & (three["theirs"] != three["mine"])]
        tables.append(differ.mask(differ == "").assign(what=what))
    return pd.concat(tables)


def told(entries: Sequence[Entry]) -> pd.DataFrame:
    """Lay out a log for reading: step, label, who, at."""
    return pd.DataFrame(
        [(n + 1, e.label, e.who, e.at) for n, e in enumerate(entries)],
        columns=["step", "label", "who", "at"],
    ).set_index("step")
