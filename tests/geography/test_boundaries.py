"""Reading, repairing and dissolving polygons."""

import gzip
import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, box, mapping

from planner.core.errors import CrsError, InputError, SchemaError
from planner.geography.boundaries import dissolve, load_counties, read_boundaries


def feature(shape, **properties):
    geometry = None if shape is None else mapping(shape)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(path, *features):
    text = json.dumps({"type": "FeatureCollection", "features": features})
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


@pytest.fixture
def county_dir(tmp_path):
    """Two counties of Ohio and one of Indiana."""
    write(
        tmp_path / "us_counties.geojson.gz",
        feature(box(0, 0, 1, 1), unit_id="39001", name="Adams", region="OH"),
        feature(box(1, 0, 2, 1), unit_id="39003", name="Allen", region="OH"),
        feature(box(2, 0, 3, 1), unit_id="01001", name="Autauga", region="IN"),
    )
    return tmp_path


def test_counties_keep_leading_zeros(county_dir):
    assert "01001" in load_counties(county_dir).index


def test_counties_of_one_state(county_dir):
    counties = load_counties(county_dir, ["OH"])
    assert counties.index.tolist() == ["39001", "39003"]
    assert counties.crs.to_epsg() == 4326


def test_unknown_state_is_named(county_dir):
    with pytest.raises(InputError, match="'ZZ'"):
        load_counties(county_dir, ["OH", "ZZ"])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_boundaries(tmp_path / "none.geojson")


def test_text_that_is_no_map_is_refused(tmp_path):
    path = tmp_path / "broken.geojson"
    path.write_text("{")
    with pytest.raises(InputError, match=r"broken\.geojson"):
        read_boundaries(path)


def test_own_polygons_get_names_and_ids(tmp_path):
    path = write(tmp_path / "own.geojson", feature(box(0, 0, 1, 1), code="007"))
    units = read_boundaries(path, "code")
    assert units.index.tolist() == ["007"]
    assert units.loc["007", "name"] == "007"


def test_bow_tie_is_repaired(tmp_path):
    bow = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],
    }
    row = {"type": "Feature", "properties": {"unit_id": "a"}, "geometry": bow}
    units = read_boundaries(write(tmp_path / "bow.geojson", row))
    assert units.geometry.is_valid.all()
    assert units.geometry.iloc[0].area == pytest.approx(0.5)


def test_bad_rows_are_named_by_number(tmp_path):
    path = write(
        tmp_path / "bad.geojson",
        feature(box(0, 0, 1, 1), unit_id="a"),
        feature(box(1, 0, 2, 1), unit_id="a"),
        feature(None, unit_id="c"),
        feature(box(500, 0, 501, 1), unit_id="d"),
    )
    with pytest.raises(SchemaError) as caught:
        read_boundaries(path)
    assert [(fault.row, fault.column) for fault in caught.value.rows] == [
        ("2", "unit_id"),
        ("3", "geometry"),
        ("4", "geometry"),
    ]


def test_missing_id_column_is_named(tmp_path):
    path = write(tmp_path / "own.geojson", feature(box(0, 0, 1, 1), code="1"))
    with pytest.raises(InputError, match="'zip'"):
        read_boundaries(path, "zip")


def test_file_without_coordinate_system_is_refused(tmp_path):
    path = tmp_path / "plane.gpkg"
    plane = gpd.GeoDataFrame({"unit_id": ["a"]}, geometry=[box(0, 0, 1, 1)])
    with pytest.warns(UserWarning, match="crs"):
        plane.to_file(path)
    with pytest.raises(CrsError, match=r"coordinate system"):
        read_boundaries(path)


def test_dissolve_joins_shapes_and_counts_units():
    units = gpd.GeoDataFrame(
        geometry=[box(i, 0, i + 1, 1) for i in range(4)], index=list("abcd"), crs=4326
    )
    joined = dissolve(units, pd.Series(["T2", "T1", "T1", None], index=list("abcd")))
    assert joined.index.tolist() == ["T1", "T2"]
    assert joined["n_units"].tolist() == [2, 1]
    assert joined.geometry["T1"].equals(box(1, 0, 3, 1))
    assert joined.crs.to_epsg() == 4326


def test_dissolve_survives_overlapping_units():
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 2, 2), box(1, 1, 3, 3), MultiPolygon([box(5, 5, 6, 6)])],
        index=list("abc"),
        crs=4326,
    )
    joined = dissolve(units, pd.Series("T1", index=units.index))
    assert joined.geometry["T1"].is_valid
    assert joined.geometry["T1"].area == pytest.approx(8)


def test_dissolve_names_a_unit_without_polygon():
    units = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], index=["a"], crs=4326)
    with pytest.raises(InputError, match="'z'"):
        dissolve(units, pd.Series("T1", index=["z"]))
