"""Districts: asked for in the balance form, outlined on the map, added up below it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.services.territories.districts import (
    district_by_unit,
    district_table,
    has_districts,
)
from planner.services.territories.view import TerritoryView
from planner.territory.model.unit_table import MEASURES
from planner.ui import tables
from planner.ui.components.planmap import Outline
from planner.ui.maps.territory import DISTRICT, outlines_by


def ask_districts() -> dict[str, Any]:
    """Ask for districts; nothing where none are asked."""
    text = st.text_input(
        "Districts",
        placeholder="none",
        key="bal-districts",
        help="A number: neighbouring territories are gathered into so many districts. "
        "Names with their territories, like north=4, south=6: districts are balanced "
        "first, then the territories inside each; each level gets about half of the "
        "limit.",
    )
    if not text or not text.strip():
        return {}
    st.caption(
        "With districts the map is drawn anew for little travel: what is kept, named "
        "or tied to today's territories is left aside here."
    )
    return {"districts": text.strip()}


def district_outlines(view: TerritoryView) -> list[Outline]:
    """Draw the districts of a view as lines; none: nothing."""
    if not has_districts(view):
        return []
    return outlines_by(view, district_by_unit(view), colour=DISTRICT)


def district_part(fmt: Formats, view: TerritoryView, measure: str) -> None:
    """List the districts with their territories and how even they are."""
    if not has_districts(view):
        return
    st.subheader("Districts")
    columns = {
        "district": tables.Column("District"),
        "territories": tables.Column("Territories", width="large"),
        "n_territories": tables.Column("Number", "number", width=90),
        "accounts": tables.Column("Accounts", "number"),
    }
    if measure.endswith("_minor"):
        columns[measure] = tables.Column(MEASURES[measure], "money")
    columns["deviation"] = tables.Column("Deviation", "signed_share", of=(measure,))
    table = district_table(view, measure)
    tables.table(
        table.reset_index(),
        columns,
        fmt=fmt,
        key="terr-districts",
        label="Districts and their territories",
    )
