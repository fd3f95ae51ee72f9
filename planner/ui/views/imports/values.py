"""What their values are in ours: stages, kinds, statuses, guessed and corrected."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.accounts.mapping.vocabulary import TARGETS, values_in_turn, values_of
from planner.services.imports.check import SourcePreview
from planner.ui.maps.text import markdown_text

MOST_VALUES = 30  # of a column; with more it is rather free text


def ask_values(
    preview: SourcePreview, mapping: dict[str, Any], entries: dict[str, Any], turn: str
) -> dict[str, Any]:
    """
    Ask which of our values each of theirs is; guesses are filled in.

    Parameters
    ----------
    preview
        The file.
    mapping
        Column of the file, or an object with its reading, by column of ours.
    entries
        What a saved mapping says.
    turn
        Keys the widgets.

    Returns
    -------
    The mapping, with ``values`` where the user said more than we know.
    """
    for target in [name for name in TARGETS if name in mapping]:
        entry = mapping[target]
        reading = dict(entry) if isinstance(entry, dict) else {"column": entry}
        before = entries.get(target)
        saved = before.get("values", {}) if isinstance(before, dict) else {}
        answers = _ask(preview, reading["column"], target, saved, turn)
        if answers:
            mapping[target] = reading | {"values": answers}
    return mapping


def _ask(
    preview: SourcePreview, column: str, target: str, saved: dict[str, str], turn: str
) -> dict[str, str]:
    cells = preview.raw.frame[column].str.strip()
    counts = cells[cells != ""].value_counts()
    if counts.empty or len(counts) > MOST_VALUES:
        return saved
    theirs = counts.index.to_series()
    guesses = values_in_turn(theirs, target, saved)
    n_open = int(guesses.isna().sum())
    title = f"Values of {target} ({len(counts) - n_open} of {len(counts)} known)"
    options = ["", *values_of(target)]
    answers = {}
    with (
        st.expander(title, expanded=n_open > 0),
        st.container(horizontal=True, key=f"imp-values-{turn}-{target}"),
    ):
        known = values_in_turn(theirs, target, {})
        for value, number in counts.items():
            guess = guesses[value] or ""
            picked = st.selectbox(
                markdown_text(f"{value} ({number:,})", 40),
                options,
                index=options.index(guess),
                format_func=lambda name: name or "not known",
                key=f"imp-{turn}-value-{target}-{column}-{value}",
                width=190,
            )
            if picked and picked != known[value]:
                answers[str(value)] = str(picked)
    return answers
