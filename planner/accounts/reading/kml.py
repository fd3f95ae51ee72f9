"""KML and KMZ: placemarks as rows, read by a parser that knows no entities."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any
from xml.parsers import expat

import shapely

from planner.accounts.findings import SourceError
from planner.accounts.reading.features import table_of_shapes
from planner.accounts.reading.guards import MOST_VERTICES, check_markup
from planner.accounts.reading.tables import RawTable

DEEPEST = 60
MOST_PLACEMARKS = 500_000
LARGEST_MEMBER_BYTES = 200_000_000
_PIECE_BYTES = 65_536
_TEXTS = ("name", "description", "address", "phoneNumber")
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon")


def read_kmz(content: bytes, filename: str) -> RawTable:
    """
    Read the first KML of an archive; `guards.check_archive` came before.

    Raises
    ------
    SourceError
        If there is none, or as of `read_kml`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if _is_kml(name)]
            if not names:
                raise SourceError("broken_kml", f"{filename}: holds no KML")
            first = "doc.kml" if "doc.kml" in names else names[0]
            if archive.getinfo(first).file_size > LARGEST_MEMBER_BYTES:
                raise SourceError("archive_too_large", f"{filename}: its KML is large")
            text = archive.read(first)
    except SourceError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise SourceError(
            "damaged_archive", f"{filename}: the file is damaged or not of its kind"
        ) from error
    return read_kml(text, filename)


def read_kml(content: bytes, filename: str) -> RawTable:
    """
    Read placemarks; a point gives `lat` and `lon`, a polygon a place inside it.

    Parameters
    ----------
    content
        The bytes of the file.
    filename
        For messages.

    Raises
    ------
    SourceError
        If it declares a document type, is no KML, is cut off, nested without end, or
        larger than can be planned with.

    Notes
    -----
    Columns are name, description, address, the id of a placemark, and its extended
    data. Network links, styles and overlays are not followed.
    """
    check_markup(content, filename)
    reader = _Reader(filename)
    try:
        for start in range(0, len(content), _PIECE_BYTES):
            reader.parser.Parse(content[start : start + _PIECE_BYTES], False)
        reader.parser.Parse(b"", True)
    except SourceError:
        raise
    except (expat.ExpatError, ValueError) as error:
        raise SourceError(
            "broken_kml",
            f"{filename}: is not complete KML; it was cut off, or is XML "
            "of another kind",
        ) from error
    if not reader.is_kml:
        raise SourceError("broken_kml", f"{filename}: is XML, but no KML")
    return table_of_shapes(reader.facts, reader.shapes, 4326, filename)


class _Reader:
    """Collects placemarks while the parser walks through the text."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.facts: list[dict[str, str]] = []
        self.shapes: list[Any] = []
        self.is_kml = False
        self._path: list[str] = []
        self._text: list[str] = []
        self._fact: dict[str, str] | None = None
        self._parts: list[Any] = []
        self._rings: list[list[tuple[float, float]]] = []
        self._field = ""
        self._n_vertices = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _refuse(self, *_: Any) -> None:
        raise SourceError(
            "unsafe_markup",
            f"{self.filename} declares a document type (DOCTYPE); save it again "
            "without one. Nothing was read",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self._path.append(tag)
        self._text.clear()
        self.is_kml = self.is_kml or tag == "kml"
        if len(self._path) > DEEPEST:
            raise self._too_large(f"elements {DEEPEST} deep")
        if tag == "Placemark":
            if len(self.facts) >= MOST_PLACEMARKS:
                raise self._too_large(f"{MOST_PLACEMARKS:,} placemarks")
            self._fact = {"id": attributes["id"]} if attributes.get("id") else {}
            self._parts = []
        elif tag in {"Data", "SimpleData"}:
            self._field = attributes.get("name", "")
        elif tag in _SHAPES and tag != "LinearRing":
            self._rings = []

    def _end(self, _: str) -> None:
        tag = self._path.pop()
        text = "".join(self._text).strip()
        self._text.clear()
        if self._fact is None:
            return
        above = self._path[-1] if self._path else ""
        if tag in _TEXTS and above == "Placemark":
            self._fact[tag] = text
        elif tag == "SimpleData" or (tag == "value" and above == "Data"):
            if self._field:
                self._fact[self._field] = text
        elif tag == "coordinates":
            self._rings.append(self._points(text))
        elif tag in _SHAPES and (tag != "LinearRing" or above not in _BOUNDARIES):
            self._parts.append(_shape(tag, self._rings))
        elif tag == "Placemark":
            self._close()

    def _close(self) -> None:
        parts = [part for part in self._parts if part is not None]
        self.facts.append(self._fact or {})
        self.shapes.append(_together(parts))
        self._fact = None

    def _points(self, text: str) -> list[tuple[float, float]]:
        points = []
        for place in re.split(r"\s+", text):
            if place:
                lon, lat, *_ = [*place.split(","), ""][:3]
                points.append((float(lon), float(lat)))
        self._n_vertices += len(points)
        if self._n_vertices > MOST_VERTICES:
            raise self._too_large(f"{MOST_VERTICES:,} coordinates")
        return points

    def _too_large(self, limit: str) -> SourceError:
        return SourceError(
            "too_many_vertices",
            f"{self.filename}: holds more than {limit}; split or simplify it",
        )


_BOUNDARIES = ("outerBoundaryIs", "innerBoundaryIs")


def _is_kml(name: str) -> bool:
    return name.casefold().endswith(".kml")


def _shape(tag: str, rings: list[list[tuple[float, float]]]) -> Any:
    """Build a shape; what cannot be built counts as missing."""
    try:
        if tag == "Point":
            return shapely.Point(rings[0][0])
        if tag == "Polygon":
            return shapely.Polygon(rings[0], rings[1:])
        return shapely.LineString(rings[0])
    except (IndexError, ValueError, TypeError, shapely.errors.ShapelyError):
        return None


def _together(parts: list[Any]) -> Any:
    if len(parts) <= 1:
        return parts[0] if parts else None
    if all(part.geom_type == "Polygon" for part in parts):
        return shapely.MultiPolygon(parts)
    return shapely.GeometryCollection(parts)
