"""Pages say what they show is older than the data it was made from."""

import pytest
import sqlalchemy as sa
import streamlit as st

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.run import RunControl
from planner.services.imports import check, removal, saving
from planner.services.pay import runs
from planner.services.quotas import setting
from planner.services.scenarios import listing
from planner.store.company.settings import mark_simulated
from planner.store.rows import schema
from tests.ui.conftest import ROOT

DEALS = b"id,account,amount,close date,stage\nZ1,A00001,700,2026-10-05,won"
OLDER = "older than"


@pytest.fixture
def own(ws, planned):  # noqa: ARG001 - visits are planned
    """Take the sample for a list of one's own, with a trial of pay."""
    runs.run_period(ws, {"period": runs.latest_period(ws)}, RunControl())
    draft = next(s for s in listing.scenarios(ws) if s.status == "draft")
    target = {"target_minor": 4_000_000_00, "year": 2027, "by": "potential_minor"}
    setting.set_quotas(ws, draft.scenario_id, draft.version, **target)
    with ws.store.transaction() as conn:
        conn.execute(sa.update(schema.company).values(kind="own"))
        conn.execute(sa.update(schema.account).values(simulated=None))
    return ws


def warnings_of(app, page):
    app.switch_page(str(ROOT / f"planner/ui/pages/{page}.py")).run()
    assert not app.exception
    boxes = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "cannot be shown" not in boxes
    return " ".join(warning.value for warning in app.warning)


PAGES = ("my_day", "pay_runs", "my_pay", "quotas")


def test_nothing_is_older_at_first(own, app):  # noqa: ARG001 - it makes the company
    assert [page for page in PAGES if OLDER in warnings_of(app, page)] == []


def test_new_deals_make_the_trial_older_and_nothing_else(own, app):
    context = check.company_context(own, "deals", None, mode="add")
    report = import_table(read_source(DEALS, "won.csv"), context)
    assert saving.save_kind(own, report, mode="add") is not None
    assert "import deals from won" in warnings_of(app, "pay_runs")
    assert "This trial is older" in warnings_of(app, "my_pay")
    assert OLDER not in warnings_of(app, "my_day")


def test_after_a_removal_all_that_was_made_of_it_says_so(own, app):
    with own.store.transaction() as conn:
        conn.execute(sa.update(schema.account).values(simulated="potential_minor"))
        mark_simulated(conn, own.company_id, "team", "deals")
    st.cache_resource.clear()
    removal.remove_simulated(own, removal.preview_removal(own).version)
    for page in ("my_day", "pay_runs", "my_pay"):
        assert "remove what is simulated" in warnings_of(app, page), page
    assert "nothing any more" in warnings_of(app, "quotas")
    turned = " ".join(str(block.proto.body) for block in opened(app).get("html"))
    assert "planned for are not in the company any more" in turned


def opened(app):
    return app.switch_page(str(ROOT / "planner/ui/pages/my_day.py")).run()
