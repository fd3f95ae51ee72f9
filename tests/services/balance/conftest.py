"""The company of the lakes, made once a file."""

import datetime as dt

import pandas as pd
import pytest

from planner.core.settings import Settings
from planner.services.imports import new_company
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.workspace import open_company, open_workspace
from tests.gestures import accepted
from tests.services.balance.lakes import a_list


@pytest.fixture(scope="module")
def lakes_url(tmp_path_factory):
    """Make the company once, with three territories from west to east."""
    url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'planner.sqlite'}"
    settings = Settings(store_url=url, user="ann")
    ws, report = new_company.import_accounts_as_company(
        open_workspace(settings),
        a_list(),
        None,
        name="Lakes Ltd",
        as_of=dt.date(2026, 11, 20),
    )
    assert report.rows_accepted == 60
    scenario = listing.scenarios(ws)[0]
    view = territory_view.overview(ws, scenario.scenario_id)
    by_unit = pd.Series("T1", index=view.units.index)
    by_unit[view.units["x_km"] > view.units["x_km"].quantile(0.4)] = "T2"
    by_unit[view.units["x_km"] > view.units["x_km"].quantile(0.8)] = "T3"
    answer = {"territory_by_unit": by_unit.to_dict()}
    accepted(ws, scenario.scenario_id, scenario.version, answer)
    ws.store.close()
    return url


@pytest.fixture
def lakes(lakes_url):
    """Open it: these jobs read a scenario, they do not change it."""
    opened = open_company(open_workspace(Settings(store_url=lakes_url, user="ann")))
    yield opened
    opened.store.close()
