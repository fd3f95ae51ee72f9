"""Lists of units: polygons (or points) with their ids, each shape checked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.accounts.findings import FindingLog
from planner.accounts.kinds.custom_fields import custom_fields
from planner.accounts.kinds.degrees import COORDINATES, read_degrees
from planner.accounts.kinds.matching import report_repeated_ids
from planner.accounts.pipeline import SHAPES, KindRules
from planner.accounts.reading.cells import CellReader
from planner.core.schemas import UNITS

_LEAST_OVERLAP_KM2 = 0.01  # below it, borders merely do not fit to the metre
_EQUAL_AREA = 6933


def _read_units(cells: CellReader) -> pd.DataFrame:
    """
    Read units: polygons of a geofile, or points with lat and lon of any table.

    Returns
    -------
    A GeoDataFrame in EPSG:4326.

    Notes
    -----
    Held: no shape, a self-intersecting one. Warned of: overlaps (area in EPSG:6933),
    and shapes across 180 degrees, which are split there.
    """
    log = cells.log
    ids = cells.text("unit_id", required=True)
    report_repeated_ids(ids, cells.raw.frame, log, column="unit_id")
    shapes = cells.raw.geometry
    if shapes is None:
        lat, lon = read_degrees(cells)
        is_none = lat.isna() | lon.isna()
        log.rows(
            "missing_place",
            "reject",
            ids[is_none],
            "unit {value} has no lat and lon that can be read; give both",
            column=cells.mapping.get("lat", cells.mapping.get(COORDINATES, "")),
        )
        is_off = (lat.abs() > 90) | (lon.abs() > 180)
        log.rows(
            "out_of_range",
            "reject",
            lat[is_off].astype("str"),
            "lat {value} and its lon lie outside the globe; give degrees",
            column=cells.mapping.get("lat", cells.mapping.get(COORDINATES, "")),
        )
        shapes = pd.Series(shapely.points(lon, lat), index=cells.rows, dtype=object)
    else:
        shapes = _check_shapes(shapes, ids, log)
    name = cells.text("name")
    region = cells.text("region")
    frame = gpd.GeoDataFrame(
        {
            "unit_id": ids,
            "name": name.mask(name == "", ids),
            "region": region.mask(region == ""),
            "custom": custom_fields(cells),
        },
        geometry=gpd.GeoSeries(shapes.tolist(), index=cells.rows, crs=4326),
    )
    frame = frame[~frame.index.isin(list(log.rejected))]
    _report_overlaps(frame, log)
    return frame


def split_at_180(shape: shapely.Geometry) -> shapely.Geometry:
    """
    Split a shape drawn across 180 degrees into its two sides.

    Parameters
    ----------
    shape
        Degrees, more than 180 of them wide when read naively.

    Returns
    -------
    The shape with western longitudes counted on past 180, cut there and put back.
    """
    unwrapped = shapely.transform(
        shape, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]])
    )
    east = shapely.intersection(unwrapped, shapely.box(0, -90, 180, 90))
    west = shapely.intersection(unwrapped, shapely.box(180, -90, 360, 90))
    back = shapely.transform(west, lambda xy: xy - np.array([360.0, 0.0]))
    return shapely.union(east, back)


def _check_shapes(shapes: pd.Series, ids: pd.Series, log: FindingLog) -> pd.Series:
    geometry = np.asarray(shapes.tolist(), dtype=object)
    is_missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    log.rows(
        "no_shape",
        "reject",
        ids[is_missing],
        "unit {value} has no shape",
        column="geometry",
    )
    _check_degrees(geometry[~is_missing], log)
    if log.has_file_reject:  # metres are not looked at as if they were degrees
        return shapes
    bounds = shapely.bounds(geometry)
    is_part = shapely.get_num_geometries(geometry) == 1
    wide = (bounds[:, 2] - bounds[:, 0] > 180) & is_part & ~is_missing
    for place in np.flatnonzero(wide):
        geometry[place] = split_at_180(geometry[place])
    log.rows(
        "crosses_180",
        "warn",
        ids[wide],
        "unit {value} crosses 180 degrees and was split there; look at its shape",
        column="geometry",
    )
    is_invalid = ~shapely.is_valid(geometry) & ~is_missing
    for row, place in zip(
        ids.index[is_invalid], np.flatnonzero(is_invalid), strict=True
    ):
        reason = shapely.is_valid_reason(geometry[place])
        log.rows(
            "invalid_shape",
            "reject",
            ids.loc[[row]],
            f"unit {{value}} has a shape that crosses itself ({reason}); "
            "repair it where it was drawn",
            column="geometry",
        )
    return pd.Series(list(geometry), index=shapes.index, dtype=object)


def _check_degrees(geometry: np.ndarray, log: FindingLog) -> None:
    if not len(geometry):
        return
    west, south, east, north = shapely.total_bounds(geometry)
    if max(-west, east) > 360 or max(-south, north) > 90:
        log.file(
            "projected_coordinates",
            "reject",
            "the shapes look like metres, not degrees, and the file does not name its "
            "coordinate system; save it in EPSG:4326",
            column="geometry",
        )


def _report_overlaps(units: gpd.GeoDataFrame, log: FindingLog) -> None:
    shapes = np.asarray(units.geometry)
    if len(shapes) < 2 or log.has_file_reject:
        return
    first, second = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    pairs = first < second
    for i, j in zip(first[pairs].tolist(), second[pairs].tolist(), strict=True):
        common = gpd.GeoSeries([shapely.intersection(shapes[i], shapes[j])], crs=4326)
        area_km2 = float(common.to_crs(_EQUAL_AREA).area.iloc[0]) / 1e6
        if area_km2 < _LEAST_OVERLAP_KM2:
            continue
        other = units["unit_id"].iloc[j]
        log.rows(
            "overlap",
            "warn",
            units["unit_id"].iloc[[i]],
            f"units {{value}} and {other!r} overlap by {area_km2:,.2f} km²; "
            "an account there could belong to either",
            column="geometry",
        )


UNIT_RULES = KindRules(
    schema=UNITS,
    required=("unit_id",),
    one_of=((SHAPES,), ("lat", "lon"), (COORDINATES,)),
    read=_read_units,
)
