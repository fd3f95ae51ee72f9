"""A rep's day on the map: home, route, numbered stops."""

from __future__ import annotations

import pandas as pd

from planner.core.formats import Formats
from planner.services.visits.plans import RepWeeks
from planner.ui.components.planmap import Ground, Home, Line, MapData, Stop
from planner.ui.maps.palette import ACCENT
from planner.ui.simulated import signed

MARGIN_SHARE = 0.15
LEAST_MARGIN_DEG = 0.03


def route_map(
    weeks: RepWeeks, stops: pd.DataFrame, base: Ground | None, fmt: Formats
) -> MapData:
    """
    Draw one day of a rep.

    Parameters
    ----------
    weeks
        The rep's weeks: whose home it is.
    stops
        The day's rows of `RepWeeks.stops`, in order.
    base
        Quiet outlines beneath; None: none.
    fmt
        The user's formats.
    """
    home = (float(weeks.rep["lat"]), float(weeks.rep["lon"]))
    path = [home, *zip(stops["lat"], stops["lon"], strict=True), home]
    map_stops = [
        Stop(
            stop_id=str(stop.account_id),
            name=str(stop.name),
            lat=float(stop.lat),
            lon=float(stop.lon),
            facts=(
                ("Arrive", fmt.clock(stop.arrive_s)),
                ("Leave", fmt.clock(stop.leave_s)),
                (signed("Class", "visit_class"), str(stop.visit_class)),
                (signed("Last visit", "last_visit_on"), fmt.day(stop.last_visit_on)),
            ),
        )
        for stop in stops.itertuples(index=False)
    ]
    return MapData(
        label=f"Route of {weeks.rep['name']}, {len(stops)} stops",
        base=base,
        lines=[Line(path=path, colour=ACCENT, stops=map_stops, label="Route")],
        homes=[
            Home(home_id="home", name=str(weeks.rep["name"]), lat=home[0], lon=home[1])
        ],
        fit=_around(path),
        distance_unit=fmt.distance_unit,
    )


def _around(path: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Frame a path with some room."""
    lats, lons = zip(*path, strict=True)
    high = max(LEAST_MARGIN_DEG, (max(lats) - min(lats)) * MARGIN_SHARE)
    wide = max(LEAST_MARGIN_DEG, (max(lons) - min(lons)) * MARGIN_SHARE)
    return min(lats) - high, min(lons) - wide, max(lats) + high, max(lons) + wide
