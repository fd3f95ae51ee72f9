"""Which column of a file is which of ours, how it is read, and which rows to take."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.accounts.importing import RULES_BY_KIND, columns_of
from planner.accounts.mapping.readings import DATE_FORMS, QUANTITY_BY_TARGET, UNITS
from planner.services.imports import mappings
from planner.services.imports.check import SourcePreview
from planner.services.workspace import OpenCompany
from planner.ui import faults
from planner.ui.maps.text import markdown_text
from planner.ui.views.imports.values import ask_values

PLACE = ("lat", "lon", "postcode", "city", "region", "country")
NONE = ""
MOST_VALUES = 200  # offered to filter by
FOUND_OUT = "found out"
UNIT_NAMES = {"1": "as it stands", "k": "thousands", "M": "millions", "%": "per cent"}
FORM_NAMES = {
    "iso": "2026-01-31",
    "mdy": "1/31/2026",
    "dmy": "31/1/2026",
    "serial": "Excel day number",
}


def ask_saved(
    ws: OpenCompany | None, preview: SourcePreview, kind: str, file_id: str
) -> str:
    """
    Offer the saved mappings; choosing one fills in its columns.

    Returns
    -------
    Its name; empty: the columns are guessed.
    """
    if ws is None:  # mappings are saved with a company
        return ""
    mapping_by_name = {
        mapping.name: mapping for mapping in mappings.list_mappings(ws, kind)
    }
    fits = [
        name
        for name, mapping in mapping_by_name.items()
        if all(
            _column(entry) in preview.raw.columns for entry in mapping.columns.values()
        )
    ]
    if not fits:
        return ""
    options = ["", *fits]
    choice = st.selectbox(
        "Mapping",
        options,
        index=options.index(preview.suggested) if preview.suggested in fits else 0,
        format_func=lambda name: name or "guessed",
        key=f"imp-{file_id}-{kind}-saved",
        width=240,
    )
    return str(choice)


def save_as(
    ws: OpenCompany, preview: SourcePreview, kind: str, mapping: dict[str, Any]
) -> None:
    """Offer to keep the mapping under a name, and to remove saved ones."""
    with st.popover("Save the mapping", key="imp-save-mapping"):
        name = st.text_input("Name", preview.suggested, key="imp-mapping-name")
        if st.button("Save", key="imp-mapping-save", disabled=not name.strip()):
            with faults.guard("Saving the mapping"):
                mappings.save_mapping(ws, kind, name, mapping, preview.raw.columns)
                st.success("Saved. The next file with these columns gets it.")
        for record in mappings.list_mappings(ws, kind):
            if st.button(
                f"Remove {markdown_text(record.name, 40)}",
                key=f"imp-mapping-remove-{record.name}",
            ):
                mappings.delete_mapping(ws, kind, record.name)
                st.rerun()


def _column(entry: Any) -> str:
    """Name the column of a mapping's entry, whether plain or with a reading."""
    return str(entry["column"]) if isinstance(entry, dict) else str(entry)


def ask_readings(
    columns: dict[str, str], entries: dict[str, Any], kind: str, turn: str
) -> dict[str, Any]:
    """
    Ask in which units and forms columns are, where that can be in question.

    Parameters
    ----------
    columns
        Column of the file by column of ours.
    entries
        What a saved mapping says of them.
    kind, turn
        Key the widgets.

    Returns
    -------
    The mapping: plain columns, and objects where something was said.
    """
    mapping: dict[str, Any] = dict(columns)
    targets = [
        name
        for name in columns
        if name in QUANTITY_BY_TARGET or name.endswith("_on") or name == "period"
    ]
    if not targets:
        return mapping
    with (
        st.expander("Units and forms of the columns"),
        st.container(horizontal=True, key=f"imp-readings-{turn}"),
    ):
        for name in targets:
            before = entries.get(name)
            reading = dict(before) if isinstance(before, dict) else {}
            field, options, names = _options(name)
            picked = st.selectbox(
                _label(name),
                [FOUND_OUT, *options],
                index=1 + options.index(reading[field])
                if reading.get(field) in options
                else 0,
                format_func=lambda code, names=names: names.get(code, code),
                key=f"imp-{turn}-{kind}-reading-{name}",
                width=190,
            )
            reading = {key: value for key, value in reading.items() if key != "column"}
            reading.pop(field, None)
            if picked != FOUND_OUT:
                reading[field] = picked
            if reading:
                mapping[name] = {"column": columns[name], **reading}
    return mapping


def _options(name: str) -> tuple[str, list[str], dict[str, str]]:
    """List what can be said of a column: its unit, or its form of dates."""
    if name in QUANTITY_BY_TARGET:
        return "unit", list(UNITS[QUANTITY_BY_TARGET[name]]), UNIT_NAMES
    return "date_form", list(DATE_FORMS), FORM_NAMES


def ask_mapping(
    preview: SourcePreview,
    kind: str,
    file_id: str,
    entries_before: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Ask for the column of the file behind each of ours; guesses are filled in.

    Parameters
    ----------
    entries_before
        A saved mapping to fill in instead; None: what the preview found.
    """
    # Another sheet is another table: what was chosen for one says nothing of it.
    file_id = f"{file_id}-{preview.raw.layer}" if preview.raw.layer else file_id
    entries = preview.mapping if entries_before is None else entries_before
    guesses = {name: _column(entry) for name, entry in entries.items()}
    needed = RULES_BY_KIND[kind].required
    columns = columns_of(kind)
    first = [name for name in columns if name in needed or name in PLACE]
    rest = [name for name in columns if name not in first]
    selection = _selects(preview, kind, first, file_id, needed, guesses)
    n_guessed = sum(1 for name in rest if name in guesses)
    if rest:
        with st.expander(f"More columns ({n_guessed} of {len(rest)} recognised)"):
            selection |= _selects(preview, kind, rest, file_id, needed, guesses)
    used = set(selection.values())
    own = [name for name in preview.raw.columns if name not in used]
    if own and kind != "market":
        text = ", ".join(own[:12]) + (" …" if len(own) > 12 else "")
        st.caption(markdown_text(f"Kept as own fields: {text}", 300))
    mapping = ask_readings(selection, entries, kind, file_id)
    return ask_values(preview, mapping, entries, f"{file_id}-{kind}")


def _selects(
    preview: SourcePreview,
    kind: str,
    names: list[str],
    file_id: str,
    needed: tuple[str, ...],
    guesses: dict[str, str],
) -> dict[str, str]:
    options = [NONE, *preview.raw.columns]
    columns = {}
    with st.container(horizontal=True, key=f"imp-map-{file_id}-{names[0]}"):
        for name in names:
            guess = guesses.get(name, NONE)
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
                columns[name] = picked
    return columns


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
