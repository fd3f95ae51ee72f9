"""A user's draft of a scenario, read from the store and kept there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.core.errors import InputError
from planner.services.plan_rows import load_plan
from planner.services.plan_rows import plan_hash
from planner.services.workspace import Workspace
from planner.store import drafts as draft_rows
from planner.store import scenarios as scenario_rows
from planner.store.drafts import DraftRecord
from planner.store.drafts import Step
from planner.store.scenarios import Scenario
from planner.territory.applying import apply_edit
from planner.territory.applying import difference
from planner.territory.edits import Draft
from planner.territory.edits import Edit
from planner.territory.edits import Together
from planner.territory.edits import edit_from_dict
from planner.territory.edits import edit_to_dict
from planner.territory.history import Entry
from planner.territory.history import History
from planner.territory.moves import Move

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


def read_draft(
    conn: Connection, ws: Workspace, scenario_id: str
) -> tuple[OpenDraft, bool]:
    """Read a draft; also tell whether the store has it as it is returned."""
    scenario = scenario_rows.load_scenario(conn, scenario_id)
    saved = load_plan(conn, scenario_id)
    record = draft_rows.load_draft(conn, scenario_id, ws.user)
    if record is None or scenario.status != "draft":
        found = OpenDraft(scenario=scenario, saved=saved, history=History(opened=saved))
        return found, True
    is_same = record.version == scenario.version
    if is_same or record.plan_hash == plan_hash(saved):
        try:
            return _replayed(scenario, saved, record, ws.user), is_same
        except InputError:
            pass  # units are no more, or others: what still can be done is done
    return _rebased(conn, ws, scenario, saved, record), False


def _replayed(
    scenario: Scenario, saved: Draft, record: DraftRecord, user: str
) -> OpenDraft:
    back = record.back
    opened = saved if back is None else apply_edit(saved, edit_from_dict(back))
    log = History(
        opened=opened,
        entries=tuple(_entry(step, user) for step in record.steps),
        position=record.position,
    )
    _ = log.draft  # replayed now, so that what cannot be done is found here
    return OpenDraft(
        scenario=scenario,
        saved=saved,
        history=log,
        serial=record.serial,
        n_saved=record.n_saved,
        notice=record.notice,
    )


def _rebased(
    conn: Connection,
    ws: Workspace,
    scenario: Scenario,
    saved: Draft,
    record: DraftRecord,
) -> OpenDraft:
    """Lay a draft upon what somebody else saved."""
    steps = [_entry(step, ws.user) for step in record.steps]
    mine = steps[record.n_saved : record.position]
    pending = record.pending or {}
    if record.position < record.n_saved and pending:
        taken_back = edit_from_dict(pending["edit"])
        mine = [Entry(edit=taken_back, label=TAKEN_BACK, who=ws.user)]
    whole = History(opened=saved, entries=tuple(mine))
    log, lost = _upon(whole, saved)
    contested = _contested(pending.get("was") or {}, saved, log.draft)
    saves = scenario_rows.history(conn, scenario.scenario_id)
    n_since = max(scenario.version - record.version, 1)
    notice = None
    if mine or contested:
        notice = {
            "who": scenario.updated_by,
            "at": scenario.updated_at,
            "action": "; ".join(saves["action"].head(min(n_since, MOST_SAID))),
            "lost": [entry.label for entry in lost],
            "contested": contested,
        }
    return OpenDraft(
        scenario=scenario,
        saved=saved,
        history=log,
        serial=record.serial,
        notice=notice,
    )


def _upon(log: History, saved: Draft) -> tuple[History, list[Entry]]:
    """Do all steps again upon a plan; also those that cannot be done."""
    done, lost = History(opened=saved), []
    for entry in log.entries:
        try:
            done = done.add(entry)
        except InputError:
            lost.append(entry)
    return done, lost


def _contested(
    was: Mapping[str, Mapping[str, Any]], saved: Draft, mine: Draft
) -> list[dict[str, Any]]:
    """Find what both gave to different territories."""
    found = []
    for what, part in (
        ("unit", "territory_by_unit"),
        ("account", "territory_by_account"),
    ):
        theirs, own = (getattr(plan.alignment, part) for plan in (saved, mine))
        for name, before in (was.get(what) or {}).items():
            place, other = _place(own, name), _place(theirs, name)
            if other not in (before, place):
                found.append(
                    {
                        "what": what,
                        "id": name,
                        "was": before,
                        "theirs": other,
                        "mine": place,
                    }
                )
    return found


def _place(territory: pd.Series, name: str) -> str | None:
    found = territory.get(name)
    return None if found is None or pd.isna(found) else str(found)


def _entry(step: Step, user: str) -> Entry:
    return Entry(
        edit=edit_from_dict(step.edit),
        label=step.label,
        who=user,
        at=step.at,
        job_id=step.job_id,
    )


def keep_draft(
    conn: Connection, ws: Workspace, found: OpenDraft, n_kept: int = 0
) -> OpenDraft:
    """Write a draft; the log's oldest steps fall off where it is too long."""
    log, n_saved = found.history, found.n_saved
    n_over = len(log.entries) - KEPT_STEPS
    if n_over > 0 and log.position >= n_over:
        log = History(
            opened=log.jump(n_over).draft,
            entries=log.entries[n_over:],
            position=log.position - n_over,
        )
        n_saved, n_kept = max(0, n_saved - n_over), 0
    found = replace(found, history=log, n_saved=n_saved, serial=found.serial + 1)
    back = difference(found.saved, log.opened)
    draft_rows.save_draft(
        conn,
        found.scenario.scenario_id,
        ws.user,
        DraftRecord(
            version=found.scenario.version,
            plan_hash=plan_hash(found.saved),
            serial=found.serial,
            position=log.position,
            n_saved=n_saved,
            back=None if back is None else edit_to_dict(back),
            pending=_pending(found),
            notice=found.notice,
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
    return found


def _pending(found: OpenDraft) -> dict[str, Any] | None:
    """Write what is pending, and where it lies in the saved plan."""
    if found.pending is None:
        return None
    was: dict[str, dict[str, str | None]] = {"unit": {}, "account": {}}
    parts = found.pending.edits if isinstance(found.pending, Together) else ()
    saved = found.saved.alignment
    for part in parts or (found.pending,):
        if not isinstance(part, Move):
            continue
        for what, ids, places in (
            ("unit", part.unit_ids, saved.territory_by_unit),
            ("account", part.account_ids, saved.territory_by_account),
        ):
            known = places.reindex(list(ids))
            told = known.astype(object).where(known.notna(), None)
            was[what] |= dict(zip(ids, told, strict=True))
    return {"edit": edit_to_dict(found.pending), "was": was}
