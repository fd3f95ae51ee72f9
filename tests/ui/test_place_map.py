"""An account that waits for a place gets one by a click on the map of Data health."""

import json

import pytest

from planner.services import workspace
from planner.services.accounts import health, repairs
from planner.services.territories.accounts import account_list
from planner.ui.components.planmap.events import MapEvent
from tests.ui.test_first_minutes import drop
from tests.ui.test_pages_planner import boxes, turn_to

LIST = b"""Customer No,Company,Latitude,Longitude,City,State
1,Alpha,40.10,-83.11,Dublin,OH
2,Beta,39.96,-83.00,Columbus,OH
3,Gamma,,,Nowhere,OH
4,Delta,,,Nowhere,OH
"""


@pytest.fixture
def own(app, ws):
    """Begin a company of four accounts, two of which wait."""
    drop(app, "ohio.csv", LIST)
    app.button(key="imp-go").click().run()
    app.button(key="imp-go").click().run()
    assert not app.exception
    return workspace.latest_company(ws)


def waiting(ws):
    return health.rows(ws, "missing_place").index.tolist()


def click(app, lat, lon):
    """Do what a click on the map does: AppTest has no browser."""
    inbox = app.session_state["place-missing_place-inbox"]
    inbox.events.append(MapEvent(kind="place", path=((lat, lon),)))
    return app.run()


def placing(app, row):
    """Open Data health, choose how, and the row."""
    turn_to(app, "health")
    how = next(f for f in app.get("button_group") if f.label == "Repair")
    how.set_value("set").run()
    chosen = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.session_state["hlt-rows-missing_place-0"] = chosen
    app.run()
    assert not app.exception
    return app


def text_of(app):
    return " ".join(block.value for block in [*app.markdown, *app.caption])


def test_the_accounts_page_shows_those_that_have_a_place_and_names_the_others(app, own):
    assert waiting(own) == ["3", "4"]
    turn_to(app, "accounts")
    assert not app.exception
    assert "cannot be shown" not in boxes(app)
    assert "2 accounts wait for a place" in text_of(app)


def test_a_click_sets_the_place_says_where_it_is_and_saves_one_change(app, own):
    placing(app, 0)
    assert "Gamma" in text_of(app)
    assert "click its place on the map" in text_of(app)
    click(app, 40.05, -83.10)
    assert "near Dublin, Ohio" in text_of(app) or "near Hilliard, Ohio" in text_of(app)
    assert [field.value for field in app.number_input] == [40.05, -83.10]
    app.button(key="hlt-place").click().run()
    assert not app.exception
    assert waiting(own) == ["4"]
    placed = account_list(own, None).loc["3"]
    assert (placed["lat"], placed["lon"]) == (40.05, -83.10)
    assert "Gamma now lies near" in app.success[0].value
    log = repairs.repairs(own)
    assert list(log["n_accounts"]) == [1]
    repairs.undo_repair(own, str(log.index[0]))
    assert waiting(own) == ["3", "4"]


@pytest.mark.usefixtures("own")
def test_without_one_account_chosen_nothing_can_be_put(app):
    turn_to(app, "health")
    how = next(f for f in app.get("button_group") if f.label == "Repair")
    how.set_value("set").run()
    assert "Choose one account" in text_of(app)
    assert app.button(key="hlt-preview").disabled
    assert not [b for b in app.button if b.key == "hlt-place"]


@pytest.mark.usefixtures("own")
def test_the_map_offers_nothing_but_the_click_on_a_place(app):
    placing(app, 1)
    sent = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "planmap"
    ]
    assert [one["events"] for one in sent] == [["place"]]
