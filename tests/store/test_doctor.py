"""Whatever is changed behind our back is found; backups bring it back."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.core.errors import StoreError
from planner.store import audit
from planner.store import backup as backups
from planner.store import ledger
from planner.store import open_store
from planner.store import publications
from planner.store import quotas
from planner.store import scenarios
from planner.store import visits
from planner.store.doctor import examine
from tests.stores import SQLITE_ONLY
from tests.stores import run

FROM = dt.date(2027, 1, 1)
QUOTAS = pd.DataFrame(
    {
        "position_id": pd.Series(["P-R01"], dtype="str"),
        "measure": pd.Series(["bookings"], dtype="str"),
        "period": pd.Series(["2027"], dtype="str"),
        "amount_minor": pd.array([100_000], dtype="Int64"),
        "currency": pd.Series(["USD"], dtype="str"),
    }
)
OWNERS = pd.DataFrame(
    {
        "account_id": pd.Series(["A1", "A1"], dtype="str"),
        "position_id": pd.Series(["P-R01", "P-R02"], dtype="str"),
        "role": pd.Series(["owner", "owner"], dtype="str"),
        "share_ppm": pd.array([1_000_000, 1_000_000], dtype="Int64"),
        "valid_from": pd.to_datetime(["2026-01-01", "2027-01-01"]).astype(
            "datetime64[s]"
        ),
        "valid_to": pd.to_datetime(["2027-01-01", None]).astype("datetime64[s]"),
    }
)
VISITS = pd.DataFrame(
    {
        "rep_id": pd.Series(["R01"], dtype="str"),
        "visit_on": pd.to_datetime(["2026-11-23"]).astype("datetime64[s]"),
        "sequence": pd.array([1], dtype="Int64"),
        "account_id": pd.Series(["A1"], dtype="str"),
        **{
            name: pd.array([60], dtype="Int64")
            for name in ("arrive_s", "start_s", "leave_s", "travel_s", "travel_m")
        },
    }
)
UNSERVED = pd.DataFrame(
    {
        "rep_id": pd.Series(["R01"], dtype="str"),
        "account_id": pd.Series(["A2"], dtype="str"),
        "missing": pd.array([1], dtype="Int64"),
        "reason": pd.Series(["too far"], dtype="str"),
        "repair": pd.Series(["give it to R02"], dtype="str"),
    }
)


@pytest.fixture
def full(store, company_id):
    """Fill a store with one of each thing; return it and the published scenario."""
    units = pd.DataFrame({"territory_id": pd.Series(["T1", None], dtype="str")})
    units.index = pd.Index(["U1", "U2"], dtype="str", name="unit_id")
    with store.transaction() as conn:
        made = scenarios.create_scenario(conn, company_id, name="Plan", user="ann")
        with scenarios.editing(
            conn, made.scenario_id, version=1, user="ann", action="fill and publish"
        ) as edit:
            scenarios.save_alignment(conn, edit, units)
            quotas.save_quotas(conn, edit, QUOTAS, {"growth_share": 0.1})
            quotas.save_ownership(conn, company_id, OWNERS)
            publications.save_publication(
                conn,
                edit,
                effective_from=FROM,
                content_hash="h",
                parts={"alignment.csv": b"unit_id,territory_id\nU1,T1\n"},
            )
        ledger.save_comp_plan(conn, company_id, "a: 1", user="ann")
        made_run = ledger.save_pay_run(
            conn,
            company_id,
            period="2026-01",
            kind="final",
            content_hash="h",
            tables={"lines": QUOTAS},
            summary={},
            user="ann",
        )
        ledger.append_ledger(
            conn, company_id, QUOTAS, run_id=made_run.run_id, user="ann"
        )
    return store, company_id, made.scenario_id


def tamper(store, *statements):
    """Change rows as a broken disk or a stranger would: past all triggers and keys."""
    if store.engine.dialect.name == "postgresql":
        run(store.url, "SET session_replication_role = replica", *statements)
        return
    with closing(sqlite3.connect(store.path)) as conn:
        found = conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in found.fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            conn.execute(statement)
        conn.commit()


def test_a_sound_store_has_no_findings(full):
    assert examine(full[0]) == []


FLIP = {
    "sqlite": "UPDATE publication_part SET body = CAST(replace(body, 'U1', 'U3') AS "
    "BLOB)",
    "postgresql": "UPDATE publication_part SET body = convert_to(replace(convert_from("
    "body, 'UTF8'), 'U1', 'U3'), 'UTF8')",
}
LENGTHEN = {
    "sqlite": "UPDATE pay_table SET body = CAST(body || x'00' AS BLOB)",
    "postgresql": "UPDATE pay_table SET body = body || '\\x00'::bytea",
}


def in_words_of(store, statement):
    """Take the statement of the store's database, where they differ."""
    return statement if isinstance(statement, str) else statement[store.engine.name]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (FLIP, "publication"),
        ("DELETE FROM publication_part", "publication"),
        ("UPDATE publication SET effective_from = '2026-01-01'", "publication"),
        ("UPDATE scenario_unit SET territory_id = 'T2'", "publication"),
        ("UPDATE scenario_quota SET amount_minor = 1", "publication"),
        ("UPDATE scenario SET status = 'draft'", "publication"),
        ("UPDATE ownership SET share_ppm = 999999 WHERE row_no = 0", "ownership"),
        ("DELETE FROM ownership", "ownership"),
        (LENGTHEN, "pay"),
        ("UPDATE ledger_entry SET cells = replace(cells, '100000', '1')", "ledger"),
        ("UPDATE comp_plan SET document = 'a: 2'", "comp_plan"),
        ("UPDATE audit SET who = 'eve' WHERE sequence = 2", "audit"),
        ("DELETE FROM audit WHERE sequence = 2", "audit"),
        ("DELETE FROM audit WHERE action LIKE 'publish%'", "publication"),
        ("UPDATE meta SET value = '0' WHERE name = 'schema_version'", "version"),
        ("UPDATE scenario SET layer_id = 'L-NONE'", "reference"),
        ("UPDATE scenario_layer SET parent_id = layer_id", "chain"),
        ("DROP TABLE overlay", "missing_table"),
        (
            "INSERT INTO segment VALUES ((SELECT company_id FROM company),"
            " 'A9', 's', 'A', 'r')",
            "orphan",
        ),
    ],
)
def test_every_change_behind_our_back_is_found(full, statement, code):
    store, _, _ = full
    tamper(store, in_words_of(store, statement))
    findings = examine(store)
    assert code in {finding.code for finding in findings}
    assert all(finding.message and finding.repair for finding in findings)


