"""A user's draft of a scenario, read from the store and kept there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.services.territories.plan_rows import draft_of, plan_hash
from planner.services.workspace import Workspace
from planner.store.scenarios import drafts as draft_rows
from planner.store.scenarios import editing
from planner.store.scenarios.drafts import DraftRecord, Plain, Step
from planner.store.scenarios.lineage import Scenario
from planner.store.scenarios.reading import load_saved_plan
from planner.territory.editing.apply import apply_edit, difference
from planner.territory.editing.edits import (
    Draft,
    Edit,
    Together,
    edit_from_dict,
    edit_to_dict,
)
from planner.territory.editing.history import Entry, History
from planner.territory.editing.moves import Move
from planner.territory.model.alignment import Alignment

KEPT_STEPS = 400  # of the log; older ones can no longer be taken back
MOST_SAID = 3  # saves of others named in a notice
TAKEN_BACK = "Take saved steps back"
Notice = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenDraft:
    """
    A user's draft of a scenario.

    Parameters
    ----------
    scenario
        As it is saved.
    saved
        The saved plan.
    history
        The steps of this user; its draft is the plan under work.
    serial
        Counts the changes of the draft.
    n_saved
        Steps at the beginning that are saved.
    notice
        What another's save did to the draft: `who`, `at`, `action`, `lost` (labels of
        steps that could not be done again, or only in part) and `contested` (records
        of `what`, `id`, `was`, `theirs`, `mine`); None: nothing to tell.
    """

    scenario: Scenario
    saved: Draft
    history: History
    serial: int = 0
    n_saved: int = 0
    notice: Notice | None = None

    @property
    def draft(self) -> Draft:
        """The plan under work."""
        return self.history.draft

    @cached_property
    def pending(self) -> Edit | None:
        """The edit from the saved plan to the draft; None: nothing is pending."""
        return difference(self.saved, self.draft)

    @property
    def stamp(self) -> tuple[int, int]:
        """Tells one state from another: see `stamp_of`."""
        return self.scenario.version, self.serial


def without_answer(opened: OpenDraft, job_id: str | None) -> OpenDraft:
    """Give the draft before a job's answer, where that is its last step; else as is."""
    log = opened.history
    is_last = log.position > opened.n_saved and job_id is not None
    if not is_last or log.entries[log.position - 1].job_id != job_id:
        return opened
    return replace(opened, history=log.undo())


def read_draft(
    conn: Connection, ws: Workspace, scenario_id: str
) -> tuple[OpenDraft, bool]:
    """Read a draft; also tell whether the store has it as it is returned."""
    rows = load_saved_plan(conn, scenario_id)
    scenario, base = rows.scenario, draft_of(conn, rows)
    record = draft_rows.load_draft(conn, scenario_id, ws.user)
    if record is None or scenario.status != "draft":
        opened = OpenDraft(scenario=scenario, saved=base, history=History(opened=base))
        return opened, True
    is_same = record.version == scenario.version
    if is_same or record.plan_hash == plan_hash(base):
        try:
            return _replayed(scenario, base, record, ws.user), is_same
        except InputError:
            pass  # units are no more, or others: what still can be done is done
    return _rebased(conn, ws, scenario, base, record), False


def _replayed(
    scenario: Scenario, base: Draft, record: DraftRecord, user: str
) -> OpenDraft:
    back = record.back
    opened = base if back is None else apply_edit(base, edit_from_dict(back))
    log = History(
        opened=opened,
        entries=tuple(_entry(step, user) for step in record.steps),
        position=record.position,
    )
    _ = log.draft  # replayed now, so that what cannot be done is found here
    return OpenDraft(
        scenario=scenario,
        saved=base,
        history=log,
        serial=record.serial,
        n_saved=record.n_saved,
        notice=record.notice,
    )


