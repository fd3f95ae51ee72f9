"""The units as a table: the same choice without a map."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.services.territory import MEASURES
from planner.ui import widgets
from planner.ui.views.workbench import Workbench


def units_table(bench: Workbench) -> None:
    """Offer the units as a table."""
    frame = pd.DataFrame(bench.shown.units.drop(columns="geometry"))
    frame["unit"] = frame["name"] + ", " + frame["region"].fillna("")
    columns = {
        "unit": widgets.Column("Unit"),
        "territory_id": widgets.Column("Territory"),
        "accounts": widgets.Column("Accounts", "number"),
    }
    for name in ("potential_minor", "our_sales_minor"):
        if name in frame:
            columns[name] = widgets.Column(MEASURES[name], "money")
    rows = widgets.table(
        frame,
        columns,
        fmt=bench.fmt,
        key="terr-units",
        height=320,
        select="multi",
        label="Units",
    )
    if st.button("Add to the choice", key="terr-add", disabled=not rows):
        bench.choice.units |= dict.fromkeys(map(str, rows))
        st.rerun()
