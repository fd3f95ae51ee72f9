"""A full disk: a plain message, the old data whole, and small edits go on after."""

from __future__ import annotations

import datetime as dt
import subprocess

import pandas as pd
import pytest

from planner.core.errors import StoreError
from planner.store import open_store
from planner.store.company.companies import create_company, update_company
from planner.store.company.deals import save_visits_made
from planner.store.database.transfer import content_hashes
from planner.store.upkeep.doctor import examine

DISK_MB = 12


def many_visits(n_rows):
    return pd.DataFrame(
        {
            "account_id": ["A" * 40] * n_rows,
            "rep_id": ["R1"] * n_rows,
            "visited_on": [pd.Timestamp("2026-11-20")] * n_rows,
            "minutes": [30] * n_rows,
            "outcome": ["x" * 60] * n_rows,
        },
        index=pd.Index([f"V{n:07d}" for n in range(n_rows)], name="visit_id"),
    ).assign(custom=None)


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of a few megabytes; without the right to, limit the file instead."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={DISK_MB}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    yield folder, mounted.returncode == 0
    if mounted.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)


def save_too_much(store, company_id, *, is_real):
    with store.transaction() as conn:
        if not is_real:
            pages = DISK_MB * 1_000_000 // 4096
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        save_visits_made(conn, company_id, many_visits(120_000))


def test_what_does_not_fit_is_not_saved_and_the_rest_stays_as_it_was(small_disk):
    folder, is_real = small_disk
    store = open_store(f"sqlite:///{folder}/planner.sqlite")
    with store.transaction() as conn:
        company_id = create_company(
            conn,
            name="Lakes Ltd",
            kind="own",
            currency="USD",
            as_of=dt.date(2026, 11, 20),
            user="ann",
        ).company_id
        save_visits_made(conn, company_id, many_visits(100))
    with store.reading() as conn:
        before = content_hashes(conn)
    with pytest.raises(StoreError, match="the disk is full; free some space"):
        save_too_much(store, company_id, is_real=is_real)
    with store.reading() as conn:
        assert content_hashes(conn) == before
    with store.transaction() as conn:
        update_company(conn, company_id, user="ann", name="Lakes and Rivers")
    # The visits are to accounts that nobody made.
    assert {found.code for found in examine(store)} <= {"orphan"}
    store.close()
