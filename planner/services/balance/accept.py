"""A balance's answer as an edit of the draft it was asked from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import pandas as pd

from planner.services.balance import decisions
from planner.services.drafts.editing import do
from planner.services.drafts.log import OpenDraft
from planner.services.territories.deviations import shares_in_ppm
from planner.services.workspace import Workspace
from planner.territory.editing.apply import difference
from planner.territory.editing.edits import Draft
from planner.territory.editing.edits import Edit
from planner.territory.model.alignment import Alignment


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
    ws: Workspace,
    opened: OpenDraft,
    result: Mapping[str, Any],
    job_id: str,
    plan: str = "",
) -> OpenDraft:
    """
    Take a plan into the draft: pending changes, one step of the log.

    Parameters
    ----------
    result
        The job's result, or one of its `plans`.
    job_id
        The job, whose answer is then offered to nobody any more.
    plan
        Which of its `plans`; "": it has one.
    """
    answer = answer_of(opened.draft, result)
    if answer.edit is not None:
        noun = "unit" if answer.n_moved == 1 else "units"
        label = f"Balance: {answer.n_moved:,} {noun} moved"
        if answer.n_own:
            label += f", {answer.n_own:,} left as drawn since"
        opened = do(
            ws, opened, answer.edit, label, f"{job_id}/{plan}" if plan else job_id
        )
    decisions.accept(ws, job_id)
    return opened


def answer_of(draft: Draft, result: Mapping[str, Any]) -> Answer:
    """
    Find what a plan changes in a draft that may have gone on since it was asked.

    Parameters
    ----------
    draft
        As it is now.
    result
        Of a balance, see `services.balance.plan.plan_of`.

    Notes
    -----
    An account that was apart from its unit when the plan was asked (if that is not
    told: that is so now), and that the plan does not name, follows its unit again.
    Territories that the plan empties are ended. What the user named apart, or let
    follow its unit, since the plan was asked stays so; so does what is locked.
    """
    now = draft.alignment.territory_by_unit
    plan = pd.Series(result["territory_by_unit"], dtype="str").reindex(now.index)
    moves = plan.notna() & (plan != now.fillna(""))
    is_own = moves & False
    if result.get("today_by_unit") is not None:
        asked = pd.Series(result["today_by_unit"], dtype="str")
        moves &= now.index.isin(asked.index)
        is_own = moves & (asked.reindex(now.index).fillna("") != now.fillna(""))
    is_own |= moves & _is_held(draft, now, plan)
    units = now.where(~(moves & ~is_own), plan)
    names = dict(draft.names)
    named = _named(draft, result)
    used = {*units.dropna(), *named}
    names |= {name: name for name in sorted(used) if name not in names}
    held = {*now.dropna(), *draft.alignment.territory_by_account}
    kept = {
        key: name
        for key, name in names.items()
        # What held nothing before either was started to be filled.
        if key in used or key in draft.locks.territory or key not in held
    }
    told = result.get("district_by_territory")
    districts = draft.districts if told is None else told
    shares = shares_in_ppm(result.get("shares") or {}, pd.Index(sorted(kept)))
    target = replace(
        draft,
        alignment=Alignment(units, named),
        names=kept,
        districts={key: name for key, name in districts.items() if key in kept},
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


def _named(draft: Draft, result: Mapping[str, Any]) -> pd.Series:
    """Find the accounts apart from their unit under a plan."""
    now, locks = draft.alignment.territory_by_account, draft.locks
    told = pd.Series(result.get("territory_by_account") or {}, dtype="str")
    ended = set(result.get("ended_accounts", now.index))
    own = set(locks.account)
    own |= set(now.index[now.isin(list(locks.territory))])
    own |= set(told.index[told.isin(list(locks.territory))]) - set(now.index)
    if result.get("today_by_account") is not None:
        was = pd.Series(result["today_by_account"], dtype="str")
        both = was.index.union(now.index)
        one, other = was.reindex(both).fillna(""), now.reindex(both).fillna("")
        own |= set(both[(one != other).to_numpy()])
    told = told[~told.index.isin(list(own))]
    left = now[~now.index.isin(list(ended - own)) & ~now.index.isin(told.index)]
    return pd.concat([left, told])
