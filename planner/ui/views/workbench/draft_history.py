"""The log of a draft: every step, to jump in; and what others saved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.services.drafts.editing import jump
from planner.services.scenarios import listing
from planner.territory.editing.history import told
from planner.ui import tables
from planner.ui.faults import guarded
from planner.ui.views.workbench.workbench import Workbench

SAVED, DONE, UNDONE = "saved", "pending", "undone"


def history_part(bench: Workbench) -> None:
    """Show the steps, the newest first, and let the user go to the plan after one."""
    opened, log = bench.opened, bench.opened.history
    rows = told(log.entries)
    if rows.empty:
        st.caption("No step yet. Every gesture is noted here and can be taken back.")
    else:
        rows["state"] = [
            UNDONE
            if number > log.position
            else SAVED
            if number <= opened.n_saved
            else DONE
            for number in rows.index
        ]
        begin = pd.DataFrame(
            {"label": ["The beginning"], "state": [""], "who": [""], "at": [""]},
            index=pd.Index([0], name="step"),
        )
        rows = pd.concat([begin, rows]).iloc[::-1].reset_index()
        rows["here"] = ["◀" if n == log.position else "" for n in rows["step"]]
        rows["time"] = rows["at"].str.slice(11, 16)
        rows.index = rows["step"].astype("str")
        selection = tables.table(
            rows,
            {
                "step": tables.Column("Step", "number", width=56),
                "here": tables.Column("Now", width=48),
                "label": tables.Column("What", width=420),
                "state": tables.Column("State", width=80),
                "who": tables.Column("Who", width=90),
                "time": tables.Column("UTC", width=64),
            },
            fmt=bench.fmt,
            key=f"terr-history-{opened.serial}",
            height=300,
            select="single",
            label="Steps of your draft",
        )
        position = int(selection[0]) if selection else log.position
        st.button(
            "Go to the plan after this step",
            key="terr-jump",
            disabled=not bench.is_editable or position == log.position,
            on_click=guarded(_jump, "Going to a step", bench, position),
        )
    st.caption("Saved by everyone")
    saves = listing.history(bench.ws, bench.scenario.scenario_id).head(50)
    saves["time"] = saves["at"].str.slice(0, 16).str.replace("T", " ")
    tables.table(
        saves,
        {
            "time": tables.Column("UTC", width=130),
            "who": tables.Column("Who", width=110),
            "action": tables.Column("What", width=560),
        },
        fmt=bench.fmt,
        key="terr-saves",
        height=220,
        label="Saves of the scenario",
    )


def _jump(bench: Workbench, position: int) -> None:
    opened = bench.opened
    bench.change("Going to a step", lambda: jump(bench.ws, opened, position))
