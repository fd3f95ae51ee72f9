"""Read, repair and dissolve the polygons of units."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.core.errors import CrsError, InputError, RowFault, SchemaError

_POLYGONAL = (3, 6)  # shapely type ids of Polygon and MultiPolygon
_COLLECTION = 7


def _read(path: Path) -> gpd.GeoDataFrame:
    """Read any vector file GDAL knows, gzipped or not, as EPSG:4326."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    source = f"/vsigzip/{path.resolve()}" if path.suffix == ".gz" else path
    try:
        frame = gpd.read_file(source)
    except Exception as error:  # GDAL raises its own kinds; all mean the same here
        raise InputError(f"{path.name} cannot be read as polygons: {error}") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{path.name} holds no shapes")
    if frame.crs is None:
        raise CrsError(f"{path.name} names no coordinate system; save it with one")
    return frame if frame.crs.equals("EPSG:4326") else frame.to_crs(4326)


def load_counties(
    data_dir: Path, regions: Iterable[str] | None = None
) -> gpd.GeoDataFrame:
    """
    Read the counties of the United States.

    Parameters
    ----------
    data_dir
        Folder that holds ``us_counties.geojson.gz``.
    regions
        Two-letter states to keep; None: all.

    Returns
    -------
    Columns name, region, geometry; indexed by `unit_id`, the five-digit FIPS code.

    Raises
    ------
    InputError
        If the file is missing or a region is not in it.
    """
    counties = _read(Path(data_dir) / "us_counties.geojson.gz")
    counties = counties.set_index(counties["unit_id"].astype("str"))
    counties = counties[["name", "region", "geometry"]].sort_index()
    if regions is None:
        return counties
    region_set = set(regions)
    unknown = region_set - set(counties["region"])
    if unknown:
        raise InputError(f"region {sorted(unknown)[0]!r} is no state of the county map")
    return counties[counties["region"].isin(region_set)]


def load_states(data_dir: Path) -> gpd.GeoDataFrame:
    """
    Read the outlines of the states.

    Parameters
    ----------
    data_dir
        Folder that holds ``us_states.geojson.gz``.

    Returns
    -------
    Columns name, geometry; indexed by `region`, the two-letter state.
    """
    states = _read(Path(data_dir) / "us_states.geojson.gz")
    return states.set_index(states["region"].astype("str"))[["name", "geometry"]]


def load_countries(data_dir: Path) -> gpd.GeoDataFrame:
    """
    Read the outlines of the countries.

    Parameters
    ----------
    data_dir
        Folder that holds ``world_countries.geojson.gz``.

    Returns
    -------
    Columns name, geometry; indexed by `country`, its two letters.
    """
    countries = _read(Path(data_dir) / "world_countries.geojson.gz")
    ids = countries["country"].astype("str")
    return countries.set_index(ids)[["name", "geometry"]]


