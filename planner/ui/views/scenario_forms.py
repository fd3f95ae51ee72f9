"""The small forms of a scenario: clone, rename, history."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services import scenarios
from planner.services.scenarios import Scenario
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.text import markdown_text
from planner.ui.views.publishing import stamp_text


@st.dialog("Clone a scenario")
def clone_form(ws: Workspace, scenario: Scenario) -> None:
    """Ask for a name and copy a scenario."""
    st.caption(
        f"The copy starts as {markdown_text(scenario.name)} is now; neither changes "
        "the other."
    )
    name = st.text_input("Name", f"{scenario.name}, variant", key="scn-clone-name")
    if st.button("Clone", type="primary", key="scn-clone-do"):
        with widgets.guard("Cloning the scenario"):
            made = scenarios.clone(ws, scenario.scenario_id, name)
            session.choose_scenario(made.scenario_id)
            session.look_at(made.scenario_id, made.version)
            st.rerun()


@st.dialog("Rename a scenario")
def rename_form(ws: Workspace, scenario: Scenario) -> None:
    """Ask for another name."""
    name = st.text_input("Name", scenario.name, key="scn-rename-name")
    if st.button("Rename", type="primary", key="scn-rename-do"):
        with widgets.guard("Renaming the scenario"):
            version = scenarios.rename(ws, scenario.scenario_id, scenario.version, name)
            session.look_at(scenario.scenario_id, version)
            st.rerun()


@st.dialog("History", width="large")
def history(ws: Workspace, fmt: Formats, scenario: Scenario) -> None:
    """List who saved a scenario when, and what they did."""
    saves = scenarios.history(ws, scenario.scenario_id)
    saves["at"] = [stamp_text(stamp, fmt) for stamp in saves["at"]]
    widgets.table(
        saves,
        {
            "at": widgets.Column("When"),
            "who": widgets.Column("Who", width=90),
            "action": widgets.Column("What", width="large"),
        },
        fmt=fmt,
        key="scn-saves",
        label="Saves of the scenario",
    )
