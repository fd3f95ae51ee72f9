"""Calendar, GPX, CSV and links: other programs read them, whatever the names hold."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse
from xml.etree import ElementTree as ET

import gpxpy
import icalendar
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.visits.files.sheets import (
    calendar_bytes,
    gpx_bytes,
    join_places,
    navigation_links,
    stops_csv,
)

HOSTILE = [
    'O\'Hare & Sons <b>"bold"</b>',
    "line\nbreak;comma, \\n BEGIN:VEVENT",
    "]]> <!DOCTYPE x [<!ENTITY a 'b'>]> \x0b\x00",
    "=HYPERLINK(1)",
    "Zürich 北京 ${x} `y`",
]
NAMESPACE = {"g": "http://www.topografix.com/GPX/1/1"}


@pytest.fixture
def stops():
    n = len(HOSTILE)
    accounts = pd.DataFrame(
        {
            "name": HOSTILE,
            "street": ["1 Main St", None, "<x>", "a,b;c", ""],
            "city": "Gary",
            "region": "IN",
            "postcode": "46402",
            "lat": [41.5 + i / 100 for i in range(n)],
            "lon": -87.3,
        },
        index=[f"A{i}" for i in range(n)],
    )
    visits = pd.DataFrame(
        {
            "rep_id": "R1",
            "visit_on": pd.Timestamp("2026-11-23"),
            "sequence": range(1, n + 1),
            "account_id": accounts.index,
            "arrive_s": [32_400 + 3_600 * i for i in range(n)],
            "start_s": [32_400 + 3_600 * i for i in range(n)],
            "leave_s": [34_200 + 3_600 * i for i in range(n)],
            "travel_s": 600,
            "travel_m": 8_000,
        }
    )
    return join_places(visits, accounts)


def test_the_calendar_parses_back_with_local_times(stops):
    calendar = icalendar.Calendar.from_ical(calendar_bytes(stops, title="R1, week 1"))
    events = list(calendar.walk("VEVENT"))
    assert len(events) == len(stops)
    assert events[0].decoded("dtstart").isoformat() == "2026-11-23T09:00:00"
    assert events[0].decoded("dtend").isoformat() == "2026-11-23T09:30:00"
    assert str(events[0]["summary"]) == HOSTILE[0]
    assert str(events[1]["summary"]) == HOSTILE[1]
    assert str(events[0]["location"]) == "1 Main St, Gary, IN, 46402"
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_a_changed_time_keeps_its_uid(stops):
    later = stops.assign(start_s=stops["start_s"] + 60)
    uids = [
        [
            str(event["uid"])
            for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
        ]
        for text in (calendar_bytes(stops), calendar_bytes(later))
    ]
    assert uids[0] == uids[1]
    assert calendar_bytes(stops) == calendar_bytes(stops)


def test_gpx_is_well_formed_with_hostile_names(stops):
    content = gpx_bytes(stops, title="<&>", home=(41.4, -87.2))
    root = ET.fromstring(content)  # noqa: S314 - our own file
    waypoints = root.findall("g:wpt", NAMESPACE)
    assert [float(w.get("lat")) for w in waypoints] == stops["lat"].tolist()
    assert waypoints[0].findtext("g:name", None, NAMESPACE) == f"1. {HOSTILE[0]}"
    assert waypoints[0].findtext("g:desc", "", NAMESPACE).startswith("09:00-09:30 1 M")
    route = root.findall("g:rte/g:rtept", NAMESPACE)
    assert len(route) == len(stops) + 2
    assert route[0].get("lon") == route[-1].get("lon") == "-87.2"
    (read,) = gpxpy.parse(content.decode()).routes
    assert read.name == "<&>"
    clean = [name.replace("\x0b", "").replace("\x00", "") for name in HOSTILE]
    numbered = [f"{number}. {name}" for number, name in enumerate(clean, start=1)]
    assert [point.name for point in read.points] == ["Home", *numbered, "Home"]


def test_gpx_writes_places_near_the_equator_as_decimals(stops):
    """Some readers take no exponents: 0.00001° is not written as 1e-05."""
    near = stops.iloc[:1].assign(lat=0.00001, lon=-0.00002)
    assert b'lat="0.00001' in gpx_bytes(near)
    assert b"e-" not in gpx_bytes(near).split(b"<wpt")[1].split(b">")[0]


def test_links_lead_leg_by_leg_and_hold_three_waypoints_at_most(stops):
    links = navigation_links(stops, home=(41.4, -87.2))
    assert links["leg"].tolist() == [1, 2, 3, 4, 5, 6]
    assert links["name"].iloc[-1] == "Home"
    query = parse_qs(urlparse(links["google"].iloc[1]).query)
    assert query == {
        "api": ["1"],
        "destination": ["41.510000,-87.300000"],
        "travelmode": ["driving"],
    }
    onward = [link for link in links["google_onward"] if link]
    assert len(onward) == 2
    first = parse_qs(urlparse(onward[0]).query)
    assert len(first["waypoints"][0].split("|")) == 3
    assert links["apple"].str.startswith("https://maps.apple.com/?daddr=").all()
    assert links["waze"].str.startswith("https://waze.com/ul?ll=").all()
    assert links["geo"].str.startswith("geo:41.").all()
    assert not links["geo"].str.contains("[<>&\n ]").any()


def test_csv_holds_no_formula(stops):
    text = stops_csv(stops).decode(errors="replace")
    assert "'=HYPERLINK" in text
    assert ",09:00,09:00,09:30,10,8.0" in text


def test_no_stops_give_empty_files(stops):
    none = stops.iloc[:0]
    assert list(icalendar.Calendar.from_ical(calendar_bytes(none)).walk("VEVENT")) == []
    assert ET.fromstring(gpx_bytes(none)).findall("g:wpt", NAMESPACE) == []  # noqa: S314
    assert navigation_links(none).empty


def test_an_unknown_account_is_named(stops):
    visits = stops[["rep_id", "visit_on", "sequence", "account_id"]]
    with pytest.raises(InputError, match="account A0 is visited"):
        join_places(visits, stops.set_index("account_id").iloc[1:])
