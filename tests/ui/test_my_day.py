"""My day hands places to navigation apps only where the deployment lets it."""

import pandas as pd
import pytest

from planner.services.scenarios import publishing
from planner.services.visits import plans
from tests.ui.conftest import ROOT


@pytest.fixture
def planned(ws):
    """Save two visits of one rep in the plan in force."""
    scenario_id = publishing.in_force(ws, pd.Timestamp("2026-11-23").date()).scenario_id
    inputs = plans.visit_inputs(ws, scenario_id, plans.default_params(ws))
    position_id, rep_id = next(iter(inputs.rep_of.items()))
    mine = inputs.accounts[inputs.accounts["owner_id"] == position_id].index[:2]
    rows = {"rep_id": rep_id, "visit_on": pd.Timestamp("2026-11-23")}
    rows |= {"sequence": [1, 2], "account_id": mine, "arrive_s": [32_400, 36_000]}
    rows |= {"start_s": [32_400, 36_000], "leave_s": [34_200, 38_700]}
    rows |= {"travel_s": [600, 900], "travel_m": [9000, 12_000]}
    none = pd.DataFrame(columns=["rep_id", "account_id", "missing", "reason", "repair"])
    plans.save_plan(ws, scenario_id, pd.DataFrame(rows), none, {"seed": 0})


def links_of(app):
    return [element.proto.url for element in app.get("link_button")]


def turned_to_my_day(app):
    app.switch_page(str(ROOT / "planner/ui/pages/my_day.py")).run()
    assert not app.exception
    return app, " ".join(caption.value for caption in app.caption)


@pytest.mark.usefixtures("planned")
def test_links_come_with_a_word_on_what_they_hand_on(app):
    app, captions = turned_to_my_day(app)
    assert len(links_of(app)) == 6
    assert "hands the stop's coordinates to Google, Apple or Waze" in captions


@pytest.mark.usefixtures("planned")
def test_switched_off_there_are_none(app, monkeypatch):
    """The stops stay, each with its time and name."""
    monkeypatch.setenv("PLANNER_NAVIGATION_LINKS", "off")
    app, captions = turned_to_my_day(app)
    assert links_of(app) == []
    assert "Google" not in captions
    assert captions.count("last visit") == 2
