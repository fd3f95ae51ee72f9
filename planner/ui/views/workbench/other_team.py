"""Another team's scenario laid beside the open one: its outlines, who meets whom."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.core.units import MIN_PER_HOUR
from planner.services.scenarios import Scenario, listing
from planner.services.territories.overlap import TeamOverlap, lay_over
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.ui import cache, tables
from planner.ui.components.planmap import Outline
from planner.ui.maps.territory import territory_labels
from planner.ui.maps.text import markdown_text


def ask_other_team(ws: OpenCompany, scenario: Scenario) -> Scenario | None:
    """Ask which other team's scenario to lay beside; nothing if there is none."""
    scenarios = listing.scenarios(ws)
    others = {s.scenario_id: s for s in scenarios if s.team != scenario.team}
    if not others:
        return None
    scenario_id = st.selectbox(
        "Beside it",
        list(others),
        index=None,
        placeholder="no other team",
        format_func=listing.titles(scenarios).get,
        key="terr-beside",
        width=260,
        help="Lay another team's territories over these: their outlines on the map, "
        "and who has to work with whom.",
    )
    return None if scenario_id is None else others[scenario_id]


def outlines_beside(ws: OpenCompany, other: Scenario | None) -> list[Outline]:
    """Draw the outlines of the scenario laid beside; none: nothing."""
    if other is None:
        return []
    return cache.team_outlines(ws, cache.territory_view(ws, other))


def overlap_part(
    ws: OpenCompany, fmt: Formats, ours_view: TerritoryView, other: Scenario | None
) -> None:
    """Say how many counterparts each has, and list what pairs of territories share."""
    if other is None:
        return
    st.subheader(f"With {markdown_text(other.team)}: {markdown_text(other.name)}")
    theirs_view = cache.territory_view(ws, other)
    if theirs_view.territories.empty or ours_view.territories.empty:
        st.caption("One of the two has no territories yet: draw or balance them first.")
        return
    overlap = lay_over(ours_view, theirs_view)
    st.markdown(counterparts_text(fmt, overlap))
    ours, theirs = territory_labels(overlap.ours), territory_labels(overlap.theirs)
    table = overlap.shared.assign(
        ours=overlap.shared["territory_id"].map(ours),
        theirs=overlap.shared["other_id"].map(theirs),
        hours=overlap.shared["workload_min"] / MIN_PER_HOUR,
        counterparts=overlap.shared["territory_id"].map(overlap.counterparts),
        counterparts_theirs=overlap.shared["other_id"].map(overlap.counterparts_theirs),
    )
    team, team_beside = overlap.ours.scenario.team, overlap.theirs.scenario.team
    tables.table(
        table,
        {
            "ours": tables.Column(team),
            "counterparts": tables.Column("Counterparts", "number", width=110),
            "theirs": tables.Column(team_beside),
            "counterparts_theirs": tables.Column("Counterparts", "number", width=110),
            "units": tables.Column("Units shared", "number"),
            "accounts": tables.Column("Accounts shared", "number"),
            "potential_minor": tables.Column("Potential", "money"),
            "hours": tables.Column("Hours a year", "number"),
        },
        fmt=fmt,
        key="terr-overlap",
        height=360,
        label=f"What territories of {team} and {team_beside} share",
    )


def counterparts_text(fmt: Formats, overlap: TeamOverlap) -> str:
    """Say in one line how many counterparts a territory has, and that few is better."""
    team, beside = overlap.ours.scenario.team, overlap.theirs.scenario.team
    most = overlap.counterparts.idxmax()
    label = territory_labels(overlap.ours)[str(most)]
    return (
        f"A territory of {markdown_text(team)} shares accounts with "
        f"{fmt.number(overlap.counterparts.mean(), 1)} of {markdown_text(beside)} on "
        f"average, {markdown_text(label)} with the most: "
        f"{fmt.number(int(overlap.counterparts.max()))}. The fewer counterparts, the "
        "better: each pair has to agree on its accounts."
    )
