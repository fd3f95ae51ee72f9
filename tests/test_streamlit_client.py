"""The tests' own client: it runs pages, presses buttons and forges events."""

import pytest

from tests.streamlit_client import open_tab
from tests.ui.served_page import served

PAGE = """
import streamlit as st
shout = st.components.v2.component("shout", js="export default () => {{}}")
if st.button("Count", key="count"):
    st.session_state.n = st.session_state.get("n", 0) + 1
st.text(f"counted {{st.session_state.get('n', 0)}}")
event = shout(key="shout", on_event_change=lambda: None).event
st.text(f"heard {{event!r}} with {{st.query_params.to_dict()}}")
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with served(tmp_path_factory.mktemp("page"), PAGE) as address:
        yield address


def test_a_button_counts_in_its_own_session(url):
    """Two presses count to two here, and none in another tab."""
    with open_tab(url) as tab, open_tab(url) as other:
        assert "counted 0" in tab.run().text
        tab.click("count")
        assert "counted 2" in tab.click("count").text
        assert tab.last.status == "FINISHED_SUCCESSFULLY"
        assert "counted 0" in other.run().text


def test_an_event_reaches_the_page_once(url):
    """A forged event arrives as it was sent, and is gone in the next run."""
    with open_tab(url, query="a=1") as tab:
        assert (
            "heard {\\'x\\': [1]} with {\\'a\\': \\'1\\'}"
            in tab.trigger("shout", {"x": [1]}).text
        )
        assert "heard None" in tab.run().text


def test_an_unknown_key_is_named(url):
    """What is not on the page cannot be pressed."""
    with open_tab(url) as tab, pytest.raises(LookupError, match="'absent'"):
        tab.click("absent")
