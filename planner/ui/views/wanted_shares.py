"""Shares that territories are to have: said where they hold, and taken back."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services import territory
from planner.services.scenarios import Scenario
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.ui import session
from planner.ui import widgets
from planner.ui.maps.text import markdown_text


def shares_note(
    ws: Workspace,
    fmt: Formats,
    scenario: Scenario,
    view: TerritoryView,
    *,
    is_editable: bool,
) -> None:
    """Say which shares deviations are from; offer equal ones instead."""
    is_proposal = scenario.status == "draft" and not is_editable
    if not view.has_shares or is_proposal:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="terr-shares"):
        st.caption(shares_text(fmt, view), width=640)
        if is_editable and st.button("Equal shares", key="terr-equal"):
            with widgets.guard("Setting equal shares"):
                seen = session.seen_version(scenario)
                version = territory.equal_shares(ws, scenario.scenario_id, seen)
                session.look_at(scenario.scenario_id, version)
                st.rerun()


def shares_text(fmt: Formats, view: TerritoryView) -> str:
    """Say between what the wanted shares lie, as multiples of an even one."""
    shares = territory.wanted_shares(view.territories)
    least, most = str(shares.idxmin()), str(shares.idxmax())
    return (
        "Deviations are from the wanted share of each territory, kept since a balance "
        f"by capacity: {markdown_text(least)} is to have {fmt.share(shares[least], 0)} "
        f"of an even share, {markdown_text(most)} {fmt.share(shares[most], 0)}."
    )
