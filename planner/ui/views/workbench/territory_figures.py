"""What the territories of a scenario come to as a whole, before → after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from planner.core.formats import Formats
from planner.core.units import M_PER_KM
from planner.services.balance.request import LABELS
from planner.services.territories import view as territory_view
from planner.services.territories.view import TerritoryView
from planner.ui import widgets

Write = Callable[[Any], str]
_MET = 1e-6  # rounding allowed at a limit


def figures(
    fmt: Formats,
    view: TerritoryView,
    after: TerritoryView | None,
    measures: Mapping[str, float | None],
) -> None:
    """
    Show what the whole comes to, before → after.

    Parameters
    ----------
    fmt
        How figures are written.
    view, after
        The plan as it is saved, and with what is pending or offered.
    measures
        The measures that are balanced, each with its tolerance (None: none was asked).
    """
    now = after or view
    km = territory_view.travel_of(now)["weighted_mean_km"]
    was_km = territory_view.travel_of(view)["weighted_mean_km"]
    pieces, was_pieces = _pieces(now), _pieces(view)
    is_new = after is None or view.territories.empty
    n_left, was_left = now.n_unassigned_accounts, view.n_unassigned_accounts
    rows: list[tuple[str, float, float, Write, Write | None]] = [
        ("Travel to the centre", km * M_PER_KM, was_km * M_PER_KM, fmt.distance, None),
        ("Territories in pieces", pieces, was_pieces, fmt.number, fmt.signed),
        ("Accounts unassigned", n_left, was_left, fmt.number, fmt.signed),
    ]
    widgets.metric_row(
        [
            *_worst(fmt, view, now, measures, is_new=is_new),
            *(
                _metric(label, new, None if is_new else old, write, sign, fmt)
                for label, new, old, write, sign in rows
            ),
        ]
    )
    n_outside = int(now.accounts["unit_id"].isna().sum())
    if n_outside:
        lie = "1 account lies" if n_outside == 1 else f"{fmt.number(n_outside)} lie"
        st.caption(
            f"{lie} outside every unit, so no territory of units can hold it; look for "
            "accounts without territory on the Accounts page and mend their place."
        )


def _worst(
    fmt: Formats,
    view: TerritoryView,
    now: TerritoryView,
    measures: Mapping[str, float | None],
    *,
    is_new: bool,
) -> Iterator[widgets.Metric]:
    """Write the worst deviation of each measure, and which limit it misses."""
    for measure, tolerance in measures.items():
        if measure not in now.index.index:
            continue  # hours with driving, which no view has
        worst = float(now.index[measure])
        label = _label(now)
        if len(measures) > 1:
            label += f", {LABELS[measure].lower()}"
        old = None if is_new else float(view.index[measure])
        metric = replace(
            _metric(label, worst, old, fmt.share, fmt.points, fmt), of=(measure,)
        )
        if tolerance is not None and worst > tolerance + _MET:
            text = f"limit {fmt.share(tolerance, 0)} not met"
            metric = replace(metric, change=text, good=False)
        yield metric


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
