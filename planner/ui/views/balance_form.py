"""The form that asks for a balance and queues it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import streamlit as st

from planner.core.errors import ParamsError
from planner.services.scenarios import Scenario
from planner.services.territory import MEASURES
from planner.services.territory import TerritoryView
from planner.services.workspace import Workspace
from planner.territory.params import BalanceMeasure
from planner.territory.params import BalanceParams
from planner.ui import session
from planner.ui import widgets

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MOST_TERRITORIES = 254  # what one map can tell apart by code


@st.dialog("Balance the territories", width="medium")
def balance_form(ws: Workspace, scenario: Scenario, view: TerritoryView) -> None:
    """Ask what to balance, and queue the job."""
    wanted = _measures(view)
    has_current = bool(view.units["territory_id"].notna().any())
    n_today = len(view.territories) if has_current else 10
    left, right = st.columns(2)
    n_territories = int(
        left.number_input(
            "Territories", min_value=1, value=n_today, step=1, key="bal-n"
        )
    )
    start = _start(view, right) if has_current else {}
    if not st.button("Start", type="primary", key="bal-start"):
        return
    with widgets.guard("Starting the balance"):
        _check(n_territories, len(view.units))
        measures = tuple(
            BalanceMeasure(column=column, tolerance=percent / 100)
            for column, percent in wanted
        )
        params = BalanceParams(measures=measures, n_territories=n_territories, **start)
        session.submit(ws, "balance", scenario.scenario_id, params.to_dict())
        st.rerun()


def _check(n_territories: int, n_units: int) -> None:
    """Refuse what no map could show or no balance could do."""
    most = min(n_units, MOST_TERRITORIES)
    if n_territories > n_units:
        raise ParamsError(
            f"{n_territories:,} territories cannot be made of {n_units:,} units: each "
            f"needs at least one. Ask for {most:,} at most"
        )
    if n_territories > MOST_TERRITORIES:
        raise ParamsError(
            f"{n_territories:,} territories are more than one map can tell apart. Ask "
            f"for {most:,} at most"
        )


def measures_of(view: TerritoryView) -> list[str]:
    """List the measures that the units hold anything of."""
    held = [m for m in MEASURES if m in view.units and view.units[m].sum() > 0]
    return held or ["accounts"]


def usual_measure(measures: list[str]) -> str:
    """Choose what most planners balance first."""
    return "potential_minor" if "potential_minor" in measures else measures[0]


def _measures(view: TerritoryView) -> list[tuple[str, float]]:
    """Ask for one or two measures and their tolerances in %."""
    measures = measures_of(view)
    chosen = st.session_state.get("terr-measure")
    limit = round(100 * float(st.session_state.get("terr-tolerance") or 0.1), 1)
    left, right = st.columns(2)
    first = left.selectbox(
        "Share evenly",
        measures,
        index=measures.index(chosen if chosen in measures else usual_measure(measures)),
        format_func=MEASURES.get,
        key="bal-measure",
    )
    percent = right.number_input(
        "Within, % of the even share",
        value=limit,
        step=1.0,
        format="%g",
        key="bal-tolerance",
    )
    left, right = st.columns(2)
    second = left.selectbox(
        "And also",
        ["", *(name for name in measures if name != first)],
        format_func=lambda name: MEASURES.get(name, "nothing else"),
        key="bal-second",
    )
    percent_2 = right.number_input(
        "Within, % of its even share",
        value=10.0,
        step=1.0,
        format="%g",
        key="bal-tolerance-2",
        disabled=not second,
    )
    return [(first, percent), *([(second, percent_2)] if second else [])]


def _start(view: TerritoryView, right: DeltaGenerator) -> dict[str, Any]:
    """Ask how near to today's territories the answer is to stay."""
    limit = right.number_input(
        "Move at most, units",
        0,
        len(view.units),
        None,
        1,
        placeholder="no limit",
        key="bal-moved",
    )
    left, right = st.columns(2)
    begin = left.segmented_control(
        "Start from",
        ["today", "new"],
        default="today",
        format_func={"today": "Today's", "new": "A blank map"}.get,
        key="bal-from",
        required=True,
    )
    minimise = right.segmented_control(
        "Then keep low",
        ["travel", "moves"],
        default="travel",
        format_func={"travel": "Travel", "moves": "Moves"}.get,
        key="bal-minimise",
        required=True,
    )
    return {
        "is_started_from_current": begin == "today",
        "minimise": minimise,
        "max_moved": None if limit is None else int(limit),
    }
