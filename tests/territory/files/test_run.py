"""From files to files: the report's form, and faults named by row."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from planner.core.errors import CrsError, InputError, SchemaError
from planner.core.run import RunControl
from planner.territory.files.read import UnitColumns, UnitFiles
from planner.territory.files.run import (
    FileStudy,
    balance_files,
    parse_counts,
    parse_measure,
)
from planner.territory.model.params import BalanceParams

PLANE = UnitColumns(id_column="zip", x="x", y="y")


FILES = {"edges", "centres", "barriers", "apart", "targets"}
STUDY = {"frontier_counts", "frontier_size", "districts"}


def answer_of(units, columns, measures, *, run=None, **options):
    """Balance files, each option where it belongs."""

    def of(names):
        return {name: value for name, value in options.items() if name in names}

    params = BalanceParams(
        measures=tuple(map(parse_measure, measures)),
        **of(set(options) - FILES - STUDY),
    )
    files = UnitFiles(units=units, columns=columns, **of(FILES))
    return balance_files(files, params, FileStudy(**of(STUDY)), run)


def balanced(units, columns, measures, **options):
    """Balance files; plan and report."""
    answer = answer_of(units, columns, measures, **options)
    return answer.plan, answer.report


@pytest.fixture(autouse=True)
def _little_search(monkeypatch):
    """Search four units with 1 step in 100: files and forms are tested here."""
    monkeypatch.setattr("planner.territory.solve.balance._LEAST_STEPS", 20_000)


def quick():
    """Stop at once: files and forms are tested here, not the search."""
    return RunControl(is_cancelled=lambda: True)


@pytest.fixture
def units_csv(tmp_path):
    """Write four units in a square with ids that start with zeros."""
    path = tmp_path / "units.csv"
    path.write_text(
        "zip,x,y,accounts,sales,today,keep\n"
        "0001,0,0,2,10,A,1\n0002,1,0,2,20,A,0\n0003,0,1,2,30,B,0\n0004,1,1,2,40,B,0\n"
    )
    return path


def rewritten(path, old, new):
    path.write_text(path.read_text().replace(old, new))
    return path


def test_report_has_the_form_of_the_contract(units_csv):
    plan, report = balanced(
        units_csv, PLANE, ["accounts=0.05", "sales"], n_territories=2
    )
    assert plan["zip"].tolist() == ["0001", "0002", "0003", "0004"]
    assert plan["territory"].nunique() == 2
    assert set(report) >= {
        "status",
        "n_units",
        "n_territories",
        "measures",
        "extra_pieces",
        "moved",
        "moved_lower_bound",
        "locked_moved",
        "travel",
        "objective",
        "bound",
        "gap",
        "blocking",
        "seed",
        "elapsed_s",
        "stages",
    }
    assert report["met"] is True
    assert report["measures"]["accounts"] == {
        "ideal": 4.0,
        "tolerance": 0.05,
        "max_deviation": 0.0,
        "worst_territory": "T01",
    }
    assert report["measures"]["sales"]["tolerance"] is None
    assert report["moved"] is None
    json.dumps(report, allow_nan=False)


def test_locked_units_keep_their_territory(units_csv):
    columns = UnitColumns(id_column="zip", x="x", y="y", current="today", locked="keep")
    plan, report = balanced(units_csv, columns, ["accounts=0.05"])
    assert plan.set_index("zip").loc["0001", "territory"] == "A"
    assert report["locked_moved"] == 0
    assert report["moved"] >= report["moved_lower_bound"]


def test_edges_are_row_numbers_from_zero(units_csv, tmp_path):
    """A chain 1-3-2-4: halves are {1, 3} and {2, 4}."""
    edges = tmp_path / "edges.csv"
    edges.write_text("i,j\n0,2\n2,1\n1,3\n")
    plan, report = balanced(
        units_csv, PLANE, ["accounts=0.05"], n_territories=2, edges=edges
    )
    territory = plan.set_index("zip")["territory"]
    assert territory["0001"] == territory["0003"] != territory["0002"]
    assert report["extra_pieces"] == 0


def test_fixed_centres_come_from_a_file(units_csv, tmp_path):
    centres = tmp_path / "homes.csv"
    centres.write_text("territory_id,x,y\nlow,0.5,-1\nhigh,0.5,2\n")
    plan, report = balanced(units_csv, PLANE, ["accounts=0.05"], centres=centres)
    assert plan["territory"].tolist() == ["low", "low", "high", "high"]
    assert report["status"] == "optimal"


def test_degrees_are_measured_in_kilometres(tmp_path):
    path = tmp_path / "degrees.csv"
    path.write_text("id,lon,lat,n\na,0,0,1\nb,0,1,1\n")
    columns = UnitColumns(id_column="id", lon="lon", lat="lat")
    _, report = balanced(path, columns, ["n=0.05"], n_territories=1)
    assert report["travel"]["weighted_rms_km"] == pytest.approx(55.3, abs=0.5)


def test_parquet_reads_like_csv(units_csv, tmp_path):
    path = tmp_path / "units.parquet"
    pd.read_csv(units_csv, dtype={"zip": "str"}).to_parquet(path)
    plan, _ = balanced(path, PLANE, ["accounts=0.05"], n_territories=2, run=quick())
    assert plan["zip"].tolist()[0] == "0001"


def test_polygons_bring_their_own_neighbours(tmp_path):
    """Two pairs of squares, apart: one bridge is needed and reported."""
    path = tmp_path / "units.geojson"
    shapes = [box(x, 0, x + 1, 1) for x in (0, 1, 5, 6)]
    gpd.GeoDataFrame(
        {"code": ["a", "b", "c", "d"], "n": [1, 1, 1, 1]}, geometry=shapes, crs=4326
    ).to_file(path)
    plan, report = balanced(
        path, UnitColumns(id_column="code"), ["n=0.05"], n_territories=2
    )
    assert plan["territory"].tolist() == ["T01", "T01", "T02", "T02"]
    assert report["bridges"] == [{"unit_id": "b", "neighbour_id": "c"}]


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("0002,1,0,2", "0002,1,0,many", "2", "accounts"),
        ("0002,1,0,2", "0002,1,0,-2", "2", "accounts"),
        ("0002,1,0,2", "0002,1,0,", "2", "accounts"),
        ("0003,0,1", "0003,nan,1", "3", "x"),
        ("0003,0,1", "0001,0,1", "3", "zip"),
        ("0003,0,1", ",0,1", "3", "zip"),
    ],
)
def test_faults_are_named_by_row_and_column(units_csv, old, new, row, column):
    rewritten(units_csv, old, new)
    with pytest.raises(SchemaError, match=r"units\.csv") as caught:
        balanced(units_csv, PLANE, ["accounts=0.05"], n_territories=2)
    fault = caught.value.rows[0]
    assert (fault.row, fault.column) == (row, column)


def test_lock_must_be_zero_or_one(units_csv):
    rewritten(units_csv, "A,1", "A,perhaps")
    columns = UnitColumns(id_column="zip", x="x", y="y", current="today", locked="keep")
    with pytest.raises(SchemaError, match="must be 0 or 1"):
        balanced(units_csv, columns, ["accounts=0.05"])


@pytest.mark.parametrize("row", ["0,9", "-1,2", "0.5,1", "a,1"])
def test_edge_to_no_row_is_named(units_csv, tmp_path, row):
    edges = tmp_path / "edges.csv"
    edges.write_text(f"i,j\n0,1\n{row}\n")
    with pytest.raises(SchemaError, match=r"edges\.csv: row 2"):
        balanced(units_csv, PLANE, ["accounts=0.05"], n_territories=2, edges=edges)


@pytest.mark.parametrize(
    ("columns", "measures", "message"),
    [
        (PLANE, ["revenue=0.05"], "no column 'revenue'; it has zip, x, y"),
        (PLANE, ["accounts=5%"], "must be a number like 0.05"),
        (UnitColumns(id_column="id", x="x", y="y"), ["accounts"], "no column 'id'"),
        (UnitColumns(id_column="zip"), ["accounts"], "points need --x and --y"),
        (
            UnitColumns(id_column="zip", x="x", y="y", locked="keep"),
            ["accounts"],
            "--locked needs --current",
        ),
        (
            UnitColumns(id_column="zip", x="x", y="y", current="owner"),
            ["accounts"],
            "no column 'owner'",
        ),
    ],
)
def test_wrong_requests_say_what_is_wrong(units_csv, columns, measures, message):
    with pytest.raises(InputError, match=message):
        balanced(units_csv, columns, measures, n_territories=2)


@pytest.mark.parametrize(
    "pair", [{"x": "x"}, {"lat": "y"}, {"x": "x", "y": "y", "lon": "x", "lat": "y"}]
)
def test_coordinates_come_as_one_pair(pair):
    with pytest.raises(InputError, match="--"):
        UnitColumns(id_column="zip", **pair)


def test_kilometres_given_as_degrees_are_refused(units_csv):
    rewritten(units_csv, "0002,1,0", "0002,500,0")
    columns = UnitColumns(id_column="zip", lon="x", lat="y")
    with pytest.raises(CrsError, match="lon must lie in"):
        balanced(units_csv, columns, ["accounts"], n_territories=2)


@pytest.mark.parametrize("name", ["none.csv", "units.txt"])
def test_unreadable_files_are_named(tmp_path, name):
    if name == "units.txt":
        (tmp_path / name).write_text("zip")
    with pytest.raises(InputError, match=name):
        balanced(tmp_path / name, PLANE, ["accounts"], n_territories=2)


def test_header_without_rows(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("zip,x,y,accounts\n")
    with pytest.raises(InputError, match="holds no row"):
        balanced(path, PLANE, ["accounts"], n_territories=2)


def test_measure_with_and_without_tolerance():
    assert parse_measure("accounts").tolerance is None
    assert parse_measure("accounts=0.05").tolerance == 0.05
    assert parse_measure("a=b=0.1").column == "a=b"


def test_groups_pairs_barriers_and_targets_come_from_files(units_csv, tmp_path):
    """1 and 4 are one company, 1 and 2 must be apart, targets are three to one."""
    path = rewritten(units_csv, "today,keep", "today,firm")
    path = rewritten(path, ",A,1", ",A,acme")
    path = rewritten(path, "A,0", "A,")
    path = rewritten(path, "3,0,1,2,30,B,0", "3,0,1,2,30,B,acme")
    path = rewritten(path, "B,0", "B,")
    (tmp_path / "apart.csv").write_text("i,j\n0,1\n")
    (tmp_path / "walls.csv").write_text("i,j\n2,3\n")
    (tmp_path / "targets.csv").write_text("territory_id,target\nX,3\nY,3\n")
    plan, report = balanced(
        path,
        UnitColumns(id_column="zip", x="x", y="y", together="firm"),
        ["accounts=0.05"],
        apart=tmp_path / "apart.csv",
        barriers=tmp_path / "walls.csv",
        targets=tmp_path / "targets.csv",
    )
    territory = plan.set_index("zip")["territory"]
    assert set(territory) == {"X", "Y"}
    assert territory["0001"] == territory["0003"] != territory["0002"]
    assert territory["0002"] == territory["0004"]
    assert report["met"]


def test_targets_without_target_column_are_refused(units_csv, tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text("territory_id,size\nX,3\n")
    with pytest.raises(InputError, match="needs a column 'target' or one named like"):
        balanced(units_csv, PLANE, ["accounts=0.05"], targets=path)


def test_frontier_and_reasons_are_written(units_csv):
    """Three of four units are A: one must move for two and two."""
    path = rewritten(units_csv, "0003,0,1,2,30,B", "0003,0,1,2,30,A")
    columns = UnitColumns(id_column="zip", x="x", y="y", current="today")
    answer = answer_of(
        path,
        columns,
        ["accounts=0.05"],
        minimise="moves",
        frontier_counts=parse_counts("0,1"),
    )
    report, reasons = answer.report, answer.reasons
    points = report["frontier"]["points"]
    assert [point["accounts_deviation"] for point in points] == [0.5, 0.0]
    assert report["moved"] == len(reasons) == 1
    assert reasons["from"].tolist() == ["A"]
    assert "over its share of accounts" in reasons["reason"].iloc[0]
    json.dumps(report, allow_nan=False)


def test_frontier_needs_today_and_numbers(units_csv):
    with pytest.raises(InputError, match="--frontier needs --current"):
        balanced(
            units_csv, PLANE, ["accounts=0.05"], n_territories=2, frontier_counts=(1,)
        )
    with pytest.raises(InputError, match="numbers like 0,10,25, got 'few'"):
        parse_counts("few")


def test_districts_are_a_column_and_a_part_of_the_report(units_csv):
    plan, report = balanced(
        units_csv, PLANE, ["accounts=0.05"], districts="north=1,south=1"
    )
    assert plan.columns.tolist() == ["zip", "territory", "district"]
    assert set(plan["district"]) == {"north", "south"}
    assert report["met"]
    assert report["districts"]["n_districts"] == 2
    assert report["districts"]["district_by_territory"]["north-01"] == "north"


def test_districts_go_with_nothing_of_today(units_csv):
    today = UnitColumns(id_column="zip", x="x", y="y", current="today")
    with pytest.raises(InputError, match="together with --current"):
        balanced(units_csv, today, ["accounts=0.05"], districts="2")
    with pytest.raises(InputError, match="name 2 territories, asked are 3"):
        balanced(
            units_csv,
            PLANE,
            ["accounts=0.05"],
            n_territories=3,
            districts="north=1,south=1",
        )


def test_a_unit_at_0_0_far_from_all_others_is_refused(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("id,lon,lat,n\nU0,0,0,1\nU1,-86.2,41.0,1\nU2,-86.4,41.9,1\n")
    columns = UnitColumns(id_column="id", lon="lon", lat="lat")
    with pytest.raises(SchemaError, match="row 1, lon, lat = '0, 0'"):
        balanced(path, columns, ["n"], n_territories=2)


def test_areas_that_share_ground_are_asked_about(tmp_path):
    path = tmp_path / "units.geojson"
    gpd.GeoDataFrame(
        {"id": ["A", "B", "C"], "n": [1, 1, 1]},
        geometry=[box(0, 40, 1, 41), box(1, 40, 2, 41), box(1, 40, 2, 41)],
        crs=4326,
    ).to_file(path)
    _, report = balanced(
        path, UnitColumns(id_column="id"), ["n"], n_territories=2, run=quick()
    )
    assert [
        (row["code"], row["unit"], row["other"]) for row in report["questions"]
    ] == [("overlap", "B", "C")]