def _rebased(
    conn: Connection,
    ws: Workspace,
    scenario: Scenario,
    base: Draft,
    record: DraftRecord,
) -> OpenDraft:
    """Lay a draft upon what somebody else saved."""
    steps = [_entry(step, ws.user) for step in record.steps]
    mine = steps[record.n_saved : record.position]
    pending = record.pending or {}
    if record.position < record.n_saved and pending:
        taken_back = edit_from_dict(pending["edit"])
        mine = [Entry(edit=taken_back, label=TAKEN_BACK, who=ws.user)]
    whole = History(opened=base, entries=tuple(mine))
    log, dropped = _upon(whole, base)
    was = pending.get("was") or {}
    log = _without_accepted(log, was, ws.user)
    contested = _contested(was, base, log.draft)
    labels = [entry.label for entry in dropped]
    labels = labels or _held_now(pending, log.draft, contested)
    saves = editing.history(conn, scenario.scenario_id)
    n_since = max(scenario.version - record.version, 1)
    notice = None
    if mine or contested:
        notice = {
            "who": "An import"
            if scenario.version == record.version
            else scenario.updated_by,
            "at": scenario.updated_at,
            "action": "; ".join(saves["action"].head(min(n_since, MOST_SAID))),
            "lost": labels,
            "contested": contested,
        }
    return OpenDraft(
        scenario=scenario,
        saved=base,
        history=log,
        serial=record.serial,
        notice=notice,
    )


def _upon(log: History, base: Draft) -> tuple[History, list[Entry]]:
    """Do all steps again upon a plan; also those that cannot be done."""
    history, dropped = History(opened=base), []
    for entry in log.entries:
        try:
            history = history.add(entry)
        except InputError:
            dropped.append(entry)
    return history, dropped


def _moves_of(plain: Plain | None) -> list[Move]:
    """List the moves of an edit that was kept."""
    if plain is None:
        return []
    edit = edit_from_dict(plain)
    parts = edit.edits if isinstance(edit, Together) else (edit,)
    return [part for part in parts if isinstance(part, Move)]


def _without_accepted(log: History, was: Plain, user: str) -> History:
    """
    Leave out what was accepted before its step was done again.

    Of a step that was accepted in part all is done again; only what was pending may
    stand against another's save.
    """
    edit = difference(log.opened, log.draft)
    moves = _moves_of(None if edit is None else edit_to_dict(edit))
    units = {u for m in moves for u in m.unit_ids} - set(was.get("unit") or {})
    accounts = {a for m in moves for a in m.account_ids} - set(was.get("account") or {})
    if not units and not accounts:
        return log
    plan = with_places(log.draft, log.opened, units, accounts)
    back = difference(log.draft, plan)
    if back is None:
        return log
    return log.add(Entry(edit=back, label="Leave what was accepted", who=user))


def _held_now(
    pending: Plain, draft: Draft, contested: list[dict[str, Any]]
) -> list[str]:
    """Say what was pending and did not get where it was to go: locks hold it now."""
    contested_ids = {row["id"] for row in contested}
    n = 0
    for move in _moves_of(pending.get("edit")):
        for ids, places in (
            (move.unit_ids, draft.alignment.territory_by_unit),
            (move.account_ids, draft.alignment.territory_by_account),
        ):
            n += sum(
                _place(places, u) != move.to for u in ids if u not in contested_ids
            )
    if not n:
        return []
    what = "1 unit or account is" if n == 1 else f"{n:,} units and accounts are"
    return [f"{what} locked now, or gone, and did not move"]


