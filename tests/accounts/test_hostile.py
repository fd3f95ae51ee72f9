"""Hostile files: refused fast, in plain words, without reaching for anything else."""

from __future__ import annotations

import io
import json
import os
import pickle
import sqlite3
import stat
import struct
import zipfile

import pytest

from planner.accounts.context import ImportContext
from planner.accounts.findings import SourceError
from planner.accounts.importing import check_file, import_table
from planner.accounts.reading.guards import MOST_COLUMNS, MOST_MEMBERS
from planner.accounts.reading.sources import read_source

ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def archive(*members, **options):
    """Zip pairs of name (or ZipInfo) and bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def workbook(rows=(("account_id", "name", "lat", "lon"), ("1", "A", 41, -87))):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content, part, change):
    """Rewrite one part of an archive."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body) if name == part else body)
    return buffer.getvalue()


def link():
    entry = zipfile.ZipInfo("layer.shp")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return archive((entry, b"/etc/passwd"))


def overlapping():
    """Two directory entries that share one file (as in Fifield's bomb)."""
    body = bytearray(archive(("a.shp", b"x" * 5000), ("b.shp", b"y" * 5000)))
    at = body.rfind(b"PK\x01\x02")
    struct.pack_into("<I", body, at + 42, 0)
    return bytes(body)


def database(*statements, application=b"GPKG"):
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    content = bytearray(conn.serialize())
    content[68:72] = application
    return bytes(content)


def in_sheet(old, new):
    return with_part(
        workbook(), "xl/worksheets/sheet1.xml", lambda body: body.replace(old, new, 1)
    )


def refusal(content, name):
    with pytest.raises(SourceError) as caught:
        read_source(content, name)
    assert len(caught.value.finding.message) > 20
    return caught.value.finding.code


BOMB = b"0" * 30_000_000
VRT = (
    b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd'
    b"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
ARCHIVES = {
    "ratio": (lambda: archive(("a.shp", BOMB)), "archive_too_large"),
    "one bomb among ballast": (
        lambda: archive(("a.shp", BOMB), ("b.bin", os.urandom(1_000_000))),
        "archive_too_large",
    ),
    "many members": (
        lambda: archive(*((f"{i}.txt", b"") for i in range(MOST_MEMBERS + 1))),
        "archive_too_large",
    ),
    "very many members": (
        lambda: archive(*((f"{i}.txt", b"") for i in range(30_000))),
        "archive_too_large",
    ),
    "nested": (lambda: archive(("in.zip", archive(("a", BOMB)))), "unknown_format"),
    "overlapping": (overlapping, "unsafe_archive"),
    "path upwards": (lambda: archive(("../escape.shp", b"x")), "unsafe_archive"),
    "absolute path": (lambda: archive(("/etc/escape.shp", b"x")), "unsafe_archive"),
    "path of Windows": (lambda: archive(("..\\escape.shp", b"x")), "unsafe_archive"),
    "drive of Windows": (lambda: archive(("C:/escape.shp", b"x")), "unsafe_archive"),
    "link": (link, "unsafe_archive"),
    "cut off": (lambda: archive(("a.shp", b"x" * 500))[:-30], "damaged_archive"),
    "no archive": (lambda: pickle.dumps(["x"] * 9), "damaged_archive"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_archive_is_refused_by_its_directory(name):
    make, code = ARCHIVES[name]
    assert refusal(make(), "a.zip") == code


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_workbook_with_entities_is_refused_before_it_is_parsed(part):
    hostile = with_part(workbook(), part, lambda body: ENTITY + body)
    assert refusal(hostile, "a.xlsx") == "unsafe_markup"


@pytest.mark.parametrize(
    "prolog",
    [
        b"<!-- " + b" " * 70_000 + b"-->",
        b'<?xml version="1.0" encoding="cp037"?>',
        b"\xff\xfe<\0!\0",
    ],
)
def test_workbook_that_hides_its_prolog_is_refused(prolog):
    hostile = with_part(workbook(), "xl/workbook.xml", lambda body: prolog + body)
    assert refusal(hostile, "a.xlsx") == "unsafe_markup"


@pytest.mark.parametrize("suffix", ["gpkg", "xlsx", "zip", "csv", "geojson"])
def test_a_pickle_under_another_name_is_not_run(suffix, tmp_path):
    canary = tmp_path / "canary"

    class Bad:
        def __reduce__(self):
            return (os.system, (f"touch {canary}",))

    hostile = pickle.dumps([Bad(), "x" * 200])
    assert refusal(hostile, f"a.{suffix}")
    assert not canary.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (VRT, "broken_layer"),
        (b"/vsicurl/http://127.0.0.1:9/x.gpkg", "broken_layer"),
        (database(application=b"\0\0\0\0"), "broken_layer"),
        (database()[:1500], "broken_layer"),
        (database("CREATE VIRTUAL TABLE v USING fts5(a)"), "unsafe_layer"),
        (
            database(
                "CREATE VIEW v AS SELECT 1 AS a",
                "INSERT INTO gpkg_contents VALUES ('v')",
            ),
            "unsafe_layer",
        ),
        (database("CREATE TABLE t (a)"), "broken_layer"),
    ],
)
def test_what_is_no_plain_geopackage_never_reaches_gdal(content, code):
    assert refusal(content, "a.gpkg") == code


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"FeatureCollection","features":' + "[" * 100_000,
        '{"a":' * 100_000,
        '{"type":"FeatureCollection","features":[' + "1" * 1_000_000 + "]}",
        '{"type":"FeatureCollection","features":{"a":1}}',
        '{"type":"FeatureCollection","features":[1,2]}',
        "[]",
        "1",
        "null",
    ],
)
def test_deep_or_shapeless_geojson_is_refused(text):
    assert refusal(text.encode(), "a.geojson") == "broken_geojson"


