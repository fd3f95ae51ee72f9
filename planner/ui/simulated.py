"""
The one mark of what is simulated: a line in each page's head, a sign at each figure.

Whatever shows a figure names it: `widgets.Metric`, `tables.Column` and charts take it
in `of`; all other words that stand over figures (legends, tooltips, headings) are put
through `signed`.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from planner.core.english import simulated as words
from planner.core.text import map_text
from planner.services.accounts.simulated import Simulated

_KEY = "pl-simulated"
MOST_NAMED = 5  # in the head; a tooltip names the rest
# Columns of frames that pages show, by the figures they are or are made of, where their
# name does not say it.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "open_pipeline_minor": ("deals",),
    "bookings_minor": ("bookings",),
    "last_minor": ("bookings",),
    "owner_name": ("owners",),
    "rep_name": ("owners",),
    "a_owner": ("owners",),
    "b_owner": ("owners",),
    "hours": ("workload",),
    "workload_min": ("workload",),
    "needed_h": ("workload",),
    "capacity_h": ("team",),
    "load_share": ("workload", "team"),
    "quota_minor": ("quotas",),
    "quota_per_potential": ("quotas", "potential_minor"),
    "credit_minor": ("pay",),
    "attained_share": ("attainment",),
    "ytd_share": ("attainment",),
    "pay_minor": ("pay",),
    "covered": ("coverage",),
    "covered_share": ("coverage",),
    "days_since_visit": ("last_visit_on",),
    "never_visited": ("coverage",),
    "overdue": ("coverage",),
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


def signed(label: str, *figures: str) -> str:
    """
    Put the mark before what stands over a figure, if the figure is simulated.

    Parameters
    ----------
    label
        Title of a tile, a chart, an axis, a legend, a line of a tooltip; heading of a
        column.
    figures
        What it shows: columns of frames, or figures as of `Simulated.among`.
    """
    return f"{words.MARK} {label}" if _among(*figures) else label


def help_text(text: str, *figures: str) -> str:
    """Add to an explanation what of its figures is simulated."""
    note = words.note(_among(*figures), is_everything=False)
    return ". ".join(part for part in (text, note) if part)


def _among(*figures: str) -> tuple[str, ...]:
    """Name what of figures is simulated; where all is, the head says so once."""
    simulated = _current()
    if simulated is None or simulated.is_everything:
        return ()
    sources = [name for figure in figures for name in FIGURES.get(figure, (figure,))]
    return simulated.among(*sources)


def _current() -> Simulated | None:
    found = st.session_state.get(_KEY)
    return found if isinstance(found, Simulated) else None
