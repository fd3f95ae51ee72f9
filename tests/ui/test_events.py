"""What a browser sends is an event as declared, or nothing; whatever it sends."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.geography.selecting import MOST_VERTICES
from planner.ui.components.grid.events import OF_LISTS, OF_TERRITORIES, TURNS
from planner.ui.components.grid.events import read_event as read_table_event
from planner.ui.components.grid.lists import Rows, read_list_event
from planner.ui.components.planmap import NONE, MapEvent
from planner.ui.components.planmap.events import (
    EVENT_KINDS,
    MOST_EVENTS,
    read_event,
    read_sent,
)
from planner.ui.components.planmap.layers import pack
from planner.ui.events import LAST_NUMBER, MOST_LETTERS, parse

RING = [[41.0, -88.0], [42.0, -88.0], [42.0, -87.0]]
HONEST = [
    {"kind": "unit", "ids": ["17031"], "unit_ids": [], "n": 1},
    {"kind": "key", "ids": ["undo"], "unit_ids": [], "n": 2},
    {"kind": "drag", "ids": ["R1"], "unit_ids": [], "path": [[41.5, -87]], "n": 3},
    {"kind": "lasso", "ids": [], "unit_ids": [], "path": RING, "hidden": [2], "n": 4},
    {"kind": "box", "unit_ids": ["17031"], "path": [*RING, [41, -87.0]], "n": 5},
    {"kind": "lock", "ids": ["T01"], "turn": 6},
    {"kind": "choose", "bits": "AQ==", "version": "v", "turn": 7},
    {"kind": "place", "ids": [], "unit_ids": [], "path": [[41.5, -87]], "n": 8},
]
DRAWN = ("box", "lasso", "polygon", "paint", "line", "drag", "place")
# All that JSON can carry as Python reads it, lone halves of signs and NaN among it.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(st.characters(), max_size=9)
    | st.sampled_from(["\ud800", "lasso", "key", "lock", "undo", "17031", "AQ=="])
)
JSON = st.recursive(
    SCALARS,
    lambda values: (
        st.lists(values, max_size=4)
        | st.dictionaries(st.text(max_size=6), values, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = ("kind", "ids", "unit_ids", "path", "hidden", "n", "turn", "bits", "version")
MUTATED = st.builds(
    lambda event, field, value: {**event, field: value},
    st.sampled_from(HONEST),
    st.sampled_from(FIELDS),
    JSON,
)
LAYER = pack(pd.Index(["a", "b"]), {"kind": "rows"}, {})
ROWS = Rows(
    index=pd.Index(["a", "b"]),
    source=pd.Index(["a", "b"]),
    places=np.arange(2),
    layer=LAYER,
)


@settings(max_examples=300, deadline=None)
@given(JSON | MUTATED)
def test_whatever_is_sent_is_an_event_as_declared_or_none(raw):
    event = read_event(raw)
    if event is not None:
        assert event.kind in EVENT_KINDS
        assert (event.kind in DRAWN) == bool(event.path)
        assert len(event.ids) == (event.kind in ("drag", "key", *EVENT_KINDS[:4]))
        assert all(name.encode() and len(name) <= MOST_LETTERS for name in event.ids)
        assert np.isfinite(np.array(event.path)).all()
        assert all(0 <= code <= NONE for code in event.hidden)
    for event in (
        read_table_event(raw, OF_TERRITORIES),
        read_list_event(raw, OF_LISTS, ROWS),
    ):
        assert event is None or all(name.encode() for name in event.ids)
    turn = parse(raw, TURNS, OF_LISTS)
    assert turn is None or 0 <= turn["turn"] <= LAST_NUMBER


@settings(max_examples=100, deadline=None)
@given(JSON | st.lists(JSON | MUTATED, max_size=6), st.integers(0, 9))
def test_a_message_of_anything_gives_events_and_a_number_that_counts(raw, seen):
    events, last = read_sent(raw, seen)
    assert seen <= last <= LAST_NUMBER
    assert len(events) <= (len(raw) if isinstance(raw, list) else 1)
    assert all(isinstance(event, MapEvent) for event in events)


def test_honest_events_are_read():
    kinds = [event.kind for event in read_sent(HONEST[:5], 0)[0]]
    assert kinds == ["unit", "key", "drag", "lasso", "box"]
    assert read_table_event(HONEST[5], OF_TERRITORIES).ids == ("T01",)
    chosen = {**HONEST[6], "version": LAYER.version}
    assert read_list_event(chosen, OF_LISTS, ROWS).ids == ("a",)


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "drag", "path": [[1, 1]]},
        {"kind": "drag", "ids": ["a"], "path": [[1, 1], [2, 2]]},
        {"kind": "key"},
        {"kind": "key", "ids": ["format"]},
        {"kind": "key", "ids": ["undo", "undo"]},
        {"kind": "point", "ids": ["a", "b"]},
        {"kind": "point", "ids": ["\udfff"]},
        {"kind": "point", "ids": ["a" * 1001]},
        {"kind": "unit", "ids": ["a"], "hidden": [0] * 65_537},
        {"kind": "box", "path": [*RING, [41, -87]], "unit_ids": ["a"] * 200_001},
        {"kind": "box", "path": RING},
        {"kind": "lasso", "path": RING[:2]},
        {"kind": "line", "path": RING[:1]},
        {"kind": "lasso", "path": [*RING, [10**400, 0]]},
        {"kind": "lasso", "path": [*RING, [float("inf"), 0]]},
        {"kind": "lasso", "path": RING * 3334},
    ],
    ids=map(str, range(16)),
)
def test_what_does_not_fit_is_dropped_and_noted_in_few_words(event, caplog):
    with caplog.at_level(logging.WARNING):
        assert read_event(event) is None
    (record,) = caplog.records
    assert record.getMessage().startswith("event dropped: ")
    assert len(record.getMessage()) < 120


def test_what_the_map_does_not_offer_is_dropped():
    assert read_event(HONEST[0], ("unit",)) is not None
    assert read_event(HONEST[0], ("lasso",)) is None
    assert read_sent(HONEST[:2], 0, ("unit",)) == ([read_event(HONEST[0])], 2)


def drawn(n, n_vertices):
    return {"kind": "lasso", "path": (RING * n_vertices)[:n_vertices], "n": n}


def test_a_message_is_bounded_and_what_is_left_of_it_comes_again():
    """Forty lassos of the most there may be: one is taken with each message."""
    sent = [drawn(n, MOST_VERTICES) for n in range(1, 41)]
    events, seen = read_sent(sent, 0)
    assert ([len(event.path) for event in events], seen) == ([MOST_VERTICES], 1)
    events, seen = read_sent(sent[1:], seen, waiting=events)
    assert (events, seen) == ([], 1)  # until the page has done the first
    assert read_sent(sent[1:], seen)[1] == 2
    few = [drawn(n, 40) for n in range(1, 1001)]
    events, seen = read_sent(few, 0)
    assert (len(events), seen) == (MOST_EVENTS, MOST_EVENTS)
    assert read_sent(few, seen, waiting=events) == ([], seen)
