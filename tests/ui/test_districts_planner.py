"""Districts on the Territories page: asked for, shown, refused in words."""

import json

from planner.jobs import queue
from planner.services.territories import view as territory_view
from planner.ui.views.workbench.districts import district_outlines
from tests.gestures import accepted
from tests.ui.test_forms_planner import (
    form,  # noqa: F401 - a fixture
    text_of,
)
from tests.ui.test_pages_planner import balance_of, draft, turn_to


def test_the_form_asks_for_districts(form, ws):  # noqa: F811
    app = form("balance.form.balance_form")
    app.text_input(key="bal-districts").set_value("north=4, south=6").run()
    assert any("drawn anew" in c.value for c in app.caption)
    assert "bal-shares" not in [c.key for c in app.segmented_control]
    app.button(key="bal-start").click().run()
    assert "name 10 territories, asked are 24" in text_of(app)
    app.number_input(key="bal-n").set_value(10)
    app.button(key="bal-start").click().run()
    assert not app.exception
    job = queue.latest(ws.store, "balance", draft(ws).scenario_id)
    assert job.params["districts"] == "north=4, south=6"


def test_districts_are_outlined_and_added_up(app, ws):
    scenario = draft(ws)
    view = territory_view.overview(ws, scenario.scenario_id)
    assert district_outlines(view) == []
    above = {
        name: "West" if name < "T10" else "East" for name in view.territories.index
    }
    plan = {
        "territory_by_unit": view.units["territory_id"].to_dict(),
        "district_by_territory": above,
    }
    accepted(ws, scenario.scenario_id, scenario.version, plan)
    saved = territory_view.overview(ws, scenario.scenario_id)
    labels = {line.label for line in district_outlines(saved)} - {""}
    assert labels == {"West", "East"}
    turn_to(app, "territories")
    assert not app.exception
    assert "Districts" in [s.value for s in app.subheader]
    assert "District" in json.dumps(balance_of(app)["columns"])
