"""What the territories of a scenario come to as a whole, before → after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.services.territories import view as territory_view
from planner.services.territories.view import TerritoryView
from planner.ui import widgets

Write = Callable[[Any], str]


def figures(
    fmt: Formats,
    view: TerritoryView,
    after: TerritoryView | None,
    measure: str,
) -> None:
    """Show what the whole comes to, before → after."""
    now = after or view
    km = territory_view.travel_of(now)["weighted_mean_km"]
    was_km = territory_view.travel_of(view)["weighted_mean_km"]
    worst, was_worst = float(now.index[measure]), float(view.index[measure])
    pieces, was_pieces = _pieces(now), _pieces(view)
    is_new = after is None or view.territories.empty
    n_left, was_left = now.n_unassigned_accounts, view.n_unassigned_accounts
    rows: list[tuple[str, float, float, Write, Write | None]] = [
        (_label(now), worst, was_worst, fmt.share, fmt.points),
        ("Travel to the centre", km * M_PER_KM, was_km * M_PER_KM, fmt.distance, None),
        ("Territories in pieces", pieces, was_pieces, fmt.number, fmt.signed),
        ("Accounts unassigned", n_left, was_left, fmt.number, fmt.signed),
    ]
    widgets.metric_row(
        [
            _metric(label, new, None if is_new else old, write, sign, fmt)
            for label, new, old, write, sign in rows
        ]
    )
    n_outside = int(now.accounts["unit_id"].isna().sum())
    if n_outside:
        lie = "1 account lies" if n_outside == 1 else f"{fmt.number(n_outside)} lie"
        st.caption(
            f"{lie} outside every unit, so no territory of units can hold it; look for "
            "accounts without territory on the Accounts page and mend their place."
        )


def _label(view: TerritoryView) -> str:
    return "Worst, from wanted share" if view.has_shares else "Worst deviation"


def _metric(
    label: str,
    new: float,
    old: float | None,
    write: Write,
    sign: Write | None,
    fmt: Formats,
) -> widgets.Metric:
    """Make one figure; less is better in all of them."""
    if old is None:
        return widgets.Metric(label, write(new))
    change = new - old
    if abs(change) < 1e-9:
        return widgets.Metric(label, write(new), before=write(old), change="no change")
    if sign is None:
        text = f"{fmt.signed(fmt.length(change), 1)} {fmt.distance_unit}"
    else:
        text = sign(change)
    return widgets.Metric(
        label, write(new), before=write(old), change=text, good=change < 0
    )


def _pieces(view: TerritoryView) -> int:
    return int((view.territories["extra_pieces"] > 0).sum())
