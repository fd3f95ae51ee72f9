"""The small forms of a scenario: clone, rename, history."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import OpenCompany, Workspace
from planner.ui import faults, session, tables
from planner.ui.maps.text import markdown_text
from planner.ui.views.scenarios.publishing import stamp_text

TEAM_HELP = (
    "Field owns the accounts. Every other team, such as service or specialists, has an "
    "alignment of its own over the same accounts and stands beside the owners. Type to "
    "name a new one."
)


@st.dialog("Start a scenario")
def new_form(ws: OpenCompany, scenario: Scenario) -> None:
    """Ask for a name and a team, that of the open one first; start an empty one."""
    st.caption("It begins with an empty map; to begin with today's, clone a scenario.")
    names = {one.name for one in listing.scenarios(ws)}
    number = next(n for n in range(1, len(names) + 2) if f"Draft {n}" not in names)
    name = st.text_input("Name", f"Draft {number}", key="scn-new-name")
    team = _team(ws, scenario.team, key="scn-new-team")
    if st.button("Start", type="primary", key="scn-new-do"):
        with faults.guard("Starting the scenario"):
            draft = listing.start(ws, name, team)
            _work_on(draft)


def _team(ws: OpenCompany, team: str, *, key: str) -> str:
    """Ask for a team: one there is, a usual one, or a new name."""
    teams = list(dict.fromkeys([*listing.teams(ws), team]))
    choice = st.selectbox(
        "Team",
        teams,
        index=teams.index(team),
        accept_new_options=True,
        key=key,
        help=TEAM_HELP,
    )
    return str(choice or "")


def _work_on(draft: Scenario) -> None:
    session.choose_scenario(draft.scenario_id)
    session.look_at(draft.scenario_id, draft.version)
    st.rerun()


@st.dialog("Clone a scenario")
def clone_form(ws: OpenCompany, scenario: Scenario) -> None:
    """Ask for a name and a team, and copy a scenario."""
    st.caption(
        f"The copy starts as {markdown_text(scenario.name)} is now; neither changes "
        "the other."
    )
    name = st.text_input("Name", f"{scenario.name}, variant", key="scn-clone-name")
    team = _team(ws, scenario.team, key="scn-clone-team")
    if team != scenario.team:
        st.caption(
            f"The copy is worked from positions of {markdown_text(team)} instead of "
            f"those of {markdown_text(scenario.team)}, and begins without quotas."
        )
    if st.button("Clone", type="primary", key="scn-clone-do"):
        with faults.guard("Cloning the scenario"):
            copy = listing.clone(ws, scenario.scenario_id, name, team)
            _work_on(copy)


@st.dialog("Rename a scenario")
def rename_form(ws: OpenCompany, scenario: Scenario) -> None:
    """Ask for another name."""
    name = st.text_input("Name", scenario.name, key="scn-rename-name")
    if st.button("Rename", type="primary", key="scn-rename-do"):
        with faults.guard("Renaming the scenario"):
            version = listing.rename(ws, scenario.scenario_id, scenario.version, name)
            session.look_at(scenario.scenario_id, version)
            st.rerun()


@st.dialog("History", width="large")
def history(ws: Workspace, fmt: Formats, scenario: Scenario) -> None:
    """List who saved a scenario when, and what they did."""
    saves = listing.history(ws, scenario.scenario_id)
    saves["at"] = [stamp_text(stamp, fmt) for stamp in saves["at"]]
    tables.table(
        saves,
        {
            "at": tables.Column("When"),
            "who": tables.Column("Who", width=90),
            "action": tables.Column("What", width="large"),
        },
        fmt=fmt,
        key="scn-saves",
        label="Saves of the scenario",
    )
