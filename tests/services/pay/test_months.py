"""Months close one after the other, when they are over."""

import datetime as dt

import pytest

from planner.core.errors import InputError
from planner.services.pay.months import refuse_closing

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("period", "closed", "message"),
    [
        ("2026-11", [], "is not over on 2026-11-20: it can be closed from 2026-12-01"),
        ("2027-01", [], "is not over"),
        ("2026-10", ["2026-08"], "the last closed is 2026-08. Close 2026-09 next"),
        ("2026-07", ["2026-08"], "the last closed is 2026-08. Close 2026-09 next"),
    ],
)
def test_out_of_turn_is_refused(period, closed, message):
    """The message says which month comes next, or from when this one may."""
    with pytest.raises(InputError, match=message):
        refuse_closing(period, closed, TODAY)


@pytest.mark.parametrize(
    ("period", "closed", "today"),
    [
        ("2026-03", [], TODAY),
        ("2026-09", ["2026-07", "2026-08"], TODAY),
        ("2026-11", ["2026-10"], dt.date(2026, 12, 1)),
    ],
    ids=["the first may be any", "the next one", "over since today"],
)
def test_in_turn_it_closes(period, closed, today):
    """Nothing is refused."""
    refuse_closing(period, closed, today)
