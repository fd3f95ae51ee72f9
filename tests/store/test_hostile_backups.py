"""Backups made bad by script: each is refused before anything is put in place."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from planner.core.errors import InputError, PlannerError
from planner.store import open_store
from planner.store.database.migrations import KNOWN_VERSION
from planner.store.upkeep import backup as backups
from planner.store.upkeep.backup_files import BODY, MANIFEST, unpack
from planner.store.upkeep.blueprint import is_to_the_word
from planner.store.upkeep.doctor import examine
from tests.store.full_store import fill, fill_more, tamper
from tests.stores import POSTGRESQL_ONLY

V2 = Path(__file__).parent / "data" / "store_v2.sql"
FOREIGN = (
    "CREATE TRIGGER take_over AFTER INSERT ON job BEGIN "
    "UPDATE account SET name = 'taken'; END"
)
HOLLOW = (
    "DROP TRIGGER ledger_entry_no_delete",
    "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry WHEN 0 "
    "BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END",
)


@pytest.fixture
def backup_file(store, company_id, tmp_path):
    """Back up a store with one of each thing."""
    fill_more(store, company_id, fill(store, company_id))
    backups.backup(store, tmp_path / "b.zip")
    return tmp_path / "b.zip"


def parts_of(file):
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def pack_again(file, parts, **changes):
    """Write parts as a backup whose hash is right; `changes` go into the manifest."""
    manifest = json.loads(parts[MANIFEST])
    manifest |= {"sha256": hashlib.sha256(parts[BODY]).hexdigest(), **changes}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(BODY, parts[BODY])
        packed.writestr(MANIFEST, json.dumps(manifest))


def change_body(file, *statements, raw=None, **changes):
    """Change the copy in a backup as its maker could."""
    parts, copy = parts_of(file), file.with_name("body.sqlite")
    copy.write_bytes(parts[BODY])
    with closing(sqlite3.connect(copy)) as conn:
        for statement in statements:
            conn.executescript(statement)
    body = copy.read_bytes()
    copy.unlink()
    pack_again(file, parts | {BODY: raw(body) if raw else body}, **changes)


def torn(body):
    """Lose the first half of the second page, as a disk does that stops midway."""
    return body[:4096] + b"\0" * 2000 + body[6096:]


BAD_BODIES = {
    "foreign trigger": (FOREIGN,),
    "hollow protection": HOLLOW,
    "protection gone": ("DROP TRIGGER audit_no_update",),
    "extra view": ("CREATE VIEW pay AS SELECT * FROM pay_run",),
    "extra table": ("CREATE TABLE more (x TEXT)",),
    "extra index": ("CREATE INDEX more ON account (name)",),
    "index gone": ("DROP INDEX one_final_pay_run",),
    "table gone": ("DROP TABLE overlay",),
    "view for a table": ("DROP TABLE overlay", "CREATE VIEW overlay AS SELECT 1"),
    "rows gone": ("DELETE FROM geocode",),
    "more rows": (
        "INSERT INTO geocode (provider, query, geo_precision, found_at)"
        " VALUES ('x', 'y', '', '')",
    ),
    "lost reference": (
        "PRAGMA foreign_keys = OFF; UPDATE scenario SET layer_id = 'x'",
    ),
    "column more": ("ALTER TABLE account ADD COLUMN evil TEXT",),
    "older inside": ("UPDATE meta SET value = '1' WHERE name = 'schema_version'",),
}


def refused(file, stores_folder):
    """Restore into a new file: refused in one sentence that names no scratch file."""
    target = stores_folder / "new" / "planner.sqlite"
    with pytest.raises(PlannerError) as caught:
        backups.restore(file, f"sqlite:///{target}")
    said = str(caught.value)
    assert "planner-backup-" not in said
    assert file.name in said or "manifest" in said
    assert not target.exists()
    assert list(target.parent.glob("*planner-backup-*")) == []
    return said


@pytest.mark.parametrize("fault", BAD_BODIES)
def test_a_copy_that_is_not_what_we_make_is_refused(backup_file, tmp_path, fault):
    change_body(backup_file, *BAD_BODIES[fault])
    refused(backup_file, tmp_path)


def test_a_copy_changed_in_nothing_that_matters_is_taken(backup_file, tmp_path):
    change_body(backup_file, "VACUUM")
    url = f"sqlite:///{tmp_path}/new/planner.sqlite"
    backups.restore(backup_file, url)
    opened = open_store(url)
    assert examine(opened) == []
    opened.close()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (torn, "damaged"),
        (lambda body: body[:-4096], "longer or shorter"),
        (lambda body: body + b"\0" * 8_000_000, "longer or shorter"),
        (lambda body: b"hello" + body, "another program|damaged"),
        (lambda _body: b"", "another program|damaged"),
    ],
    ids=["torn", "truncated", "swollen", "no database", "empty"],
)
def test_a_copy_that_is_damaged_is_refused(backup_file, tmp_path, raw, said):
    change_body(backup_file, raw=raw)
    assert re.search(said, refused(backup_file, tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": -5},
        {"schema_version": 0},
        {"schema_version": True},
        {"schema_version": 1e9},
        {"schema_version": 10**9},
        {"schema_version": "4"},
        {"schema_version": KNOWN_VERSION - 1},
        {"rows": []},
        {"rows": {"audit": True}},
        {"rows": {"audit": -1}},
        {"rows": {"audit": "9"}},
        {"rows": {"no_such_table": 1}},
        {"sha256": 7},
        {"created_at": None},
        {"more": 1},
    ],
    ids=str,
)
def test_a_manifest_of_other_types_is_refused(backup_file, tmp_path, change):
    pack_again(backup_file, parts_of(backup_file), **change)
    refused(backup_file, tmp_path)


def two_bodies(file, parts):
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as packed:
        warnings.simplefilter("ignore")
        for name in (BODY, BODY, MANIFEST):
            packed.writestr(name, parts[name])


def named(name):
    def write(file, parts):
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr(name, parts[BODY])
            packed.writestr(MANIFEST, parts[MANIFEST])

    return write


def bomb(file, parts):
    """Pack 400 MB of nothing as a database of that size: 0.4 MB."""
    pages = 400_000_000 // 4096
    start = bytearray(parts[BODY][:4096])
    start[28:32] = pages.to_bytes(4, "big")
    manifest = json.loads(parts[MANIFEST])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open(BODY, "w", force_zip64=True) as body:
            body.write(bytes(start))
            for _ in range(pages - 1):
                body.write(b"\0" * 4096)
        packed.writestr(MANIFEST, json.dumps(manifest))


def packed_by_lzma(file, parts):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as packed:
        for name in (BODY, MANIFEST):
            packed.writestr(name, parts[name])


@pytest.mark.parametrize(
    "write",
    [
        two_bodies,
        named("../store.sqlite"),
        named("/etc/store.sqlite"),
        named("a/store.sqlite"),
        packed_by_lzma,
    ],
    ids=["two bodies", "above", "root", "below", "lzma"],
)
def test_a_zip_of_another_kind_is_refused(backup_file, tmp_path, write):
    write(backup_file, parts_of(backup_file))
    refused(backup_file, tmp_path)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, company_id, store):
    backups.backup(store, tmp_path / "b.zip")
    bomb(tmp_path / "b.zip", parts_of(tmp_path / "b.zip"))
    assert (tmp_path / "b.zip").stat().st_size < 1_000_000
    with pytest.raises(InputError, match="would become 399,998,976"):
        unpack(tmp_path / "b.zip", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert company_id


def test_a_zip_of_another_program_is_told_in_its_own_name(tmp_path):
    file = tmp_path / "photos.zip"
    with closing(sqlite3.connect(tmp_path / "x")) as conn:
        conn.execute("CREATE TABLE song (title TEXT)")
    body = (tmp_path / "x").read_bytes()
    manifest = json.dumps(
        {"schema_version": 4, "created_at": "", "rows": {}, "sha256": ""}
    )
    pack_again(file, {BODY: body, MANIFEST: manifest})
    assert "another program" in refused(file, tmp_path)


def test_a_foreign_trigger_of_an_older_version_never_acts(tmp_path):
    """It would fire while the copy is brought up to date."""
    with closing(sqlite3.connect(tmp_path / "x")) as conn:
        conn.executescript(V2.read_text("utf-8"))
        conn.execute(FOREIGN)
    manifest = json.dumps(
        {"schema_version": 2, "created_at": "", "rows": {"company": 1}, "sha256": ""}
    )
    body = (tmp_path / "x").read_bytes()
    pack_again(tmp_path / "b.zip", {BODY: body, MANIFEST: manifest})
    assert "take_over" in refused(tmp_path / "b.zip", tmp_path)


def test_an_older_store_restored_is_one_of_this_version_to_the_word(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x")) as conn:
        conn.executescript(V2.read_text("utf-8"))
    manifest = json.dumps(
        {"schema_version": 2, "created_at": "", "rows": {"company": 1}, "sha256": ""}
    )
    body = (tmp_path / "x").read_bytes()
    pack_again(tmp_path / "b.zip", {BODY: body, MANIFEST: manifest})
    url = f"sqlite:///{tmp_path}/new/planner.sqlite"
    backups.restore(tmp_path / "b.zip", url)
    opened = open_store(url)
    with opened.reading() as conn:
        assert is_to_the_word(conn)
    assert examine(opened) == []
    opened.close()


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((FOREIGN,), "take_over is none of ours"),
        (HOLLOW, "ledger_entry_no_delete was changed"),
        (("CREATE VIEW pay AS SELECT * FROM pay_run",), "none of ours"),
        (("DROP INDEX one_final_pay_run",), "does not exist"),
    ],
)
def test_the_doctor_tells_what_acts_by_itself(tmp_path, statements, said):
    opened = open_store(f"sqlite:///{tmp_path}/planner.sqlite")
    with opened.transaction() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)
    assert said in " ".join(finding.message for finding in examine(opened))
    opened.close()


IN_POSTGRESQL = {
    "hollow function": (
        "CREATE OR REPLACE FUNCTION audit_no_delete() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN OLD; END $$",
        "audit_no_delete was changed",
    ),
    "hollow trigger": (
        "DROP TRIGGER audit_no_delete ON audit; CREATE TRIGGER audit_no_delete BEFORE "
        "DELETE ON audit FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit_no_delete()",
        "audit_no_delete was changed",
    ),
    "extra trigger": (
        "CREATE TRIGGER more BEFORE INSERT ON job FOR EACH ROW "
        "EXECUTE FUNCTION audit_no_delete()",
        "more is none of ours",
    ),
    "rule": (
        "CREATE RULE more AS ON DELETE TO audit DO INSTEAD NOTHING",
        "rule more is none of ours",
    ),
}


@POSTGRESQL_ONLY
@pytest.mark.parametrize("change", IN_POSTGRESQL)
def test_the_doctor_tells_what_acts_by_itself_in_postgresql(store, change):
    assert examine(store) == []
    statement, said = IN_POSTGRESQL[change]
    tamper(store, statement)
    assert said in " ".join(finding.message for finding in examine(store))
