"""Tables of the screen: figures right-aligned and grouped, units in the header."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st
from babel.numbers import get_currency_symbol

from planner.core.formats import EMPTY, Formats
from planner.core.money import minor_digits
from planner.core.units import MIN_PER_HOUR
from planner.ui import simulated

Kind = Literal[
    "text",
    "number",
    "decimal",
    "money",
    "cents",
    "share",
    "signed_share",
    "bar",
    "hours",
    "distance",
    "day",
    "month",
    "clock",
    "check",
]
ROW_HEIGHT = 32
MAX_HEIGHT = 480
_NUMBER_FORMATS = {
    "number": "%,.0f",
    "decimal": "%,.2f",
    "money": "%,.0f",
    "share": "%.1f",
    "signed_share": "%+.1f",
    "hours": "%,.1f",
    "distance": "%,.1f",
}


@dataclass(frozen=True, slots=True)
class Column:
    """
    How a column of a frame is shown.

    Parameters
    ----------
    label
        Its heading, without the unit.
    kind
        What it holds: ``money`` and ``cents`` minor units (shown whole, to the last
        one), ``share`` and ``signed_share`` shares (shown in %), ``bar`` a share as a
        bar, ``hours`` minutes, ``distance`` metres, ``clock`` seconds from midnight,
        the rest as they are.
    help
        Explanation on hover.
    width
        Pixels, ``small``, ``medium`` or ``large``.
    is_pinned
        Whether it stays while the rest scrolls.
    of
        What its figures are or are made of, as of `simulated.signed`; None: its name in
        the frame says it; (): nothing of the list, though its name says so.
    """

    label: str
    kind: Kind = "text"
    help: str = ""
    width: int | Literal["small", "medium", "large"] | None = None
    is_pinned: bool = False
    of: tuple[str, ...] | None = None


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    fmt: Formats,
    key: str,
    height: int | None = None,
    select: Literal["none", "single", "multi"] = "none",
    label: str = "",
    optional: Collection[str] = (),
) -> list[Any]:
    """
    Show a frame as a table that can be sorted, searched and downloaded.

    Parameters
    ----------
    frame
        The rows; its index is not shown.
    columns
        What to show, in order, by column name.
    fmt
        The user's formats.
    key
        Unique on the page.
    height
        Pixels at most; None: as many rows as fit into 480.
    select
        Whether rows can be chosen.
    label
        What the table holds, for screen readers.
    optional
        Columns that are left out where no row holds anything: a list without sales
        gets no column of zeros.

    Returns
    -------
    Index labels of the chosen rows, in the order shown.
    """
    columns = {
        name: column
        for name, column in columns.items()
        if name not in optional or _holds_anything(frame[name])
    }
    cells = pd.DataFrame(
        {
            name: _cells(frame[name], column.kind, fmt)
            for name, column in columns.items()
        }
    )
    config = {name: _config(name, column, fmt) for name, column in columns.items()}
    needed = (len(frame) + 1) * ROW_HEIGHT + 3
    common: dict[str, Any] = {
        "column_config": config,
        "hide_index": True,
        "height": max(2 * ROW_HEIGHT + 3, min(needed, height or MAX_HEIGHT)),
        "row_height": ROW_HEIGHT,
        "key": key,
        "placeholder": EMPTY,
        "alt": label or None,
    }
    if select == "none":
        st.dataframe(cells, **common)
        return []
    mode = "single-row" if select == "single" else "multi-row"
    event = st.dataframe(cells, on_select="rerun", selection_mode=mode, **common)
    return [frame.index[row] for row in chosen_rows(event, len(frame))]


def _holds_anything(values: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(values):
        return bool((values.fillna(0) != 0).any())
    return bool((values.notna() & (values.astype("str") != "")).any())


def chosen_rows(state: Any, n_rows: int) -> list[int]:
    """
    Read which rows of a table are chosen.

    Parameters
    ----------
    state
        What Streamlit has of the table, as its browser sent it.
    n_rows
        Rows the table shows now; others are passed over.
    """
    selection = state.get("selection") if isinstance(state, Mapping) else None
    rows = selection.get("rows") if isinstance(selection, Mapping) else None
    if not isinstance(rows, list):
        return []
    return [row for row in rows if type(row) is int and 0 <= row < n_rows]


def _cells(values: pd.Series, kind: Kind, fmt: Formats) -> pd.Series:
    """Bring a column to what the table shows, so that it still sorts rightly."""
    if kind in ("money", "cents"):
        return fmt.whole_money(values)
    if kind in ("share", "signed_share"):
        return values.astype(float) * 100
    if kind == "hours":
        return values.astype(float) / MIN_PER_HOUR
    if kind == "distance":
        return values.astype(float).map(fmt.length)
    if kind in ("day", "month"):
        return pd.to_datetime(values)
    if kind == "clock":
        return values.map(fmt.clock)
    return values


def _config(name: str, column: Column, fmt: Formats) -> Any:
    symbol = get_currency_symbol(fmt.currency, locale=fmt.locale)
    unit = {
        "money": symbol,
        "cents": symbol,
        "share": "%",
        "signed_share": "%",
        "hours": "h",
        "distance": fmt.distance_unit,
    }.get(column.kind, "")
    figures = (name,) if column.of is None else column.of
    label = simulated.signed(column.label, *figures)
    common: dict[str, Any] = {
        "label": f"{label}, {unit}" if unit else label,
        "help": simulated.help_text(column.help, *figures) or None,
        "width": column.width,
        "pinned": column.is_pinned or None,
    }
    if column.kind == "cents":
        digits = minor_digits(fmt.currency)
        return st.column_config.NumberColumn(format=f"%,.{digits}f", **common)
    if column.kind in _NUMBER_FORMATS:
        return st.column_config.NumberColumn(
            format=_NUMBER_FORMATS[column.kind], **common
        )
    if column.kind == "bar":
        return st.column_config.ProgressColumn(
            format="percent", min_value=0, max_value=1, **common
        )
    if column.kind in ("day", "month"):
        pattern = "D MMM YYYY" if column.kind == "day" else "MMM YYYY"
        return st.column_config.DateColumn(format=pattern, **common)
    if column.kind == "check":
        return st.column_config.CheckboxColumn(**common)
    alignment = "right" if column.kind == "clock" else None
    return st.column_config.TextColumn(alignment=alignment, **common)
