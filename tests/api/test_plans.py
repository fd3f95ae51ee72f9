"""A plan from Python: balanced, written and drawn; wrong arguments are named."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

import planner


def grid(wide=4, high=2):
    """Lay unit squares of a tenth of a degree, one account in each."""
    corners = [(x / 10, y / 10) for y in range(high) for x in range(wide)]
    return gpd.GeoDataFrame(
        {"accounts": 1.0},
        geometry=[box(x, y, x + 0.1, y + 0.1) for x, y in corners],
        index=[f"u{at}" for at in range(len(corners))],
        crs=4326,
    )


def accounts(**columns):
    """Put a customer into the middle of each square, and one into the sea."""
    inside = grid().geometry.representative_point()
    frame = pd.DataFrame({"lat": inside.y, "lon": inside.x, "potential_minor": 500})
    frame.loc["far"] = [60.0, 60.0, 500]
    return frame.rename_axis("account_id").assign(**columns)


@pytest.fixture(scope="module")
def plan():
    return planner.balance(
        planner.Instance.from_units(grid()), {"accounts": 0.05}, n_territories=2
    )


@pytest.fixture(scope="module")
def account_plan():
    instance = planner.Instance.from_accounts(accounts(), grid())
    return planner.balance(instance, {"potential": 0.05, "accounts": None}, 2)


def test_a_plan_of_units_names_the_territory_of_each(plan):
    frame = plan.to_frame()
    assert frame.index.tolist() == [f"u{at}" for at in range(8)]
    assert frame["territory_id"].value_counts().to_dict() == {"T01": 4, "T02": 4}
    assert plan.status in ("optimal", "feasible")
    assert plan.summary().startswith("2 territories of 8 units.")


def test_a_plan_of_accounts_names_the_territory_of_each(account_plan):
    """Money is named without its ending; who lies in no unit has no territory."""
    frame = account_plan.to_frame()
    assert frame.loc["u0", "unit_id"] == "u0"
    assert frame["territory_id"].value_counts().tolist() == [4, 4]
    assert frame.loc["far"].isna().all()
    assert "1 account lies in no unit" in account_plan.summary()
    assert account_plan.params.measures[0].column == "potential_minor"


def test_closed_accounts_count_nothing():
    status = ["closed", *["customer"] * 8]
    instance = planner.Instance.from_accounts(accounts(status=status), grid())
    assert instance.units["accounts"].to_dict()["u0"] == 0
    assert instance.units["accounts"].sum() == 7


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "parquet"])
def test_tables_hold_each_unit(plan, tmp_path, suffix):
    path = tmp_path / f"plan.{suffix}"
    plan.to_file(path)
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "json": pd.read_json}
    frame = read.get(suffix, pd.read_parquet)(path)
    assert frame["unit_id"].tolist() == plan.to_frame().index.tolist()
    assert frame["territory_id"].tolist() == plan.to_frame()["territory_id"].tolist()


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_shapes_are_the_territories(account_plan, tmp_path, suffix):
    """Two halves of the eight squares: each 0.04 square degrees."""
    path = tmp_path / f"plan.{suffix}"
    account_plan.to_file(str(path))
    areas = gpd.read_file(path)
    assert areas["territory_id"].tolist() == ["T01", "T02"]
    assert areas["potential_minor"].tolist() == [2000, 2000]
    assert areas.to_crs(6933).area.min() > 0
    assert [round(shape.area, 6) for shape in areas.geometry] == [0.04, 0.04]


def test_the_map_tells_the_measures(account_plan):
    page = account_plan.map()._repr_html_()
    assert "2 territories" in page
    assert "off the ideal" in page


def test_units_that_are_numbers_are_drawn_too(tmp_path):
    units = grid().reset_index(drop=True)
    plan = planner.balance(planner.Instance.from_units(units), {"accounts": 0.05}, 2)
    plan.to_file(tmp_path / "plan.geojson")
    assert not gpd.read_file(tmp_path / "plan.geojson").geometry.is_empty.any()
    assert plan.map()


def test_units_that_are_points_are_drawn_as_points(tmp_path):
    units = grid()
    units = units.set_geometry(units.geometry.representative_point())
    plan = planner.balance(planner.Instance.from_units(units), {"accounts": 0.05}, 2)
    plan.to_file(tmp_path / "plan.geojson")
    shapes = gpd.read_file(tmp_path / "plan.geojson")
    assert set(shapes.geom_type) == {"Point"}
    assert shapes["territory_id"].tolist() == plan.to_frame()["territory_id"].tolist()
    assert "Territory" in plan.map()._repr_html_()


def test_a_plan_in_a_plane_has_no_map_and_says_why(tmp_path):
    units = pd.DataFrame({"x_km": range(4), "y_km": 0.0, "accounts": 1})
    plan = planner.balance(planner.Instance.from_units(units), {"accounts": 0.05}, 2)
    plan.to_file(tmp_path / "plan.csv")
    for act in (plan.map, lambda: plan.to_file(tmp_path / "plan.gpkg")):
        with pytest.raises(planner.InputError, match="has no place on earth"):
            act()


def test_all_parameters_at_once():
    params = planner.BalanceParams(
        measures=(planner.BalanceMeasure(column="potential", tolerance=0.05),),
        n_territories=4,
    )
    plan = planner.balance(planner.Instance.from_accounts(accounts(), grid()), params)
    assert len(plan.territories) == 4


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"measures": ("potential_minor",)}, r"measures must be a mapping .* \('pot"),
        ({"measures": "accounts"}, "measures must be a mapping .* 'accounts'"),
        ({"measures": {"acounts": 0.05}}, "units have no column 'acounts'"),
        ({"measures": {"accounts": 5}}, r"must lie in \(0, 1\), got 5; write 5 %"),
        ({"measures": {}}, "at least one column"),
        ({"n_territories": 2.5}, "n_territories must be a whole number, got 2.5"),
        ({"n_territories": "two"}, "n_territories must be a whole number, got 'two'"),
        ({"n_territories": 0}, "n_territories must be at least 1, got 0"),
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"run": 60}, "run must be of class RunControl, got int"),
        ({"instance": grid()}, "got GeoDataFrame: make one by Instance"),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(words, rule):
    request = {
        "instance": planner.Instance.from_units(grid()),
        "measures": {"accounts": 0.05},
        "n_territories": 2,
    }
    with pytest.raises(planner.InputError, match=rule):
        planner.balance(**request | words)


def test_accounts_given_for_units_are_told_what_is_meant():
    with pytest.raises(planner.InputError, match=r"use Instance\.from_accounts"):
        planner.Instance.from_units(accounts())
    with pytest.raises(planner.InputError, match="accounts need columns lat and lon"):
        planner.Instance.from_accounts(pd.DataFrame({"name": ["Ann"]}))
