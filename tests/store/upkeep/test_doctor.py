"""Whatever is changed behind our back is found; backups bring it back."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core.errors import StoreError
from planner.store import open_store
from planner.store.audit import log
from planner.store.company.companies import create_company
from planner.store.database import transfer
from planner.store.database.transfer import content_hashes
from planner.store.rows.records import sha256_text
from planner.store.scenarios import editing, lineage, publications, quotas, visits
from planner.store.upkeep.doctor import examine
from tests.store.full_store import (
    FROM,
    OWNERS,
    QUOTAS,
    UNSERVED,
    VISITS,
    fill,
    fill_more,
    tamper,
)
from tests.stores import BACKENDS


@pytest.fixture
def full(store, company_id):
    """Fill a store with one of each thing; return it and the published scenario."""
    return store, company_id, fill(store, company_id)


def test_a_sound_store_has_no_findings(full):
    assert examine(full[0]) == []


BYTE = b"\0"
MEANT = {  # words of the statements below
    "(BYTES)": {"sqlite": "x'00'", "postgresql": r"'\x00'::bytea"},
    "(SHA)": dict.fromkeys(BACKENDS, f"'{sha256_text(BYTE)}'"),
    "NO_SUCH": dict.fromkeys(BACKENDS, "(SELECT company_id FROM company), 'A9'"),
}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE publication_part SET body = (BYTES)", "publication"),
        ("DELETE FROM publication_part", "publication"),
        ("UPDATE publication SET effective_from = '2026-01-01'", "publication"),
        ("UPDATE scenario_unit SET territory_id = 'T2'", "publication"),
        ("UPDATE scenario_quota SET amount_minor = 1", "publication"),
        ("UPDATE scenario SET status = 'draft'", "publication"),
        ("UPDATE scenario SET name = 'Plam'", "trail"),
        ("UPDATE scenario SET version = 1", "trail"),
        ("UPDATE company SET version = 2", "trail"),
        ("UPDATE ownership SET share_ppm = 999999 WHERE row_no = 0", "ownership"),
        ("DELETE FROM ownership", "ownership"),
        ("UPDATE pay_table SET body = (BYTES)", "pay"),
        ("UPDATE pay_table SET body = (BYTES), sha256 = (SHA)", "trail"),
        ("UPDATE pay_table SET n_rows = 2", "trail"),
        ("DELETE FROM pay_table", "trail"),
        ("UPDATE pay_run SET summary = '{\"x\":1}'", "trail"),
        ("UPDATE pay_run SET period = '2026-02'", "trail"),
        ("UPDATE ledger_entry SET cells = replace(cells, '100000', '1')", "ledger"),
        ("UPDATE ledger_entry SET types = '[]'", "ledger"),
        ("UPDATE ledger_entry SET created_by = 'eve'", "ledger"),
        ("UPDATE comp_plan SET document = 'a: 2'", "comp_plan"),
        ("DELETE FROM comp_plan", "trail"),
        ("UPDATE export SET sha256 = 'e'", "export"),
        ("DELETE FROM export", "export"),
        ("UPDATE audit SET who = 'eve' WHERE sequence = 2", "audit"),
        ("DELETE FROM audit WHERE sequence = 2", "audit"),
        ("DELETE FROM audit WHERE action LIKE 'publish%'", "publication"),
        ("DELETE FROM audit WHERE sequence > 1", "trail"),
        (
            "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
            "export",
        ),
        ("UPDATE meta SET value = '0' WHERE name = 'schema_version'", "version"),
        ("UPDATE scenario SET layer_id = 'L-NONE'", "reference"),
        ("UPDATE pay_run SET company_id = 'C-NONE'", "reference"),
        ("UPDATE scenario_layer SET parent_id = layer_id", "chain"),
        ("DROP TABLE overlay", "missing_table"),
        ("INSERT INTO segment VALUES (NO_SUCH, 's', 'A', 'r')", "orphan"),
        ("INSERT INTO market_value VALUES (NO_SUCH, 'U1', 1)", "orphan"),
    ],
)
def test_every_change_behind_our_back_is_found(full, statement, code):
    store, _, _ = full
    for word, meant in MEANT.items():
        statement = statement.replace(word, meant[store.engine.dialect.name])
    tamper(store, statement)
    findings = examine(store)
    assert code in {finding.code for finding in findings}
    assert all(finding.message and finding.repair for finding in findings)


DROPPED = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER pay_run_no_delete"),
    "postgresql": (
        "DROP TRIGGER audit_no_update ON audit",
        "ALTER TABLE pay_run DISABLE TRIGGER pay_run_no_delete",
    ),
}


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_text_that_is_no_utf_8_is_found(full):
    """Such as one flipped bit in the stamp of a comp plan, which nothing seals."""
    store, _, _ = full
    tamper(store, "UPDATE comp_plan SET created_at = CAST(x'32ff' AS TEXT)")
    said = [finding.message for finding in examine(store)]
    assert any("a text in it cannot be read" in message for message in said)


def test_a_protection_that_is_gone_is_found_alone(full):
    store, _, _ = full
    with store.transaction() as conn:
        for statement in DROPPED[conn.dialect.name]:
            conn.exec_driver_sql(statement)
    findings = examine(store)
    assert [(finding.code, finding.subject) for finding in findings] == [
        ("trigger", "table audit"),
        ("trigger", "table pay_run"),
    ]
    assert "audit_no_update" in findings[0].message
    assert {finding.repair for finding in findings} == {"restore the latest backup"}


def test_the_audit_check_names_the_line(full):
    store, _, _ = full
    tamper(store, "UPDATE audit SET after = '{}' WHERE sequence = 3")
    with store.reading() as conn:
        assert log.verify_audit(conn) == ["audit line 3 was changed"]


def test_a_damaged_publication_is_not_handed_out(full):
    store, _, scenario_id = full
    with store.reading() as conn:
        parts = publications.load_publication_parts(conn, scenario_id)
    assert list(parts) == ["alignment.csv"]
    tamper(store, "UPDATE publication_part SET sha256 = 'x'")
    with store.reading() as conn, pytest.raises(StoreError, match=r"alignment\.csv"):
        publications.load_publication_parts(conn, scenario_id)


def test_a_published_scenario_takes_visits_and_hands_them_to_copies(full):
    store, _, scenario_id = full
    with store.transaction() as conn:
        visits.save_visit_plan(
            conn,
            scenario_id,
            VISITS,
            UNSERVED,
            params={"weeks": 4},
            summary={"n": 1},
            user="bob",
        )
        planned = visits.load_visit_plan(conn, scenario_id)
        copied = lineage.copy_scenario(conn, scenario_id, name="Next", user="bob")
        inherited = visits.load_visits(conn, copied.scenario_id, "R01")
        kept_quotas = quotas.load_quotas(conn, copied.scenario_id)
    pd.testing.assert_frame_equal(planned.visits, VISITS)
    pd.testing.assert_frame_equal(planned.unserved, UNSERVED)
    pd.testing.assert_frame_equal(inherited, VISITS)
    pd.testing.assert_frame_equal(kept_quotas, QUOTAS)
    assert examine(store) == []


def test_a_published_scenario_is_not_edited(full):
    store, _, scenario_id = full

    def edit():
        with (
            store.transaction() as conn,
            editing.editing(conn, scenario_id, version=2, user="b", action="x"),
        ):
            pass

    with pytest.raises(StoreError, match="copy it"):
        edit()


def test_publications_are_found_by_day(full):
    store, company_id, scenario_id = full
    with store.reading() as conn:
        before = publications.publication_in_force(
            conn, company_id, FROM - dt.timedelta(days=1)
        )
        found = publications.publication_in_force(conn, company_id, FROM)
    assert before is None
    assert found.scenario_id == scenario_id


def test_ownership_is_read_by_day(full):
    store, company_id, _ = full
    with store.reading() as conn:
        owners = [
            quotas.load_ownership(conn, company_id, on=day)["position_id"].tolist()
            for day in (FROM - dt.timedelta(days=1), FROM)
        ]
        whole = quotas.load_ownership(conn, company_id)
    assert owners == [["P-R01"], ["P-R02"]]
    pd.testing.assert_frame_equal(whole, OWNERS)


def test_accounts_a_draft_names_and_the_company_lacks_are_found(full):
    store, company_id, scenario_id = full
    fill_more(store, company_id, scenario_id)
    assert examine(store) == []
    tamper(store, "DELETE FROM account WHERE account_id = 'A1'")
    (found,) = examine(store)
    assert found.code == "orphan"
    assert "1 named accounts" in found.message
    assert "such as A1" in found.message


SEALED = (
    "audit",
    "export",
    "ledger_entry",
    "ownership",
    "pay_table",
    "publication",
    "publication_part",
    "scenario_quota",
    "scenario_unit",
)


def test_flipped_bits_never_pass_unseen(tmp_path):
    """60 bits of a file flip, one at a time: found, or nothing sealed has changed."""
    opened = open_store(f"sqlite:///{tmp_path}/a/planner.sqlite")
    with opened.transaction() as conn:
        made = create_company(
            conn, name="x", kind="own", currency="USD", as_of=FROM, user="ann"
        )
    fill(opened, made.company_id)
    before = sealed(opened)
    opened.close()
    with closing(sqlite3.connect(opened.path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
        conn.execute("VACUUM")
    content = opened.path.read_bytes()
    full_places = [at for at, byte in enumerate(content) if byte and at >= 100]
    rng = np.random.default_rng(7)
    outcomes = {"found": 0, "nothing sealed changed": 0}
    for place in rng.choice(full_places, 60, replace=False).tolist():
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        path = tmp_path / str(place) / "a.sqlite"
        path.parent.mkdir()
        path.write_bytes(changed)
        is_found = finds_something(path)
        if not is_found:
            spoiled = open_store(f"sqlite:///{path}")
            assert sealed(spoiled) == before, place
            spoiled.close()
        outcomes["found" if is_found else "nothing sealed changed"] += 1
    assert outcomes["found"] > 20


def finds_something(path):
    try:
        spoiled = open_store(f"sqlite:///{path}")
    except (StoreError, sa.exc.DBAPIError, sqlite3.Error):
        return True
    try:
        return bool(examine(spoiled))
    finally:
        spoiled.close()


def sealed(store):
    with store.reading() as conn:
        found = content_hashes(conn)
    return {name: found[name] for name in SEALED}


WRITER = """
import sys, time
from planner.store import open_store
store = open_store(sys.argv[1])
with store.transaction() as conn:
    conn.exec_driver_sql("UPDATE company SET name = 'half'")
    conn.exec_driver_sql("INSERT INTO meta VALUES ('half', 'done')")
    print("writing", flush=True)
    time.sleep(600)
"""


def test_a_writer_killed_midway_leaves_the_old_data(full):
    store, _, _ = full
    with store.reading() as conn:
        before = transfer.content_hashes(conn)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, store.url], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"writing\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    reopened = open_store(store.url)
    with reopened.transaction() as conn:
        assert transfer.content_hashes(conn) == before
    assert examine(reopened) == []
    reopened.close()
