"""Writing files that come out byte for byte the same."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from planner.core.files.tables import write_bytes
from planner.core.money import minor_digits


def packed(content: bytes) -> bytes:
    """Compress without the time and the name that gzip would write."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, buffer, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def write_csv(frame: pd.DataFrame, path: Path, *, index: bool = True) -> None:
    """Write a table as UTF-8 CSV, packed if the name ends in .gz."""
    text = frame.to_csv(index=index, lineterminator="\n", date_format="%Y-%m-%d")
    content = text.encode()
    write_bytes(packed(content) if path.suffix == ".gz" else content, path)


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write polygons one feature a line, packed if the name ends in .gz."""
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    facts = frame.drop(columns="geometry").to_dict("records")
    lines = [
        json.dumps(
            {"type": "Feature", "properties": fact, "geometry": json.loads(shape)},
            separators=(",", ":"),
            ensure_ascii=False,
        )
        for fact, shape in zip(facts, shapes, strict=True)
    ]
    body = ",\n".join(lines)
    text = f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'
    content = text.encode()
    write_bytes(packed(content) if path.suffix == ".gz" else content, path)


def write_json(record: dict[str, Any], path: Path) -> None:
    """Write a record as indented JSON."""
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    write_bytes(text.encode(), path)


def with_decimal_money(frame: pd.DataFrame, currency: str) -> pd.DataFrame:
    """
    Write money as decimals: each `x_minor` becomes `x`, followed by `currency`.

    Parameters
    ----------
    frame
        Any frame; columns that end in ``_minor`` hold whole minor units.
    currency
        Goes behind the last amount unless the frame has such a column.
    """
    digits = minor_digits(currency)
    written = frame.copy()
    money = [name for name in frame.columns if name.endswith("_minor")]
    money += [name for name in frame.columns if name.endswith("_minor_per_year")]
    for name in money:
        written[name] = [_decimal(amount, digits) for amount in frame[name]]
    if "currency" not in frame.columns:
        place = written.columns.get_loc(money[-1]) + 1
        written.insert(place, "currency", currency)
    return written.rename(columns=lambda name: name.replace("_minor", ""))


def _decimal(amount: Any, digits: int) -> str:
    if pd.isna(amount):
        return ""
    sign, whole = ("-" if amount < 0 else ""), abs(int(amount))
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
