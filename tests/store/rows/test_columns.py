"""Columns read and written whole, past the types of SQLAlchemy."""

from __future__ import annotations

import datetime as dt

import pyarrow
import pytest
import sqlalchemy as sa

from planner.store.rows import columns
from tests.stores import POSTGRESQL_ONLY, SQLITE_ONLY

N_ROWS = 2 * columns._FETCHED + 7  # more than two fetches, the last one short
THINGS = sa.Table(
    "thing",
    sa.MetaData(),
    sa.Column("thing_id", sa.Text, primary_key=True),
    sa.Column("words", sa.Text),
    sa.Column("number", sa.BigInteger),
    sa.Column("share", sa.Float),
    sa.Column("is_so", sa.Boolean),
    sa.Column("day", sa.Date),
    sa.Column("more", sa.JSON),
    sa.Column("shape", sa.LargeBinary),
)
NAMES = [column.name for column in THINGS.columns]
WORDS = ['a "b", c', "", None, "line\nbreak\t\\N", "東京 \U0001f600"]


def row(number):
    return {
        "thing_id": f"T{number:05d}",
        "words": WORDS[number % 5],
        "number": None if number % 3 == 0 else number * 2**50 % 2**63,
        "share": 0.1 + number / 3,
        "is_so": number % 2 == 0,
        "day": dt.date(2026, 1, 1) + dt.timedelta(number % 900),
        "more": {"at": number},
        "shape": bytes([number % 256, 0, 92]),
    }


def as_stored(cells):
    """Say a row as `cell_type` promises it."""
    return cells | {
        "is_so": int(cells["is_so"]),
        "day": cells["day"].isoformat(),
        "more": f'{{"at":{cells["more"]["at"]}}}',
    }


@pytest.fixture
def filled(store):
    rows = [row(number) for number in range(N_ROWS)]
    with store.transaction() as conn:
        THINGS.create(conn)
        conn.execute(sa.insert(THINGS), rows[::-1])
    return store, [as_stored(cells) for cells in rows]


def test_every_cell_comes_back_sorted_over_many_fetches(filled):
    store, expected = filled
    with store.reading() as conn:
        found = columns.read_columns(conn, THINGS, NAMES)
    assert [column.type for column in found] == [
        columns.cell_type(column.type) for column in THINGS.columns
    ]
    assert pyarrow.table(found, NAMES).to_pylist() == expected


def test_conditions_choose_rows_and_nothing_is_an_empty_column(filled):
    store, expected = filled
    with store.reading() as conn:
        some = columns.read_columns(conn, THINGS, ["words"], THINGS.c.number.is_(None))
        none = columns.read_columns(conn, THINGS, NAMES, THINGS.c.thing_id == "?")
    assert some[0].to_pylist() == [
        cells["words"] for cells in expected if cells["number"] is None
    ]
    assert [len(column) for column in none] == [0] * len(NAMES)


@POSTGRESQL_ONLY
def test_what_is_copied_in_reads_the_same(filled):
    store, expected = filled
    with store.transaction() as conn:
        given = columns.read_columns(conn, THINGS, NAMES)
        conn.execute(sa.delete(THINGS))
        cells = [column.to_pylist() for column in given]
        assert columns.copy_in(conn, THINGS, NAMES, columns.slices(cells)) == N_ROWS
        again = columns.read_columns(conn, THINGS, NAMES)
    assert pyarrow.table(again, NAMES).to_pylist() == expected


@SQLITE_ONLY
def test_a_cell_of_another_type_is_named(filled):
    store, _ = filled
    with store.transaction() as conn:
        conn.exec_driver_sql("UPDATE thing SET number = 'x' WHERE thing_id = 'T00001'")
    with (
        store.reading() as conn,
        pytest.raises(ValueError, match=r"thing\.number is not of its type"),
    ):
        columns.read_columns(conn, THINGS, NAMES)
