"""A map as a picture: SVG for pages and notebooks, PNG and PDF for documents."""

from __future__ import annotations

import io
import threading
import warnings
from typing import Any, Literal

import geopandas as gpd
import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from planner.core.errors import InputError
from planner.core.text import plain_text
from planner.geography.colours import GREY, INK, PAPER
from planner.maps.furniture import add_legend, add_scale_bar, add_simulated
from planner.maps.labels import place_labels
from planner.maps.outlines import name_places
from planner.maps.sheet import MapSheet, Route
from planner.maps.svg_text import tidied
from planner.maps.view import View, on_page, projected, view_of

POINTS_PER_INCH = 72  # one unit of an SVG or PDF is then one pixel of the size asked
PNG_DPI = 144
DOTS_DPI = 216  # of that image: sharp on a fine screen and in print
FOOT = 34.0  # pixels below the map, for its key and scale
NAME_SIZE, STOP_SIZE = 11.0, 9.0
STOP_ROOM = 13.0  # as if its number were of this size: its circle is larger
MOST_VECTOR_DOTS = 1_000  # more are one image inside the SVG: they were most of it
RULE = "#C9C8C1"
_SETTINGS = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Segoe UI", "Roboto", "Helvetica Neue", "Arial", "DejaVu Sans"],
    "svg.fonttype": "none",  # text stays text: small, readable by machines, any script
    "svg.hashsalt": "planner",  # equal maps, equal bytes
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
}
# The settings above belong to the process, not to a figure: one map at a time.
_DRAWING = threading.RLock()

Form = Literal["svg", "png", "pdf"]


def picture(sheet: MapSheet, width: int = 960, height: int = 600) -> Figure:
    """
    Draw a map.

    Parameters
    ----------
    sheet
        What to show; of several layers of areas the first.
    width, height
        Pixels.

    Returns
    -------
    A figure of its own, known to no pyplot.
    """
    with _DRAWING, mpl.rc_context(_SETTINGS):
        return _drawn(sheet, width, height)


def picture_bytes(
    sheet: MapSheet, form: Form = "svg", width: int = 960, height: int = 600
) -> bytes:
    """
    Write a map as a file: equal maps, equal bytes.

    Parameters
    ----------
    sheet, width, height
        As for `picture`.
    form
        ``svg``, ``png`` or ``pdf``.

    Raises
    ------
    InputError
        If the format is another one.
    """
    dates = {"svg": "Date", "png": "Software", "pdf": "CreationDate"}
    if form not in dates:
        raise InputError(f"a picture is one of svg, png, pdf, got {form!r}")
    content = io.BytesIO()
    with _DRAWING, mpl.rc_context(_SETTINGS):
        figure = _drawn(sheet, width, height)
        dpi = PNG_DPI if form == "png" else DOTS_DPI
        with warnings.catch_warnings():
            if form == "svg":  # whoever shows it has the fonts that are missing here
                warnings.filterwarnings("ignore", message="Glyph")
            figure.savefig(content, format=form, dpi=dpi, metadata={dates[form]: None})
    if form != "svg":
        return content.getvalue()
    names = plain_text(sheet.title), _description(sheet)
    return tidied(content.getvalue(), *names).encode()


def svg_picture(sheet: MapSheet, width: int = 960, height: int = 600) -> str:
    """Write a map as one ``<svg>`` element to stand in a page; see `picture_bytes`."""
    return picture_bytes(sheet, "svg", width, height).decode()


def _description(sheet: MapSheet) -> str:
    """Tell who does not see the map what is on it."""
    n_areas = 0 if sheet.areas is None else len(sheet.areas)
    n_points = 0 if sheet.points is None else len(sheet.points)
    counts = (
        (n_areas, "areas"),
        (n_points, "points"),
        (sum(len(route.stops) for route in sheet.routes), "stops"),
    )
    return ", ".join(f"{n} {things}" for n, things in counts if n)


def _drawn(sheet: MapSheet, width: int, height: int) -> Figure:
    size = (width / POINTS_PER_INCH, height / POINTS_PER_INCH)
    figure = Figure(figsize=size, dpi=POINTS_PER_INCH, facecolor=PAPER)
    FigureCanvasAgg(figure)
    share = FOOT / height
    axes = figure.add_axes((0, share, 1, 1 - share), facecolor=PAPER)
    axes.set_axis_off()
    view = view_of(sheet, axes, (float(width), height - FOOT))
    if sheet.ground is not None:
        _draw_ground(sheet.ground, view)
    areas = sheet.areas_of(sheet.layers[0])
    shapes = None
    if areas is not None and len(areas):
        shapes = _draw_areas(areas, view)
    if sheet.points is not None and len(sheet.points):
        _draw_points(sheet, view)
    for route in sheet.routes:
        _draw_route(route, view)
    if areas is not None and shapes is not None:
        _draw_names(areas["label"].fillna(""), shapes, view)
    # Drawing areas lets the axes choose what to show; the view decides.
    right, top = view.metres(view.frame)
    axes.set(xlim=(view.left_m, right), ylim=(view.bottom_m, top))
    add_legend(figure, sheet.legend, sheet.legend_title, FOOT)
    add_simulated(figure, sheet.simulated)
    add_scale_bar(figure, view.m_per_pixel, sheet.distance_unit, FOOT)
    return figure


