"""The log of a planner's edits: undo, redo and jump, with nothing ever patched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import pandas as pd

from planner.core.errors import InputError
from planner.territory.editing.apply import apply_edit
from planner.territory.editing.edits import Draft, Edit

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
        entries = (*self.entries[: self.position], entry)
        drafts = {n: draft for n, draft in self._known.items() if n < len(entries)}
        drafts[len(entries)] = after
        return replace(
            self,
            entries=entries,
            position=len(entries),
            _known=_thinned(drafts, len(entries)),
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


def _thinned(drafts: dict[int, Draft], position: int) -> dict[int, Draft]:
    """Keep the latest states, and of the older ones each so many."""
    if len(drafts) <= MOST_KNOWN:
        return drafts
    return {
        n: draft
        for n, draft in drafts.items()
        if n > position - RECENT or n % EACH_OLDER == 0
    }


def told(entries: Sequence[Entry]) -> pd.DataFrame:
    """Lay out a log for reading: step, label, who, at."""
    return pd.DataFrame(
        [(n + 1, e.label, e.who, e.at) for n, e in enumerate(entries)],
        columns=["step", "label", "who", "at"],
    ).set_index("step")
