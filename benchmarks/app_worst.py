"""
What others wait while one user does the worst that is allowed.

``python -m benchmarks app --only worst [--quick] [--json FILE]`` starts the real app on
a company of its own. One session sends without pause the message that costs the server
most: a map's gestures at their limits of vertices and comparisons. Another opens the
first page again and again, a third asks whether the server lives.
"""

from __future__ import annotations

import json
import math
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.app_company import make_company
from benchmarks.app_driver import running_app
from planner.geography.selecting import MOST_VERTICES
from planner.geography.winding import MOST_COMPARISONS

SEED = 11
MAP, PICK = "territories", "terr-pick"
SOUTH, NORTH, WEST, EAST = 20.0, 60.0, -130.0, -60.0  # around all accounts
WATCHED_S = 30.0
LONGEST_S = 300.0  # for one answer
GOAL_S = 3.0  # another user's page, and the server's sign of life
FINISHED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


class Tab:
    """One session without a browser: it runs a page and reads what comes of it."""

    def __init__(self, line: ClientConnection, page: str, query: str) -> None:
        self._line, self._page, self._query = line, page, query
        self._ids: list[tuple[str, str]] = []
        self._page_hash = ""  # once known: without it each run is of another page
        self.said = ""  # all text of the last run

    def run(self, *states: WidgetState) -> float:
        """Run the page with these states of its widgets; seconds until its end."""
        request = BackMsg()
        request.rerun_script.page_name = self._page
        request.rerun_script.page_script_hash = self._page_hash
        request.rerun_script.query_string = self._query
        request.rerun_script.widget_states.widgets.extend(states)
        self.said = ""
        started = time.perf_counter()
        self._line.send(request.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(self._line.recv(timeout=LONGEST_S))
            if (
                answer.WhichOneof("type") == "delta"
                and answer.delta.WhichOneof("type") == "new_element"
            ):
                element = answer.delta.new_element
                kind = str(element.WhichOneof("type"))
                self.said += element.markdown.body
                self._ids.append((kind, str(getattr(getattr(element, kind), "id", ""))))
            if answer.WhichOneof("type") == "navigation":
                self._page_hash = answer.navigation.page_script_hash
            is_end = answer.WhichOneof("type") == "script_finished"
            if is_end and answer.script_finished == FINISHED:
                return time.perf_counter() - started

    def named(self, kind: str, key: str) -> str:
        """Look up the id of a widget by what it is and its key."""
        return next(
            name
            for of, name in reversed(self._ids)
            if of == kind and name.endswith(f"-{key}")
        )


@contextmanager
def opened(url: str, page: str = "", query: str = "") -> Iterator[Tab]:
    """Open a session on a page of the app."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    protocols = [Subprotocol("streamlit")]
    with connect(
        address, subprotocols=protocols, origin=url, max_size=None, proxy=None
    ) as line:
        yield Tab(line, page, query)


def worst_lassos(n_accounts: int) -> list[dict[str, Any]]:
    """Cross all accounts up and down, as often as one message may."""
    n_edges = min(MOST_COMPARISONS // n_accounts, MOST_VERTICES) // 2 * 2
    rng = np.random.default_rng(SEED)
    events = []
    for number in range(max(MOST_VERTICES // n_edges, 1)):
        lat = np.where(np.arange(n_edges) % 2, NORTH, SOUTH)
        path = np.column_stack([lat, rng.uniform(WEST, EAST, n_edges)]).tolist()
        events.append({"kind": "lasso", "path": path, "n": number + 1})
    return events


def worst_brush() -> list[dict[str, Any]]:
    """Wind over the country in steps of a county, with as many vertices as may be."""
    rng = np.random.default_rng(SEED)
    steps = rng.normal(0, 0.4, (MOST_VERTICES, 2)).cumsum(axis=0)
    middle, reach = [39.0, -95.0], [10.0, 25.0]
    path = middle + reach * np.sin(steps / reach)  # turns back at the borders
    return [{"kind": "paint", "path": path.round(6).tolist(), "n": 1}]


def measure_worst(*, is_quick: bool = False) -> pd.DataFrame:
    """
    Measure what others wait, alone and beside the worst.

    Parameters
    ----------
    is_quick
        A company of 10,000 accounts instead of 100,000.

    Returns
    -------
    Indexed by step: `value`, `goal` (missing: none) and `unit`.
    """
    n_accounts = 10_000 if is_quick else 100_000
    kinds = {"lassos": worst_lassos(n_accounts), "brush": worst_brush()}
    rows: list[tuple[str, float, float, str]] = []
    with tempfile.TemporaryDirectory(prefix="planner-worst-") as folder:
        store_url = f"sqlite:///{folder}/worst.sqlite"
        _, (scenario_id,) = make_company(
            store_url, n_accounts=n_accounts, n_territories=100
        )
        with running_app(Path(folder), store_url) as (url, _):
            _visit(url)  # the first of a server reads everything
            rows += _waits("alone", url, _rest)
            for name, events in kinds.items():
                rows += _waits(
                    f"beside the worst {name}",
                    url,
                    lambda events=events: _send(url, scenario_id, events),
                )
    return pd.DataFrame(rows, columns=["step", "value", "goal", "unit"]).set_index(
        "step"
    )


def _rest() -> list[float]:
    """Do nothing for as long as is watched."""
    time.sleep(WATCHED_S)
    return []


def _send(url: str, scenario_id: str, events: list[dict[str, Any]]) -> list[float]:
    """Send the same message without pause; seconds until each is done."""
    took: list[float] = []
    with opened(url, "territories", f"scenario={scenario_id}") as tab:
        tab.run()
        pick = WidgetState(id=tab.named("button_group", PICK))
        pick.string_array_value.data.append("Accounts")
        name = _make_trigger_id(tab.named("bidi_component", MAP), "events")
        deadline, sent = time.monotonic() + WATCHED_S, 0
        while time.monotonic() < deadline:
            fresh = [{**event, "n": sent + event["n"]} for event in events]
            sent += len(events)
            value = json.dumps([{"event": "event", "value": fresh}])
            took.append(tab.run(pick, WidgetState(id=name, json_trigger_value=value)))
            assert "accounts**" in tab.said, "the page chose nothing"
    return took


def _waits(
    name: str, url: str, work: Callable[[], list[float]]
) -> list[tuple[str, float, float, str]]:
    """Let one user work and watch what others wait meanwhile."""
    is_over = threading.Event()
    waited: dict[str, list[float]] = {"page": [], "life": []}

    def watch(of: str, ask: Callable[[str], object], pause_s: float) -> None:
        while not is_over.wait(pause_s):
            started = time.perf_counter()
            ask(url)
            waited[of].append(time.perf_counter() - started)

    watchers = [
        threading.Thread(target=watch, args=("page", _visit, 0.5)),
        threading.Thread(target=watch, args=("life", _is_alive, 0.1)),
    ]
    for watcher in watchers:
        watcher.start()
    try:
        took = work()
    finally:
        is_over.set()
        for watcher in watchers:
            watcher.join()
    rows = [
        (f"{name}: another's first page, median", _quantile(waited["page"], 0.5)),
        (f"{name}: another's first page, longest", _quantile(waited["page"], 1)),
        (f"{name}: sign of life, longest", _quantile(waited["life"], 1)),
        (f"{name}: one message, median", _quantile(took, 0.5)),
    ]
    goals = (math.nan, GOAL_S, GOAL_S, math.nan)
    return [
        (step, value, goal, "s")
        for (step, value), goal in zip(rows, goals, strict=True)
    ]


def _quantile(seconds: Sequence[float], q: float) -> float:
    return float(np.quantile(seconds, q)) if seconds else math.nan


def _visit(url: str) -> None:
    with opened(url) as tab:
        tab.run()


def _is_alive(url: str) -> None:
    with urllib.request.urlopen(f"{url}/_stcore/health", timeout=LONGEST_S) as answer:  # noqa: S310
        answer.read()
