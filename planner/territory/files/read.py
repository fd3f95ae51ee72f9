"""Read the files of a balance: units, neighbours, centres; faults are named by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from planner.core.errors import InputError, RowFault, SchemaError
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
    columns, name = files.columns, files.units.name
    raw = _read_units(files.units, columns)
    ids = _ids(raw, columns.id_column, name)
    units, crs = _placed(raw, columns, name)
    for measure in measures:
        units[measure] = _numbers(raw, measure, name, is_measure=True)
    units.index = ids
    return Instance(
        units=units,
        edges=_edges(raw, ids, files.edges),
        current=_current(raw, ids, columns, name),
        locked=_locked(raw, ids, columns, name),
        centres=_centres(files.centres, columns, crs),
        rules=Rules(
            together=_column(raw, ids, columns.together, name),
            move_cost=_costs(raw, ids, columns.move_cost, name),
            barriers=_pairs(ids, files.barriers),
            apart=_pairs(ids, files.apart),
            targets=_targets(files.targets, measures),
        ),
        polygons=raw.set_axis(ids, axis=0) if "geometry" in raw else None,
    )


def _read_table(path: Path, text_columns: Sequence[str]) -> pd.DataFrame:
    """Read CSV as text or Parquet as it is; ids stay text either way."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(
                path, dtype="str", encoding="utf-8-sig", skipinitialspace=True
            )
    except (ValueError, OSError) as error:  # pandas' and pyarrow's own are kinds of it
        raise InputError(f"{path.name} cannot be read as a table: {error}") from error
    for name in text_columns:
        if name not in frame.columns:
            columns = ", ".join(map(str, frame.columns))
            raise InputError(f"{path.name} has no column {name!r}; it has {columns}")
    if frame.empty:
        raise InputError(f"{path.name} holds no row")
    return frame.reset_index(drop=True)


def _read_units(path: Path, columns: UnitColumns) -> pd.DataFrame:
    suffix = path.suffix.lower()
    if suffix in _POLYGONS:
        return read_boundaries(path, columns.id_column)
    if suffix not in (".csv", ".parquet"):
        raise InputError(f"{path.name} must end in .csv, .parquet, .geojson or .gpkg")
    if columns.place is None:
        raise InputError("points need --x and --y, or --lon and --lat")
    return _read_table(path, [columns.id_column])


def _ids(raw: pd.DataFrame, column: str, file_name: str) -> pd.Index:
    values = raw[column].astype("str") if column in raw else raw.index.to_series()
    faults = [
        RowFault(str(row + 1), column, str(values.iloc[row]), rule)
        for wrong, rule in (
            (values.isna(), "must not be empty"),
            (values.notna() & values.duplicated(), "must be unique"),
        )
        for row in np.flatnonzero(wrong)
    ]
    if faults:
        raise SchemaError(file_name, faults)
    return pd.Index(values.to_numpy(), dtype="str", name="unit_id")


def _numbers(
    raw: pd.DataFrame, column: str, file_name: str, *, is_measure: bool = False
) -> Any:
    """Read a column as numbers; name the rows where that cannot be."""
    if column not in raw.columns:
        columns = ", ".join(str(name) for name in raw.columns if name != "geometry")
        raise InputError(f"{file_name} has no column {column!r}; it has {columns}")
    numbers = pd.to_numeric(raw[column], errors="coerce").to_numpy(dtype=float)
    wrong = ~np.isfinite(numbers)
    rule = "must be a number"
    if is_measure:
        wrong |= numbers < 0
        rule = "must be a number not below 0"
    if wrong.any():
        rows = np.flatnonzero(wrong)
        values = raw[column]
        raise SchemaError(
            file_name,
            [
                RowFault(str(row + 1), column, str(values.iloc[row]), rule)
                for row in rows
            ],
        )
    return numbers


def _placed(
    raw: pd.DataFrame, columns: UnitColumns, file_name: str
) -> tuple[pd.DataFrame, CRS | None]:
    """Place the units in kilometres; the CRS is None where they already were."""
    if columns.place is None:
        points = raw.geometry.representative_point()
        lon, lat = points.x.to_numpy(), points.y.to_numpy()
    else:
        lon = _numbers(raw, columns.place[0], file_name)
        lat = _numbers(raw, columns.place[1], file_name)
    if columns.x is not None:
        return pd.DataFrame({"x_km": lon, "y_km": lat}), None
    if columns.place is not None:
        _refuse_no_places(lon, lat, columns.place, file_name)
    crs = working_crs(lon, lat)
    x_m, y_m = project(lon, lat, crs)
    return pd.DataFrame({"x_km": x_m / M_PER_KM, "y_km": y_m / M_PER_KM}), crs


