"""Old files are brought up to date, whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from planner.store import jobs, open_store
from planner.store.audit.log import append_audit
from planner.store.database import migrations
from planner.store.database.engine import schema_version
from planner.store.database.sqlite import found_version
from planner.store.database.transfer import content_hashes
from planner.store.scenarios import lineage, plans, publications
from planner.store.upkeep.doctor import examine
from tests.store.full_store import fill, fill_more
from tests.stores import SQLITE_ONLY

DATA = Path(__file__).parent / "data"
DUMPS = sorted(DATA.glob("store_v*.sql"))


ADDED_IN_3 = (
    ("scenario", "team"),
    ("scenario_territory", "district"),
    ("scenario_territory", "share_ppm"),
)

ADDED_IN_4 = ("scenario_mark", "draft", "draft_step")


def shape_of(engine, *, with_rest=True):
    """Tell the columns, keys and (of a file) triggers of a store, in no order."""
    look = sa.inspect(engine)
    columns = {
        name: {
            (c["name"], repr(c["type"]), c["nullable"]) for c in look.get_columns(name)
        }
        for name in look.get_table_names()
    }
    keys = {
        name: (
            tuple(look.get_pk_constraint(name)["constrained_columns"]),
            sorted(str(k["referred_table"]) for k in look.get_foreign_keys(name)),
        )
        for name in columns
    }
    if not with_rest:
        return columns, keys
    with engine.connect() as conn:
        query = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')"
        rest = set(conn.exec_driver_sql(query).scalars())
    return columns, keys, rest


@SQLITE_ONLY  # no released version before 2 ran on anything else
@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_released_file_becomes_a_new_one(dump, tmp_path, store):
    """Each released version, brought up, has a new file's tables, and its rows."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript(dump.read_text("utf-8"))
    old = open_store(f"sqlite:///{path}")
    assert shape_of(old.engine) == shape_of(store.engine)
    with old.reading() as conn:
        names = conn.exec_driver_sql(
            "SELECT name FROM account ORDER BY account_id"
        ).scalars()
        assert list(names) == ["Dover Works", "Łódź <b>Café</b>", "Lewes Supply"]
    assert examine(old) == []
    old.close()


def test_a_released_file_of_version_4_has_its_decisions(tmp_path):
    """Of its three balances one was accepted at last, one discarded, one is open."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript((DATA / "store_v4.sql").read_text("utf-8"))
    opened = open_store(f"sqlite:///{path}")
    with opened.reading() as conn:
        rows = conn.exec_driver_sql("SELECT job_id, decision FROM job").all()
    opened.close()
    assert dict(map(tuple, rows)) == {
        "J-EFYYPF1B": "accepted",
        "J-NA71B0NH": "discarded",
        "J-2HHZC483": None,
    }


OPENER = "import sys; from planner.store import open_store; open_store(sys.argv[1])"


def test_two_processes_may_open_the_same_old_file_at_once(tmp_path):
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript(DUMPS[0].read_text("utf-8"))
    command = [sys.executable, "-c", OPENER, f"sqlite:///{path}"]
    openers = [subprocess.Popen(command) for _ in range(2)]
    assert [opener.wait() for opener in openers] == [0, 0]
    opened = open_store(f"sqlite:///{path}")
    assert examine(opened) == []
    opened.close()
    copy = path.with_name(f"old.before-v{KNOWN}.sqlite")
    assert found_version(copy) == 1


KNOWN = migrations.KNOWN_VERSION
REVISION = """
from alembic import op
import sqlalchemy as sa

revision = "{version}"
down_revision = "{before}"


def upgrade():
    {step}
