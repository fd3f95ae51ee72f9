"""A map as one HTML file to send: Leaflet inside, no request to any host."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import folium
import numpy as np
from branca.element import Figure
from folium.template import Template

from planner.core.errors import InputError
from planner.core.settings import ROOT
from planner.core.text import map_text
from planner.maps.sheet import MapSheet
from planner.maps.web_layers import add_ground, add_layers, add_points, add_route
from planner.maps.web_panels import Panels

VENDOR = ROOT / "static" / "vendor" / "leaflet"
MOST_POINTS = 30_000  # about five megabytes, and what a phone still draws
_IMAGE = re.compile(r"url\((images/[\w.-]+)\)")


class _Page(Figure):
    """
    One file that asks nobody for anything.

    Notes
    -----
    The policy in its head is the browser's own lock: nothing is fetched, no form is
    sent, no frame opened, whatever a later change of folium might add.
    """

    _template = Template(
        """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ this.title }}</title>
<style>{{ this.leaflet_css }}</style>
<script>{{ this.leaflet_js }}</script>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
    )

    def __init__(self, title: str) -> None:
        super().__init__(title=map_text(title))
        self.leaflet_css, self.leaflet_js = _leaflet()


class _Map(folium.Map):
    """A Leaflet map that names no file of others."""

    default_js: Sequence[tuple[str, str]] = []
    default_css: Sequence[tuple[str, str]] = []


def web_page(sheet: MapSheet) -> bytes:
    """
    Write a map as one HTML file that can be sent.

    Parameters
    ----------
    sheet
        What to show.

    Returns
    -------
    The file: it opens without internet and asks no host for anything.

    Raises
    ------
    InputError
        If there are more points than a file to send can hold.
    """
    return page_map(sheet).get_root().render().encode("utf-8", "replace")


def page_map(sheet: MapSheet) -> folium.Map:
    """
    Draw a map in a page of its own, which holds all it needs.

    Parameters
    ----------
    sheet
        What to show.

    Returns
    -------
    The map: it shows itself in a notebook, and its `save` writes the file.

    Raises
    ------
    InputError
        If there are more points than a file to send can hold.
    """
    page = _Page(sheet.title)
    web_map = folium_map(sheet)
    page.add_child(web_map)
    return web_map


def folium_map(sheet: MapSheet, leaflet_at: str | None = None) -> folium.Map:
    """
    Draw a map with folium, for a page around it.

    Parameters
    ----------
    sheet
        What to show.
    leaflet_at
        Where the page that shows it finds Leaflet's two files; None: they are in it.

    Raises
    ------
    InputError
        If there are more points than a file to send can hold.
    """
    n_points = 0 if sheet.points is None else len(sheet.points)
    if n_points > MOST_POINTS:
        raise InputError(
            f"a map to send holds at most {MOST_POINTS:,} points, got {n_points:,}: "
            "filter them first"
        )
    web_map = _Map(tiles=None, prefer_canvas=True, zoom_control="topright")
    if leaflet_at is not None:
        web_map.default_js = [("leaflet", f"{leaflet_at}/leaflet.js")]
        web_map.default_css = [("leaflet_css", f"{leaflet_at}/leaflet.css")]
    if sheet.ground is not None and len(sheet.ground):
        add_ground(web_map, sheet.ground)
    add_layers(web_map, sheet)
    if sheet.points is not None and n_points:
        add_points(web_map, sheet.points)
    for route in sheet.routes:
        add_route(web_map, route)
    west, south, east, north = sheet.fit or _bounds(sheet.coordinates())
    web_map.fit_bounds([[south, west], [north, east]], padding=(16, 16), max_zoom=14)
    web_map.add_child(Panels(sheet))
    return web_map


@cache
def _leaflet() -> tuple[str, str]:
    """Read Leaflet's style, its images in it, and its script."""

    def image(match: re.Match[str]) -> str:
        content = base64.b64encode((VENDOR / match[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{content})"

    style = _IMAGE.sub(image, _text_of(VENDOR / "leaflet.css"))
    return style, _text_of(VENDOR / "leaflet.js")


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _bounds(places: np.ndarray) -> tuple[float, float, float, float]:
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    return float(west), float(south), float(east), float(north)
