"""
What the store endures: writers at once, readers beside them, and being killed.

``python -m benchmarks endurance [--backend sqlite|postgresql|both] [--quick]``
prints what was lost, torn or half-applied (wanted: nothing) and how long it took.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import pandas as pd
import sqlalchemy as sa

from benchmarks.endurance_roles import play
from benchmarks.processes import start_apart
from planner.core.settings import Settings
from planner.services.company.companies import ensure_company
from planner.services.workspace import create_company, open_workspace
from planner.store import open_store
from planner.store.company.companies import list_companies
from planner.store.rows.schema import account, audit, import_run
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.upkeep.doctor import examine

JOBS = ("import", "publish", "pay")
ACCOUNTS_TO_IMPORT = 4000
LONGEST_ROUND_S = 60.0
TERRITORIES = ("T1", "T2", "T3", "T4")
UNITS_TO_SWAP = 40


@dataclass(frozen=True, kw_only=True)
class Contest:
    """
    What writers at once and readers beside them saw.

    Parameters
    ----------
    n_lost
        Edits that were confirmed but are not in the log, or whose replay differs from
        the state.
    n_stale
        Edits refused because another came first; they were done again.
    n_reads, n_torn
        Reads of several queries, and those whose answers did not agree.
    p95_ms
        Worst 95th percentile of a reader's waits.
    elapsed_s
        Wall time.
    """

    n_lost: int
    n_stale: int
    n_reads: int
    n_torn: int
    p95_ms: float
    elapsed_s: float


def run_contest(
    url: str,
    *,
    n_writers: int = 2,
    n_edits: int = 1000,
    n_readers: int = 20,
    read_s: float = 10.0,
) -> Contest:
    """Let writers and readers work on one scenario of an empty store."""
    scenario_id, start = scenario_to_swap(url)
    begin = time.perf_counter()
    writers = [
        _start("edit", url, scenario_id=scenario_id, n_edits=n_edits, user=f"w{number}")
        for number in range(n_writers)
    ]
    readers = [
        _start("read", url, scenario_id=scenario_id, seconds=read_s)
        for _ in range(n_readers)
    ]
    wrote, saw = (
        [_answer(each) for each in writers],
        [_answer(each) for each in readers],
    )
    elapsed_s = time.perf_counter() - begin
    replayed, n_logged, now = _replay(url, scenario_id, start)
    n_lost = n_writers * n_edits - n_logged + int((replayed != now).sum())
    return Contest(
        n_lost=n_lost,
        n_stale=sum(told["stale"] for told in wrote),
        n_reads=sum(told["reads"] for told in saw),
        n_torn=sum(told["torn"] for told in saw),
        p95_ms=max((told["p95_ms"] for told in saw), default=0.0),
        elapsed_s=elapsed_s,
    )


def scenario_to_swap(url: str) -> tuple[str, pd.Series]:
    """Make a company with a scenario of forty units in four territories."""
    settings = replace(Settings.from_environment({}), store_url=url, user="ann")
    ws = open_workspace(settings)
    made = create_company(ws, "Swaps", "own", "USD", pd.Timestamp("2026-11-20").date())
    units = pd.Index([f"U{n:02d}" for n in range(UNITS_TO_SWAP)], name="unit_id")
    held = pd.Series(
        [TERRITORIES[n % len(TERRITORIES)] for n in range(UNITS_TO_SWAP)],
        index=units,
        name="territory_id",
    )
    with ws.store.transaction() as conn:
        found = lineage.create_scenario(
            conn, made.company_id, name="Swapped", user="ann"
        )
        with editing.editing(
            conn, found.scenario_id, version=found.version, user="ann", action="draw"
        ) as drawn:
            scenario_rows.save_alignment(conn, drawn, held.to_frame())
    ws.store.close()
    return found.scenario_id, held


def _replay(
    url: str, scenario_id: str, start: pd.Series
) -> tuple[pd.Series, int, pd.Series]:
    """Apply the swaps of the log to the start; return it, their count, the state."""
    store = open_store(url)
    lines = (
        sa.select(audit.c.after)
        .where(audit.c.subject == f"scenario {scenario_id}", audit.c.action == "swap")
        .order_by(audit.c.sequence)
    )
    replayed = start.copy()
    with store.reading() as conn:
        swaps = [json.loads(after) for after in conn.execute(lines).scalars()]
        now = scenario_rows.load_alignment(conn, scenario_id)["territory_id"]
    store.close()
    for swap in swaps:
        for unit_id, territory_id in swap.get("unit", {}).items():
            replayed[unit_id] = territory_id
    return replayed, len(swaps), now.reindex(start.index)


@dataclass(frozen=True, kw_only=True)
class Killing:
    """
    What killing a job at random moments left behind.

    Parameters
    ----------
    job
        ``import``, ``publish`` or ``pay``.
    n_rounds, n_finished
        Kills, and things the job had finished before them.
    faults
        What was half-applied, a sentence each.
    longest_reopen_s
        Longest time to open the store again and examine it.
    """

    job: str
    n_rounds: int
    n_finished: int
    faults: tuple[str, ...]
    longest_reopen_s: float


def run_killing(
    url: str,
    job: str,
    *,
    n_rounds: int = 50,
    n_accounts: int = ACCOUNTS_TO_IMPORT,
    seed: int = 0,
) -> Killing:
    """Kill a job with SIGKILL at random moments and look at the store each time."""
    settings = replace(Settings.from_environment({}), store_url=url, user="ann")
    if job != "import":
        ensure_company(settings)[0].store.close()
    else:
        open_workspace(settings).store.close()
    rng = random.Random(seed)  # noqa: S311
    round_s = _length_of_round(url, job, n_accounts)
    faults: list[str] = []
    longest_s = 0.0
    for number in range(n_rounds):
        _kill_after(url, job, n_accounts, rng.random() * round_s)
        begin = time.perf_counter()
        faults += [f"round {number}: {said}" for said in _half_applied(url, n_accounts)]
        longest_s = max(longest_s, time.perf_counter() - begin)
    store = open_store(url)
    with store.reading() as conn:
        n_finished = conn.execute(sa.select(sa.func.max(audit.c.sequence))).scalar()
    store.close()
    return Killing(
        job=job,
        n_rounds=n_rounds,
        n_finished=int(n_finished or 0),
        faults=tuple(faults),
        longest_reopen_s=longest_s,
    )


def _half_applied(url: str, n_accounts: int) -> list[str]:
    """Say what is not whole: a doctor's finding, a company with a part of its list."""
    store = open_store(url)
    said = [f"{found.code} {found.subject}" for found in examine(store)]
    n_rows = n_accounts
    with store.reading() as conn:
        for company in list_companies(conn):
            if not company.name.startswith("List "):
                continue
            mine = account.c.company_id == company.company_id
            n_held = conn.execute(
                sa.select(sa.func.count()).select_from(account).where(mine)
            ).scalar_one()
            n_runs = conn.execute(
                sa.select(sa.func.count())
                .select_from(import_run)
                .where(import_run.c.company_id == company.company_id)
            ).scalar_one()
            if (n_held, n_runs) != (n_rows, 1):
                said.append(f"{company.name} has {n_held} accounts, {n_runs} imports")
    store.close()
    return said


