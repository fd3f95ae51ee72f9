"""What if: asked in the dialog, balanced, taken into the copy, laid beside."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planner.core.formats import Formats
from planner.core.run import RunControl
from planner.jobs import queue
from planner.jobs.tasks import TASKS
from planner.services.exports.files import Offer
from planner.services.scenarios import listing
from planner.ui.components.planmap import places_of, shapes_of
from planner.ui.downloads import file_name
from planner.ui.maps.territory import territory_colours
from planner.ui.views.scenarios.comparison_table import metrics_table
from planner.ui.views.scenarios.difference import difference_map
from tests.ui.test_pages_planner import draft, turn_to

RUN_S = 60
EFFORT = 0.02  # of the usual search: that it is asked, taken and shown is tested
FMT = Formats(locale="en_US", distance_unit="km", currency="USD")


def show_dialog():
    """Run the dialog as a page of its own: AppTest cannot rerun a dialog alone."""
    from planner.ui import cache, session
    from planner.ui.views.scenarios.what_if import what_if_dialog

    ws = session.company()
    scenario = session.scenario(ws)
    what_if_dialog.__wrapped__(ws, scenario, cache.territory_view(ws, scenario))


@pytest.fixture
def dialog(store_url):  # noqa: ARG001 - it sets where the store is
    return AppTest.from_function(show_dialog, default_timeout=RUN_S).run()


def work_off(ws):
    """Do what the worker would, with less effort; return the job's parameters."""
    held = queue.claim(ws.store, "W-test")
    asked = replace(held, params={**held.params, "effort": EFFORT})
    result = TASKS["balance"](ws.store, asked, RunControl())
    queue.finish(ws.store, held, json.loads(json.dumps(result)))
    return held.params


def shown(app):
    return " ".join(m.value for m in [*app.markdown, *app.caption]).replace("\\", "")


def text_of(app):
    return " ".join(str(block.proto.body) for block in app.get("html"))


def test_one_rep_fewer_is_asked_balanced_and_laid_beside_the_plan(dialog, ws):
    base = draft(ws)
    app = dialog
    app.segmented_control(key="what-if-change").set_value("One rep fewer").run()
    assert app.selectbox(key="what-if-ends").options[0].startswith("T")
    app.selectbox(key="what-if-ends").set_value("T14").run()
    assert app.text_input(key="what-if-name-23").value == f"{base.name}, 23 reps"
    app.button(key="what-if-start").click().run()
    assert not app.exception
    assert "the balance runs by itself" in shown(app)
    copy = next(s for s in listing.scenarios(ws) if s.name.endswith("23 reps"))
    assert (copy.parent_id, copy.version) == (base.scenario_id, 2)
    params = work_off(ws)
    assert (params["minimise"], params["n_territories"]) == ("moves", None)
    app.run()
    assert not app.exception
    assert "23 reps instead of 24" in shown(app)
    taken = listing.scenario(ws, copy.scenario_id)
    assert taken.version == 3
    found = listing.compare(ws, base.scenario_id, copy.scenario_id)
    assert found.b.n_unassigned_accounts == found.a.n_unassigned_accounts
    assert "T14" not in found.b.territories.index
    assert "Territories without a rep" in text_of(app)
    listed = app.dataframe[-1].value
    assert len(listed) == len(found.moved) > 0
    assert "T14 ends" in set(listed["why"])
    # The plan itself is as it was, and the answer is not taken a second time.
    assert listing.scenario(ws, base.scenario_id).version == base.version
    app.run()
    assert listing.scenario(ws, copy.scenario_id).version == 3
    app.button(key="what-if-open-copy").click().run()
    assert app.session_state["scenario_id"] == copy.scenario_id


def test_a_job_that_failed_says_so_and_lets_one_ask_again(dialog, ws):
    app = dialog
    app.button(key="what-if-start").click().run()
    queue.fail(ws.store, queue.claim(ws.store, "W-test"), "the store was full")
    app.run()
    assert not app.exception
    assert "the store was full" in text_of(app)
    assert "25 reps is not balanced" in shown(app)
    app.button(key="what-if-again").click().run()
    assert app.button(key="what-if-start")


def test_last_year_is_one_click_away(app, ws):
    turn_to(app, "scenarios")
    app.selectbox(key="scn-a").set_value(draft(ws).scenario_id).run()
    app.button(key="scn-last-year").click().run()
    assert not app.exception
    published = next(s for s in listing.scenarios(ws) if s.status == "published")
    assert listing.last_years(ws) == published.scenario_id
    assert app.selectbox(key="scn-a").value == published.scenario_id
    assert app.selectbox(key="scn-b").value == draft(ws).scenario_id
    assert "Territories without a rep" in text_of(app)


def test_the_difference_of_money_is_short_and_signed(ws):
    base = draft(ws)
    metrics = pd.DataFrame(
        [("Sales", "money", 0, 747_267_000, True), ("Quota", "money", 900, 0, True)],
        columns=["label", "kind", "a", "b", "less_is_better"],
    )
    text = metrics_table(metrics, FMT, base, base)
    assert '<td class="pl-bad">+&#36;7.5M</td>' in text
    assert '<td class="pl-good">−&#36;9</td>' in text


def test_the_difference_is_coloured_by_where_it_goes_and_the_rest_is_quiet(ws):
    base = draft(ws)
    made = listing.clone(ws, base.scenario_id, "Variant")
    found = listing.compare(ws, base.scenario_id, made.scenario_id)
    unit = found.a.units.index[found.a.units["territory_id"] == "T15"][0]
    units = found.b.units.assign(
        territory_id=found.b.units["territory_id"].mask(
            found.b.units.index == unit, "T16"
        )
    )
    moved = found.a.accounts[found.a.accounts["unit_id"] == unit].assign(
        b_territory="T16"
    )
    found = replace(found, b=replace(found.b, units=units), moved=moved)
    data = difference_map(
        found,
        FMT,
        shapes=shapes_of(units),
        places=places_of(moved),
        colours=territory_colours(found.b),
    )
    codes = pd.Series(data.units.codes, index=units.index)
    assert [entry.label for entry in data.legend][-1] == "Stays"
    assert [entry.label[:3] for entry in data.legend[:-1]] == ["T16"]
    assert codes[unit] == 0
    assert set(codes.drop(unit)) == {1}
    assert set(data.points.codes) == {0}


def test_a_file_is_named_after_its_plan(ws):
    plan = replace(draft(ws), name="FY27: draft/3 =1+1", version=18)
    offer = Offer("plan", ("csv",), "Plan", of_scenario=True)
    day = dt.date(2026, 11, 22)
    name = file_name(offer, "csv", plan, day)
    assert name == "plan-FY27-draft-3-1-1-v18-2026-11-22.csv"
    assert file_name(offer._replace(of_scenario=False), "csv", plan, day) == "plan.csv"
