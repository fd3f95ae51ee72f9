"""The map of a fault: where accounts are, and where they seem to belong."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.core.formats import Formats
from planner.ui.components.planmap import (
    Entry,
    Ground,
    Line,
    MapData,
    Points,
    places_of,
)
from planner.ui.maps.palette import ACCENT, FAULT

SHOWN_POINTS = 2000
SHOWN_LINES = 60
MARGIN_DEG = 0.4
LEAST_SPAN_DEG = 6.0


def fault_map(
    rows: pd.DataFrame, title: str, fmt: Formats, base: Ground | None
) -> MapData | None:
    """
    Draw examples of a fault.

    Parameters
    ----------
    rows
        Of `HealthReport.rows`: name, lat, lon, value, suggest_lat, suggest_lon.
    title
        What the fault is.
    fmt
        The user's formats.
    base
        Quiet outlines beneath.

    Returns
    -------
    The map; None if no row can be drawn.
    """
    visible = rows.head(SHOWN_POINTS)
    now = _drawable(visible, "lat", "lon")
    better = _drawable(visible, "suggest_lat", "suggest_lon")
    if now.empty and better.empty:
        return None
    better.index = better.index.astype("str") + " →"
    points = pd.concat([now, better])
    codes = np.repeat(np.array([0, 1], dtype=np.uint16), [len(now), len(better)])
    both = visible.index.intersection(now.index)
    return MapData(
        label=f"{title}: {len(now)} accounts",
        base=base,
        points=Points(
            places=places_of(points, facts={"Found": points["value"]}), codes=codes
        ),
        lines=[
            _moved(visible.loc[account_id])
            for account_id in both[:SHOWN_LINES]
            if pd.notna(visible.at[account_id, "suggest_lat"])
        ],
        legend=[
            Entry(label="As it is", colour=FAULT, count=fmt.number(len(now))),
            *(
                [Entry(label="Suggested", colour=ACCENT, count=fmt.number(len(better)))]
                if len(better)
                else []
            ),
        ],
        legend_title=title,
        fit=_around(points),
        has_borders=False,
        distance_unit=fmt.distance_unit,
    )


def _drawable(rows: pd.DataFrame, lat: str, lon: str) -> pd.DataFrame:
    """Keep what lies on the globe, under the columns lat and lon."""
    places = pd.DataFrame(
        {
            "name": rows["name"],
            "lat": rows[lat].astype(float),
            "lon": rows[lon].astype(float),
            "value": rows["value"].fillna("").astype("str"),
        }
    )
    return places[places["lat"].between(-90, 90) & places["lon"].between(-180, 180)]


def _moved(row: pd.Series) -> Line:
    return Line(
        path=[
            (float(row["lat"]), float(row["lon"])),
            (float(row["suggest_lat"]), float(row["suggest_lon"])),
        ],
        colour=ACCENT,
        label=str(row["name"]),
    )


def _around(points: pd.DataFrame) -> tuple[float, float, float, float]:
    """Frame all points; a lone one with enough around it to be recognised."""
    low, high = points[["lat", "lon"]].min(), points[["lat", "lon"]].max()
    span_deg = float((high - low).max())
    margin_deg = max(MARGIN_DEG, (LEAST_SPAN_DEG - span_deg) / 2)
    south, west = low - margin_deg
    north, east = high + margin_deg
    return float(south), float(west), float(north), float(east)
