"""Tables for programs, with shapes or without: GeoJSON, GeoPackage, Parquet."""

from __future__ import annotations

import html
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from planner.core.errors import CrsError, InputError

NOTE = "planner"  # the key of what a file says of itself
_MONEY_DIGITS = 20
_LONGEST_NOTE = 1_000_000
_COMMENT = re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL)


def geojson_bytes(
    frame: pd.DataFrame, name: str, note: Mapping[str, str] | None = None
) -> bytes:
    """
    Encode shapes as GeoJSON (RFC 7946), coordinates in full.

    Parameters
    ----------
    frame
        A GeoDataFrame in EPSG:4326; texts are written as they are.
    name
        Of the layer.
    note
        Kept in the foreign member ``planner``.

    Raises
    ------
    InputError, CrsError
        If the frame has no shapes, or in another coordinate system.
    """
    shapes = _shapes(frame, name)
    columns = [str(column) for column in frame.columns if column != shapes.name]
    cells = [_plain_cells(frame[column]) for column in columns]
    rows = zip(*cells, strict=True) if cells else ([] for _ in shapes)
    lines = []
    for shape, row in zip(shapely.to_geojson(shapes.to_numpy()), rows, strict=True):
        properties = json.dumps(
            dict(zip(columns, row, strict=True)), ensure_ascii=False, allow_nan=False
        )
        geometry = shape or "null"
        lines.append(
            f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'
        )
    head = {"type": "FeatureCollection", "name": name}
    metadata: dict[str, Any] = {**head, NOTE: dict(note)} if note else dict(head)
    opening = json.dumps(metadata, ensure_ascii=False)[:-1]
    return (opening + ',"features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def geopackage_bytes(
    frame: pd.DataFrame, name: str, note: Mapping[str, str] | None = None
) -> bytes:
    """
    Encode shapes as a GeoPackage of one layer.

    Parameters
    ----------
    frame, name
        As of `geojson_bytes`.
    note
        Kept in the metadata table.
    """
    import pyogrio

    shapes = _shapes(frame, name)
    kinds = set(shapes.geom_type.dropna())
    metadata = {NOTE: json.dumps(dict(note))} if note else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        pyogrio.write_arrow(
            _without_decimals(arrow_table(frame)),
            path,
            layer=name,
            driver="GPKG",
            geometry_name=str(shapes.name),
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            crs="EPSG:4326",
            dataset_metadata=metadata,
        )
        return path.read_bytes()


def _without_decimals(table: Any) -> Any:
    """Write decimals as floats, the only fractions a GeoPackage has; exact to 15."""
    import pyarrow as pa

    fields = [
        field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def parquet_bytes(frame: pd.DataFrame, note: Mapping[str, str] | None = None) -> bytes:
    """
    Encode a frame as Parquet, a GeoDataFrame as GeoParquet 1.0.

    Parameters
    ----------
    frame
        Amounts given as `Decimal` are written as decimals, midnights as dates.
    note
        Kept in the file's metadata.
    """
    import pyarrow.parquet

    table = arrow_table(frame)
    metadata = {}
    if note:
        metadata[NOTE] = json.dumps(dict(note))
    if isinstance(frame, gpd.GeoDataFrame):
        metadata["geo"] = json.dumps(_geo_metadata(_shapes(frame, "frame")))
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), buffer)
    return buffer.getvalue()


def arrow_table(frame: pd.DataFrame) -> Any:
    """
    Turn a frame into an Arrow table of plain types.

    Returns
    -------
    Text, whole numbers, floats, truths, decimals, dates; shapes as WKB.
    """
    import pyarrow as pa

    arrays = [_arrow_array(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pa.table(arrays, names=[str(name) for name in frame.columns])


def _arrow_array(column: pd.Series) -> Any:
    import pyarrow as pa

    if isinstance(column.dtype, gpd.array.GeometryDtype):
        return pa.array(shapely.to_wkb(column.to_numpy()), type=pa.binary())
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        is_days = bool((column.dropna() == column.dropna().dt.normalize()).all())
        kind = pa.date32() if is_days else pa.timestamp("us")
        cells = column.dt.date if is_days else column
        return pa.array(cells.astype(object).where(column.notna(), None), type=kind)
    if column.dtype == object:
        return _object_array(column)
    array = pa.array(column, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _object_array(column: pd.Series) -> Any:
    import pyarrow as pa

    cells = [None if pd.api.types.is_scalar(c) and pd.isna(c) else c for c in column]
    decimals = [cell for cell in cells if isinstance(cell, Decimal)]
    if decimals and all(cell is None or isinstance(cell, Decimal) for cell in cells):
        digits = max(0, *(-int(cell.as_tuple().exponent) for cell in decimals))
        return pa.array(cells, type=pa.decimal128(_MONEY_DIGITS + digits, digits))
    texts = [None if cell is None else str(cell) for cell in cells]
    return pa.array(texts, type=pa.string())


def _plain_cells(column: pd.Series) -> list[Any]:
    """Turn a column into what JSON knows."""
    table = _arrow_array(column).to_pylist()
    return [_plain_cell(cell) for cell in table]


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, float):
        return cell if cell == cell and abs(cell) != float("inf") else None
    if cell is None or isinstance(cell, str | int):
        return cell
    return cell.isoformat()


def _shapes(frame: pd.DataFrame, name: str) -> gpd.GeoSeries:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{name} has no shapes: take CSV, XLSX or Parquet")
    if frame.crs is None or not frame.crs.equals("EPSG:4326"):
        raise CrsError(f"{name} must be in EPSG:4326, got {frame.crs}")
    return frame.geometry


def _geo_metadata(shapes: gpd.GeoSeries) -> dict[str, Any]:
    """Describe the shapes as the GeoParquet specification 1.0 asks."""
    return {
        "version": "1.0.0",
        "primary_column": str(shapes.name),
        "columns": {
            str(shapes.name): {
                "encoding": "WKB",
                "geometry_types": sorted(set(shapes.geom_type.dropna())),
                "crs": shapes.crs.to_json_dict(),
            }
        },
    }


def read_note(content: bytes) -> dict[str, str] | None:
    """
    Read what an exported file says of itself.

    Parameters
    ----------
    content
        The bytes of any file.

    Returns
    -------
    The note given when it was written; None if it holds none, or is damaged.
    """
    try:
        note = json.loads(_note_text(content))
    except Exception:  # noqa: BLE001 - any file may come, whole or not: then none
        return None
    return note if isinstance(note, dict) else None


def _note_text(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo("docProps/core.xml")
            if entry.file_size > _LONGEST_NOTE:
                return ""
            comment = _COMMENT.search(archive.read(entry).decode())
        return html.unescape(comment[1]) if comment else ""
    if content.startswith(b"PAR1"):
        import pyarrow.parquet

        metadata = pyarrow.parquet.read_metadata(io.BytesIO(content)).metadata or {}
        return str(metadata.get(NOTE.encode(), b"").decode())
    if content.startswith(b"SQLite format 3"):
        import pyogrio

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "layer.gpkg"
            path.write_bytes(content)
            info = pyogrio.read_info(path)
        return str((info["dataset_metadata"] or {}).get(NOTE, ""))
    if content.lstrip()[:1] == b"{":
        return json.dumps(json.loads(content).get(NOTE))
    return ""
