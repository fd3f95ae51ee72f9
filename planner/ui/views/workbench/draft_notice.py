"""What another planner saved while a draft was open: seen within seconds."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.services.drafts import editing, log
from planner.services.drafts.editing import read_notice, reject
from planner.services.territories import wording
from planner.services.workspace import Workspace
from planner.ui import tables
from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text
from planner.ui.views.workbench.workbench import Workbench

EVERY_S = 3.0  # so soon another's save is seen


@st.fragment(run_every=EVERY_S)
def watch(ws: Workspace, scenario_id: str, version: int) -> None:
    """Look again and again whether somebody saved; then draw the page anew."""
    if editing.stamp_of(ws, scenario_id)[0] != version:
        st.rerun()


def notice_part(bench: Workbench) -> None:
    """Tell what another's save did to the draft, both versions where they differ."""
    place = st.empty()  # always there, so that nothing below changes its place
    notice = bench.opened.notice
    if notice is None:
        return
    with place.container(key="terr-notice", border=True):
        at = str(notice["at"])[11:16]
        st.markdown(
            f"**{markdown_text(str(notice['who']))} saved this scenario** at {at} UTC: "
            f"{markdown_text(str(notice['action']), 300)}. Your pending changes lie on "
            "top of it."
        )
        conflicts = notice["lost"]
        if conflicts:
            lines = "\n".join(
                f"- {markdown_text(str(text), 200)}" for text in conflicts
            )
            st.markdown(f"These steps of yours could not be done again:\n{lines}")
        rows = _contested(bench)
        if len(rows):
            st.markdown("You both changed these:")
            tables.table(
                rows,
                {
                    "name": tables.Column("Unit or account"),
                    "was": tables.Column("Before", width=80),
                    "theirs": tables.Column("Theirs, saved", width=110),
                    "mine": tables.Column("Yours, pending", width=110),
                },
                fmt=bench.fmt,
                key="terr-contested",
                height=180,
                label="Changed by both",
            )
        with st.container(horizontal=True):
            st.button(
                "Keep mine pending" if len(rows) else "Understood",
                key="terr-keep-mine",
                on_click=guarded(_keep_mine, "Reading the notice", bench),
            )
            if len(rows):
                st.button(
                    "Take theirs",
                    key="terr-take-theirs",
                    on_click=guarded(_take_theirs, "Taking theirs", bench, rows),
                )


def _contested(bench: Workbench) -> pd.DataFrame:
    notice = bench.opened.notice or {}
    rows = pd.DataFrame(notice.get("contested") or [])
    if rows.empty:
        return rows
    names = wording.unit_names(bench.saved.units)
    names |= dict(bench.saved.accounts["name"].astype("str"))
    rows["name"] = [names.get(name, name) for name in rows["id"]]
    for column in ("was", "theirs", "mine"):
        rows[column] = rows[column].astype("str").fillna("–")
    return rows


def _keep_mine(bench: Workbench) -> None:
    opened = bench.opened
    bench.change("Reading the notice", lambda: read_notice(bench.ws, opened))


def _take_theirs(bench: Workbench, rows: pd.DataFrame) -> None:
    opened = bench.opened
    is_unit = rows["what"] == "unit"
    units, accounts = list(rows.loc[is_unit, "id"]), list(rows.loc[~is_unit, "id"])
    units = [name for name in units if name in bench.shown.units.index]

    def step() -> log.OpenDraft:
        return read_notice(bench.ws, reject(bench.ws, opened, units, accounts))

    bench.change("Taking theirs", step)
