"""The day is the clock's, or the one set for a trial."""

import datetime as dt

import pytest

from planner.core import clock
from planner.core.errors import ParamsError


def test_the_variable_sets_the_clock():
    """A day set is the day; without one it is this machine's."""
    assert clock.today({"PLANNER_TODAY": "2027-02-03"}) == dt.date(2027, 2, 3)
    before = dt.datetime.now().astimezone().date()
    day = clock.today({})
    assert before <= day <= dt.datetime.now().astimezone().date()


def test_what_is_no_date_is_refused():
    """The message names the variable and the value."""
    with pytest.raises(ParamsError, match="PLANNER_TODAY must be a date such"):
        clock.today({"PLANNER_TODAY": "soon"})
