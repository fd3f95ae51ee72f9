"""The demo and the app ask the same services: the same list, the same plan."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.cli.main import main
from planner.core import clock
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.demo.steps import MEASURES
from planner.services.accounts.simulated import simulated_of
from planner.services.balance import run as balancing
from planner.services.balance.accept import accept_proposal
from planner.services.balance.request import BalanceRequest
from planner.services.company.settings import company_settings
from planner.services.imports import check, new_company
from planner.services.scenarios import listing
from planner.services.territories.view import overview
from planner.services.workspace import open_workspace
from planner.territory.model.params import BalanceParams

N_TERRITORIES = 2


@pytest.fixture(scope="module", params=["plain", "owned"])
def both(request, lists, tmp_path_factory):
    """Run the demo on a list, and bring the list into a store as Home does."""
    path = lists / f"{request.param}.csv"
    out = tmp_path_factory.mktemp("demo") / "out"
    words = ["demo", "--accounts", str(path), "--out", str(out), "--threads", "1"]
    assert main([*words, "--territories", str(N_TERRITORIES)]) in {0, 1}
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'home.sqlite'}"
    ws = open_workspace(replace(Settings.from_environment(), store_url=url))
    context = check.list_context(ws.settings, "accounts", as_of=clock.today())
    company = new_company.company_of_report(
        ws,
        import_table(read_source(path, path.name), context),
        name=request.param,
        currency="USD",
        as_of=clock.today(),
        fill_missing=True,
    )
    today_id = company_settings(company).today_id
    scenario = next(s for s in listing.scenarios(company) if s.scenario_id != today_id)
    params = BalanceParams(measures=MEASURES, n_territories=N_TERRITORIES)
    asked = BalanceRequest(params=params)
    proposal = balancing.balance(company, scenario.scenario_id, asked, RunControl())
    accept_proposal(company, scenario.scenario_id, scenario.version, proposal)
    yield out, company, overview(company, scenario.scenario_id)
    ws.store.close()


def test_territories_seats_and_people_are_those_of_home(both):
    out, _, view = both
    plan = pd.read_csv(out / "plan.csv", dtype=str, index_col="account_id")
    placed = plan.loc[view.accounts.index, "territory_id"]
    assert len(placed) == 45
    assert placed.to_dict() == view.accounts["territory_id"].to_dict()
    shapes = json.loads((out / "plan.geojson").read_text())["features"]
    rows = pd.DataFrame([shape["properties"] for shape in shapes])
    rows = rows.set_index("territory_id")
    assert rows["position_id"].to_dict() == view.territories["position_id"].to_dict()
    assert rows["rep"].to_dict() == view.territories["rep_name"].to_dict()


def test_what_is_simulated_is_marked_as_at_home(both):
    out, company, _ = both
    at_home = simulated_of(company)
    accounts = pd.read_csv(out / "accounts.csv", dtype=str)
    labels = accounts["simulated"].str.split(";").explode().value_counts()
    assert labels.to_dict() == dict(at_home.columns)
    quotas = pd.read_csv(out / "quotas.csv", dtype=str)
    codes = ";".join(at_home.among("quotas", "owners"))
    assert set(quotas["simulated"]) == {codes}
    visits = pd.read_csv(out / "visits.csv", dtype=str)
    assert set(visits["simulated"]) == {";".join(at_home.among("visits planned"))}
    lives = "homes" if (out / "routes" / "Ana Abel.ics").exists() else "team"
    assert lives in at_home.parts


def test_no_account_is_lost_and_no_file_leaves_the_folder(both):
    out, _, _ = both
    plan = pd.read_csv(out / "plan.csv", dtype=str, index_col="account_id")
    assert len(plan) == 46
    assert (plan["territory_id"].notna() ^ plan["reason"].notna()).all()
    # Without a place it is its owner's, or nobody's.
    waiting = plan.loc["0045"].dropna().to_dict()
    assert "territory_id" in waiting or "no place" in waiting["reason"]
    assert {path.name for path in out.parent.iterdir()} == {"out"}
    n_people = len(list((out / "routes").glob("*.ics")))
    assert n_people >= N_TERRITORIES
    names = {path.stem for path in (out / "statements").glob("*.xlsx")}
    assert names >= {path.stem for path in (out / "routes").glob("*.ics")}
