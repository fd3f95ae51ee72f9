"""The map beside the balance table; gestures in either change the draft."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.maps.sheet import MapSheet
from planner.services.exports import sharing
from planner.services.imports import market as services_market
from planner.ui import cache, widgets
from planner.ui.components.grid.events import TableEvent
from planner.ui.components.planmap import Layer, Outline, planmap
from planner.ui.components.planmap.events import EventKind
from planner.ui.maps.colouring import Colouring, colouring_of
from planner.ui.maps.drafting import draft_marks
from planner.ui.maps.market import circles
from planner.ui.maps.sharing import territory_sheet
from planner.ui.maps.territory import territory_labels, territory_map
from planner.ui.views.sharing import ground_of
from planner.ui.views.territories.answer import Stage
from planner.ui.views.territories.tools import Tools
from planner.ui.views.workbench.balance_table import balance_table
from planner.ui.views.workbench.districts import district_outlines
from planner.ui.views.workbench.other_team import outlines_beside
from planner.ui.views.workbench.workbench import (
    TARGET,
    Workbench,
    drawn_line,
    note_codes,
    zoomed,
)

MAP, TABLE = "territories", "terr-balance-table"
MAP_HEIGHT = 620
GESTURES: tuple[EventKind, ...] = (
    "unit",
    "point",
    "box",
    "lasso",
    "polygon",
    "paint",
    "line",
    "drag",
    "key",
)
LINE_COLOUR = "#B45309"


def map_and_table(bench: Workbench, stage: Stage, tools: Tools) -> None:
    """Show the map beside the balance table."""
    is_editable = bench.is_editable and stage.offer is None
    colours = cache.colours(bench.ws, stage.after or stage.shown)
    left, right = st.columns([3, 2], gap="small")
    # The table first: the browser draws it while the map is made ready here.
    with right:
        event = _table(bench, stage, tools, colours, is_editable=is_editable)
    colouring = _colouring(bench, stage, tools, colours)
    note_codes(colouring.unit_codes, colouring.point_codes)
    with left:
        _map(bench, stage, tools, colouring, is_editable=is_editable)
    if event is not None:
        bench.on_table(event)
        st.rerun()


def _table(
    bench: Workbench,
    stage: Stage,
    tools: Tools,
    colours: dict[str, str],
    *,
    is_editable: bool,
) -> TableEvent | None:
    """Show how the territories stand; returns what was done in the table."""
    if stage.shown.territories.empty:
        widgets.empty_state(
            "No territories yet",
            "Press Balance to draw them, or choose units on the map and assign them "
            "to a first territory.",
            key="no-territories",
        )
        return None
    return balance_table(
        stage.before,
        bench.fmt,
        measures=tools.measures,
        colours=colours,
        after=stage.after,
        locked=bench.opened.draft.locks.territory,
        selected=st.session_state.get(TARGET),
        events=("lock", "unlock", "zoom", "select") if is_editable else ("zoom",),
        key=TABLE,
        height=MAP_HEIGHT,
    )


def _colouring(
    bench: Workbench, stage: Stage, tools: Tools, colours: dict[str, str]
) -> Colouring:
    first = tools.measures[0]
    return colouring_of(
        stage.shown,
        bench.fmt,
        tools.colour_by,
        labels=territory_labels(stage.shown),
        colours=colours,
        measure=first.column,
        tolerance=first.tolerance or 0.1,
        before=stage.before,
    )


def _map(
    bench: Workbench,
    stage: Stage,
    tools: Tools,
    colouring: Colouring,
    *,
    is_editable: bool,
) -> None:
    """Draw the map as it is to be seen and worked on."""
    ws, fmt, view = bench.ws, bench.fmt, bench.saved
    places = None
    if "accounts" in tools.layers:
        places = cache.account_places(ws, None, view.accounts, fmt, "territory")
    shapes = cache.unit_shapes(ws, view, fmt)
    marks = draft_marks(bench.opened.draft, stage.before, stage.shown)
    home = cache.home_bounds(ws, view)
    data = territory_map(
        stage.shown,
        fmt,
        shapes=shapes,
        base=cache.ground(ws, view),
        places=places,
        colouring=colouring,
        has_homes=stage.has_homes or "homes" in tools.layers,
        outlines=_outlines(bench, stage, tools),
        selected=[*bench.choice.units, *bench.choice.accounts] if is_editable else (),
        fit=zoomed(bench.scenario_id) or home,
        home=home,
        **marks,
        **_market(bench, tools.market, shapes),
    )
    events = GESTURES if is_editable else ()
    planmap(data, key=MAP, height=MAP_HEIGHT, events=events)


def _outlines(bench: Workbench, stage: Stage, tools: Tools) -> list[Outline]:
    """List the lines over the map: districts, another team's plan, the line drawn."""
    line = drawn_line()
    return [
        *district_outlines(stage.shown),
        *outlines_beside(bench.ws, tools.beside),
        *([Outline(rings=[line], colour=LINE_COLOUR)] if line else []),
    ]


def _market(bench: Workbench, name: str, shapes: Layer) -> dict[str, Any]:
    """Lay a market layer over the territories; "": none."""
    if not name:
        return {}
    layers = services_market.market_layers(bench.ws)
    unit = str(layers.loc[name, "unit_of_measure"] or "")
    values = services_market.market_values(bench.ws, name)
    return circles(shapes, values, name, unit, bench.fmt)


def sheet_of_map(bench: Workbench) -> MapSheet:
    """Show in a page to send what the map shows: what is pending too, and says so."""
    ws, fmt, view = bench.ws, bench.fmt, bench.shown
    note = draft_marks(bench.opened.draft, bench.saved, view)["subtitle"]
    return territory_sheet(
        view,
        cache.colours(ws, view),
        fmt,
        subtitle=f"{note} · {fmt.day(bench.scenario.updated_at[:10])}",
        simulated=sharing.simulated_note(ws, view.accounts),
        ground=ground_of(ws, view.units),
    )
