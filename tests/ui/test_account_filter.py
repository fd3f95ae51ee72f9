"""The filter on the page: counted as it is filled in, handed over when chosen."""

import pytest
from streamlit.testing.v1 import AppTest

RUN_S = 60


def show_filter():
    import streamlit as st

    from planner.core.formats import Formats
    from planner.ui.views.accounts.filter import account_filter
    from tests import small_plan
    from tests.services.territories.test_filter import VIEW

    ids = account_filter(Formats(), VIEW, small_plan.AS_OF)
    if ids:
        st.session_state["ids"] = ids


@pytest.fixture
def app():
    """Show the page with the filter open."""
    shown = AppTest.from_function(show_filter, default_timeout=RUN_S)
    shown.session_state["terr-filter"] = True
    return shown.run()


def test_accounts_are_counted_and_chosen(app):
    assert not app.exception
    assert app.button(key="terr-filter-do").disabled
    assert app.multiselect(key="terr-filter-territory_ids").options == [
        "A Ason",
        "B Bson",
    ]
    app.text_input(key="terr-filter-text").set_value("hospital").run()
    assert app.markdown[0].value.startswith("**2** of 24 accounts · ")
    app.number_input(key="terr-filter-least").set_value(1e6).run()
    assert app.button(key="terr-filter-do").label == "Choose 1 account"
    app.button(key="terr-filter-do").click().run()
    assert app.session_state["ids"] == ("w00",)
    assert not app.session_state["terr-filter"], "it is still open"


def test_what_was_said_is_there_when_it_is_opened_again(app):
    app.text_input(key="terr-filter-text").set_value("hospital").run()
    app.multiselect(key="terr-filter-territory_ids").set_value(["A"]).run()
    app.number_input(key="terr-filter-days").set_value(60).run()
    app.session_state["terr-filter"] = False
    app.run()
    assert not app.text_input
    app.session_state["terr-filter"] = True
    app.run()
    assert app.text_input(key="terr-filter-text").value == "hospital"
    assert app.multiselect(key="terr-filter-territory_ids").value == ["A"]
    assert app.number_input(key="terr-filter-days").value == 60


def test_what_no_account_has_any_more_is_not_asked_for(app):
    app.session_state["terr-filter"] = False
    app.run()
    app.session_state["terr-filter-left"] = {"terr-filter-territory_ids": ["Gone"]}
    app.session_state["terr-filter"] = True
    app.run()
    assert not app.exception
    assert app.multiselect(key="terr-filter-territory_ids").value == []


def test_a_wrong_condition_is_said_where_it_stands(app):
    app.text_input(key="terr-filter-condition").set_value("industri = 'x'").run()
    said = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "did you mean industry" in said
    assert app.button(key="terr-filter-do").disabled
