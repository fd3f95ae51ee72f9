"""A market layer: beneath accounts as five shades, over territories as circles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from planner.core.formats import Formats
from planner.ui.components.planmap import NONE, Entry, Layer, MapData, Units

SHADES = ("#F3EFE6", "#E3DBC8", "#CFC2A3", "#B5A37A", "#937F52")  # one hue, light first
_DIGITS = 3


def with_market(
    drawn: MapData, values: pd.Series, name: str, unit: str, fmt: Formats
) -> MapData:
    """
    Shade the units of a map by a market layer.

    Parameters
    ----------
    drawn
        A map of accounts over units without colours of their own.
    values
        Value by unit_id; units without one stay blank.
    name, unit
        Of the layer.
    fmt
        How figures are written.

    Returns
    -------
    The map with the units in fifths of the values, and the fifths in the legend.
    """
    if drawn.units is None:
        return drawn
    ids = list(drawn.units.shapes.ids)
    held = values.reindex(ids).to_numpy(dtype=float)
    known = held[~np.isnan(held)]
    if not known.size:
        return drawn
    cuts = np.unique(np.quantile(known, [0.2, 0.4, 0.6, 0.8]))
    first = len(drawn.legend)
    codes = np.where(
        np.isnan(held), NONE, first + np.searchsorted(cuts, held, side="right")
    )
    edges = [float(known.min()), *cuts.tolist(), float(known.max())]
    shades = _spread(len(cuts) + 1)
    entries = [
        Entry(
            label=f"{name} {_short(low, fmt)}–{_short(high, fmt)} {unit}".strip(),
            colour=shade,
            count=fmt.number(int((codes == first + place).sum())),
        )
        for place, (low, high, shade) in enumerate(
            zip(edges[:-1], edges[1:], shades, strict=True)
        )
    ]
    return replace(
        drawn,
        units=Units(shapes=drawn.units.shapes, codes=codes.astype(np.uint16)),
        legend=[*drawn.legend, *entries],
    )


def circles(
    shapes: Layer, values: pd.Series, name: str, unit: str, fmt: Formats
) -> dict[str, Any]:
    """
    Lay a market layer as circles over units that have colours of their own.

    Parameters
    ----------
    shapes
        The units.
    values
        Value by unit_id; units without one, or with none of it, get no circle.
    name, unit
        Of the layer.
    fmt
        How figures are written.

    Returns
    -------
    The fields `market` and `market_label` of `MapData`.
    """
    held = values.reindex(list(shapes.ids)).to_numpy(dtype=float)
    top = float(np.nanmax(held, initial=0.0))
    if top <= 0:
        return {}
    label = f"{name}, to {_short(top, fmt)} {unit}".strip()
    return {"market": np.clip(held / top, 0, 1), "market_label": label}


def _spread(n_classes: int) -> list[str]:
    """Take shades from light to dark, the darkest for the highest class."""
    places = np.linspace(0, len(SHADES) - 1, n_classes).round().astype(int)
    return [SHADES[place] for place in places]


def _short(value: float, fmt: Formats) -> str:
    """Write a bound: whole where that says enough."""
    digits = 0 if abs(value) >= 10 else _DIGITS - 1
    return fmt.number(value, digits)
