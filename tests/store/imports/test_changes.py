"""A change-set is written as a whole, put down, and taken back, on both databases."""

import numpy as np
import pandas as pd
import pytest

from planner.accounts.changes import ChangeSet, TableChange
from planner.core.schemas import VISITS_MADE, check
from planner.store.company import deals
from planner.store.imports.changes import apply_changes, recorded, way_back


def visits(seed, n=12):
    """Make visits, each of some ids with cells drawn at random."""
    rng = np.random.default_rng(seed)
    ids = sorted(rng.choice(20, n, replace=False).tolist())
    index = pd.Index([f"V{number:02d}" for number in ids], name="visit_id")
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 3, n), "D")
    frame = pd.DataFrame(
        {
            "account_id": rng.choice(["A", "B"], n),
            "rep_id": "R",
            "visited_on": days,
            "minutes": rng.integers(0, 2, n),
            "outcome": pd.Series(rng.choice(["met", ""], n), dtype="str").to_numpy(),
            "custom": None,
        },
        index=index.astype("str"),
    )
    return check(frame.assign(outcome=frame["outcome"].replace("", None)), VISITS_MADE)


def apply(store, company_id, before, after):
    """Write what leads from one state to another; return it as it is put down."""
    changes = ChangeSet((TableChange.between("visit_made", before, after),))
    with store.transaction() as conn:
        apply_changes(conn, company_id, changes)
    return recorded(changes)


def stored(store, company_id):
    with store.reading() as conn:
        return deals.load_visits_made(conn, company_id)


def back(store, company_id, record):
    with store.transaction() as conn:
        changes, faults = way_back(conn, company_id, *record)
        if not faults:
            apply_changes(conn, company_id, changes)
    return faults


@pytest.mark.parametrize("seed", range(4))
def test_a_change_and_its_way_back(store, company_id, seed):
    """From nothing to a list, to another, and back twice, each state exactly."""
    first, second = visits(seed), visits(seed + 100)
    records = [
        apply(store, company_id, first.iloc[:0], first),
        apply(store, company_id, first, second),
    ]
    pd.testing.assert_frame_equal(stored(store, company_id), second)
    assert back(store, company_id, records[1]) == []
    pd.testing.assert_frame_equal(stored(store, company_id), first)
    assert back(store, company_id, records[0]) == []
    assert stored(store, company_id).empty


def test_a_record_holds_the_cells_that_differ_and_whole_rows_else(store, company_id):
    first = visits(0, n=3)
    same, changed, removed = first.index
    second = first.drop(removed)
    second.loc[changed, "minutes"] += 30
    added = first.loc[[same]].rename(index={same: "V99"})
    record = apply(store, company_id, first, pd.concat([second, added]))
    before, after = ({key[0]: c for key, c in s["visit_made"]} for s in record)
    assert before.keys() == after.keys() == {changed, removed, "V99"}
    assert list(after[changed]) == ["minutes"]
    assert after[changed]["minutes"] == before[changed]["minutes"] + 30
    assert after[removed] is before["V99"] is None
    assert before[removed]["visited_on"] == str(first.loc[removed, "visited_on"].date())


def test_a_row_changed_since_stands_in_the_way(store, company_id):
    first = visits(1, n=2)
    apply(store, company_id, first.iloc[:0], first)
    record = apply(store, company_id, first, first.assign(minutes=[50, 60]))
    one = first.index[0]
    now = first.assign(minutes=[51, 60])
    apply(store, company_id, first.assign(minutes=[50, 60]), now)
    faults = back(store, company_id, record)
    assert faults == [f"visit_made {one}: minutes is 51 now, not 50"]
    pd.testing.assert_frame_equal(stored(store, company_id), check(now, VISITS_MADE))


def test_rows_gone_or_there_again_stand_in_the_way(store, company_id):
    first = visits(2, n=2)
    one, other = first.index
    changed = first.drop(other)
    changed.loc[one, "minutes"] = 99
    apply(store, company_id, first.iloc[:0], first)
    record = apply(store, company_id, first, changed)
    apply(store, company_id, changed, first.loc[[other]])
    assert sorted(back(store, company_id, record)) == [
        f"visit_made {one} is gone",
        f"visit_made {other} exists again",
    ]


def test_the_log_of_earlier_versions_is_taken_back(store, company_id):
    """A record as stores of before hold it: cells of a changed row, days as text."""
    first = visits(3, n=1)
    one = first.index[0]
    now = first.assign(visited_on=pd.Timestamp("2026-05-04"), minutes=7)
    apply(store, company_id, now.iloc[:0], now)
    day = str(first["visited_on"].iloc[0].date())
    record = (
        {"visit_made": [[[one], {"visited_on": day, "minutes": 0}]]},
        {"visit_made": [[[one], {"visited_on": "2026-05-04", "minutes": 7}]]},
    )
    assert back(store, company_id, record) == []
    pd.testing.assert_frame_equal(
        stored(store, company_id), first.assign(minutes=0), check_dtype=False
    )
