"""The companies of the store: opened, renamed, put aside, deleted."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services import workspace
from planner.services.company import Company, removal
from planner.services.workspace import Workspace
from planner.ui import faults, session
from planner.ui.maps.text import markdown_text

KINDS = {"sample": "sample company", "own": "own file", "empty": "empty"}
_GOES = {
    "accounts": "account|accounts",
    "scenarios": "scenario|scenarios",
    "publications": "published plan|published plans",
    "closed_months": "closed month of pay|closed months of pay",
}


def company_list(ws: Workspace, fmt: Formats, open_id: str | None) -> None:
    """
    List the companies of the store, those put aside last.

    Parameters
    ----------
    ws
        The store.
    fmt
        The user's formats.
    open_id
        The company that is open; None: none is.
    """
    records = workspace.companies(ws)
    for record in sorted(records, key=lambda record: record.is_archived):
        _line(ws, fmt, record, is_open=record.company_id == open_id)


def _line(ws: Workspace, fmt: Formats, record: Company, *, is_open: bool) -> None:
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        key=f"home-c-{record.company_id}",
    ):
        name = markdown_text(record.name)
        state = " · put aside" if record.is_archived else ""
        created = fmt.day(record.created_at[:10])
        st.markdown(
            f"**{name}** :gray[· {KINDS[record.kind]} · made {created}{state}]",
            width="stretch",
        )
        if is_open:
            st.markdown(":gray[open]", width="content")
        elif st.button("Open", key=f"home-open-{record.company_id}"):
            if record.is_archived:
                removal.restore_company(ws, record.company_id)
            session.choose_company(workspace.use_company(ws, record.company_id))
            st.rerun()
        if st.button(
            "Manage",
            icon=":material/more_horiz:",
            key=f"home-manage-{record.company_id}",
            type="tertiary",
        ):
            _dialog(ws, fmt, record)


@st.dialog("Manage a company")
def _dialog(ws: Workspace, fmt: Formats, record: Company) -> None:
    st.markdown(f"**{markdown_text(record.name)}**")
    key = record.company_id
    name = st.text_input("Name", record.name, key=f"home-name-{key}")
    with st.container(horizontal=True):
        if st.button("Rename", key=f"home-rename-{key}", type="primary"):
            with faults.guard("Renaming the company"):
                removal.rename_company(ws, key, name)
                st.rerun()
        if not record.is_archived and st.button("Put aside", key=f"home-aside-{key}"):
            removal.archive_company(ws, key)
            session.forget_company(key)
            st.rerun()
        if record.is_archived and st.button("Bring back", key=f"home-back-{key}"):
            removal.restore_company(ws, key)
            st.rerun()
    with st.expander("Delete for good"):
        _delete(ws, fmt, record)


def _delete(ws: Workspace, fmt: Formats, record: Company) -> None:
    counts = removal.company_counts(ws, record.company_id)
    parts = [
        f"{fmt.number(n)} {_GOES[what].split('|')[n != 1]}"
        for what, n in counts.items()
        if n
    ]
    goes = ", ".join(parts) or "nothing but its name"
    st.caption(
        f"With it goes all that hangs on it: {goes}. Only its lines in the audit log "
        "stay. A backup, under Store and jobs, is the one way back."
    )
    typed = st.text_input(
        "Type its name to delete it", key=f"home-typed-{record.company_id}"
    )
    if st.button(
        "Delete the company",
        key=f"home-delete-{record.company_id}",
        disabled=typed.strip() != record.name,
    ):
        with faults.guard("Deleting the company", "Nothing was deleted."):
            removal.delete_company(ws, record.company_id, typed)
            session.forget_company(record.company_id)
            st.rerun()
