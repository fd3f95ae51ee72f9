"""Read the files of a balance: units, neighbours, centres; faults are named by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from planner.core.errors import InputError, RowFault, SchemaError
from planner.core.files.cells import (
    Table,
    filled,
    flag,
    number,
    number_from_0,
    read_table,
    text_or_none,
)
from planner.core.units import M_PER_KM
from planner.geography.adjacency import edges_frame, find_edges
from planner.geography.boundaries import read_boundaries
from planner.geography.distance import haversine_m, project, working_crs
from planner.geography.topology import gaps, overlapping
from planner.territory.model.instance import Instance
from planner.territory.model.rules import Rules

_FAR_FROM_NULL_KM = 500.0
_POLYGONS = {".geojson", ".gpkg", ".gz", ".shp", ".zip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitColumns:
    """
    Which columns of a file of units mean what.

    Parameters
    ----------
    id_column
        The unit's name.
    x, y
        Kilometres in a plane; or None.
    lon, lat
        Degrees; or None. Polygons need neither.
    current
        Territory today; or None.
    locked
        1 where the unit must keep it, else 0; or None.
    together
        Group whose units share a territory, empty for none; or None.
    move_cost
        Cost of leaving the territory of today, not below 0; or None.

    Raises
    ------
    InputError
        If only one of a pair is named, or both pairs.
    """

    id_column: str
    x: str | None = None
    y: str | None = None
    lon: str | None = None
    lat: str | None = None
    current: str | None = None
    locked: str | None = None
    together: str | None = None
    move_cost: str | None = None

    def __post_init__(self) -> None:
        if (self.x is None) != (self.y is None):
            raise InputError("--x and --y must be given together")
        if (self.lon is None) != (self.lat is None):
            raise InputError("--lon and --lat must be given together")
        if self.x is not None and self.lon is not None:
            raise InputError("give either --x and --y or --lon and --lat, not both")

    @property
    def place(self) -> tuple[str, str] | None:
        """The two columns of the place, or None."""
        if self.x is not None and self.y is not None:
            return self.x, self.y
        if self.lon is not None and self.lat is not None:
            return self.lon, self.lat
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFiles:
    """
    The files of a balance.

    Parameters
    ----------
    units
        .csv or .parquet of points, or .geojson or .gpkg of polygons.
    columns
        What its columns mean.
    edges
        .csv or .parquet with columns i and j: row numbers of the units from 0; None:
        neighbours come from the polygons, or from the points.
    centres
        .csv or .parquet with territory_id and the coordinate columns of the units.
    barriers, apart
        .csv or .parquet with columns i and j, row numbers as in the edges: borders not
        to be crossed; units that must not share a territory.
    targets
        .csv or .parquet with territory_id and ``target``, or a column for a measure.
    """

    units: Path
    columns: UnitColumns
    edges: Path | None = None
    centres: Path | None = None
    barriers: Path | None = None
    apart: Path | None = None
    targets: Path | None = None


def read_instance(files: UnitFiles, measures: Sequence[str]) -> Instance:
    """
    Read all that a balance needs.

    Parameters
    ----------
    files
        Where it stands.
    measures
        Columns to read as numbers not below 0.

    Raises
    ------
    InputError
        If a file or column is missing.
    SchemaError
        With the rows that hold a wrong value.
    """
    columns = files.columns
    table = _read_units(files.units, columns)
    ids = _ids(table, columns.id_column)
    units, crs = _placed(table, columns)
    for measure in measures:
        units[measure] = _numbers(table, measure, number_from_0)
    units.index = ids
    has_shapes = table.has("geometry")
    return Instance(
        units=units,
        edges=_edges(table, ids, files.edges),
        current=_texts(table, ids, columns.current),
        locked=_locked(table, ids, columns),
        centres=_centres(files.centres, columns, crs),
        rules=Rules(
            together=_texts(table, ids, columns.together),
            move_cost=_costs(table, ids, columns.move_cost),
            barriers=_pairs(ids, files.barriers),
            apart=_pairs(ids, files.apart),
            targets=_targets(files.targets, measures),
        ),
        polygons=table.rows.set_axis(ids, axis=0) if has_shapes else None,
    )


def _read_filled(path: Path, required: Sequence[str]) -> Table:
    table = read_table(path, required)
    if table.rows.empty:
        raise InputError(f"{path.name} holds no row")
    return table


def _read_units(path: Path, columns: UnitColumns) -> Table:
    suffix = path.suffix.lower()
    if suffix in _POLYGONS:
        shapes = read_boundaries(path, columns.id_column)
        is_id_index = columns.id_column not in shapes
        return Table(path.name, shapes.reset_index() if is_id_index else shapes)
    if suffix not in (".csv", ".parquet"):
        raise InputError(f"{path.name} must end in .csv, .parquet, .geojson or .gpkg")
    if columns.place is None:
        raise InputError("points need --x and --y, or --lon and --lat")
    return _read_filled(path, [columns.id_column])


def _ids(table: Table, column: str) -> pd.Index:
    ids = table.each(column, filled)
    table.unique([column])
    return pd.Index(ids, dtype="str", name="unit_id")


def _numbers(table: Table, column: str, read: Callable[[str], Any] = number) -> Any:
    """Read a column as numbers; name the rows where that cannot be."""
    table.require(column)
    return np.array(table.each(column, read), dtype=float)


def _placed(table: Table, columns: UnitColumns) -> tuple[pd.DataFrame, CRS | None]:
    """Place the units in kilometres; the CRS is None where they already were."""
    if columns.place is None:
        points = table.rows.geometry.representative_point()
        lon, lat = points.x.to_numpy(), points.y.to_numpy()
    else:
        lon, lat = (_numbers(table, name) for name in columns.place)
    if columns.x is not None:
        return pd.DataFrame({"x_km": lon, "y_km": lat}), None
    if columns.place is not None:
        _refuse_no_places(lon, lat, columns.place, table.name)
    crs = working_crs(lon, lat)
    x_m, y_m = project(lon, lat, crs)
    return pd.DataFrame({"x_km": x_m / M_PER_KM, "y_km": y_m / M_PER_KM}), crs


def _refuse_no_places(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    names: tuple[str, str],
    file_name: str,
) -> None:
    """Refuse units at 0, 0 far from all others, as an import sets them aside."""
    is_null = (lon == 0) & (lat == 0)
    if not is_null.any() or is_null.all():
        return
    away_m = haversine_m(lat[~is_null], lon[~is_null], 0.0, 0.0)
    if float(np.min(away_m)) < _FAR_FROM_NULL_KM * M_PER_KM:
        return
    rule = (
        "must be a place: 0, 0 is where failed look-ups end. Give the right one, or "
        "leave the row out"
    )
    rows = np.flatnonzero(is_null)
    faults = [RowFault(str(row + 1), ", ".join(names), "0, 0", rule) for row in rows]
    raise SchemaError(file_name, faults)


def questions_of(instance: Instance) -> list[dict[str, Any]]:
    """
    Ask of polygons what an import asks: areas that overlap, borders with gaps.

    Returns
    -------
    One object each: code, unit, other, message.
    """
    if instance.polygons is None or len(instance.polygons) < 2:
        return []
    shapes = instance.polygons.geometry
    overlaps = [
        (pair.unit_id, pair.other_id, "overlap", f"share {pair.area_km2:,.2f} km²")
        for pair in overlapping(shapes).itertuples()
    ]
    apart = [
        (gap.unit_id, gap.other_id, "gap", f"miss each other by {gap.gap_m:,.1f} m")
        for gap in gaps(shapes).itertuples()
    ]
    return [
        {
            "code": code,
            "unit": str(unit),
            "other": str(other),
            "message": f"units {unit} and {other} {what}; mend their borders",
        }
        for unit, other, code, what in [*overlaps, *apart]
    ]


def _edges(table: Table, ids: pd.Index, edges_path: Path | None) -> pd.DataFrame | None:
    """Read the neighbours, or find them from polygons; None: from the points."""
    if edges_path is None:
        if not table.has("geometry"):
            return None
        return find_edges(table.rows.set_axis(ids, axis=0))
    return edges_frame(ids, _row_pairs(edges_path, len(ids)), 0.0)


def _row_pairs(path: Path, n_units: int) -> NDArray[np.int64]:
    """Read columns i and j, row numbers of the units."""

    def row_number(text: str) -> int:
        rule = f"must be a row number of the units, 0 to {n_units - 1}"
        try:
            value = number(text)
        except ValueError:
            raise ValueError(rule) from None
        if not (0 <= value < n_units and value.is_integer()):
            raise ValueError(rule)
        return int(value)

    table = _read_filled(path, ["i", "j"])
    pairs = [table.each(name, row_number) for name in ("i", "j")]
    return np.array(pairs, dtype=np.int64).T


def _pairs(ids: pd.Index, path: Path | None) -> pd.DataFrame | None:
    """Read pairs of units by row number."""
    if path is None:
        return None
    rows = _row_pairs(path, len(ids))
    names = ids.to_numpy()
    return pd.DataFrame({"unit_id": names[rows[:, 0]], "other_id": names[rows[:, 1]]})


def _targets(path: Path | None, measures: Sequence[str]) -> pd.DataFrame | None:
    """Read the wanted loads of the territories."""
    if path is None:
        return None
    table = _read_filled(path, ["territory_id"])
    names = [name for name in ("target", *measures) if table.has(name)]
    if not names:
        columns = ", ".join(map(str, table.rows.columns))
        raise InputError(
            f"{path.name} needs a column 'target' or one named like a measure; it has "
            f"{columns}"
        )
    ids = _ids(table, "territory_id")
    return pd.DataFrame({name: _numbers(table, name) for name in names}, index=ids)


def _costs(table: Table, ids: pd.Index, column: str | None) -> pd.Series | None:
    if column is None:
        return None
    return pd.Series(_numbers(table, column, number_from_0), index=ids)


def _texts(table: Table, ids: pd.Index, column: str | None) -> pd.Series | None:
    if column is None:
        return None
    table.require(column)
    return pd.Series(table.each(column, text_or_none), ids, dtype="str")


def _locked(table: Table, ids: pd.Index, columns: UnitColumns) -> pd.Series | None:
    if columns.locked is None:
        return None
    if columns.current is None:
        raise InputError("--locked needs --current: the territory that stays")
    table.require(columns.locked)
    return pd.Series(table.each(columns.locked, flag), ids, dtype=bool)


def _centres(
    path: Path | None, columns: UnitColumns, crs: CRS | None
) -> pd.DataFrame | None:
    if path is None:
        return None
    place = columns.place or ("lon", "lat")
    table = _read_filled(path, ["territory_id", *place])
    ids = _ids(table, "territory_id")
    x, y = (_numbers(table, name) for name in place)
    if crs is not None:
        x_m, y_m = project(x, y, crs)
        x, y = x_m / M_PER_KM, y_m / M_PER_KM
    return pd.DataFrame({"x_km": x, "y_km": y}, index=ids)
