"""The app on a copy of the sample company, without a worker."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from planner.core.settings import Settings
from planner.services.company.companies import load_sample_company
from planner.services.scenarios import publishing
from planner.services.visits import plans
from planner.services.workspace import open_company, open_workspace

ROOT = Path(__file__).resolve().parents[2]
RUN_S = 60
DAYS = ["2026-11-23", "2026-11-23", "2026-11-24"]


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory):
    """Load the sample company once."""
    path = tmp_path_factory.mktemp("sample") / "planner.sqlite"
    ws = open_workspace(
        replace(Settings.from_environment({}), store_url=f"sqlite:///{path}")
    )
    load_sample_company(ws)
    ws.store.close()
    return path


@pytest.fixture
def store_url(sample_file, tmp_path, monkeypatch):
    """Copy the sample company; name the copy in the environment."""
    shutil.copy(sample_file, tmp_path / "planner.sqlite")
    url = f"sqlite:///{tmp_path}/planner.sqlite"
    monkeypatch.setenv("PLANNER_STORE", url)
    monkeypatch.setattr("planner.ui.session.ensure_worker", lambda _url: 0)
    st.cache_resource.clear()
    return url


@pytest.fixture
def app(store_url):  # noqa: ARG001 - it sets where the store is
    """Open the app's first page."""
    tested = AppTest.from_file(str(ROOT / "pages.py"), default_timeout=RUN_S)
    return tested.run()


@pytest.fixture
def ws(store_url):  # noqa: ARG001 - it sets where the store is
    """Open the same store beside the app."""
    opened = open_company(open_workspace(Settings.from_environment()))
    yield opened
    opened.store.close()


@pytest.fixture
def planned(ws):
    """Save visits of a rep, two on a Monday and one on Tuesday, of the plan."""
    scenario_id = publishing.in_force(ws, pd.Timestamp("2026-11-23").date()).scenario_id
    inputs = plans.visit_inputs(ws, scenario_id, plans.default_params(ws))
    position_id, rep_id = next(iter(inputs.rep_of.items()))
    mine = inputs.accounts[inputs.accounts["owner_id"] == position_id].index[:3]
    rows = {"rep_id": rep_id, "visit_on": pd.to_datetime(DAYS)}
    rows |= {
        "sequence": [1, 2, 1],
        "account_id": mine,
        "arrive_s": [32_400, 36_000, 32_400],
    }
    rows |= {"start_s": rows["arrive_s"], "leave_s": [34_200, 38_700, 34_200]}
    rows |= {"travel_s": [600, 900, 600], "travel_m": [9000, 12_000, 9000]}
    none = pd.DataFrame(columns=["rep_id", "account_id", "missing", "reason", "repair"])
    plans.save_plan(ws, scenario_id, pd.DataFrame(rows), none, {"seed": 0})
