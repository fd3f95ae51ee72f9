"""A plan put in before another holds until then; earlier owners fill only gaps."""

import pandas as pd

from planner.quotas.ownership import ownership_of, supersede
from planner.quotas.spans import extend_back, insert_until, since, until


def owned(by_account, valid_from, valid_to=None):
    """Own accounts by a position each, from a day on, maybe to another."""
    positions = {name: name for name in set(by_account.values())}
    territory = pd.Series(by_account, dtype="str")
    territory.index = territory.index.astype("str")
    rows = ownership_of(territory, positions, valid_from)
    return rows if valid_to is None else until(rows, valid_to)


def spans(ownership):
    """List who holds what from when to when."""
    return [
        (
            row.account_id,
            row.position_id,
            f"{row.valid_from:%Y-%m}",
            "" if pd.isna(row.valid_to) else f"{row.valid_to:%Y-%m}",
        )
        for row in ownership.itertuples()
    ]


def test_a_cut_keeps_each_day_on_its_side():
    """A span across the day is in both parts, each up to or from it."""
    rows = owned({"A": "P1"}, "2026-01-01")
    assert spans(until(rows, "2026-06-01")) == [("A", "P1", "2026-01", "2026-06")]
    assert spans(since(rows, "2026-06-01")) == [("A", "P1", "2026-06", "")]
    assert until(rows, "2026-01-01").empty


def test_an_earlier_plan_holds_until_the_later_one():
    """What was published for later stays; where both agree it is one span."""
    later = owned({"A": "P1", "B": "P1"}, "2027-01-01")
    earlier = owned({"A": "P1", "B": "P2"}, "2026-06-01")
    both = insert_until(
        later,
        earlier,
        "2027-01-01",
        lambda old, new: supersede(old, new, "2026-06-01"),
    )
    assert spans(both) == [
        ("A", "P1", "2026-06", ""),
        ("B", "P2", "2026-06", "2027-01"),
        ("B", "P1", "2027-01", ""),
    ]


def test_earlier_owners_end_where_the_first_one_begins():
    """An account without any owner takes them as they are."""
    now = owned({"A": "P1"}, "2026-12-01")
    earlier = pd.concat(
        [
            owned({"A": "P2", "B": "P2"}, "2025-01-01", "2026-01-01"),
            owned({"A": "P1", "B": "P1"}, "2026-01-01"),
        ]
    )
    assert spans(extend_back(now, earlier)) == [
        ("A", "P2", "2025-01", "2026-01"),
        ("A", "P1", "2026-01", ""),
        ("B", "P2", "2025-01", "2026-01"),
        ("B", "P1", "2026-01", ""),
    ]
