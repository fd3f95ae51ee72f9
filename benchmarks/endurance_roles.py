"""
What the processes of `benchmarks.endurance` do: edit, read, import, publish, pay.

Each is a process of its own, so that it can be killed like one.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import pandas as pd
import sqlalchemy as sa

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.core.errors import ConflictError, StoreError
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.imports import check, new_company
from planner.services.pay import runs
from planner.services.scenarios import listing, publishing
from planner.services.workspace import (
    OpenCompany,
    Workspace,
    open_company,
    open_workspace,
)
from planner.store import open_store
from planner.store.database.engine import Store
from planner.store.rows.records import new_id
from planner.store.rows.schema import audit
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows

AS_OF = dt.date(2026, 11, 20)
MONTHS = 10  # of the year that the sample's comp plan is for


def edit(store: Store, scenario_id: str, n_edits: int, user: str) -> dict[str, int]:
    """
    Swap the territories of two units again and again.

    A swap leaves the number of units by territory as it is, so that a reader who sees
    another number has seen half an edit.
    """
    rng = random.Random(user)  # noqa: S311
    n_saved = n_stale = 0
    while n_saved < n_edits:
        with store.reading() as conn:
            version = lineage.load_scenario(conn, scenario_id).version
            now = scenario_rows.load_alignment(conn, scenario_id)["territory_id"]
        one, other = rng.sample(list(now.index), 2)
        swapped = pd.DataFrame({"territory_id": now.loc[[other, one]].to_numpy()})
        swapped.index = pd.Index([one, other], name="unit_id", dtype="str")
        try:
            with (
                store.transaction() as conn,
                editing.editing(
                    conn, scenario_id, version=version, user=user, action="swap"
                ) as made,
            ):
                scenario_rows.save_alignment(conn, made, swapped)
            n_saved += 1
        except ConflictError:
            n_stale += 1
    return {"saved": n_saved, "stale": n_stale}


def read(store: Store, scenario_id: str, seconds: float) -> dict[str, float]:
    """Read a scenario in several queries and tell how often they did not agree."""
    expected, torn, n_reads, waits = None, 0, 0, []
    subject = f"scenario {scenario_id}"
    newest = (
        sa.select(audit.c.after)
        .where(audit.c.subject == subject)
        .order_by(audit.c.sequence.desc())
        .limit(1)
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        with store.reading() as conn:
            version = lineage.load_scenario(conn, scenario_id).version
            held = scenario_rows.load_alignment(conn, scenario_id)["territory_id"]
            told = json.loads(conn.execute(newest).scalar_one())["version"]
        waits.append(time.perf_counter() - begin)
        counts = held.value_counts().sort_index().to_dict()
        expected = expected or counts
        torn += counts != expected or told != version
        n_reads += 1
    waits.sort()
    return {
        "reads": n_reads,
        "torn": torn,
        "p95_ms": 1000 * waits[int(0.95 * (len(waits) - 1))] if waits else 0.0,
    }


def accounts_csv(n_rows: int) -> bytes:
    """Write a list of accounts around Lake Michigan."""
    rng = random.Random(n_rows)  # noqa: S311
    lines = ["account_id,name,lat,lon,annual_revenue"]
    for number in range(n_rows):
        lat, lon = 42 + 3 * rng.random(), -90 + 2 * rng.random()
        lines.append(f"A{number:06d},Firm {number},{lat:.5f},{lon:.5f},{number}000")
    return "\n".join(lines).encode()


def import_lists(ws: Workspace, begin: Callable[[], None], n_rows: int) -> None:
    """Import one list after the other, each as a company, until killed."""
    raw = read_source(accounts_csv(n_rows), "list.csv")
    report = import_table(raw, check.list_context(ws.settings, "accounts"))
    for number in range(10_000):
        begin()
        new_company.company_of_report(
            ws,
            report,
            name=f"List {number}",
            currency="USD",
            as_of=AS_OF,
            fill_missing=False,
        )


def publish_copies(ws: OpenCompany, begin: Callable[[], None]) -> None:
    """Copy the published plan and publish the copy a day later, until killed."""
    while True:
        base = max(publishing.publications(ws), key=lambda known: known.effective_from)
        copy = listing.clone(ws, base.scenario_id, new_id("N"))
        begin()
        day = base.effective_from + dt.timedelta(days=1)
        publishing.publish(ws, copy.scenario_id, copy.version, day)


def pay_months(ws: OpenCompany, begin: Callable[[], None]) -> None:
    """Run a month's pay over and over, until killed; then close the next month."""
    months = sorted(runs.periods(ws, MONTHS))
    while True:
        for month in months:
            begin()
            for kind in ("trial", "final"):
                try:
                    runs.run_period(ws, {"period": month, "kind": kind}, RunControl())
                except StoreError:  # closed in an earlier round
                    continue


def play(told: Connection, role: str, url: str, options: Mapping[str, Any]) -> None:
    """
    Play one role in a process of its own.

    Parameters
    ----------
    told
        Takes what an editor or reader saw, or ``ready`` at the start of each round.
    role
        ``edit``, ``read``, ``import``, ``publish`` or ``pay``.
    url
        The store.
    options
        Further arguments of the role.
    """
    if role in ("edit", "read"):
        store = open_store(url)
        told.send((edit if role == "edit" else read)(store, **options))
        store.close()
        return
    settings = Settings.from_environment({})
    ws = open_workspace(replace(settings, store_url=url, user="ann"))
    begin = partial(told.send, "ready")
    if role == "import":
        import_lists(ws, begin, **options)
    elif role == "publish":
        publish_copies(open_company(ws), begin)
    else:
        pay_months(open_company(ws), begin)
