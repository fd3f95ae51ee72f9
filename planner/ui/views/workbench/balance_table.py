"""The live balance table beside the map: one row a territory, before → after."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.core.formats import Formats
from planner.core.text import plain_text
from planner.geography.colours import GREY
from planner.services.territories.view import TerritoryView
from planner.ui.components.grid import TableEvent
from planner.ui.components.grid.component import show_territories
from planner.ui.components.grid.events import OF_TERRITORIES, EventKind
from planner.ui.maps.territory import territory_labels
from planner.ui.views.workbench.balance_figures import (
    Figures,
    MeasureColumn,
    figures_of,
)

HEIGHT = 600
LABEL_LETTERS = 32


def balance_table(
    view: TerritoryView,
    fmt: Formats,
    *,
    measures: Sequence[MeasureColumn],
    colours: Mapping[str, str],
    after: TerritoryView | None = None,
    locked: Collection[str] = frozenset(),
    selected: str | None = None,
    events: Sequence[EventKind] = OF_TERRITORIES,
    key: str = "balance",
    height: int = HEIGHT,
) -> TableEvent | None:
    """
    Show how each territory stands against what it is to have.

    Parameters
    ----------
    view
        The scenario as it is.
    fmt
        How figures are written.
    measures
        Up to three, each with its own tolerance.
    colours
        Colour by territory, as on the map.
    after
        The scenario as it would be; figures that change show both.
    locked
        Territories that stay as they are.
    selected
        The territory that is assigned to; None: none.
    events
        Which gestures come back; each costs a rerun. What is not named is not offered.
    key
        Unique on the page; sorting, filters and focus are kept under it.
    height
        Pixels, of the filters and the table.

    Returns
    -------
    The gesture that no `take` has taken, once: ``lock``, ``unlock``, ``zoom`` or
    ``select`` with the territories meant; None if there was none.
    """
    data = table_data(
        view,
        fmt,
        measures=measures,
        colours=colours,
        after=after,
        locked=locked,
        selected=selected,
    )
    payload = {**data, "key": key, "events": list(events), "height": height}
    return show_territories(payload, key)


def table_data(
    view: TerritoryView,
    fmt: Formats,
    *,
    measures: Sequence[MeasureColumn],
    colours: Mapping[str, str],
    after: TerritoryView | None = None,
    locked: Collection[str] = frozenset(),
    selected: str | None = None,
) -> dict[str, Any]:
    """
    Write what the browser's half shows; all text in it is plain.

    Parameters
    ----------
    view, fmt, measures, colours, after, locked, selected
        See `balance_table`.
    """
    now = after or view
    ids = now.territories.index.astype("str")
    former = view.territories.index.difference(ids) if after is not None else ids[:0]
    rows = pd.Index(sorted([*ids, *former])) if len(former) else ids
    fresh = ids.difference(view.territories.index)
    columns = figures_of(view, fmt, rows, measures, after)
    labels = {**territory_labels(view), **(territory_labels(now))}
    territories = pd.concat([now.territories, view.territories.loc[former]])
    titles = (
        territories["rep_name"].astype("str") + ", " + territories["name"].astype("str")
    )
    n_free = now.n_unassigned_accounts, view.n_unassigned_accounts
    count = f"All {fmt.number(len(ids))}"
    return {
        "label": plain_text(f"Balance of {view.scenario.name}"),
        "rows": [
            [
                name,
                plain_text(labels[name], LABEL_LETTERS),
                plain_text(titles[name]),
                colours.get(name, GREY),
            ]
            for name in rows
        ],
        "locked": _places(rows, locked),
        "changed": np.flatnonzero(_changed(columns, rows, fresh, former)).tolist(),
        "fresh": _places(rows, fresh),
        "gone": _places(rows, former),
        "isPending": after is not None,
        "off": np.flatnonzero(_off(columns, rows)).tolist(),
        "selected": selected or "",
        "columns": [column.payload() for column in columns],
        "foot": ["Unassigned" if any(n_free) else "", count],
    }


def _places(rows: pd.Index, names: Collection[str]) -> list[int]:
    return np.flatnonzero(rows.isin(list(names))).tolist()


def _changed(
    columns: Sequence[Figures], rows: pd.Index, fresh: pd.Index, former: pd.Index
) -> np.ndarray:
    """Tell which territories hold something else, are new or are no more."""
    is_changed = rows.isin([*fresh, *former])
    for column in columns:
        if column.is_holding:
            is_changed |= column.changed()
    return is_changed


def _off(columns: Sequence[Figures], rows: pd.Index) -> np.ndarray:
    """Tell which territories are beyond a tolerance."""
    off = np.zeros(len(rows), dtype=bool)
    for column in columns:
        if column.is_bar and column.tolerance is not None:
            off |= column.now.abs().to_numpy(dtype=float) > column.tolerance + 1e-9
    return off