def _length_of_round(url: str, job: str, n_accounts: int) -> float:
    """Measure how long the job takes from one beginning to the next."""
    with _started(job, url, n_accounts) as (_, told):
        _await_ready(told)
        begin = time.perf_counter()
        _await_ready(told)
        return time.perf_counter() - begin


def _kill_after(url: str, job: str, n_accounts: int, delay_s: float) -> None:
    with _started(job, url, n_accounts) as (_, told):
        _await_ready(told)
        time.sleep(delay_s)


@contextlib.contextmanager
def _started(
    job: str, url: str, n_accounts: int
) -> Iterator[tuple[BaseProcess, Connection]]:
    """Start a job and kill it at the end of the block."""
    options = {"n_rows": n_accounts} if job == "import" else {}
    process, told = _start(job, url, **options)
    try:
        yield process, told
    finally:
        process.kill()
        process.join()


def _start(role: str, url: str, **options: object) -> tuple[BaseProcess, Connection]:
    """Start a role in a process of its own."""
    return start_apart(play, role, url, options, preload="benchmarks.endurance_roles")


def _await_ready(told: Connection) -> None:
    if not told.poll(LONGEST_ROUND_S) or told.recv() != "ready":
        raise RuntimeError("the job did not begin")


def _answer(started: tuple[BaseProcess, Connection]) -> dict[str, float]:
    process, told = started
    answer = told.recv()
    process.join()
    return answer


@contextlib.contextmanager
def empty_stores(backend: str) -> Iterator[Iterator[str]]:
    """Give URLs of empty stores of a backend, one after the other."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory(prefix="planner-endurance-") as folder:
            yield (f"sqlite:///{folder}/{n}/store.sqlite" for n in range(1000))
        return
    from tests.stores import PostgresqlStores, postgresql_server

    with postgresql_server() as url:
        stores = PostgresqlStores(url)
        yield (stores.new() for _ in range(1000))


def main(argv: list[str]) -> int:
    """Run all of it and print a table; 1 if anything was lost or half-applied."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks endurance")
    asked.add_argument(
        "--backend", default="both", choices=("sqlite", "postgresql", "both")
    )
    asked.add_argument("--quick", action="store_true", help="a tenth of the work")
    given = asked.parse_args(argv)
    part = 10 if given.quick else 1
    backends = ("sqlite", "postgresql") if given.backend == "both" else (given.backend,)
    is_whole = True
    for backend in backends:
        with empty_stores(backend) as urls:
            seen = run_contest(next(urls), n_edits=1000 // part, n_readers=20)
            is_whole &= seen.n_lost == 0 and seen.n_torn == 0
            print(
                f"{backend}: 2 writers x {1000 // part} edits in "
                f"{seen.elapsed_s:.1f} s: {seen.n_lost} lost, "
                f"{seen.n_stale} done again; 20 readers, {seen.n_reads:,} reads: "
                f"{seen.n_torn} torn, p95 {seen.p95_ms:.0f} ms"
            )
            for job in JOBS:
                killed = run_killing(next(urls), job, n_rounds=50 // part)
                is_whole &= not killed.faults
                print(
                    f"{backend}: kill -9 in {job}, {killed.n_rounds} rounds: "
                    f"{len(killed.faults)} half-applied, {killed.n_finished} lines "
                    f"written, reopened and examined in {killed.longest_reopen_s:.2f} s"
                )
                for fault in killed.faults[:5]:
                    print(f"    {fault}")
    return 0 if is_whole else 1