def test_the_audit_check_names_the_line(full):
    store, _, _ = full
    tamper(store, "UPDATE audit SET after = '{}' WHERE sequence = 3")
    with store.reading() as conn:
        assert audit.verify_audit(conn) == ["audit line 3 was changed"]


def test_a_damaged_publication_is_not_handed_out(full):
    store, _, scenario_id = full
    with store.reading() as conn:
        parts = publications.load_publication_parts(conn, scenario_id)
    assert list(parts) == ["alignment.csv"]
    tamper(store, in_words_of(store, FLIP))
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
        copied = scenarios.copy_scenario(conn, scenario_id, name="Next", user="bob")
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
            scenarios.editing(conn, scenario_id, version=2, user="b", action="x"),
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


def test_a_backup_of_a_live_store_restores_to_the_same_rows(full, tmp_path):
    store, _, _ = full
    file = tmp_path / "out" / "planner.backup"
    with store.reading() as conn:
        conn.exec_driver_sql("SELECT * FROM company").all()
        manifest = backups.backup(store, file)
        before = backups.content_hashes(conn)
    url = f"sqlite:///{tmp_path}/new/planner.sqlite"
    assert backups.restore(file, url) == manifest
    restored = open_store(url)
    with restored.reading() as conn:
        assert backups.content_hashes(conn) == before
    assert examine(restored) == []
    restored.close()


def test_a_backup_is_restored_into_an_empty_store_only(full, tmp_path):
    store, _, _ = full
    backups.backup(store, tmp_path / "b")
    with pytest.raises(StoreError, match="not empty"):
        backups.restore(tmp_path / "b", store.url)
    fresh = f"sqlite:///{tmp_path}/fresh.sqlite"
    open_store(fresh).close()
    assert backups.restore(tmp_path / "b", fresh).rows["company"] == 1


@pytest.mark.parametrize("fault", ["missing", "text", "cut", "flipped", "other zip"])
def test_a_file_that_is_no_sound_backup_is_refused(full, tmp_path, fault):
    store, _, _ = full
    file = tmp_path / "b"
    backups.backup(store, file)
    content = bytearray(file.read_bytes())
    if fault == "missing":
        file.unlink()
    elif fault == "text":
        file.write_text("hello")
    elif fault == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif fault == "flipped":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    else:
        with zipfile.ZipFile(file, "w") as other:
            other.writestr("../evil", "x")
    target = tmp_path / "new.sqlite"
    with pytest.raises(InputError, match="b "):
        backups.restore(file, f"sqlite:///{target}")
    assert not target.exists()


@SQLITE_ONLY  # a page of PostgreSQL has a checksum of the server's own
def test_flipped_bytes_never_pass_unseen(full, tmp_path):
    """Any byte of the file may flip: an error, a finding, or no row changed."""
    store, _, _ = full
    with store.reading() as conn:
        before = backups.content_hashes(conn)
    store.close()
    backups._to_one_file(store.path)
    content = store.path.read_bytes()
    rng = np.random.default_rng(7)
    unseen = 0
    for place in rng.integers(100, len(content), 30):
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        path = tmp_path / "flipped" / "a.sqlite"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(changed)
        try:
            opened = open_store(f"sqlite:///{path}")
            if not examine(opened):
                with opened.reading() as conn:
                    unseen += backups.content_hashes(conn) != before
            opened.close()
        except StoreError:
            pass
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
    assert unseen == 0


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
        before = backups.content_hashes(conn)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, store.url], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"writing\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    reopened = open_store(store.url)
    with reopened.transaction() as conn:
        assert backups.content_hashes(conn) == before
    assert examine(reopened) == []
    reopened.close()
