"""The filter on the page: counted as it is filled in, handed over when chosen."""

from streamlit.testing.v1 import AppTest

RUN_S = 60


def show_filter():
    import streamlit as st

    from planner.core.formats import Formats
    from planner.ui.views.account_filter import account_filter
    from tests import small_plan
    from tests.services.test_account_filter import VIEW

    ids = account_filter(Formats(), VIEW, small_plan.AS_OF)
    if ids:
        st.session_state["ids"] = ids


def test_accounts_are_counted_and_chosen():
    app = AppTest.from_function(show_filter, default_timeout=RUN_S).run()
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


def test_a_wrong_condition_is_said_where_it_stands():
    app = AppTest.from_function(show_filter, default_timeout=RUN_S).run()
    app.text_input(key="terr-filter-condition").set_value("industri = 'x'").run()
    said = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "did you mean industry" in said
    assert app.button(key="terr-filter-do").disabled
