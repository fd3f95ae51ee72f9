"""Writers side by side: chains stay whole, versions are won once, jobs go out once."""

from __future__ import annotations

import threading

import pandas as pd
import pytest
import sqlalchemy as sa

from planner.core.errors import ConflictError, InputError
from planner.jobs import queue
from planner.store import open_store
from planner.store.audit import log
from planner.store.company import accounts, companies
from planner.store.pay import ledger
from planner.store.rows import schema
from planner.store.scenarios import editing, lineage, plans
from tests.stores import POSTGRESQL_ONLY

ENTRY = pd.DataFrame({"amount_minor": pd.array([7], dtype="Int64")})


def side_by_side(url, work, n_threads=4):
    """Run `work(store, number)` in threads, each with a store of its own."""
    faults = []
    together = threading.Barrier(n_threads)

    def run(number):
        store = open_store(url)
        try:
            together.wait()
            work(store, number)
        except Exception as error:  # noqa: BLE001 - told to the test below
            faults.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_chains_of_hashes_stay_whole_whoever_writes(store, company_id):
    def write(mine, number):
        for _ in range(8):
            with mine.transaction() as conn:
                log.append_audit(conn, who=f"u{number}", action="x", subject="y")
                ledger.append_ledger(conn, company_id, ENTRY, user="u")

    assert side_by_side(store.url, write) == []
    with store.reading() as conn:
        assert log.verify_audit(conn) == []
        assert ledger.verify_ledger(conn, company_id) == []
        assert len(ledger.load_ledger(conn, company_id)) == 32


def test_one_of_those_who_save_at_once_wins_and_the_others_are_told(store, company_id):
    with store.transaction() as conn:
        made = lineage.create_scenario(conn, company_id, name="Plan", user="ann")

    def save(mine, number):
        frame = pd.DataFrame({"territory_id": pd.Series({"U1": f"T{number}"})})
        with (
            mine.transaction() as conn,
            editing.editing(
                conn, made.scenario_id, version=1, user=f"u{number}", action="move U1"
            ) as edit,
        ):
            plans.save_alignment(conn, edit, frame.astype("str").rename_axis("unit_id"))

    faults = side_by_side(store.url, save)
    assert [type(fault) for fault in faults] == [ConflictError] * 3
    assert all("move U1" in str(fault) for fault in faults)
    with store.reading() as conn:
        assert lineage.load_scenario(conn, made.scenario_id).version == 2


def test_no_edit_is_lost_among_writers_who_try_again(store, company_id):
    with store.transaction() as conn:
        made = lineage.create_scenario(conn, company_id, name="Plan", user="ann")

    def save_each(mine, number):
        for place in range(8):
            unit = f"U{number}-{place}"
            frame = pd.DataFrame({"territory_id": pd.Series({unit: "T1"})})
            while not try_to_save(mine, frame.astype("str").rename_axis("unit_id")):
                pass

    def try_to_save(mine, frame):
        with mine.reading() as conn:
            version = lineage.load_scenario(conn, made.scenario_id).version
        try:
            with (
                mine.transaction() as conn,
                editing.editing(
                    conn, made.scenario_id, version=version, user="u", action="x"
                ) as edit,
            ):
                return plans.save_alignment(conn, edit, frame) == 1
        except ConflictError:
            return False

    assert side_by_side(store.url, save_each, 2) == []
    with store.reading() as conn:
        assert len(plans.load_alignment(conn, made.scenario_id)) == 16
        assert lineage.load_scenario(conn, made.scenario_id).version == 17


def test_a_job_goes_to_one_worker_only(store, company_id):
    ids = {queue.submit(store, company_id, None, "x", {}, "ann") for _ in range(12)}
    taken = []

    def claim(mine, number):
        while (job := queue.claim(mine, f"W{number}")) is not None:
            taken.append(job.job_id)

    assert side_by_side(store.url, claim) == []
    assert len(taken) == len(set(taken))
    while (job := queue.claim(store, "W9")) is not None:
        taken.append(job.job_id)
    assert set(taken) == ids


@POSTGRESQL_ONLY  # a SQLite file has one writer at a time, whatever it writes
def test_a_worker_shows_its_life_while_somebody_writes_for_long(store):
    with store.transaction() as conn:
        conn.execute(sa.insert(schema.meta).values(name="long", value="1"))
        assert queue.requeue_stale(store) == 0


def test_the_first_of_several_who_open_a_new_store_makes_its_tables(stores):
    def look(mine, _number):
        with mine.reading() as conn:
            assert not companies.list_companies(conn)

    url = stores.empty()
    assert side_by_side(url, look) == []
    stores.drop(url)


def test_text_with_a_nul_character_is_refused_by_name(store, company_id):
    with pytest.raises(InputError, match=r"U\+0000"), store.transaction() as conn:
        companies.create_company(
            conn, name="a\0b", kind="own", currency="USD", as_of=None, user="u"
        )
    segments = pd.DataFrame(
        {"segment": "s", "visit_class": "A", "rule": "x\0y"},
        index=pd.Index(["A1"], name="account_id"),
    )
    with pytest.raises(InputError, match=r"rule .*no NUL"), store.transaction() as conn:
        accounts.save_segments(conn, company_id, segments)
