"""Old files are brought up to date, whole or not at all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from planner.store import migrations
from planner.store import open_store
from planner.store.engine import found_version


def add_colour(conn):
    conn.exec_driver_sql("ALTER TABLE company ADD COLUMN colour TEXT")


def break_midway(conn):
    conn.exec_driver_sql("CREATE TABLE half (x)")
    raise ZeroDivisionError


STEPS = {2: add_colour, 3: lambda conn: conn.exec_driver_sql("CREATE TABLE more (x)")}


def test_an_old_file_takes_the_steps_it_lacks_after_a_copy(store, company_id):
    migrations.bring_up(store.engine, store.path, 1, STEPS)
    assert "more" in sa.inspect(store.engine).get_table_names()
    with store.reading() as conn:
        rows = conn.exec_driver_sql("SELECT company_id, colour FROM company").all()
        version = conn.exec_driver_sql("SELECT value FROM meta").scalar()
    assert [tuple(row) for row in rows] == [(company_id, None)]
    assert version == "3"
    copy = store.path.with_name("planner.before-v3.sqlite")
    assert found_version(copy) == 1


def test_a_step_that_fails_leaves_the_file_as_it_was(store):
    steps = {2: add_colour, 3: break_midway}
    with pytest.raises(ZeroDivisionError):
        migrations.bring_up(store.engine, store.path, 1, steps)
    assert found_version(store.path) == 1
    names = sa.inspect(store.engine).get_table_names()
    columns = [c["name"] for c in sa.inspect(store.engine).get_columns("company")]
    assert "half" not in names
    assert "colour" not in columns


def test_opening_again_changes_nothing(store, company_id):
    again = open_store(store.url)
    with again.reading() as conn:
        found = conn.exec_driver_sql("SELECT company_id FROM company").scalars().all()
    again.close()
    assert found == [company_id]
    assert list(store.path.parent.glob("*.before-*")) == []
