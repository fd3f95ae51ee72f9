"""
Work on a scenario that nobody sees until it is accepted: edits, undo, accept, reject.

Each user has one draft of a scenario, kept in the store step by step, so that a reload
or a lost connection loses nothing. What another user saves meanwhile is taken beneath
it; see `open_draft`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection

from planner.core.errors import ConflictError, InputError
from planner.services.drafts.log import (
    TAKEN_BACK,
    OpenDraft,
    keep_draft,
    read_draft,
    with_places,
)
from planner.services.territories.plan_rows import draft_of, save_plan
from planner.services.workspace import OpenCompany, Workspace
from planner.store.rows.records import utc_now
from planner.store.scenarios import drafts as draft_rows
from planner.store.scenarios import editing, lineage
from planner.store.scenarios.reading import load_saved_plan
from planner.territory.editing.apply import difference
from planner.territory.editing.edits import Draft, Edit, Lock, Together
from planner.territory.editing.history import Entry, History

MOST_SAID = 3  # steps named in the audit line of a save


def stamp_of(ws: Workspace, scenario_id: str) -> tuple[int, int, int]:
    """
    Read what a cache needs to tell one state of a user's draft from another.

    Returns
    -------
    Version of the scenario, version the draft lies on, serial of the draft.
    """
    with ws.store.reading() as conn:
        version = lineage.load_scenario(conn, scenario_id).version
        return version, *draft_rows.draft_stamp(conn, scenario_id, ws.user)


def open_draft(ws: Workspace, scenario_id: str) -> OpenDraft:
    """
    Open the user's draft of a scenario where it was left.

    Notes
    -----
    If somebody saved the scenario since, their plan is taken beneath the draft: steps
    not saved yet are done again upon it, and `notice` tells who saved, which steps were
    lost, and what both gave to different territories, where the user's own stays
    pending. What had been saved before can then no longer be taken back step by step.
    """
    with ws.store.reading() as conn:
        opened, is_kept = read_draft(conn, ws, scenario_id)
    if is_kept:
        return opened
    with ws.store.transaction() as conn:
        opened, is_kept = read_draft(conn, ws, scenario_id)
        return opened if is_kept else keep_draft(conn, ws, opened)


def do(
    ws: Workspace,
    opened: OpenDraft,
    edit: Edit,
    label: str,
    job_id: str | None = None,
) -> OpenDraft:
    """
    Do one more step; what was undone before it is forgotten.

    Parameters
    ----------
    ws, opened
        Whose draft; another window of the same user may have gone on with it.
    edit
        What is done.
    label
        The same in a user's words, as the history shows it.
    job_id
        The job whose answer it is.

    Raises
    ------
    InputError
        If it cannot be done, or does nothing because all of it is locked.
    """
    with ws.store.transaction() as conn:
        return do_in(conn, ws, opened, edit, label, job_id)


def do_in(
    conn: Connection,
    ws: Workspace,
    opened: OpenDraft,
    edit: Edit,
    label: str,
    job_id: str | None = None,
) -> OpenDraft:
    """Do what `do` does, inside a transaction."""
    entry = Entry(edit=edit, label=label, who=ws.user, at=utc_now(), job_id=job_id)

    def step(now: OpenDraft) -> OpenDraft:
        log = _with_saved_steps(now).add(entry)
        if difference(now.draft, log.draft) is None:
            raise InputError(
                "nothing changes: all of it is locked, or where it is to be already"
            )
        return replace(now, history=log)

    return _change_in(conn, ws, opened, step)


def undo(ws: Workspace, opened: OpenDraft) -> OpenDraft:
    """Take the last step back, also one that is saved: that is pending again."""
    return _change(ws, opened, lambda now: replace(now, history=now.history.undo()))


def undo_in(conn: Connection, ws: Workspace, opened: OpenDraft) -> OpenDraft:
    """Do what `undo` does, inside a transaction."""
    return _change_in(
        conn, ws, opened, lambda now: replace(now, history=now.history.undo())
    )


def redo(ws: Workspace, opened: OpenDraft) -> OpenDraft:
    """Do the step again that was undone last."""
    return _change(ws, opened, lambda now: replace(now, history=now.history.redo()))


def jump(ws: Workspace, opened: OpenDraft, position: int) -> OpenDraft:
    """
    Go to the plan after so many steps of the log.

    Raises
    ------
    InputError
        If the log is another one by now, or has fewer steps.
    """
    labels = [entry.label for entry in opened.history.entries[:position]]

    def step(now: OpenDraft) -> OpenDraft:
        if [entry.label for entry in now.history.entries[:position]] != labels:
            raise InputError(
                "the history went on meanwhile: look at it again and choose anew"
            )
        return replace(now, history=now.history.jump(position))

    return _change(ws, opened, step)


def read_notice(ws: Workspace, opened: OpenDraft) -> OpenDraft:
    """Note that the user read what another's save did."""
    return _change(ws, opened, lambda now: replace(now, notice=None))


