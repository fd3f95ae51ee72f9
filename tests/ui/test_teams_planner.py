"""Teams on the pages: scenarios by team, another team laid beside the open one."""

from shapely.geometry import Point
from streamlit.testing.v1 import AppTest

from planner.core.formats import Formats
from planner.services.scenarios import listing, publishing
from planner.services.territories import view
from planner.services.territories.overlap import lay_over
from planner.ui.maps.territory import outlines_of
from planner.ui.views.workbench.other_team import counterparts_text
from tests.gestures import assign
from tests.ui.test_forms_planner import (
    RUN_S,
    form,  # noqa: F401 - a fixture
    show_form,
    text_of,
)
from tests.ui.test_pages_planner import draft, turn_to

FMT = Formats(locale="en_US", distance_unit="km", currency="USD")


def depots(ws, name="Depots"):
    """Make the service team's scenario: the draft, but T16 goes to T15."""
    made = listing.clone(ws, draft(ws).scenario_id, name, "Service")
    units = view.overview(ws, made.scenario_id).units["territory_id"]
    gone = list(units.index[units == "T16"])
    assign(ws, made.scenario_id, gone, "T15")
    return listing.scenario(ws, made.scenario_id)


def test_another_team_is_laid_beside_the_open_scenario(app, ws):
    opened, other = draft(ws), depots(ws)
    turn_to(app, "territories")
    assert "terr-beside" in [box.key for box in app.selectbox]
    app.selectbox(key="terr-beside").set_value(other.scenario_id).run()
    assert not app.exception
    assert "With Service: Depots" in [s.value for s in app.subheader]
    said = " ".join(m.value for m in app.markdown)
    assert "A territory of Field shares accounts with" in said
    assert "The fewer counterparts, the better" in said
    choice = app.selectbox(key=f"terr-scenario-{opened.scenario_id}")
    assert f"{other.name} · Service" in choice.options


def test_the_other_teams_territories_are_outlined(ws):
    ours = view.overview(ws, draft(ws).scenario_id)
    theirs = view.overview(ws, depots(ws).scenario_id)
    lines = outlines_of(theirs)
    labels = {line.label: line.rings[0][0] for line in lines if line.label}
    assert "Ser T15" in labels
    assert "Ser T16" not in labels
    rings = [ring for line in lines if not line.label for ring in line.rings]
    assert all(len(ring) > 3 for ring in rings)
    held = theirs.units[theirs.units["territory_id"] == "T15"]
    lat, lon = labels["Ser T15"]
    assert held.geometry.contains(Point(lon, lat)).any()
    found = lay_over(ours, theirs)
    met = found.shared.set_index("territory_id").loc["T16", "other_id"]
    assert set(met) == {"T15", "T16"}  # accounts named apart stay with T16
    assert found.counterparts["T16"] == 2
    assert found.counterparts_theirs["T15"] == 1 + found.counterparts["T15"]
    assert counterparts_text(FMT, found).startswith("A territory of Field shares")


def test_a_scenario_is_started_and_cloned_for_a_team(form, ws):  # noqa: F811
    app = form("scenarios.forms.new_form")
    app.text_input(key="scn-new-name").set_value("Depots")
    app.selectbox(key="scn-new-team").set_value("Service").run()
    app.button(key="scn-new-do").click().run()
    teams = {s.name: s.team for s in listing.scenarios(ws)}
    assert teams["Depots"] == "Service"
    app = form("scenarios.forms.clone_form")
    assert app.selectbox(key="scn-clone-team").value == "Field"
    app.selectbox(key="scn-clone-team").set_value("Overlay").run()
    assert any("begins without quotas" in c.value for c in app.caption)
    app.text_input(key="scn-clone-name").set_value("Specialists")
    app.button(key="scn-clone-do").click().run()
    assert listing.scenarios(ws)[0].team == "Overlay"


def test_the_list_of_scenarios_is_filtered_by_team(app, ws):
    depots(ws)
    turn_to(app, "scenarios")
    assert not app.exception
    assert app.pills(key="scn-team").options == ["Field", "Service"]
    app.pills(key="scn-team").set_value("Service").run()
    assert not app.exception


def test_publishing_a_team_says_that_owners_stay(ws):
    made = depots(ws)
    args = ("planner.ui.views.scenarios.publishing.publish_form",)
    app = AppTest.from_function(show_form, args=args, default_timeout=RUN_S)
    app.session_state["scenario_id"] = made.scenario_id
    app.run()
    assert "stand beside the owners" in app.markdown[0].value
    assert "Served by Service" in text_of(app)
    app.button(key="scn-publish-do").click().run()
    assert not app.exception
    done = publishing.publications(ws, "Service")
    assert [p.scenario_id for p in done] == [made.scenario_id]
    assert len(publishing.publications(ws, "Field")) == 1
