"""GeoJSON, GeoPackage, zipped shapefiles: properties as text, shapes in degrees."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from planner.accounts.findings import Finding, SourceError
from planner.accounts.reading.guards import (
    check_features,
    check_geopackage,
    layer_alone,
)
from planner.accounts.reading.layers import choose_layer, first_layer_note
from planner.accounts.reading.tables import RawTable, table_of

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
    notes = _unclosed([feature.get("geometry") for feature in features])
    return table_of_shapes(properties, shapes, epsg, filename, notes)


def read_layer(content: bytes, filename: str, layer: str = "") -> RawTable:
    """
    Read one layer of a GeoPackage or of zipped shapefiles.

    Parameters
    ----------
    content
        The bytes of the file; an archive's directory was checked before.
    filename
        For messages.
    layer
        Name of the layer; empty: the first.

    Raises
    ------
    SourceError
        If there is no such layer, or the shapes have no coordinate system.
    """
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    is_zip = filename.lower().endswith(".zip")
    if is_zip:
        names = _shapefiles(content, filename)
        layer_name = choose_layer(names, layer, filename)
        if not _has_crs(content, layer_name):
            return _without_crs(layer_name, names, filename)
        content = layer_alone(content, filename, layer_name)
    else:
        check_geopackage(content, filename)
    try:
        if not is_zip:
            names = [str(name) for name, _ in pyogrio.list_layers(io.BytesIO(content))]
            layer_name = choose_layer(names, layer, filename)
        shapes = pyogrio.read_dataframe(
            io.BytesIO(content), layer=None if is_zip else layer_name
        )
    except SourceError:
        raise
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise SourceError(
            "broken_layer", f"{filename}: no layer of shapes can be read from it"
        ) from error
    notes = first_layer_note(names, layer)
    if "geometry" not in shapes.columns or shapes.crs is None:
        raise SourceError(
            "crs_unknown",
            f"{filename}: layer {layer_name!r} has no shapes with a coordinate system",
        )
    crs = 4326 if shapes.crs.equals(4326, ignore_axis_order=True) else shapes.crs
    rows = shapes.drop(columns="geometry").astype(object).to_dict("records")
    table = table_of_shapes(rows, list(shapes.geometry), crs, filename, notes)
    return replace(table, layers=tuple(names), layer=layer_name)


def _without_crs(layer_name: str, names: Sequence[str], filename: str) -> RawTable:
    question = Finding(
        code="crs_unknown",
        severity="warn",
        message=f"{filename}: {layer_name} has no .prj, so its coordinate system "
        "is unknown; add the .prj file or save it as GeoJSON. Nothing was read",
    )
    return RawTable(
        filename=filename,
        columns=(),
        frame=pd.DataFrame(index=pd.RangeIndex(1, 1, name="row")),
        notes=(question,),
        layers=tuple(names),
        layer=layer_name,
    )


def table_of_shapes(
    properties: Sequence[dict[str, Any]],
    shapes: Sequence[Any],
    crs: Any,
    filename: str,
    notes: Sequence[Finding] = (),
) -> RawTable:
    """
    Build a table from features.

    Parameters
    ----------
    properties
        Values by name, one mapping a feature.
    shapes
        One a feature, None where there is none.
    crs
        EPSG code, or what pyproj knows of the coordinate system.
    filename, notes
        As of `RawTable`.

    Returns
    -------
    The table with `lat` and `lon` of a point, or of a place inside a polygon, and the
    shapes in EPSG:4326.
    """
    notes = list(notes)
    placed = list(shapes)
    if crs != 4326:
        placed = _to_degrees(shapes, crs)
        name = f"EPSG:{crs}" if isinstance(crs, int) else crs.name
        notes.append(
            Finding(
                code="reprojected",
                severity="notice",
                value=name,
                message=f"coordinates were converted from {name} to degrees",
            )
        )
    names = list(dict.fromkeys(_text(key) for row in properties for key in row))
    columns = [name for name in names if name.casefold() not in {"lat", "lon"}]
    rows = []
    for row, shape in zip(properties, placed, strict=True):
        cells = [_text(row.get(name)) for name in columns]
        rows.append([*cells, *_place(shape)])
    return table_of([*columns, "lat", "lon"], rows, filename, notes, placed)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    """Read the properties; the id beside them counts as one if it is not among them."""
    member = feature.get("properties")
    properties = member if isinstance(member, dict) else {}
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
        outline = shape(geometry)
        is_finite = outline.is_empty or all(map(math.isfinite, outline.bounds))
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
    return outline if is_finite else None


def _unclosed(geometries: Sequence[Any]) -> list[Finding]:
    """Name features with a ring whose last place is not its first."""
    return [
        Finding(
            code="unclosed_ring",
            severity="warn",
            row=row,
            column="geometry",
            message=f"a border of feature {row} does not end where it begins; it was "
            "closed by a straight line. Look at its shape, or close it where it was "
            "drawn",
        )
        for row, geometry in enumerate(geometries, start=1)
        if any(ring[0] != ring[-1] for ring in _rings(geometry) if ring)
    ]


def _rings(geometry: Any) -> list[list[Any]]:
    """List the rings of a polygon or of several, as they stand in the file."""
    if not isinstance(geometry, dict):
        return []
    places = geometry.get("coordinates")
    polygons = {"Polygon": [places], "MultiPolygon": places}.get(
        str(geometry.get("type"))
    )
    if not isinstance(polygons, list):
        return []
    rings = [
        ring for polygon in polygons if isinstance(polygon, list) for ring in polygon
    ]
    return [ring for ring in rings if isinstance(ring, list)]


def _place(shape: Any) -> tuple[str, str]:
    if shape is None or shape.is_empty:
        return "", ""
    if shape.geom_type == "Point":  # in full, so that a place comes back as it went
        return f"{Decimal(repr(shape.y)):f}", f"{Decimal(repr(shape.x)):f}"
    point = shape.representative_point()
    return f"{point.y:.7f}", f"{point.x:.7f}"


def _to_degrees(shapes: Sequence[Any], crs: Any) -> list[Any]:
    import geopandas as gpd

    return list(gpd.GeoSeries(list(shapes), crs=crs).to_crs(4326))


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


def _shapefiles(content: bytes, filename: str) -> list[str]:
    """Name the shapefiles of an archive, with their folders."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".shp")]
    if not names:
        raise SourceError(
            "unknown_format",
            f"{filename}: an archive must hold a shapefile; "
            "unpack it and give the table inside",
        )
    return names


def _has_crs(content: bytes, shapefile: str) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.casefold() for name in archive.namelist()}
    return f"{shapefile[:-4]}.prj".casefold() in names


def _text(value: Any) -> str:
    if (
        value is None
        or value is pd.NaT
        or (isinstance(value, float) and value != value)
    ):
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a pair is no text
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