def accept(
    ws: OpenCompany,
    opened: OpenDraft,
    unit_ids: Collection[str] | None = None,
    account_ids: Collection[str] = (),
) -> OpenDraft:
    """
    Save what is pending.

    Parameters
    ----------
    unit_ids, account_ids
        Only the moves of these; None: all there is. The rest stays pending.

    Raises
    ------
    ConflictError
        If someone saved since the draft was opened; it tells who and what.
    InputError
        If nothing is pending.
    """
    with ws.store.transaction() as conn:
        return accept_in(conn, ws, opened, unit_ids, account_ids)


def accept_in(
    conn: Connection,
    ws: OpenCompany,
    opened: OpenDraft,
    unit_ids: Collection[str] | None = None,
    account_ids: Collection[str] = (),
) -> OpenDraft:
    """Do what `accept` does, inside a transaction."""
    plan = opened.draft
    if unit_ids is not None:
        plan = with_places(opened.saved, plan, unit_ids, account_ids)
    if difference(opened.saved, plan) is None:
        raise InputError("nothing is pending: there is nothing to accept")
    _refuse_stale(conn, ws, opened)
    log = opened.history
    with editing.editing(
        conn,
        opened.scenario.scenario_id,
        version=opened.scenario.version,
        user=ws.user,
        action=_told(opened, is_whole=unit_ids is None),
    ) as edit:
        entries = log.entries[opened.n_saved : log.position]
        edit.after["steps"] = [entry.label for entry in entries]
        save_plan(conn, ws, edit, plan)
    rows = load_saved_plan(conn, opened.scenario.scenario_id)
    state = replace(
        opened,
        scenario=rows.scenario,
        saved=draft_of(conn, rows),
        n_saved=log.position if unit_ids is None else opened.n_saved,
    )
    return keep_draft(conn, ws, state, n_kept=len(log.entries))


def reject(
    ws: Workspace,
    opened: OpenDraft,
    unit_ids: Collection[str],
    account_ids: Collection[str] = (),
    *,
    is_locking: bool = False,
) -> OpenDraft:
    """
    Give pending moves up: a step of its own, that can be undone.

    Parameters
    ----------
    unit_ids, account_ids
        What goes back to where it is saved.
    is_locking
        Whether it is locked there, so that a balance leaves it.

    Raises
    ------
    InputError
        If none of them is pending.
    """
    plan = with_places(opened.draft, opened.saved, unit_ids, account_ids)
    edit = difference(opened.draft, plan)
    if edit is None:
        raise InputError("none of these is pending: there is nothing to reject")
    n = len(unit_ids) + len(account_ids)
    parts: list[Edit] = [edit]
    if is_locking:
        parts += _locks_at(plan, unit_ids, account_ids)
    what = "1 change" if n == 1 else f"{n} changes"
    label = f"Reject {what}" + (" and lock them" if is_locking and n > 1 else "")
    if is_locking and n == 1:
        label += " and lock it"
    return do(ws, opened, Together(edits=tuple(parts)), label)


