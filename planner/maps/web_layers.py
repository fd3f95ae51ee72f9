"""Layers of a map to send: ground, areas, points and routes, all of GeoJson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.text import map_text
from planner.geography.colours import GREY, INK
from planner.maps.outlines import coarsened, name_places
from planner.maps.sheet import MapSheet, Route, facts_of

RULE = "#A9A8A1"
DECIMALS = 4  # of degrees: 11 m
DETAIL_SHARE = 1 / 4_000  # of the map's span: how far a border may be off
MOST_VERTICES = 60_000  # about a megabyte
MOST_WITH_FACTS = 5_000  # points; with more only the name of each is told


def _light(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Leave out vertices until the file is small; round to what a map shows."""
    west, south, east, north = shapes.total_bounds
    detail = max(east - west, north - south) * DETAIL_SHARE
    coarse = coarsened(shapes, detail, MOST_VERTICES)
    rounded = shapely.transform(coarse.to_numpy(), lambda c: np.round(c, DECIMALS))
    return gpd.GeoSeries(rounded, index=shapes.index, crs=shapes.crs)


def add_ground(web_map: folium.Map, ground: gpd.GeoSeries) -> None:
    """Add quiet outlines, which nobody can press."""
    features = [
        _feature(number, shape, {}) for number, shape in enumerate(_light(ground))
    ]
    folium.GeoJson(
        _collection(features),
        style_function=lambda _: {"color": RULE, "weight": 1, "fill": False},
        control=False,
        interactive=False,
    ).add_to(web_map)


def add_layers(web_map: folium.Map, sheet: MapSheet) -> None:
    """Add the areas, each layer of several to be chosen by its name."""
    names = sheet.layers
    for place, layer in enumerate(names):
        areas = sheet.areas_of(layer)
        if areas is None or areas.empty:
            continue
        home: Any = web_map
        if len(names) > 1:
            home = folium.FeatureGroup(
                name=map_text(layer), overlay=False, show=place == 0
            ).add_to(web_map)
        _add_areas(home, areas)
    if len(names) > 1:
        folium.LayerControl(position="topright", collapsed=False).add_to(web_map)


def _add_areas(home: Any, areas: gpd.GeoDataFrame) -> None:
    shapes = _light(areas.geometry)
    facts = _facts(areas, facts_of(areas))
    features = [
        _feature(number, shape, {"colour": _fill(colour), **row})
        for number, (shape, colour, row) in enumerate(
            zip(shapes, areas["colour"], facts, strict=True)
        )
    ]
    folium.GeoJson(
        _collection(features),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 0.78,
            "color": INK,
            "weight": 1,
        },
        popup=_popup(areas),
        control=False,
    ).add_to(home)
    is_named = (areas["label"].fillna("").astype(str) != "").to_numpy()
    labelled = shapes[is_named]
    order = np.argsort(-shapely.area(labelled.to_numpy()), kind="stable")
    names = areas["label"][is_named].iloc[order]
    _add_markers(
        home,
        name_places(labelled)[order],
        [f"<span>{map_text(name, 40)}</span>" for name in names],
        icon=folium.DivIcon(icon_size=(0, 0), class_name="map-name"),
    )


def add_points(web_map: folium.Map, points: pd.DataFrame) -> None:
    """Add points; with very many of them only the name of each."""
    headings = facts_of(points) if len(points) <= MOST_WITH_FACTS else []
    places = points[["lon", "lat"]].to_numpy(dtype=float).round(DECIMALS).tolist()
    features = [
        {
            "type": "Feature",
            "id": str(number),
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"colour": _fill(colour), **row},
        }
        for number, (place, colour, row) in enumerate(
            zip(places, points["colour"], _facts(points, headings), strict=True)
        )
    ]
    folium.GeoJson(
        _collection(features),
        marker=folium.CircleMarker(radius=5, weight=1, color="#FFFFFF", fill=True),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 0.95,
            "color": INK,
            "weight": 0.8,
        },
        popup=_popup(points, headings),
        control=False,
    ).add_to(web_map)


def add_route(web_map: folium.Map, route: Route) -> None:
    """Add a way, its home and its numbered stops."""
    way = [[lat, lon] for lon, lat in route.path.round(DECIMALS).tolist()]
    folium.PolyLine(way, color=route.colour, weight=4, interactive=False).add_to(
        web_map
    )
    if route.home is not None:
        _add_markers(
            web_map,
            np.array([route.home]),
            [""],
            icon=folium.DivIcon(icon_size=(16, 16), class_name="map-home"),
            of=pd.DataFrame({"label": [route.label]}),
        )
    _add_markers(
        web_map,
        route.stops[["lon", "lat"]].to_numpy(dtype=float),
        [
            f'<span style="background:{route.colour}">{number}</span>'
            for number in range(1, len(route.stops) + 1)
        ],
        icon=folium.DivIcon(icon_size=(26, 26), class_name="map-stop"),
        of=route.stops,
    )


def _add_markers(
    home: Any,
    places: np.ndarray,
    markup: Sequence[str],
    *,
    icon: folium.DivIcon,
    of: pd.DataFrame | None = None,
) -> None:
    """
    Add small elements of the page at places.

    Parameters
    ----------
    home
        The map or a layer of it.
    places : shape (n, 2)
        Longitude and latitude.
    markup
        What each holds; its texts are safe already.
    icon
        Size and class of all.
    of
        `label` and facts of each, to be shown when it is pressed; None: nothing is.

    Notes
    -----
    All in one GeoJson: a folium marker of its own begins with Leaflet's blue pin, which
    is a picture to fetch, and its popup needs jQuery.
    """
    rows = [{} for _ in markup] if of is None else _facts(of, facts_of(of))
    features = [
        _feature(number, shapely.Point(place), {"markup": text, **row})
        for number, (place, text, row) in enumerate(
            zip(places.round(DECIMALS), markup, rows, strict=True)
        )
    ]
    folium.GeoJson(
        _collection(features),
        marker=folium.Marker(
            icon=icon, interactive=of is not None, keyboard=of is not None
        ),
        style_function=lambda feature: {"html": feature["properties"]["markup"]},
        popup=None if of is None else _popup(of),
        control=False,
    ).add_to(home)


def _facts(frame: pd.DataFrame, headings: Sequence[str]) -> list[dict[str, str]]:
    """Write the name and the facts of each row as text that markup cannot run."""
    keys = ["name", *(f"f{nth}" for nth in range(len(headings)))]
    columns = [frame[name] for name in ("label", *headings)]
    texts = [
        [map_text(value) for value in column.astype(object).where(column.notna(), "")]
        for column in columns
    ]
    rows = zip(*texts, strict=True)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _popup(
    frame: pd.DataFrame, headings: Sequence[str] | None = None
) -> folium.GeoJsonPopup:
    facts = facts_of(frame) if headings is None else headings
    return folium.GeoJsonPopup(
        fields=["name", *(f"f{nth}" for nth in range(len(facts)))],
        aliases=["", *map(map_text, facts)],
        localize=False,
        max_width=300,
    )


def _fill(colour: object) -> str:
    return GREY if pd.isna(colour) else str(colour)


def _feature(number: int, shape: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": str(number),
        "geometry": shapely.geometry.mapping(shape),
        "properties": dict(properties),
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
