"""A balance's answer as an edit of the draft it was asked from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from planner.services.balance import decisions
from planner.services.drafts.editing import accept_in, do_in, undo_in
from planner.services.drafts.log import OpenDraft, read_draft, without_answer
from planner.services.territories.deviations import shares_in_ppm
from planner.services.workspace import OpenCompany
from planner.store.job_rows import ACCEPTED
from planner.store.scenarios import editing
from planner.territory.editing.apply import difference
from planner.territory.editing.edits import Draft, Edit
from planner.territory.model.alignment import Alignment
from planner.territory.solve.proposal import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a plan changes in a draft.

    Parameters
    ----------
    edit
        None: the draft is as the plan has it.
    n_moved
        Units that move.
    n_own
        Units the plan would move that the user moved or locked since it was asked:
        they stay as the user has them.
    """

    edit: Edit | None
    n_moved: int
    n_own: int


def take(
    ws: OpenCompany,
    opened: OpenDraft,
    proposal: Proposal,
    job_id: str | None = None,
    plan: str = "",
) -> OpenDraft:
    """
    Take a proposal into the draft: pending changes, one step of the log.

    Parameters
    ----------
    job_id
        The job that made it, whose answer is then offered to nobody any more; None: it
        was made without one.
    plan
        Which of the job's `plans`; "": it has one.
    """
    with ws.store.transaction() as conn:
        return _take_in(conn, ws, opened, proposal, job_id, plan)


def accept_proposal(
    ws: OpenCompany,
    scenario_id: str,
    version: int,
    proposal: Proposal,
    job_id: str | None = None,
) -> int:
    """
    Take a proposal into the user's draft and save it, as one transaction.

    Parameters
    ----------
    version
        Version of the scenario that the user was looking at.
    job_id
        As of `take`.

    Returns
    -------
    The version of the scenario afterwards: the same if the proposal changes nothing,
    or if the draft held other changes. Then all stays pending, for its user to decide.

    Raises
    ------
    ConflictError
        If someone saved since `version`.

    Notes
    -----
    Territories without a position get one; a company without any team gets a simulated
    one, labelled so.
    """
    with ws.store.transaction() as conn:
        editing.refuse_other_version(conn, scenario_id, version)
        before, _ = read_draft(conn, ws, scenario_id)
        opened = _take_in(conn, ws, before, proposal, job_id)
        if before.pending is None and opened.pending is not None:
            opened = accept_in(conn, ws, opened)
        return opened.scenario.version


def _take_in(
    conn: Connection,
    ws: OpenCompany,
    opened: OpenDraft,
    proposal: Proposal,
    job_id: str | None,
    plan: str = "",
) -> OpenDraft:
    """Take a proposal inside a transaction: the step and the decision, or neither."""
    if without_answer(opened, proposal.params.get("replaces")) is not opened:
        opened = undo_in(conn, ws, opened)
    answer = answer_of(opened.draft, proposal)
    if answer.edit is not None:
        noun = "unit" if answer.n_moved == 1 else "units"
        label = f"Balance: {answer.n_moved:,} {noun} moved"
        if answer.n_own:
            label += f", {answer.n_own:,} left as drawn since"
        key = f"{job_id}/{plan}" if job_id and plan else job_id
        opened = do_in(conn, ws, opened, answer.edit, label, key)
    if job_id is not None:
        decisions.decide(conn, ws, job_id, ACCEPTED)
    return opened


def answer_of(draft: Draft, proposal: Proposal) -> Answer:
    """
    Find what a plan changes in a draft that may have gone on since it was asked.

    Parameters
    ----------
    draft
        As it is now.
    proposal
        Of a balance.

    Notes
    -----
    An account that was apart from its unit when the plan was asked (if that is not
    told: that is so now), and that the plan does not name, follows its unit again.
    Territories that the plan empties are ended. What the user named apart, or let
    follow its unit, since the plan was asked stays so; so does what is locked.
    """
    now = draft.alignment.territory_by_unit
    plan = proposal.territory_by_unit.reindex(now.index)
    moves = plan.notna() & (plan != now.fillna(""))
    is_own = moves & False
    if proposal.today_by_unit is not None:
        today = proposal.today_by_unit
        moves &= now.index.isin(today.index)
        is_own = moves & (today.reindex(now.index).fillna("") != now.fillna(""))
    is_own |= moves & _is_held(draft, now, plan)
    units = now.where(~(moves & ~is_own), plan)
    names = dict(draft.names)
    by_account = _named(draft, proposal)
    used = {*units.dropna(), *by_account}
    names |= {name: name for name in sorted(used) if name not in names}
    in_use = {*now.dropna(), *draft.alignment.territory_by_account}
    names_in_use = {
        key: name
        for key, name in names.items()
        # What held nothing before either was started to be filled.
        if key in used or key in draft.locks.territory or key not in in_use
    }
    districts = proposal.district_by_territory
    if districts is None:
        districts = draft.districts
    shares = shares_in_ppm(proposal.shares, pd.Index(sorted(names_in_use)))
    target = replace(
        draft,
        alignment=Alignment(units, by_account),
        names=names_in_use,
        districts={key: name for key, name in districts.items() if key in names_in_use},
        share_ppm={str(k): int(v) for k, v in shares.dropna().items()},
    )
    return Answer(
        edit=difference(draft, target),
        n_moved=int((moves & ~is_own).sum()),
        n_own=int(is_own.sum()),
    )


def _is_held(draft: Draft, now: pd.Series, plan: pd.Series) -> pd.Series:
    """Tell which units are locked, or come from or go to a locked territory."""
    locks = draft.locks
    is_locked = now.isin(list(locks.territory)) | plan.isin(list(locks.territory))
    return is_locked | now.index.isin(list(locks.unit))


def _named(draft: Draft, proposal: Proposal) -> pd.Series:
    """Find the accounts apart from their unit under a plan."""
    now, locks = draft.alignment.territory_by_account, draft.locks
    answers = proposal.territory_by_account
    ended = proposal.ended_accounts
    ended = frozenset(now.index) if ended is None else ended
    own = set(locks.account)
    own |= set(now.index[now.isin(list(locks.territory))])
    own |= set(answers.index[answers.isin(list(locks.territory))]) - set(now.index)
    if proposal.today_by_account is not None:
        was = proposal.today_by_account
        both = was.index.union(now.index)
        one, other = was.reindex(both).fillna(""), now.reindex(both).fillna("")
        own |= set(both[(one != other).to_numpy()])
    answers = answers[~answers.index.isin(list(own))]
    others = now[~now.index.isin(list(ended - own)) & ~now.index.isin(answers.index)]
    return pd.concat([others, answers])
