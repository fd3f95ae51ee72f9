"""What to look at: scenario, measures and tolerances, colours, layers, market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from planner.services.balance.request import measures_of, usual_measure
from planner.services.imports import market as services_market
from planner.services.scenarios import Scenario, listing
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.model.unit_table import MEASURES
from planner.territory.model.workhours import HOURS
from planner.ui import cache, session
from planner.ui.maps.colouring import COLOUR_BY
from planner.ui.maps.palette import PALETTES
from planner.ui.views.workbench.balance_figures import MeasureColumn
from planner.ui.views.workbench.choice_bar import SHOW_ACCOUNTS
from planner.ui.views.workbench.other_team import ask_other_team

TOLERANCES = {0.03: "3 %", 0.05: "5 %", 0.1: "10 %", 0.15: "15 %", 0.2: "20 %"}
MOST_MEASURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """
    What the user looks at.

    Parameters
    ----------
    beside
        The scenario of another team that is laid over; None: none.
    measures
        Up to three measures with their tolerances, one at least.
    colour_by
        One of `COLOUR_BY`.
    layers
        Of the map: ``accounts``, ``homes``.
    market
        Name of the market layer over the territories; "": none.
    """

    beside: Scenario | None
    measures: list[MeasureColumn]
    colour_by: str
    layers: list[str]
    market: str

    @property
    def measure(self) -> str:
        """Column of the first measure."""
        return self.measures[0].column


def ask_tools(ws: OpenCompany, scenario: Scenario, view: TerritoryView) -> Tools:
    """Ask what to look at; another scenario begins the page anew."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="terr-tools"):
        scenario_id = _scenario_id(ws, scenario)
        beside = ask_other_team(ws, scenario)
        measures = _measures(measures_of(view))
        colour_by = st.selectbox("Colour by", COLOUR_BY, key="terr-colour", width=130)
        layers = _layers()
        market = _look(ws)
    if scenario_id != scenario.scenario_id:
        session.choose_scenario(scenario_id)
        st.rerun()
    return Tools(
        beside=beside,
        measures=measures,
        colour_by=colour_by or COLOUR_BY[0],
        layers=layers,
        market=market,
    )


def _scenario_id(ws: OpenCompany, scenario: Scenario) -> str:
    scenarios = listing.scenarios(ws)
    ids = [one.scenario_id for one in scenarios]
    return st.selectbox(
        "Scenario",
        ids,
        index=ids.index(scenario.scenario_id),
        format_func=listing.titles(scenarios).get,
        key=f"terr-scenario-{scenario.scenario_id}",
        width=190,
    )


def _layers() -> list[str]:
    """Ask for the layers of the map; a choice of accounts shows them."""
    if st.session_state.pop(SHOW_ACCOUNTS, False):
        visible = st.session_state.get("terr-layers") or []
        st.session_state["terr-layers"] = list(dict.fromkeys([*visible, "accounts"]))
    layers = st.pills(
        "Show",
        ["accounts", "homes"],
        selection_mode="multi",
        default=[],
        format_func=str.capitalize,
        key="terr-layers",
    )
    return list(layers or [])


def _look(ws: OpenCompany) -> str:
    """Ask for the palette, and for a market layer to lay over the territories."""
    layers = services_market.market_layers(ws)
    with st.popover("Look", width="content"):
        names = [palette.name for palette in PALETTES]
        st.selectbox(
            "Palette",
            names,
            key=cache.PALETTE,
            help="All can be told apart by people who see few colours; “Light to dark” "
            "also on a grey print.",
        )
        market = st.selectbox(
            "Market over the territories",
            ["", *layers.index],
            format_func=lambda name: name or "none",
            key="terr-market",
            disabled=layers.empty,
            help="Market data of the units, brought by Import, as circles.",
        )
    return str(market or "")


def _measures(columns: list[str]) -> list[MeasureColumn]:
    """Ask up to three measures to look at, and the tolerance of each."""
    usual = usual_measure(columns)
    names = st.multiselect(
        "Measures",
        columns,
        default=None if "terr-measures" in st.session_state else [usual],
        format_func=lambda name: MEASURES[name],
        max_selections=MOST_MEASURES,
        key="terr-measures",
        width=230,
    )
    with st.popover("Tolerances", width="content"):
        limits = {
            name: st.selectbox(
                f"{MEASURES[name]} within",
                list(TOLERANCES),
                index=2,
                format_func=TOLERANCES.get,
                key=f"terr-tolerance-{name}",
            )
            for name in names or [usual]
        }
    return [
        MeasureColumn(column=name, tolerance=float(limit))
        for name, limit in limits.items()
    ]


def look_at_job(view: TerritoryView, job: Any) -> None:
    """Show a job's measures and tolerances when the page first meets the job."""
    is_met = st.session_state.get("terr-met") == job.job_id
    if is_met and "terr-measures" in st.session_state:
        return
    st.session_state["terr-met"] = job.job_id
    columns = measures_of(view)
    balanced: dict[str, Any] = {}
    for measure in job.params.get("measures") or []:
        column = measure.get("column")
        column = "workload_min" if column == HOURS else column
        if column in columns and column not in balanced:
            balanced[column] = measure.get("tolerance")
    for column, tolerance in balanced.items():
        if tolerance in TOLERANCES:
            st.session_state[f"terr-tolerance-{column}"] = tolerance
    if balanced:
        st.session_state["terr-measures"] = list(balanced)[:MOST_MEASURES]
