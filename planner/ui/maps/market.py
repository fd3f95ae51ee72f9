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
    data: MapData, values: pd.Series, name: str, unit: str, fmt: Formats
) -> MapData:
    """
    Shade the units of a map by a market layer.

    Parameters
    ----------
    data
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
    if data.units is None:
        return data
    ids = list(data.units.shapes.ids)
    figures = values.reindex(ids).to_numpy(dtype=float)
    numbers = figures[~np.isnan(figures)]
    if not numbers.size:
        return data
    cuts = np.unique(np.quantile(numbers, [0.2, 0.4, 0.6, 0.8]))
    first = len(data.legend)
    codes = np.where(
        np.isnan(figures), NONE, first + np.searchsorted(cuts, figures, side="right")
    )
    edges = [float(numbers.min()), *cuts.tolist(), float(numbers.max())]
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
        data,
        units=Units(shapes=data.units.shapes, codes=codes.astype(np.uint16)),
        legend=[*data.legend, *entries],
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
    figures = values.reindex(list(shapes.ids)).to_numpy(dtype=float)
    top = float(np.nanmax(figures, initial=0.0))
    if top <= 0:
        return {}
    label = f"{name}, to {_short(top, fmt)} {unit}".strip()
    return {"market": np.clip(figures / top, 0, 1), "market_label": label}


def _spread(n_classes: int) -> list[str]:
    """Take shades from light to dark, the darkest for the highest class."""
    places = np.linspace(0, len(SHADES) - 1, n_classes).round().astype(int)
    return [SHADES[place] for place in places]


def _short(value: float, fmt: Formats) -> str:
    """Write a bound: whole where that says enough."""
    digits = 0 if abs(value) >= 10 else _DIGITS - 1
    return fmt.number(value, digits)
