"""A faulty shape is told in the same way whichever format brings it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.importing import check_file, import_table
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError

FORMATS = ("geojson", "gpkg", "zip", "kml")
Frame = gpd.GeoDataFrame


def counties(**changed: shapely.Geometry | None) -> Frame:
    """Four squares of one degree west of 100 degrees; some drawn otherwise."""
    shapes = {
        f"u{place}": box(-104 + place, 40, -103 + place, 41) for place in range(4)
    }
    shapes |= changed
    return Frame(
        {"unit_id": list(shapes), "name": [f"County {unit}" for unit in shapes]},
        geometry=list(shapes.values()),
        crs=4326,
    )


def repeated_id() -> Frame:
    frame = counties()
    frame["unit_id"] = ["u0", "u1", "u1", "u3"]
    return frame


def swapped() -> Frame:
    frame = counties()
    frame["geometry"] = shapely.transform(frame.geometry.array, lambda xy: xy[:, ::-1])
    return frame.set_crs(4326, allow_override=True)


def metres(*, named: bool) -> Frame:
    frame = counties().to_crs(3857)
    return frame if named else frame.set_crs(4326, allow_override=True)


BOW_TIE = shapely.Polygon([(-104, 40), (-103, 41), (-103, 40), (-104, 41)])
ACROSS_180 = shapely.Polygon([(178, -18), (-178, -18), (-178, -16), (178, -16)])
WITH_HOLE = shapely.MultiPolygon(
    [
        shapely.Polygon(
            [(-104, 40), (-103, 40), (-103, 41), (-104, 41)],
            [[(-103.7, 40.3), (-103.7, 40.6), (-103.4, 40.6), (-103.4, 40.3)]],
        ),
        box(-104, 43, -103, 44),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with the four counties, and what must be said of it."""

    make: Callable[[], Frame]
    code: str  # of the finding that tells it; empty: nothing is to be told
    verdict: str
    rejected: tuple[int, ...] = ()  # rows of the file, from 1
    formats: tuple[str, ...] = FORMATS


def first_held(shape: shapely.Geometry | None, code: str) -> Fault:
    return Fault(
        make=lambda: counties(u0=shape), code=code, verdict="accept_warn", rejected=(1,)
    )


def refused(make: Callable[[], Frame]) -> Fault:
    return Fault(make=make, code="projected_coordinates", verdict="reject_file")


FAULTS = {
    "none": Fault(make=counties, code="", verdict="accept"),
    "null": first_held(None, "no_shape"),
    "empty": first_held(shapely.Polygon(), "no_shape"),
    "bow_tie": first_held(BOW_TIE, "invalid_shape"),
    "overlap": Fault(
        make=lambda: counties(u0=box(-104, 40, -102.8, 41)),
        code="overlap",
        verdict="accept_warn",
    ),
    "hole": Fault(make=lambda: counties(u0=WITH_HOLE), code="", verdict="accept"),
    "repeated_id": Fault(
        make=repeated_id,
        code="duplicate_id",
        verdict="reject_rows",
        rejected=(2, 3),
    ),
    "metres_named": Fault(  # KML has no other system than degrees
        make=lambda: metres(named=True),
        code="reprojected",
        verdict="accept_notice",
        formats=("geojson", "gpkg", "zip"),
    ),
    "metres_called_degrees": refused(lambda: metres(named=False)),
    "swapped_off_globe": refused(swapped),
    "across_180": Fault(
        make=lambda: counties(u0=ACROSS_180), code="crosses_180", verdict="accept_warn"
    ),
}
CASES = [(name, suffix) for name, fault in FAULTS.items() for suffix in fault.formats]


def kml_of(frame: Frame) -> bytes:
    def ring(kind: str, line: shapely.LinearRing) -> str:
        places = " ".join(f"{x!r},{y!r}" for x, y in line.coords)
        return (
            f"<{kind}><LinearRing><coordinates>{places}</coordinates></LinearRing>"
            f"</{kind}>"
        )

    def polygon(shape: shapely.Polygon) -> str:
        if shape.is_empty:
            return "<Polygon/>"
        inner = "".join(ring("innerBoundaryIs", line) for line in shape.interiors)
        return f"<Polygon>{ring('outerBoundaryIs', shape.exterior)}{inner}</Polygon>"

    def placemark(unit: str, name: str, shape: shapely.Geometry | None) -> str:
        parts = [] if shape is None else getattr(shape, "geoms", [shape])
        drawn = "".join(polygon(part) for part in parts)
        many = f"<MultiGeometry>{drawn}</MultiGeometry>" if len(parts) > 1 else drawn
        data = f'<Data name="unit_id"><value>{escape(unit)}</value></Data>'
        return (
            f"<Placemark><name>{escape(name)}</name><ExtendedData>{data}"
            f"</ExtendedData>{many}</Placemark>"
        )

    rows = zip(frame["unit_id"], frame["name"], frame.geometry, strict=True)
    marks = "".join(placemark(*row) for row in rows)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = "http://www.opengis.net/kml/2.2"
    return f'{head}<kml xmlns="{space}"><Document>{marks}</Document></kml>'.encode()