def with_places(
    plan: Draft,
    other: Draft,
    unit_ids: Collection[str],
    account_ids: Collection[str],
) -> Draft:
    """Put some units and accounts of a plan where another plan has them."""
    units = plan.alignment.territory_by_unit.copy()
    theirs = other.alignment.territory_by_unit
    own_units = list(
        units.index.intersection(list(unit_ids)).intersection(theirs.index)
    )
    units.loc[own_units] = theirs.loc[own_units]
    by_account = plan.alignment.territory_by_account.drop(
        list(account_ids), errors="ignore"
    )
    other_places = other.alignment.territory_by_account
    by_account = pd.concat(
        [by_account, other_places[other_places.index.isin(list(account_ids))]]
    )
    used = {*units.loc[own_units].dropna(), *by_account.dropna()}
    restored = {
        key: name
        for key, name in other.names.items()
        if key in used and key not in plan.names
    }
    return replace(
        plan, alignment=Alignment(units, by_account), names={**plan.names, **restored}
    )


def _contested(
    was: Mapping[str, Mapping[str, Any]], base: Draft, mine: Draft
) -> list[dict[str, Any]]:
    """Find what both gave to different territories."""
    rows = []
    for what, part in (
        ("unit", "territory_by_unit"),
        ("account", "territory_by_account"),
    ):
        theirs, own = (getattr(plan.alignment, part) for plan in (base, mine))
        for name, before in (was.get(what) or {}).items():
            place, other = _place(own, name), _place(theirs, name)
            if other not in (before, place):
                rows.append(
                    {
                        "what": what,
                        "id": name,
                        "was": before,
                        "theirs": other,
                        "mine": place,
                    }
                )
    return rows


def _place(territory: pd.Series, name: str) -> str | None:
    cell = territory.get(name)
    return None if cell is None or pd.isna(cell) else str(cell)


def _entry(step: Step, user: str) -> Entry:
    return Entry(
        edit=edit_from_dict(step.edit),
        label=step.label,
        who=user,
        at=step.at,
        job_id=step.job_id,
    )


def keep_draft(
    conn: Connection, ws: Workspace, opened: OpenDraft, n_kept: int = 0
) -> OpenDraft:
    """Write a draft; the log's oldest steps fall off where it is too long."""
    log, n_saved = opened.history, opened.n_saved
    # Only what is saved falls off: steps not saved may have to be done again.
    n_over = min(len(log.entries) - KEPT_STEPS, n_saved)
    if n_over > 0 and log.position >= n_over:
        log = History(
            opened=log.jump(n_over).draft,
            entries=log.entries[n_over:],
            position=log.position - n_over,
        )
        n_saved, n_kept = max(0, n_saved - n_over), 0
    opened = replace(opened, history=log, n_saved=n_saved, serial=opened.serial + 1)
    back = difference(opened.saved, log.opened)
    draft_rows.save_draft(
        conn,
        opened.scenario.scenario_id,
        ws.user,
        DraftRecord(
            version=opened.scenario.version,
            plan_hash=plan_hash(opened.saved),
            serial=opened.serial,
            position=log.position,
            n_saved=n_saved,
            back=None if back is None else edit_to_dict(back),
            pending=_pending(opened),
            notice=opened.notice,
            steps=tuple(
                Step(
                    edit=edit_to_dict(entry.edit),
                    label=entry.label,
                    at=entry.at,
                    job_id=entry.job_id,
                )
                for entry in log.entries
            ),
        ),
        n_kept=n_kept,
    )
    return opened


def _pending(opened: OpenDraft) -> dict[str, Any] | None:
    """Write what is pending, and where it lies in the saved plan."""
    if opened.pending is None:
        return None
    was: dict[str, dict[str, str | None]] = {"unit": {}, "account": {}}
    parts = opened.pending.edits if isinstance(opened.pending, Together) else ()
    base = opened.saved.alignment
    for part in parts or (opened.pending,):
        if not isinstance(part, Move):
            continue
        for what, ids, places in (
            ("unit", part.unit_ids, base.territory_by_unit),
            ("account", part.account_ids, base.territory_by_account),
        ):
            places_now = places.reindex(list(ids))
            cells = places_now.astype(object).where(places_now.notna(), None)
            was[what] |= dict(zip(ids, cells, strict=True))
    return {"edit": edit_to_dict(opened.pending), "was": was}
