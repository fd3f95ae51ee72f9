"""Units or accounts as a list beside the map: choose, lock, zoom to, by keyboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.money import minor_digits
from planner.core.text import plain_text
from planner.geography.colours import GREY
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.model.unit_table import MEASURES, measures_among
from planner.ui import simulated
from planner.ui.cache import facts_key
from planner.ui.components.grid import TableEvent
from planner.ui.components.grid.component import show_list
from planner.ui.components.grid.events import OF_LISTS, EventKind
from planner.ui.components.grid.lists import Kind, Rows, bits_text, codes_text, rows_of
from planner.ui.maps.territory import territory_labels

What = Literal["unit", "account"]
HEIGHT = 600
LABEL_LETTERS = 32
_KINDS: dict[str, Kind] = {"workload_min": "hours"}


def list_table(
    rows: Rows,
    fmt: Formats,
    *,
    what: What,
    view: TerritoryView,
    colours: Mapping[str, str],
    before: TerritoryView | None = None,
    locked: Collection[str] = frozenset(),
    selection: Collection[str] = frozenset(),
    key: str,
    height: int = HEIGHT,
    events: Sequence[EventKind] = OF_LISTS,
) -> TableEvent | None:
    """
    Show units or accounts to choose from, as many as there are.

    Parameters
    ----------
    rows
        From `list_rows`.
    fmt
        How figures are written.
    what
        ``unit`` or ``account``.
    view
        The scenario as it would be: whose they are.
    colours
        Colour by territory, as on the map.
    before
        The scenario as it is saved; None: nothing is pending.
    locked, selection
        Their ids.
    key
        Unique on the page; sorting, filters, focus and scrolling are kept under it.
    height
        Pixels, of the filters and the list.
    events
        Which gestures come back; what is not named is not offered.

    Returns
    -------
    The gesture that no `take` has taken, once; of ``choose`` the whole choice as it is
    now, to be taken instead of `selection`. None if there was none.
    """
    data = list_data(
        rows,
        fmt,
        what=what,
        view=view,
        colours=colours,
        before=before,
        locked=locked,
        selection=selection,
    )
    payload = {**data, "key": key, "events": list(events), "height": height}
    return show_list(payload, rows, key)


def list_data(
    rows: Rows,
    fmt: Formats,
    *,
    what: What,
    view: TerritoryView,
    colours: Mapping[str, str],
    before: TerritoryView | None = None,
    locked: Collection[str] = frozenset(),
    selection: Collection[str] = frozenset(),
) -> dict[str, Any]:
    """
    Write the changing half of a list; all text in it is plain.

    Parameters
    ----------
    rows, fmt, what, view, colours, before, locked, selection
        See `list_table`.
    """
    labels = territory_labels(view)
    if before is not None:
        labels = {**territory_labels(before), **labels}
    order = list(labels)
    was = "" if before is None else codes_text(rows, _held(before, what), order)
    plural = {"unit": "units", "account": "accounts"}[what]
    return {
        "label": plain_text(f"{plural.capitalize()} of {view.scenario.name}"),
        "nouns": [what, plural],
        "rows": rows.layer.version,
        "territories": [
            [name, plain_text(label, LABEL_LETTERS), colours.get(name, GREY)]
            for name, label in labels.items()
        ],
        "codes": codes_text(rows, _held(view, what), order),
        "was": was,
        "locked": bits_text(rows, locked),
        "chosen": bits_text(rows, selection),
        "locale": fmt.locale.replace("_", "-"),
        "currency": fmt.currency,
        "minorDigits": minor_digits(fmt.currency),
    }


def _held(view: TerritoryView, what: What) -> pd.Series:
    frame = view.units if what == "unit" else view.accounts
    return frame["territory_id"]


def list_rows(ws: OpenCompany, view: TerritoryView, what: What) -> Rows:
    """Encode the units or accounts of a company, the same in all its scenarios."""
    return _list_rows(facts_key(ws), what, view)


@st.cache_resource(max_entries=8, show_spinner=False)
def _list_rows(
    kept_under: tuple[str, ...],  # noqa: ARG001
    what: What,
    _view: TerritoryView,
) -> Rows:
    return unit_rows(_view) if what == "unit" else account_rows(_view)


def unit_rows(view: TerritoryView) -> Rows:
    """Encode units with what their accounts come to."""
    units = pd.DataFrame(view.units.drop(columns="geometry"))
    return rows_of(units, _measured(units), beside="region")


def account_rows(view: TerritoryView) -> Rows:
    """Encode accounts, those of a unit together."""
    accounts = view.accounts
    unit = accounts["unit_id"].map(view.units["name"]).astype("str").fillna("no unit")
    frame = accounts.assign(unit=unit)
    columns: dict[str, tuple[str, Kind]] = {"unit": ("Unit", "text")}
    if frame["segment"].notna().any():
        columns["segment"] = (simulated.signed("Segment", "segment"), "text")
    columns |= _measured(frame)
    if frame["days_since_visit"].notna().any():
        days = simulated.signed("Days since visit", "days_since_visit")
        columns["days_since_visit"] = (days, "count")
    return rows_of(frame, columns, beside="city", together="unit_id")


def _measured(frame: pd.DataFrame) -> dict[str, tuple[str, Kind]]:
    """Name the measures that hold anything."""
    columns: dict[str, tuple[str, Kind]] = {}
    for name in measures_among(frame.columns):
        label = simulated.signed(MEASURES[name], name)
        if frame[name].sum() > 0:
            kind = _KINDS.get(name, "money" if name.endswith("_minor") else "count")
            columns[name] = (f"{label}, h" if kind == "hours" else label, kind)
    return columns
