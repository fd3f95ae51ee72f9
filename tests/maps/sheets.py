"""A small map of everything a map can show, under one name."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import MultiPolygon, box

from planner.maps.sheet import MapSheet, Route, Swatch

HOSTILE = (
    "</title></script><script>window.__ran=1</script><img src=x onerror=window.__ran=1>"
    "`${window.__ran=1}` {{7*7}} $\\frac{1}{0}$ _x \x00\u202e & Söhne"
)


def areas(name="T01", **facts):
    """Make two coloured squares side by side, and two that are nobody's."""
    shapes = [
        box(-90, 40, -89, 41),
        box(-89, 40, -88, 41),
        MultiPolygon([box(-88, 40, -87, 41), box(-86.5, 40, -86, 41)]),
    ]
    table = {"label": [name, name, ""], "colour": ["#77AADD", "#EE8866", None]}
    index = ["T01", "T02", "unassigned"]
    return gpd.GeoDataFrame(table | facts, geometry=shapes, index=index, crs=4326)


def full(name="T01", **more):
    """Make a map with areas, ground, points, a route and a key, all of one name."""
    places = pd.DataFrame(
        {"lon": [-89.5, -88.5], "lat": [40.5, 40.6], "label": name, "Owner": name}
    )
    parts = {
        "title": name,
        "subtitle": name,
        "simulated": name,
        "areas": areas(name, Accounts="12"),
        "ground": gpd.GeoSeries([box(-91, 39, -85, 42)], crs=4326),
        "points": places.assign(colour="#1F2933"),
        "routes": [
            Route(stops=places, home=(-89.2, 40.2), label=name, colour="#0B6E99")
        ],
        "legend": [Swatch(label=name, colour="#77AADD", count=name)],
        "legend_title": name,
        "source": name,
    }
    return MapSheet(**(parts | more))
