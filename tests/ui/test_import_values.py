"""Their values in the importer: guessed, shown, corrected into the mapping."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page():
    import streamlit as st

    from planner.services.imports.check import preview_source
    from planner.ui.views.imports.mapping import ask_mapping

    text = (
        "deal_id,account_id,amount,close_date,stage\n"
        "D1,A,5,2026-10-05,Commitish\nD2,A,5,2026-10-05,Closed Won\n"
    )
    preview = preview_source(text.encode(), "list.csv", "deals")
    st.session_state["mapping"] = ask_mapping(preview, "deals", "f1")


def test_an_unknown_stage_is_asked_and_goes_into_the_mapping():
    app = AppTest.from_function(_page, default_timeout=60).run()
    boxes = {box.label: box for box in app.selectbox}
    (unknown,) = [box for label, box in boxes.items() if "Commitish" in label]
    (won,) = [box for label, box in boxes.items() if "Closed Won" in label]
    assert (unknown.value, won.value) == ("", "won")
    assert app.session_state["mapping"]["stage"] == "stage"
    unknown.set_value("negotiate").run()
    assert app.session_state["mapping"]["stage"] == {
        "column": "stage",
        "values": {"Commitish": "negotiate"},
    }
