"""Searching the audit log: words, people, things, days, pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from planner.core.errors import ParamsError
from planner.services.admin import audit
from planner.services.scenarios import listing
from planner.store.audit.search import AuditQuery

LONG_AGO, TOMORROW = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


@pytest.fixture
def told(small):
    """Two people start scenarios with odd names."""
    listing.start(small, "100%_sure")
    listing.start(replace(small, user="bob"), "Harbor North")
    return small


def actions(ws, **asked):
    query = AuditQuery(company_id=ws.company_id, **asked)
    return list(audit.find(ws, query).lines["action"])


def test_every_word_must_stand_somewhere_in_the_line_whatever_its_case(told):
    assert len(actions(told, text="HARBOR bob")) == 1
    assert actions(told, text="harbor ann") == []


@pytest.mark.parametrize("text", ["100%_sure", "%_"])
def test_signs_of_sql_stand_for_themselves(told, text):
    assert len(actions(told, text=text)) == 1


def test_lines_can_be_asked_by_person_thing_and_day(told):
    assert len(actions(told, who="bob")) == 1
    everything = actions(told)
    assert actions(told, subject="scenario") != everything
    assert actions(told, since=LONG_AGO, until=TOMORROW) == everything
    assert actions(told, until=LONG_AGO) == []
    today = dt.datetime.now(dt.UTC).date()
    assert len(actions(told, since=today, until=today)) > 0


def test_pages_together_hold_every_line_once(told):
    whole = audit.find(told, AuditQuery(limit=1000)).lines
    pages = [
        audit.find(told, AuditQuery(limit=2, offset=start)).lines.index
        for start in range(0, len(whole), 2)
    ]
    assert [number for page in pages for number in page] == list(whole.index)
    assert audit.find(told, AuditQuery(limit=2)).n_lines == len(whole)


def test_days_the_wrong_way_round_are_refused():
    with pytest.raises(ParamsError, match="lies after"):
        AuditQuery(since=TOMORROW, until=LONG_AGO)


def test_scenarios_are_told_by_name(told):
    lines = audit.find(told, AuditQuery(text="harbor")).lines
    assert list(lines["on"]) == ["scenario Harbor North"]


def test_users_and_things_are_offered(told):
    users, subjects = audit.choices(told)
    assert "bob" in users
    assert {"company", "scenario"} <= set(subjects)


def test_an_untouched_log_verifies(told):
    assert audit.verify(told) == []


def test_before_and_after_stand_side_by_side_where_they_differ():
    before = '{"version":1,"territory":{"T1":["North",null]},"same":3}'
    after = '{"version":2,"territory":{"T1":["South",null]},"same":3,"new":null}'
    rows = audit.changes_of(before, after).to_numpy().tolist()
    assert rows == [
        ["new", "", "nothing"],
        ["territory › T1", '["North", null]', '["South", null]'],
        ["version", "1", "2"],
    ]
    assert audit.changes_of(None, None).empty
