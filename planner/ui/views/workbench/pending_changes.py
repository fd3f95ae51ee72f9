"""What the draft would change: accept or reject it, as a whole or move by move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from planner.jobs import queue
from planner.services.balance.reasons import reasons_of
from planner.services.balance.studies import proposal_in
from planner.services.drafts.editing import accept, reject, reject_all
from planner.services.drafts.view import pending_changes
from planner.services.territories import wording
from planner.territory.editing.edits import LOCKABLE, UNIT
from planner.territory.editing.moves import differs
from planner.territory.solve.proposal import Proposal
from planner.ui import cache, tables, widgets
from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text
from planner.ui.views.workbench.choice_bar import choice_text
from planner.ui.views.workbench.workbench import Workbench

MOST_NAMED = 3  # territories named in the line
MOST_ROWS = 200  # moves listed at a time
_JOBS = "wb-job-results"
_TABLES = "wb-changes"
DRAFT, SAVED = "Draft", "Saved"
WORTH = {
    "our_sales_minor": "our sales",
    "annual_revenue_minor": "annual revenue",
    "potential_minor": "potential",
}
MONEY = ("our_sales_minor", "potential_minor", "open_pipeline_minor")


def pending_bar(bench: Workbench, measure: str) -> bool:
    """
    Say what is chosen and what is pending, with Accept and Reject.

    Returns
    -------
    Whether the user wants to see the saved scenario instead of the draft.
    """
    is_pending = bench.opened.pending is not None
    with st.container(horizontal=True, vertical_alignment="center", key="terr-pending"):
        st.markdown(choice_text(bench, measure), width=300)
        text = ":gray[Nothing is pending: all is as saved.]"
        if is_pending:
            text = f"**Pending** · {_summary(bench)}"
        st.markdown(text, width="stretch")
        side = st.segmented_control(
            "Map shows",
            [DRAFT, SAVED],
            default=DRAFT,
            key="terr-side",
            label_visibility="collapsed",
            required=True,
            disabled=not is_pending,
            help="Compare the map with what is saved.",
        )
        st.button(
            "Reject",
            key="terr-reject",
            disabled=not is_pending,
            on_click=guarded(_reject_all, "Rejecting the changes", bench),
        )
        st.button(
            "Accept",
            key="terr-accept",
            type="primary",
            disabled=not is_pending,
            on_click=guarded(_accept, "Accepting the changes", bench),
            help="Saves the changes for everyone; until then they are yours.",
        )
    return is_pending and side == SAVED


def _accept(bench: Workbench) -> None:
    opened = bench.opened
    bench.change("Accepting the changes", lambda: accept(bench.ws, opened))


def _reject_all(bench: Workbench) -> None:
    opened = bench.opened
    bench.change("Rejecting the changes", lambda: reject_all(bench.ws, opened))


def _summary(bench: Workbench) -> str:
    """Say in one line what would change."""
    fmt, plan, draft = bench.fmt, bench.opened.saved, bench.opened.draft
    was = bench.saved.accounts["territory_id"]
    will = bench.shown.accounts["territory_id"]
    is_moved = differs(was, will)
    accounts = bench.saved.accounts[is_moved]
    parts = []
    if len(accounts):
        noun = "account" if len(accounts) == 1 else "accounts"
        worth = markdown_text(_worth(bench, accounts))
        froms = _named(was[is_moved].fillna(""))
        tos = _named(will[is_moved].fillna(""))
        parts.append(
            f"{fmt.number(len(accounts))} {noun}{worth} "
            f"from {markdown_text(froms)} to {markdown_text(tos)}"
        )
    else:
        parts.append("no account changes hands")
    n_new = len(set(draft.names) - set(plan.names))
    n_gone = len(set(plan.names) - set(draft.names))
    for n, text in ((n_new, "new"), (n_gone, "ended")):
        if n:
            parts.append(f"{n} territor{'y' if n == 1 else 'ies'} {text}")
    n_locks = sum(
        len(getattr(plan.locks, what) ^ getattr(draft.locks, what)) for what in LOCKABLE
    )
    if n_locks:
        parts.append(f"{fmt.number(n_locks)} lock{'s' if n_locks > 1 else ''} changed")
    if plan.homes != draft.homes:
        parts.append("homes moved")
    if plan.barriers != draft.barriers:
        parts.append("borders closed or opened")
    return " · ".join(parts)


def _worth(bench: Workbench, accounts: pd.DataFrame) -> str:
    """Say what accounts are worth by the first amount the list has; empty: by none."""
    for name, label in WORTH.items():
        if name in bench.saved.measures:
            amount_minor = int(accounts[name].fillna(0).sum())
            return f", {bench.fmt.money_short(amount_minor)} {label}"
    return ""


def _named(territory: pd.Series) -> str:
    names = territory.value_counts().index.tolist()
    texts = [name or "none" for name in names[:MOST_NAMED]]
    more = len(names) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "")


def changes_part(bench: Workbench) -> None:
    """List the pending moves, each with its reason; accept or reject some."""
    rows = _table_of(bench)
    if rows.empty:
        widgets.empty_state(
            "No pending moves",
            "Choose units or accounts on the map and assign them, or press Balance.",
            key="no-changes",
        )
        return
    visible = rows.head(MOST_ROWS)
    if len(rows) > len(visible):
        st.caption(
            f"The {len(visible)} of {bench.fmt.number(len(rows))} moves with most "
            "potential; accept or reject these, and the next ones follow."
        )
    selection = tables.table(
        visible,
        {
            "name": tables.Column("Unit or account", width=190),
            "was": tables.Column("From", width=64),
            "will": tables.Column("To", width=64),
            "accounts": tables.Column("Accounts", "number", width=80),
            "our_sales_minor": tables.Column("Our sales", "money"),
            "potential_minor": tables.Column("Potential", "money"),
            "why": tables.Column("Why", width=460),
        },
        fmt=bench.fmt,
        key=f"terr-changes-{bench.opened.serial}",  # a new state, a new choice
        height=320,
        select="multi" if bench.is_editable else "none",
        label="Pending moves",
        optional=("our_sales_minor", "potential_minor"),
    )
    picked = rows.loc[selection] if selection else rows.iloc[:0]
    _buttons(bench, picked)
    if len(picked) == 1:
        _in_full(bench, picked.iloc[0])


def _buttons(bench: Workbench, picked: pd.DataFrame) -> None:
    is_unit = picked["what"] == UNIT
    units, accounts = picked.loc[is_unit, "id"], picked.loc[~is_unit, "id"]
    ids = (tuple(units), tuple(accounts))
    with st.container(horizontal=True, vertical_alignment="center"):
        n = len(picked)
        text = "Choose rows to accept or reject them alone."
        if n:
            text = f"{n} chosen"
        st.markdown(f":gray[{text}]", width="stretch")
        st.button(
            "Show on the map",
            key="terr-changes-show",
            disabled=not n,
            on_click=guarded(_show, "Showing on the map", bench, *ids),
        )
        for label, key, is_locking in (
            ("Reject", "terr-reject-some", False),
            ("Reject and lock", "terr-reject-lock", True),
        ):
            st.button(
                label,
                key=key,
                disabled=not n,
                on_click=guarded(_reject, "Rejecting", bench, *ids, is_locking),
                help="Back to where they are saved, and locked there: the next "
                "balance leaves them."
                if is_locking
                else None,
            )
        st.button(
            "Accept these",
            key="terr-accept-some",
            disabled=not n,
            on_click=guarded(_accept_some, "Accepting", bench, *ids),
        )


def _show(bench: Workbench, units: tuple[str, ...], accounts: tuple[str, ...]) -> None:
    bench.zoom_to(pd.Index(units, dtype="str"), pd.Index(accounts, dtype="str"))
    bench.choice.clear()
    bench.choice.units |= dict.fromkeys(units)
    bench.choice.accounts |= dict.fromkeys(accounts)


def _reject(
    bench: Workbench,
    units: tuple[str, ...],
    accounts: tuple[str, ...],
    is_locking: bool,
) -> None:
    opened = bench.opened
    bench.change(
        "Rejecting",
        lambda: reject(bench.ws, opened, units, accounts, is_locking=is_locking),
    )


def _accept_some(
    bench: Workbench, units: tuple[str, ...], accounts: tuple[str, ...]
) -> None:
    opened = bench.opened
    account_ids = (*accounts, *_companions(bench, units))
    bench.change("Accepting", lambda: accept(bench.ws, opened, units, account_ids))


def _companions(bench: Workbench, units: tuple[str, ...]) -> list[str]:
    """Find accounts of units that are named apart to stay where they are."""
    rows = pending_changes(bench.opened)
    ids = rows.loc[rows["what"] != UNIT, "id"]
    unit = bench.saved.accounts["unit_id"].reindex(ids)
    return list(unit.index[unit.isin(units)])


def _table_of(bench: Workbench) -> pd.DataFrame:
    """Lay out the pending moves once for each state of the draft."""
    tables_by_state: dict[Any, pd.DataFrame] = st.session_state.setdefault(_TABLES, {})
    key = (*cache.facts_key(bench.ws), bench.scenario_id, bench.opened.stamp)
    if key not in tables_by_state:
        tables_by_state.clear()
        tables_by_state[key] = changes_table(bench)
    return tables_by_state[key]


def changes_table(bench: Workbench) -> pd.DataFrame:
    """
    Lay out the pending moves.

    Returns
    -------
    As `pending_changes`, of accounts the territories they are in, with `name`,
    `accounts`, money columns and `why`; the moves with most potential first.
    """
    rows = pending_changes(bench.opened)
    accounts = bench.saved.accounts
    # An account that is only named where it is anyway, to be locked, does not move.
    is_unit = rows["what"] == UNIT
    was, will = (
        rows["id"].map(view.accounts["territory_id"]).fillna("")
        for view in (bench.saved, bench.shown)
    )
    rows = rows[is_unit | (was != will)].copy()
    if rows.empty:
        return rows
    own = rows["what"] != UNIT
    rows.loc[own, "was"] = rows.loc[own, "id"].map(accounts["territory_id"])
    rows.loc[own, "will"] = rows.loc[own, "id"].map(
        bench.shown.accounts["territory_id"]
    )
    units = bench.saved.units[_is_among(bench.saved.units.index, rows["id"])]
    near = accounts[
        accounts["unit_id"].isin(units.index) | _is_among(accounts.index, rows["id"])
    ]
    values = near.assign(accounts=1)[["accounts", *MONEY]].fillna(0)
    by_unit = values.groupby(near["unit_id"]).sum().reindex(units.index, fill_value=0)
    both = pd.concat([by_unit, values])
    amounts = both[~both.index.duplicated()].reindex(rows["id"]).fillna(0)
    names = pd.Series(wording.unit_names(units), dtype="str")
    names = pd.concat([names, near["name"].astype("str")])
    names = names[~names.index.duplicated()]
    for column in amounts.columns:
        rows[column] = amounts[column].astype("int64").to_numpy()
    rows["name"] = names.reindex(rows["id"]).fillna(rows["id"]).to_numpy()
    rows["why"] = _why(bench, rows)
    for column in ("was", "will"):
        rows[column] = rows[column].fillna("–")
    order = rows.sort_values("potential_minor", ascending=False, kind="stable")
    return order.set_index(order["what"] + " " + order["id"])


MOST_ANSWERS = 4  # plans of jobs that are kept at hand
FIRST, BALANCED = "Gets its first territory", "Moved by the balance"


def _is_among(index: pd.Index, ids: pd.Series) -> np.ndarray:
    """Do as `Index.isin`, which goes through thousands of texts one by one."""
    among = np.zeros(len(index), dtype=bool)
    places = index.get_indexer(ids)
    among[places[places >= 0]] = True
    return among


def _why(bench: Workbench, rows: pd.DataFrame) -> pd.Series:
    """Say for each move who or what made it, and why."""
    why = rows["label"].where(rows["label"] != "", "Moved by a step that is saved")
    why = "Drawn: " + why
    for job_id, group in rows.groupby("job_id"):
        proposal = job_result(bench, str(job_id))
        if proposal is not None:
            reasons = reasons_of(bench.ws, bench.saved, proposal, group["id"])
            unsaid = group["was"].isna().map({True: FIRST, False: BALANCED})
            why.loc[group.index] = reasons.where(reasons != "", unsaid)
    return why


def answers_taken(bench: Workbench) -> list[Proposal]:
    """Read the plans of jobs that the draft's steps took, the latest last."""
    log = bench.opened.history
    ids = [entry.job_id for entry in log.entries[: log.position] if entry.job_id]
    answers = [job_result(bench, job_id) for job_id in ids[-MOST_ANSWERS:]]
    return [answer for answer in answers if answer is not None]