def _refuse_no_places(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    names: tuple[str, str],
    file_name: str,
) -> None:
    """Refuse units at 0, 0 that lie far from all others."""
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


def _edges(
    raw: pd.DataFrame, ids: pd.Index, edges_path: Path | None
) -> pd.DataFrame | None:
    """Read the neighbours, or find them from polygons; None: from the points."""
    if edges_path is None:
        if "geometry" not in raw.columns:
            return None
        return find_edges(raw.set_axis(ids, axis=0))
    return edges_frame(ids, _row_pairs(edges_path, len(raw)), 0.0)


def _row_pairs(path: Path, n_units: int) -> NDArray[np.int64]:
    """Read columns i and j, row numbers of the units."""
    table = _read_table(path, ["i", "j"])
    pairs = np.column_stack([_numbers(table, name, path.name) for name in ("i", "j")])
    for place, name in enumerate(("i", "j")):
        rows = pairs[:, place]
        wrong = (rows < 0) | (rows >= n_units) | (rows != np.floor(rows))
        if wrong.any():
            rule = f"must be a row number of the units, 0 to {n_units - 1}"
            at = int(np.flatnonzero(wrong)[0])
            fault = RowFault(str(at + 1), name, str(table[name].iloc[at]), rule)
            raise SchemaError(path.name, [fault])
    return pairs.astype(np.int64)


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
    table = _read_table(path, ["territory_id"])
    wanted = [name for name in ("target", *measures) if name in table.columns]
    if not wanted:
        columns = ", ".join(map(str, table.columns))
        raise InputError(
            f"{path.name} needs a column 'target' or one named like a measure; it has "
            f"{columns}"
        )
    ids = _ids(table, "territory_id", path.name)
    values = {name: _numbers(table, name, path.name) for name in wanted}
    return pd.DataFrame(values, index=ids)


def _costs(
    raw: pd.DataFrame, ids: pd.Index, column: str | None, file_name: str
) -> pd.Series | None:
    if column is None:
        return None
    return pd.Series(_numbers(raw, column, file_name, is_measure=True), index=ids)


def _column(
    raw: pd.DataFrame, ids: pd.Index, column: str | None, file_name: str
) -> pd.Series | None:
    if column is None:
        return None
    if column not in raw.columns:
        raise InputError(f"{file_name} has no column {column!r}")
    return raw[column].astype("str").set_axis(ids)


def _current(
    raw: pd.DataFrame, ids: pd.Index, columns: UnitColumns, file_name: str
) -> pd.Series | None:
    return _column(raw, ids, columns.current, file_name)


def _locked(
    raw: pd.DataFrame, ids: pd.Index, columns: UnitColumns, file_name: str
) -> pd.Series | None:
    if columns.locked is None:
        return None
    if columns.current is None:
        raise InputError("--locked needs --current: the territory that stays")
    if columns.locked not in raw.columns:
        raise InputError(f"{file_name} has no column {columns.locked!r}")
    text = raw[columns.locked].astype("str").str.strip().str.lower().fillna("0")
    is_locked = text.isin(["1", "1.0", "true", "yes"])
    wrong = ~is_locked & ~text.isin(["0", "0.0", "false", "no", ""])
    if wrong.any():
        rows = np.flatnonzero(wrong)
        raise SchemaError(
            file_name,
            [
                RowFault(str(row + 1), columns.locked, text.iloc[row], "must be 0 or 1")
                for row in rows
            ],
        )
    return is_locked.set_axis(ids)


def _centres(
    path: Path | None, columns: UnitColumns, crs: CRS | None
) -> pd.DataFrame | None:
    if path is None:
        return None
    place = columns.place or ("lon", "lat")
    table = _read_table(path, ["territory_id", *place])
    ids = _ids(table, "territory_id", path.name)
    x, y = (_numbers(table, name, path.name) for name in place)
    if crs is not None:
        x_m, y_m = project(x, y, crs)
        x, y = x_m / M_PER_KM, y_m / M_PER_KM
    return pd.DataFrame({"x_km": x, "y_km": y}, index=ids)
