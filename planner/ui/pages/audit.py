"""Audit log: who changed what, when, from what to what."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from planner.core.formats import Formats
from planner.services.admin import AuditQuery, audit
from planner.services.company import companies
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import faults as ui_faults
from planner.ui import session, tables, widgets
from planner.ui.downloads import export_menu
from planner.ui.maps.text import markdown_text
from planner.ui.views.scenarios.publishing import stamp_text

LINES = 50
ANYBODY, ANYTHING = "Anybody", "Anything"


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Audit log",
        "Who changed what, when, and from what to what; no line can be changed.",
        context=companies.company(ws).name,
    )
    with slot:
        export_menu(ws, ("audit",), key="aud")
        pressed = st.button("Verify the log", type="primary", key="aud-verify")
    if pressed:
        _verify(ws)
    query = _ask(ws)
    with ui_faults.guard("Searching the log", "Change what is searched for."):
        _found(ws, fmt, query)


def _verify(ws: Workspace) -> None:
    """Recompute the chain of hashes."""
    with st.spinner("Reading every line …"):
        faults = audit.verify(ws)
    if not faults:
        st.success("Every line is as it was written; none is missing.")
        return
    st.error(markdown_text("; ".join(faults[:5]), 600))


def _ask(ws: OpenCompany) -> AuditQuery:
    """Ask what to look for."""
    users, subjects = audit.choices(ws)
    with st.container(horizontal=True, vertical_alignment="bottom", key="aud-search"):
        text = st.text_input(
            "Words", key="aud-text", placeholder="merge T07 harbor", width=260
        )
        who = st.selectbox("Who", [ANYBODY, *users], key="aud-who", width=150)
        subject = st.selectbox(
            "On what", [ANYTHING, *subjects], key="aud-subject", width=150
        )
        since = st.date_input("From", None, key="aud-since", width=140)
        until = st.date_input("To", None, key="aud-until", width=140)
        everywhere = st.toggle("All companies", key="aud-everywhere")
    search = (text, who, subject, since, until, everywhere)
    if st.session_state.get("aud-asked") != search:
        st.session_state["aud-asked"] = search
        st.session_state["aud-page"] = 0
    return AuditQuery(
        company_id=None if everywhere else ws.company_id,
        text=text,
        who="" if who == ANYBODY else str(who),
        subject="" if subject == ANYTHING else str(subject),
        since=since if isinstance(since, dt.date) else None,
        until=until if isinstance(until, dt.date) else None,
        limit=LINES,
        offset=LINES * int(st.session_state["aud-page"]),
    )


def _found(ws: Workspace, fmt: Formats, query: AuditQuery) -> None:
    """Show a page of lines, and the chosen one in full."""
    page = audit.find(ws, query)
    if page.n_lines == 0:
        st.caption("No line fits. Search for less.")
        return
    lines = page.lines
    rows = tables.table(
        lines.assign(at=[stamp_text(stamp, fmt) for stamp in lines["at"]]),
        {
            "at": tables.Column("When", width=160),
            "who": tables.Column("Who", width=100),
            "action": tables.Column("What", width="large"),
            "on": tables.Column("On", width=260),
        },
        fmt=fmt,
        key=f"aud-lines-{query.offset}",
        height=420,
        select="single",
        label="Lines of the audit log",
    )
    _turn(fmt, query, page.n_lines)
    if not rows:
        st.caption("Choose a line to see what it was before and after.")
        return
    line = lines.loc[rows[0]]
    st.subheader(markdown_text(line["action"]))
    st.caption(
        f"Line {fmt.number(rows[0])}, {stamp_text(line['at'], fmt)}, by "
        f"{markdown_text(line['who'])}, on {markdown_text(line['on'])} "
        f"({markdown_text(line['subject'])}). Hash {line['hash'][:16]}…"
    )
    changes = audit.changes_of(line["before"], line["after"])
    if changes.empty:
        st.caption("The line tells no values.")
        return
    tables.table(
        changes,
        {
            "what": tables.Column("What", width="medium"),
            "before": tables.Column("Before", width="large"),
            "after": tables.Column("After", width="large"),
        },
        fmt=fmt,
        key=f"aud-changes-{rows[0]}",
        label="Before and after",
    )


def _turn(fmt: Formats, query: AuditQuery, n_lines: int) -> None:
    """Say where one is, and go on."""
    last = min(query.offset + query.limit, n_lines)
    if n_lines <= query.limit:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="aud-turn"):
        if st.button("Newer", key="aud-newer", disabled=query.offset == 0):
            st.session_state["aud-page"] -= 1
            st.rerun()
        if st.button("Older", key="aud-older", disabled=last >= n_lines):
            st.session_state["aud-page"] += 1
            st.rerun()
        st.caption(
            f"{fmt.number(query.offset + 1)}–{fmt.number(last)} of "
            f"{fmt.number(n_lines)} lines"
        )


main()
