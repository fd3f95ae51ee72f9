"""What a page says when somebody else saved the scenario it shows."""

from __future__ import annotations

import streamlit as st

from planner.core.errors import ConflictError
from planner.services.scenarios import Scenario, listing
from planner.services.workspace import Workspace
from planner.ui import faults, session


def stale_note(
    ws: Workspace, scenario: Scenario, consequence: str, *, key: str
) -> None:
    """
    Say that someone saved since this session looked, and offer to look again.

    Parameters
    ----------
    ws, scenario
        The scenario as it is in the store now.
    consequence
        What of the user's own is still there, as a sentence.
    key
        Unique on the page.
    """
    place = st.empty()  # always there, so that nothing below changes its place
    version = session.seen_version(scenario)
    if version == scenario.version:
        return
    saves = listing.history(ws, scenario.scenario_id).head(scenario.version - version)
    text = "; ".join(
        f"{save.who} at {save.at[11:16]} UTC: {save.action}"
        for save in saves.itertuples()
    )
    with place.container(key=f"{key}-stale"):
        faults.error_box(
            ConflictError(
                f"{text}. You were looking at version {version}, now it is "
                f"{scenario.version}. Your change was not saved. {consequence}"
            ),
            where=f"Someone saved {scenario.name} meanwhile",
        )
        if st.button("Reload", key=f"{key}-reload"):
            session.look_at(scenario.scenario_id, scenario.version)
            st.rerun()
