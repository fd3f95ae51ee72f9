"""Drafts: what each user has done to a scenario and not saved, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from planner.store.rows.records import utc_now
from planner.store.rows.schema import draft, draft_step

Plain = Mapping[str, Any]  # an edit as `territory.editing.edits.edit_to_dict` writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a draft; see `territory.editing.history.Entry`."""

    edit: Plain
    label: str
    at: str
    job_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """
    One user's draft of a scenario.

    Parameters
    ----------
    version
        Of the scenario it lies on.
    serial
        Counts its changes; 0: nothing was done yet.
    position
        How many steps are done; the rest is undone.
    n_saved
        How many steps at the beginning are saved in the scenario.
    plan_hash
        Of the saved plan it lies on.
    back
        The edit from the saved plan to the one the steps begin with; None: the same.
    pending
        ``edit`` from the saved plan to the draft, and ``was``: the saved place of each
        ``unit`` and ``account`` that it moves; None: the draft is as saved.
    notice
        What another user's save did to it, until it was read; None: nothing to tell.
    steps
        The oldest first.
    """

    version: int
    plan_hash: str
    serial: int = 0
    position: int = 0
    n_saved: int = 0
    back: Plain | None = None
    pending: Plain | None = None
    notice: Plain | None = None
    steps: Sequence[Step] = field(default_factory=tuple)


def draft_stamp(conn: sa.Connection, scenario_id: str, who: str) -> tuple[int, int]:
    """Read version and serial of a user's draft: equal stamps, equal drafts."""
    query = sa.select(draft.c.version, draft.c.serial).where(
        draft.c.scenario_id == scenario_id, draft.c.who == who
    )
    row = conn.execute(query).first()
    return (0, 0) if row is None else (int(row.version), int(row.serial))


def load_draft(conn: sa.Connection, scenario_id: str, who: str) -> DraftRecord | None:
    """Read a user's draft of a scenario; None: there is none."""
    query = sa.select(draft).where(
        draft.c.scenario_id == scenario_id, draft.c.who == who
    )
    header = conn.execute(query).first()
    if header is None:
        return None
    steps = (
        sa.select(draft_step)
        .where(draft_step.c.scenario_id == scenario_id, draft_step.c.who == who)
        .order_by(draft_step.c.step)
    )
    return DraftRecord(
        version=header.version,
        serial=header.serial,
        position=header.position,
        n_saved=header.n_saved,
        plan_hash=header.plan_hash,
        back=header.back,
        pending=header.pending,
        notice=header.notice,
        steps=tuple(
            Step(edit=row.edit, label=row.label, at=row.at, job_id=row.job_id)
            for row in conn.execute(steps)
        ),
    )


def save_draft(
    conn: sa.Connection,
    scenario_id: str,
    who: str,
    record: DraftRecord,
    n_kept: int = 0,
) -> None:
    """
    Keep a user's draft in the place of what it was.

    Parameters
    ----------
    conn
        Inside a transaction.
    scenario_id, who
        Whose draft of what.
    record
        The draft as it is now.
    n_kept
        Steps at the beginning that stand in the store already, unchanged.
    """
    mine = (draft.c.scenario_id == scenario_id, draft.c.who == who)
    values = {
        "version": record.version,
        "serial": record.serial,
        "position": record.position,
        "n_saved": record.n_saved,
        "plan_hash": record.plan_hash,
        "back": record.back,
        "pending": record.pending,
        "notice": record.notice,
        "updated_at": utc_now(),
    }
    if conn.execute(sa.update(draft).where(*mine).values(values)).rowcount != 1:
        row = {"scenario_id": scenario_id, "who": who, **values}
        conn.execute(sa.insert(draft).values(row))
    conn.execute(
        sa.delete(draft_step).where(
            draft_step.c.scenario_id == scenario_id,
            draft_step.c.who == who,
            draft_step.c.step > n_kept,
        )
    )
    rows = [
        {
            "scenario_id": scenario_id,
            "who": who,
            "step": number,
            "edit": step.edit,
            "label": step.label,
            "at": step.at,
            "job_id": step.job_id,
        }
        for number, step in enumerate(record.steps, start=1)
        if number > n_kept
    ]
    if rows:
        conn.execute(sa.insert(draft_step), rows)
