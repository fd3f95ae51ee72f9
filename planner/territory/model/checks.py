"""What units, today's territories, locks, centres and accounts must be like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from planner.core.errors import InputError
from planner.core.reasons import Reason

PLACE = ("x_km", "y_km")


def check_kinds(things: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """
    Refuse what is no frame or series before it ends in an AttributeError.

    Parameters
    ----------
    things
        By their names; None is left out.
    kinds
        What each must be.
    """
    for thing, kind in kinds.items():
        value = things[thing]
        if value is not None and not isinstance(value, kind):
            values = {"thing": thing, "kind": kind.__name__, "got": kind_of(value)}
            raise InputError(Reason("frame_wrong", values))


def check_units(units: pd.DataFrame | None) -> None:
    """Refuse a table without units, with double ids, or without places."""
    if units is None or units.empty:
        raise InputError(Reason("units_missing"))
    doubled = units.index[units.index.duplicated()]
    if len(doubled):
        raise InputError(Reason("unit_twice", {"unit": str(doubled[0])}))
    if {"lat", "lon"} <= set(units.columns) and not set(PLACE) <= set(units.columns):
        raise InputError(Reason("accounts_for_units"))
    for column in PLACE:
        check_numbers(units, column)


def check_numbers(units: pd.DataFrame, column: str, least: float | None = None) -> None:
    """
    Refuse a column of the units that is missing or holds something else than numbers.

    Parameters
    ----------
    units
        Indexed by `unit_id`.
    column
        Its name.
    least
        Smallest number allowed; None: any.

    Raises
    ------
    InputError
        With the unit, the value and the rule.
    """
    if column not in units.columns:
        columns = ", ".join(map(str, units.columns))
        raise InputError(
            Reason("unit_column_missing", {"column": column, "columns": columns})
        )
    numbers = pd.to_numeric(units[column], errors="coerce").to_numpy(dtype=float)
    wrong = ~np.isfinite(numbers)
    if least is not None:
        wrong |= numbers < least
    if wrong.any():
        unit, value = units.index[wrong][0], units[column][wrong].iloc[0]
        values = {"column": column, "value": str(value)}
        values |= {} if least is None else {"least": f"{least:g}"}
        raise InputError(Reason("unit_value_wrong", {"unit": str(unit), **values}))


def as_text(current: pd.Series | None) -> pd.Series | None:
    """Write territories as text; numbers with gaps among them are still whole."""
    if current is None:
        return None
    if pd.api.types.is_float_dtype(current):
        current = current.convert_dtypes()
    return current.astype("str")


def in_order(series: pd.Series | None, units: pd.Index, code: str) -> pd.Series | None:
    """Put a series by unit into the order of the units."""
    if series is None:
        return None
    if series.index.has_duplicates:
        unit = series.index[series.index.duplicated()][0]
        raise InputError(Reason(code, {"unit": str(unit)}))
    return series.reindex(units)


def checked_locks(
    locked: pd.Series | None, units: pd.Index, current: pd.Series | None
) -> pd.Series | None:
    """Tell of each unit in order whether it is locked; None: none is."""
    stays = in_order(locked, units, "lock_twice")
    if stays is None:
        return None
    stays = stays.where(stays.notna(), other=False).astype(bool)
    if not stays.any():
        return None
    homeless = stays & (True if current is None else current.isna())
    if homeless.any():
        unit = str(units[homeless][0])
        raise InputError(Reason("lock_without_territory", {"unit": unit}))
    return stays


def checked_centres(centres: pd.DataFrame | None) -> pd.DataFrame | None:
    """Name the centres by text; refuse double ones and those without place."""
    if centres is None:
        return None
    if not set(PLACE) <= set(centres.columns):
        columns = ", ".join(map(str, centres.columns))
        raise InputError(Reason("centre_column_missing", {"columns": columns}))
    centres = centres.set_axis(pd.Index(centres.index.astype("str")), axis=0)
    doubled = centres.index[centres.index.duplicated()]
    if len(doubled):
        raise InputError(Reason("centre_twice", {"territory": doubled[0]}))
    wrong = ~np.isfinite(centres[list(PLACE)].to_numpy(dtype=float)).all(axis=1)
    if wrong.any():
        name = centres.index[wrong][0]
        raise InputError(Reason("centre_without_place", {"territory": name}))
    return centres


def check_accounts(frame: Any) -> None:
    """Refuse what is no table with degrees."""
    if not isinstance(frame, pd.DataFrame):
        values = {"thing": "accounts", "kind": "DataFrame", "got": kind_of(frame)}
        raise InputError(Reason("frame_wrong", values))
    if not {"lat", "lon"} <= set(frame.columns):
        columns = ", ".join(map(str, frame.columns))
        raise InputError(Reason("accounts_without_places", {"columns": columns}))


def checked_polygons(units: Any) -> gpd.GeoDataFrame:
    """Bring polygons to EPSG:4326; without a name they are called by their id."""
    is_frame = isinstance(units, gpd.GeoDataFrame) and units.crs is not None
    if not is_frame or not is_polygons(units):
        raise InputError(Reason("polygons_wrong", {"got": kind_of(units)}))
    polygons = units.set_axis(
        pd.Index(units.index.astype("str"), name="unit_id"), axis=0
    )
    polygons = polygons if "name" in polygons else polygons.assign(name=polygons.index)
    return polygons.to_crs(4326)


def is_polygons(shapes: gpd.GeoDataFrame) -> bool:
    """Tell whether all shapes are areas."""
    return bool(shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all())


def kind_of(value: Any) -> str:
    """Tell what something is, for a message."""
    return type(value).__name__
