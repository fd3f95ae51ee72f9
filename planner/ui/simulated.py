"""The one mark of what is simulated: a line in each page's head, a sign in tables."""

from __future__ import annotations

import streamlit as st

from planner.core.english import simulated as words
from planner.core.text import map_text
from planner.services.accounts.simulated import Simulated

_KEY = "pl-simulated"
MOST_NAMED = 5  # in the head; a tooltip names the rest
# Columns of frames that pages show, by the figures they are or are made of.
FIGURES = {
    "open_pipeline_minor": "deals",
    "bookings_minor": "deals",
    "owner_name": "owners",
    "rep_name": "owners",
    "workload_min": "workload",
    "hours": "workload",
    "quota_minor": "quotas",
    "credit_minor": "pay",
    "attained_share": "pay",
    "pay_minor": "pay",
}


def use(simulated: Simulated) -> None:
    """Take what is simulated of the company whose page is drawn now."""
    st.session_state[_KEY] = simulated


def head_note() -> str:
    """Write the line of a page's head as HTML; "": nothing is simulated."""
    simulated = _current()
    note = "" if simulated is None else simulated.note()
    if simulated is None or not note:
        return ""
    short, n_codes = note, len(simulated.codes)
    if n_codes > MOST_NAMED and not simulated.is_everything:
        named = words.note(simulated.codes[:MOST_NAMED], is_everything=False)
        short = f"{named} and {n_codes - MOST_NAMED} more"
    return (
        f'<p class="pl-simulated" title="{map_text(note, 400)}">'
        f"{words.MARK} {map_text(short, 240)}</p>"
    )


def named_of(*figures: str) -> str:
    """Name what is simulated of figures, for a file; "": nothing."""
    simulated = _current()
    if simulated is None:
        return ""
    return (
        words.EVERYTHING
        if simulated.is_everything
        else words.named(simulated.among(*figures))
    )


def heading(column: str, label: str) -> str:
    """Put the mark before the heading of a column whose figures are simulated."""
    simulated = _current()
    if simulated is None or simulated.is_everything:
        return label  # all is: the head of the page says so once
    figure = FIGURES.get(column, column)
    return f"{words.MARK} {label}" if simulated.among(figure) else label


def help_text(column: str, text: str) -> str:
    """Add to the explanation of a column what of it is simulated."""
    simulated = _current()
    if simulated is None or simulated.is_everything:
        return text
    note = words.note(simulated.among(FIGURES.get(column, column)), is_everything=False)
    return ". ".join(part for part in (text, note) if part)


def _current() -> Simulated | None:
    found = st.session_state.get(_KEY)
    return found if isinstance(found, Simulated) else None