def reject_all(ws: Workspace, opened: OpenDraft) -> OpenDraft:
    """Give up all that is pending: a step of its own, that can be undone."""
    edit = difference(opened.draft, opened.saved)
    if edit is None:
        raise InputError("nothing is pending: there is nothing to reject")
    return do(ws, opened, edit, "Reject all changes")


# --- one state to the next -----------------------------------------------------------


def _change(
    ws: Workspace, opened: OpenDraft, step: Callable[[OpenDraft], OpenDraft]
) -> OpenDraft:
    """Take a step from the newest state of the draft, and keep it."""
    with ws.store.transaction() as conn:
        return _change_in(conn, ws, opened, step)


def _change_in(
    conn: Connection,
    ws: Workspace,
    opened: OpenDraft,
    step: Callable[[OpenDraft], OpenDraft],
) -> OpenDraft:
    """Take a step inside a transaction."""
    now = opened
    if not _is_newest(conn, ws, opened):
        now, _ = read_draft(conn, ws, opened.scenario.scenario_id)
    if now.scenario.status != "draft":
        raise InputError(
            f"scenario {now.scenario.name} is published and does not change any "
            "more; clone it and work on the copy"
        )
    after = step(now)
    if now.serial == 0 or now is not opened:
        n_kept = 0
    else:
        n_kept = _n_common(now.history, after.history)
    return keep_draft(conn, ws, after, n_kept=n_kept)


def _with_saved_steps(now: OpenDraft) -> History:
    """
    Keep saved steps in the log when a step is to follow after some were undone.

    Taking them back becomes a step of its own: the log says all that was ever saved.
    """
    log = now.history
    if log.position >= now.n_saved:
        return log
    whole = log.jump(now.n_saved)
    back = difference(whole.draft, log.draft)
    if back is None:
        return whole
    return whole.add(
        Entry(edit=back, label=TAKEN_BACK, who=log.entries[-1].who, at=utc_now())
    )


def _is_newest(conn: Connection, ws: Workspace, opened: OpenDraft) -> bool:
    scenario_id = opened.scenario.scenario_id
    version = lineage.load_scenario(conn, scenario_id).version
    stamp = draft_rows.draft_stamp(conn, scenario_id, ws.user)
    is_new = stamp == (0, 0) and opened.serial == 0
    return version == opened.scenario.version and (is_new or stamp == opened.stamp)


def _n_common(before: History, after: History) -> int:
    """Count the entries at the beginning that two logs share."""
    n = 0
    for one, other in zip(before.entries, after.entries, strict=False):
        if one is not other:
            break
        n += 1
    return n


def _locks_at(
    plan: Draft, unit_ids: Collection[str], account_ids: Collection[str]
) -> list[Edit]:
    """Lock units and accounts where a plan has them."""
    parts: list[Edit] = []
    if unit_ids:
        parts.append(Lock(what="unit", ids=tuple(unit_ids)))
    territory_by_account = plan.alignment.territory_by_account
    accounts = tuple(name for name in account_ids if name in territory_by_account.index)
    if accounts:
        parts.append(Lock(what="account", ids=accounts))
    return parts


def _refuse_stale(conn: Connection, ws: Workspace, opened: OpenDraft) -> None:
    """Refuse to save a draft that another window of the user has changed."""
    stamp = draft_rows.draft_stamp(conn, opened.scenario.scenario_id, ws.user)
    if stamp[1] != opened.serial and stamp[0] == opened.scenario.version:
        raise ConflictError(
            "these changes went on in another window since this one showed them; "
            "nothing was saved: look at them as they are now and accept again"
        )


def _told(opened: OpenDraft, *, is_whole: bool) -> str:
    """Say in one line what is saved."""
    if not is_whole:
        return "accept some changes"
    log = opened.history
    labels = [e.label for e in log.entries[opened.n_saved : log.position]]
    if not labels:
        return "take saved steps back"
    more = len(labels) - MOST_SAID
    tail = f"; and {more} more" if more > 0 else ""
    return "accept: " + "; ".join(labels[-MOST_SAID:]) + tail
