"""Events no page of ours sends, over the real stream of the real app."""

import pytest
from websockets.exceptions import ConnectionClosed

from planner.ui.front.door import MOST_MESSAGE_BYTES
from tests.attack.test_front_door import target
from tests.streamlit_client import open_tab
from tests.ui.test_forged_events import FORGED_IN_TABLE, FORGED_ON_MAP, MAP, TABLE

__all__ = ["target"]


def test_a_page_goes_on_whatever_is_forged(target):
    """Each forged message is answered by the page as it was, without a fault."""
    with open_tab(target.url, "territories") as tab:
        tab.run()
        for key, forged in ((MAP, FORGED_ON_MAP), (TABLE, FORGED_IN_TABLE)):
            for value in forged:
                run = tab.trigger(key, value)
                assert run.status == "FINISHED_SUCCESSFULLY", (key, value)
                assert "pl-box pl-box-fault" not in run.text, (key, value)
        assert "Territories" in tab.run().text


def test_a_message_too_big_is_not_read_and_others_are_served(target):
    with open_tab(target.url, "territories") as tab, open_tab(target.url) as other:
        with pytest.raises(ConnectionClosed) as closed:
            tab.send(b"x" * (MOST_MESSAGE_BYTES + 1))
        assert closed.value.rcvd.code == 1009
        assert other.run().status == "FINISHED_SUCCESSFULLY"