"""
ADD_COLOUR = 'op.add_column("company", sa.Column("colour", sa.Text))'
ADD_MORE = 'op.create_table("more", sa.Column("x", sa.Text))'
BREAK_MIDWAY = 'op.create_table("half", sa.Column("x", sa.Text)); 1 / 0'


def bring_further(store, folder, *steps):
    """Bring a store of this version through revisions that come after it."""
    for version, step in enumerate(steps, start=KNOWN + 1):
        text = REVISION.format(version=version, before=version - 1, step=step)
        (folder / f"m{version:03}_more.py").write_text(text)
    migrations.bring_up(
        store.engine,
        store.backend.beside(""),
        KNOWN,
        target=KNOWN + len(steps),
        folders=(migrations.VERSIONS, folder),
    )


def test_the_known_version_is_the_newest_revision():
    """One line of revisions, 1 to the version the planner says it knows."""
    scripts = ScriptDirectory(
        migrations.VERSIONS.parent, version_locations=(migrations.VERSIONS,)
    )
    line = [script.revision for script in scripts.walk_revisions()]
    assert line == [str(version) for version in range(KNOWN, 0, -1)]


def test_an_old_store_takes_the_steps_it_lacks_after_a_copy(
    store, company_id, tmp_path
):
    fill_more(store, company_id, fill(store, company_id))
    with store.reading() as conn:
        before = content_hashes(conn)
    bring_further(store, tmp_path, ADD_COLOUR, ADD_MORE)
    assert "more" in sa.inspect(store.engine).get_table_names()
    with store.reading() as conn:
        rows = conn.exec_driver_sql("SELECT company_id, colour FROM company").all()
        version = schema_version(conn)
    assert [tuple(row) for row in rows] == [(company_id, None)]
    assert version == KNOWN + 2
    copy = store.backend.beside("").with_name(f"planner.before-v{KNOWN + 2}.sqlite")
    assert found_version(copy) == KNOWN
    opened = open_store(f"sqlite:///{copy}")
    with opened.reading() as conn:
        assert content_hashes(conn) == before
    opened.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(store, tmp_path):
    with pytest.raises(ZeroDivisionError):
        bring_further(store, tmp_path, ADD_COLOUR, BREAK_MIDWAY)
    assert store.backend.found_version() == KNOWN
    names = sa.inspect(store.engine).get_table_names()
    columns = [c["name"] for c in sa.inspect(store.engine).get_columns("company")]
    assert "half" not in names
    assert "colour" not in columns


def test_a_store_that_is_up_to_date_loads_no_alembic(tmp_path):
    """Made, and opened again: the command line starts no slower for it."""
    script = f"{OPENER}; open_store(sys.argv[1]); assert 'alembic' not in sys.modules"
    command = [sys.executable, "-c", script, f"sqlite:///{tmp_path}/new.sqlite"]
    assert subprocess.run(command, check=False).returncode == 0


def test_opening_again_changes_nothing(store, company_id):
    again = open_store(store.url)
    with again.reading() as conn:
        found = conn.exec_driver_sql("SELECT company_id FROM company").scalars().all()
    again.close()
    assert found == [company_id]
    assert list(store.backend.beside("").parent.glob("*.before-*")) == []


def test_a_store_of_version_4_gets_decisions_out_of_its_log(store, company_id):
    """On both databases: the latest line about a job says what its row says then."""
    new = shape_of(store.engine, with_rest=False)
    actions_by_job = (
        ("accept a proposal",),
        ("discard a proposal", "accept a proposal"),
        ("discard a proposal",),
        (),
    )
    job_ids = []
    with store.transaction() as conn:
        for actions in actions_by_job:
            job_ids.append(
                jobs.insert_job(
                    conn,
                    company_id=company_id,
                    scenario_id=None,
                    kind="balance",
                    params={},
                    user="ann",
                )
            )
            for action in actions:
                subject = f"job {job_ids[-1]}"
                append_audit(conn, who="ann", action=action, subject=subject)
        append_audit(conn, who="ann", action="accept a proposal", subject="job J-0")
    with migrations.writing_connection(store.engine) as conn, conn.begin():
        conn.exec_driver_sql("ALTER TABLE job DROP COLUMN decision")
    assert shape_of(store.engine, with_rest=False) != new
    migrations.bring_up(store.engine, store.backend.beside(""), 4, target=5)
    assert shape_of(store.engine, with_rest=False) == new
    with store.reading() as conn:
        decided = [jobs.load_job(conn, job_id).decision for job_id in job_ids]
    assert decided == ["accepted", "accepted", "discarded", None]


def test_a_store_of_version_3_gets_marks_and_drafts(store, company_id):
    """On both databases: the tables of a new store, and the hashes still hold."""
    scenario_id = fill(store, company_id)
    new = shape_of(store.engine, with_rest=False)
    with store.reading() as conn:
        state = publications.state_hash(conn, scenario_id)
    with migrations.writing_connection(store.engine) as conn, conn.begin():
        for table in ADDED_IN_4:
            conn.exec_driver_sql(f"DROP TABLE {table}")
    migrations.bring_up(store.engine, store.backend.beside(""), 3, target=4)
    assert shape_of(store.engine, with_rest=False) == new
    with store.reading() as conn:
        assert plans.load_marks(conn, scenario_id).empty
        assert publications.state_hash(conn, scenario_id) == state


def test_a_store_of_version_2_gets_teams_districts_and_shares(store, company_id):
    """On both databases: the columns of a new store, and the hashes still hold."""
    scenario_id = fill(store, company_id)
    new = shape_of(store.engine, with_rest=False)
    with store.reading() as conn:
        state = publications.state_hash(conn, scenario_id)
    with migrations.writing_connection(store.engine) as conn, conn.begin():
        for table, column in ADDED_IN_3:
            conn.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    assert shape_of(store.engine, with_rest=False) != new
    migrations.bring_up(store.engine, store.backend.beside(""), 2, target=3)
    assert shape_of(store.engine, with_rest=False) == new
    with store.reading() as conn:
        assert lineage.load_scenario(conn, scenario_id).team == lineage.FIELD
        assert publications.state_hash(conn, scenario_id) == state
