"""What is older than the data it was made from says so, with what to do."""

from __future__ import annotations

import streamlit as st

from planner.core.formats import Formats
from planner.services.company.freshness import Made, newer_data
from planner.services.workspace import OpenCompany
from planner.ui.maps.text import markdown_text

_MOST_LETTERS = 120


def older_note(
    ws: OpenCompany, fmt: Formats, made: Made, made_at: str, *, what: str, repair: str
) -> None:
    """
    Say that something was made before the data changed; nothing if it was not.

    Parameters
    ----------
    ws, fmt
        As the page has them.
    made, made_at
        As of `newer_data`.
    what
        What is shown, as it begins the sentence: ``These visits are``.
    repair
        What makes it as new as the data.
    """
    newer = newer_data(ws, made, made_at)
    if newer is None:
        return
    more = f" and {fmt.number(newer.n_more)} more" if newer.n_more else ""
    st.warning(
        f"{what} older than the data: since {fmt.day(made_at[:10])} came "
        f"“{markdown_text(newer.action, _MOST_LETTERS)}” by "
        f"{markdown_text(newer.who, _MOST_LETTERS)}, "
        f"{fmt.day(newer.at[:10])} {newer.at[11:16]} UTC{more}. {repair}"
    )
