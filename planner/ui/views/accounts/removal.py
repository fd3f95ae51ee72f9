"""Removing all that is simulated: the button, and what would go."""

from __future__ import annotations

import streamlit as st

from planner.core.english import simulated as words
from planner.core.formats import Formats
from planner.services.accounts import repairs
from planner.services.accounts.simulated import simulated_of
from planner.services.imports import removal
from planner.services.workspace import OpenCompany
from planner.ui import faults, session


def removal_button(ws: OpenCompany, *, key: str) -> None:
    """
    Offer to remove what is simulated, or to take the removal back.

    Nothing is offered where everything is simulated, and taking back only as long as
    nothing else was repaired.
    """
    simulated = simulated_of(ws)
    if simulated.is_everything:
        return
    if not simulated.codes:
        _way_back(ws, key)
        return
    if st.button(
        "Remove what is simulated", key=f"{key}-simulated", icon=":material/ink_eraser:"
    ):
        _dialog(ws)


def _way_back(ws: OpenCompany, key: str) -> None:
    """Offer to take the removal back."""
    repair_id = removal.last_removal(ws)
    if repair_id is None:
        return
    if st.button(
        "Bring simulated figures back",
        key=f"{key}-simulated-back",
        icon=":material/undo:",
        help="Takes the removal back: every row as it was before it.",
    ):
        with faults.guard("Bringing simulated figures back"):
            repairs.undo_repair(ws, repair_id)
            st.rerun()


@st.dialog("Remove what is simulated")
def _dialog(ws: OpenCompany) -> None:
    """Show what would go, and remove it."""
    fmt = session.formats(ws)
    with faults.guard("Looking at what is simulated"):
        preview = removal.preview_removal(ws)
        st.markdown("\n".join(f"- {line}" for line in _lines(preview, fmt)))
        for note in preview.notes:
            st.caption(note)
        if st.button("Remove all of it", type="primary", key="simulated-remove"):
            removal.remove_simulated(ws, preview.version)
            st.rerun()


def _lines(preview: removal.Removal, fmt: Formats) -> list[str]:
    """Say what would go, a line each."""
    lines = [
        f"{words.named([column])} of {fmt.number(n_rows)} accounts"
        for column, n_rows in preview.columns.items()
    ]
    counts = {
        "deals": preview.n_deals,
        "people": preview.n_reps,
        "homes of people": preview.n_homes,
        "positions of superiors": preview.n_managers,
    }
    return lines + [f"{fmt.number(n)} {noun}" for noun, n in counts.items() if n]
