"""The part of the balance form that makes a measure out of others."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.core.text import map_text
from planner.services.company import calculated
from planner.ui import faults
from planner.ui.views.workbench.workbench import Workbench


def ask_calculated(bench: Workbench) -> None:
    """
    Ask for a formula, say what it comes to, and let the company calculate it.

    Parameters
    ----------
    bench
        Whose accounts it is tried on. The form closes when a measure is added or
        removed, since the page then counts it everywhere.
    """
    ws, fmt = bench.ws, bench.fmt
    names = calculated.columns_of_formulas(bench.shown.accounts)
    st.caption(
        f"`+ - * /` and brackets over these columns: `{'`, `'.join(names)}`. Money "
        "counts in whole currency. An account that comes out below zero counts as 0."
    )
    left, right = st.columns([2, 3])
    name = left.text_input("Name", key="calc-name", placeholder="Open ground")
    formula = right.text_input(
        "Formula", key="calc-formula", placeholder="annual_revenue - our_sales"
    )
    if name.strip() and formula.strip():
        with faults.guard("Calculating the measure"):
            preview = calculated.preview_measure(ws, name, formula)
            st.markdown(_preview_text(preview, fmt))
            if st.button("Add this measure", key="calc-add"):
                calculated.add_measure(ws, name, formula)
                st.toast(f"{map_text(name.strip())} can be balanced now.")
                st.rerun()
    for measure in calculated.calculated_measures(ws):
        row = st.columns([5, 1], vertical_alignment="center")
        row[0].code(f"{measure.name} = {measure.formula}", language=None)
        if row[1].button("Remove", key=f"calc-remove-{measure.name}"):
            with faults.guard("Removing the measure"):
                calculated.remove_measure(ws, measure.name)
                st.rerun()


def _preview_text(preview: calculated.CalculatedPreview, fmt: Formats) -> str:
    parts = [
        f"{fmt.number(preview.total)} over {fmt.number(preview.n_accounts)} accounts"
    ]
    for count, what in (
        (preview.n_below_zero, "come out below zero"),
        (preview.n_missing, "have an empty cell in it"),
    ):
        if count:
            parts.append(f"{fmt.number(count)} {what} and count as 0")
    return "; ".join(parts) + "."
