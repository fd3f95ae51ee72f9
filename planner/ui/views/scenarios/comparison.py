"""Two scenarios side by side: maps, figures, what differs."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services.exports import sharing
from planner.services.scenarios import FIELD, Scenario, listing
from planner.services.scenarios.listing import Comparison
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.ui import cache
from planner.ui.components.planmap import planmap
from planner.ui.faults import guarded
from planner.ui.maps.sharing import comparison_sheet, territory_sheet
from planner.ui.maps.territory import territory_map
from planner.ui.maps.text import markdown_text
from planner.ui.views.scenarios.comparison_table import metrics_table
from planner.ui.views.scenarios.difference import difference_part
from planner.ui.views.sharing import ground_of, share_button

SMALL_MAP = 360
LEFT, RIGHT = "scn-a", "scn-b"


def side_by_side(
    ws: OpenCompany, fmt: Formats, scenarios: list[Scenario], current: Scenario
) -> None:
    """Put two scenarios beside each other: maps, figures, accounts that differ."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Side by side", width="content")
        buttons = st.container(horizontal=True, width="content")
    if len(scenarios) < 2:
        with buttons:
            _share_one(ws, fmt, cache.territory_view(ws, current))
        st.caption("Clone the scenario, change the copy, and compare the two here.")
        return
    ids = [scenario.scenario_id for scenario in scenarios]
    by_id = {scenario.scenario_id: scenario for scenario in scenarios}
    title_of = listing.titles(scenarios)
    for key, usual in zip(
        (LEFT, RIGHT), _default_pair(scenarios, current), strict=True
    ):
        if st.session_state.get(key) not in by_id:
            st.session_state[key] = usual
    left, right = st.columns(2, gap="small")
    a_id = left.selectbox("Left, before", ids, format_func=title_of.get, key=LEFT)
    b_id = right.selectbox("Right, after", ids, format_func=title_of.get, key=RIGHT)
    comparison = cache.comparison(ws, by_id[a_id], by_id[b_id])
    with buttons:
        _last_year_button(ws, scenarios, current)
        _share_both(ws, fmt, comparison)
    with left:
        _small_map(ws, fmt, comparison.a, "scn-map-a")
    with right:
        _small_map(ws, fmt, comparison.b, "scn-map-b")
    st.html(
        metrics_table(
            comparison.metrics, fmt, comparison.a.scenario, comparison.b.scenario
        )
    )
    difference_part(ws, fmt, comparison, key="scn")


def _share_one(ws: OpenCompany, fmt: Formats, view: TerritoryView) -> None:
    """Offer the only scenario there is."""
    if view.units.empty:
        return
    scenario = view.scenario
    share_button(
        ws,
        "territories",
        lambda: territory_sheet(
            view,
            cache.colours(ws, view),
            fmt,
            subtitle=f"Team {scenario.team} · version {scenario.version}",
            simulated=sharing.simulated_note(ws, view.accounts),
            ground=ground_of(ws, view.units),
        ),
        key="scn",
        scenario=scenario,
    )


def _share_both(ws: OpenCompany, fmt: Formats, comparison: Comparison) -> None:
    """Offer both plans and what differs."""
    if comparison.b.units.empty:
        return
    share_button(
        ws,
        "comparison",
        lambda: comparison_sheet(
            comparison,
            cache.colours(ws, comparison.a) | cache.colours(ws, comparison.b),
            fmt,
            simulated=sharing.simulated_note(ws, comparison.b.accounts),
            ground=ground_of(ws, comparison.b.units),
        ),
        key="scn",
        scenario=comparison.b.scenario,
    )


def compare_with_last_year(ws: OpenCompany, scenario: Scenario | None) -> bool:
    """
    Let the Scenarios page show a scenario beside the plan of a year ago.

    Parameters
    ----------
    scenario
        What is to stand on the right; None: nothing is.

    Returns
    -------
    Whether there is such a plan; switch to the page then.
    """
    published = listing.last_years(ws)
    if published is None or scenario is None or published == scenario.scenario_id:
        return False
    st.session_state[LEFT] = published
    st.session_state[RIGHT] = scenario.scenario_id
    return True


def two_maps(
    ws: OpenCompany, fmt: Formats, comparison: Comparison, *, key: str
) -> None:
    """Draw two plans beside each other, each under its name; narrow: one above."""
    for place, side, view in zip(
        st.columns(2, gap="small"),
        ("a", "b"),
        (comparison.a, comparison.b),
        strict=True,
    ):
        with place:
            st.caption(markdown_text(view.scenario.name))
            _small_map(ws, fmt, view, f"{key}-map-{side}")


def _last_year_button(
    ws: OpenCompany, scenarios: list[Scenario], current: Scenario
) -> None:
    """Offer the plan of a year ago against the open draft, else the latest one."""
    drafts = [one for one in scenarios if one.status == "draft" and one.team == FIELD]
    is_own = current.status == "draft" and current.team == FIELD
    draft = current if is_own else next(iter(drafts), None)
    published = listing.last_years(ws)
    st.button(
        "Compare with last year",
        key="scn-last-year",
        icon=":material/history:",
        disabled=draft is None or published is None,
        help="The plan that was in force a year ago, else the one in force now, else "
        "the territories as your list has them, on the left; the draft on the right."
        if published
        else "Nothing is published yet.",
        on_click=guarded(compare_with_last_year, "Comparing with last year", ws, draft),
    )


def _default_pair(scenarios: list[Scenario], current: Scenario) -> tuple[str, str]:
    """Choose the open scenario on the right, what it came from on the left."""
    ids = [scenario.scenario_id for scenario in scenarios]
    others = [name for name in ids if name != current.scenario_id]
    parent = str(current.parent_id)
    return (parent if parent in others else others[0]), current.scenario_id


def _small_map(ws: OpenCompany, fmt: Formats, view: TerritoryView, key: str) -> None:
    if view.units.empty:
        st.caption("No units yet.")
        return
    planmap(
        territory_map(
            view,
            fmt,
            shapes=cache.unit_shapes(ws, view, fmt),
            base=cache.ground(ws, view),
            colours=cache.colours(ws, view),
            has_homes=False,
        ),
        key=key,
        height=SMALL_MAP,
        events=(),
    )
