"""Wanted shares on the Territories page: said, and taken back."""

from planner.services.territories import view as territory_view
from tests.gestures import accepted
from tests.ui.test_pages_planner import draft, turn_to


def test_wanted_shares_are_said_and_can_be_made_equal(app, ws):
    scenario = draft(ws)
    view = territory_view.overview(ws, scenario.scenario_id)
    names = list(view.territories.index)
    shares = dict.fromkeys(names, 1.0) | {names[0]: 0.5, names[1]: 1.5}
    plan = {
        "territory_by_unit": view.units["territory_id"].to_dict(),
        "shares": shares,
    }
    accepted(ws, scenario.scenario_id, scenario.version, plan)
    turn_to(app, "territories")
    assert not app.exception
    said = " ".join(c.value for c in app.caption)
    assert "T01 is to have 50 % of an even share, T02 150 %" in said
    app.button(key="terr-equal").click().run()
    assert not app.exception
    app.button(key="terr-accept").click().run()
    assert not territory_view.overview(ws, scenario.scenario_id).has_shares
    assert "terr-equal" not in [b.key for b in app.button]
