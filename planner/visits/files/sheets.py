"""A route for other programs: calendar file, GPX, CSV, navigation links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from planner.core.errors import InputError
from planner.core.files.spreadsheets import csv_bytes
from planner.core.units import clock_text

_PRODUCT = "-//planner//visit plan//EN"
_MOST_WAYPOINTS = 3  # Google Maps in a phone's browser takes no more
_UID_SPACE = uuid5(NAMESPACE_URL, "planner/visits")
_NOT_IN_XML = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)


def join_places(visits: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Add name, address and place to visits, in the order of the routes.

    Parameters
    ----------
    visits
        Frame after `core.schemas.VISITS`.
    accounts
        Frame after `core.schemas.ACCOUNTS`.

    Raises
    ------
    InputError
        If a visited account is missing.
    """
    unknown = ~visits["account_id"].isin(accounts.index)
    if unknown.any():
        account_id = visits.loc[unknown, "account_id"].iloc[0]
        raise InputError(f"account {account_id} is visited but not in the accounts")
    columns = ["name", "street", "city", "region", "postcode", "lat", "lon"]
    joined = visits.join(accounts[columns], on="account_id")
    ordered = joined.sort_values(["rep_id", "visit_on", "sequence"], kind="stable")
    return ordered.reset_index(drop=True)


def _address(stop: pd.Series) -> str:
    parts = [stop["street"], stop["city"], stop["region"], stop["postcode"]]
    return ", ".join(str(part) for part in parts if not pd.isna(part) and str(part))


def _clean(text: object) -> str:
    """Drop characters that neither XML nor a calendar may hold."""
    return str(text).translate(_NOT_IN_XML)


