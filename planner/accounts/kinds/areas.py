"""Lists of units: polygons (or points) with their ids, each shape checked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planner.accounts.findings import FindingLog
from planner.accounts.kinds.custom_fields import custom_fields
from planner.accounts.kinds.matching import report_repeated_ids
from planner.accounts.pipeline import SHAPES, KindRules
from planner.accounts.places.degrees import COORDINATES, read_degrees
from planner.accounts.reading.cells import CellReader
from planner.core.schemas import UNITS
from planner.geography.topology import gaps, overlapping

_COLLECTION, _AREA = 7, 2  # type and dimension of shapely
# Faults of one shape as GEOS names them, and what they mean to who drew it.
_REASONS = (
    (
        "Hole lies outside",
        "has a hole outside its border ({reason}); move or delete it",
    ),
    ("Nested holes", "has a hole inside a hole ({reason}); delete the inner one"),
    (
        "Nested shells",
        "has a part inside another ({reason}); make it a hole or delete it",
    ),
    ("", "crosses itself ({reason}); repair it where it was drawn"),
)


def _read_units(cells: CellReader) -> pd.DataFrame:
    """
    Read units: polygons of a geofile, or points with lat and lon of any table.

    Returns
    -------
    A GeoDataFrame in EPSG:4326.

    Notes
    -----
    Held: no shape, a self-intersecting one, points and lines among areas. Warned of:
    overlaps (area in EPSG:6933), gaps of some metres between borders, rings that were
    not closed, and shapes across 180 degrees, which are split there.
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
    _question_borders(frame, log)
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
    geometry = _refuse_mixed(geometry, ids, log)
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
    is_open = ~ids.index.isin(list(log.rejected))
    is_invalid = ~shapely.is_valid(geometry) & ~is_missing & is_open
    for row, place in zip(
        ids.index[is_invalid], np.flatnonzero(is_invalid), strict=True
    ):
        reason = shapely.is_valid_reason(geometry[place])
        says = next(text for start, text in _REASONS if reason.startswith(start))
        log.rows(
            "invalid_shape",
            "reject",
            ids.loc[[row]],
            f"unit {{value}} has a shape that {says.format(reason=reason)}",
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


def _question_borders(units: gpd.GeoDataFrame, log: FindingLog) -> None:
    """Warn of areas that overlap, and of borders that miss each other by metres."""
    if len(units) < 2 or log.has_file_reject:
        return
    shapes, ids = units.geometry, units["unit_id"]
    for pair in overlapping(shapes).itertuples():
        other = ids[pair.other_id]
        what = "are the same area" if pair.is_same else "overlap"
        log.rows(
            "overlap",
            "warn",
            ids.loc[[pair.unit_id]],
            f"units {{value}} and {other!r} {what} by {pair.area_km2:,.2f} km²; "
            "an account there could belong to either. Cut one along the other's border",
            column="geometry",
        )
    for gap in gaps(shapes).itertuples():
        other = ids[gap.other_id]
        log.rows(
            "gap",
            "warn",
            ids.loc[[gap.unit_id]],
            f"units {{value}} and {other!r} miss each other by {gap.gap_m:,.1f} m and "
            "do not count as neighbours; snap their borders where they were drawn",
            column="geometry",
        )


def _refuse_mixed(geometry: np.ndarray, ids: pd.Series, log: FindingLog) -> np.ndarray:
    """Refuse points and lines among areas; a collection keeps its areas."""
    collections = shapely.get_type_id(geometry) == _COLLECTION
    for place in np.flatnonzero(collections):
        areas = [part for part in geometry[place].geoms if part.area > 0]
        if areas:
            geometry[place] = shapely.union_all(areas)
    dimension = shapely.get_dimensions(geometry)
    has_areas = bool((dimension == _AREA).any())
    is_other = (dimension == 1) | ((dimension == 0) & has_areas)
    kinds = pd.Series([shape.geom_type for shape in geometry[is_other]])
    log.rows(
        "mixed_kinds",
        "reject",
        ids[is_other],
        "unit {value} is no area but a {detail}; draw its area or leave it out",
        column="geometry",
        detail=kinds.set_axis(ids.index[is_other]),
    )
    log.rows(
        "mixed_kinds",
        "warn",
        ids[collections & ~is_other],
        "unit {value} mixes areas with points or lines; only its areas were taken",
        column="geometry",
    )
    return geometry


UNIT_RULES = KindRules(
    schema=UNITS,
    required=("unit_id",),
    one_of=((SHAPES,), ("lat", "lon"), (COORDINATES,)),
    read=_read_units,
)
