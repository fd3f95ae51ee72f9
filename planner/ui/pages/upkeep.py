"""Store and jobs: where the data is, what runs on it, whether it is sound."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.jobs import queue
from planner.services.admin import upkeep
from planner.services.company import companies
from planner.services.imports import log
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import faults, session, tables, widgets
from planner.ui.views.scenarios.publishing import stamp_text

FILE_KEY = "upk-backup-file"
OFFERED_FOR = dt.timedelta(minutes=10)


def main() -> None:
    """Draw the page."""
    ws = session.company()
    fmt = session.formats(ws)
    slot = widgets.page_header(
        "Store and jobs",
        "Where the data is, what runs on it, and whether it is sound.",
        context=companies.company(ws).name,
    )
    with slot:
        _backup(ws, fmt)
    st.code(ws.store.label, language=None)
    jobs, checks, imports = st.tabs(["Jobs", "Soundness", "Imports"])
    with jobs:
        _jobs(ws, fmt)
    with checks:
        _health(ws, fmt)
    with imports:
        _imports(ws, fmt)


def _backup(ws: Workspace, fmt: Formats) -> None:
    """Make a backup each time it is asked for, and offer it for a few minutes."""
    with st.container(horizontal=True):
        is_asked = st.button("Back up", key="upk-backup")
        if is_asked:
            st.session_state.pop(FILE_KEY, None)  # the old one is let go before
            with faults.guard("Writing the backup"):
                content = upkeep.backup_content(ws.settings)
                made_at = dt.datetime.now(dt.UTC)
                st.session_state[FILE_KEY] = (made_at, content)
        _offer(fmt)


@st.fragment(run_every=60)
def _offer(fmt: Formats) -> None:
    """Offer the backup just made; an older one is let go, and never handed out."""
    made_at, content = st.session_state.get(FILE_KEY, (None, b""))
    if made_at is None:
        return
    if dt.datetime.now(dt.UTC) - made_at > OFFERED_FOR:
        del st.session_state[FILE_KEY]
        return
    st.download_button(
        f"Download the backup of {stamp_text(made_at.isoformat(), fmt)} "
        f"({len(content) / 1e6:.1f} MB)",
        content,
        f"planner-backup-{made_at:%Y-%m-%d-%H%M%S}Z.zip",
        "application/zip",
        type="primary",
        key=f"upk-download-{made_at:%H%M%S}",
        on_click="ignore",
    )


def _jobs(ws: OpenCompany, fmt: Formats) -> None:
    jobs = queue.list_jobs(ws.store, ws.company_id)
    if not jobs:
        st.caption("No job has run for this company yet.")
        return
    frame = pd.DataFrame(
        {
            "what": [session.JOB_TITLES.get(job.kind, job.kind) for job in jobs],
            "state": [job.state for job in jobs],
            "done": [float(job.fraction or 0) for job in jobs],
            "note": [job.error or _note(job.state, job.note) for job in jobs],
            "asked": [stamp_text(job.created_at, fmt) for job in jobs],
            "took": [_seconds(job.started_at, job.finished_at) for job in jobs],
            "by": [job.created_by for job in jobs],
            "number": [job.error_number or "" for job in jobs],
        },
        index=[job.job_id for job in jobs],
    )
    rows = tables.table(
        frame,
        {
            "what": tables.Column("Job"),
            "state": tables.Column("State", width=90),
            "done": tables.Column("Done", "bar", width=110),
            "note": tables.Column("Says", width=330),
            "asked": tables.Column("Asked for"),
            "took": tables.Column("Seconds", "decimal", width=80),
            "by": tables.Column("By", width=80),
            "number": tables.Column("Error", width=90),
        },
        fmt=fmt,
        key="upk-jobs",
        select="single",
        label="Jobs",
    )
    states = {job.job_id: job.state for job in jobs}
    is_running = bool(rows) and states[rows[0]] in ("queued", "running")
    with st.container(horizontal=True):
        if st.button("Cancel the job", key="upk-cancel", disabled=not is_running):
            queue.request_cancel(ws.store, str(rows[0]))
            st.rerun()
        st.button("Look again", key="upk-again")


def _note(state: str, note: str | None) -> str:
    """Say what a job is doing; one that is over does nothing."""
    return (note or "") if state in ("queued", "running") else ""


def _seconds(begin: str | None, end: str | None) -> float | None:
    if not begin or not end:
        return None
    return (pd.Timestamp(end) - pd.Timestamp(begin)).total_seconds()


def _health(ws: Workspace, fmt: Formats) -> None:
    """Examine the store on demand: it reads everything."""
    if st.button("Examine the store", key="upk-examine"):
        with st.spinner("Reading everything once …"):
            st.session_state["upk-found"] = upkeep.examine_store(ws.settings)
    report = st.session_state.get("upk-found")
    if report is None:
        st.caption("Checks structure, content hashes, the audit chain and orphans.")
        return
    if report.is_sound:
        st.success("The store is sound.")
        return
    frame = pd.DataFrame(report.to_json()["findings"])
    tables.table(
        frame,
        {
            "code": tables.Column("Finding"),
            "subject": tables.Column("Where"),
            "message": tables.Column("What", width="large"),
            "repair": tables.Column("Repair", width="large"),
        },
        fmt=fmt,
        key="upk-findings",
        label="Findings",
    )


def _imports(ws: OpenCompany, fmt: Formats) -> None:
    imports = log.imports(ws)
    if imports.empty:
        st.caption("Nothing was imported into this company.")
        return
    frame = imports.assign(
        at=[stamp_text(stamp, fmt) for stamp in imports["created_at"]]
    )
    rows = tables.table(
        frame,
        {
            "file_name": tables.Column("File"),
            "kind": tables.Column("Kind", width=90),
            "verdict": tables.Column("Verdict"),
            "rows_read": tables.Column("Read", "number"),
            "rows_accepted": tables.Column("Accepted", "number"),
            "rows_rejected": tables.Column("Refused", "number"),
            "at": tables.Column("When"),
            "created_by": tables.Column("By", width=80),
        },
        fmt=fmt,
        key="upk-imports",
        select="single",
        label="Imports",
    )
    if not rows:
        st.caption("Choose an import to see what it found.")
        return
    tables.table(
        log.import_findings(ws, str(rows[0])),
        {
            "row": tables.Column("Row", "number", width=70),
            "severity": tables.Column("Kind", width=90),
            "code": tables.Column("Finding"),
            "column": tables.Column("Column"),
            "value": tables.Column("Value"),
            "message": tables.Column("What and how to repair it", width="large"),
        },
        fmt=fmt,
        key="upk-import-findings",
        height=320,
        label="Findings of the import",
    )


main()
