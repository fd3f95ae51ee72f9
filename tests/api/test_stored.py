"""A store from Python: the same verbs on what the app keeps, on both databases."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

import planner
from planner.accounts.reading.sources import read_source
from planner.core.settings import Settings
from planner.services.imports import new_company, today
from planner.services.people.staffing import staff_territories
from planner.services.workspace import open_workspace
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows

MONDAY = "2026-11-23"
PLACES = ((43.0731, -89.4012), (43.0389, -87.9065), (44.5133, -88.0133))
DANE, MILWAUKEE, BROWN = "55025", "55079", "55009"


def small_list():
    """Write nine accounts, three in each of three counties of Wisconsin."""
    lines = ["id,name,lat,lon,state,status,employees,our_sales"]
    for number in range(9):
        lat, lon = PLACES[number % 3]
        lines.append(f"A{number},Firm {number},{lat},{lon},WI,customer,20,100")
    return read_source("\n".join(lines).encode(), "list.csv")


@pytest.fixture(scope="module")
def company_url(stores):
    """Make a company whose draft has two territories, once."""
    url = stores.new()
    settings = replace(Settings.from_environment({}), store_url=url)
    empty = open_workspace(settings)
    ws, _ = new_company.import_accounts_as_company(
        empty, small_list(), None, name="Lakes Ltd", as_of=dt.date(2026, 11, 20)
    )
    with ws.store.transaction() as conn:
        scenario = lineage.list_scenarios(conn, ws.company_id)[0]
        with editing.editing(
            conn,
            scenario.scenario_id,
            version=scenario.version,
            user="ann",
            action="two territories",
        ) as edit:
            every = new_company.place_in_units(small_frame(), ws.settings)[1].index
            by_unit = pd.Series("T1", index=every).where(every != BROWN, "T2")
            rows = by_unit.rename("territory_id").rename_axis("unit_id").to_frame()
            scenario_rows.save_alignment(conn, edit, rows)
            seated = staff_territories(conn, ws, scenario.scenario_id, by_unit)
            scenario_rows.save_territories(
                conn, edit, seated.assign(district=None, share_ppm=None)
            )
    ws.store.close()
    yield url
    stores.drop(url)


def small_frame():
    lat, lon = zip(*PLACES, strict=True)
    return pd.DataFrame({"lat": lat, "lon": lon}, index=["a", "b", "c"])


@pytest.fixture
def store(company_url):
    with planner.open_store(company_url) as opened:
        yield opened


@pytest.fixture
def scenario(store):
    return store.company().scenario()


def test_an_empty_store_has_no_company(store_url):
    with planner.open_store(store_url) as store:
        assert store.companies().empty
        with pytest.raises(planner.InputError, match="no company; there are: none"):
            store.company()


def test_companies_and_scenarios_are_listed_and_found_by_name(store):
    assert store.companies()["name"].tolist() == ["Lakes Ltd"]
    company = store.company("Lakes Ltd")
    assert company.scenarios()["name"].tolist() == [today.FIRST_DRAFT]
    by_id = company.scenario(company.scenarios().index[0])
    assert by_id.record.name == today.FIRST_DRAFT
    with pytest.raises(planner.InputError, match=r"no company 'Hills'; .*Lakes Ltd"):
        store.company("Hills")
    with pytest.raises(planner.InputError, match="no scenario 'X'; there are: Draft 1"):
        company.scenario("X")


def test_the_overview_of_a_plan_counts_its_accounts(scenario):
    assert scenario.overview()["accounts"].to_dict() == {"T1": 6, "T2": 3}


def test_a_stored_plan_is_summed_up_written_and_drawn(scenario, tmp_path):
    """Six and three: each a third from the ideal of 4.5."""
    plan = scenario.plan({"accounts": 0.5})
    assert plan.is_met
    assert plan.territories["accounts_deviation"].abs().round(4).tolist() == [
        0.3333,
        0.3333,
    ]
    assert plan.to_frame()["territory_id"].value_counts().to_dict() == {
        "T1": 6,
        "T2": 3,
    }
    plan.to_file(tmp_path / "plan.geojson")
    assert gpd.read_file(tmp_path / "plan.geojson")["territory_id"].tolist() == [
        "T1",
        "T2",
    ]
    assert "2 territories" in plan.map()._repr_html_()
    assert not scenario.plan().params.balanced


def test_a_stored_plan_is_balanced_anew_from_today(scenario):
    plan = planner.balance(scenario.instance(), {"accounts": 0.4})
    assert plan.is_met
    assert set(plan.territories.index) == {"T1", "T2"}
    assert plan.moved == 0 or plan.moved_lower_bound is not None


def test_visits_go_to_who_holds_the_territorys_position(scenario):
    params = planner.RouteParams(iterations=20)
    team = scenario.team()
    of_plan = planner.plan_visits(scenario.plan(), team, MONDAY, params)
    of_accounts = planner.plan_visits(scenario.accounts(), team, MONDAY, params)
    assert of_plan.visits_required == of_accounts.visits_required > 0
    pairs = ["rep_id", "account_id"]
    expected = {tuple(row) for row in of_accounts.visits[pairs].to_numpy()}
    assert {tuple(row) for row in of_plan.visits[pairs].to_numpy()} == expected


def test_exports_are_those_of_the_command(store, scenario, tmp_path):
    store.company().export("accounts", tmp_path / "accounts.csv")
    assert len(pd.read_csv(tmp_path / "accounts.csv")) == 9
    scenario.export("plan", tmp_path / "plan.xlsx")
    assert len(pd.read_excel(tmp_path / "plan.xlsx")) == 9
    with pytest.raises(planner.InputError, match=r"export must be one of .* got 'acc'"):
        scenario.export("acc", tmp_path / "plan.csv")
    with pytest.raises(planner.InputError, match=r"can be exported as .* got 'txt'"):
        scenario.export("plan", tmp_path / "plan.txt")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("planner.sqlite", "the store URL is not understood"),
        ("mysql://host/db", "a store URL of the kind mysql is not offered"),
        ("sqlite://", "the store URL names no file"),
        (None, "url must be a text, got NoneType"),
    ],
)
def test_a_wrong_url_is_named_with_its_rule(url, rule):
    with pytest.raises(planner.InputError, match=rule):
        planner.open_store(url)


def test_a_wrong_url_keeps_its_password():
    with pytest.raises(planner.InputError) as caught:
        planner.open_store("mysql://ann:hunter2@host/db")
    assert "hunter2" not in str(caught.value)
