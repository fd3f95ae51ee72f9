"""Coordinates in cells: decimals, degrees and minutes, letters, both in one column."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pandas as pd
import shapely
from shapely.errors import GEOSException

from planner.accounts.reading.values.numbers import MISSING

_PRIMES = str.maketrans(
    {"º": "°", "˚": "°", "d": "°", "′": "'", "’": "'", "`": "'", "´": "'", "m": "'"}
    | {"″": '"', "”": '"', "“": '"', "\u2212": "-", "–": "-", "\u00a0": " "}
)
# East is no O: in German it is Ost, in French and Spanish Ouest and Oeste.
_LETTER = r"[NSEWnsew]"
_ANGLE = re.compile(
    rf"(?P<before>{_LETTER})?\s*(?P<sign>[+-])?\s*(?P<degrees>\d{{1,3}}(?:[.,]\d+)?)"
    r"(?:\s*[°:\s]\s*(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*'?"
    r"(?:\s*[:'\s]?\s*(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|'')?)?)?"
    rf"\s*°?\s*(?P<after>{_LETTER})?"
)
_DECIMAL = r"[+-]?\d{1,3}(?:[.,]\d+)?"
_PAIRS = (
    re.compile(
        r"(?P<a>[+-]?\d{1,3}(?:\.\d+)?)\s*[,;/|\s]\s*(?P<b>[+-]?\d{1,3}(?:\.\d+)?)"
    ),
    re.compile(rf"(?P<a>{_DECIMAL})\s*[;/|\s]\s*(?P<b>{_DECIMAL})"),
    re.compile(r"(?P<a>[+-]?\d{1,3},\d+)\s*,\s*(?P<b>[+-]?\d{1,3},\d+)"),
)
_IN_URL = re.compile(
    r"(?:@|[?&](?:q|ll|query|center|daddr)=|geo:)(-?\d+\.\d+),\s*(-?\d+\.\d+)"
)
_NAMED = re.compile(
    r"['\"]?\b(lat(?:itude)?|lon(?:g|gitude)?|lng)\b['\"]?\s*[:=]\s*['\"]?([+-]?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_WKB = re.compile(r"[0-9A-Fa-f]{42,120}")


@dataclass(frozen=True, slots=True)
class Places:
    """
    A column of whole places.

    Parameters
    ----------
    lat, lon : shape (n_rows,)
        Degrees, NaN where there is none.
    is_bad : shape (n_rows,)
        Cells that are no place.
    """

    lat: pd.Series
    lon: pd.Series
    is_bad: pd.Series


def read_angles(cells: pd.Series, letters: str) -> tuple[pd.Series, pd.Series]:
    """
    Read latitudes or longitudes that are no plain numbers.

    Parameters
    ----------
    cells : shape (n_rows,)
        Text such as ``41.88 N``, ``41°52'48"N``, ``41 52.8``.
    letters
        ``NS`` or ``EW``: a cell with a letter of the other axis is none.

    Returns
    -------
    degrees : shape (n_rows,)
        NaN where there is none.
    is_bad : shape (n_rows,)
        Cells that are no angle.
    """
    text = cells.str.strip()
    text = text.where(~text.str.lower().isin(MISSING), "")
    by_text = {cell: _angle(cell, letters) for cell in text.unique()}
    degrees = pd.to_numeric(text.map(by_text), errors="coerce").astype("float64")
    return degrees, (text != "") & degrees.isna()


def read_pairs(cells: pd.Series) -> Places:
    """
    Read places that stand in one column.

    Parameters
    ----------
    cells : shape (n_rows,)
        ``41.88,-87.63``, ``POINT (-87.63 41.88)``, a point of GeoJSON, ``41.88 N 87.63
        W``, a link to a map.

    Notes
    -----
    Two plain numbers are latitude and longitude; where the first of a row cannot be a
    latitude, the whole column is read the other way.
    """
    text = cells.str.strip()
    text = text.where(~text.str.lower().isin(MISSING), "")
    pairs = {cell: _pair(cell) for cell in text.unique()}
    plain = [pair for pair in pairs.values() if pair is not None and not pair[2]]
    is_lon_first = any(abs(first) > 90 for first, _, _ in plain) and not any(
        abs(second) > 90 for _, second, _ in plain
    )
    lat = {}
    lon = {}
    for cell, pair in pairs.items():
        if pair is not None:
            turned = is_lon_first and not pair[2]
            lat[cell], lon[cell] = (pair[1], pair[0]) if turned else pair[:2]
    lats = text.map(lat).astype("float64")
    lons = text.map(lon).astype("float64")
    return Places(lats, lons, (text != "") & lats.isna())


def from_0_to_360(lon: pd.Series) -> bool:
    """Tell whether a column counts its longitudes eastward all around."""
    is_west = (lon > 180) & (lon <= 360)  # one alone is rather a slip of the hand
    return int(is_west.sum()) > 1 and not bool((lon < 0).any() or (lon > 360).any())


def _angle(cell: str, letters: str) -> float | None:
    plain = re.sub(r"(?<=\d)s(?=\s*[NSEW])", '"', cell).translate(_PRIMES)
    match = _ANGLE.fullmatch(plain)
    if match is None or (match["before"] and match["after"]):
        return None
    letter = (match["before"] or match["after"] or "").upper()
    if letter and letter not in letters:
        return None
    degrees, minutes, seconds = (
        float((match[part] or "0").replace(",", "."))
        for part in ("degrees", "minutes", "seconds")
    )
    is_against = match["sign"] == "-" and letter in set("NE")
    if minutes >= 60 or seconds >= 60 or (letter and is_against):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if match["sign"] == "-" or letter in set("SW") else angle


def _pair(cell: str) -> tuple[float, float, bool] | None:
    """Read one place: two numbers, and whether they are surely lat and lon."""
    if not cell:
        return None
    written = _written(cell)
    if written is not None:
        return (*written, True)
    bare = cell.strip("()[]{} ").strip()
    for form in _PAIRS:
        match = form.fullmatch(bare)
        if match is not None:
            first, second = (float(match[part].replace(",", ".")) for part in "ab")
            return (first, second, False) if abs(second) <= 360 else None
    sure = _lettered(bare)
    return None if sure is None else (*sure, True)


def _written(cell: str) -> tuple[float, float] | None:
    """Read a point as programs write it: WKT, WKB, GeoJSON, names, links."""
    in_url = _IN_URL.search(cell)
    if in_url is not None:
        return float(in_url[1]), float(in_url[2])
    shape = None
    bare = re.sub(r"^SRID=4326;\s*", "", cell, flags=re.IGNORECASE)
    try:
        if bare[:5].upper() == "POINT":
            shape = shapely.from_wkt(bare.upper())
        elif _WKB.fullmatch(cell):
            shape = shapely.from_wkb(cell)
        elif '"coordinates"' in cell:
            shape = shapely.from_geojson(json.dumps(json.loads(cell)))
    except (GEOSException, ValueError):
        return None
    if isinstance(shape, shapely.Point) and not shape.is_empty:
        return shape.y, shape.x
    named = {key[:2].lower(): float(value) for key, value in _NAMED.findall(cell)}
    lon = named.get("lo", named.get("ln"))
    return None if lon is None or "la" not in named else (named["la"], lon)


def _lettered(cell: str) -> tuple[float, float] | None:
    """Read two angles with their letters, in any order."""
    for place in range(1, len(cell)):
        if cell[place] not in " ,;/|" and cell[place - 1 : place].upper() not in set(
            "NSEW"
        ):
            continue
        head, tail = cell[:place].strip(" ,;/|"), cell[place:].strip(" ,;/|")
        if not re.search(_LETTER, head) or not re.search(_LETTER, tail):
            continue
        for lat, lon in ((head, tail), (tail, head)):
            angles = _angle(lat, "NS"), _angle(lon, "EW")
            if angles[0] is not None and angles[1] is not None:
                return angles[0], angles[1]
    return None
