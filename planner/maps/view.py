"""Where a printed map lies on its page: projection, scale and frame."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from pyproj import CRS, Transformer

from planner.maps.outlines import coarsened
from planner.maps.projection import page_crs
from planner.maps.sheet import MapSheet

MARGIN = 14.0  # pixels around the map
LEAST_M_PER_PIXEL = 5.0  # a single place is no dot on an empty street
DETAIL_PIXELS = 0.3  # how far a border may be off


@dataclass(frozen=True, slots=True)
class View:
    """Where the map lies on the page: its axes, projection and metres a pixel."""

    axes: Axes
    crs: CRS
    left_m: float
    bottom_m: float
    m_per_pixel: float
    frame: tuple[float, float]

    def project(self, degrees: np.ndarray) -> np.ndarray:
        """Bring longitude and latitude, shape (n, 2), to metres of the page."""
        transformer = Transformer.from_crs(4326, self.crs, always_xy=True)
        return np.column_stack(transformer.transform(degrees[:, 0], degrees[:, 1]))

    def pixels(self, metres: np.ndarray) -> np.ndarray:
        """Bring metres to pixels from the lower left corner of the map."""
        return (metres - [self.left_m, self.bottom_m]) / self.m_per_pixel

    def metres(self, pixels: tuple[float, float]) -> tuple[float, float]:
        """Bring pixels back to metres."""
        return (
            self.left_m + pixels[0] * self.m_per_pixel,
            self.bottom_m + pixels[1] * self.m_per_pixel,
        )


def view_of(sheet: MapSheet, axes: Axes, frame: tuple[float, float]) -> View:
    """Fit what is coloured, or what is to be looked at, into the frame."""
    places = sheet.coordinates()
    if sheet.fit is not None:
        edges = shapely.segmentize(shapely.box(*sheet.fit), 1.0)  # they bend
        places = shapely.get_coordinates(edges)
    crs = page_crs(places)
    transformer = Transformer.from_crs(4326, crs, always_xy=True)
    metres = np.column_stack(transformer.transform(places[:, 0], places[:, 1]))
    low, high = metres.min(axis=0), metres.max(axis=0)
    room = np.array(frame) - 2 * MARGIN
    m_per_pixel = max(LEAST_M_PER_PIXEL, float(((high - low) / room).max()))
    corner = (low + high) / 2 - np.array(frame) / 2 * m_per_pixel
    return View(axes, crs, float(corner[0]), float(corner[1]), m_per_pixel, frame)


def projected(shapes: gpd.GeoSeries, view: View) -> gpd.GeoSeries:
    """Bring shapes to the page, without the vertices that nobody sees."""
    return coarsened(shapes.to_crs(view.crs), DETAIL_PIXELS * view.m_per_pixel)


def on_page(shapes: gpd.GeoSeries, view: View) -> gpd.GeoSeries:
    """Cut off what lies beyond the page."""
    right, top = view.metres(view.frame)
    page = shapely.box(view.left_m, view.bottom_m, right, top)
    if shapely.box(*shapes.total_bounds).within(page):
        return shapes
    return shapes.make_valid().intersection(page)
