"""The same rows come out of every format."""

from __future__ import annotations

import io
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from planner.accounts.findings import SourceError
from planner.accounts.reading.sources import read_source

LAYER = gpd.GeoDataFrame(
    {"id": ["01", "02"], "size": [1.5, 2.0]},
    geometry=[shapely.Point(-80, 40), shapely.box(0, 0, 1, 1)],
    crs=4326,
)
KML = b"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>A &amp; B</name><ExtendedData><Data name="zip"><value>01234</value>
</Data></ExtendedData><Point><coordinates>-80,40,0</coordinates></Point></Placemark>
<Placemark><name>Hole</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
0,0 3,0 3,3 0,3 0,0</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs>
<LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></innerBoundaryIs>
</Polygon></Placemark></Document></kml>"""


def refused(content, name):
    with pytest.raises(SourceError) as error:
        read_source(content, name)
    return error.value.finding.code


def test_a_sheet_is_chosen_by_name():
    book = openpyxl.Workbook()
    book.active.title = "One"
    book.active.append(["id", "name"])
    book.active.append(["0001", "A"])
    second = book.create_sheet("Two")
    second.append(["id"])
    second.append(["7"])
    kept = io.BytesIO()
    book.save(kept)
    first = read_source(kept.getvalue(), "a.xlsx")
    assert (first.layers, first.layer) == (("One", "Two"), "One")
    assert first.frame["id"].tolist() == ["0001"]
    assert "first_sheet" in {note.code for note in first.notes}
    chosen = read_source(kept.getvalue(), "a.xlsx", layer="Two")
    assert chosen.frame["id"].tolist() == ["7"]
    with pytest.raises(SourceError, match="no sheet or layer 'Three', only One, Two"):
        read_source(kept.getvalue(), "a.xlsx", layer="Three")


def test_parquet_keeps_zeros_days_and_numbers_as_they_read():
    table = pa.table(
        {
            "id": ["0001", None],
            "n": pa.array([125000.0, 0.1]),
            "day": pa.array(pd.to_datetime(["2026-01-31", None])),
            "list": [["a"], None],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    frame = read_source(sink.getvalue(), "a.parquet").frame
    assert frame.iloc[0].tolist() == ["0001", "125000", "2026-01-31", '["a"]']
    assert frame.iloc[1].tolist() == ["", "0.1", "", ""]


def test_geoparquet_in_metres_is_brought_to_degrees(tmp_path):
    LAYER.to_crs(3857).to_parquet(tmp_path / "a.parquet")
    raw = read_source(tmp_path / "a.parquet")
    assert raw.frame["id"].tolist() == ["01", "02"]
    assert float(raw.frame["lat"].iloc[0]) == pytest.approx(40)
    assert shapely.equals_exact(
        raw.geometry.iloc[1], shapely.box(0, 0, 1, 1), 1e-6
    ) or (raw.geometry.iloc[1].area == pytest.approx(1))
    assert "reprojected" in {note.code for note in raw.notes}


def test_a_text_repeated_a_million_times_is_counted_not_copied():
    one = pa.array(["x" * 1_000_000]).dictionary_encode()
    sink = io.BytesIO()
    pq.write_table(pa.table({"t": one.take(pa.array([0] * 1000))}), sink)
    assert refused(sink.getvalue(), "bomb.parquet") == "table_too_large"
    assert refused(sink.getvalue()[:-20], "cut.parquet") == "broken_parquet"
    assert refused(b"PAR1 nothing PAR1", "no.parquet") == "broken_parquet"


def test_a_layer_of_a_geopackage_is_chosen_by_name(tmp_path):
    path = tmp_path / "a.gpkg"
    LAYER.iloc[:1].to_file(path, layer="one")
    LAYER.iloc[1:].to_file(path, layer="two")
    first = read_source(path)
    assert (first.layers, first.layer) == (("one", "two"), "one")
    assert "first_layer" in {note.code for note in first.notes}
    assert read_source(path, layer="two").frame["id"].tolist() == ["02"]


def test_a_shapefile_of_several_is_chosen_by_name(tmp_path):
    LAYER.iloc[:1].to_file(tmp_path / "s1.shp")
    LAYER.iloc[1:].to_file(tmp_path / "s2.shp")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for part in sorted(tmp_path.glob("s?.*")):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert read_source(tmp_path / "s.zip").layers == ("s1.shp", "s2.shp")
    chosen = read_source(tmp_path / "s.zip", layer="s2.shp")
    assert chosen.frame["id"].tolist() == ["02"]


def test_placemarks_are_rows_with_their_data_and_shapes():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    for content, name in ((KML, "a.kml"), (packed.getvalue(), "a.kmz")):
        raw = read_source(content, name)
        assert raw.frame["name"].tolist() == ["A & B", "Hole"]
        assert raw.frame["zip"].tolist() == ["01234", ""]
        assert raw.frame["lat"].iloc[0] == "40.0"
        assert raw.geometry.iloc[1].area == pytest.approx(8.5)


def test_kml_that_is_cut_off_endless_or_something_else_is_refused():
    assert refused(KML[:-30], "cut.kml") == "broken_kml"
    assert refused(b"<svg><g/></svg>", "a.kml") == "broken_kml"
    deep = b"<kml>" + b"<Folder>" * 100 + b"</Folder>" * 100 + b"</kml>"
    assert refused(deep, "deep.kml") == "too_many_vertices"
    entity = b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>'
    assert refused(entity, "a.kml") == "unsafe_markup"


def test_a_file_is_known_by_its_hash():
    one, other = (
        read_source(b"a,b\n1,2\n", "a.csv"),
        read_source(b"a,b\n1,3\n", "a.csv"),
    )
    assert len(one.sha256) == 64
    assert one.sha256 != other.sha256
