"""What all answers of the surface can do: be written to a file, be seen on a map."""

from __future__ import annotations

from abc import ABC, abstractmethod
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from planner.core.errors import InputError
from planner.core.files.tables import GEO_FORMATS, TABLE_SUFFIXES, write_frame

if TYPE_CHECKING:
    import folium

    from planner.maps.sheet import MapSheet


class Shown(ABC):
    """An answer with a table, shapes for maps, and a map of its own."""

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """Return what ``.csv``, ``.xlsx``, ``.json`` and ``.parquet`` hold."""

    @abstractmethod
    def shapes(self) -> gpd.GeoDataFrame:
        """Return what ``.geojson`` and ``.gpkg`` hold, EPSG:4326."""

    @abstractmethod
    def sheet(self) -> MapSheet:
        """Say what the map shows."""

    def to_file(self, path: str | PathLike[str]) -> None:
        """
        Write a file, whole or not at all.

        Parameters
        ----------
        path
            Ends in .csv, .xlsx, .json or .parquet, for the table, or in .geojson or
            .gpkg, for the shapes.

        Raises
        ------
        InputError
            If the suffix is none of these, there are no shapes, or nothing can be
            written there.
        """
        target = checked_path(path)
        form = target.suffix.lower().removeprefix(".")
        if f".{form}" not in TABLE_SUFFIXES:
            raise InputError(f"{target.name} must end in {', '.join(TABLE_SUFFIXES)}")
        frame = self.shapes() if form in GEO_FORMATS else self.table()
        try:
            write_frame(frame, target, index=frame.index.name is not None)
        except OSError as error:
            raise unwritable(target, error) from None

    def map(self) -> folium.Map:
        """
        Draw a map that shows itself in a notebook; its `save` writes one HTML file.

        Raises
        ------
        InputError
            If nothing in it has a place on earth.
        """
        from planner.maps.web_page import page_map

        return page_map(self.sheet())


def checked_path(path: Any) -> Path:
    """Make a path of what a caller gave; InputError if it is none."""
    if not isinstance(path, str | PathLike):
        raise InputError(f"path must be a text or a Path, got {type(path).__name__}")
    return Path(path)


def unwritable(path: Path, error: OSError) -> InputError:
    """Say that a file cannot be written, and why."""
    return InputError(f"{path}: cannot be written: {error.strerror}")


def points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put rows with `lat` and `lon` in degrees on the earth; both stay columns."""
    places = gpd.points_from_xy(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame, geometry=places, crs=4326)
