"""What `.streamlit/config.toml` holds off where the front door is missing."""

from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.streamlit_client import open_tab
from tests.ui.served_page import served


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with served(tmp_path_factory.mktemp("page"), "import streamlit") as address:
        yield address


@pytest.mark.parametrize("name", ["127.0.0.1", "LOCALHOST", "localhost.", "[::1]"])
def test_this_machine_is_let_in(url, name):
    with open_tab(url, host=f"{name}:{urlsplit(url).port}") as tab:
        assert tab.run().status == "FINISHED_SUCCESSFULLY"


def test_a_foreign_host_is_refused(url):
    """Though its page and the host it asks have one name: DNS rebinding."""
    host = f"evil.example:{urlsplit(url).port}"
    with (
        pytest.raises(InvalidStatus) as refused,
        open_tab(url, host=host, headers={"Origin": f"http://{host}"}),
    ):
        pass
    assert refused.value.response.status_code == 403