def _draw_ground(ground: gpd.GeoSeries, view: View) -> None:
    lines = on_page(projected(ground, view).boundary, view)
    lines = lines[~lines.is_empty]
    if len(lines):
        lines.plot(ax=view.axes, color=RULE, linewidth=0.7, aspect=None, zorder=3)


def _draw_areas(areas: gpd.GeoDataFrame, view: View) -> gpd.GeoSeries:
    """Fill the areas, hatch those without a colour; return them as drawn."""
    shapes = on_page(projected(areas.geometry, view), view)
    is_seen, is_plain = ~shapes.is_empty.to_numpy(), areas["colour"].isna().to_numpy()
    common: dict[str, Any] = {"ax": view.axes, "aspect": None}
    coloured = shapes[is_seen & ~is_plain]
    if len(coloured):
        fills = list(areas["colour"][is_seen & ~is_plain])
        coloured.plot(color=fills, linewidth=0, zorder=2, **common)
        coloured.plot(
            facecolor="none", edgecolor=INK, linewidth=0.9, zorder=3.5, **common
        )
    plain = shapes[is_seen & is_plain]
    if len(plain):
        plain.plot(facecolor=PAPER, edgecolor=GREY, hatch="////", zorder=1, **common)
    return shapes


def _draw_points(sheet: MapSheet, view: View) -> None:
    points = sheet.points
    assert points is not None  # noqa: S101 - the caller saw them
    metres = view.project(points[["lon", "lat"]].to_numpy(dtype=float))
    view.axes.scatter(
        metres[:, 0],
        metres[:, 1],
        s=7.0 if sheet.areas is None else 3.0,
        c=list(points["colour"].fillna(GREY)),
        linewidths=0,
        zorder=4,
        rasterized=len(points) > MOST_VECTOR_DOTS,
    )


def _draw_route(route: Route, view: View) -> None:
    """Draw the way, home as a square, stops by number: aside where they are near."""
    way = view.project(route.path)
    view.axes.plot(*way.T, color=route.colour, linewidth=2, zorder=5)
    stops = way if route.home is None else way[1:-1]
    if route.home is not None:
        home: dict[str, Any] = {"s": 70, "marker": "s", "c": INK, "edgecolors": PAPER}
        view.axes.scatter(way[:1, 0], way[:1, 1], zorder=6, **home)
    pixels = view.pixels(stops)
    middles = place_labels(["00"] * len(stops), pixels, STOP_ROOM, view.frame)
    spots = [
        tuple(place) if middle is None else middle
        for place, middle in zip(pixels, middles, strict=True)
    ]
    for number, spot in enumerate(spots, start=1):
        view.axes.text(
            *view.metres(spot),
            str(number),
            color=PAPER,
            fontsize=STOP_SIZE,
            fontweight="bold",
            ha="center",
            va="center",
            zorder=7 + 1 / number,  # without room for all the first lie on top
            bbox={"boxstyle": "circle,pad=0.3", "fc": route.colour, "ec": PAPER},
        )


def _draw_names(names: Any, shapes: gpd.GeoSeries, view: View) -> None:
    """Write the names of the areas, the largest first; none covers another."""
    is_named = (names.astype(str) != "").to_numpy() & ~shapes.is_empty.to_numpy()
    if not is_named.any():
        return
    labelled = shapes[is_named].iloc[np.argsort(-shapes[is_named].area, kind="stable")]
    texts = [plain_text(names[name], 24) for name in labelled.index]
    places = view.pixels(name_places(labelled))
    for text, middle in zip(
        texts, place_labels(texts, places, NAME_SIZE, view.frame), strict=True
    ):
        if middle is not None:
            view.axes.text(
                *view.metres(middle),
                text,
                parse_math=False,  # a name with two dollars is no formula
                color=INK,
                fontsize=NAME_SIZE,
                fontweight="bold",
                ha="center",
                va="center",
                zorder=8,
                bbox={"boxstyle": "round,pad=0.15", "fc": PAPER, "ec": "none"}
                | {"alpha": 0.72},
            )