def read_boundaries(path: Path, id_column: str | None = None) -> gpd.GeoDataFrame:
    """
    Read a user's polygons as units.

    Parameters
    ----------
    path
        A file of polygons that names its coordinate system: .geojson, .gpkg, zipped
        shapefile; may be gzipped.
    id_column
        Column with the id of each unit; None: ``unit_id`` if there is one, else rows
        are numbered from 1.

    Returns
    -------
    All columns of the file, name and region added where missing; indexed by `unit_id`
    (text), EPSG:4326, invalid rings repaired.

    Raises
    ------
    InputError
        If the file cannot be read, has no row, or lacks the id column.
    SchemaError
        With the rows whose id is missing or double, or that hold no polygon.
    """
    path = Path(path)
    frame = _read(path)
    if frame.empty:
        raise InputError(f"{path.name} holds no row")
    if id_column is not None and id_column not in frame.columns:
        raise InputError(f"{path.name} has no column {id_column!r}")
    column = id_column or ("unit_id" if "unit_id" in frame.columns else None)
    ids = _row_ids(frame, column)
    frame = frame.set_geometry(_repaired(frame.geometry))
    _refuse_bad_rows(frame, ids, path.name, column or "unit_id")
    frame.index = pd.Index(ids.astype("str"), name="unit_id")
    if column == "unit_id":
        frame = frame.drop(columns="unit_id")
    if "name" not in frame.columns:
        frame["name"] = frame.index.to_numpy()
    if "region" not in frame.columns:
        frame["region"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    return frame


def _row_ids(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(np.arange(1, len(frame) + 1)).astype("str")
    return frame[column].astype("str").reset_index(drop=True)


def _repaired(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Make rings valid and keep only what has an area."""
    values = shapes.to_numpy()
    wrong = ~shapely.is_valid(values)
    values = np.where(wrong, shapely.make_valid(values), values)
    for place in np.flatnonzero(shapely.get_type_id(values) == _COLLECTION):
        parts = shapely.get_parts(values[place])
        polygons = parts[np.isin(shapely.get_type_id(parts), _POLYGONAL)]
        values[place] = shapely.union_all(polygons)
    return gpd.GeoSeries(values, index=shapes.index, crs=shapes.crs)


def _refuse_bad_rows(
    frame: gpd.GeoDataFrame, ids: pd.Series, file_name: str, column: str
) -> None:
    values = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(values)
    shapeless = ~np.isin(kinds, _POLYGONAL) | shapely.is_empty(values)
    left, low, right, high = frame.geometry.bounds.to_numpy().T
    outside = ~shapeless & ~(
        (left >= -180) & (right <= 180) & (low >= -90) & (high <= 90)
    )
    faults = []
    checks = (
        (ids.isna().to_numpy(), column, "must not be empty"),
        ((ids.notna() & ids.duplicated()).to_numpy(), column, "must be unique"),
        (shapeless, "geometry", "must be a polygon with an area"),
        (outside, "geometry", "must lie within -180..180 and -90..90 degrees"),
    )
    for wrong, name, rule in checks:
        for place in np.flatnonzero(wrong):
            value = ids[place] if name == column else _kind_text(values[place])
            faults.append(RowFault(str(place + 1), name, str(value), rule))
    if faults:
        raise SchemaError(file_name, faults)


def _kind_text(shape: Any) -> str:
    return "nothing" if shape is None else str(shape.geom_type)


def dissolve(units: gpd.GeoDataFrame, territory_by_unit: pd.Series) -> gpd.GeoDataFrame:
    """
    Join the units of each territory into one shape.

    Parameters
    ----------
    units
        Polygons indexed by `unit_id`, borders fitting each other.
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`; units without one are left out.

    Returns
    -------
    Columns geometry, n_units; indexed by `territory_id`, sorted, CRS of the units.

    Raises
    ------
    InputError
        If the alignment names a unit that has no polygon.
    """
    assigned = territory_by_unit.dropna()
    strangers = assigned.index.difference(units.index)
    if len(strangers):
        raise InputError(f"unit {strangers[0]!r} has no polygon")
    shapes = units.geometry.reindex(assigned.index).to_numpy()
    territory_ids, codes = np.unique(
        assigned.to_numpy().astype(object).astype(str), return_inverse=True
    )
    joined = [
        _joined(shapes[codes == territory]) for territory in range(len(territory_ids))
    ]
    return gpd.GeoDataFrame(
        {"n_units": np.bincount(codes, minlength=len(territory_ids))},
        geometry=gpd.GeoSeries(joined, index=None, crs=units.crs).to_numpy(),
        index=pd.Index(territory_ids, dtype="str", name="territory_id"),
        crs=units.crs,
    )


def _joined(shapes: Any) -> Any:
    """Union by shared borders; where these do not fit, by the slow exact way."""
    try:
        union = shapely.coverage_union_all(shapes)
    except shapely.GEOSException:
        return shapely.union_all(shapely.make_valid(shapes))
    if union.is_valid:
        return union
    return shapely.union_all(shapely.make_valid(shapes))
