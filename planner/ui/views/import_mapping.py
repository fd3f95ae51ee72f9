"""Which column of a file is which of ours, and which rows of it to take."""

from __future__ import annotations

import streamlit as st

from planner.services import importing
from planner.services.importing import SourcePreview
from planner.ui.maps.text import markdown_text

PLACE = ("lat", "lon", "postcode", "city", "region", "country")
NONE = ""
MOST_VALUES = 200  # offered to filter by


def ask_mapping(preview: SourcePreview, kind: str, file_id: str) -> dict[str, str]:
    """Ask for the column of the file behind each of ours; guesses are filled in."""
    needed = importing.REQUIRED.get(kind, ())
    columns = importing.columns_of(kind)
    first = [name for name in columns if name in needed or name in PLACE]
    rest = [name for name in columns if name not in first]
    chosen = _selects(preview, kind, first, file_id, needed)
    n_guessed = sum(1 for name in rest if name in preview.mapping)
    if rest:
        with st.expander(f"More columns ({n_guessed} of {len(rest)} recognised)"):
            chosen |= _selects(preview, kind, rest, file_id, needed)
    used = set(chosen.values())
    own = [name for name in preview.raw.columns if name not in used]
    if own and kind == "accounts":
        shown = ", ".join(own[:12]) + (" …" if len(own) > 12 else "")
        st.caption(markdown_text(f"Kept as own fields: {shown}", 300))
    return chosen


def _selects(
    preview: SourcePreview,
    kind: str,
    names: list[str],
    file_id: str,
    needed: tuple[str, ...],
) -> dict[str, str]:
    options = [NONE, *preview.raw.columns]
    chosen = {}
    with st.container(horizontal=True, key=f"imp-map-{names[0]}"):
        for name in names:
            guess = preview.mapping.get(name, NONE)
            mark = " *" if name in needed else ""
            picked = st.selectbox(
                name.replace("_s", "") if name.endswith("s_s") else _label(name) + mark,
                options,
                index=options.index(guess) if guess in options else 0,
                format_func=lambda column: column or "–",
                key=f"imp-{file_id}-{kind}-{name}",
                width=190,
            )
            if picked:
                chosen[name] = picked
    return chosen


def _label(name: str) -> str:
    words = {"lat": "Latitude", "lon": "Longitude", "region": "State or region"}
    plain = name.removesuffix("_share").removesuffix("_on").replace("_", " ")
    return words.get(name, plain.capitalize().replace(" id", " id"))


def ask_condition(preview: SourcePreview, file_id: str) -> str:
    """Offer to take only the rows whose column has one value."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="imp-where"):
        column = st.selectbox(
            "Only rows where",
            [NONE, *preview.raw.columns],
            format_func=lambda name: name or "all rows",
            key=f"imp-{file_id}-where",
            width=240,
        )
        if not column:
            return ""
        counts = preview.raw.frame[column].value_counts().head(MOST_VALUES)
        value = st.selectbox(
            "is",
            list(counts.index),
            format_func=lambda name: f"{name or '(empty)'} ({counts[name]:,})",
            key=f"imp-{file_id}-is-{column}",
            width=280,
        )
    return f"{column}={value}"