def test_geojson_with_too_many_vertices_is_not_parsed():
    assert refusal(b"[0,0]," * 5_000_000, "a.geojson") == "too_many_vertices"


ODD = [
    {"type": "Feature", "properties": [1], "geometry": {"type": "Point"}},
    {"type": "Feature", "properties": "x", "id": {"a": 1}, "geometry": 5},
    {"type": "Feature", "geometry": {"type": "Point", "coordinates": ["a", None]}},
    {"type": "Feature", "geometry": {"type": "Point", "coordinates": []}},
    {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}},
    {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": {}}},
    {"type": "Feature", "geometry": {"type": "Circle", "coordinates": [0, 0]}},
    {"type": "Feature", "geometry": {"type": "GeometryCollection"}},
    {"geometry": {"type": "Point", "coordinates": [[1, 2], [3, 4]]}},
]


@pytest.mark.parametrize("kind", ["accounts", "units"])
@pytest.mark.parametrize("numbers", ["1e999999", "NaN", "-Infinity", "9" * 400])
def test_odd_features_and_enormous_numbers_are_rows_refused(kind, numbers):
    point = {"type": "Point", "coordinates": [123456, 1]}
    features = [*ODD, {"properties": {"id": "1", "name": "A"}, "geometry": point}]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    raw = read_source(text.replace("123456", numbers).encode(), "a.geojson")
    report = import_table(raw, ImportContext(kind=kind))
    assert report.rows_accepted == 0
    assert report.rows_rejected == report.rows_read


def test_line_without_end_and_too_many_columns_are_refused():
    assert refusal(b"a," * 2_000_000, "a.csv") == "line_too_long"
    header = ",".join(f"c{i}" for i in range(100_000))
    assert refusal(f"{header}\n1,2\n".encode(), "a.csv") == "too_many_columns"
    blank = "account_id,name,lat,lon" + "," * 100_000
    rows = "\n".join(f"{i},N{i},41.{i},-87" for i in range(300))
    assert len(read_source(f"{blank}\n{rows}\n".encode(), "a.csv").columns) == 4
    assert MOST_COLUMNS < 100_000


@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1:9/a.csv",
        "file:///etc/passwd",
        "\\\\host\\share\\a.csv",
        "/vsicurl/http://127.0.0.1:9/a.gpkg",
        "/vsizip//etc/a.zip",
    ],
)
def test_addresses_are_no_files(name):
    with pytest.raises(SourceError, match="is an address"):
        check_file(name, ImportContext(kind="accounts"))


def test_pipes_folders_and_strange_names_are_no_files(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, "/dev/zero"):
        with pytest.raises(SourceError, match="a folder or a device"):
            check_file(path, ImportContext(kind="accounts"))
    for path in ("x" * 5000 + ".csv", "a\0b.csv", ""):
        with pytest.raises(SourceError):
            check_file(path, ImportContext(kind="accounts"))
    noisy = tmp_path / "a\n\x1b[31m.csv"
    noisy.write_text("account_id,name,lat,lon\n1,A,41,-87\n")
    report = check_file(noisy, ImportContext(kind="accounts"))
    assert report.file == "a??[31m.csv"
    assert read_source(b"a,b\n1,2\n", "../../x\x1b.csv").filename == "x?.csv"
