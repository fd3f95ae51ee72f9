"""What differs between two states of a table, row by row and cell by cell."""

import pandas as pd
import pytest

from planner.accounts.changes import ChangeSet, TableChange, cell_texts


def table(rows):
    """Make accounts of id, name, visits and last visit."""
    frame = pd.DataFrame(rows, columns=["account_id", "name", "n", "on"])
    types = {"account_id": "str", "name": "str", "n": "Int64", "on": "datetime64[s]"}
    return frame.astype(types).set_index("account_id")


BEFORE = table(
    [
        ("A", "Ann", 1, "2026-01-31"),
        ("B", "Bob", None, None),
        ("C", "Cy", 3, "2026-03-01"),
    ]
)
AFTER = table(
    [
        ("B", "Bob", None, "2026-02-01"),
        ("C", "Cy", 3, "2026-03-01"),
        ("D", "Dee", 4, None),
    ]
)


def test_rows_that_come_go_and_differ_are_named():
    change = TableChange.between("account", BEFORE, AFTER)
    assert list(change.added) == ["D"]
    assert list(change.changed) == ["B"]
    assert list(change.removed) == ["A"]
    assert change.counts == {"added": 1, "changed": 1, "removed": 1, "same": 1}
    assert len(change) == 3


def test_a_cell_that_differs_is_told_before_and_after():
    cells = TableChange.between("account", BEFORE, AFTER).cells()
    assert cells.to_numpy().tolist() == [["B", "on", "", "2026-02-01"]]


def test_two_empty_cells_are_equal():
    change = TableChange.between("account", BEFORE, BEFORE.copy())
    assert len(change) == 0
    assert change.counts["same"] == 3
    assert change.cells().empty


def test_columns_that_are_new_are_not_compared():
    more = AFTER.assign(extra="x")
    assert list(TableChange.between("account", AFTER, more).changed) == []


def test_a_removal_leaves_nothing():
    change = TableChange.removal("account", BEFORE)
    assert list(change.removed) == ["A", "B", "C"]
    assert change.after.empty


def test_a_set_counts_the_tables_in_which_something_changes():
    changes = ChangeSet(
        (
            TableChange.between("account", BEFORE, AFTER),
            TableChange.between("segment", BEFORE, BEFORE),
        )
    )
    assert changes.n_rows == {"account": 3}
    assert changes["segment"].counts["same"] == 3
    assert len(changes) == 3


@pytest.mark.parametrize("name", ["name", "n", "on"])
def test_empty_cells_are_written_as_nothing(name):
    assert cell_texts(table([("A", None, None, None)])[name]).tolist() == [""]