def job_result(bench: Workbench, job_id: str) -> Proposal | None:
    """Read a plan that was taken into the draft; it never changes, so it is kept."""
    results: dict[str, Any] = st.session_state.setdefault(_JOBS, {})
    if job_id not in results:
        job, _, plan = job_id.partition("/")
        results[job_id] = proposal_in(queue.load(bench.ws.store, job).result, plan)
        while len(results) > MOST_ANSWERS:
            results.pop(next(iter(results)))
    proposal: Proposal | None = results[job_id]
    return proposal


def _in_full(bench: Workbench, row: pd.Series) -> None:
    """Tell all of one move: its reason, and the accounts it takes along."""
    st.markdown(
        f"**{markdown_text(str(row['name']))}**: {markdown_text(str(row['why']), 600)}"
    )
    if row["what"] != UNIT:
        return
    accounts = bench.saved.accounts
    theirs = accounts[accounts["unit_id"] == row["id"]]
    if theirs.empty:
        return
    tables.table(
        theirs.sort_values("potential_minor", ascending=False),
        {
            "name": tables.Column("Account"),
            "owner_name": tables.Column("Owner today"),
            "segment": tables.Column("Segment"),
            "our_sales_minor": tables.Column("Our sales", "money"),
            "potential_minor": tables.Column("Potential", "money"),
            "open_pipeline_minor": tables.Column("Open pipeline", "money"),
        },
        fmt=bench.fmt,
        key="terr-change-accounts",
        height=240,
        label="Accounts of the unit",
        optional=MONEY,
    )
