"""
The app's own work, timed: import, load, edit, read, copy, pay; and the workbench.

There is no peer to compare with here: the last column is the goal of each step. The
workbench under a planner's hand, in a real browser, is in `app_gestures`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.accounts.importing import import_table
from planner.accounts.reading.sources import read_source
from planner.accounts.sample import load_sample
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.company import companies
from planner.services.drafts import editing
from planner.services.imports import check, new_company, refresh
from planner.services.pay import runs
from planner.services.scenarios import listing
from planner.services.territories import view as territory_view
from planner.services.workspace import OpenCompany, open_workspace
from planner.territory.editing.moves import Move

EDITS = 60
PARTS = ("work", "gestures", "worst")
GOALS_S = {
    "import: read and check": 15.0,
    "import: save as a company": 30.0,
    "next month's list: preview": 25.0,
    "next month's list: saved": 30.0,
    "sample company into an empty store": 10.0,
    "territories of a scenario, read": 2.0,
    "one edit, saved and audited, p95": 0.05,
    "copy of a scenario": 0.05,
    "pay of a month": 5.0,
}


def main(argv: Sequence[str]) -> int:
    """
    Run the benchmark and print a table.

    Parameters
    ----------
    argv
        ``--rows N`` accounts of the import (100,000), ``--quick`` (10,000),
        ``--only work|gestures|worst``, ``--json FILE``.

    Returns
    -------
    0: all goals reached; 1: some were missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks app")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="10,000 rows")
    parser.add_argument("--data", type=Path, help="not used: the app brings its own")
    parser.add_argument("--only", choices=PARTS, help="a part of it")
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args(list(argv))
    told: dict[str, object] = {}
    is_reached = True
    parts = PARTS if args.only is None else (args.only,)
    if "work" in parts:
        n_rows = 10_000 if args.quick else args.rows
        table = _work(n_rows)
        is_reached &= bool(table["reached"].all())
        rows = table.reset_index(names="step").to_dict("records")
        told |= {"rows": n_rows, "steps": rows}
    if "gestures" in parts:
        from benchmarks.app_gestures import measure_gestures, print_gestures

        gestures = measure_gestures(is_quick=args.quick)
        is_reached &= print_gestures(gestures)
        told["gestures"] = gestures.reset_index().to_dict("records")
    if "worst" in parts:
        from benchmarks.app_gestures import print_figures
        from benchmarks.app_worst import measure_worst

        worst = measure_worst(is_quick=args.quick)
        is_reached &= print_figures(worst)
        told["worst"] = worst.reset_index().to_dict("records")
    if args.json:
        args.json.write_text(json.dumps(told, indent=1))
    return 0 if is_reached else 1


def _work(n_rows: int) -> pd.DataFrame:
    """Time the steps and print them."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(n_rows, Path(folder))
    table = pd.DataFrame({"seconds": seconds, "goal": pd.Series(GOALS_S)})
    table["reached"] = table["seconds"] <= table["goal"]
    print(f"{n_rows:,} rows imported; one process; wall seconds")
    print(table.loc[list(seconds)].round(3).to_string())
    return table


def measure(n_rows: int, folder: Path) -> dict[str, float]:
    """
    Time each step once, on a store of its own.

    Parameters
    ----------
    n_rows
        Accounts of the imported list.
    folder
        Where the stores are made.

    Returns
    -------
    Wall seconds by step.
    """
    seconds: dict[str, float] = {}
    settings = Settings.from_environment({})

    def timed(name: str, work: Callable[[], object]) -> object:
        started = time.perf_counter()
        result = work()
        seconds[name] = time.perf_counter() - started
        return result

    content = list_of_accounts(settings, n_rows)
    empty = open_workspace(replace(settings, store_url=f"sqlite:///{folder}/a.sqlite"))
    report = timed(
        "import: read and check",
        lambda: import_table(
            read_source(content, "list.csv"), check.list_context(settings, "accounts")
        ),
    )
    assert report.rows_accepted + report.rows_rejected == n_rows
    own = timed(
        "import: save as a company",
        lambda: new_company.company_of_report(
            empty,
            report,
            name="List",
            currency="USD",
            as_of=dt.date(2026, 11, 20),
            fill_missing=False,
        ),
    )
    _load_again(own, content, timed)
    with_sample = replace(settings, store_url=f"sqlite:///{folder}/b.sqlite")
    ws, _ = timed(
        "sample company into an empty store",
        lambda: companies.ensure_company(with_sample),
    )
    draft = next(s for s in listing.scenarios(ws) if s.status == "draft")
    view = timed(
        "territories of a scenario, read",
        lambda: territory_view.overview(ws, draft.scenario_id),
    )
    seconds["one edit, saved and audited, p95"] = _edit_s(ws, draft.scenario_id, view)
    timed(
        "copy of a scenario",
        lambda: listing.clone(ws, draft.scenario_id, "A copy"),
    )
    timed(
        "pay of a month",
        lambda: runs.run_period(ws, {"period": runs.latest_period(ws)}, RunControl()),
    )
    return seconds


def _load_again(ws: OpenCompany, content: bytes, timed: Callable) -> None:
    """Load the list as a month later: one row in a hundred gone, one in ten moved."""
    source = str(refresh.sources(ws).index[0])
    rows = pd.read_csv(io.BytesIO(content), dtype=str)
    rows = rows[np.arange(len(rows)) % 100 > 0]
    rows.loc[rows.index[::10], "street"] = "1 New Street"
    raw = read_source(rows.to_csv(index=False).encode(), "list.csv")
    report = import_table(raw, check.company_context(ws, "accounts"))
    preview = timed(
        "next month's list: preview",
        lambda: refresh.preview_refresh(ws, report, source, raw=raw),
    )
    assert len(preview.list_changes.gone) == -(-len(report.frame) // 99)
    timed("next month's list: saved", lambda: refresh.apply_refresh(ws, preview))


def list_of_accounts(settings: Settings, n_rows: int) -> bytes:
    """
    Write a list as a CRM would: the sample's accounts over and over, ids renewed.

    Parameters
    ----------
    settings
        Where the sample is.
    n_rows
        Rows of the list.
    """
    accounts = load_sample(settings.data_dir).accounts
    rows = accounts.iloc[np.arange(n_rows) % len(accounts)][
        ["name", "street", "city", "region", "postcode", "lat", "lon", "industry"]
    ].copy()
    rows["employees"] = accounts["employees"].to_numpy()[np.arange(n_rows) % 3000]
    rows["name"] = rows["name"] + [f" {number}" for number in range(n_rows)]
    rows.insert(0, "account_id", [f"L{number:07d}" for number in range(n_rows)])
    return rows.to_csv(index=False).encode()


def _edit_s(
    ws: OpenCompany, scenario_id: str, view: territory_view.TerritoryView
) -> float:
    """Move one unit to and fro: a step of a draft, then a saved, audited version."""
    unit_id = view.units.index[0]
    targets = list(view.territories.index[:2])
    opened, durations = editing.open_draft(ws, scenario_id), []
    for number in range(EDITS):
        started = time.perf_counter()
        move = Move(to=targets[number % 2], unit_ids=(unit_id,))
        opened = editing.accept(ws, editing.do(ws, opened, move, "one unit"))
        durations.append(time.perf_counter() - started)
    return float(np.quantile(durations, 0.95))
