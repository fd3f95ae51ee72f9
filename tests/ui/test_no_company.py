"""A store may lose its companies under a running app: pages say how to begin one."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from planner.core.settings import Settings
from planner.services import workspace
from planner.store.rows.schema import company
from planner.ui.pages import PAGES
from tests.ui.conftest import ROOT, RUN_S

TODAY = dt.date(2026, 11, 20)
NAMES = sorted(path.stem for path in (ROOT / PAGES).glob("[!_]*.py"))


@pytest.fixture
def ws(tmp_path, monkeypatch):
    """Open a store with one company, under whose name nothing is saved."""
    monkeypatch.setenv("PLANNER_STORE", f"sqlite:///{tmp_path}/planner.sqlite")
    monkeypatch.setattr("planner.ui.session.ensure_worker", lambda _url: 0)
    st.cache_resource.clear()
    opened = workspace.open_workspace(Settings.from_environment())
    yield workspace.create_company(opened, "Lakes", "empty", "USD", TODAY)
    opened.store.close()


@pytest.fixture
def app(ws):
    """Open the app, then take the company out of its store, as a restore would."""
    tested = AppTest.from_file(str(ROOT / "pages.py"), default_timeout=RUN_S).run()
    assert tested.session_state["company_id"] == ws.company_id
    with ws.store.transaction() as conn:
        conn.execute(sa.delete(company))
    return tested


def text_of(app):
    html = " ".join(str(block.proto.body) for block in app.get("html"))
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_a_store_without_company_says_how_to_begin(app, name):
    app.switch_page(f"{PAGES}/{name}.py").run()
    assert not app.exception
    says = "no company is open" if name == "import_data" else "No company yet"
    assert says in text_of(app)
    assert "pl-box-fault" not in text_of(app)


def test_home_offers_a_first_company(app):
    app.run()
    assert app.button(key="home-sample").label == "Load the sample"
    app.button(key="home-empty").click().run()
    assert app.button(key="home-start").label == "Start"
    assert not app.exception


def test_a_session_whose_company_is_gone_turns_to_the_one_opened_last(app, ws):
    hills = workspace.create_company(ws, "Hills", "empty", "USD", TODAY)
    app.run()
    assert app.session_state["company_id"] == hills.company_id
    assert "Hills" in text_of(app)