def zipped_shapefile(frame: Frame, folder, *, without: str = "") -> bytes:
    frame.to_file(folder / "units.shp", encoding="utf-8")
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            if part != without:
                archive.write(folder / f"units{part}", f"units{part}")
    return kept.getvalue()


def written(frame: Frame, suffix: str, folder) -> bytes:
    if suffix == "kml":
        return kml_of(frame)
    if suffix == "zip":
        return zipped_shapefile(frame, folder)
    driver = {"geojson": "GeoJSON", "gpkg": "GPKG"}[suffix]
    path = folder / f"units.{suffix}"
    frame.to_file(path, driver=driver)
    return path.read_bytes()


def imported(content: bytes, suffix: str) -> ImportReport:
    report = import_table(
        read_source(content, f"units.{suffix}"), ImportContext(kind="units")
    )
    assert report.rows_accepted + report.rows_rejected == report.rows_read
    return report


@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_a_fault_is_told_alike_in_every_format(name, suffix, tmp_path):
    fault = FAULTS[name]
    report = imported(written(fault.make(), suffix, tmp_path), suffix)
    findings = report.findings
    assert report.verdict == fault.verdict
    assert set(findings["code"]) == ({fault.code} if fault.code else set())
    held = findings.loc[findings["severity"] == "reject", "row"].dropna()
    assert tuple(held) == fault.rejected
    assert report.rows_read == 4
    is_refused = fault.verdict == "reject_file"
    rows = [n for n in range(4) if n + 1 not in fault.rejected and not is_refused]
    assert report.rows_accepted == len(rows)
    if rows:
        kept = fault.make()["unit_id"].iloc[rows]
        assert report.frame.index.tolist() == kept.tolist()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_hole_stays_a_hole_and_both_parts_stay(suffix, tmp_path):
    report = imported(written(counties(u0=WITH_HOLE), suffix, tmp_path), suffix)
    shape = report.frame.geometry.loc["u0"]
    assert shape.equals(WITH_HOLE)
    assert not shape.contains(shapely.Point(-103.5, 40.5))
    assert shape.contains(shapely.Point(-103.5, 43.5))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_shape_across_180_holds_the_places_beside_it_only(suffix, tmp_path):
    report = imported(written(counties(u0=ACROSS_180), suffix, tmp_path), suffix)
    shape = report.frame.geometry.loc["u0"]
    assert shape.area == pytest.approx(8)
    assert shape.contains(shapely.Point(179, -17))
    assert shape.contains(shapely.Point(-179, -17))
    assert not shape.contains(shapely.Point(0, -17))


@pytest.mark.parametrize("suffix", FAULTS["metres_named"].formats)
def test_metres_come_back_as_the_degrees_they_were(suffix, tmp_path):
    report = imported(written(metres(named=True), suffix, tmp_path), suffix)
    places = report.frame.geometry.bounds.to_numpy()
    assert places == pytest.approx(counties().bounds.to_numpy(), abs=1e-6)


def test_a_shapefile_without_prj_asks_for_its_system_and_reads_nothing(tmp_path):
    for frame in (counties(), metres(named=True)):
        content = zipped_shapefile(frame, tmp_path, without=".prj")
        report = imported(content, "zip")
        assert "crs_unknown" in set(report.findings["code"])
        assert (report.verdict, report.rows_read) == ("accept_warn", 0)
        assert not report.is_usable


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_cut_file_is_refused_whole_with_a_reason(suffix, share, tmp_path):
    whole = written(counties(), suffix, tmp_path)
    cut = whole[: int(len(whole) * share)]
    with pytest.raises(InputError):
        read_source(cut, f"units.{suffix}")
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(cut)
    report = check_file(path, ImportContext(kind="units"))
    assert (report.verdict, report.rows_read) == ("reject_file", 0)
    assert set(report.findings["code"]) <= {
        "broken_geojson",
        "broken_layer",
        "broken_kml",
        "damaged_archive",
    }
