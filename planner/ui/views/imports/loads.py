"""What a file is to the open company: its rows held against those stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from planner.accounts.context import ImportContext
from planner.accounts.findings import FindingLog, ImportReport
from planner.accounts.kinds.made_ids import with_ids_and_names
from planner.accounts.mapping.readings import reading_of
from planner.accounts.reading.tables import RawTable
from planner.accounts.reading.values.texts import clean_text
from planner.accounts.reload.choices import RefreshChoices
from planner.core.formats import Formats
from planner.services.company import companies
from planner.services.imports import check, refresh
from planner.services.imports.refresh_preview import RefreshPreview
from planner.services.workspace import OpenCompany
from planner.ui import session
from planner.ui.views.imports.country import chosen_country
from planner.ui.views.imports.refresh import refresh_view
from planner.ui.views.imports.target import ADD, NEW, WHOLE


def ids_in(raw: RawTable, mapping: dict[str, Any]) -> pd.Series | None:
    """Read the ids of the accounts in a file, or make them; None: nothing names any."""
    columns = {
        target: reading_of(target, entry).column for target, entry in mapping.items()
    }
    columns = {target: name for target, name in columns.items() if name in raw.frame}
    cached = st.session_state.get("imp-ids")  # making ids takes a while, at each rerun
    if cached is not None and cached[0] is raw.frame and cached[1] == columns:
        return cached[2]
    full, names = with_ids_and_names(raw, columns, FindingLog())
    ids = None
    if "account_id" in names:
        ids = clean_text(full.frame[names["account_id"]].astype("str"))
    st.session_state["imp-ids"] = (raw.frame, columns, ids)
    return ids


def new_rows(
    ws: OpenCompany, raw: RawTable, mapping: dict[str, Any], target: dict[str, Any]
) -> RawTable:
    """Keep the rows whose id the company does not know, where a file only adds."""
    ids = ids_in(raw, mapping) if target.get("load") == ADD else None
    if ids is None:
        return raw
    _, every = refresh.ids_of(ws, target["source"])
    return replace(raw, frame=raw.frame[~ids.isin(every)])


def is_for_new(ws: OpenCompany | None, target: dict[str, Any]) -> bool:
    """Tell whether a file begins a company."""
    return ws is None or target.get("into") == NEW


def context_for(
    ws: OpenCompany | None,
    kind: str,
    mapping: dict[str, Any],
    target: dict[str, Any],
    file_id: str,
) -> ImportContext:
    """
    Make the context of a file in hand.

    Parameters
    ----------
    ws
        The open company; None: there is none.
    kind, mapping
        What it holds, and what its columns mean.
    target
        Where its rows go, as `ask_target` gives it.
    file_id
        Under which its country was asked.
    """
    if is_for_new(ws, target):
        return check.list_context(
            session.workspace().settings,
            kind,
            mapping,
            as_of=target["as_of"],
            country=target["country"],
        )
    if ws is None:
        raise ValueError("a file goes into a company or begins one")
    return check.company_context(
        ws,
        kind,
        mapping,
        mode=str(target.get("mode", "add")),
        country=chosen_country(file_id),
    )


def ask_changes(
    ws: OpenCompany,
    fmt: Formats,
    report: ImportReport,
    raw: RawTable,
    target: dict[str, Any],
) -> RefreshPreview | None:
    """Show what the load changes; what is decided is looked at again."""
    st.subheader("What this load changes")
    source, is_whole = target["source"], target["load"] == WHOLE
    version = companies.company(ws).version
    key = (report.file, source, version, target["load"])
    cached = st.session_state.get("imp-refresh")
    if cached is None or cached[0] != key:
        with st.spinner("Comparing with what is stored …"):
            first = RefreshChoices(gone="close" if is_whole else "keep")
            changes = refresh.preview_refresh(ws, report, source, first, raw=raw)
        cached = (key, changes)
        st.session_state["imp-refresh"] = cached
    choices = refresh_view(fmt, cached[1], is_whole=is_whole)
    if choices != cached[1].choices:
        with st.spinner("Looking again with your decisions …"):
            changes = refresh.preview_refresh(ws, report, source, choices, raw=raw)
        st.session_state["imp-refresh"] = (key, changes)
        return changes
    return cached[1]
