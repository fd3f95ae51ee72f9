"""A browser tab without a browser: Streamlit's protocol over a raw WebSocket."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

STREAM = "/_stcore/stream"
LONGEST_S = 120.0  # for one run of a page
INTERRUPTED = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


@dataclass(frozen=True)
class Run:
    """
    What one run of a page's script sent.

    Parameters
    ----------
    messages
        In their order, the one that ends the run included.
    """

    messages: tuple[ForwardMsg, ...]

    @property
    def elements(self) -> list[Element]:
        """List what was drawn; what a later message replaced is still among it."""
        return [
            message.delta.new_element
            for message in self.messages
            if message.WhichOneof("type") == "delta"
            and message.delta.WhichOneof("type") == "new_element"
        ]

    @property
    def text(self) -> str:
        """Everything drawn, as text in which a sentence or a value can be sought."""
        return "\n".join(str(element) for element in self.elements)

    @property
    def status(self) -> str:
        """Name how the script ended, such as ``FINISHED_SUCCESSFULLY``."""
        number = self.messages[-1].script_finished
        return ForwardMsg.ScriptFinishedStatus.Name(number)

    def widget_id(self, key: str) -> str:
        """Look up a widget's id by the key the page gave it."""
        ids = [
            kind.id
            for element in self.elements
            if hasattr(kind := getattr(element, element.WhichOneof("type")), "id")
        ]
        matching = [name for name in ids if re.search(f"ID-[0-9a-f]+-{key}$", name)]
        if not matching:
            raise LookupError(f"no widget with key {key!r} among {ids}")
        return matching[-1]


@dataclass
class Tab:
    """
    One session; `run` reloads the page or sends what a browser could send.

    Parameters
    ----------
    line
        An open connection to the stream.
    page
        Last part of the page's address; empty: the home page.
    query
        Behind the question mark.
    """

    line: ClientConnection
    page: str = ""
    query: str = ""
    last: Run | None = field(default=None, init=False)
    page_hash: str = field(default="", init=False)

    def run(self, *states: WidgetState) -> Run:
        """Run the page with these states of its widgets, and wait for its end."""
        request = BackMsg()
        request.rerun_script.page_name = self.page
        # Once known: without it a run is of another page, which hears no event.
        request.rerun_script.page_script_hash = self.page_hash
        request.rerun_script.query_string = self.query
        request.rerun_script.widget_states.widgets.extend(states)
        return self.send(request.SerializeToString())

    def click(self, key: str) -> Run:
        """Press a button of the last run."""
        return self.run(WidgetState(id=self._id(key), trigger_value=True))

    def trigger(self, key: str, value: Any, event: str = "event") -> Run:
        """Send an event of a component, forged or not, as its script would."""
        return self.trigger_text(key, json.dumps([{"event": event, "value": value}]))

    def trigger_text(self, key: str, payload: str) -> Run:
        """Send any text where the events of a component are expected."""
        name = _make_trigger_id(self._id(key), "events")
        return self.run(WidgetState(id=name, json_trigger_value=payload))

    def send(self, data: bytes) -> Run:
        """Send bytes as they are and collect what the script draws in answer."""
        self.line.send(data)
        messages: list[ForwardMsg] = []
        deadline = time.monotonic() + LONGEST_S
        while True:
            answer = self.line.recv(timeout=deadline - time.monotonic())
            messages.append(ForwardMsg.FromString(answer))
            if messages[-1].WhichOneof("type") == "navigation":
                self.page_hash = messages[-1].navigation.page_script_hash
            if _ends_run(messages[-1]):
                self.last = Run(tuple(messages))
                return self.last

    def _id(self, key: str) -> str:
        run = self.last or self.run()
        return run.widget_id(key)


def _ends_run(message: ForwardMsg) -> bool:
    is_end = message.WhichOneof("type") == "script_finished"
    return is_end and message.script_finished != INTERRUPTED


@contextmanager
def open_tab(
    url: str,
    page: str = "",
    *,
    query: str = "",
    host: str | None = None,
    headers: dict[str, str] | None = None,
) -> Iterator[Tab]:
    """
    Open a session on an app.

    Parameters
    ----------
    url
        Of the app; the connection always goes there.
    page, query
        As in `Tab`.
    host
        What the ``Host`` header names; None: what `url` names.
    headers
        Further ones, such as ``Origin``, which goes missing if it is not given.

    Raises
    ------
    websockets.exceptions.InvalidStatus
        If the server refuses; `response.status_code` says how.
    """
    address = urlsplit(url)
    line = socket.create_connection((address.hostname, address.port), timeout=10)
    with connect(
        f"ws://{host or address.netloc}{STREAM}",
        sock=line,
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=headers,
        max_size=None,
        proxy=None,
    ) as connection:
        yield Tab(connection, page, query)
