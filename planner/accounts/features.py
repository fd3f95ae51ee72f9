"""GeoJSON, GeoPackage, zipped shapefiles: properties as text, shapes in degrees."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.accounts.findings import Finding
from planner.accounts.findings import SourceError
from planner.accounts.guards import check_features
from planner.accounts.guards import check_geopackage
from planner.accounts.guards import layer_alone
from planner.accounts.sources import RawTable
from planner.accounts.sources import table_of

_EPSG = re.compile(r"(\d{4,6})$")


def read_geojson(content: bytes, filename: str) -> RawTable:
    """
    Read features; a point gives `lat` and `lon`, a polygon a place inside it.

    Parameters
    ----------
    content
        The bytes of the file.
    filename
        For messages.

    Raises
    ------
    SourceError
        If it is cut off, or no GeoJSON.
    """
    check_features(content, filename)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SourceError(
            "broken_geojson",
            f"{filename}: is not complete GeoJSON; it was cut off or is another format",
        ) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(
        isinstance(feature, dict) for feature in features
    ):
        raise SourceError(
            "broken_geojson", f"{filename}: holds no list of features; is it GeoJSON?"
        )
    properties = [_properties(feature) for feature in features]
    shapes = [_shape(feature.get("geometry")) for feature in features]
    epsg = _declared_epsg(document)
    return _table(properties, shapes, epsg, filename)


def read_layer(content: bytes, filename: str) -> RawTable:
    """
    Read the first layer of a GeoPackage or of a zipped shapefile.

    Parameters
    ----------
    content
        The bytes of the file; an archive's directory was checked before.
    filename
        For messages.

    Raises
    ------
    SourceError
        If there is no layer, or the shapes have no coordinate system.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError

    if filename.lower().endswith(".zip"):
        missing = _shapefile_without_crs(content, filename)
        if missing:
            question = Finding(
                code="crs_unknown",
                severity="warn",
                message=f"{filename}: {missing} has no .prj, so its coordinate system "
                "is unknown; add the .prj file or save it as GeoJSON. Nothing was read",
            )
            return RawTable(
                filename=filename,
                columns=(),
                frame=pd.DataFrame(index=pd.RangeIndex(1, 1, name="row")),
                notes=(question,),
            )
        content = layer_alone(content, filename)
    else:
        check_geopackage(content, filename)
    try:
        layer = pyogrio.read_dataframe(io.BytesIO(content))
    except (DataSourceError, ValueError) as error:
        raise SourceError(
            "broken_layer", f"{filename}: no layer of shapes can be read from it"
        ) from error
    if "geometry" not in layer.columns or layer.crs is None:
        raise SourceError(
            "crs_unknown", f"{filename}: has no shapes with a coordinate system"
        )
    shapes = list(layer.to_crs(4326).geometry)
    rows = layer.drop(columns="geometry").astype(object).to_dict("records")
    return _table(rows, shapes, 4326, filename)


def _table(
    properties: Sequence[dict[str, Any]],
    shapes: Sequence[Any],
    epsg: int,
    filename: str,
) -> RawTable:
    notes: list[Finding] = []
    placed = list(shapes)
    if epsg != 4326:
        placed = _to_degrees(shapes, epsg)
        notes.append(
            Finding(
                code="reprojected",
                severity="notice",
                value=f"EPSG:{epsg}",
                message=f"coordinates were converted from EPSG:{epsg} to degrees",
            )
        )
    names = list(dict.fromkeys(str(key) for row in properties for key in row))
    kept = [name for name in names if name.casefold() not in {"lat", "lon"}]
    rows = []
    for row, shape in zip(properties, placed, strict=True):
        cells = [_text(row.get(name)) for name in kept]
        rows.append([*cells, *_place(shape)])
    return table_of([*kept, "lat", "lon"], rows, filename, notes, placed)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    """Read the properties; the id beside them counts as one if it is not among them."""
    given = feature.get("properties")
    properties = given if isinstance(given, dict) else {}
    if "id" in feature and "id" not in properties:
        properties = {**properties, "id": feature["id"]}
    return properties


def _shape(geometry: Any) -> Any:
    """Build a shape; what cannot be built counts as missing."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    if not isinstance(geometry, dict):
        return None
    try:
        made = shape(geometry)
        is_finite = made.is_empty or all(map(math.isfinite, made.bounds))
    except (
        ShapelyError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ):
        return None
    return made if is_finite else None


def _place(shape: Any) -> tuple[str, str]:
    if shape is None or shape.is_empty:
        return "", ""
    if shape.geom_type == "Point":  # in full, so that a place comes back as it went
        return f"{Decimal(repr(shape.y)):f}", f"{Decimal(repr(shape.x)):f}"
    point = shape.representative_point()
    return f"{point.y:.7f}", f"{point.x:.7f}"


def _to_degrees(shapes: Sequence[Any], epsg: int) -> list[Any]:
    import geopandas as gpd

    return list(gpd.GeoSeries(list(shapes), crs=epsg).to_crs(4326))


def _declared_epsg(document: dict[str, Any]) -> int:
    """Read the old crs member; GeoJSON without it is EPSG:4326 (RFC 7946)."""
    crs = document.get("crs")
    name = ""
    if isinstance(crs, dict):
        name = str((crs.get("properties") or {}).get("name", ""))
    if not name or "CRS84" in name:
        return 4326
    code = _EPSG.search(name)
    if code is None:
        raise SourceError(
            "crs_unknown", f"the coordinate system {name!r} is not known", name
        )
    return int(code.group(1))


def _shapefile_without_crs(content: bytes, filename: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.casefold(): name for name in archive.namelist()}
    shapefiles = [name for name in names if name.endswith(".shp")]
    if not shapefiles:
        raise SourceError(
            "unknown_format",
            f"{filename}: an archive must hold one shapefile; "
            "unpack it and give the table inside",
        )
    first = shapefiles[0]
    return "" if f"{first[:-4]}.prj" in names else names[first]


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
