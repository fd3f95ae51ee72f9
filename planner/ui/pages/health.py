"""Data health: what is wrong with the accounts before planning, and its repairs."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.geography.basemap import extent_of
from planner.services.accounts import repairs
from planner.services.accounts.health_view import HealthView
from planner.services.workspace import OpenCompany
from planner.ui import cache, session, tables, widgets
from planner.ui import faults as ui_faults
from planner.ui.components.planmap import planmap
from planner.ui.maps.health import fault_map
from planner.ui.maps.text import markdown_text
from planner.ui.pages import PAGES
from planner.ui.views.accounts.address_service import service_job
from planner.ui.views.accounts.removal import removal_button
from planner.ui.views.accounts.repair_form import repair_form
from planner.ui.views.scenarios.publishing import stamp_text

SEVERITIES = {"error": "plans go wrong", "warn": "look at it", "notice": "good to know"}
MAP_HEIGHT = 380


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    scenario = session.scenario(ws)
    slot = widgets.page_header(
        "Data health",
        "What is wrong with the accounts before you plan; every repair can be undone.",
        context=f"held against {scenario.name}, team {scenario.team}"
        if scenario
        else "",
    )
    fuzzy = bool(st.session_state.get("hlt-fuzzy"))
    with slot:
        st.toggle(
            "Names that are only alike",
            key="hlt-fuzzy",
            help="Compares names, streets and phones too; takes longer.",
        )
        removal_button(ws, key="hlt")
    view = cache.health(ws, scenario, fuzzy=fuzzy)
    if view.report.n_accounts == 0:
        widgets.empty_state(
            "No accounts yet",
            "Import a list of accounts; this page then says what is wrong with it.",
            key="no-accounts",
        )
        st.page_link(f"{PAGES}/import_data.py", label="Go to Import")
        return
    _told()
    service_job(ws)
    _figures(fmt, view)
    _issues(ws, fmt, view)
    _repairs(ws, fmt)


def _told() -> None:
    """Say what was just done."""
    message = st.session_state.pop("hlt-done", None)
    if message:
        st.success(markdown_text(message, 300))


def _figures(fmt: Formats, view: HealthView) -> None:
    report = view.report
    counts = {
        name: sum(issue.count for issue in report.issues if issue.severity == name)
        for name in SEVERITIES
    }
    places = report.places
    exact = int(places.loc[places["geo_precision"] == "exact", "accounts"].sum())
    widgets.metric_row(
        [
            widgets.Metric("Accounts", fmt.number(report.n_accounts)),
            widgets.Metric("Plans go wrong", fmt.number(counts["error"])),
            widgets.Metric("To look at", fmt.number(counts["warn"])),
            widgets.Metric(
                "Place known exactly", fmt.share(exact / max(report.n_accounts, 1))
            ),
            widgets.Metric("Kept as they are", fmt.number(report.n_kept)),
        ]
    )


def _issues(ws: OpenCompany, fmt: Formats, view: HealthView) -> None:
    """List what was found; the chosen one with its map, its rows and its repairs."""
    report = view.report
    if not report.issues:
        st.success("Nothing is wrong with the accounts that we look for.")
        return
    frame = report.to_frame()
    left, right = st.columns([9, 11], gap="medium")
    turn = st.session_state.get("hlt-turn", 0)
    with left:
        selection = tables.table(
            frame.assign(severity=frame["severity"].map(SEVERITIES)),
            {
                "title": tables.Column("Finding", width=230),
                "severity": tables.Column("Means", width=110),
                "count": tables.Column("Accounts", "number", width=80),
            },
            fmt=fmt,
            key=f"hlt-issues-{turn}",
            height=MAP_HEIGHT,
            select="single",
            label="Findings",
        )
    code = str(selection[0]) if selection else str(frame.index[0])
    issue = next(issue for issue in report.issues if issue.code == code)
    rows = report.rows(code)
    with right:
        data = fault_map(
            rows, issue.title, fmt, cache.ground_around(ws, extent_of(rows))
        )
        if data is None:
            st.caption("These accounts have no place that could be drawn.")
        else:
            planmap(data, key=f"health-{code}", height=MAP_HEIGHT)
    st.subheader(issue.title)
    st.caption(issue.why)
    repair_form(ws, fmt, view, issue, rows)


def _repairs(ws: OpenCompany, fmt: Formats) -> None:
    """List the repairs done, to be taken back."""
    table = repairs.repairs(ws)
    if table.empty:
        return
    st.subheader("Repairs done")
    frame = table.assign(
        at=[stamp_text(stamp, fmt) for stamp in table["created_at"]],
        state=[
            f"undone by {who}" if isinstance(who, str) and who else ""
            for who in table["undone_by"]
        ],
    )
    selection = tables.table(
        frame,
        {
            "at": tables.Column("When", width=160),
            "created_by": tables.Column("Who", width=100),
            "title": tables.Column("Repair", width="large"),
            "n_accounts": tables.Column("Accounts", "number", width=90),
            "state": tables.Column("State"),
        },
        fmt=fmt,
        key=f"hlt-repairs-{st.session_state.get('hlt-turn', 0)}",
        height=260,
        select="single",
        label="Repairs done",
    )
    if not selection:
        return
    faults = repairs.undo_faults(ws, str(selection[0]))
    if faults:
        st.caption(f"Cannot be undone: {markdown_text('; '.join(faults[:3]), 300)}")
    if st.button("Undo this repair", key="hlt-undo", disabled=bool(faults)):
        with ui_faults.guard("Undoing the repair"):
            repairs.undo_repair(ws, str(selection[0]))
            st.session_state["hlt-done"] = (
                f"Undone: {frame.loc[selection[0], 'title']}. "
                "Every row is as it was before it."
            )
            st.session_state["hlt-turn"] = st.session_state.get("hlt-turn", 0) + 1
            st.rerun()


main()
