"""What differs between two plans: a map beside the list, each choosing in the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.scenarios.listing import Comparison
from planner.services.territories.view import TerritoryView
from planner.services.territories.wording import unit_names
from planner.services.workspace import OpenCompany
from planner.ui import cache, tables, widgets
from planner.ui.components.planmap import (
    Entry,
    Ground,
    Layer,
    MapData,
    MapEvent,
    Outline,
    Points,
    Units,
    codes_of,
    places_of,
    planmap,
)
from planner.ui.faults import guarded
from planner.ui.maps.territory import bounds_of, outlines_by, territory_labels
from planner.ui.maps.text import markdown_text
from planner.ui.simulated import signed
from planner.ui.tables import chosen_rows
from planner.ui.views.scenarios.comparison_table import figures_sheet

MAP_HEIGHT, LIST_HEIGHT = 440, 380
STAYS = "stays"
STAYS_COLOUR = "#EDEDE8"  # near the ground: what stays is to be overlooked
LINE = "#5B6670"
MOVED = {
    "name": tables.Column("Account", width=120),
    "a_territory": tables.Column("Before", width=56),
    "b_territory": tables.Column("After", width=52),
    "why": tables.Column("Why", width=300),
    "a_owner": tables.Column("Owner before", width=88),
    "b_owner": tables.Column("Owner after", width=88),
    "our_sales_minor": tables.Column("Our sales", "money"),
    "potential_minor": tables.Column("Potential", "money"),
    "open_pipeline_minor": tables.Column("Open pipeline", "money"),
}


def difference_part(
    ws: OpenCompany,
    fmt: Formats,
    comparison: Comparison,
    *,
    key: str,
    why: pd.Series | None = None,
) -> None:
    """
    Show what changes territory: on a map, what stays quiet, and beside it as a list.

    Parameters
    ----------
    comparison
        The two plans.
    key
        Unique on the page.
    why
        Reason by `account_id`; None: none is known.
    """
    moves = comparison.moved
    st.subheader(f"Accounts with another territory: {fmt.number(len(moves))}")
    if moves.empty:
        st.caption("Both scenarios give every account to the same territory.")
        return
    if why is not None:
        moves = moves.assign(why=why.reindex(moves.index).fillna(""))
    looked_at = (
        f"{key}-{comparison.a.scenario.scenario_id}-{comparison.b.scenario.scenario_id}"
    )
    state = st.session_state.setdefault(looked_at, {"ids": [], "of": "", "turn": 0})
    left, right = st.columns([4, 3], gap="small")
    with left:
        _map(ws, fmt, comparison, moves, state, key)
    with right:
        _list(fmt, moves, state, key)
    _files(fmt, comparison, moves, key)


def difference_map(
    comparison: Comparison,
    fmt: Formats,
    *,
    shapes: Layer,
    places: Layer,
    colours: dict[str, str],
    base: Ground | None = None,
    outlines: Sequence[Outline] = (),
    selected: Sequence[str] = (),
) -> MapData:
    """
    Draw what changes territory in the colour of where it goes.

    Parameters
    ----------
    comparison
        The two plans.
    fmt
        How figures are written.
    shapes
        The units, in the order of ``found.a.units``.
    places
        The accounts of ``found.moved``, in its order.
    colours
        Colour by territory.
    base, outlines, selected
        As of `territory_map`.
    """
    was, will = comparison.a.units["territory_id"], comparison.b.units["territory_id"]
    goes_to = will.where(was.fillna("") != will.fillna(""), STAYS)
    goes_to = goes_to.where(will.notna())
    labels = territory_labels(comparison.b)
    counts = comparison.moved["b_territory"].value_counts()
    takers = sorted({*goes_to.dropna(), *counts.index} - {STAYS})
    legend = [
        Entry(
            label=labels.get(name, name),
            colour=colours.get(name, LINE),
            count=fmt.number(counts.get(name, 0)),
        )
        for name in takers
    ]
    order = [*takers, STAYS]
    n_left = int(comparison.moved["b_territory"].isna().sum())
    n_out = int(will.isna().sum())
    return MapData(
        label=f"From {comparison.a.scenario.name} to {comparison.b.scenario.name}",
        units=Units(shapes=shapes, codes=codes_of(goes_to, order)),
        points=Points(
            places=places, codes=codes_of(comparison.moved["b_territory"], order)
        ),
        base=base,
        legend=[*legend, Entry(label="Stays", colour=STAYS_COLOUR)],
        legend_title=signed("Goes to", "owners"),
        is_legend_open=False,
        outlines=list(outlines),
        selected=list(selected),
        fit=bounds_of(comparison.b),
        has_borders=False,
        unassigned="Unassigned" if n_out else "",
        unassigned_count=fmt.number(n_left) if n_out else "",
        distance_unit=fmt.distance_unit,
    )


def _map(
    ws: OpenCompany,
    fmt: Formats,
    comparison: Comparison,
    moves: pd.DataFrame,
    state: dict[str, Any],
    key: str,
) -> None:
    """Draw the map with the rows chosen in the list; a click chooses what is listed."""
    pair = _pair(ws, comparison)
    listed = _listed(moves, state)
    table = st.session_state.get(_list_key(key, state))
    rows = chosen_rows(table, len(listed))
    event = planmap(
        difference_map(
            comparison,
            fmt,
            shapes=cache.unit_shapes(ws, comparison.a, fmt),
            base=cache.ground(ws, comparison.a),
            places=_places(pair, fmt, "why" in moves, comparison.a, moves),
            colours=cache.colours(ws, comparison.b),
            outlines=_outlines(pair, comparison.b),
            selected=[str(listed.index[row]) for row in rows],
        ),
        key=f"{key}-map",
        height=MAP_HEIGHT,
        events=("point", "unit"),
    )
    if event is not None:
        _take(event, comparison, moves, state)


def _take(
    event: MapEvent, comparison: Comparison, moves: pd.DataFrame, state: dict[str, Any]
) -> None:
    """List what was clicked; a click on what stays lists all again."""
    if event.kind == "unit":
        unit_id = event.ids[0]
        units = comparison.a.accounts.loc[moves.index, "unit_id"]
        ids = list(moves.index[(units == unit_id).to_numpy()])
        of = unit_names(comparison.a.units).get(unit_id, unit_id)
    else:
        ids = [name for name in event.ids if name in moves.index]
        of = str(moves.loc[ids[0], "name"]) if ids else ""
    state.update(ids=ids, of=of, turn=state["turn"] + 1)


def _listed(moves: pd.DataFrame, state: dict[str, Any]) -> pd.DataFrame:
    return moves.loc[moves.index.isin(state["ids"])] if state["ids"] else moves


def _list_key(key: str, state: dict[str, Any]) -> str:
    return f"{key}-moved-{state['turn']}"


def _list(fmt: Formats, moves: pd.DataFrame, state: dict[str, Any], key: str) -> None:
    """List the accounts, all or those of the place clicked."""
    listed = _listed(moves, state)
    columns = {name: column for name, column in MOVED.items() if name in moves}
    with st.container(
        horizontal=True, vertical_alignment="center", height=44, border=False
    ):
        if state["ids"]:
            of = f"Of {markdown_text(state['of'])}: {fmt.number(len(listed))}"
            st.markdown(of, width="content")
            turn = state["turn"] + 1
            st.button(
                "List all",
                key=f"{key}-all",
                on_click=guarded(state.update, "Listing all", ids=[], turn=turn),
            )
        else:
            st.caption("Click the map to list a place; choose rows to see where.")
    selection = tables.table(
        listed,
        columns,
        fmt=fmt,
        key=_list_key(key, state),
        height=LIST_HEIGHT,
        select="multi",
        label="Accounts with another territory",
        optional=[name for name, column in columns.items() if column.kind == "money"],
    )
    if "why" in listed and len(selection) == 1:
        row = listed.loc[selection[0]]
        st.markdown(
            f"**{markdown_text(row['name'])}**: {markdown_text(row['why'], 600)}."
        )


def _files(fmt: Formats, comparison: Comparison, moves: pd.DataFrame, key: str) -> None:
    """Offer the figures and the accounts as files."""
    pair = (*_ids(comparison), str("why" in moves))
    sheets = {"Figures": figures_sheet(comparison, fmt), "Accounts": moves}
    as_csv, as_xlsx = cache.table_files(pair, sheets, fmt.currency)
    widgets.download_row(
        [
            widgets.Download("CSV", as_csv, "moved_accounts.csv", "text/csv"),
            widgets.Download("Excel", as_xlsx, "comparison.xlsx"),
        ],
        key=f"{key}-files",
    )


def _ids(comparison: Comparison) -> tuple[str, ...]:
    a, b = comparison.a.scenario, comparison.b.scenario
    return a.scenario_id, str(a.version), b.scenario_id, str(b.version)


def _pair(ws: OpenCompany, comparison: Comparison) -> cache.Key:
    """Name two plans as they are now."""
    return (*cache.facts_key(ws), *_ids(comparison))


@st.cache_resource(max_entries=6, show_spinner=False)
def _places(
    kept_under: cache.Key,  # noqa: ARG001
    fmt: Formats,
    has_why: bool,
    _view: TerritoryView,
    _moved: pd.DataFrame,
) -> Layer:
    """Encode the accounts that change territory for the map."""
    rows = _view.accounts.loc[_moved.index, ["name", "lat", "lon"]]
    before = _moved["a_territory"].fillna("none") + " " + _moved["a_owner"].fillna("")
    after = _moved["b_territory"].fillna("none") + " " + _moved["b_owner"].fillna("")
    facts = {
        signed("Before", "owners"): before,
        signed("After", "owners"): after,
        signed("Our sales", "our_sales_minor"): _moved["our_sales_minor"].map(
            fmt.money_short
        ),
        signed("Potential", "potential_minor"): _moved["potential_minor"].map(
            fmt.money_short
        ),
    }
    if has_why:
        facts["Why"] = _moved["why"]
    return places_of(rows, facts=facts)


@st.cache_resource(max_entries=6, show_spinner=False)
def _outlines(
    kept_under: cache.Key,  # noqa: ARG001
    _view: TerritoryView,
) -> list[Outline]:
    return outlines_by(_view, _view.units["territory_id"], colour=LINE)