def calendar_bytes(stops: pd.DataFrame, *, title: str = "Visits") -> bytes:
    """
    Write visits as a calendar file.

    Parameters
    ----------
    stops
        Visits of one rep as `join_places` gives them.
    title
        Name of the calendar.

    Returns
    -------
    An .ics file. Times are local without a time zone, so they show as planned wherever
    it is opened. The same rep, date and account keep their UID, so that a changed
    plan updates an imported one.

    Notes
    -----
    RFC 5545; text is escaped by `icalendar`. DTSTAMP is the day of the visit: the file
    depends on the plan alone.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _clean(title))
    for _, stop in stops.iterrows():
        midnight = pd.Timestamp(stop["visit_on"]).to_pydatetime()
        event = Event()
        key = f"{stop['rep_id']}/{midnight:%Y-%m-%d}/{stop['account_id']}"
        event.add("uid", f"{uuid5(_UID_SPACE, key)}@planner")
        event.add("dtstamp", _as_utc(midnight))
        event.add("dtstart", midnight + timedelta(seconds=int(stop["start_s"])))
        event.add("dtend", midnight + timedelta(seconds=int(stop["leave_s"])))
        event.add("summary", _clean(stop["name"]))
        event.add("location", _clean(_address(stop)))
        minutes = round(int(stop["travel_s"]) / 60)
        event.add(
            "description",
            f"Stop {int(stop['sequence'])}, account {_clean(stop['account_id'])}\n"
            f"{minutes} min on the road before, arrive "
            f"{clock_text(int(stop['arrive_s']))}",
        )
        event.add("geo", (float(stop["lat"]), float(stop["lon"])))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _as_utc(midnight: datetime) -> datetime:
    return midnight.replace(tzinfo=UTC)


def gpx_bytes(
    stops: pd.DataFrame,
    *,
    title: str = "Route",
    home: tuple[float, float] | None = None,
) -> bytes:
    """
    Write one day's route as GPX: a waypoint for each stop, and the route through them.

    Parameters
    ----------
    stops
        Visits of one rep and day as `join_places` gives them.
    home
        Latitude and longitude where the route starts and ends; None: at the stops.
    """
    from gpxpy.gpx import GPX, GPXRoute, GPXRoutePoint, GPXWaypoint

    gpx, route = GPX(), GPXRoute(name=_clean(title))
    gpx.creator, gpx.name = "planner", _clean(title)
    gpx.routes.append(route)
    ends = [] if home is None else [GPXRoutePoint(*home, name="Home")]
    route.points += ends
    for _, stop in stops.iterrows():
        place = round(float(stop["lat"]), 6), round(float(stop["lon"]), 6)
        times = [clock_text(int(stop[column])) for column in ("start_s", "leave_s")]
        texts = {
            "name": _clean(f"{int(stop['sequence'])}. {stop['name']}"),
            "description": _clean(f"{'-'.join(times)} {_address(stop)}"),
        }
        gpx.waypoints.append(GPXWaypoint(*place, **texts))
        route.points.append(GPXRoutePoint(*place, **texts))
    route.points += ends
    return str(gpx.to_xml()).encode()


def stops_csv(stops: pd.DataFrame) -> bytes:
    """Write visits as CSV with times of day as text."""
    table = stops.assign(
        arrive=stops["arrive_s"].map(clock_text),
        start=stops["start_s"].map(clock_text),
        leave=stops["leave_s"].map(clock_text),
        travel_min=(stops["travel_s"] / 60).round().astype(int),
        travel_km=(stops["travel_m"] / 1000).round(1),
    )
    columns = ["rep_id", "visit_on", "sequence", "account_id", "name", "street", "city"]
    columns += ["region", "postcode", "lat", "lon", "arrive", "start", "leave"]
    columns += ["travel_min", "travel_km"]
    return csv_bytes(table[columns], index=False)


def navigation_links(
    stops: pd.DataFrame, *, home: tuple[float, float] | None = None
) -> pd.DataFrame:
    """
    Make the links that open a route in a navigation app.

    Parameters
    ----------
    stops
        Visits of one rep and day as `join_places` gives them.
    home
        Latitude and longitude of the last leg's end; None: the last stop.

    Returns
    -------
    One row for each leg, in order: `leg` (from 1), `name` of its end, `google`,
    `apple`, `waze`, `geo` (opens the phone's own choice), and `google_onward`: from
    this stop through up to three more waypoints, on the first leg of each such group.

    Notes
    -----
    Google's documented address form takes three waypoints in a phone's browser.
    """
    targets = [
        (float(stop["lat"]), float(stop["lon"]), str(stop["name"]))
        for _, stop in stops.iterrows()
    ]
    if home is not None:
        targets.append((*home, "Home"))
    rows = []
    for number, (lat, lon, name) in enumerate(targets):
        place = f"{lat:.6f},{lon:.6f}"
        is_group_start = number % (_MOST_WAYPOINTS + 1) == 0
        group = targets[number : number + _MOST_WAYPOINTS + 1]
        rows.append(
            {
                "leg": number + 1,
                "name": name,
                "google": _google([(lat, lon, name)]),
                "apple": f"https://maps.apple.com/?{urlencode({'daddr': place})}",
                "waze": f"https://waze.com/ul?ll={quote(place)}&navigate=yes",
                "geo": f"geo:{place}?q={place}({quote(_clean(name), safe='')})",
                "google_onward": _google(group) if is_group_start else "",
            }
        )
    columns = ["leg", "name", "google", "apple", "waze", "geo", "google_onward"]
    return pd.DataFrame(rows, columns=columns)


def _google(targets: Sequence[tuple[float, float, str]]) -> str:
    """Link from where one is through all targets to the last of them."""
    *through, (lat, lon, _) = targets
    query = {"api": "1", "destination": f"{lat:.6f},{lon:.6f}", "travelmode": "driving"}
    if through:
        query["waypoints"] = "|".join(f"{a:.6f},{b:.6f}" for a, b, _ in through)
    return f"https://www.google.com/maps/dir/?{urlencode(query)}"
