"""Repairing a fault in place: which accounts, how, before and after, do it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.accounts import repairs
from planner.services.accounts.health_view import HealthView
from planner.services.accounts.repairs import RepairPreview
from planner.services.people import holders
from planner.services.workspace import OpenCompany
from planner.ui import faults, tables
from planner.ui.maps.text import markdown_text
from planner.ui.views.accounts.address_service import ask_by
from planner.ui.views.accounts.place_map import place_part, typed_place

LABELS = {
    "swap": "Exchange lat and lon",
    "turn_sign": "Turn the sign",
    "reproject": "Metres to degrees",
    "geocode": "Place by address",
    "merge": "Merge",
    "drop": "Remove",
    "set_owner": "Other owner",
    "clear_owner": "No owner",
    "set": "Write a value",
    "keep": "Keep as it is",
}
SHOWN_ROWS = 1000


def repair_form(
    ws: OpenCompany, fmt: Formats, view: HealthView, issue: Any, rows: pd.DataFrame
) -> None:
    """
    Ask how to repair a fault, show what it would change, and do it.

    Parameters
    ----------
    ws, fmt, view
        As the page has them.
    issue
        Which fault.
    rows
        The accounts with it.
    """
    turn = st.session_state.get("hlt-turn", 0)
    has_other = rows["other_id"].notna().any()
    selection = tables.table(
        rows.head(SHOWN_ROWS).assign(account=rows.head(SHOWN_ROWS).index),
        {
            "account": tables.Column("Account", width=110),
            "name": tables.Column("Name", width="medium"),
            "value": tables.Column("Found", width="large"),
            **({"other_id": tables.Column("Other account")} if has_other else {}),
        },
        fmt=fmt,
        key=f"hlt-rows-{issue.code}-{turn}",
        height=260,
        select="multi",
        label=f"Accounts: {issue.title}",
    )
    if len(rows) > SHOWN_ROWS:
        st.caption(f"The first {fmt.number(SHOWN_ROWS)} of {fmt.number(len(rows))}.")
    with st.container(horizontal=True, vertical_alignment="bottom", key="hlt-how"):
        repair = st.segmented_control(
            "Repair",
            list(issue.repairs),
            default=issue.default,
            format_func=lambda name: _label(issue, str(name)),
            key=f"hlt-repair-{issue.code}",
            required=True,
        )
        account_ids = [str(account_id) for account_id in selection] or [
            str(i) for i in rows.index
        ]
        choices = _choices(ws, fmt, issue, str(repair), account_ids)
    one = account_ids[0] if len(account_ids) == 1 else None
    is_placing = _is_placing(issue, str(repair))
    if is_placing:
        place_part(ws, fmt, view, issue.code, one, choices)
        if one is not None:
            return  # saved at once: before and after are seen on the map
    n_meant = len(selection) or len(rows)
    label = f"Preview for {fmt.number(n_meant)} account{'s' if n_meant != 1 else ''}"
    key = (issue.code, repair, tuple(selection), tuple(sorted(choices.items())), turn)
    if st.button(
        label,
        key="hlt-preview",
        disabled=choices.get("value") == "" or (is_placing and not choices),
    ):
        with faults.guard("Preparing the repair"):
            preview = repairs.preview_repair(
                ws,
                issue.code,
                str(repair),
                [str(account_id) for account_id in selection] or None,
                scenario_id=view.scenario_id,
                **choices,
            )
            st.session_state["hlt-shown"] = (key, preview)
    current = st.session_state.get("hlt-shown")
    if current is not None and current[0] == key:
        _preview(ws, fmt, current[1])


def _is_placing(issue: Any, repair: str) -> bool:
    """Tell whether a repair writes a place, and no other value."""
    return repair == "set" and not issue.column


def _label(issue: Any, repair: str) -> str:
    return "Put on the map" if _is_placing(issue, repair) else LABELS[repair]


def _choices(
    ws: OpenCompany, fmt: Formats, issue: Any, repair: str, account_ids: list[str]
) -> dict[str, Any]:
    """Ask what a repair needs to know."""
    if repair == "geocode":
        return {"by": ask_by(ws, fmt, account_ids, issue.code)}
    if repair == "reproject":
        crs = st.text_input(
            "Projection", key="hlt-crs", placeholder="guessed", width=140
        )
        return {"crs": crs.strip()} if crs.strip() else {}
    if repair == "set_owner":
        seats = holders.seats(ws)
        owner = st.selectbox(
            "Owner",
            list(seats),
            format_func=lambda seat: seats[seat],
            key="hlt-owner",
            width=280,
        )
        return {"owner_id": owner}
    if repair == "set" and issue.column:
        value = st.text_input("Value", key=f"hlt-value-{issue.code}", width=180)
        return {"value": value.strip()}
    if repair == "set":
        one = account_ids[0] if len(account_ids) == 1 else None
        return dict(typed_place(issue.code, one))
    return {}


def _preview(ws: OpenCompany, fmt: Formats, preview: RepairPreview) -> None:
    """Show what would change, before and after, and do it."""
    for note in preview.notes:
        st.caption(markdown_text(note, 300))
    if not preview.table.empty:
        tables.table(
            preview.table.head(SHOWN_ROWS),
            {
                "account_id": tables.Column("Account", width=110),
                "name": tables.Column("Name", width="medium"),
                "column": tables.Column("Column", width=130),
                "before": tables.Column("Before", width="medium"),
                "after": tables.Column("After", width="medium"),
            },
            fmt=fmt,
            key="hlt-change",
            height=260,
            label="What the repair changes",
        )
    if not preview.held.empty:
        st.caption(
            f"{fmt.number(len(preview.held))} cannot be repaired so: "
            + markdown_text("; ".join(preview.held["reason"].unique()[:3]), 300)
        )
    tables_text = ", ".join(
        f"{fmt.number(count)} in {table.replace('_', ' ')}"
        for table, count in preview.n_rows.items()
    )
    if tables_text:
        st.caption(f"Rows changed: {tables_text}.")
    accounts = "account" if preview.n_accounts == 1 else "accounts"
    if st.button(
        f"Repair {fmt.number(preview.n_accounts)} {accounts}",
        type="primary",
        key="hlt-apply",
        disabled=preview.n_accounts == 0,
    ):
        with faults.guard("Repairing"):
            repairs.apply_repair(ws, preview)
            st.session_state["hlt-done"] = f"Done: {preview.title}."
            st.session_state["hlt-turn"] = st.session_state.get("hlt-turn", 0) + 1
            st.session_state.pop("hlt-shown", None)
            st.rerun()
